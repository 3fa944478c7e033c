"""What is asked for in vain, behind the login, and the lists that go in and out."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...media.admin import takes_files
from ...paging import Page, last_page, whole_number
from ...security import max_body
from ...site import missed
from ...site.models import MOVED
from ...text.normalize import single_line
from .. import old_urls
from . import addresses, lists, making, queries, taking
from .addresses import Refused
from .admin import MAX_BODY, MAX_WORDS, tabs

bp = Blueprint("missed", __name__, url_prefix="/redirects")

PAGE_SIZE = 50
MAX_UPLOAD_BYTES = lists.MOST_BYTES + 64 * 1024

Answer = Response | tuple[str, int]


@bp.get("/not-found/")
@requires(Action.SETTINGS)
def index() -> str:
    """What was asked for in vain, and what each may mean."""
    words = single_line(request.args.get("q") or "", MAX_WORDS)
    found, now = missed.listed(words), utcnow()
    last = last_page(len(found), PAGE_SIZE)
    number = min(whole_number(request.args.get("page")) or 1, last)
    some = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return render_template(
        "admin/redirects/not_found.html",
        page=Page(some, number, last, len(found)),
        proposals={each.path: old_urls.meant(each.path, now) for each in some},
        words=words,
        address_of=lambda page: url_for(".index", q=words or None, page=page),
        tab_rows=tabs("admin.missed.index"),
    )


@bp.post("/not-found/")
@requires(Action.SETTINGS)
@max_body(MAX_BODY)
def settle() -> Response:
    """Lead an address to what it means, or show it no more."""
    led, ignored = request.form.get("lead"), request.form.get("ignore")
    if led:
        _lead(led)
    elif ignored:
        missed.ignore(ignored)
        flash(_("“%(old)s” is not shown any more.", old=ignored))
    return redirect(url_for(".index", q=request.form.get("q") or None), 303)


@bp.get("/lists")
@requires(Action.SETTINGS)
def choose() -> str:
    """Where lists are taken over and handed on."""
    return _lists_page(None, "")


@bp.post("/lists")
@requires(Action.SETTINGS)
@takes_files
@max_body(MAX_UPLOAD_BYTES)
def take() -> Answer:
    """Take over a list."""
    file = request.files.get("file")
    report = taking.Report()
    try:
        lines = list(lists.read(file.read() if file else b""))
        for some in taking.batches(lines, report):
            with write_transaction():
                taking.take(some, report, utcnow())
    except lists.Unreadable as error:
        return _lists_page(None, str(error)), 422
    if not lines:
        return _lists_page(None, _("There are no redirects in the file.")), 422
    if report.skipped:
        return _lists_page(report, ""), 200
    flash(told(report))
    return redirect(url_for("admin.redirects.index"), 303)


@bp.get("/redirects.csv")
@requires(Action.SETTINGS)
def export() -> Response:
    """All of them, as the plugin Redirection takes them."""
    rows = (
        (each.row.path, each.to, each.row.status, each.title)
        for each in queries.everything()
    )
    response = current_app.response_class(
        lists.written(rows), mimetype="text/csv", content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="redirects.csv"'
    return response


def told(report: taking.Report) -> str:
    """What became of a list."""
    taken = ngettext(
        "%(num)d redirect was taken over.",
        "%(num)d redirects were taken over.",
        report.taken,
    )
    unchanged = ngettext(
        "%(num)d was there already.", "%(num)d were there already.", report.unchanged
    )
    return f"{taken} {unchanged}"


def _lists_page(report: taking.Report | None, problem: str) -> str:
    return render_template(
        "admin/redirects/lists.html",
        report=report,
        told=told(report) if report else "",
        problem=problem,
        total=queries.count(),
    )


def _lead(path: str) -> None:
    to = old_urls.meant(path, utcnow())
    try:
        if to is None:
            raise Refused(_("Nothing is near to what “%(old)s” means.", old=path))
        known = addresses.old(path)
        with write_transaction():
            making.make(known, to, MOVED, utcnow())
    except Refused as refused:
        flash(str(refused), "error")
        return
    missed.forget(known)
    flash(_("“%(old)s” leads to %(to)s now.", old=path, to=to))
