"""A house that mails, and the worker that does it when a test says so."""

import threading
from datetime import timedelta

import pytest

from blog.clock import utcnow
from blog.database import session
from blog.jobs.worker import Worker
from blog.posts.editorial import jobs


class Office:
    """What was mailed, at a time that only ``wait`` moves on from now."""

    def __init__(self, app, smtp):
        self.smtp, self.ahead = smtp, timedelta(seconds=1)
        app.config["SMTP_URL"] = smtp.url
        app.extensions["jobs"] = {**jobs.HANDLERS}
        app.extensions["daily_jobs"] = ()
        self._worker = Worker(app, clock=lambda: utcnow() + self.ahead)
        self._seen = 0

    def wait(self, **span):
        self.ahead += timedelta(**span)

    def work(self):
        """Do all that is due; the messages that this sends, in order."""
        session.rollback()
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


@pytest.fixture
def office(app, db, smtp):
    return Office(app, smtp)
