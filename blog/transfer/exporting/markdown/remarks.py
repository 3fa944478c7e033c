"""A comment as an entry of the list beside a text."""

from typing import Any

from ....comments.models import Comment, Status
from .heads import moment

# WordPress's words for where a comment stands.
_STATUS = {
    Status.APPROVED: "1",
    Status.PENDING: "0",
    Status.SPAM: "spam",
    Status.TRASH: "trash",
}


def remark(comment: Comment, *, with_origin: bool) -> dict[str, Any]:
    """All that is kept of a comment. ``with_origin``: also from which network address
    and with which browser it was sent.
    """
    fields = {
        "id": comment.id,
        "parent": comment.parent_id or 0,
        "status": _STATUS[comment.status],
        "type": str(comment.kind),
        "user": comment.user_id or "",
        "author": comment.author,
        "email": comment.email,
        "url": comment.url,
        "date": moment(comment.created_at),
        "format": str(comment.format),
        "content": comment.source,
    }
    if with_origin:
        fields |= {"ip": comment.ip, "user_agent": comment.user_agent}
    if comment.edited_at:
        fields["edited"] = moment(comment.edited_at)
    if comment.previous_status:
        fields["previous"] = _STATUS[comment.previous_status]
    if comment.reason:
        fields["reason"] = comment.reason
    return fields
