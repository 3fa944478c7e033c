"""Why a comment is not taken: one small exception for each reason.

Each carries sentences for the commenter, by the form field they belong to; ``""`` is
the form as a whole. What was typed stays with whoever caught it.
"""

from ..i18n import gettext as _
from ..i18n import ngettext

FORM = ""


class Refused(Exception):
    """A comment was not taken; nothing was changed."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class PostGone(Refused):
    """There is no such post that the person may come to."""

    def __init__(self) -> None:
        super().__init__({FORM: _("This post is not here any more.")})


class ParentGone(Refused):
    """The comment that is answered is missing, hidden or below another post."""

    def __init__(self) -> None:
        super().__init__(
            {
                FORM: _(
                    "The comment you reply to is not shown here. Send your text "
                    "again, and it becomes a comment of its own."
                )
            }
        )


class Unanswerable(Refused):
    """What a moderator answers is not in the thread that readers see."""

    def __init__(self) -> None:
        super().__init__(
            {
                FORM: _(
                    "What is not shown to readers, or was sent by another site, cannot "
                    "be answered."
                )
            }
        )


class Closed(Refused):
    """The post takes no comments, or none any more."""

    def __init__(self) -> None:
        super().__init__({FORM: _("Comments are closed here. Nothing was saved.")})


class Locked(Refused):
    """The post has a password, and this browser has no key to it, or an old one."""

    def __init__(self) -> None:
        super().__init__(
            {FORM: _("Enter the post’s password above; then send your text again.")}
        )


class AccountRequired(Refused):
    """The owner takes comments only from people with an account."""

    def __init__(self) -> None:
        super().__init__({FORM: _("Please log in first; then send your text again.")})


class Invalid(Refused):
    """Something in the form is missing or wrong."""


class TooLong(Invalid):
    """The text is longer than a comment may be."""


class Repeated(Refused):
    """The very same comment is there already; ``first_id`` names it.

    ``is_recent`` means that it was most likely one press too many.
    """

    def __init__(self, first_id: int, *, is_recent: bool) -> None:
        super().__init__({FORM: _("You have said exactly this here before.")})
        self.first_id = first_id
        self.is_recent = is_recent


class TooFast(Refused):
    """The last comment of the same person is only seconds old."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            {
                FORM: ngettext(
                    "You are fast. Please wait %(num)d second and send it again.",
                    "You are fast. Please wait %(num)d seconds and send it again.",
                    wait_seconds,
                )
            }
        )
        self.wait_seconds = wait_seconds
