"""The rooms behind the login, and the first of them: what needs doing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint, g, render_template, request, url_for

from ..accounts import guard, permissions
from ..accounts.guard import requires
from ..accounts.models import User
from ..accounts.permissions import Action, Reach
from ..clock import utcnow
from ..comments.akismet import state as akismet_state
from ..comments.desk import queries as comment_desk
from ..comments.models import Comment
from ..i18n import gettext as _
from ..media import library_queries
from ..posts.desk import queries as desk
from ..posts.desk.queries import Shelf
from ..posts.models import Kind
from ..site.models import Site
from ..site.queries import settings

bp = Blueprint("admin", __name__, url_prefix="/admin")

SHOWN = 5


class Room(NamedTuple):
    """A place in the navigation; ``waiting`` is how much there needs a decision."""

    label: str
    address: str
    is_current: bool
    waiting: int = 0


class FirstStep(NamedTuple):
    """Something that a new publication lacks."""

    label: str
    address: str
    why: str
    is_done: bool


@bp.get("/")
@requires(Action.ENTER)
def dashboard() -> str:
    """What needs doing, and what was done last."""
    now = utcnow()
    user = guard.current_user()
    assert user is not None  # noqa: S101  the guard let them in
    may_write = guard.may(Action.WRITE)
    author_id = None if _sees_all(Action.WRITE) else user.id
    counts = desk.counts(Kind.POST, author_id, now) if may_write else {}

    def first(shelf: Shelf, whose: int | None) -> object:
        return desk.first(Kind.POST, shelf, SHOWN, author_id=whose, now=now)

    return render_template(
        "admin/dashboard.html",
        now=now,
        may_write=may_write,
        counts=counts,
        moderates=guard.may(Action.MODERATE),
        waiting=_waiting(),
        comments=_comments_waiting(user),
        drafts=first(Shelf.DRAFT, user.id) if may_write else (),
        pending=first(Shelf.PENDING, author_id) if may_write else (),
        reviews=_sees_all(Action.PUBLISH),
        scheduled=first(Shelf.SCHEDULED, author_id) if may_write else (),
        published=first(Shelf.PUBLIC, author_id) if may_write else (),
        library=library_queries.tally() if may_write else (0, 0),
        first_steps=_first_steps(counts) if guard.may(Action.SETTINGS) else (),
    )


@bp.context_processor
def _navigation() -> dict[str, object]:
    return {"rooms": rooms}


def rooms() -> list[Room]:
    """The rooms that the person may enter."""
    return [room for room, may_enter in _all_rooms() if may_enter]


def _all_rooms() -> list[tuple[Room, bool]]:
    def room(label: str, address: str, waiting: int = 0) -> Room:
        return Room(label, address, request.path.startswith(address), waiting)

    home = url_for("admin.dashboard")
    return [
        (Room(_("Dashboard"), home, request.path == home), True),
        (
            room(_("Posts"), url_for("admin.posts.index"), _to_review(Kind.POST)),
            guard.may(Action.WRITE),
        ),
        (
            room(_("Pages"), url_for("admin.pages.index"), _to_review(Kind.PAGE)),
            guard.may(Action.PAGES),
        ),
        (room(_("Media"), url_for("admin.media.index")), guard.may(Action.WRITE)),
        (
            room(_("Comments"), url_for("admin.comments.index"), _waiting()),
            guard.may(Action.MODERATE),
        ),
        (
            room(_("Spam"), url_for("admin.spam.index"), _spam_to_see()),
            _sees_all(Action.MODERATE),
        ),
        (
            room(_("Categories"), url_for("admin.terms.categories")),
            guard.may(Action.TERMS),
        ),
        (room(_("Tags"), url_for("admin.terms.tags")), guard.may(Action.TERMS)),
        (room(_("Series"), url_for("admin.series.index")), guard.may(Action.TERMS)),
        (room(_("People"), url_for("admin.users.index")), guard.may(Action.USERS)),
        (room(_("Menus"), url_for("admin.menus.index")), guard.may(Action.SETTINGS)),
        (room(_("Import"), url_for("admin.imports.index")), guard.may(Action.SETTINGS)),
        (
            room(_("Redirects"), url_for("admin.redirects.index")),
            guard.may(Action.SETTINGS),
        ),
        (
            room(_("Outbox"), url_for("admin.outbox.index")),
            guard.may(Action.SETTINGS),
        ),
        (
            room(_("Settings"), url_for("admin.settings.edit")),
            guard.may(Action.SETTINGS),
        ),
    ]


def _to_review(kind: Kind) -> int:
    """How many posts or pages wait for the person's review; asked once in a request."""
    if "posts_to_review" not in g:
        g.posts_to_review = desk.waiting() if _sees_all(Action.PUBLISH) else {}
    number: int = g.posts_to_review.get(kind, 0)
    return number


def _sees_all(action: Action) -> bool:
    """Whether the person may do it to what belongs to others, too."""
    return permissions.reach(guard.current_user(), action) == Reach.ANY


def _waiting() -> int:
    """How many comments wait for the person; asked once in a request."""
    if "comments_waiting" not in g:
        may_look = guard.may(Action.MODERATE)
        user = guard.current_user()
        g.comments_waiting = comment_desk.waiting(user) if may_look else 0
    number: int = g.comments_waiting
    return number


def _spam_to_see() -> int:
    """1 if Akismet needs its owner, else 0."""
    return int(guard.may(Action.SETTINGS) and akismet_state.needs_attention())


def _comments_waiting(user: User) -> Sequence[Comment]:
    """The newest of them."""
    page = comment_desk.page(user, comment_desk.Shelf.PENDING, 1, total=_waiting())
    return page.items[:SHOWN] if page else ()


def _first_steps(counts: Mapping[Shelf, int]) -> list[FirstStep]:
    """The steps of a new publication; none once all are taken."""
    site = settings()
    steps = [
        FirstStep(
            _("Give it a name"),
            url_for("admin.settings.edit"),
            _("Title, tagline, language and time zone."),
            site.title != Site.__table__.columns["title"].default.arg,
        ),
        FirstStep(
            _("Write the first post"),
            url_for("admin.posts.new"),
            _("Nothing is public before you say so."),
            counts[Shelf.ALL] > 0,
        ),
        FirstStep(
            _("Publish it"),
            url_for("admin.posts.index"),
            _("Now, or on a day and at an hour of your choice."),
            counts[Shelf.PUBLIC] + counts[Shelf.SCHEDULED] > 0,
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps
