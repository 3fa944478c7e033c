import pytest

from blog.comments.models import Status
from tests.factories import make_comment


@pytest.mark.parametrize("verb", ["mark_spam", "trash"])
@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_a_discarded_comment_is_restored_as_what_it_was(db, verb, status):
    comment = make_comment(status=status)

    getattr(comment, verb)("Because.")
    comment.restore("Taken back.")

    assert (comment.status, comment.previous_status) == (status, None)
    assert comment.reason == "Taken back."


def test_restoring_is_pending_when_nothing_is_known(db):
    comment = make_comment(status=Status.SPAM)

    comment.restore("")

    assert comment.status == Status.PENDING


def test_trashing_twice_keeps_what_it_was(db):
    comment = make_comment(status=Status.APPROVED)

    comment.trash("once")
    comment.trash("twice")

    assert (comment.previous_status, comment.reason) == (Status.APPROVED, "once")


def test_spam_in_the_trash_is_restored_as_spam(db):
    comment = make_comment(status=Status.SPAM)

    comment.trash("")
    comment.restore("")

    assert comment.status == Status.SPAM


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_restoring_what_is_not_discarded_changes_nothing(db, status):
    comment = make_comment(status=status, reason="as it was")

    comment.restore("Taken back.")

    assert (comment.status, comment.reason) == (status, "as it was")


def test_approving_forgets_what_it_was(db):
    comment = make_comment(status=Status.PENDING)

    comment.mark_spam("")
    comment.approve("Approved by Ada.")

    assert (comment.status, comment.previous_status) == (Status.APPROVED, None)
    assert comment.reason == "Approved by Ada."


def test_holding_puts_it_back_into_the_queue(db):
    comment = make_comment(status=Status.APPROVED)

    comment.hold("")

    assert comment.status == Status.PENDING
