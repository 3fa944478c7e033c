"""Questions about the library for those who work in it: its lists, where a file is
used, and which pictures nobody has described.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    column,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
    union_all,
)

from ..accounts.models import User
from ..database import session
from ..paging import Page, last_page
from ..text.folding import fold
from .models import MediaItem, MediaKind, MediaUse, Portrait

NAMED = 20  # of the places where a file is shown
PAGE_SIZE = 48  # whole rows, whether two, three, four or six stand in one

# What the library knows of posts, which stand to the right of it: where they show a
# file beside their text. The rest is asked of them by their number.
_POST = table(
    "post",
    *(column(name) for name in ("id", "kind", "title", "author_id", "status")),
    *(column(name) for name in ("cover_id", "social_picture_id")),
)
_BYLINE = table("byline", column("post_id"), column("user_id"))


class Show(StrEnum):
    """What a list is narrowed to."""

    ALL = "all"
    UNDESCRIBED = "undescribed"  # pictures without alternative text
    UNUSED = "unused"
    DUPLICATES = "duplicates"  # the same bytes, or what looks the same


class Wanted(NamedTuple):
    """What somebody seeks; ``uploader_id`` is whose, ``None`` for everybody's."""

    words: str = ""
    kind: MediaKind | None = None
    show: Show = Show.ALL
    uploader_id: int | None = None


class Use(NamedTuple):
    """A post or page that shows a file; ``kind`` is "post" or "page". Beside its text
    it may show it as its cover, and on its card elsewhere.
    """

    post_id: int
    kind: str
    title: str
    is_cover: bool = False
    is_card: bool = False


class Uses(NamedTuple):
    """Where a file is shown: the first of the posts and pages that the person may see,
    how many more these are, and how many there are that they may not see; the names of
    the first people whose portrait it is, and how many more these are.
    """

    texts: Sequence[Use]
    further: int
    hidden: int
    people: Sequence[str]
    further_people: int

    @property
    def number(self) -> int:
        """In how many places."""
        texts = len(self.texts) + self.further + self.hidden
        return texts + len(self.people) + self.further_people


class Sight(NamedTuple):
    """Whose posts and pages somebody sees: their own, or all."""

    user_id: int
    all_posts: bool
    all_pages: bool


def page(wanted: Wanted, number: int) -> Page[MediaItem] | None:
    """Page ``number`` of the files that somebody seeks, the newest first; duplicates
    beside each other. ``None`` past the last page.
    """
    conditions = _conditions(wanted)
    counted = select(func.count()).select_from(MediaItem).where(*conditions)
    total = session.scalar(counted) or 0
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    shown = session.scalars(
        select(MediaItem)
        .where(MediaItem.id.in_(ids(wanted, number)))
        .order_by(*_order(wanted))
    ).all()
    return Page(shown, number, pages, total)


def ids(wanted: Wanted, number: int) -> Select[int]:
    """The statement for the ids of a page. It reads an index from its end: rows that
    are passed over are not looked at.
    """
    return (
        select(MediaItem.id)
        .where(*_conditions(wanted))
        .order_by(*_order(wanted))
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )


def selected(media_ids: Collection[int]) -> Sequence[MediaItem]:
    """The files among these ids, in the order of their numbers."""
    found = select(MediaItem).where(MediaItem.id.in_(media_ids))
    return session.scalars(found.order_by(MediaItem.id)).all()


def used(media_ids: Collection[int]) -> set[int]:
    """Those of these files that are shown anywhere."""
    return set(session.scalars(_used().where(_MEDIA_ID.in_(media_ids))))


def is_finished_with(media_id: int) -> bool:
    """Whether any text that is public or private shows a file."""
    is_finished = _POST.c.status.in_(("public", "private"))
    shown = select(_POST.c.id).where(_shows(media_id), is_finished)
    return session.scalar(select(shown.exists())) or False


def _shows(media_id: int) -> ColumnElement[bool]:
    in_text = select(MediaUse.post_id).where(MediaUse.media_id == media_id)
    return or_(
        _POST.c.id.in_(in_text),
        _POST.c.cover_id == media_id,
        _POST.c.social_picture_id == media_id,
    )


def uses(media_id: int, sight: Sight) -> Uses:
    """Where a file is shown, the newest text first; ``NAMED`` at most have names."""
    shown = _shows(media_id)
    seen = _is_seen(sight)
    number, number_seen = session.execute(
        select(func.count(), func.coalesce(func.sum(case((seen, 1), else_=0)), 0))
        .select_from(_POST)
        .where(shown)
    ).one()
    texts = [
        Use(post_id, kind, title, cover_id == media_id, card_id == media_id)
        for post_id, kind, title, cover_id, card_id in session.execute(
            select(
                *(_POST.c.id, _POST.c.kind, _POST.c.title),
                *(_POST.c.cover_id, _POST.c.social_picture_id),
            )
            .where(shown, seen)
            .order_by(_POST.c.id.desc())
            .limit(NAMED)
        )
    ]
    portrayed = Portrait.media_id == media_id
    people = session.scalars(
        select(User.display_name)
        .where(User.id.in_(select(Portrait.user_id).where(portrayed)))
        .order_by(User.id)
        .limit(NAMED)
    ).all()
    all_people = session.scalar(select(func.count()).where(portrayed)) or 0
    return Uses(
        texts,
        number_seen - len(texts),
        number - number_seen,
        people,
        all_people - len(people),
    )


def _is_seen(sight: Sight) -> ColumnElement[bool]:
    by_line = select(_BYLINE.c.post_id).where(_BYLINE.c.user_id == sight.user_id)
    is_page = _POST.c.kind == "page"
    is_own = or_(_POST.c.author_id == sight.user_id, _POST.c.id.in_(by_line))
    sees_post = true() if sight.all_posts else is_own
    return or_(
        and_(is_page, true() if sight.all_pages else false()),
        and_(not_(is_page), sees_post),
    )


def tally() -> tuple[int, int]:
    """How many files there are, and how many of them are pictures without alternative
    text.
    """
    lacking = and_(*_conditions(Wanted(show=Show.UNDESCRIBED)))
    counted = select(func.count(), func.count(case((lacking, 1))))
    files, undescribed = session.execute(counted.select_from(MediaItem)).one()
    return files, undescribed


def undescribed_in_use() -> tuple[int, int]:
    """Of the pictures that are shown anywhere: how many lack an alternative text, and
    how many there are.
    """
    shown = select(func.count()).where(
        MediaItem.kind == MediaKind.IMAGE, MediaItem.id.in_(_used())
    )
    lacking = shown.where(*_conditions(Wanted(show=Show.UNDESCRIBED)))
    return session.scalar(lacking) or 0, session.scalar(shown) or 0


def report(number: int) -> Page[MediaItem] | None:
    """Page ``number`` of the pictures in use without an alternative text, the newest
    first. ``None`` past the last page.
    """
    total, _shown = undescribed_in_use()
    pages = last_page(total, PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    rows = (
        select(MediaItem)
        .where(*_conditions(Wanted(show=Show.UNDESCRIBED)))
        .where(MediaItem.id.in_(_used()))
        .order_by(*_order(Wanted()))
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(rows).all(), number, pages, total)


_MEDIA_ID: ColumnElement[int] = literal_column("media_id")


def _used() -> Select[int]:
    """The ids of all files that are shown anywhere, some more than once."""
    shown = union_all(
        select(MediaUse.media_id.label("media_id")),
        select(_POST.c.cover_id).where(_POST.c.cover_id.is_not(None)),
        select(_POST.c.social_picture_id).where(_POST.c.social_picture_id.is_not(None)),
        select(Portrait.media_id),
    ).subquery()
    return select(_MEDIA_ID).select_from(shown)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(MediaItem.kind == wanted.kind)
    if wanted.uploader_id is not None:
        found.append(MediaItem.uploader_id == wanted.uploader_id)
    for word in fold(wanted.words).split():
        found.append(MediaItem.folded.contains(word, autoescape=True))
    match wanted.show:
        case Show.UNDESCRIBED:
            found += [
                MediaItem.kind == MediaKind.IMAGE,
                MediaItem.alt == "",
                MediaItem.is_decorative.is_(False),
            ]
        case Show.UNUSED:
            found.append(MediaItem.id.not_in(_used()))
        case Show.DUPLICATES:
            found.append(or_(_several(MediaItem.digest), _several(MediaItem.likeness)))
        case _:
            pass
    return found


def _several(what: Any) -> ColumnElement[bool]:
    """Whether another file has the same there."""
    twice = select(what).where(what != "").group_by(what).having(func.count() > 1)
    return what.in_(twice)  # type: ignore[no-any-return]


def _order(wanted: Wanted) -> tuple[Any, ...]:
    newest = (MediaItem.created_at.desc(), MediaItem.id.desc())
    if wanted.show == Show.DUPLICATES:
        return (MediaItem.likeness, MediaItem.digest, *newest)
    return newest
