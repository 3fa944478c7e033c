"""Old addresses and where they lead, as somebody types them or a list has them."""

import re
from urllib.parse import quote, unquote, urlsplit

from flask import current_app

from ... import config
from ...i18n import gettext as _
from ...security import safe_redirect_target
from ...site import redirects
from ...text.normalize import http_url

MAX_LENGTH = 2_000
# What the first part of an address is not free for: no redirect is looked up there.
RESERVED = frozenset(
    {
        *("admin", "avatar", "forgotten", "healthz", "invitation", "login"),
        *("logout", "media", "moderate", "my-comments", "preview", "readyz"),
        *("recovery", "setup", "static", "subscriptions", "unlock"),
    }
)
# Of an address that is encoded already, too.
_SAFE = "/%:@!$&'()*+,;=~-._?#"
ESCAPED = "/:@!$&'()*+,;=~-._"


class Refused(ValueError):
    """A redirect that cannot be, and the sentence that says why."""


def old(typed: str, *, is_of_any_host: bool = False) -> str:
    """An old address as ``redirects.key`` writes it, from a path or a whole address of
    this site. Lists may have been made where the site had another name.

    :raise Refused: if it is none, or something of this site's own stands there
    """
    text = _plain(typed)
    path, query, _fragment = _parts(text, is_of_any_host=is_of_any_host)
    if path is None:
        raise Refused(_("That is an address of another site."))
    known = redirects.key(path, query)
    if known == "/":
        raise Refused(_("The home page always stands there."))
    if known.split("/")[1].partition("?")[0] in RESERVED:
        raise Refused(_("Recto itself needs the addresses that begin so."))
    return known


def target(typed: str) -> str:
    """Where to lead, as ``Redirect.to`` keeps it: a path of this site, with what was
    typed of a query and a fragment, or an address of the web.

    :raise Refused: if it is neither
    """
    text = _plain(typed)
    path, query, fragment = _parts(text)
    if path is None:
        address = http_url(text)
        if address is None:
            raise Refused(_("That is no address of the web."))
        return quote(address, safe=_SAFE + "[]")
    here = quote(unquote(path), safe=ESCAPED)
    here += f"?{quote(query, safe=_SAFE)}" if query else ""
    here += f"#{quote(fragment, safe=_SAFE)}" if fragment else ""
    if safe_redirect_target(here, "") != here:
        raise Refused(_("A browser could read that as an address of another site."))
    return here


def key_of(to: str) -> str | None:
    """The key of a path of this site; ``None`` for an address of the web."""
    if not to.startswith("/"):
        return None
    parts = urlsplit(to)
    return redirects.key(parts.path, parts.query)


def _plain(typed: str) -> str:
    text = typed.strip()
    if not text:
        raise Refused(_("An address is needed here."))
    if len(text) > MAX_LENGTH:
        raise Refused(_("That is too long for an address."))
    if not text.isprintable() or "\\" in text:
        raise Refused(_("There are characters in it that no address has."))
    return text


def _parts(text: str, *, is_of_any_host: bool = False) -> tuple[str | None, str, str]:
    """Path, query and fragment; no path for an address of another site."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
    except ValueError:  # a broken IPv6 address
        raise Refused(_("That is no address of the web.")) from None
    if text.startswith("/") and not text.startswith("//"):
        return parts.path, parts.query, parts.fragment
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise Refused(_("An address begins with / or with https://."))
    if is_of_any_host or _is_ours(host, parts.netloc):
        path = re.sub("^/+", "/", parts.path or "/")
        return path, parts.query, parts.fragment
    return None, "", ""


def _is_ours(host: str, netloc: str) -> bool:
    """Whether it is a name of this site; another port of it is another site."""
    own: str = current_app.config["SITE_URL"]
    if host not in config.hosts(own):
        return False
    return netloc.lower() == urlsplit(own).netloc.lower() or ":" not in netloc
