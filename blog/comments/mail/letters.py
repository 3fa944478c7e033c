"""What is written to people about comments."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import unescape
from textwrap import indent

from ...accounts.models import User
from ...accounts.permissions import Action as Right
from ...accounts.permissions import may
from ...i18n import gettext as _
from ...i18n import ngettext
from ...mail.addresses import deliverable
from ...mail.letters import Action, Letter, Quote
from ...posts.models import Post
from ...posts.permalinks import comment_url, post_url
from ...security import absolute_url
from ...site.queries import settings
from ...text.excerpts import excerpt, plain
from ..models import Comment, Kind, Scope, Subscription
from ..moderation import Verb
from ..own import own
from . import links as moderation_links
from . import subscriptions

# Comments in one letter; of more it says how many.
MOST_QUOTED = 20
_QUOTED_WORDS = 400
_WORDS_OF_MANY = 60
_TAG = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"(?<=</p>)|(?<=</li>)|(?<=</pre>)|(?<=</blockquote>)")


# To moderators and authors


def held(comment: Comment, user: User, waiting: int, now: datetime) -> Letter:
    """To a moderator: a comment waits, and why. ``waiting`` wait with it."""
    post = comment.post
    return Letter(
        to=user.email or "",
        subject=_subject(_("Please moderate: “%(title)s”", title=_title(post))),
        lead=[
            _(
                "A comment on “%(title)s” is waiting for your decision.",
                title=_title(post),
            ),
            comment.reason,
        ],
        quotes=[_quote(comment, "")],
        facts=[*_origin(comment, user), (_("Waiting in all"), str(waiting))],
        actions=[
            Action(label, _link(comment, user, now, verb))
            for label, verb in (
                (_("Approve"), Verb.APPROVE),
                (_("Spam"), Verb.SPAM),
                (_("Trash"), Verb.TRASH),
            )
        ],
        footer=[
            _(
                "Each button opens a page that shows the comment; nothing happens "
                "until you press a button there. The links are yours alone and work "
                "for two weeks."
            ),
            _why_moderator(),
        ],
        reply_to=_reply_to(comment, user),
    )


def waiting(
    user: User, comments: Sequence[Comment], total: int, now: datetime
) -> Letter:
    """To a moderator to whom many came: how many wait, and the first of them."""
    return Letter(
        to=user.email or "",
        subject=_subject(
            ngettext(
                "%(num)d comment waits for you",
                "%(num)d comments wait for you",
                total,
            )
        ),
        lead=[
            _(
                "Many came within the hour, so they are in one email. The link below "
                "each opens a page on which you can approve it or remove it."
            ),
            *_shown(len(comments), total),
        ],
        quotes=[
            replace(
                _quote(each, _link(each, user, now), most=_WORDS_OF_MANY),
                name=_(
                    "%(name)s, below “%(title)s”,",
                    name=_name(each),
                    title=_title(each.post),
                ),
            )
            for each in comments
        ],
        actions=[
            Action(_("Open the queue"), absolute_url("/admin/comments/?status=pending"))
        ],
        footer=[_why_moderator()],
    )


def published(comment: Comment, user: User, now: datetime) -> Letter:
    """To a post's author: a comment is read below it."""
    title = _title(comment.post)
    here = absolute_url(comment_url(comment))
    actions = [Action(_("Read it on the page"), here)]
    if may(user, Right.MODERATE, comment.post.owner_for(user)):
        actions = [
            Action(_("Reply"), f"{_link(comment, user, now)}#reply"),
            Action(_("Trash"), _link(comment, user, now, Verb.TRASH)),
            Action(_("Spam"), _link(comment, user, now, Verb.SPAM)),
        ]
    return Letter(
        to=user.email or "",
        subject=_subject(_("New comment on “%(title)s”", title=title)),
        lead=[_("There is a new comment on “%(title)s”.", title=title)],
        quotes=[_quote(comment, here)],
        facts=_origin(comment, user),
        actions=actions,
        footer=[
            _(
                "You get this because the post is yours. The owner of the site can "
                "turn these emails off for everybody."
            )
        ],
        reply_to=_reply_to(comment, user),
    )


# To readers


def approved(comment: Comment, subscription: Subscription) -> Letter:
    """To who wrote a comment: it can be read now."""
    title = _title(comment.post)
    return Letter(
        to=subscription.email,
        subject=_subject(_("Your comment on “%(title)s” was approved", title=title)),
        lead=[
            _(
                "Your comment on “%(title)s” has been approved. Everybody can read it "
                "now.",
                title=title,
            )
        ],
        actions=[Action(_("Read it on the page"), absolute_url(comment_url(comment)))],
        footer=[_why_subscriber()],
        unsubscribe_url=_one_click(subscription),
    )


def notice(
    subscription: Subscription, comments: Sequence[Comment], total: int
) -> Letter:
    """To a subscriber: there are ``total`` new comments, and these are the first."""
    post = comments[0].post
    title = _title(post)
    only_replies = subscription.scope == Scope.REPLIES
    if total == 1:
        name = _name(comments[0])
        first = (
            _("%(name)s replied to you on “%(title)s”", name=name, title=title)
            if subscriptions.is_answer(subscription, comments[0])
            else _("%(name)s commented on “%(title)s”", name=name, title=title)
        )
    elif only_replies:
        first = _("%(num)s new replies to you on “%(title)s”", num=total, title=title)
    else:
        first = _("%(num)s new comments on “%(title)s”", num=total, title=title)
    lead = [f"{first}."]
    if post.is_protected:
        lead.append(_("That page has a password, so the words are only there."))
    most = _QUOTED_WORDS if total == 1 else _WORDS_OF_MANY
    if post.is_protected:
        most = 0
    only = comments[0] if total == 1 else None
    address = comment_url(only) if only else f"{post_url(post)}#comments"
    return Letter(
        to=subscription.email,
        subject=_subject(first),
        lead=[*lead, *_shown(len(comments), total)],
        quotes=[
            _quote(each, absolute_url(comment_url(each)), most=most)
            for each in comments
        ],
        actions=[Action(_("Read and reply"), absolute_url(address))],
        footer=[_why_subscriber()],
        unsubscribe_url=_one_click(subscription),
    )


def confirmation(subscription: Subscription) -> Letter:
    """To an address that somebody typed: is it yours, and do you want this? No word
    in it is theirs.
    """
    title = _title(subscription.post)
    wish = (
        _("Somebody, perhaps you, asked us to tell you of replies to your comments")
        if subscription.scope == Scope.REPLIES
        else _("Somebody, perhaps you, asked us to tell you of new comments")
    )
    return Letter(
        to=subscription.email,
        subject=_subject(_("Do you want mail about “%(title)s”?", title=title)),
        lead=[
            _("%(wish)s on “%(title)s”.", wish=wish, title=title),
            _(
                "Nothing is sent to you unless you say yes on the page that this link "
                "opens. If you do not want it, you need not do anything."
            ),
        ],
        actions=[Action(_("Answer yes or no"), _page(subscription))],
        footer=[
            _(
                "Somebody entered this address below a post. If it keeps happening, "
                "you can stop all email from this site on that page."
            )
        ],
        unsubscribe_url=_one_click(subscription),
    )


def mine(email: str, now: datetime) -> Letter:
    """To an address whose owner wants to see what is here of theirs."""
    return Letter(
        to=email,
        subject=_subject(_("Your comments here")),
        lead=[
            _(
                "Somebody, perhaps you, asked for a link to all comments that were "
                "written with this address."
            ),
            _(
                "There they can be read, changed, downloaded or deleted. If it was not "
                "you, do nothing, and nothing happens."
            ),
        ],
        actions=[
            Action(
                _("Open my comments"),
                absolute_url(f"/my-comments/{own.address_token(email, now)}"),
            )
        ],
        footer=[_("Please do not pass this link on. It works for a day.")],
    )


# What letters are made of


def _subject(sentence: str) -> str:
    return f"[{settings().title}] {sentence}"


def _title(post: Post) -> str:
    return post.title or _("Untitled")


def _name(comment: Comment) -> str:
    return comment.author or _("Anonymous")


def _quote(comment: Comment, url: str, *, most: int = _QUOTED_WORDS) -> Quote:
    text = words(comment, most) if most else ""
    return Quote(_name(comment), comment.created_at, text, url)


def words(comment: Comment, most: int = _QUOTED_WORDS) -> str:
    """A comment as plain text, in its paragraphs; of one that has more than ``most``
    words the first, on one line.
    """
    html = str(comment.html)
    if excerpt(html, most) != plain(html):
        return excerpt(html, most)
    paragraphs, depth = [], 0
    for part in _BLOCK_END.split(html):
        depth += part.count("<blockquote")
        text = _preformatted(part) if "<pre" in part else plain(part)
        if text:
            mark = "> " * depth + ("– " if "<li" in part else "")
            paragraphs.append(indent(text, mark))
        depth -= part.count("</blockquote>")
    return "\n\n".join(paragraphs)


def _preformatted(html: str) -> str:
    return unescape(_TAG.sub("", html)).strip("\n")


def _origin(comment: Comment, user: User) -> list[tuple[str, str]]:
    """Where a comment says it is from, as far as ``user`` may know."""
    facts = []
    if may(user, Right.SEE_COMMENTER):
        facts += [(_("Email"), comment.email), (_("IP address"), comment.ip)]
    facts.append((_("Website"), comment.url))
    return [(label, value) for label, value in facts if value]


def _reply_to(comment: Comment, user: User) -> str:
    """The commenter's address, for who may see it; "" if no server would take it."""
    if not may(user, Right.SEE_COMMENTER) or comment.kind != Kind.COMMENT:
        return ""
    address = deliverable(comment.email) or ""
    return address if address.isascii() else ""


def _link(comment: Comment, user: User, now: datetime, verb: Verb | None = None) -> str:
    """The page on which ``user`` decides; with ``verb`` as what it offers first."""
    path = moderation_links.path(comment, user, now)
    return absolute_url(f"{path}?do={verb}" if verb else path)


def _page(subscription: Subscription) -> str:
    return absolute_url(subscriptions.path(subscription))


def _one_click(subscription: Subscription) -> str:
    return absolute_url(f"{subscriptions.path(subscription)}/end")


def _shown(number: int, total: int) -> list[str]:
    """That not all of them are in the letter; nothing if they are."""
    left = total - number
    if left <= 0:
        return []
    return [
        ngettext(
            "Below are %(shown)s of them; %(num)d more is on the site.",
            "Below are %(shown)s of them; %(num)d more are on the site.",
            left,
            shown=number,
        )
    ]


def _why_moderator() -> str:
    return _(
        "You get this because you may approve comments there. The owner of the site "
        "can turn these emails off for everybody."
    )


def _why_subscriber() -> str:
    return _(
        "You get this because you asked for it below that post and confirmed it. "
        "One press stops it; no password is needed."
    )
