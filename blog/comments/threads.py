"""Who answered whom: comments put in order and into levels, without recursion. What
other sites sent stands apart from it.

A thread may be ten thousand comments long, or deep; templates get a flat list that says
which lists to open and to close.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from ..i18n import gettext as _
from ..i18n import ngettext
from ..text.excerpts import excerpt
from .models import Kind


class Line(NamedTuple):
    """What is read of one comment. ``html`` is ``None`` for one that is not shown.

    ``avatar`` is the key of its writer's picture, "" where none is shown. One that
    ``is_elsewhere`` is on another page; only its name is known here.
    """

    id: int
    parent_id: int | None
    created_at: datetime
    author: str = ""
    url: str = ""
    html: Markup | None = None
    user_id: int | None = None
    kind: Kind = Kind.COMMENT
    root_id: int | None = None
    avatar: str = ""
    is_held: bool = False
    is_elsewhere: bool = False

    @property
    def is_mention(self) -> bool:
        """Whether another site sent it. It is no part of the conversation."""
        return self.kind != Kind.COMMENT


@dataclass(frozen=True)
class More:
    """What a page leaves out of a thread: so many replies, which begin with one, and
    the number of the portion that this one is in.
    """

    count: int
    first_id: int
    thread_id: int
    portion: int


@dataclass(slots=True, eq=False)
class Entry:
    """A comment, or the place of one that is not shown, in the thread.

    ``opens`` says that a list of replies follows; ``closes``, how many lists end after
    it. ``in_reply_to`` is who is answered, where the place itself does not tell.
    ``more`` follows the last entry of a thread that is not shown as a whole.
    """

    line: Line
    level: int = 1
    opens: bool = False
    closes: int = 0
    in_reply_to: Line | None = None
    more: More | None = None

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


def count_label(count: int) -> str:
    """ "No Comment", "1 Comment", "2 Comments"."""
    if count == 0:
        return _("No Comment")
    return ngettext("%(num)d Comment", "%(num)d Comments", count)


def arranged(
    lines: Iterable[Line],
    depth: int,
    *,
    elsewhere: Mapping[int, Line] = MappingProxyType({}),
    more: Mapping[int, More] = MappingProxyType({}),
    newest_first: bool = False,
) -> Thread:
    """A thread in the order of time at each level, at most ``depth`` levels deep; with
    ``newest_first`` the top level stands in the other order.

    Deeper replies stand in the deepest level, in order, and say whom they answer; what
    answers a comment that is ``elsewhere`` does so right below the beginning of its
    thread. A comment that is not shown keeps its place if anything below it is shown. A
    loop of parents, which only a damaged import could hold, is cut at its first
    comment. What answers a mention begins a thread of its own. ``more`` says by the
    beginning of a thread what is left out of it.
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
        above = line.parent_id
        if above not in shown:
            entries[id].in_reply_to = elsewhere.get(above or 0)
            above = line.root_id if line.root_id in shown else None
        replies.setdefault(above, []).append(id)
    places = _places(shown, replies, entries, max(depth, 1))
    flat = _flattened(shown, places, entries, newest_first=newest_first)
    _mark_ends(flat, more)
    return Thread(
        flat,
        [_mention(line) for line in sorted(mentions, key=_in_time)],
        sum(entry.is_answerable for entry in entries.values()) + len(mentions),
    )


def roots(parents: Mapping[int, int | None]) -> dict[int, int]:
    """With which comment the thread of each begins. ``parents`` has whom each answers;
    one that is not in it begins nothing. A circle, which only a damaged import could
    hold, is cut at its smallest number.
    """
    found: dict[int, int] = {}
    for id in sorted(parents):
        way = {id: id}  # from the bottom up, in order
        last, above = id, parents[id] or 0
        while last not in found and above in parents and above not in way:
            last = way[above] = above
            above = parents[above] or 0
        if last not in found and above in way:
            circle = list(way)
            last = min(circle[circle.index(above) :])
        found.update(dict.fromkeys(way, found.get(last, last)))
    return found


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
            parent = known.get(above.parent_id or 0)
            above = parent or known.get(above.root_id or 0)
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
                is_answer = shown[reply].parent_id == id
                if is_deepest and is_answer and not here.is_hidden:
                    entry.in_reply_to = here.line
                waiting.append(reply)
    return places


def _flattened(
    shown: dict[int, Line],
    places: dict[int, int | None],
    entries: dict[int, Entry],
    *,
    newest_first: bool,
) -> list[Entry]:
    below: dict[int | None, list[int]] = {}
    for id in reversed(shown):  # so that the first is popped first
        below.setdefault(places[id], []).append(id)
    flat: list[Entry] = []
    waiting = below.get(None, [])
    if newest_first:
        waiting.reverse()
    while waiting:
        id = waiting.pop()
        flat.append(entries[id])
        waiting += below.get(id, ())
    for entry, after in zip(flat, [*flat[1:], None], strict=False):
        next_level = after.level if after else 1
        entry.opens = next_level > entry.level
        entry.closes = max(entry.level - next_level, 0)
    return flat


def _mark_ends(flat: list[Entry], more: Mapping[int, More]) -> None:
    """Put what is left out of a thread behind the last of its entries."""
    begun = 0
    for entry, after in zip(flat, [*flat[1:], None], strict=False):
        if entry.level == 1:
            begun = entry.line.id
        if after is None or after.level == 1:
            entry.more = more.get(begun)
