"""What the forms of a series take from a browser."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from ...i18n import lazy_gettext as _l
from .. import naming
from ..fields import at_most, choices, row_id, stripped
from ..models import Series
from ..terms.forms import DESCRIPTION_LIMIT
from . import series


class SeriesForm(FlaskForm):
    """The name, address and description of a series."""

    name = StringField(
        _l("Name"),
        filters=[stripped],
        validators=[DataRequired(_l("Give it a name.")), at_most(series.NAME_LIMIT)],
    )
    slug = StringField(
        _l("Address"),
        filters=[stripped],
        validators=[at_most(600)],
        description=_l("Appears in the link. The old one leads to the new one."),
    )
    description = TextAreaField(
        _l("Description"),
        filters=[stripped],
        validators=[at_most(DESCRIPTION_LIMIT)],
        description=_l("Stands at the head of its page."),
    )

    def __init__(self, here: Series) -> None:
        self.here = here
        super().__init__(obj=here)  # type: ignore[no-untyped-call]

    def validate_name(self, field: StringField) -> None:
        """Refuse the name of another one."""
        problem = naming.name_problem(Series, field.data or "", own_id=self.here.id)
        if problem is not None:
            raise ValidationError(problem)

    def validate_slug(self, field: StringField) -> None:
        """Refuse an address that cannot be, or that another one has."""
        if not field.data:
            return
        problem = naming.slug_problem(Series, field.data, self.here.id)
        if problem is not None:
            raise ValidationError(problem)


class MergeSeriesForm(FlaskForm):
    """Which series takes the place of this one."""

    kept_id = SelectField(
        _l("Merge into"),
        coerce=row_id,
        description=_l("Its parts come behind those of the other, and so do readers."),
    )

    def __init__(self, others: Sequence[Series]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept_id.choices = choices((each.id, each.name) for each in others)
