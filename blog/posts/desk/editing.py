"""Saving what a writer decided: a post's text, its place, and what becomes of it.

Every button of the editor saves everything that was typed, and then does its own thing;
so no press of any of them loses a word. Nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from ...accounts.models import User
from ...accounts.permissions import Action, may
from ...database import session
from ...i18n import gettext as _
from ...media.models import MediaItem, MediaKind, MediaUse
from .. import publishing, queries, trees
from ..models import FINISHED, Category, Kind, Post, Shape, Status
from ..publishing import Content
from ..revisions import revisions
from ..series import series
from ..terms import terms


class Step(StrEnum):
    """What becomes of a post when it is saved; the name of the button that says so."""

    SAVE = "save"  # stays what it is
    PUBLISH = "publish"  # at its date; without one, at once
    SUBMIT = "submit"  # to somebody who may publish it
    WITHDRAW = "withdraw"
    TRASH = "trash"
    RESTORE = "restore"


class Visibility(StrEnum):
    """Who may read a post once it is finished."""

    PUBLIC = "public"
    PROTECTED = "protected"  # its title everybody, its words who knows the password
    PRIVATE = "private"  # who wrote it, and who may read everything


@dataclass(frozen=True, kw_only=True)
class Details:
    """All that a writer decides besides the text.

    ``slug`` "" leaves the address to be made from the title. ``password`` counts for
    what is protected, ``link_url`` for a link post. A post has categories and tags, a
    shape, perhaps a series and co-authors, and may be ``sticky``; a page has
    ``parent_id`` and ``position``; the others' are not looked at. ``series`` is a name,
    "" for none, and ``series_position`` ``None`` the place behind its last part.
    """

    author_id: int
    slug: str
    published_at: datetime | None
    comments_open: bool
    visibility: Visibility = Visibility.PUBLIC
    password: str = ""
    sticky: bool = False
    category_ids: Sequence[int] = ()
    tag_names: Sequence[str] = ()
    parent_id: int | None = None
    position: int = 0
    shape: Shape = Shape.ARTICLE
    link_url: str = ""
    series: str = ""
    series_position: int | None = None
    co_author_ids: Sequence[int] = ()
    seo_title: str = ""
    seo_description: str = ""
    canonical_url: str = ""
    cover_id: int | None = None
    social_picture_id: int | None = None

    @property
    def password_in_force(self) -> str:
        """The password that readers need; "" if they need none."""
        return self.password if self.visibility == Visibility.PROTECTED else ""


class Stale(Exception):
    """Somebody else, or another window, saved the post since it was opened."""


class Refused(Exception):
    """Something cannot be so; ``field`` names what, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Untitled(Exception):
    """A post without a title cannot be linked to, so it cannot be finished. A note can,
    by its first words.
    """


def create(
    author: User,
    kind: Kind,
    content: Content,
    details: Details,
    step: Step,
    now: datetime,
) -> Post:
    """A new post, added to the session.

    :raise Refused: if one of the details cannot be so
    :raise Untitled: when it is to be finished and has no title
    """
    post = publishing.compose(
        author,
        kind,
        content,
        now,
        password=details.password_in_force,
        shape=_shape(kind, details),
    )
    _apply(post, details, step, now)
    revisions.record(post, author, now)
    return post


def update_post(
    post: Post,
    content: Content,
    details: Details,
    step: Step,
    *,
    by: User,
    seen_version: int | None,
    now: datetime,
) -> None:
    """Replace all that the writer decided, if ``seen_version`` is still what is stored.
    What was stored is kept as a revision, and so is what replaces it.

    :raise Stale: if it is not
    :raise Refused: if one of the details cannot be so
    :raise Untitled: when it is, or is to be, finished and has no title
    """
    if seen_version != post.version:
        raise Stale
    # First: what lists show depends on them.
    post.password = details.password_in_force
    post.shape = _shape(post.kind, details)
    revisions.revise(post, content, by, now)
    _apply(post, details, step, now)


def visibility_of(post: Post) -> Visibility:
    """Who may read a post, or, while it is not finished or in the trash, who could."""
    if Status.PRIVATE in (post.status, post.trashed_status):
        return Visibility.PRIVATE
    return Visibility.PROTECTED if post.is_protected else Visibility.PUBLIC


def file_also(post: Post, category: Category) -> bool:
    """Add a category to a post's; ``False`` if it has it. As a save it counts, so that
    no editor that was opened before takes it off again unseen.
    """
    if category.id in {link.category_id for link in post.category_links}:
        return False
    post.file_under([*post.categories, category], post.tags)
    post.version += 1
    return True


def give(post: Post, author: User) -> bool:
    """Make somebody the author of a post; ``False`` if they are. It is a save, too."""
    if post.author_id == author.id:
        return False
    post.credit(author.id, [line.user_id for line in post.bylines])
    post.version += 1
    return True


def delete(post: Post) -> None:
    """Take a post away for good, with its comments. Pages below it move up, under a new
    address where another page has theirs.
    """
    for page in queries.directly_below(post):
        page.parent_id = post.parent_id
        if page.slug and queries.slug_is_taken(page, page.slug):
            page.slug = publishing.free_slug(page, page.slug)
    session.delete(post)


def _apply(post: Post, details: Details, step: Step, now: datetime) -> None:
    post.comments_open = details.comments_open
    _show(post, details)
    if post.kind == Kind.PAGE:
        post.author_id = details.author_id
        _place(post, details)
    if details.slug and details.slug != post.slug:
        problem = publishing.slug_problem(post, details.slug)
        if problem is not None:
            raise Refused("slug", problem)
    post.slug = details.slug
    if post.kind == Kind.POST:
        post.sticky = details.sticky and details.visibility != Visibility.PRIVATE
        post.link_url = details.link_url if post.shape == Shape.LINK else ""
        post.credit(details.author_id, _co_author_ids(post, details))
        post.file_under(
            _categories(details.category_ids), terms.tags_named(details.tag_names)
        )
        series.enter(post, details.series, details.series_position)
    _take(step, post, details, now)


def _shape(kind: Kind, details: Details) -> Shape:
    return details.shape if kind == Kind.POST else Shape.ARTICLE


def _show(post: Post, details: Details) -> None:
    """Say what cards, search engines and lists get to see."""
    post.seo_title = details.seo_title
    post.seo_description = details.seo_description
    post.canonical_url = details.canonical_url
    post.cover_id = _picture_id("cover_id", details.cover_id)
    post.social_picture_id = _picture_id("social_picture_id", details.social_picture_id)
    noted = {use.media_id for use in post.media_uses} | {None}
    for media_id in {post.cover_id, post.social_picture_id} - noted:
        post.media_uses.append(MediaUse(media_id=media_id))


def _take(step: Step, post: Post, details: Details, now: datetime) -> None:
    if step == Step.RESTORE or (step == Step.PUBLISH and post.status == Status.TRASH):
        publishing.restore(post)
    if step == Step.PUBLISH or (
        step in (Step.SAVE, Step.RESTORE) and _is_finished(post, details)
    ):
        if not post.title and post.shape != Shape.NOTE:
            raise Untitled
        _finish(post, details, now)
        return
    if details.published_at is not None or post.status in _UNFINISHED:
        post.published_at = details.published_at
    if step == Step.SUBMIT and post.status == Status.DRAFT:
        post.submit()
    elif step == Step.WITHDRAW:
        post.withdraw()
    elif step == Step.TRASH:
        if post.status in FINISHED:  # a restore brings back what was chosen now
            _finish(post, details, now)
        post.trash(now)


_UNFINISHED = frozenset({Status.DRAFT, Status.PENDING})


def _is_finished(post: Post, details: Details) -> bool:
    """Whether a save leaves it finished. To keep it private is to finish it: a draft is
    read by the same people, and would have forgotten the choice when it is published.
    """
    if post.status in _UNFINISHED:
        return details.visibility == Visibility.PRIVATE
    return post.status in FINISHED


def _finish(post: Post, details: Details, now: datetime) -> None:
    # What is out keeps its moment when the date is emptied; links and feeds would move
    # otherwise.
    at = post.published_at
    is_out = post.status in FINISHED and at is not None and at <= now
    at = details.published_at or (at if is_out else None) or now
    if details.visibility == Visibility.PRIVATE:
        publishing.keep_private(post, at)
    else:
        publishing.publish(post, at)


def _place(page: Post, details: Details) -> None:
    page.position = details.position
    if details.parent_id == page.parent_id:
        return
    possible = {
        branch.row.id
        for branch in trees.apart_from(
            page if page.id is not None else None, queries.all_pages()
        )
    }
    if details.parent_id is not None and details.parent_id not in possible:
        raise Refused("parent_id", _("A page cannot lie below itself."))
    page.parent_id = details.parent_id


def _picture_id(field: str, media_id: int | None) -> int | None:
    if media_id is None:
        return None
    item = session.get(MediaItem, media_id)
    if item is None:
        raise Refused(field, _("There is no file of that number in the library."))
    if item.kind != MediaKind.IMAGE:
        raise Refused(field, _("That file is not a picture."))
    return item.id


def _co_author_ids(post: Post, details: Details) -> list[int]:
    """Who is named beside the author: those who may write, and who was named before."""
    known = {line.user_id for line in post.bylines}
    wanted = [each for each in details.co_author_ids if each not in known]
    found = session.scalars(select(User).where(User.id.in_(wanted))).all()
    if {each.id for each in found if may(each, Action.WRITE)} != set(wanted):
        raise Refused("co_author_ids", _("One of these people may not write here."))
    return list(details.co_author_ids)


def _categories(ids: Sequence[int]) -> list[Category]:
    found = session.scalars(
        select(Category).where(Category.id.in_(ids)).order_by(Category.id)
    ).all()
    if len(found) != len(set(ids)):
        raise Refused("category_ids", _("One of these categories is gone by now."))
    return list(found)
