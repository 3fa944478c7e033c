"""What a page, a stylesheet, a script or a sitemap of ours leads to.

They are read, not changed: what is written is what was answered.
"""

import html
import re
from collections.abc import Iterator

_TAG = re.compile(r"""<([a-z][a-z0-9-]*)\b((?:[^"'>]|"[^"]*"|'[^']*')*)>""", re.I)
_ATTRIBUTE = re.compile(r"""([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_LEADING = frozenset({"href", "src", "poster"})
_LISTS = frozenset({"srcset", "imagesrcset"})
_IN_CSS = re.compile(
    r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""", re.I
)
_IN_SCRIPT = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{0,2}/[^"']+\.js)\1"""
)
_LOCATION = re.compile(r"<loc>\s*([^<]+?)\s*</loc>")


def of(text: str, media_type: str) -> Iterator[str]:
    """The addresses in a text of that type, relative ones too; none in other types.

    A form counts by where it leads if it only asks; what is sent, leads nowhere.
    """
    match media_type:
        case "text/html":
            yield from _of_page(text)
        case "text/css":
            yield from (one or other for one, other in _IN_CSS.findall(text))
        case "text/javascript" | "application/javascript":
            yield from (address for _, address in _IN_SCRIPT.findall(text))
        case "application/xml":
            yield from map(html.unescape, _LOCATION.findall(text))


def _of_page(text: str) -> Iterator[str]:
    for tag, inside in _TAG.findall(text):
        if "=" not in inside:
            continue
        found = {
            name.lower(): html.unescape(one or other)
            for name, one, other in _ATTRIBUTE.findall(inside)
        }
        yield from (value for name, value in found.items() if name in _LEADING)
        for name in _LISTS & found.keys():
            yield from _of_list(found[name])
        if tag == "form" and found.get("method", "get").lower() == "get":
            yield found.get("action", "")
        if tag == "meta" and found.get("property") == "og:image":
            yield found.get("content", "")


def _of_list(value: str) -> Iterator[str]:
    """The pictures of ``srcset``: "/a.jpg 640w, /b.jpg 960w"."""
    for each in value.split(","):
        if each.strip():
            yield each.split()[0]
