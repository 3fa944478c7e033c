"""Under which name in the folder an address is found again by a plain web server.

A page is ``index.html`` in a folder named as its address, with or without a slash at
the end of that: every server finds it there, and a feed or a page of comments may stand
below it. XML in the place of a page, such as a feed, is ``index.xml``.
"""

from pathlib import PurePosixPath
from urllib.parse import unquote

PAGE = "index.html"
XML = "index.xml"
# Of a name, in bytes, on the file systems in use.
LONGEST_NAME = 255


class Unwritable(Exception):
    """No file can have that name; the message says why."""


def named(path: str, media_type: str) -> PurePosixPath:
    """The file for the percent-encoded path of an address, as part of the folder.

    :raise Unwritable: if a part of it is nothing that a file may be called
    """
    parts = _parts(path)
    if media_type == "text/html":
        return PurePosixPath(*parts, PAGE)
    if path.endswith("/"):
        return PurePosixPath(*parts, XML)
    return PurePosixPath(*parts)


def stub(path: str) -> PurePosixPath | None:
    """Where a page may stand that leads on from an old address; ``None`` for that of a
    file, of which nobody expects a page.

    :raise Unwritable: if a part of it is nothing that a file may be called
    """
    parts = _parts(path)
    ending = PurePosixPath(parts[-1]).suffix if parts else ""
    if ending in (".html", ".htm"):
        return PurePosixPath(*parts)
    if ending and not path.endswith("/"):
        return None
    return PurePosixPath(*parts, PAGE)


def _parts(path: str) -> list[str]:
    try:
        parts = [
            unquote(each, errors="strict")
            for each in path.strip("/").split("/")
            if each
        ]
    except UnicodeDecodeError:
        raise Unwritable("it is no text") from None
    for part in parts:
        if part in (".", "..") or "/" in part or "\0" in part:
            raise Unwritable("a part of it means another folder")
        if len(part.encode()) > LONGEST_NAME:
            raise Unwritable(f"a part of it is longer than {LONGEST_NAME} bytes")
    return parts
