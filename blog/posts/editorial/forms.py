"""What is typed around a post: notes, links, decisions, names."""

from typing import Self
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional, ValidationError

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...site.queries import settings
from ...text.normalize import clean_text, single_line
from ..desk.forms import WritingForm
from ..fields import MomentField, at_most, choices
from . import copies, notes, previews

# What is too long is said, not cut off.
_LONGEST = 10_000


def cleaned(text: str | None) -> str:
    """The text as it may be stored, without blanks at its ends."""
    return clean_text(text or "").strip()


def on_one_line(text: str | None) -> str:
    """A name without what nobody sees, and what would turn the words around it."""
    return single_line(text or "", _LONGEST)


class NoteForm(FlaskForm):
    """A note: what is remarked, and the passage that it is about."""

    quote = TextAreaField(
        _l("Passage"),
        filters=[cleaned],
        validators=[at_most(notes.QUOTE_LIMIT)],
        description=_l("Which words it is about, if it is about some."),
    )
    note = TextAreaField(
        _l("Note"),
        filters=[cleaned],
        validators=[
            DataRequired(_l("Write something first.")),
            at_most(notes.TEXT_LIMIT),
        ],
    )

    @classmethod
    def blank(cls) -> Self:
        """One into which nothing was typed."""
        return cls(formdata=None)

    @classmethod
    def sent(cls) -> Self:
        """What came with the request."""
        return cls()


class LinkForm(FlaskForm):
    """A new preview link."""

    days = SelectField(_l("Works for"), coerce=int)
    label = StringField(
        _l("For whom"),
        filters=[on_one_line],
        validators=[at_most(previews.LABEL_LIMIT)],
        description=_l("A word for yourself, such as “Ada, fact check”."),
    )

    def __init__(self) -> None:
        super().__init__(data={"days": 7})  # type: ignore[no-untyped-call]
        labels = (_("1 day"), _("1 week"), _("1 month"))
        self.days.choices = choices(zip(previews.DAYS, labels, strict=True))


class ReviewForm(FlaskForm):
    """What becomes of a post that waits."""

    published_at = MomentField(
        _l("Date"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[Optional()],
    )
    message = TextAreaField(
        _l("Note for the author"),
        filters=[cleaned],
        validators=[at_most(notes.TEXT_LIMIT)],
        description=_l("Needed to send it back."),
    )
    version = HiddenField()

    def __init__(self, version: int, shown: object = None) -> None:
        self.zone = ZoneInfo(settings().timezone)
        data = {"version": str(version), "published_at": shown}
        super().__init__(data=data)  # type: ignore[no-untyped-call]
        self.published_at.description = _(
            "In %(zone)s time. A later time schedules it; empty, it appears at once.",
            zone=settings().timezone.replace("_", " "),
        )

    # Which instant is meant, and whether there is one, is said once.
    post = None
    validate_published_at = WritingForm.validate_published_at


class NameForm(FlaskForm):
    """The name of a template."""

    name = StringField(
        _l("Name"),
        filters=[on_one_line],
        validators=[
            DataRequired(_l("Give it a name.")),
            at_most(copies.NAME_LIMIT),
        ],
    )

    @classmethod
    def blank(cls, name: str) -> Self:
        """One that proposes a name."""
        return cls(formdata=None, data={"name": name})

    @classmethod
    def sent(cls) -> Self:
        """What came with the request."""
        return cls()

    def validate_name(self, field: StringField) -> None:
        """Refuse a name that nobody sees."""
        if field.data and not field.data.isprintable():
            raise ValidationError(_("It holds a character that nobody can see."))
