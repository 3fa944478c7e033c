"""Fields that the forms of posts, pages, categories and tags are made of."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wtforms import BooleanField, DateTimeLocalField, SelectMultipleField
from wtforms.validators import Length

from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l


class TickField(BooleanField):
    """A checkbox that a form may leave out altogether, which then changes nothing.

    A box without a tick is not sent, so a hidden field beside it says it was there.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "BooleanField"  # what the form macros know it by

    @property
    def marker(self) -> str:
        """The name of the hidden field."""
        return f"{self.name}-shown"

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        sent = bool(formdata) and (self.marker in formdata or self.name in formdata)
        super().process(formdata if sent else None, *args, **kwargs)


class TicksField(SelectMultipleField):
    """Several boxes to tick; left out altogether they change nothing either."""

    @property
    def marker(self) -> str:
        """The name of the hidden field."""
        return f"{self.name}-shown"

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        sent = bool(formdata) and (self.marker in formdata or self.name in formdata)
        super().process(formdata if sent else None, *args, **kwargs)


class MomentField(DateTimeLocalField):
    """A day and an hour by the site's clocks; ``at`` is the instant meant."""

    at: datetime | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(
                _("That is no date with a time. An example: 2026-11-24 18:30.")
            ) from None


def stripped(text: str | None) -> str:
    """The text without blanks at its ends."""
    return (text or "").strip()


def at_most(limit: int) -> Length:
    """A validator of length that says so in words."""
    return Length(max=limit, message=_l("At most %(max)d characters."))


def choices(pairs: Iterable[tuple[Any, str]]) -> Any:
    """Values and labels as WTForms wants them, which its type stubs do not know yet."""
    return dict(pairs)


def row_id(text: object) -> int:
    """A number that a database can hold.

    :raise ValueError: for anything else
    """
    if not re.fullmatch("[0-9]{1,18}", str(text)):
        raise ValueError(_("That is not among the choices."))
    return int(str(text))


def row_id_or_none(text: object) -> int | None:
    """As ``row_id``; ``None`` for nothing chosen."""
    return None if text in (None, "", "None") else row_id(text)


def places(branches: Iterable[tuple[int, str, int]]) -> Any:
    """The choices of a place in a tree; dashes show how deep each lies."""
    top: tuple[Any, str] = ("", _("Nothing: at the top"))
    below = (
        (row_id, f"{'— ' * min(depth, 8)}{label}") for row_id, label, depth in branches
    )
    return choices([top, *below])
