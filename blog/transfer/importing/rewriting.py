"""Addresses in the text of a post that comes from another site: what it shows and links
to is here now, and what is not here stays where it was.

Only texts that are imported are rewritten, and they are read as what they are written
in: no word of them changes, however much like an address it looks.
"""

import html as entities
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from ...text.sanitizer import Format
from ...text.tokens import Start, pieces
from .. import destinations
from ..destinations import ATTRIBUTE, Destination, address_of
from ..records import Body
from .survey import bare

# WordPress.com shows pictures of any site under addresses of its own.
_PHOTON = re.compile(r"(?:https?:)?//i[0-3]\.wp\.com/(?=[^/?#]+\.[^/?#]+/)")
# WordPress's own players, which become links too.
_PLAYER = re.compile(r"\[(?:audio|video)\s[^\[\]]{1,2000}\]")
_PLAYED = re.compile(r"(?:https?:/)?/[^\s\"'\]]{1,1000}")
_TAG = re.compile(rf"<(?:{'|'.join(ATTRIBUTE)})\s", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def addresses(text: str, body: Body = Body.HTML) -> Iterator[str]:
    """What a text shows and links to, as it says it, in order."""
    if body is Body.MARKDOWN:
        for each in destinations.destinations(text):
            yield each.address
        return
    if body is Body.WORDPRESS:
        for player in _PLAYER.finditer(text):
            yield from _PLAYED.findall(player[0])
    if _TAG.search(text) is None:
        return
    for piece in pieces(text):
        if isinstance(piece.token, Start):
            value = address_of(piece.token)
            if value:
                yield value


def rewritten(text: str, to: Mapping[str, str], format: Format = Format.HTML) -> str:
    """The text with new addresses in the place of old ones, as it says these."""
    if not to:
        return text
    if format == Format.MARKDOWN:
        found = destinations.destinations(text)
        return destinations.replaced(
            text,
            ((each, _markdown(each, to, text)) for each in found if each.address in to),
        )
    return "".join(
        _tag(piece.token, to)
        if isinstance(piece.token, Start) and address_of(piece.token) in to
        else piece.raw
        for piece in pieces(text)
    )


def absolute(address: str, base: str, page: str = "") -> str | None:
    """An address as the old site meant it: without a mask of another site, and with the
    host where it says none. ``page`` is where a text stood, whose addresses may begin
    there. ``None`` for a place in the page, and for none at all.
    """
    found = _PHOTON.sub("https://", address.strip())
    if found.startswith("//"):
        return f"https:{found}"
    if page and found[:1] not in ("", "#", "?", "/") and not _SCHEME.match(found):
        found = urljoin(page, found)
    if found.startswith("/"):
        return f"{base}{found}"
    return found if re.match("https?://", found, re.IGNORECASE) else None


def host_and_path(address: str) -> tuple[str, str]:
    """Of an absolute address, the host without "www." and the path; both "" if it is
    none.
    """
    try:
        parts = urlsplit(address)
        return bare(parts.hostname or ""), parts.path
    except ValueError:  # a broken IPv6 address
        return "", ""


def _markdown(each: Destination, to: Mapping[str, str], text: str) -> str:
    if each.tag is not None:
        return _tag(each.tag, to)
    return destinations.written(to[each.address], each, text)


def _tag(start: Start, to: Mapping[str, str]) -> str:
    changed = start.attributes | {ATTRIBUTE[start.name]: to[address_of(start)]}
    # Smaller ones at other addresses; ours come when the text is rendered.
    changed.pop("srcset", None)
    written = "".join(
        f' {name}="{entities.escape(value)}"' for name, value in changed.items()
    )
    return f"<{start.name}{written}>"
