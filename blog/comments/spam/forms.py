"""The form of the test box."""

from wtforms import EmailField, StringField, TextAreaField

from ...i18n import lazy_gettext as _l
from ...text.sanitizer import MAX_COMMENT_BYTES
from ..drafts import MAX_AUTHOR_BYTES, MAX_EMAIL_BYTES, MAX_URL_BYTES
from ..forms import Form


class TrialForm(Form):
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
