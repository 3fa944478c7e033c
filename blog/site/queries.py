"""The one question about the settings: what are they now?"""

from ..database import session
from .models import SITE_ID, Site


def settings() -> Site:
    """The publication's settings. Asked of the database once in a session, then kept.

    :raise LookupError: if the database was never set up
    """
    site = session.get(Site, SITE_ID)
    if site is None:
        raise LookupError("the database holds no settings; run blog upgrade")
    session.info["site"] = site  # the identity map alone would let go of it
    return site
