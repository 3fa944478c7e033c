"""Every question about posts and terms. "Public" and the timeline are said once."""

from collections.abc import Sequence, Set
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import defer, joinedload, selectinload

from ..accounts.models import User
from ..database import session
from ..paging import Page, last_page
from ..site.queries import settings
from .models import (
    Byline,
    Category,
    Kind,
    Post,
    PostCategory,
    PostTag,
    Series,
    Status,
    Tag,
)

# One total order for home, archives, feeds and neighbours. The id breaks ties: imported
# posts often share a second, and without it a neighbour would be skipped.
TIMELINE = (Post.published_at, Post.id)
# Enough for a title with a link; the texts stay in the database.
LIGHT = (
    defer(Post.source),
    defer(Post.html),
    defer(Post.lede),
    defer(Post.summary),
    defer(Post.excerpt),
)
# What a teaser shows, and what the page of a post does.
TEASER = (
    defer(Post.source),
    defer(Post.html),
    joinedload(Post.author),
    selectinload(Post.category_links),
    selectinload(Post.bylines),
)
WHOLE = (
    defer(Post.source),
    joinedload(Post.author),
    selectinload(Post.category_links),
    selectinload(Post.tag_links),
    selectinload(Post.bylines),
    joinedload(Post.series),
)
# In which order the parts of a series come.
PARTS = (Post.series_position, Post.published_at, Post.id)


class Neighbours(NamedTuple):
    """The posts on either side of one post; ``None`` at the ends."""

    older: Post | None
    newer: Post | None


NO_NEIGHBOURS = Neighbours(None, None)


def public(now: datetime) -> Select[Post]:
    """Posts any visitor may read, in no particular order."""
    return select(Post).where(
        Post.kind == Kind.POST, Post.status == Status.PUBLIC, Post.published_at <= now
    )


def newest_first(now: datetime) -> Select[Post]:
    """Public posts in the order of time, newest first."""
    return public(now).order_by(*(column.desc() for column in TIMELINE))


def in_categories(now: datetime, categories: Sequence[Category]) -> Select[Post]:
    """Public posts in any of the categories, newest first, each once."""
    ids = [category.id for category in categories]
    links = select(PostCategory.post_id).where(PostCategory.category_id.in_(ids))
    return newest_first(now).where(Post.id.in_(links))


def tagged(now: datetime, tag: Tag) -> Select[Post]:
    """Public posts with the tag, newest first."""
    links = select(PostTag.post_id).where(PostTag.tag_id == tag.id)
    return newest_first(now).where(Post.id.in_(links))


def by_author(now: datetime, author: User) -> Select[Post]:
    """Public posts that somebody wrote, alone or with others, newest first."""
    own = select(Post.id).where(
        Post.author_id == author.id,
        Post.status == Status.PUBLIC,
        Post.published_at <= now,
    )
    shared = select(Byline.post_id).where(
        Byline.user_id == author.id, Byline.published_at <= now
    )
    return newest_first(now).where(Post.id.in_(union_all(own, shared)))


def in_series(now: datetime, series: Series) -> Select[Post]:
    """Public parts of a series, newest first."""
    return newest_first(now).where(Post.series_id == series.id)


def parts(now: datetime, series: Series) -> Select[Post]:
    """Public parts of a series, in its own order."""
    return public(now).where(Post.series_id == series.id).order_by(*PARTS)


def every_part(series: Series) -> Sequence[Post]:
    """The parts of a series in whatever state, in its own order, without their texts;
    those without a date come last.
    """
    order = (Post.series_position, Post.published_at.is_(None), *PARTS[1:])
    return session.scalars(
        select(Post)
        .where(Post.series_id == series.id)
        .options(*LIGHT, joinedload(Post.author), selectinload(Post.bylines))
        .order_by(*order)
    ).all()


def written_by(user_id: int) -> ColumnElement[bool]:
    """What is true of posts and pages that somebody wrote, alone or with others."""
    shared = select(Byline.post_id).where(Byline.user_id == user_id)
    return or_(Post.author_id == user_id, Post.id.in_(shared))


def between(now: datetime, start: datetime, end: datetime) -> Select[Post]:
    """Public posts from ``start`` up to, but without, ``end``, newest first."""
    return newest_first(now).where(Post.published_at >= start, Post.published_at < end)


def of_year(now: datetime, year: int) -> Select[Post]:
    """Public posts of a year, as the site's clocks count it, newest first."""
    return between(now, _start(year), _start(year + 1))


def of_month(now: datetime, year: int, month: int) -> Select[Post]:
    """Public posts of a month, as the site's clocks count it, newest first."""
    end = _start(year + month // 12, month % 12 + 1)
    return between(now, _start(year, month), end)


def _start(year: int, month: int = 1) -> datetime:
    """The instant at which a month begins by the site's clocks."""
    zone = ZoneInfo(settings().timezone)
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)


def is_any(posts: Select[Post]) -> bool:
    """Whether there is any of these posts."""
    first = posts.with_only_columns(Post.id).order_by(None).limit(1)
    return session.scalar(first) is not None


def page_of(posts: Select[Post], number: int, size: int) -> Page[Post] | None:
    """Page ``number`` of a list, with all a teaser shows; ``None`` past the last."""
    counted = posts.order_by(None).with_only_columns(func.count(Post.id))
    total = session.scalar(counted) or 0
    pages = last_page(total, size)
    if not 1 <= number <= pages:
        return None
    shown = posts.options(*TEASER).limit(size).offset((number - 1) * size)
    return Page(session.scalars(shown).all(), number, pages, total)


def sticky(now: datetime) -> list[Post]:
    """Public posts that stay at the top of home, newest first."""
    # Nothing else is asked of the database, and this in the index's own words (for
    # SQLAlchemy it is "= 1"): else SQLite would walk along the whole timeline.
    rows = session.scalars(
        select(Post).where(literal_column("post.sticky")).options(*TEASER)
    )
    found = [post for post in rows if post.kind == Kind.POST and post.is_public(now)]
    return sorted(found, key=lambda post: (post.published_at, post.id), reverse=True)


def neighbours(
    post: Post, now: datetime, within: Sequence[Category] | None = None
) -> Neighbours:
    """The next older and the next newer public post: one index seek each.

    ``within`` narrows the way to posts that share any of these categories (two seeks
    for each of them); with an empty sequence there is no neighbour. What is not public
    has no place in the timeline, so it has no neighbours; nor has a page.
    """
    if post.kind != Kind.POST or not post.is_public(now):
        return NO_NEIGHBOURS
    if within is not None:
        return _neighbours_within(post, now, [category.id for category in within])
    here = tuple_(post.published_at, post.id)
    # What was public when this post came out: a bound next to ``here``, not at ``now``,
    # from where SQLite would walk all the way back.
    assert post.published_at is not None  # noqa: S101  is_public said so
    older = newest_first(post.published_at).where(tuple_(*TIMELINE) < here)
    newer = public(now).where(tuple_(*TIMELINE) > here).order_by(*TIMELINE)
    return Neighbours(_first(older), _first(newer))


def _neighbours_within(
    post: Post, now: datetime, category_ids: Sequence[int]
) -> Neighbours:
    if not category_ids:
        return NO_NEIGHBOURS
    order = (PostCategory.published_at, PostCategory.post_id)
    here = tuple_(post.published_at, post.id)
    older, newer = [], []
    for category_id in category_ids:
        links = select(*order).where(PostCategory.category_id == category_id)
        older.append(
            links.where(
                PostCategory.published_at <= post.published_at, tuple_(*order) < here
            )
            .order_by(*(column.desc() for column in order))
            .limit(1)
        )
        newer.append(
            links.where(PostCategory.published_at <= now, tuple_(*order) > here)
            .order_by(*order)
            .limit(1)
        )
    return Neighbours(_nearest(older, descending=True), _nearest(newer))


def _nearest(
    links: list[Select[datetime | None, int]], *, descending: bool = False
) -> Post | None:
    """The post of the first row in time of all the one-row selects."""
    rows = union_all(*(select(each.subquery()) for each in links)).subquery()
    order = (rows.c.published_at, rows.c.post_id)
    nearest = select(rows.c.post_id).order_by(
        *(column.desc() if descending else column for column in order)
    )
    return _first(select(Post).where(Post.id == nearest.limit(1).scalar_subquery()))


def _first(posts: Select[Post]) -> Post | None:
    return session.scalar(posts.options(*LIGHT).limit(1))


def by_id(post_id: int) -> Post | None:
    """The post or page of that id, in whatever state."""
    return session.get(Post, post_id)


def named(*slugs: str) -> Sequence[Post]:
    """Posts and pages of these slugs outside the trash, with all a reader sees."""
    return session.scalars(
        select(Post)
        .where(Post.slug.in_(slugs), Post.status != Status.TRASH)
        .options(*WHOLE)
        .order_by(Post.id)
    ).all()


def identified(post_id: int, *, is_whole: bool = True) -> Post | None:
    """The post of that id with all a reader sees, or without its texts; ``None`` if it
    is in the trash.
    """
    options = WHOLE if is_whole else LIGHT
    return session.scalar(
        select(Post)
        .where(Post.id == post_id, Post.status != Status.TRASH)
        .options(*options)
    )


def slug_is_taken(post: Post, slug: str) -> bool:
    """Whether another post, or another page below the same parent, has the slug."""
    others = select(Post.id).where(
        Post.kind == post.kind, Post.slug == slug, Post.status != Status.TRASH
    )
    if post.kind == Kind.PAGE:
        others = others.where(Post.parent_id.is_(post.parent_id))
    if post.id is not None:
        others = others.where(Post.id != post.id)
    return session.scalar(others.limit(1)) is not None


def menu_pages(now: datetime) -> Sequence[Post]:
    """Public pages that lie below no other, in the owner's order."""
    return session.scalars(
        select(Post)
        .where(
            Post.kind == Kind.PAGE,
            Post.status == Status.PUBLIC,
            Post.published_at <= now,
            Post.parent_id.is_(None),
        )
        .options(*LIGHT)
        .order_by(Post.position, Post.title, Post.id)
        .limit(12)
    ).all()


def all_pages() -> Sequence[Post]:
    """Every page that is not in the trash, in the owner's order, without its text."""
    return session.scalars(
        select(Post)
        .where(Post.kind == Kind.PAGE, Post.status != Status.TRASH)
        .options(*LIGHT)
        .order_by(Post.position, Post.title, Post.id)
    ).all()


def directly_below(page: Post) -> Sequence[Post]:
    """The pages whose parent it is, in whatever state, the first made first."""
    return session.scalars(
        select(Post).where(Post.parent_id == page.id).options(*LIGHT).order_by(Post.id)
    ).all()


def author_named(slug: str) -> User | None:
    """The account whose public name in addresses is ``slug``."""
    return session.scalar(select(User).where(User.slug == slug))


def author(user_id: int) -> User | None:
    """The account of that id."""
    return session.get(User, user_id)


def people(ids: Sequence[int]) -> Sequence[User]:
    """The accounts of these ids, in this order."""
    rows = session.scalars(select(User).where(User.id.in_(ids)))
    found = {each.id: each for each in rows}
    return [found[each] for each in ids if each in found]


def category(category_id: int) -> Category | None:
    """The category of that id."""
    return session.get(Category, category_id)


def category_named(slug: str) -> Category | None:
    """The category of that slug."""
    return session.scalar(select(Category).where(Category.slug == slug))


def tag_named(slug: str) -> Tag | None:
    """The tag of that slug."""
    return session.scalar(select(Tag).where(Tag.slug == slug))


def series_named(slug: str) -> Series | None:
    """The series of that slug."""
    return session.scalar(select(Series).where(Series.slug == slug))


def series(series_id: int) -> Series | None:
    """The series of that id."""
    return session.get(Series, series_id)


def series_names() -> Sequence[str]:
    """What the series are called, by name."""
    return session.scalars(select(Series.name).order_by(func.lower(Series.name))).all()


def all_categories() -> Sequence[Category]:
    """Every category by name. Held by the caller, it makes every parent known."""
    return session.scalars(select(Category).order_by(Category.name, Category.id)).all()


def public_category_ids(now: datetime) -> Set[int]:
    """The ids of the categories that hold public posts themselves."""
    held = select(PostCategory.category_id).where(PostCategory.published_at <= now)
    return set(session.scalars(held.distinct()))


def with_descendants(
    category: Category, categories: Sequence[Category]
) -> list[Category]:
    """The category and all that lie below it, out of ``categories``."""
    below: dict[int | None, list[Category]] = {}
    for each in categories:
        below.setdefault(each.parent_id, []).append(each)
    found: list[Category] = []
    waiting = [category]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.append(each)
            waiting += below.get(each.id, [])
    return found


def is_empty() -> bool:
    """Whether nothing was ever written here."""
    return session.scalar(select(Post.id).limit(1)) is None
