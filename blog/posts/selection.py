"""What is done with all the posts or pages that were ticked in a list."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from ..clock import utcnow
from ..database import write_transaction
from ..i18n import gettext as _
from ..i18n import ngettext
from ..paging import whole_number
from . import desk, editing, listing, rights, shelving, states
from .desk import Shelf
from .editing import Untitled
from .models import Kind, Post, Status
from .shelving import Move, Past

# Five pages; nobody ticks more by hand, and the database bounds a list of numbers.
MAX_SELECTED = 100
DELETE, FILE, GIVE = "delete", "file", "give"


def update(kind: Kind) -> Response:
    """Do with all of them what the pressed button says."""
    ids, pressed = _ids(request.form), request.form.get("selection", "")
    if pressed not in (*Move, DELETE, FILE, GIVE):
        abort(400, _("Nothing was chosen to be done. Nothing was changed."))
    if not ids:
        flash(_("Nothing was selected. Nothing was changed."), "error")
    elif len(ids) > MAX_SELECTED:
        flash(
            _("At most %(max)d at once. Nothing was changed.", max=MAX_SELECTED),
            "error",
        )
    elif pressed == DELETE:
        question = url_for(
            ".ask_before_deleting_selection", ids=ids, next=request.form.get("next")
        )
        return redirect(question, 303)
    elif pressed == FILE:
        _file(kind, ids)
    elif pressed == GIVE:
        _give(kind, ids)
    else:
        _move(Move(pressed), kind, ids)
    return _back(kind, request.form)


def ask_before_deleting(kind: Kind) -> str | Response:
    """Say what would be lost."""
    posts = [
        post
        for post in desk.selected(kind, _ids(request.args)[:MAX_SELECTED])
        if _may_delete(post)
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


def delete(kind: Kind) -> Response:
    """Take those that lie in the trash away for good."""
    ids = _ids(request.form)[:MAX_SELECTED]
    with write_transaction():
        trashed = [post for post in desk.selected(kind, ids) if _may_delete(post)]
        deleted = len(trashed)
        for post in trashed:
            editing.delete(post)
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


def _move(way: Move, kind: Kind, ids: Sequence[int]) -> None:
    now, untitled = utcnow(), 0
    pasts: dict[int, Past] = {}
    with write_transaction():
        posts = desk.selected(kind, ids)
        allowed = [post for post in posts if rights.may_move(way, post)]
        for post in allowed:
            try:
                past = shelving.carry_out(way, post, now)
            except Untitled:
                untitled += 1
                continue
            if past is not None:
                pasts[post.id] = past
    moved = [post for post in allowed if post.id in pasts]
    if moved:
        done = (
            states.described(moved[0], now)
            if len(moved) == 1
            else _moved(way, len(moved))
        )
        back = listing.way_back(kind, request.form.get("next"))
        states.tell(done, kind, pasts.values(), back)
    if untitled:
        flash(
            ngettext(
                "%(num)d has no title yet, so it was not published.",
                "%(num)d have no title yet, so they were not published.",
                untitled,
            ),
            "error",
        )
    _tell_what_is_left(len(ids) - len(allowed))
    if not moved and not untitled and allowed:
        flash(_("There was nothing to be done."))


def _file(kind: Kind, ids: Sequence[int]) -> None:
    """Add a category to each of them."""
    category_id = whole_number(request.form.get("category_id"))
    if kind != Kind.POST or not category_id:
        flash(_("Choose a category first. Nothing was changed."), "error")
        return
    with write_transaction():
        category = desk.category(category_id)
        if category is None:
            abort(409, _("This category is gone by now. Nothing was changed."))
        name = category.name
        done = _each(kind, ids, lambda post: editing.file_also(post, category))
    if done.changed:
        flash(
            ngettext(
                "%(num)d is filed under “%(name)s” now.",
                "%(num)d are filed under “%(name)s” now.",
                done.changed,
                name=name,
            )
        )
    _tell_the_rest(done)


def _give(kind: Kind, ids: Sequence[int]) -> None:
    """Make somebody else the author of each of them."""
    if rights.whose(kind) is not None:
        abort(403)
    author_id = whole_number(request.form.get("author_id"))
    if not author_id:
        flash(_("Choose an author first. Nothing was changed."), "error")
        return
    with write_transaction():
        author = next((each for each in desk.writers() if each.id == author_id), None)
        if author is None:
            abort(409, _("This person may not write any more. Nothing was changed."))
        name = author.display_name
        done = _each(kind, ids, lambda post: editing.give(post, author))
    if done.changed:
        flash(
            ngettext(
                "%(num)d belongs to %(name)s now.",
                "%(num)d belong to %(name)s now.",
                done.changed,
                name=name,
            )
        )
    _tell_the_rest(done)


class Done(NamedTuple):
    """How many were changed, and how many the person may not change or are gone."""

    changed: int
    left: int


def _each(kind: Kind, ids: Sequence[int], change: Callable[[Post], bool]) -> Done:
    """Change each that the person may; ``change`` says whether it had to."""
    allowed = [post for post in desk.selected(kind, ids) if rights.may_edit(post)]
    return Done(sum(change(post) for post in allowed), len(ids) - len(allowed))


def _may_delete(post: Post) -> bool:
    """Only what lies in the trash, so that one press never loses what was read."""
    return post.status == Status.TRASH and rights.may_edit(post)


def _tell_the_rest(done: Done) -> None:
    _tell_what_is_left(done.left)
    if not done.changed and not done.left:
        flash(_("There was nothing to be done."))


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


def _moved(way: Move, number: int) -> str:
    match way:
        case Move.PUBLISH:
            return ngettext("%(num)d is published.", "%(num)d are published.", number)
        case Move.SUBMIT:
            return ngettext(
                "%(num)d waits for review.", "%(num)d wait for review.", number
            )
        case Move.WITHDRAW:
            return ngettext(
                "%(num)d is a draft; readers do not see it.",
                "%(num)d are drafts; readers do not see them.",
                number,
            )
        case Move.TRASH:
            return ngettext(
                "%(num)d is in the trash.", "%(num)d are in the trash.", number
            )
        case Move.RESTORE:
            return ngettext(
                "%(num)d is out of the trash.", "%(num)d are out of the trash.", number
            )


def _ids(values: MultiDict[str, str]) -> list[int]:
    """The numbers that were ticked, each once."""
    typed = (whole_number(each) for each in values.getlist("ids"))
    return list(dict.fromkeys(number for number in typed if number))


def _back(kind: Kind, values: Mapping[str, str]) -> Response:
    return redirect(listing.way_back(kind, values.get("next")), 303)
