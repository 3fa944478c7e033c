"""One change to many posts or pages at once. Nothing here commits."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import update

from ...accounts import permissions
from ...accounts.models import User
from ...accounts.permissions import Action
from ...database import session
from ...jobs import queue
from ...jobs.models import Job, State
from .. import shelving
from ..desk import editing
from ..desk import queries as desk
from ..desk.editing import Untitled, Visibility
from ..models import FINISHED, Category, Kind, Post, Status, Tag
from ..shelving import Move, Past
from ..terms import terms
from . import queries, review


class Verb(StrEnum):
    """What may be done with many. The first five are the moves of ``shelving``."""

    PUBLISH = "publish"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    TRASH = "trash"
    RESTORE = "restore"
    FILE = "file"  # under one more category
    UNFILE = "unfile"
    TAG = "tag"  # with some more
    UNTAG = "untag"
    GIVE = "give"  # to another author
    OPEN = "open"  # for comments
    CLOSE = "close"
    STICK = "stick"  # to the top of the home page
    UNSTICK = "unstick"
    DELETE = "delete"  # for good, what lies in the trash


MOVES = frozenset(Verb(each) for each in Move)
# What pages do not have.
OF_POSTS = frozenset(
    {Verb.FILE, Verb.UNFILE, Verb.TAG, Verb.UNTAG, Verb.STICK, Verb.UNSTICK}
)


class Change(NamedTuple):
    """What is to be done; ``what`` is the id of a category or a person, or names of
    tags, where the verb is about one.
    """

    verb: Verb
    what: int | list[str] | None = None


class Outcome(NamedTuple):
    """What became of it: those that were changed, how they stood before if they were
    moved, how many have no title yet, and how many the person may not change.
    """

    changed: Sequence[Post]
    pasts: Mapping[int, Past]
    untitled: int
    left: int


class Gone(Exception):
    """The category, or the person as a writer, is not there any more."""


def carry_out(
    change: Change, kind: Kind, ids: Sequence[int], user: User, now: datetime
) -> Outcome:
    """Change each of them that ``user`` may.

    :raise Gone: if what the change is about is
    """
    posts = desk.selected(kind, ids)
    allowed = [post for post in posts if may(user, change.verb, post)]
    left = len(ids) - len(allowed)
    if change.verb in MOVES:
        return _move(Move(change.verb), allowed, left, user, now)
    if not allowed:
        return Outcome((), {}, 0, left)  # and no tag is made for nothing
    act = _act(change, kind)
    changed = [post for post in allowed if act(post)]
    return Outcome(changed, {}, 0, left)


def may(user: User, verb: Verb, post: Post) -> bool:
    """Whether somebody may do that with a post or page. What is finished is changed by
    who may publish it.
    """
    if verb == Verb.GIVE and not sees_all(user, post.kind):
        return False
    if verb == Verb.DELETE and post.status != Status.TRASH:
        return False  # so that one press never loses what was read
    is_finished = bool(FINISHED & {post.status, post.trashed_status})
    needed = Action.PUBLISH if is_finished or verb in _PUBLISHING else Action.WRITE
    if post.kind == Kind.PAGE:
        needed = Action.PAGES
    return permissions.may(user, needed, post.owner_for(user))


def sees_all(user: User, kind: Kind) -> bool:
    """Whether somebody writes in what belongs to others, too."""
    action = Action.PAGES if kind == Kind.PAGE else Action.WRITE
    return permissions.reach(user, action) == permissions.Reach.ANY


def do_later(
    change: Change,
    kind: Kind,
    ids: Sequence[int],
    user: User,
    now: datetime,
    about: str,
) -> None:
    """Have very many changed by a job. Twice the same is twice: what was found for it
    may be something else by now.
    """
    key = f"{queries.BULK}:{user.id}:{now.isoformat()}"
    payload = {
        "kind": kind,
        "verb": change.verb,
        "what": change.what,
        "ids": list(ids),
        "user": user.id,
    }
    queue.add(queries.BULK, key, payload, now, about=about)
    session.flush()
    session.execute(
        update(Job)
        .where(Job.key == key, Job.state == State.WAITING)
        .values(total=len(ids), user_id=user.id)
    )


_PUBLISHING = frozenset({Verb.PUBLISH, Verb.STICK, Verb.UNSTICK})


def _move(
    way: Move, posts: Iterable[Post], left: int, user: User, now: datetime
) -> Outcome:
    changed: list[Post] = []
    pasts: dict[int, Past] = {}
    untitled = 0
    for post in posts:
        try:
            past = shelving.carry_out(way, post, now)
        except Untitled:
            untitled += 1
            continue
        if past is not None:
            review.moved(post, past.status, user, now)
            changed.append(post)
            pasts[post.id] = past
    return Outcome(changed, pasts, untitled, left)


def _act(change: Change, kind: Kind) -> Callable[[Post], bool]:
    """What is done with each; it says whether there was anything to be done. As saves
    all of these count, so that no editor that was opened before takes it back unseen.
    """
    match change:
        case Change(Verb.FILE, int(category_id)):
            category = _category(category_id)
            return lambda post: editing.file_also(post, category)
        case Change(Verb.UNFILE, int(category_id)):
            category = _category(category_id)
            return lambda post: _unfile(post, category)
        case Change(Verb.TAG, list(names)):
            tags = terms.tags_named(names)
            session.flush()  # new ones get their ids
            return lambda post: _tag(post, tags)
        case Change(Verb.UNTAG, list(names)):
            folded = {name.casefold() for name in names}
            return lambda post: _untag(post, folded)
        case Change(Verb.GIVE, int(author_id)):
            author = _writer(author_id)
            return lambda post: editing.give(post, author)
        case Change(Verb.OPEN | Verb.CLOSE as verb, _):
            return lambda post: _set(post, "comments_open", verb == Verb.OPEN)
        case Change(Verb.STICK | Verb.UNSTICK as verb, _):
            return lambda post: _stick(post, verb == Verb.STICK)
        case Change(Verb.DELETE, _):
            return _delete
    raise Gone


def _category(category_id: int) -> Category:
    category = desk.category(category_id)
    if category is None:
        raise Gone
    return category


def _writer(author_id: int) -> User:
    author = next((each for each in desk.writers() if each.id == author_id), None)
    if author is None:
        raise Gone
    return author


def _unfile(post: Post, category: Category) -> bool:
    kept = [each for each in post.categories if each.id != category.id]
    if len(kept) == len(post.categories):
        return False
    post.file_under(kept, post.tags)
    post.version += 1
    return True


def _tag(post: Post, tags: Sequence[Tag]) -> bool:
    known = {each.tag_id for each in post.tag_links}
    new = [each for each in tags if each.id not in known]
    if not new:
        return False
    post.file_under(post.categories, [*post.tags, *new])
    post.version += 1
    return True


def _untag(post: Post, names: Set[str]) -> bool:
    kept = [each for each in post.tags if each.name.casefold() not in names]
    if len(kept) == len(post.tags):
        return False
    post.file_under(post.categories, kept)
    post.version += 1
    return True


def _delete(post: Post) -> bool:
    editing.delete(post)
    return True


def _stick(post: Post, is_wanted: bool) -> bool:
    """A private post cannot stand there: it would be a gap that tells of it."""
    if is_wanted and editing.visibility_of(post) == Visibility.PRIVATE:
        return False
    return _set(post, "sticky", is_wanted)


def _set(post: Post, name: str, value: bool) -> bool:
    if getattr(post, name) == value:
        return False
    setattr(post, name, value)
    post.version += 1
    return True
