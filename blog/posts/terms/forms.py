"""What the forms of categories and tags take from a browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...i18n import ngettext
from .. import naming, trees
from ..fields import at_most, choices, places, row_id_or_none, stripped
from ..models import Category, Tag
from . import desk as terms_desk
from . import terms
from .desk import Kind, Term

DESCRIPTION_LIMIT = 2_000


class TermForm(FlaskForm):
    """The name, address and description of a category or tag."""

    kind: type[Category] | type[Tag]

    name = StringField(
        _l("Name"),
        filters=[stripped],
        validators=[
            DataRequired(_l("Give it a name.")),
            at_most(terms.NAME_LIMIT),
        ],
    )
    slug = StringField(
        _l("Address"),
        filters=[stripped],
        validators=[at_most(600)],
        description=_l("Appears in the link. Leave it empty to take it from the name."),
    )
    description = TextAreaField(
        _l("Description"),
        filters=[stripped],
        validators=[at_most(DESCRIPTION_LIMIT)],
        description=_l("Stands at the head of its archive."),
    )

    def __init__(self, term: Category | Tag | None) -> None:
        self.term = term
        super().__init__(obj=term)  # type: ignore[no-untyped-call]

    def validate_name(self, field: StringField) -> None:
        """Refuse a second one of the same name in the same place."""
        problem = naming.name_problem(
            self.kind,
            field.data or "",
            parent_id=self._parent_id(),
            own_id=self._own_id,
        )
        if problem is not None:
            raise ValidationError(problem)

    def validate_slug(self, field: StringField) -> None:
        """Refuse an address that cannot be, or that another one has."""
        if not field.data:
            return
        problem = naming.slug_problem(self.kind, field.data, self._own_id)
        if problem is not None:
            raise ValidationError(problem)

    @property
    def _own_id(self) -> int | None:
        return self.term.id if self.term else None

    def _parent_id(self) -> int | None:
        return None


class TagForm(TermForm):
    """A tag."""

    kind = Tag


class CategoryForm(TermForm):
    """A category: with a place in the tree."""

    kind = Category

    parent_id = SelectField(_l("Below"), coerce=row_id_or_none)

    def __init__(self, term: Category | None, categories: Sequence[Category]) -> None:
        super().__init__(term)
        self.parent_id.choices = places(
            (row.id, row.name, depth)
            for row, depth in trees.apart_from(term, categories)
        )

    def _parent_id(self) -> int | None:
        chosen: int | None = self.parent_id.data
        return chosen


class MergeForm(FlaskForm):
    """Which of several categories (or tags) takes the place of the others: one of them,
    the most used unless somebody says otherwise, or one that is not among them.
    """

    kind: Kind

    kept_id = RadioField(_l("Which one stays?"), coerce=row_id_or_none)

    def __init__(self, selected: Sequence[Term], sizes: Mapping[int, int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._selected = {term.id: term for term in selected}
        self.kept: Term | None = None
        if len(selected) == 1:
            del self.kept_id  # there is nothing to choose between
            return
        self.kept_id.choices = choices(
            (term.id, _with_size(term, sizes.get(term.id, 0))) for term in selected
        )
        if self.kept_id.data is None:
            most = max(selected, key=lambda term: sizes.get(term.id, 0))
            self.kept_id.data = most.id

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it says which one stays; that is ``kept`` then."""
        if not super().validate(extra_validators):
            return False
        if self.kept is None and self.kept_id is not None:
            self.kept = self._selected.get(self.kept_id.data or 0)
        if self.kept is None:
            self.other.errors = [_("Say into which one.")]
        return self.kept is not None

    @property
    def other(self) -> SelectField | StringField:
        """The field for one that is not among the selected."""
        raise NotImplementedError

    def _keep(self, term: Term | None) -> None:
        if term is None:
            raise ValidationError(_("There is none of that name."))
        if len(self._selected) == 1 and term.id in self._selected:
            raise ValidationError(_("That is the same one."))
        self.kept = term


class MergeCategoriesForm(MergeForm):
    """Which category takes the place of others."""

    kind = Category

    other_id = SelectField(_l("Or another category"), coerce=row_id_or_none)

    def __init__(
        self,
        selected: Sequence[Term],
        sizes: Mapping[int, int],
        every: Sequence[Category],
    ) -> None:
        super().__init__(selected, sizes)
        if self.kept_id is None:
            self.other_id.label.text = _("Into which category?")
        branches = trees.branches(every)
        self.other_id.choices = places(
            (row.id, row.name, depth) for row, depth in branches
        ) | {"": _("None")}

    @property
    def other(self) -> SelectField:
        return self.other_id

    def validate_other_id(self, field: SelectField) -> None:
        """Find the category that was chosen, if one was."""
        if field.data is not None:
            found = terms_desk.those(Category, [field.data])
            self._keep(found[0] if found else None)


class MergeTagsForm(MergeForm):
    """Which tag takes the place of others. There may be too many to choose from."""

    kind = Tag

    other_name = StringField(
        _l("Or another tag, by its name"),
        filters=[stripped],
        validators=[at_most(terms.NAME_LIMIT)],
    )

    def __init__(self, selected: Sequence[Term], sizes: Mapping[int, int]) -> None:
        super().__init__(selected, sizes)
        if self.kept_id is None:
            self.other_name.label.text = _("Into which tag? Its name:")

    @property
    def other(self) -> StringField:
        return self.other_name

    def validate_other_name(self, field: StringField) -> None:
        """Find the tag that was named, if one was."""
        if field.data:
            self._keep(terms_desk.tag_called(field.data))


class MoveForm(FlaskForm):
    """Below which category several others come to lie."""

    parent_id = SelectField(_l("Below"), coerce=row_id_or_none)

    def __init__(
        self, selected: Sequence[Term], categories: Sequence[Category]
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        moved = [each for each in categories if each in selected]
        self.parent_id.choices = places(
            (row.id, row.name, depth)
            for row, depth in trees.apart_from_all(moved, categories)
        )


def _with_size(term: Term, number: int) -> str:
    posts = ngettext("%(num)d post", "%(num)d posts", number)
    return f"{term.name} ({posts})"
