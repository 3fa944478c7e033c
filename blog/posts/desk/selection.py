"""What is done with all the posts or pages that were ticked in a list."""

import hashlib
from collections.abc import Mapping, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from ...clock import utcnow
from ...database import write_transaction
from ...i18n import gettext as _
from ...i18n import ngettext
from ...paging import whole_number
from .. import rights
from ..editorial import changes, wording
from ..editorial.changes import Change, Verb
from ..models import Kind
from ..shelving import Move
from . import listing, states
from . import queries as desk
from .forms import COMMAS, TAGS_LIMIT
from .queries import Shelf

# Five pages; nobody ticks more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
# What a request does by itself of "all that match"; more is done by a job.
MAX_AT_ONCE = 200
# What a question names of very many.
NAMED = 20


def update(kind: Kind) -> Response:
    """Do with all of them what the pressed button says."""
    pressed = request.form.get("selection", "")
    if pressed not in tuple(Verb):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    is_all = request.form.get("all") == "1"
    ids = _all_ids(kind, request.form) if is_all else _ids(request.form)
    if not ids:
        flash(_("Nothing was selected. Nothing was changed."), "error")
    elif len(ids) > MAX_SELECTED and not is_all:
        flash(
            _("At most %(max)d at once. Nothing was changed.", max=MAX_SELECTED),
            "error",
        )
    elif pressed == Verb.DELETE:
        which = {"all": "1"} if is_all else {"ids": ids}
        question = url_for(
            ".ask_before_deleting_selection", next=request.form.get("next"), **which
        )
        return redirect(question, 303)
    else:
        change = _asked_change(kind, Verb(pressed))
        if change is not None:
            act = _carry_out if len(ids) <= MAX_AT_ONCE else _carry_out_later
            act(kind, change, ids)
    return _back(kind, request.form)


def ask_before_deleting(kind: Kind) -> str | Response:
    """Say what would be lost."""
    if request.args.get("all") == "1":
        return _ask_before_deleting_all(kind, request.args)
    posts = [
        post
        for post in desk.selected(kind, _ids(request.args)[:MAX_SELECTED])
        if changes.may(rights.me(), Verb.DELETE, post)
    ]
    if not posts:
        return _back(kind, request.args)
    return render_template(
        "admin/posts/delete.html",
        kind=kind,
        posts=posts,
        address=url_for(".delete_selection"),
        back=listing.way_back(kind, request.args.get("next"), Shelf.TRASH),
    )


def _ask_before_deleting_all(kind: Kind, values: Mapping[str, str]) -> str | Response:
    ids = _all_ids(kind, values)
    if not ids:
        return _back(kind, values)
    return render_template(
        "admin/posts/delete_all.html",
        kind=kind,
        posts=desk.selected(kind, ids[:NAMED]),
        number=len(ids),
        sum=_sum(ids),
        address=url_for(".delete_selection"),
        back=listing.way_back(kind, values.get("next"), Shelf.TRASH),
    )


def delete(kind: Kind) -> Response:
    """Take those that lie in the trash away for good. All that match are taken away
    only as long as they are those that the question was about.
    """
    if request.form.get("all") == "1":
        ids = _all_ids(kind, request.form)
        if _sum(ids) != request.form.get("sum"):
            flash(_("By now these are others. Nothing was deleted."), "error")
            return _back(kind, request.form)
        if len(ids) > MAX_AT_ONCE:
            _carry_out_later(kind, Change(Verb.DELETE), ids)
            return _back(kind, request.form)
    else:
        ids = _ids(request.form)[:MAX_SELECTED]
    with write_transaction():
        outcome = changes.carry_out(
            Change(Verb.DELETE), kind, ids, rights.me(), utcnow()
        )
    deleted = len(outcome.changed)
    if deleted:
        flash(
            ngettext(
                "%(num)d was deleted for good.",
                "%(num)d were deleted for good.",
                deleted,
            )
        )
    _tell_what_is_left(len(ids) - deleted)
    return _back(kind, request.form)


def _carry_out(kind: Kind, change: Change, ids: Sequence[int]) -> None:
    now = utcnow()
    back = listing.way_back(kind, request.form.get("next"))
    with write_transaction():
        name = _name(change)
        outcome = changes.carry_out(change, kind, ids, rights.me(), now)
    number = len(outcome.changed)
    if outcome.pasts:
        done = (
            states.described(outcome.changed[0], now)
            if number == 1
            else wording.moved(Move(change.verb), number)
        )
        states.tell(done, kind, outcome.pasts.values(), back)
    elif number:
        flash(wording.changed(change.verb, number, name))
    if outcome.untitled:
        flash(
            ngettext(
                "%(num)d has no title yet, so it was not published.",
                "%(num)d have no title yet, so they were not published.",
                outcome.untitled,
            ),
            "error",
        )
    _tell_what_is_left(outcome.left)
    if not (number or outcome.untitled or outcome.left):
        flash(_("There was nothing to be done."))


def _carry_out_later(kind: Kind, change: Change, ids: Sequence[int]) -> None:
    """Very many are changed by the worker, so that nobody else waits meanwhile."""
    now = utcnow()
    with write_transaction():
        about = wording.label(change.verb, _name(change))
        changes.do_later(change, kind, ids, rights.me(), now, about)
    flash(
        ngettext(
            "%(num)d is being changed. You need not wait here.",
            "%(num)d are being changed. You need not wait here.",
            len(ids),
        )
    )


def _asked_change(kind: Kind, verb: Verb) -> Change | None:
    """What is to be done, with what was chosen for it; ``None``, and said so, if
    nothing was.
    """
    if kind == Kind.PAGE and verb in changes.OF_POSTS:
        flash(_("Pages do not have that. Nothing was changed."), "error")
        return None
    if verb == Verb.GIVE and not changes.sees_all(rights.me(), kind):
        abort(403)
    match verb:
        case Verb.FILE | Verb.UNFILE:
            category_id = whole_number(request.form.get("category_id"))
            if category_id:
                return Change(verb, category_id)
            flash(_("Choose a category first. Nothing was changed."), "error")
        case Verb.GIVE:
            author_id = whole_number(request.form.get("author_id"))
            if author_id:
                return Change(verb, author_id)
            flash(_("Choose an author first. Nothing was changed."), "error")
        case Verb.TAG | Verb.UNTAG:
            typed = COMMAS.split(request.form.get("tags", "")[:TAGS_LIMIT])
            names = [name.strip() for name in typed if name.strip()]
            if names:
                return Change(verb, names)
            flash(_("Write a tag first. Nothing was changed."), "error")
        case _:
            return Change(verb)
    return None


def _name(change: Change) -> str:
    """What the change is about, in a word."""
    match change:
        case Change(Verb.FILE | Verb.UNFILE, int(category_id)):
            category = desk.category(category_id)
            if category is None:
                abort(409, _("This category is gone by now. Nothing was changed."))
            return category.name
        case Change(Verb.GIVE, int(author_id)):
            for each in desk.writers():
                if each.id == author_id:
                    return each.display_name
            abort(409, _("This person may not write any more. Nothing was changed."))
        case Change(_, list(names)):
            return ", ".join(names)
    return ""


def _tell_what_is_left(number: int) -> None:
    if number:
        flash(
            ngettext(
                "%(num)d was left as it is: you may not do that, or it is gone.",
                "%(num)d were left as they are: you may not do that, or they are gone.",
                number,
            ),
            "error",
        )


def _sum(ids: Sequence[int]) -> str:
    """By which a question knows again what it was about."""
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:16]


def _all_ids(kind: Kind, values: Mapping[str, str]) -> list[int]:
    """All that the list held on which the button stood, on whichever page."""
    query = values.get("next", "").partition("?")[2].partition("#")[0]
    place = listing.place_at(kind, query)
    return [] if place is None else list(listing.ids_of(place))


def _ids(values: MultiDict[str, str]) -> list[int]:
    """The numbers that were ticked, each once."""
    typed = (whole_number(each) for each in values.getlist("ids"))
    return list(dict.fromkeys(number for number in typed if number))


def _back(kind: Kind, values: Mapping[str, str]) -> Response:
    return redirect(listing.way_back(kind, values.get("next")), 303)
