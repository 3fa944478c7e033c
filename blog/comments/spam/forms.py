"""The form of the test box."""

from typing import Self

from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField

from ...i18n import lazy_gettext as _l
from ...text.sanitizer import MAX_COMMENT_BYTES
from ..drafts import MAX_AUTHOR_BYTES, MAX_EMAIL_BYTES, MAX_URL_BYTES
from ..refusals import FORM, Refused


class TrialForm(FlaskForm):
    """A comment as a guest would write it."""

    author = StringField(
        _l("Name"), render_kw={"maxlength": MAX_AUTHOR_BYTES, "autocomplete": "off"}
    )
    email = EmailField(
        _l("Email"), render_kw={"maxlength": MAX_EMAIL_BYTES, "autocomplete": "off"}
    )
    url = StringField(
        _l("Website"),
        render_kw={
            "maxlength": MAX_URL_BYTES,
            "inputmode": "url",
            "autocomplete": "off",
        },
    )
    comment = TextAreaField(
        _l("Comment"),
        render_kw={"rows": 6, "maxlength": MAX_COMMENT_BYTES, "required": True},
    )

    @classmethod
    def sent(cls) -> Self:
        """The form as this request filled it in."""
        return cls()

    @classmethod
    def empty(cls) -> Self:
        """The form with nothing in it."""
        return cls(formdata=None)

    def text(self, name: str) -> str:
        """What was typed into a field; "" if the field was not sent at all."""
        return str(self[name].data or "")

    def refuse(self, refused: Refused) -> None:
        """Say what is wrong, each sentence at its field."""
        for name, error in refused.errors.items():
            if name == FORM or name not in self:
                self.form_errors.append(error)
            else:
                self[name].errors = [*self[name].errors, error]
