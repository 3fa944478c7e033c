"""The fields of the editor about what search engines, cards and lists get to see."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional, ValidationError

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...security import MAX_INTEGER
from ...text.normalize import http_url, single_line
from ..fields import at_most, stripped
from ..models import Post

URL_LIMIT = 2_000
SEO_TITLE_LIMIT = 200
SEO_DESCRIPTION_LIMIT = 500
_NO_PICTURE = _l("Type the number of a picture in the library.")


def is_web_address(_form: FlaskForm, field: Field) -> None:
    """A validator: nothing, or an address that begins with http:// or https://."""
    if field.data and not _is_web_address(field.data):
        raise ValidationError(
            _("Write it in full, such as “https://example.org/a-page”.")
        )


def _is_web_address(typed: str) -> bool:
    has_scheme = typed.lower().startswith(("http://", "https://"))
    return has_scheme and http_url(typed) is not None


class PictureField(IntegerField):
    """A picture of the library, by its number; empty for none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([each.strip() for each in valuelist])
        except ValueError:
            raise ValueError(str(_NO_PICTURE)) from None


def _picture(label: str, description: str) -> PictureField:
    return PictureField(
        label,
        validators=[Optional(), NumberRange(1, MAX_INTEGER, message=_NO_PICTURE)],
        description=description,
    )


class CardsForm(FlaskForm):
    """What stands for a post or page elsewhere."""

    cover_id = _picture(
        _l("Cover"),
        _l("The number of a picture in the library. Stands above the text."),
    )
    seo_title = StringField(
        _l("Title for search engines"),
        filters=[stripped],
        validators=[at_most(SEO_TITLE_LIMIT)],
        description=_l("Left empty, it is the title."),
    )
    seo_description = TextAreaField(
        _l("Description for search engines"),
        filters=[stripped],
        validators=[at_most(SEO_DESCRIPTION_LIMIT)],
        description=_l("Left empty, it is the excerpt, or how the text begins."),
    )
    canonical_url = StringField(
        _l("First published at"),
        filters=[stripped],
        validators=[at_most(URL_LIMIT), is_web_address],
        description=_l(
            "The address of the original on another site, to which search engines are "
            "led then. Left empty, this is the original."
        ),
    )
    social_picture_id = _picture(
        _l("Picture for cards"),
        _l("Shown where the link is shared. Left empty, it is the cover."),
    )

    def cards(self) -> dict[str, Any]:
        """What was decided here, by the names that ``Details`` has for it."""
        return {
            "cover_id": self.cover_id.data,
            "social_picture_id": self.social_picture_id.data,
            "seo_title": single_line(self.seo_title.data or "", SEO_TITLE_LIMIT),
            "seo_description": single_line(
                self.seo_description.data or "", SEO_DESCRIPTION_LIMIT
            ),
            "canonical_url": self.canonical_url.data or "",
        }


def stored_cards(post: Post) -> dict[str, object]:
    """What is stored of a post, by the names of the fields."""
    return {
        "cover_id": post.cover_id,
        "social_picture_id": post.social_picture_id,
        "seo_title": post.seo_title,
        "seo_description": post.seo_description,
        "canonical_url": post.canonical_url,
    }
