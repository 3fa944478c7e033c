"""Addresses in the text of a post that comes from another site: what it shows and links
to is here now, and what is not here stays where it was.

Only texts that are imported are rewritten, and they are read as HTML: no word of them
changes, however much like an address it looks.
"""

import html as entities
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ...text.sanitizer import Format
from ...text.tokens import Start, pieces
from ..records import Body
from .survey import bare

# Of each tag, the attribute that is an address. Players become links to what they play
# before a text is rewritten.
_WRITTEN = {"a": "href", "img": "src"}
_READ = _WRITTEN | dict.fromkeys(("audio", "embed", "source", "video"), "src")
# WordPress.com shows pictures of any site under addresses of its own.
_PHOTON = re.compile(r"(?:https?:)?//i[0-3]\.wp\.com/(?=[^/?#]+\.[^/?#]+/)")
# WordPress's own players, which become links too.
_PLAYER = re.compile(r"\[(?:audio|video)\s[^\[\]]{1,2000}\]")
_PLAYED = re.compile(r"(?:https?:/)?/[^\s\"'\]]{1,1000}")
_TAG = re.compile(rf"<(?:{'|'.join(_READ)})\s", re.IGNORECASE)


def addresses(html: str, body: Body = Body.HTML) -> Iterator[str]:
    """What a text shows and links to, as it says it, in order."""
    if body is Body.WORDPRESS:
        for player in _PLAYER.finditer(html):
            yield from _PLAYED.findall(player[0])
    if _TAG.search(html) is None:
        return
    for piece in pieces(html):
        if isinstance(piece.token, Start):
            value = piece.token.attributes.get(_READ.get(piece.token.name, ""))
            if value:
                yield value


def rewritten(html: str, to: Mapping[str, str], format: Format = Format.HTML) -> str:
    """The text with new addresses in the place of old ones, as it says these."""
    if not to:
        return html
    return "".join(
        _tag(piece.token, to)
        if isinstance(piece.token, Start) and _typed(piece.token) in to
        else piece.raw
        for piece in pieces(html)
    )


def absolute(address: str, base: str) -> str | None:
    """An address as the old site meant it: without a mask of another site, and with the
    host where it says none. ``None`` for a place in the page, and for none at all.
    """
    found = _PHOTON.sub("https://", address.strip())
    if found.startswith("//"):
        return f"https:{found}"
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


def _typed(start: Start) -> str:
    return start.attributes.get(_WRITTEN.get(start.name, ""), "")


def _tag(start: Start, to: Mapping[str, str]) -> str:
    changed = start.attributes | {_WRITTEN[start.name]: to[_typed(start)]}
    # Smaller ones at other addresses; ours come when the text is rendered.
    changed.pop("srcset", None)
    written = "".join(
        f' {name}="{entities.escape(value)}"' for name, value in changed.items()
    )
    return f"<{start.name}{written}>"
