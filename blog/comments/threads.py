"""Who answered whom: comments put in order and into levels, without recursion. What
other sites sent stands apart from it.

A thread may be ten thousand comments long, or deep; templates get a flat list that says
which lists to open and to close.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from .. import signing
from ..database import session
from ..i18n import gettext as _
from ..i18n import ngettext
from ..posts.models import Post
from ..text.excerpts import excerpt
from .models import Comment, Kind

# As long as WordPress shows a waiting comment to the one who wrote it.
HELD_SECONDS = 600
_HELD = "held comment"


class Line(NamedTuple):
    """What is read of one comment. ``html`` is ``None`` for one that is not shown."""

    id: int
    parent_id: int | None
    created_at: datetime
    author: str = ""
    url: str = ""
    html: Markup | None = None
    user_id: int | None = None
    kind: Kind = Kind.COMMENT
    is_held: bool = False

    @property
    def is_mention(self) -> bool:
        """Whether another site sent it. It is no part of the conversation."""
        return self.kind != Kind.COMMENT


@dataclass(slots=True, eq=False)
class Entry:
    """A comment, or the place of one that is not shown, in the thread.

    ``opens`` says that a list of replies follows; ``closes``, how many lists end after
    it. ``in_reply_to`` is who is answered, where the place itself does not tell.
    """

    line: Line
    level: int = 1
    opens: bool = False
    closes: int = 0
    in_reply_to: Line | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether only its place is shown, for the replies' sake."""
        return self.line.html is None

    @property
    def is_answerable(self) -> bool:
        """Whether a reply to it could be taken."""
        return self.line.html is not None and not self.line.is_held


class Mention(NamedTuple):
    """A site that links to the post, and the first of the words around the link.

    ``name`` is the page's or the site's; "" if neither it nor an address is known.
    """

    id: int
    created_at: datetime
    name: str
    url: str
    text: str


@dataclass(frozen=True)
class Thread:
    """What is shown below a post, in order. ``count`` of it, with the mentions, are
    approved.
    """

    entries: Sequence[Entry]
    mentions: Sequence[Mention]
    count: int

    @property
    def label(self) -> str:
        return count_label(self.count)

    def answerable(self, asked: str | None) -> Line | None:
        """The comment whose number is ``asked``; ``None`` if it takes no reply."""
        if not asked or not asked.isascii() or not asked.isdigit():
            return None
        for entry in self.entries:
            if str(entry.line.id) == asked and entry.is_answerable:
                return entry.line
        return None


def count_label(count: int) -> str:
    """ "No Comment", "1 Comment", "2 Comments"."""
    if count == 0:
        return _("No Comment")
    return ngettext("%(num)d Comment", "%(num)d Comments", count)


def arranged(lines: Iterable[Line], depth: int) -> Thread:
    """A thread in the order of time at each level, at most ``depth`` levels deep.

    Deeper replies stand in the deepest level, in order, and say whom they answer. A
    comment that is not shown keeps its place if anything below it is shown. A loop of
    parents, which only a damaged import could hold, is cut at its first comment. What
    answers a mention begins a thread of its own.
    """
    known: dict[int, Line] = {}
    mentions: list[Line] = []
    for line in lines:
        if line.is_mention:
            mentions.append(line)
        else:
            known[line.id] = line
    shown = _needed(known)
    entries = {id: Entry(line) for id, line in shown.items()}
    replies: dict[int | None, list[int]] = {}
    for id, line in shown.items():
        parent_id = line.parent_id if line.parent_id in shown else None
        replies.setdefault(parent_id, []).append(id)
    places = _places(shown, replies, entries, max(depth, 1))
    return Thread(
        _flattened(shown, places, entries),
        [_mention(line) for line in sorted(mentions, key=_in_time)],
        sum(entry.is_answerable for entry in entries.values()) + len(mentions),
    )


def _in_time(line: Line) -> tuple[datetime, int]:
    return line.created_at, line.id


def _mention(line: Line) -> Mention:
    host = line.url.partition("//")[2].partition("/")[0]
    # A trackback's title is a paragraph of its own; on one line something parts them.
    html = str(line.html or "").rstrip()  # as text: Markup would escape what is put in
    html = html.removesuffix("</p>").replace("</p>", "</p> – ")
    return Mention(
        line.id, line.created_at, line.author or host, line.url, excerpt(html)
    )


def _needed(known: dict[int, Line]) -> dict[int, Line]:
    """What is shown, and what stands above it, in the order of time."""
    needed: set[int] = set()
    for line in known.values():
        above: Line | None = line if line.html is not None else None
        while above is not None and above.id not in needed:
            needed.add(above.id)
            above = known.get(above.parent_id) if above.parent_id else None
    ordered = sorted((known[id] for id in needed), key=_in_time)
    return {line.id: line for line in ordered}


def _places(
    shown: dict[int, Line],
    replies: dict[int | None, list[int]],
    entries: dict[int, Entry],
    depth: int,
) -> dict[int, int | None]:
    """Below which comment each one stands; sets each one's level on the way."""
    places: dict[int, int | None] = {}
    roots = iter((*replies.get(None, ()), *shown))
    for root in roots:
        if root in places:
            continue  # reached from above, as all are but the first of a loop
        places[root] = None
        waiting = [root]
        while waiting:
            id = waiting.pop()
            here = entries[id]
            is_deepest = here.level >= depth
            for reply in replies.get(id, ()):
                if reply in places:
                    continue
                places[reply] = places[id] if is_deepest else id
                entry = entries[reply]
                entry.level = here.level if is_deepest else here.level + 1
                if is_deepest and not here.is_hidden:
                    entry.in_reply_to = here.line
                waiting.append(reply)
    return places


def _flattened(
    shown: dict[int, Line], places: dict[int, int | None], entries: dict[int, Entry]
) -> list[Entry]:
    below: dict[int | None, list[int]] = {}
    for id in reversed(shown):  # so that the first is popped first
        below.setdefault(places[id], []).append(id)
    flat: list[Entry] = []
    waiting = below.get(None, [])
    while waiting:
        id = waiting.pop()
        flat.append(entries[id])
        waiting += below.get(id, ())
    for entry, after in zip(flat, [*flat[1:], None], strict=False):
        next_level = after.level if after else 1
        entry.opens = next_level > entry.level
        entry.closes = max(entry.level - next_level, 0)
    return flat


def held_token(comment: Comment, now: datetime) -> str:
    """A word for the address at which its writer sees a waiting comment for a while."""
    return signing.sign(_HELD, [comment.id, int(now.timestamp())])


def held_comment(token: str | None, post: Post, now: datetime) -> Comment | None:
    """The waiting comment below ``post`` that ``token`` shows to its writer.

    Why it waits is not told: spam looks like any other. ``None`` for a token of
    another page, one that is too old, and for a comment that was approved or deleted.
    """
    if token is None:
        return None
    match signing.read(_HELD, token):
        case [int(comment_id), int(signed_at)]:
            age_seconds = now.timestamp() - signed_at
        case _:
            return None
    if not -HELD_SECONDS <= age_seconds <= HELD_SECONDS:
        return None
    comment = session.get(Comment, comment_id)
    if comment is None or comment.post_id != post.id or comment.is_approved:
        return None
    return comment
