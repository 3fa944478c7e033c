"""Other people, behind the login: made, changed, kept out, deleted. For admins."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import session, write_transaction
from ..errors import error_page
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import whole_number
from ..posts.desk import queries as post_desk
from ..security import max_body
from . import desk, guard, listing, logins, passwords, queries, setup, users
from .guard import requires
from .listing import asked_place
from .models import Role, User
from .permissions import Action
from .users_forms import HeirForm, NewPersonForm, PersonForm, role_names

bp = Blueprint("users", __name__, url_prefix="/users")

MAX_BODY = 32 * 1024
# Two pages; nobody selects more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100


class Verb(StrEnum):
    """What can be done with several people at once."""

    ROLE = "role"
    DISABLE = "disable"
    ENABLE = "enable"


@bp.get("/")
@requires(Action.USERS)
def index() -> str:
    """Everybody, or those who are looked for."""
    return listing.show()


@bp.post("/selection")
@requires(Action.USERS)
@max_body(MAX_BODY)
def update_selection() -> BaseResponse:
    """Do with all selected people what the pressed button says."""
    place = asked_place(request.form)
    pressed = request.form.get("selection")
    if pressed not in tuple(Verb):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    role = request.form.get("new_role")
    if pressed == Verb.ROLE and role not in tuple(Role):
        flash(_("No role was chosen. Nothing was changed."), "error")
        return redirect(place.url, 303)
    ids = [whole_number(typed) for typed in request.form.getlist("ids")]
    _carry_out(Verb(pressed), ids[:MAX_SELECTED], Role(role) if role else None)
    return redirect(place.as_it_is_now().url, 303)


@bp.get("/new")
@requires(Action.USERS)
def new() -> Response:
    """The form for somebody new."""
    return _new_page(NewPersonForm(), 200)


@bp.post("/new")
@requires(Action.USERS)
@max_body(MAX_BODY)
def create() -> BaseResponse:
    """Make a person; one without a password gets a link, which this answer shows."""
    now = utcnow()
    form = NewPersonForm()
    if not form.validate():
        return _new_page(form, 422)

    password_hash = passwords.hashed(form.password.data) if form.password.data else None
    with write_transaction():
        _ensure_still_allowed()
        user = users.create(**form.person, password_hash=password_hash, now=now)
        session.flush()  # the link needs the id
        link = setup.link_for(user, now) if password_hash is None else None
    if link is not None:
        return _link_page(user, link)
    flash(_("“%(name)s” can log in now.", name=user.display_name))
    return redirect(url_for(".index"), 303)


@bp.get("/<int:user_id>/")
@requires(Action.USERS)
def edit(user_id: int) -> Response:
    """Everything about one person."""
    user = _person_or_404(user_id)
    return _edit_page(user, PersonForm(user, is_own=user is _self()), 200)


@bp.post("/<int:user_id>/")
@requires(Action.USERS)
@max_body(MAX_BODY)
def update(user_id: int) -> BaseResponse:
    """Change what is known of a person, their address as an author, and their role."""
    user = _person_or_404(user_id)
    form = PersonForm(user, is_own=user is _self())
    if not form.validate():
        return _edit_page(user, form, 422)

    with write_transaction():
        user = _person_to_change(user_id)
        before = user.role
        users.describe(user, **form.values)
        users.change_slug(user, form.slug.data or "")
        if form.new_role is not None:
            users.change_role(user, form.new_role, by=_self())
    flash(_("“%(name)s” is saved.", name=user.display_name))
    if user.role is not before:
        flash(_logged_out(_now_of_role(user.role, 1)))
    return redirect(url_for(".edit", user_id=user_id), 303)


@bp.post("/<int:user_id>/suspension")
@requires(Action.USERS)
def disable(user_id: int) -> BaseResponse:
    """Keep a person out."""
    with write_transaction():
        user = _person_to_change(user_id)
        users.disable(user, utcnow(), by=_self())
    flash(
        _("“%(name)s” is disabled and logged out.", name=user.display_name),
        f"undo:{url_for('.enable', user_id=user_id)}",
    )
    return redirect(url_for(".edit", user_id=user_id), 303)


@bp.post("/<int:user_id>/readmission")
@requires(Action.USERS)
def enable(user_id: int) -> BaseResponse:
    """Let a person in again."""
    with write_transaction():
        user = _person_to_change(user_id)
        users.enable(user)
    flash(_("“%(name)s” may log in again.", name=user.display_name))
    return redirect(url_for(".edit", user_id=user_id), 303)


@bp.post("/<int:user_id>/sessions/end")
@requires(Action.USERS)
def end_sessions(user_id: int) -> BaseResponse:
    """Log a person out everywhere."""
    with write_transaction():
        user = _person_to_change(user_id)
        _ensure_another(user)
        logins.end_all(user)
    flash(_("“%(name)s” is logged out everywhere.", name=user.display_name))
    return redirect(url_for(".edit", user_id=user_id), 303)


@bp.post("/<int:user_id>/link")
@requires(Action.USERS)
def make_link(user_id: int) -> BaseResponse:
    """Make a link for choosing a password, which this answer shows, and no other."""
    with write_transaction():
        user = _person_to_change(user_id)
        _ensure_another(user)
        if not user.is_active:
            abort(409, _("This account is disabled. Let the person in again first."))
        link = setup.link_for(user, utcnow())
    return _link_page(user, link)


@bp.post("/<int:user_id>/link/end")
@requires(Action.USERS)
def end_link(user_id: int) -> BaseResponse:
    """Take back a link that was made."""
    with write_transaction():
        user = _person_to_change(user_id)
        users.end_links(user)
    flash(_("The link for “%(name)s” is good no more.", name=user.display_name))
    return redirect(url_for(".edit", user_id=user_id), 303)


@bp.get("/<int:user_id>/deletion")
@requires(Action.USERS)
def ask_before_deleting(user_id: int) -> Response:
    """Say what of the person is here, and ask who gets it."""
    user = _person_or_404(user_id)
    _ensure_another(user)
    return _deletion_page(user, HeirForm(user, post_desk.writers()), 200)


@bp.post("/<int:user_id>/deletion")
@requires(Action.USERS)
@max_body(MAX_BODY)
def delete(user_id: int) -> BaseResponse:
    """Delete a person; somebody else gets their posts."""
    user = _person_or_404(user_id)
    form = HeirForm(user, post_desk.writers())
    if not form.validate():
        return _deletion_page(user, form, 422)
    try:
        with write_transaction():
            user = _person_to_change(user_id)
            name = user.display_name
            users.delete(user, by=_self(), heir=form.heir, shared=form.what_of_shared)
    except users.NeedsHeir:
        form.refuse()
        return _deletion_page(_person_or_404(user_id), form, 422)
    told = _("“%(name)s” was deleted.", name=name)
    if form.heir:
        heir = form.heir.display_name
        told += " " + _("What they wrote is with “%(name)s” now.", name=heir)
    flash(told)
    return redirect(url_for(".index"), 303)


@bp.errorhandler(users.Refused)
def refused(error: users.Refused) -> BaseResponse:
    """What a rule does not allow, or what somebody else got a moment ago."""
    rule = why_not(error)
    return error_page(403, rule) if rule else error_page(409)


def why_not(error: users.Refused) -> str | None:
    """The rule that stood in the way, in a sentence; ``None`` if it was no rule."""
    match error:
        case users.OwnAccount():
            return _("That is your own account; another admin can do that.")
        case users.LastAdmin():
            return _("Nobody else could log in as an admin then.")
        case _:
            return None


# What the views above are made of


def _self() -> User:
    """Who is logged in; the guard let nobody else come here."""
    user = guard.current_user()
    assert user is not None  # noqa: S101
    return user


def _ensure_still_allowed() -> None:
    """Inside a write: the admin may have been one a moment ago, and be none now."""
    guard.ensure(Action.USERS, None)


def _ensure_another(user: User) -> None:
    """Go on only if it is about somebody else; one's own account has a room.

    :raise users.OwnAccount: if not
    """
    if user is _self():
        raise users.OwnAccount


def _person_or_404(user_id: int) -> User:
    user = queries.by_id(user_id)
    if user is None:
        abort(404)
    return user


def _person_to_change(user_id: int) -> User:
    _ensure_still_allowed()
    return _person_or_404(user_id)


def _carry_out(verb: Verb, ids: Sequence[int], role: Role | None) -> None:
    now = utcnow()
    done: list[User] = []
    refused: dict[str, list[str]] = {}
    with write_transaction():
        _ensure_still_allowed()
        change = _change(verb, role, now)
        for user in desk.those(ids):
            try:
                change(user)
            except users.Refused as error:
                names = refused.setdefault(why_not(error) or "", [])
                names.append(f"“{user.display_name}”")
            else:
                done.append(user)
    if not done and not refused:
        flash(_("Nobody was selected. Nothing was changed."), "error")
    if done:
        flash(_done(verb, role, len(done)))
    for sentence, names in refused.items():
        flash(
            _(
                "Left as it is: %(names)s. %(why)s",
                names=", ".join(names),
                why=sentence,
            ),
            "error",
        )


def _change(verb: Verb, role: Role | None, now: datetime) -> Callable[[User], None]:
    me = _self()
    match verb:
        case Verb.ROLE:
            chosen = role or Role.SUBSCRIBER
            return lambda user: users.change_role(user, chosen, by=me)
        case Verb.DISABLE:
            return lambda user: users.disable(user, now, by=me)
        case Verb.ENABLE:
            return users.enable


def _done(verb: Verb, role: Role | None, number: int) -> str:
    match verb:
        case Verb.ROLE:
            return _logged_out(_now_of_role(role or Role.SUBSCRIBER, number))
        case Verb.DISABLE:
            return ngettext(
                "%(num)d person is disabled and logged out.",
                "%(num)d people are disabled and logged out.",
                number,
            )
        case Verb.ENABLE:
            return ngettext(
                "%(num)d person may log in again.",
                "%(num)d people may log in again.",
                number,
            )


def _now_of_role(role: Role, number: int) -> str:
    return ngettext(
        "%(num)d person has the role “%(role)s” now.",
        "%(num)d people have the role “%(role)s” now.",
        number,
        role=role_names()[role],
    )


def _logged_out(sentence: str) -> str:
    return f"{sentence} {_('Anybody whose role changed is logged out.')}"


def _new_page(form: NewPersonForm, status: int) -> Response:
    page = render_template("admin/accounts/new_person.html", form=form)
    return make_response(page, status)


def _edit_page(user: User, form: PersonForm, status: int) -> Response:
    page = render_template(
        "admin/accounts/person.html",
        form=form,
        user=user,
        is_own=user is _self(),
        state=desk.state_of(user),
        states=listing.state_names(),
        belongings=desk.belongings(user),
        link=queries.open_link(user, utcnow()),
    )
    return make_response(page, status)


def _link_page(user: User, link: setup.Link) -> Response:
    page = render_template("admin/accounts/link.html", user=user, link=link)
    return make_response(page)


def _deletion_page(user: User, form: HeirForm, status: int) -> Response:
    page = render_template(
        "admin/accounts/delete_person.html",
        user=user,
        form=form,
        belongings=desk.belongings(user),
    )
    return make_response(page, status)
