"""The people as an admin looks for them: by state, by role, by a word."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select

from ..comments.models import Comment
from ..database import session
from ..paging import Page, last_page
from ..posts.models import Byline, Kind, Post, Status
from ..text.folding import fold
from .models import Role, User

PAGE_SIZE = 50


class State(StrEnum):
    """Whether somebody may log in; ``ALL`` is everybody."""

    ALL = "all"
    ACTIVE = "active"
    WAITING = "waiting"  # for a password: nobody has chosen one yet
    DISABLED = "disabled"


class Sought(NamedTuple):
    """Who is looked for; ``role`` ``None`` and ``words`` "" leave out nobody."""

    state: State = State.ALL
    role: Role | None = None
    words: str = ""


class Found(NamedTuple):
    """How many of the sought role and words are in each state, and the ids of those who
    are in the state that was sought, by name."""

    counts: Mapping[State, int]
    ids: Sequence[int]


class Belongings(NamedTuple):
    """What of a person's is here, in whatever state."""

    posts: int
    pages: int
    comments: int
    bylines: int  # posts of others that name the person

    @property
    def need_an_heir(self) -> bool:
        """Whether somebody else must get what cannot be nobody's."""
        return self.posts + self.pages > 0


def state_of(user: User) -> State:
    """The state of a person, other than ``ALL``."""
    return _state(user.is_active, user.password_hash is not None)


def look_for(sought: Sought) -> Found:
    """Those sought, in one question. Names are compared folded, in every script, which
    no database does alike; people are few enough for it.
    """
    has_password = User.password_hash.is_not(None)
    people = select(
        User.id,
        User.display_name,
        User.name,
        User.email,
        User.disabled_at.is_(None),
        has_password,
    )
    if sought.role is not None:
        people = people.where(User.role == sought.role)
    words = fold(sought.words).split()
    counts = dict.fromkeys(State, 0)
    found: list[tuple[str, int]] = []
    for id, display_name, name, email, is_active, may in session.execute(people):
        if words:
            text = fold(f"{display_name}\n{name}\n{email or ''}")
            if not all(word in text for word in words):
                continue
        state = _state(is_active, may)
        counts[State.ALL] += 1
        counts[state] += 1
        if sought.state in (State.ALL, state):
            found.append((fold(display_name), id))
    return Found(counts, [id for _name, id in sorted(found)])


def page(found: Found, number: int) -> Page[User] | None:
    """Page ``number`` of those found; ``None`` past the last page."""
    pages = last_page(len(found.ids), PAGE_SIZE)
    if not 1 <= number <= pages:
        return None
    ids = found.ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    people = {user.id: user for user in those(ids)}
    shown = [people[id] for id in ids if id in people]
    return Page(shown, number, pages, len(found.ids))


def those(ids: Collection[int]) -> Sequence[User]:
    """The people of these ids, the first made first."""
    return session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)).all()


def post_numbers(people: Collection[User]) -> Mapping[int, int]:
    """How many posts outside the trash each person's id has; none is left out."""
    rows = session.execute(
        select(Post.author_id, func.count())
        .where(
            Post.author_id.in_([user.id for user in people]),
            Post.kind == Kind.POST,
            Post.status != Status.TRASH,
        )
        .group_by(Post.author_id)
    )
    return dict(rows.all())


def belongings(user: User) -> Belongings:
    """What a person wrote, in whatever state."""
    kinds = dict(
        session.execute(
            select(Post.kind, func.count())
            .where(Post.author_id == user.id)
            .group_by(Post.kind)
        ).all()
    )
    said = select(func.count()).where(Comment.user_id == user.id)
    named = select(func.count()).where(Byline.user_id == user.id)
    return Belongings(
        kinds.get(Kind.POST, 0),
        kinds.get(Kind.PAGE, 0),
        session.scalar(said) or 0,
        session.scalar(named) or 0,
    )


def _state(is_active: bool, has_password: bool) -> State:
    if not is_active:
        return State.DISABLED
    return State.ACTIVE if has_password else State.WAITING
