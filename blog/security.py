"""The doors every request passes: body limits, origin check, response headers, and
which redirect targets are safe.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.routing import IntegerConverter, ValidationError

from . import config
from .i18n import gettext as _

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
FORM_TYPES = frozenset({URLENCODED, MULTIPART})
MAX_FIELDS = 1_000  # Werkzeug's limit, too, which it keeps for multipart alone
MAX_INTEGER = 2**63 - 1  # the largest that SQLite and PostgreSQL store

# No inline script or style and no nonce: a page is the same for everybody, so one
# stored copy can serve them all.
PUBLIC_CSP = {
    "default-src": "'none'",  # whatever is not named below is refused
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    # Films, once a reader has pressed the button of one (embeds.js).
    "frame-src": "https://www.youtube-nocookie.com https://player.vimeo.com",
    "base-uri": "'none'",  # an injected <base> cannot redirect our links
    "object-src": "'none'",
    "frame-ancestors": "'none'",  # nobody lays our buttons under theirs
}
PRIVATE_CSP = PUBLIC_CSP | {
    "img-src": "'self' blob: data:",
    # The preview beside the editor, and the films in it.
    "frame-src": f"'self' {PUBLIC_CSP['frame-src']}",
    # No string becomes markup or script; what is pasted is read in the one policy.
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}
FRAMED_CSP = PRIVATE_CSP | {"frame-ancestors": "'self'"}  # a preview beside its editor
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
        "interest-cohort=()"
    ),
}
HSTS = "max-age=31536000"


class BoundedInteger(IntegerConverter):
    """``<int:…>``: ASCII digits up to the largest number a database holds, else 404.

    Without it ``/p/٣`` would be a second address of ``/p/3``, and twenty digits an
    OverflowError in the driver.
    """

    regex = r"[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > MAX_INTEGER:
            raise ValidationError
        return number


def public(view: View) -> View:
    """Declare that anybody may have this view's answer, the same for all."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def anyone(view: View) -> View:
    """Declare that anybody may come here, for an answer that is theirs alone."""
    view.is_anyone = True  # type: ignore[attr-defined]
    return view


def max_body(size_bytes: int) -> Callable[[View], View]:
    """Declare how large a body this view takes; above it the answer is 413."""

    def mark(view: View) -> View:
        view.max_body_bytes = size_bytes  # type: ignore[attr-defined]
        return view

    return mark


def is_public_view() -> bool:
    """Whether this request gets what everybody would: its view was declared
    ``public``, and nothing since has made the answer one person's own.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "is_public", False)) and not g.get("is_personal", False)


def set_personal(is_personal: bool) -> None:
    """Say of a public view's answer whether it is one person's own after all: only then
    may it ask who that is, and nobody stores it.
    """
    g.is_personal = is_personal


def safe_redirect_target(target: str | None, default: str = "/") -> str:
    """``target`` when it is a path of this site, else ``default``.

    Browsers read ``//e``, ``/\\e`` and encoded forms of both as another host.
    """
    if not target:
        return default
    plain = unquote(unquote(unquote(target)))
    is_path = re.match(r"/(?![/\\])", plain) and not re.search(
        r"[\0-\x1f\x7f\\]", plain
    )
    return target if is_path and re.fullmatch(r"[!-~]+", target) else default


def csp_header(rules: Mapping[str, str]) -> str:
    """The rules as the header ``Content-Security-Policy`` says them."""
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def absolute_url(path: str) -> str:
    """The full address of a path of this site, from the address the operator set."""
    return f"{current_app.config['SITE_URL']}{path}"


def init_app(app: Flask) -> None:
    """Put the doors in front of every request and behind every answer."""
    app.url_map.converters["int"] = BoundedInteger
    app.before_request(_require_host)
    app.before_request(_bound_body)
    app.before_request(_check_origin)
    app.before_request(_check_address)
    app.after_request(_set_headers)


def _require_host() -> None:
    """Refuse what asks for another host, or for none: gunicorn lets both through, and
    Werkzeug's own check knows neither IPv6 nor capital letters.
    """
    host = re.sub(r":[0-9]{1,5}$", "", request.environ.get("HTTP_HOST", "").lower())
    if host not in config.hosts(current_app.config["SITE_URL"]):
        abort(400, _("This site does not answer under that host."))


def _bound_body() -> None:
    # Gunicorn promises that its stream ends with the body. So it does where the body
    # is cut off, and half a comment would pass for a whole one; Werkzeug counts.
    request.environ.pop("wsgi.input_terminated", None)
    if "HTTP_TRANSFER_ENCODING" in request.environ and request.content_length is None:
        # Werkzeug would cut such a body at the limit and call it whole.
        abort(411)
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, "max_body_bytes", None)
    if getattr(view, "takes_files", False):
        # Files go to the disk; the fields beside them, and forms without, to memory.
        if request.mimetype == MULTIPART:
            request.max_content_length = limit
    elif limit is not None:
        request.max_content_length = limit
        request.max_form_memory_size = limit


def _check_origin() -> None:
    """Refuse what another site's page sends; what names no origin passes.

    Forms behind the login carry a CSRF token besides. The comment form cannot, as one
    page is served to everybody.
    """
    if request.method in SAFE_METHODS:
        return
    is_elsewhere = request.headers.get("Origin", "null") not in ("null", *_origins())
    if is_elsewhere or request.headers.get("Sec-Fetch-Site") in (
        "cross-site",
        "same-site",
    ):
        abort(403, _("This form was sent from another site. Nothing was changed."))


def is_sent_from_here() -> bool:
    """Whether the browser vouches that a page of this site sent the form."""
    return request.headers.get("Origin") in _origins()


def _origins() -> tuple[str, str]:
    """The site's own origin, and the one under which it was asked for."""
    site_url: str = current_app.config["SITE_URL"]
    return site_url, f"{urlsplit(site_url).scheme}://{request.host}"


def _check_address() -> None:
    _check_texts([request.path, *request.args, *request.args.values()])


def check_form() -> None:
    """Refuse a body that is no form of ours: another kind, of very many fields, or with
    files unless the view ``takes_files``.

    To be asked after the guard: reading some megabytes of fields takes seconds, which
    only those get who may send them.
    """
    if request.method in SAFE_METHODS:
        return
    if request.mimetype and request.mimetype not in FORM_TYPES:
        abort(415)
    view = current_app.view_functions.get(request.endpoint or "")
    if request.mimetype == MULTIPART and getattr(view, "takes_files", False):
        _check_fields()  # and never the whole body in memory
        return
    body = request.get_data()
    if request.mimetype == URLENCODED:
        if body.count(b"&") >= MAX_FIELDS:
            abort(413)
        body = unquote_to_bytes(body)
    try:
        body.decode()
    except (
        UnicodeDecodeError
    ):  # Werkzeug would put a sign for "unreadable" in its place
        abort(400, _("The request holds characters that no text has."))
    if request.files:
        abort(415)
    _check_fields()


def _check_fields() -> None:
    for name, values in request.form.lists():
        _check_texts([name, *values])


def _check_texts(texts: Iterable[str | None]) -> None:
    """NUL and lone surrogates cannot be typed in a browser, nor stored everywhere. A
    part of a form may have come without a name, which is ``None`` then.
    """
    if any(text is None or re.search("[\0\ud800-\udfff]", text) for text in texts):
        abort(400, _("The request holds characters that no text has."))


def _set_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in COMMON_HEADERS.items():
        headers.setdefault(name, value)
    open_to_all = is_public_view()
    csp = PUBLIC_CSP if open_to_all else PRIVATE_CSP
    headers.setdefault(
        "Content-Security-Policy",
        csp_header(csp),
    )
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Referrer-Policy",
        "strict-origin-when-cross-origin" if open_to_all else "same-origin",
    )
    if current_app.config["SITE_URL"].startswith("https:"):
        headers.setdefault("Strict-Transport-Security", HSTS)
    is_failure = response.status_code >= 500
    if not open_to_all or is_failure or request.method not in SAFE_METHODS:
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-cache"  # may be kept, must be asked about
    return response
