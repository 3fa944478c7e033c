"""What the forms of the library take from a browser."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..text.normalize import clean_text
from .intake import MAX_NAME_LENGTH
from .models import MAX_ALT, MAX_CAPTION, MediaItem, MediaKind


def _one_line(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("At most %(max)d characters."))


class ItemForm(FlaskForm):
    """What is said of a file; of what is no picture, no alternative text."""

    name = StringField(
        _l("Name"),
        filters=[_one_line],
        validators=[DataRequired(_l("Give it a name.")), _at_most(MAX_NAME_LENGTH)],
        description=_l("As it is called in the library. Its address stays."),
    )
    alt = TextAreaField(
        _l("Alternative text"),
        filters=[_one_line],
        validators=[_at_most(MAX_ALT)],
        description=_l("What there is to see, for those who do not see it."),
    )
    is_decorative = BooleanField(
        _l("Decorative"),
        description=_l("It says nothing, and is passed over when a page is read out."),
    )
    caption = TextAreaField(
        _l("Caption"),
        filters=[_one_line],
        validators=[_at_most(MAX_CAPTION)],
        description=_l("Stands below the picture where it is inserted from now on."),
    )

    def __init__(self, item: MediaItem) -> None:
        super().__init__(obj=item)  # type: ignore[no-untyped-call]
        if item.kind != MediaKind.IMAGE:
            del self.alt, self.is_decorative
            self.caption.description = _l("For yourself, and for the search.")

    def validate_is_decorative(self, field: BooleanField) -> None:
        """Refuse to say two things at once."""
        if field.data and self.alt.data:
            raise ValidationError(
                _("It has an alternative text. Empty that, or take away this tick.")
            )

    def apply(self, item: MediaItem) -> None:
        """Say of the file what was typed."""
        item.describe(name=self.name.data, caption=self.caption.data)
        if item.kind == MediaKind.IMAGE:
            item.describe(
                alt=self.alt.data, is_decorative=bool(self.is_decorative.data)
            )
