"""Where a comment goes and why: one function decides it, verbs on rows carry it out."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ..accounts.models import User
from ..accounts.permissions import Action, may
from ..database import session
from ..i18n import gettext as _
from ..i18n import ngettext
from ..posts.models import Kind, Post
from ..site.models import Site
from ..text.folding import fold
from ..text.sanitizer import POLICY_VERSION
from . import queries
from .drafts import Content, Origin
from .models import Comment, Status

# Letters of other scripts that look like Latin ones, after folding. Enough to see that
# somebody calls himself by a name that readers would take for another's.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтգοαρνκτυιɑօ01",
    "aeopcyxijshdqwbkmhtgoapvktuiaool",
)
# A link as the sanitiser writes it; typed text holds no "<".
_LINK = re.compile(r"<a (?:[a-z]+=\"[^\"]*\" )*?href=")


class Decision(NamedTuple):
    """Where a comment goes, and why in one sentence."""

    status: Status
    reason: str


class Verb(StrEnum):
    """What a moderator does with a comment. All of it can be undone."""

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    TRASH = "trash"
    RESTORE = "restore"


class Past(NamedTuple):
    """How a comment stood before a moderator did something, and how it stood then."""

    comment_id: int
    after: Status
    status: Status
    previous_status: Status | None
    reason: str


class History(NamedTuple):
    """What is known of a commenter. ``imitates`` is the public name of the account that
    a visitor goes by, with its name or its email address; "" mostly. Never the address,
    as not every moderator may see that.
    """

    was_approved: bool = False
    imitates: str = ""


def is_open(post: Post, site: Site, now: datetime) -> bool:
    """Whether a post takes comments now. Its age is judged when asked, by no job; pages
    and what has no date do not age.
    """
    if not post.comments_open:
        return False
    days = site.close_comments_days_old
    if days <= 0 or post.kind != Kind.POST or post.published_at is None:
        return True
    return now - post.published_at <= timedelta(days=days)


def is_trusted(user: User | None, post: Post) -> bool:
    """Whether a person's comments below ``post`` need nobody's approval."""
    if user is None or not user.is_active:
        return False
    return user.id == post.author_id or may(user, Action.MODERATE, post.author_id)


def history(content: Content, user: User | None) -> History:
    """What is known of who wrote this."""
    if user is not None:
        return History(was_approved=queries.has_approved(user))
    name = fold(content.author)
    return History(
        was_approved=bool(content.email and name)
        and name in map(fold, queries.approved_names(content.email)),
        imitates=_imitated(content),
    )


def decide(
    content: Content,
    origin: Origin,
    post: Post,
    site: Site,
    user: User | None,
    known: History,
) -> Decision:
    """Where a new comment goes, by the owner's settings.

    Words are looked for as parts of words, in one spelling on both sides, in everything
    the commenter sent and in the text without its tags. Links are those in the rendered
    text, so that typed addresses count.
    """
    if is_trusted(user, post):
        return Decision(Status.APPROVED, _("Written by somebody who may approve it."))
    word = _found(site.disallowed_keys, content, origin)
    if word:
        return Decision(
            Status.TRASH, _("Holds “%(word)s”, which is disallowed.", word=word)
        )
    if site.comment_moderation:
        return Decision(Status.PENDING, _("Every comment waits for approval."))
    links = len(_LINK.findall(content.html))
    if 0 < site.comment_max_links <= links:
        return Decision(
            Status.PENDING,
            ngettext("Holds %(num)d link.", "Holds %(num)d links.", links),
        )
    word = _found(site.moderation_keys, content, origin)
    if word:
        return Decision(
            Status.PENDING, _("Holds “%(word)s”, which waits for approval.", word=word)
        )
    if known.imitates:
        return Decision(
            Status.PENDING,
            _("Goes by “%(name)s” without being logged in.", name=known.imitates),
        )
    if not site.comment_previously_approved:
        return Decision(Status.APPROVED, _("No rule held it."))
    if known.was_approved:
        return Decision(Status.APPROVED, _("The same person was approved before."))
    return Decision(Status.PENDING, _("The first comment of this person."))


def carry_out(verb: Verb, comment: Comment, who: User) -> None:
    """Do with a comment what a moderator pressed, and note who it was."""
    name = who.display_name
    match verb:
        case Verb.APPROVE:
            comment.approve(_("Approved by %(name)s.", name=name))
        case Verb.HOLD:
            comment.hold(_("Put back into the queue by %(name)s.", name=name))
        case Verb.SPAM:
            comment.mark_spam(_("Called spam by %(name)s.", name=name))
        case Verb.TRASH:
            comment.trash(_("Trashed by %(name)s.", name=name))
        case Verb.RESTORE:
            comment.restore(_("Taken back by %(name)s.", name=name))


def edit(comment: Comment, content: Content, now: datetime) -> None:
    """Replace the words of a comment, and who says them."""
    comment.author, comment.email, comment.url = (
        content.author,
        content.email,
        content.url,
    )
    comment.source, comment.html = content.source, content.html
    comment.folded, comment.policy_version = content.digest, POLICY_VERSION
    comment.edited_at = now
    comment.version += 1


def undo(comment: Comment, past: Past) -> bool:
    """Put a comment back as it was; ``False`` if somebody else moved it since."""
    if comment.status != past.after:
        return False
    comment.status = past.status
    comment.previous_status = past.previous_status
    comment.reason = past.reason
    return True


def delete(comments: Iterable[Comment]) -> int:
    """Delete comments for good; how many they were. What answered one moves up to the
    next that is left above it.
    """
    gone = {comment.id: comment for comment in comments}
    above = {reply: _left_above(reply, gone) for reply in queries.replies_to(gone)}
    for reply, parent_id in above.items():
        reply.parent_id = parent_id
    session.flush()  # before: of a loop none could be deleted first
    for comment in gone.values():
        session.delete(comment)
    session.flush()
    return len(gone)


def recount(post_id: int) -> None:
    """Make the number at the post the number of comments shown below it."""
    session.flush()
    post = session.get(Post, post_id)
    if post is not None:
        post.comment_count = queries.approved_count(post_id)


def network(ip: str) -> str:
    """The address, or of one in IPv6 the half that names a household."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def _left_above(comment: Comment, gone: Mapping[int, Comment]) -> int | None:
    above = comment.parent_id
    for _step in gone:  # a damaged import may hold a loop, but none that is longer
        if above is None or above not in gone:
            return above
        above = gone[above].parent_id
    return None if above in gone else above


def _found(keys: str, content: Content, origin: Origin) -> str:
    """The first of the owner's words that occurs in a comment, or ""."""
    words = _words(keys)
    if not words:
        return ""
    # Folding leaves no line ends, so no word is found across two of the texts.
    haystack = "\n".join(
        fold(text)
        for text in (
            content.author,
            content.email,
            content.url,
            content.source,
            content.text,
            origin.user_agent,
        )
    )
    ip = origin.ip.lower()
    for folded, word in words:
        if folded in haystack or _is_start_of(word.lower(), ip):
            return word
    return ""


def _is_start_of(word: str, ip: str) -> bool:
    """Whether ``word`` is an address or whole first parts of it: "192.168" of
    192.168.0.1, but not "192.16"."""
    rest = ip.removeprefix(word)
    return rest != ip and (word[-1] in ".:" or rest[:1] in ("", ".", ":"))


@lru_cache(maxsize=8)
def _words(keys: str) -> tuple[tuple[str, str], ...]:
    lines = dict.fromkeys(line.strip() for line in keys.splitlines())
    return tuple((folded, line) for line in lines if (folded := fold(line)))


def _imitated(content: Content) -> str:
    """The account that a visitor's name or email address belongs to, or ""."""
    owner = queries.name_with_email(content.email) if content.email else ""
    if owner:
        return owner
    name = _skeleton(content.author)
    if not name:
        return ""
    return _first_like(name, queries.staff_names())


def _first_like(skeleton: str, names: Iterable[str]) -> str:
    return next((name for name in names if _skeleton(name) == skeleton), "")


def _skeleton(name: str) -> str:
    """What is left of a name for the eye: letters and digits, lookalikes made one."""
    drawn = fold(name).translate(_LOOKALIKES)
    return "".join(c for c in drawn if unicodedata.category(c)[0] in "LN")
