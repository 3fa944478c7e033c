"""A comment as Akismet is shown it: the parameters of ``comment-check`` and of the
reports.
"""

import json
from datetime import datetime
from typing import Any

from ...accounts.models import Role, User
from ...posts.permalinks import post_url
from ...security import absolute_url
from ...site.queries import settings
from ..drafts import Content, Origin
from ..models import Comment, CommentSubmission, Kind
from .client import Fields

# The field of the comment form that nobody sees.
HONEYPOT = "subject"
# Akismet knows WordPress's names of roles, of which one is not ours.
_ROLES = {Role.ADMIN: "administrator"}
# What it answered, as it writes it.
_ANSWERS = {"true": "true", "false": "false", "recheck": "false"}


def as_sent(comment: Comment, content: Content, origin: Origin) -> dict[str, Any]:
    """A new comment as ``comment-check`` takes it, without key and site."""
    post = comment.post
    site = settings()
    return _without_empty(
        {
            "user_ip": origin.ip,
            "user_agent": origin.user_agent,
            "referrer": origin.referrer,
            "permalink": absolute_url(post_url(post)),
            "comment_type": _type(comment),
            **_typed_by_guest(comment),
            "comment_content": content.source,
            "comment_date_gmt": _iso(comment.created_at),
            "comment_post_modified_gmt": _iso(post.edited_at),
            "comment_parent": str(comment.parent_id or ""),
            "comment_context[]": [
                *(category.name for category in post.categories),
                *(tag.name for tag in post.tags),
            ],
            "user_role": _role(comment.user),
            "blog_lang": site.language,
            "blog_charset": "UTF-8",
            "honeypot_field_name": HONEYPOT,
            HONEYPOT: origin.honeypot,
        }
    )


def question(comment: Comment, submission: CommentSubmission, reason: str) -> Fields:
    """What ``comment-check`` is asked: the comment as it was sent, or as its writer has
    changed it since.
    """
    fields: dict[str, Any] = json.loads(submission.fields)
    if comment.edited_at is not None:
        fields["comment_content"] = comment.source
        fields |= _typed_by_guest(comment)
    if reason:
        fields["recheck_reason"] = reason
    return fields


def feedback(submission: CommentSubmission, reporter: str) -> Fields:
    """What ``submit-spam`` and ``submit-ham`` are told: the comment as it was first
    sent, what Akismet had said, and who says otherwise.
    """
    fields: dict[str, Any] = json.loads(submission.fields)
    return fields | _without_empty(
        {
            "reporter": reporter,
            "comment_check_response": _ANSWERS.get(submission.verdict, ""),
            "guid": submission.guid,
        }
    )


def _typed_by_guest(comment: Comment) -> dict[str, str]:
    """Who says it, as far as it was typed: an account's name was not."""
    if comment.user_id is not None:
        return {}
    return _without_empty(
        {
            "comment_author": comment.author,
            "comment_author_email": comment.email,
            "comment_author_url": comment.url,
        }
    )


def _type(comment: Comment) -> str:
    if comment.kind == Kind.COMMENT and comment.parent_id is not None:
        return "reply"
    return str(comment.kind)


def _role(user: User | None) -> str:
    return _ROLES.get(user.role, str(user.role)) if user else ""


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
