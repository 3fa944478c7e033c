"""Files, as readers get them: ``/media/12/boat.jpg``, ``/media/12/boat-640.avif``."""

import logging
import os
import re
from urllib.parse import quote

from flask import Blueprint, abort, redirect, request
from werkzeug import Response
from werkzeug.wsgi import wrap_file

from ..assets import FOREVER
from ..paging import whole_number
from ..security import public
from . import queries
from .models import MediaItem, MediaKind
from .store import store

log = logging.getLogger(__name__)
bp = Blueprint("media", __name__)

# What may be asked for: one part of some bytes (RFC 9110, section 14.2). The whole is a
# right answer to all that is more, or is said in another way.
_RANGE = re.compile(r"\s*bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})\s*")
_VARIANT = re.compile(r"(.+)-([0-9]{1,5})\.(avif|webp|jpeg|png)")
# A file is looked at, and that is all: whatever it is, it runs nothing and asks for
# nothing, and other sites may show it, as feed readers do.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@bp.get("/media/<int:media_id>/<filename>")
@public
def show(media_id: int, filename: str) -> Response:
    """The file, or a picture in one of its sizes; one that is not made yet is answered
    with the whole. What a replacement has made of the ending leads to it.

    :raise 404: if no file has the number and the name
    :raise 416: if a part is asked for that it does not have
    """
    item = queries.by_id(media_id)
    if item is None:
        abort(404)
    if filename == item.filename:
        return _file(item, item.digest, item.mime_type, is_final=True)
    named = _VARIANT.fullmatch(filename)
    if named is None or named[1] != item.slug:
        if filename.rpartition(".")[0] != item.slug:
            abort(404)
        return _moved(item.path)
    width, format = int(named[2]), named[3]
    variant = queries.variant(media_id, format, width)
    if variant is None:
        return _file(item, item.digest, item.mime_type, is_final=False)
    return _file(item, variant.digest, f"image/{variant.format}", is_final=True)


def _moved(path: str) -> Response:
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{path}?{query}" if query else path, 301)


def _file(item: MediaItem, digest: str, mime_type: str, *, is_final: bool) -> Response:
    """The bytes from the disk, a piece at a time; unchanged ones are not sent again."""
    try:
        file = store().open(digest)
    except FileNotFoundError:
        log.error("file %s of media item %s is missing", digest, item.id)
        abort(404)
    size = os.fstat(file.fileno()).st_size
    response = Response(
        wrap_file(request.environ, file), mimetype=mime_type, direct_passthrough=True
    )
    response.content_length = size
    response.headers.extend(_HEADERS)
    if item.kind == MediaKind.DOCUMENT:
        # Browsers show no PDF in a sandbox, and without one a PDF can run programs.
        # A header is ASCII, and so a name in another script is written out (RFC 6266).
        response.headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''{quote(item.filename)}"
        )
    is_its_own = is_final and whole_number(request.args.get("v")) == item.version
    response.headers["Cache-Control"] = FOREVER if is_its_own else "no-cache"
    response.set_etag(digest[:32])
    environ = dict(request.environ)
    if not _is_one_part(environ.get("HTTP_RANGE", "")):
        environ.pop("HTTP_RANGE", None)
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except BaseException:
        response.close()
        raise
    if request.method == "HEAD" or response.status_code == 304:
        response.close()  # nobody reads it
    return response


def _is_one_part(asked: str) -> bool:
    part = _RANGE.fullmatch(asked)
    if part is None:
        return False
    first, last = part.groups()
    return not first or not last or int(first) <= int(last)
