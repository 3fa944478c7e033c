"""Saving what a writer decided: a post's text, its place, and what becomes of it.

Every button of the editor saves everything that was typed, and then does its own thing;
so no press of any of them loses a word. Nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from ..accounts.models import User
from ..database import session
from ..i18n import gettext as _
from . import publishing, queries, terms, trees
from .models import FINISHED, Category, Kind, Post, Status
from .publishing import Content


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
    what is protected. A post has categories and tags and may be ``sticky``, a page has
    ``parent_id`` and ``position``; the others' are not looked at.
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
    """A post without a title cannot be linked to, so it cannot be finished."""


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
        author, kind, content, now, password=details.password_in_force
    )
    _apply(post, details, step, now)
    return post


def update_post(
    post: Post,
    content: Content,
    details: Details,
    step: Step,
    *,
    seen_version: int | None,
    now: datetime,
) -> None:
    """Replace all that the writer decided, if ``seen_version`` is still what is stored.

    :raise Stale: if it is not
    :raise Refused: if one of the details cannot be so
    :raise Untitled: when it is, or is to be, finished and has no title
    """
    if seen_version != post.version:
        raise Stale
    post.password = details.password_in_force  # first: what lists show depends on it
    publishing.revise(post, content, now)
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
    post.author_id = author.id
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
    post.author_id = details.author_id
    post.comments_open = details.comments_open
    if post.kind == Kind.PAGE:
        _place(post, details)
    if details.slug and details.slug != post.slug:
        problem = publishing.slug_problem(post, details.slug)
        if problem is not None:
            raise Refused("slug", problem)
    post.slug = details.slug
    if post.kind == Kind.POST:
        post.sticky = details.sticky and details.visibility != Visibility.PRIVATE
        post.file_under(
            _categories(details.category_ids), terms.tags_named(details.tag_names)
        )
    _take(step, post, details, now)


def _take(step: Step, post: Post, details: Details, now: datetime) -> None:
    if step == Step.RESTORE or (step == Step.PUBLISH and post.status == Status.TRASH):
        publishing.restore(post)
    if step == Step.PUBLISH or (
        step in (Step.SAVE, Step.RESTORE) and _is_finished(post, details)
    ):
        if not post.title:
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


def _categories(ids: Sequence[int]) -> list[Category]:
    found = session.scalars(
        select(Category).where(Category.id.in_(ids)).order_by(Category.id)
    ).all()
    if len(found) != len(set(ids)):
        raise Refused("category_ids", _("One of these categories is gone by now."))
    return list(found)
