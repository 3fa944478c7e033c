"""Changing the settings: those the owner edits, and nothing else by mistake."""

from collections.abc import Mapping

from .models import Site

EDITABLE = frozenset(Site.__table__.columns.keys()) - {"id"}


def change(site: Site, values: Mapping[str, object]) -> None:
    """Set the settings named in ``values``.

    :raise KeyError: for a name that is no setting
    """
    for name, value in values.items():
        if name not in EDITABLE:
            raise KeyError(name)
        setattr(site, name, value)
