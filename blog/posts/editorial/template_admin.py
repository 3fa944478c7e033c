"""Templates: the texts to begin with, by name. They belong to the house, as categories
do; who writes may begin with any.
"""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...database import session, write_transaction
from ...i18n import gettext as _
from ...paging import whole_number
from ..desk.forms import PageForm, PostForm
from ..models import Kind
from . import copies, queries
from .forms import NameForm
from .models import Template

bp = Blueprint("templates", __name__, url_prefix="/editorial/templates")


@bp.get("/")
@requires(Action.WRITE)
def index() -> str:
    """All of them, each with the way to begin with it."""
    return _page()


@bp.post("/<int:template_id>/")
@requires(Action.TERMS)
def update(template_id: int) -> Response | tuple[str, int]:
    """Rename one."""
    form = NameForm.sent()
    template = _template(template_id)
    if not form.validate():
        return _page(form, template_id), 422
    if any(
        each.name == form.name.data and each.id != template_id
        for each in queries.templates(template.kind)
    ):
        form.name.errors = [_("Another one has this name.")]
        return _page(form, template_id), 422
    with write_transaction():
        _template(template_id).name = form.name.data or ""
    return redirect(url_for("admin.templates.index"), 303)


@bp.post("/<int:template_id>/deletion")
@requires(Action.TERMS)
def delete(template_id: int) -> Response:
    """Take one away. What was begun with it stays."""
    with write_transaction():
        template = _template(template_id)
        name = template.name
        session.delete(template)
    flash(_("The template “%(name)s” was deleted.", name=name))
    return redirect(url_for("admin.templates.index"), 303)


def fill(form: PostForm | PageForm, asked: str | None) -> None:
    """Begin a new post with the template that an address asks for, if it names one.

    :raise NotFound: if there is none of the form's kind
    """
    if asked is None:
        return
    template = queries.template(whole_number(asked))
    if template is None or template.kind != form.kind:
        abort(404)
    for name, value in copies.beginning(template).items():
        field = form._fields.get(name)
        if field is not None:
            field.data = value


def _template(template_id: int) -> Template:
    template = queries.template(template_id)
    if template is None:
        abort(404)
    return template


def _page(form: NameForm | None = None, renamed: int | None = None) -> str:
    return render_template(
        "admin/editorial/templates.html",
        by_kind={kind: queries.templates(kind) for kind in Kind},
        form=form,
        renamed=renamed,
    )
