"""The pages of a conversation: which part of it an address shows, and on which page a
comment is.

Pages hold threads, in the order of time, so that a full one never changes: what is left
over is on the last one, which is never nearly empty. Of a long thread a page shows how
it begins; the rest is in portions of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import current_app

from ..database import session
from ..posts import permalinks
from ..posts.models import Post
from ..site.models import CommentOrder, DefaultPage, Site
from . import avatars, queries, rows, threads
from .models import Comment, Kind, Status
from .rows import Among, Rows
from .threads import Line, More, Thread

# On one page where the owner wants no pages: nobody reads more at once.
LARGEST_PAGE = 1_000
# Replies on a page, and of each thread on it in any case.
REPLIES_A_PAGE = 200
FEWEST_REPLIES = 3
# Replies, and mentions, where they have a page for themselves.
PORTION = 200
# More than anybody ever said.
EVERYTHING = 1_000_000


class Part(NamedTuple):
    """A part of a conversation: a page of it, or a portion of one thread, or of the
    mentions. With nothing named it is the page that the post's own address shows.
    """

    page: int | None = None
    thread_id: int | None = None
    mentions: bool = False
    portion: int = 1

    @property
    def is_portion(self) -> bool:
        """Whether it is of something that has more than a page has room for."""
        return self.mentions or self.thread_id is not None


@dataclass(frozen=True)
class Shown:
    """What is read in a part: ``number`` is its place among the ``last`` of its kind.
    ``staff`` are those of the writers who write posts here, too.
    """

    thread: Thread
    part: Part
    number: int
    last: int
    staff: frozenset[int] = frozenset()
    has_more_mentions: bool = False

    @property
    def older(self) -> Part | None:
        """The part before it in time."""
        return self._step(-1) if self.number > 1 else None

    @property
    def newer(self) -> Part | None:
        """The part after it."""
        return self._step(1) if self.number < self.last else None

    def _step(self, step: int) -> Part:
        if self.part.is_portion:
            return self.part._replace(portion=self.number + step)
        return Part(page=self.number + step)


@dataclass(frozen=True)
class Conversation:
    """What is said below a post, in the pages that the owner wants."""

    post: Post
    site: Site

    def url(self, part: Part) -> str:
        """The path and query of a part."""
        if part.page is not None and part.page != self._opening:
            return permalinks.comment_page_url(self.post, part.page)
        path = permalinks.post_url(self.post)
        named: dict[str, int] = {}
        if part.mentions and part.portion > 1:
            named["mentions"] = part.portion
        elif part.thread_id is not None:
            named["thread"] = part.thread_id
            if part.portion > 1:
                named["portion"] = part.portion
        return f"{path}?{urlencode(named)}" if named else path

    def has(self, part: Part) -> bool:
        """Whether a part has an address of its own, and something in it."""
        if part.mentions:
            return 1 < part.portion <= _portions(rows.count(rows.mentions(self.post)))
        if part.thread_id is not None:
            begin = session.get(Comment, part.thread_id)
            return (
                not self._is_flat
                and begin is not None
                and begin.post_id == self.post.id
                and begin.root_id is None
                and begin.thread_count > 0
                and 1 <= part.portion <= _portions(_replies(begin))
            )
        return part.page is None or (
            part.page != self._opening and 1 <= part.page <= self.last
        )

    def shown(self, part: Part, held: Comment | None = None) -> Shown:
        """What is read in a part that is there. ``held`` is a waiting comment, shown
        too, to the one who wrote it.
        """
        if part.mentions:
            shown = self._mentions(part)
        elif part.thread_id is not None:
            shown = self._thread(part, part.thread_id, held)
        else:
            shown = self._page(part, held)
        entries = shown.thread.entries
        writers = {entry.line.user_id for entry in entries if entry.line.user_id}
        return replace(
            shown,
            thread=replace(shown.thread, count=self.post.comment_count),
            staff=queries.staff(writers - {self.post.author_id}),
        )

    def place(self, comment: Comment) -> Part:
        """Where a comment that is read stands now."""
        if comment.kind != Kind.COMMENT:
            before = rows.before(comment, rows.mentions(self.post))
            portion = before // _portion() + 1
            return Part(mentions=True, portion=portion) if portion > 1 else Part()
        begin = None if self._is_flat else _beginning(comment)
        if begin is None:
            return self._page_of(comment)
        size, before = _replies(begin), 0
        if size > FEWEST_REPLIES:
            before = rows.before(comment, rows.below(begin.id), size)
        part = Part(thread_id=begin.id, portion=before // _portion() + 1)
        if before >= REPLIES_A_PAGE and not current_app.config["FROZEN"]:
            return part
        page = self._page_of(begin)
        if before < FEWEST_REPLIES:
            return page
        top = self._top(page.page or self._opening)
        return page if before < _shown_of_each(map(_replies, top)) else part

    def place_of_waiting(self, comment: Comment) -> Part:
        """On which page a waiting comment is shown to the one who wrote it."""
        begin = None if self._is_flat else _beginning(comment)
        if begin is None or begin.thread_count == 0:
            return self._numbered(self.last)
        return self._page_of(begin)

    # The numbers of pages

    @cached_property
    def last(self) -> int:
        """The number of the last page. It holds what would fill a page, or up to nearly
        twice that.
        """
        return max(1, self._total // self._size)

    @property
    def _size(self) -> int:
        size = self.site.comments_per_page if self.site.page_comments else LARGEST_PAGE
        return max(size, 1)

    @property
    def _is_flat(self) -> bool:
        return self.site.thread_comments_depth <= 1

    @cached_property
    def _total(self) -> int:
        """How many threads there are; in a flat list, how many comments."""
        if not self._is_flat:
            return self.post.thread_count
        return self.post.comment_count - rows.count(rows.mentions(self.post))

    @property
    def _among(self) -> Among:
        """What stands at the top level of all pages."""
        return rows.flat(self.post) if self._is_flat else rows.beginnings(self.post)

    @property
    def _opening(self) -> int:
        """The number of the page that the post's own address shows."""
        is_newest = self.site.default_comments_page == DefaultPage.NEWEST
        return self.last if is_newest else 1

    def _numbered(self, number: int) -> Part:
        return Part() if number == self._opening else Part(page=number)

    def _page_of(self, begin: Comment) -> Part:
        before = rows.before(begin, self._among, self._total)
        return self._numbered(min(before // self._size + 1, self.last))

    # What is on them

    def _top(self, number: int) -> Rows:
        """The top level of a page, in the order of time."""
        start = (number - 1) * self._size
        size = self._total - start if number == self.last else self._size
        return rows.piece(self._among, self._total, start, size)

    def _page(self, part: Part, held: Comment | None) -> Shown:
        number = part.page or self._opening
        found = self._top(number) if self._total else ()
        mentions: list[Line] = []
        # In threads that are all on this page there may be everything that is read.
        if part.page is None and (
            self._is_flat
            or sum(row.thread_count for row in found) < self.post.comment_count
        ):
            mentions = self._sent(1)
        more: Mapping[int, More] = {}
        if not self._is_flat:
            found, more = _with_replies(found)
        return Shown(
            self._arranged(found, held, more, mentions[: _portion()]),
            part,
            number,
            self.last,
            has_more_mentions=len(mentions) > _portion(),
        )

    def _thread(self, part: Part, begin_id: int, held: Comment | None) -> Shown:
        """A portion of one thread, below its beginning."""
        begin = rows.one(begin_id)
        size, start = _replies(begin), (part.portion - 1) * _portion()
        replies = rows.piece(rows.below(begin_id), size, start, _portion())
        thread = self._arranged([begin, *replies], held)
        return Shown(thread, part, part.portion, _portions(size))

    def _mentions(self, part: Part) -> Shown:
        thread = threads.arranged(self._sent(part.portion)[: _portion()], 1)
        last = _portions(rows.count(rows.mentions(self.post)))
        return Shown(thread, part, part.portion, last)

    def _sent(self, portion: int) -> list[Line]:
        """A portion of what other sites sent; and one more, if there is any."""
        found = rows.first(
            rows.mentions(self.post), (portion - 1) * _portion(), _portion() + 1
        )
        return [_line(row, has_avatar=False) for row in found]

    def _arranged(
        self,
        found: Iterable[Any],
        held: Comment | None,
        more: Mapping[int, More] | None = None,
        mentions: Iterable[Line] = (),
    ) -> Thread:
        """Everything in its place, and what stands above it, if that is not here."""
        has_avatar = self.site.show_avatars
        lines = [_line(row, has_avatar=has_avatar) for row in found]
        if held is not None:
            lines.append(_line(held, has_avatar=has_avatar, is_held=True))
        known = {line.id for line in lines}
        sought = {line.parent_id for line in lines} - known - {None}
        elsewhere: dict[int, Line] = {}
        for row in rows.above(sought) if sought else ():
            if row.status == Status.APPROVED:
                elsewhere[row.id] = _name(row)
            elif row.id not in known and not self._is_flat:
                lines.append(_line(row, has_avatar=False))
        return threads.arranged(
            [*lines, *mentions],
            self.site.thread_comments_depth,
            elsewhere=elsewhere,
            more=more or {},
            newest_first=self.site.comment_order == CommentOrder.NEWEST_FIRST,
        )


def _portion() -> int:
    """How many replies, or mentions, stand together where they have a page for
    themselves. A file has no address with a query, and so all stand on one page.
    """
    return EVERYTHING if current_app.config["FROZEN"] else PORTION


def _shown_of_each(sizes: Iterable[int]) -> int:
    """How many replies of each thread a page shows; in a file, all."""
    return EVERYTHING if current_app.config["FROZEN"] else _share(sizes)


def _portions(size: int) -> int:
    return max(1, -(-size // _portion()))


def _beginning(comment: Comment) -> Comment | None:
    """What the thread of a reply begins with; ``None`` if it answers nothing."""
    return session.get(Comment, comment.root_id) if comment.root_id else None


def _replies(begin: Any) -> int:
    """How many replies are read in the thread that a comment, or its row, begins."""
    own = 1 if begin.status == Status.APPROVED else 0
    return int(begin.thread_count) - own


def _share(sizes: Iterable[int]) -> int:
    """How many replies each thread of a page may show, so that there is room for all:
    short threads are shown as a whole, long ones cut at one length.
    """
    room, ordered = REPLIES_A_PAGE, sorted(sizes)
    for index, size in enumerate(ordered):
        each = room // (len(ordered) - index)
        if size > each:
            return max(each, FEWEST_REPLIES)
        room -= size
    return REPLIES_A_PAGE


def _with_replies(begun: Rows) -> tuple[Rows, Mapping[int, More]]:
    """The beginnings of threads with what a page shows below them, and what it leaves
    out.
    """
    sizes = {row.id: size for row in begun if (size := _replies(row))}
    if not sizes:
        return begun, {}
    share = _shown_of_each(sizes.values())
    shown: list[Any] = []
    more: dict[int, More] = {}
    taken = dict.fromkeys(sizes, 0)
    for row in rows.first_replies(sizes, share + 1):
        thread_id = row.root_id
        if taken[thread_id] < share:
            shown.append(row)
            taken[thread_id] += 1
        else:
            left, portion = sizes[thread_id] - share, share // _portion() + 1
            more[thread_id] = More(left, row.id, thread_id, portion)
    return [*begun, *shown], more


def _line(row: Any, *, has_avatar: bool, is_held: bool = False) -> Line:
    is_shown = is_held or row.status == Status.APPROVED
    return Line(
        row.id,
        # What begins a thread answers nothing here, though it may be a mention.
        row.parent_id if row.root_id is not None else None,
        row.created_at,
        row.author,
        row.url,
        row.html if is_shown else None,
        row.user_id,
        row.kind,
        row.root_id,
        avatars.key(row.email, row.author) if has_avatar and is_shown else "",
        is_held,
    )


def _name(row: Any) -> Line:
    """What is said of a comment that is on another page."""
    return Line(row.id, row.parent_id, row.created_at, row.author, is_elsewhere=True)
