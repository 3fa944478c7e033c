"""What the forms of categories and tags take from a browser."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from ..i18n import lazy_gettext as _l
from . import naming, terms, trees
from .fields import at_most, places, row_id_or_none, stripped
from .models import Category, Tag

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
