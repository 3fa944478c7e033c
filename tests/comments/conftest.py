"""A site that mails, and the worker that does it when a test says so."""

import threading
from datetime import timedelta

import pytest

from blog.comments import counts, decisions, moderation, submission
from blog.comments.drafts import Origin, prepare, prepare_as
from blog.comments.mail import jobs as comment_jobs
from blog.comments.mail import notices
from blog.comments.models import Comment, Status
from blog.database import session, write_transaction
from blog.jobs.worker import Worker
from tests.factories import NOW


class PostOffice:
    """What was mailed, at a time that only ``wait`` moves on."""

    def __init__(self, app, smtp):
        self.app, self.smtp, self.now = app, smtp, NOW
        app.config["SMTP_URL"] = smtp.url
        app.extensions["jobs"] = {**comment_jobs.HANDLERS}
        app.extensions["daily_jobs"] = ()
        self._worker = Worker(app, clock=lambda: self.now)
        self._seen = 0

    def wait(self, **span):
        """Let that much time pass."""
        self.now += timedelta(**span)

    def work(self):
        """Do all that is due; the messages that this sends, in order."""
        session.rollback()
        # In a thread of its own, as the worker has its own session.
        thread = threading.Thread(target=self._work)
        thread.start()
        thread.join()
        session.rollback()
        new = self.smtp.messages[self._seen :]
        self._seen += len(new)
        return new

    def _work(self):
        while self._worker.work():
            pass

    def sent(self):
        """Do all that is due; to whom and about what, in alphabetical order."""
        return sorted(f"{each['To']}: {each['Subject']}" for each in self.work())

    # What brings letters about

    def comment(
        self,
        post,
        *,
        status=Status.APPROVED,
        parent=None,
        author="Ada",
        email="ada@example.org",
        text="Well said.",
        user=None,
        ip="192.0.2.1",
    ):
        """A comment that comes in and is decided like that."""
        content = (
            prepare_as(user, text)
            if user
            else prepare(
                author=author, email=email, url="", source=text, names_required=False
            )
        )
        with write_transaction():
            return submission.receive(
                content,
                Origin(user_id=user.id if user else None, ip=ip),
                decisions.Decision(status, "A reason.", decisions.Rule.NO_RULE),
                post=session.merge(post),
                parent_id=parent.id if parent else None,
                user=user,
                now=self.now,
            )

    def carry_out(self, verb, comment, who):
        """What a moderator presses."""
        with write_transaction():
            comment = session.get(Comment, comment.id)
            moderation.carry_out(verb, comment, who, self.now)
            counts.recount([comment])

    def publish(self, comment):
        """What the second opinion does with what it lets through."""
        with write_transaction():
            notices.published(comment, self.now)


@pytest.fixture
def office(app, db, smtp):
    return PostOffice(app, smtp)
