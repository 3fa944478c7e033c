"""The library behind the login: its list, and the door through which files come in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response
from werkzeug.exceptions import Forbidden

from ..accounts import guard, permissions
from ..accounts.guard import requires
from ..accounts.models import User
from ..accounts.permissions import Action, Reach
from ..clock import utcnow
from ..database import write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import Page, whole_number
from ..security import max_body
from . import intake, library_queries
from .library_items import described, thumbnail
from .library_queries import Show, Wanted
from .models import MediaItem, MediaKind
from .recognition import MAX_BYTES, MEBIBYTE

bp = Blueprint("media", __name__, url_prefix="/media")

View = TypeVar("View", bound=Callable[..., Any])

# The largest file, and what a form writes around it.
MAX_UPLOAD_BYTES = max(MAX_BYTES.values()) + MEBIBYTE
MOST_AT_ONCE = 50
MAX_WORDS = 200


class Problem(NamedTuple):
    """A file that was not taken, and why."""

    name: str
    error: str


class Place(NamedTuple):
    """Where in the library somebody is, and comes back to."""

    words: str = ""
    kind: MediaKind | None = None
    show: Show = Show.ALL
    is_mine: bool = False
    number: int = 1

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        values = self.kept
        if self.number > 1:
            values["page"] = str(self.number)
        return url_for("admin.media.index", _external=False, **values)

    @property
    def kept(self) -> dict[str, str]:
        """What an address says of it besides the number of its page."""
        values = {
            "q": self.words,
            "kind": self.kind or "",
            "show": "" if self.show == Show.ALL else self.show.value,
            "whose": "mine" if self.is_mine else "",
        }
        return {name: value for name, value in values.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether it holds less than everything."""
        return bool(self.kept)

    @property
    def wanted(self) -> Wanted:
        """The same as a question."""
        uploader_id = me().id if self.is_mine else None
        return Wanted(self.words, self.kind, self.show, uploader_id)

    def address_of(self, number: int) -> str:
        """The address of another page."""
        return self._replace(number=number).url


def takes_files(view: View) -> View:
    """Declare that a view takes forms with files; all others refuse them."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def me() -> User:
    """The person at the browser."""
    user = guard.current_user()
    if user is None:
        raise Forbidden  # the guard lets nobody without an account come here
    return user


def may_change(item: MediaItem) -> bool:
    """Whether the person may describe, replace and delete a file. Who was not allowed
    to publish may not change what others have published with it, either.
    """
    if permissions.reach(me(), Action.UPLOAD) == Reach.ANY:
        return True
    is_own = item.uploader_id == me().id
    return is_own and (
        guard.may(Action.PUBLISH) or not library_queries.is_finished_with(item.id)
    )


@bp.get("/")
@requires(Action.WRITE)
def index() -> str | Response:
    """The files, the newest first; for the editor's dialog as JSON."""
    place = _asked_place(request.args)
    page = library_queries.page(place.wanted, place.number)
    if page is None:
        abort(404)
    if not _wants_json():
        return show(place, page)
    following = None if page.older is None else place.address_of(page.older)
    items = [described(item) for item in page.items]
    return jsonify(items=items, next=following, total=page.total)


@bp.post("/")
@requires(Action.UPLOAD)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def upload() -> Response | tuple[str, int]:
    """Take files into the library. One that is refused keeps none of the others out."""
    items, problems = _take(request.files.getlist("file"))
    if not items and not problems:
        problems = [Problem("", _("Choose a file first."))]
    if _wants_json():
        response = jsonify(
            items=[described(item) for item in items],
            errors=[problem._asdict() for problem in problems],
        )
        response.status_code = 201 if items else 422
        return response
    if not items:
        page = library_queries.page(Wanted(), 1)
        return show(Place(), page or Page((), 1, 1, 0), problems), 422
    flash(ngettext("%(num)d file was added.", "%(num)d files were added.", len(items)))
    for problem in problems:
        flash(f"{problem.name}: {problem.error}", "error")
    return redirect(url_for(".index"), 303)


def show(place: Place, page: Page[MediaItem], problems: Sequence[Problem] = ()) -> str:
    """The page of the library."""
    return render_template(
        "admin/media/index.html",
        place=place,
        page=page,
        problems=problems,
        thumbnail=thumbnail,
        may_change=may_change,
        max_bytes=max(MAX_BYTES.values()),
        kinds=kind_labels(),
        shows=show_labels(),
    )


def kind_labels() -> dict[MediaKind, str]:
    """What the kinds are called, of several."""
    return {
        MediaKind.IMAGE: _("Pictures"),
        MediaKind.AUDIO: _("Sound"),
        MediaKind.VIDEO: _("Films"),
        MediaKind.DOCUMENT: _("Documents"),
    }


def show_labels() -> dict[Show, str]:
    """What a list can be narrowed to."""
    return {
        Show.UNDESCRIBED: _("Without alternative text"),
        Show.UNUSED: _("Unused"),
        Show.DUPLICATES: _("Duplicates"),
    }


def _take(files: Sequence[Any]) -> tuple[list[MediaItem], list[Problem]]:
    items: list[MediaItem] = []
    problems: list[Problem] = []
    if len(files) > MOST_AT_ONCE:  # each may take seconds
        sentence = _("At most %(num)d files at once, please.", num=MOST_AT_ONCE)
        return [], [Problem("", sentence)]
    for file in files:
        if not file.filename:  # a field in which nothing was chosen
            continue
        try:
            taken = intake.take(file.stream, file.filename)
        except intake.Refused as error:
            problems.append(Problem(file.filename, error.message))
            continue
        with write_transaction():
            item = intake.add(taken, me(), utcnow())
        items.append(item)
    return items, problems


def _asked_place(values: Mapping[str, str]) -> Place:
    """The place that an address names; the first page of everything if none.

    :raise NotFound: if there is no such place
    """
    number = whole_number(values.get("page") or "1")
    kind, wanted = values.get("kind"), values.get("show") or Show.ALL
    if not number or wanted not in tuple(Show):
        abort(404, _("There is no such page of this list."))
    if kind and kind not in tuple(MediaKind):
        abort(404, _("There is no such page of this list."))
    return Place(
        values.get("q", "")[:MAX_WORDS].strip(),
        MediaKind(kind) if kind else None,
        Show(wanted),
        values.get("whose") == "mine",
        number,
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
