"""The answer that a moderator writes on the page behind a link in a mail."""

from ..forms import ReplyForm


class LinkReplyForm(ReplyForm):
    """Who has the link, has no session, and so no token of one. The link is one."""

    class Meta:
        csrf = False
