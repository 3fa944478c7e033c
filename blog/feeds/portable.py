"""What leaves the site: HTML whose addresses hold anywhere, text that XML can carry,
and names that are IRIs.
"""

import html
import re
from urllib.parse import quote

from ..posts.models import Post
from ..security import absolute_url

# A tag as the sanitiser writes it: there a "<" or a quote of the text is a reference.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z-]+="[^"]*")+')
_ADDRESS = re.compile(r' (href|src|cite)="([^"]*)"')
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]+")
_WEB = re.compile(r"https?://", re.IGNORECASE)
# XML 1.0 has no way to write the others, not even as a reference.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return _ILLEGAL.sub("", text)


def absolute(markup: str, page: str) -> str:
    """Sanitised HTML with every address in full; ``page`` is that of its own page, to
    which its anchors belong.

    It is plain text for templates, so that they escape it once more.
    """

    def complete(match: re.Match[str]) -> str:
        return f' {match[1]}="{_absolute_address(match[2], page)}"'

    return _TAG.sub(lambda tag: _ADDRESS.sub(complete, tag[0]), str(markup))


def _absolute_address(written: str, page: str) -> str:
    """An address as it stands in an attribute, made to hold anywhere."""
    if _SCHEME.match(written):
        return written
    if written.startswith("/"):
        return html.escape(absolute_url("")) + written
    page = html.escape(page)
    if not written or written.startswith("#"):
        return page + written
    if written.startswith("?"):
        return page.partition("?")[0] + written
    return f"{page.rpartition('/')[0]}/{written}"


def guid(post: Post) -> str:
    """What feed readers know a post by: exactly what an import brought, or our own."""
    return post.guid or absolute_url(f"/?p={post.id}")


def iri(guid: str) -> str:
    """A guid as Atom wants it. A web address stays as it is, byte for byte, and what is
    no IRI becomes one.
    """
    if _WEB.match(guid) or _IRI.fullmatch(guid):
        return guid
    return f"urn:guid:{quote(guid, safe='')}"
