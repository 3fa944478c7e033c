"""A redirect, as it comes from the browser."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...site.models import GONE, MOVED
from . import addresses
from .addresses import Refused


class RedirectForm(FlaskForm):
    """An old address, and where it leads."""

    old = StringField(
        _l("Old address"),
        description=_l("The part behind the name of this site, as /2019/tea/."),
    )
    to = StringField(
        _l("Leads to"),
        description=_l(
            "A path of this site or a whole address. A post or page is followed "
            "wherever it moves."
        ),
    )
    status = SelectField(_l("How"), coerce=int, default=MOVED)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        choices: Any = list(labels().items())
        self.status.choices = choices
        self.known = ""
        self.target = ""

    def check(self) -> bool:
        """Whether all is well; then ``known`` and ``target`` are what was meant."""
        is_fine: bool = self.validate()
        if not is_fine:
            return False
        try:
            self.known = addresses.old(self.old.data or "")
        except Refused as refused:
            self.old.errors = [str(refused)]
        if self.status.data != GONE:
            try:
                self.target = addresses.target(self.to.data or "")
            except Refused as refused:
                self.to.errors = [str(refused)]
        elif (self.to.data or "").strip():
            self.to.errors = [_("What is gone leads nowhere: leave this empty.")]
        return not self.errors


def labels() -> dict[int, str]:
    """The statuses and what they mean."""
    return {
        301: _("301: moved for good"),
        302: _("302: moved for now"),
        307: _("307: for now, and forms are sent on"),
        308: _("308: for good, and forms are sent on"),
        GONE: _("410: gone for good, leads nowhere"),
    }
