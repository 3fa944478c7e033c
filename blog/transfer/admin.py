"""Moving in, in the browser: the form, how far an import is, and what became of it."""

import errno
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    abort,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy import select
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from ..accounts.guard import requires
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import session, write_transaction
from ..errors import in_json
from ..i18n import gettext as _
from ..i18n import ngettext
from ..jobs import queries as job_queries
from ..jobs import queue
from ..jobs.models import Job
from ..jobs.models import State as JobState
from ..media.admin import me, takes_files
from ..security import max_body
from . import imports, recognition
from .importing.report import COLUMNS, kind_name
from .imports import Folder, Stage, State
from .jobs import KIND

bp = Blueprint("imports", __name__, url_prefix="/import")

# Both files together. Larger ones come in from a shell.
MAX_UPLOAD_BYTES = 1024**3
MAX_NAME_LENGTH = 150
MEGABYTE = 1_000_000
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Answer = Response | tuple[str, int]


class Progress(NamedTuple):
    """How far an import is, in words and as a bar; ``total`` is 0 if nobody can tell.
    ``step`` names what is done now, ``pace`` says how fast and how long still.
    """

    step: str
    pace: str
    done: int
    total: int
    is_over: bool


@bp.get("/")
@requires(Action.SETTINGS)
def index() -> str:
    """The form, and the last imports."""
    return _form()


@bp.post("/")
@requires(Action.SETTINGS)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def create() -> Answer:
    """Take a file, and have the worker move in what it holds."""
    sent, media = request.files.get("file"), request.files.get("media")
    if sent is None or not sent.filename:
        return _form({"file": _("Choose a file first.")}, request.form), 422
    try:
        with _on_disk("file"), imports.new() as folder:
            folder.keep(sent.stream, folder.sent)
            format = _recognised(folder)
            _keep_media(folder, media)
            _begin(
                folder,
                name=sent.filename[-MAX_NAME_LENGTH:],
                format=format,
                is_trial="dry_run" in request.form,
            )
    except _Refused as error:
        return _form({error.field: error.sentence}, request.form), 422
    imports.forget_old()
    return redirect(url_for(".show", import_id=folder.id), 303)


@bp.get("/<int:import_id>/")
@requires(Action.SETTINGS)
def show(import_id: int) -> str:
    """How far an import is; at its end, what became of everything."""
    return _page(_folder(import_id))


@bp.get("/<int:import_id>/progress")
@requires(Action.SETTINGS)
@in_json
def progress(import_id: int) -> Response:
    """How far an import is, for a script."""
    return jsonify(_progress(_folder(import_id))._asdict())


@bp.get("/<int:import_id>/report.json")
@requires(Action.SETTINGS)
def report(import_id: int) -> Response:
    """What became of everything, as a file to keep."""
    folder = _folder(import_id)
    if folder.report is None:
        abort(404)
    return send_file(
        folder.report_file,
        mimetype="application/json",
        as_attachment=True,
        download_name=f"import-{folder.id}.json",
    )


@bp.post("/<int:import_id>/cancellation")
@requires(Action.SETTINGS)
def cancel(import_id: int) -> Response:
    """Have an import stop after its present step."""
    folder = _folder(import_id)
    if not folder.state.is_over:
        folder.cancel()
    return redirect(url_for(".show", import_id=folder.id), 303)


@bp.post("/<int:import_id>/repetition")
@requires(Action.SETTINGS)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def repeat(import_id: int) -> Answer:
    """Run it once more, for real, with the same file, and perhaps with more media."""
    old = _folder(import_id)
    state = old.state
    if not old.has_file or not _may_run_again(old, state):
        abort(409, _("The file is not here any more, or the import still runs."))
    try:
        with _on_disk("media"), imports.new() as folder:
            _keep_media(folder, request.files.get("media"))
            old.give_files(folder)
            _begin(folder, name=state.name, format=state.format, is_trial=False)
    except _Refused as error:
        return _page(old, {error.field: error.sentence}), 422
    old.change(successor=folder.id)
    imports.forget_old()
    return redirect(url_for(".show", import_id=folder.id), 303)


@bp.errorhandler(413)
def _too_large(_error: Exception) -> Answer:
    size = MAX_UPLOAD_BYTES // 1024**3
    sentence = _(
        "That is more than %(size)d GB, which is too much for a browser. Copy the "
        "files to the site’s machine and run “blog import” there.",
        size=size,
    )
    return _form({"file": sentence}), 413


@bp.errorhandler(OSError)
def _no_room(error: OSError) -> Answer:
    """The disk is full before a view is asked: so much is sent to a file first."""
    if error.errno not in _NO_ROOM:
        raise error
    return _form({"file": _full()}), 507


class _Refused(Exception):
    """A file was not taken; ``field`` is where it stood."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@contextmanager
def _on_disk(field: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise _Refused(field, _full()) from error


def _full() -> str:
    return _("The site’s disk is full. Nothing was saved; make room and send it again.")


def _recognised(folder: Folder) -> str:
    try:
        return recognition.recognised(folder.sent)
    except recognition.Unusable as error:
        raise _Refused("file", str(error)) from error


def _keep_media(folder: Folder, media: FileStorage | None) -> None:
    if media is None or not media.filename:
        return
    folder.keep(media.stream, folder.media)
    if not recognition.is_zip(folder.media):
        raise _Refused("media", _("This is no zip that can be read."))


def _begin(folder: Folder, *, name: str, format: str, is_trial: bool) -> None:
    """Write down what is to be done, and have it done."""
    now, user = utcnow(), me()
    folder.write(
        State(
            name=name,
            format=format,
            person=user.display_name,
            is_trial=is_trial,
            fetches="fetch" in request.form,
            asked_at=now,
        )
    )
    with write_transaction():
        queue.add(
            KIND, _key(folder), {"import_id": folder.id}, now, about=name, user=me()
        )


def _key(folder: Folder) -> str:
    return f"{KIND}:{folder.id}"


def _folder(import_id: int) -> Folder:
    return imports.find(import_id) or abort(404)


def _may_run_again(folder: Folder, state: State) -> bool:
    """Whether it is over, or nobody is going to do it any more."""
    if state.successor is not None:
        return False
    waiting = select(Job.id).where(
        Job.key == _key(folder), Job.state == JobState.WAITING
    )
    return state.is_over or session.scalar(waiting) is None


def _form(errors: Mapping[str, str] | None = None, ticked: Collection[str] = ()) -> str:
    return render_template(
        "admin/transfer/import.html",
        errors=errors or {},
        ticked=ticked,
        rows=[(folder.id, folder.state) for folder in imports.newest()],
        stages=_stages(),
        gigabytes=MAX_UPLOAD_BYTES // 1024**3,
    )


def _page(folder: Folder, errors: dict[str, str] | None = None) -> str:
    state, found = folder.state, folder.report
    return render_template(
        "admin/transfer/show.html",
        id=folder.id,
        state=state,
        progress=_progress(folder),
        is_cancelled=folder.is_cancelled,
        may_run_again=folder.has_file and _may_run_again(folder, state),
        is_abandoned=not state.is_over and _may_run_again(folder, state),
        stuck_minutes=0 if state.is_over else job_queries.stuck_minutes(utcnow()),
        has_media=folder.media.exists(),
        errors=errors or {},
        stages=_stages(),
        **_told(found) if found else {"table": ()},
    )


def _told(found: dict[str, Any]) -> dict[str, object]:
    """A report as its page shows it."""
    labels = _kinds()
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in found["skipped"]:
        key = (labels.get(each["kind"], kind_name(each["kind"])), each["reason"])
        reasons.setdefault(key, []).append(each["id"])
    numbers = Counter({key: len(ids) for key, ids in reasons.items()})
    return {
        "columns": _columns(),
        "table": [
            (labels.get(kind, kind_name(kind)), [count[name] for name in COLUMNS])
            for kind, count in found["kinds"].items()
            if count["in_file"]
        ],
        "reasons": [(key, n, reasons[key]) for key, n in numbers.most_common()],
        "lines": imports.sayings(found),
        "lacking": imports.lacking(found),
    }


def _progress(folder: Folder) -> Progress:
    state = folder.state
    step = _stages()[state.stage]
    if folder.is_cancelled and not state.is_over:
        step = _("It stops after the present step.")
    pace = "" if state.is_over else _pace(state)
    return Progress(step, pace, state.done, state.total, state.is_over)


def _pace(state: State) -> str:
    """How far, how fast, and how long still; "" as long as nobody can tell."""
    parts: list[str] = []
    if state.stage == Stage.MOVING:
        done, total = state.done, state.total
        parts.append(_("%(done)d of %(total)d items", done=done, total=total))
        if state.pace:
            parts.append(_("%(pace)d a second", pace=round(state.pace)))
    elif state.stage in (Stage.READING, Stage.UNPACKING):
        parts.append(_("%(size)s MB", size=f"{state.done / MEGABYTE:.1f}"))
        if state.pace:
            speed = f"{state.pace / MEGABYTE:.1f}"
            parts.append(_("%(speed)s MB a second", speed=speed))
    if state.seconds_left is not None:
        parts.append(_left(state.seconds_left))
    return " · ".join(parts)


def _left(seconds: int) -> str:
    """For how long still, as exactly as anybody wants to know."""
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    if hours > 1:
        return ngettext("%(num)d hour left", "%(num)d hours left", hours)
    if minutes > 1:
        return ngettext("%(num)d minute left", "%(num)d minutes left", minutes)
    return ngettext("%(num)d second left", "%(num)d seconds left", seconds)


def _stages() -> dict[Stage, str]:
    return {
        Stage.WAITING: _("Waiting for its turn"),
        Stage.UNPACKING: _("Unpacking the file"),
        Stage.READING: _("Reading the file"),
        Stage.MOVING: _("Moving in"),
        Stage.DONE: _("Done"),
        Stage.FAILED: _("Failed"),
        Stage.CANCELLED: _("Cancelled"),
    }


def _kinds() -> dict[str, str]:
    return {
        "author": _("Authors"),
        "category": _("Categories"),
        "tag": _("Tags"),
        "post": _("Posts"),
        "page": _("Pages"),
        "attachment": _("Files"),
        "comment": _("Comments"),
        "menu_item": _("Menu entries"),
    }


def _columns() -> list[str]:
    """What the columns of the report are called, in the order of ``COLUMNS``."""
    return [
        *(_("In the file"), _("Imported"), _("Updated")),
        *(_("Unchanged"), _("Skipped")),
    ]
