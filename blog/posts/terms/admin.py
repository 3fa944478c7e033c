"""Categories and tags behind the login: the lists, and what is done with one."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ...accounts.guard import requires
from ...accounts.permissions import Action
from ...clock import utcnow
from ...database import write_transaction
from ...errors import error_page
from ...i18n import gettext as _
from ...paging import last_page, whole_number
from ...text.normalize import single_line
from .. import naming, queries
from ..desk import queries as desk
from ..models import Category, Tag
from . import desk as terms_desk
from . import terms
from .desk import Kind, Sort, Sought
from .forms import CategoryForm, TagForm

bp = Blueprint("terms", __name__)

MAX_WORDS = 100


class Place(NamedTuple):
    """Where in one of the two lists somebody is, and comes back to."""

    kind: Kind
    sought: Sought
    number: int

    @property
    def url(self) -> str:
        """The address of this page of the list."""
        return self.url_with()

    def url_with(self, **values: str) -> str:
        """The address of this page of the list, with more in its query."""
        view = "categories" if self.kind is Category else "tags"
        return url_for(f"admin.terms.{view}", _external=False, **self.values, **values)

    @property
    def values(self) -> Mapping[str, str]:
        """What an address or a form says of it; ``asked_place`` reads it."""
        said = {
            "q": self.sought.words,
            "sort": self.sought.sort if self.sought.sort != Sort.NAME else "",
            "page": str(self.number) if self.number > 1 else "",
        }
        return {name: value for name, value in said.items() if value}

    def address_of(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._replace(number=number).url

    def sorted_by(self, sort: str) -> str:
        """The address of the same list in another order."""
        return self._replace(sought=self.sought._replace(sort=Sort(sort)), number=1).url

    def as_it_is_now(self) -> Self:
        """This place, or the last page of its list if fewer are left by now."""
        total = terms_desk.count(self.kind, self.sought.words)
        last = last_page(total, terms_desk.PAGE_SIZE)
        return self._replace(number=min(self.number, last))


def asked_place(kind: Kind, values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; the first page of all if none.

    :raise NotFound: if there is no such place
    """
    sort = values.get("sort") or Sort.NAME
    number = whole_number(values.get("page") or "1")
    if sort not in tuple(Sort) or not number:
        abort(404, _("There is no such page of this list."))
    words = single_line(values.get("q") or "", MAX_WORDS)
    return Place(kind, Sought(words, Sort(sort)), number)


@bp.get("/categories/")
@requires(Action.TERMS)
def categories() -> str:
    """The tree of categories, and a form for another one."""
    return _categories(CategoryForm(None, queries.all_categories()))


@bp.post("/categories/")
@requires(Action.TERMS)
def create_category() -> Response | tuple[str, int]:
    """Make a category."""
    form = CategoryForm(None, queries.all_categories())
    if not form.validate():
        return _categories(form), 422
    with write_transaction():
        category = terms.make_category(
            form.name.data or "",
            slug=form.slug.data or "",
            parent=_parent(form),
            description=form.description.data or "",
        )
    flash(_("The category “%(name)s” is there.", name=category.name))
    return redirect(url_for(".categories"), 303)


@bp.get("/categories/<int:category_id>/")
@requires(Action.TERMS)
def edit_category(category_id: int) -> str:
    """The form of one category."""
    category = _category_or_404(category_id)
    return _category(CategoryForm(category, queries.all_categories()), category)


@bp.post("/categories/<int:category_id>/")
@requires(Action.TERMS)
def update_category(category_id: int) -> Response | tuple[str, int]:
    """Name or move a category."""
    category = _category_or_404(category_id)
    form = CategoryForm(category, queries.all_categories())
    if not form.validate():
        return _category(form, category), 422
    try:
        with write_transaction():
            category = _category_or_404(category_id)
            terms.move(category, _parent(form))
            naming.rename(
                category,
                form.name.data or "",
                slug=form.slug.data or "",
                description=form.description.data or "",
            )
    except terms.Loop:
        form.parent_id.errors = [_("A category cannot lie below itself.")]
        return _category(form, category), 422
    flash(_("The category “%(name)s” was saved.", name=category.name))
    return redirect(url_for(".categories"), 303)


@bp.get("/categories/<int:category_id>/deletion")
@requires(Action.TERMS)
def ask_before_deleting_category(category_id: int) -> str:
    """Say what deleting a category would do."""
    category = _category_or_404(category_id)
    return render_template(
        "admin/terms/delete.html",
        term=category,
        is_category=True,
        number=terms_desk.sizes(Category, [category_id]).get(category_id, 0),
    )


@bp.post("/categories/<int:category_id>/deletion")
@requires(Action.TERMS)
def delete_category(category_id: int) -> Response:
    """Take a category away. Its posts stay, what lies below it moves up."""
    with write_transaction():
        category = _category_or_404(category_id)
        name = category.name
        terms.delete_category(category)
    flash(_("The category “%(name)s” was deleted. Its posts stayed.", name=name))
    return redirect(url_for(".categories"), 303)


@bp.get("/tags/")
@requires(Action.TERMS)
def tags() -> str:
    """The tags, and a form for another one."""
    return _tags(TagForm(None))


@bp.post("/tags/")
@requires(Action.TERMS)
def create_tag() -> Response | tuple[str, int]:
    """Make a tag."""
    form = TagForm(None)
    if not form.validate():
        return _tags(form), 422
    with write_transaction():
        tag = terms.make_tag(
            form.name.data or "",
            slug=form.slug.data or "",
            description=form.description.data or "",
        )
    flash(_("The tag “%(name)s” is there.", name=tag.name))
    return redirect(url_for(".tags"), 303)


@bp.get("/tags/<int:tag_id>/")
@requires(Action.TERMS)
def edit_tag(tag_id: int) -> str:
    """The form of one tag."""
    tag = _tag_or_404(tag_id)
    return _tag(TagForm(tag), tag)


@bp.post("/tags/<int:tag_id>/")
@requires(Action.TERMS)
def update_tag(tag_id: int) -> Response | tuple[str, int]:
    """Name a tag."""
    tag = _tag_or_404(tag_id)
    form = TagForm(tag)
    if not form.validate():
        return _tag(form, tag), 422
    with write_transaction():
        tag = _tag_or_404(tag_id)
        naming.rename(
            tag,
            form.name.data or "",
            slug=form.slug.data or "",
            description=form.description.data or "",
        )
    flash(_("The tag “%(name)s” was saved.", name=tag.name))
    return redirect(url_for(".tags"), 303)


@bp.get("/tags/<int:tag_id>/deletion")
@requires(Action.TERMS)
def ask_before_deleting_tag(tag_id: int) -> str:
    """Say what deleting a tag would do."""
    tag = _tag_or_404(tag_id)
    return render_template(
        "admin/terms/delete.html",
        term=tag,
        is_category=False,
        number=terms_desk.sizes(Tag, [tag_id]).get(tag_id, 0),
    )


@bp.post("/tags/<int:tag_id>/deletion")
@requires(Action.TERMS)
def delete_tag(tag_id: int) -> Response:
    """Take a tag away. Its posts stay."""
    with write_transaction():
        tag = _tag_or_404(tag_id)
        name = tag.name
        terms.delete_tag(tag)
    flash(_("The tag “%(name)s” was deleted. Its posts stayed.", name=name))
    return redirect(url_for(".tags"), 303)


@bp.errorhandler(naming.SlugTaken)
def slug_taken(_error: naming.SlugTaken) -> Response:
    """The address was free when the form was checked, and is not any more."""
    return error_page(409)


def _categories(form: CategoryForm) -> str:
    place = asked_place(Category, request.args)
    return _list_page(
        "admin/terms/categories.html",
        form=form,
        place=place,
        page=terms_desk.categories(place.sought, place.number),
    )


def _category(form: CategoryForm, category: Category) -> str:
    return render_template(
        "admin/terms/edit.html", form=form, term=category, has_archive=_every_category
    )


def _every_category(_category: Category) -> bool:
    """An empty room has a page, too."""
    return True


def _category_or_404(category_id: int) -> Category:
    category = desk.category(category_id)
    if category is None:
        abort(404)
    return category


def _parent(form: CategoryForm) -> Category | None:
    if form.parent_id.data is None:
        return None
    return _category_or_404(form.parent_id.data)


def _tags(form: TagForm) -> str:
    place = asked_place(Tag, request.args)
    return _list_page(
        "admin/terms/tags.html",
        form=form,
        place=place,
        page=terms_desk.tags(place.sought, place.number, utcnow()),
    )


def _list_page(template: str, *, page: object, **values: object) -> str:
    if page is None:
        abort(404)
    return render_template(
        template,
        page=page,
        all_selected=request.args.get("select") == "all",
        **values,
    )


def _tag(form: TagForm, tag: Tag) -> str:
    return render_template(
        "admin/terms/edit.html",
        form=form,
        term=tag,
        has_archive=_has_public_post,
    )


def _has_public_post(tag: Tag) -> bool:
    return tag.id in terms_desk.with_archive([tag.id], utcnow())


def _tag_or_404(tag_id: int) -> Tag:
    tag = desk.tag(tag_id)
    if tag is None:
        abort(404)
    return tag
