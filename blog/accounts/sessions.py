"""Flask's session: a row for whoever is logged in, a signed cookie for a visitor.

The cookie of a person holds a random token and nothing else; what the session keeps
lies in the row beside the token's hash, so that ending it is deleting the row. A
visitor's session holds little more than the login form's CSRF token and lies in the
cookie itself, so that no visit writes to the database.

Neither is read before somebody asks, and nobody may ask while a public page is made:
that page is the same for everybody.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import flask
from flask import Flask, Request, Response, current_app, request
from flask.sessions import SessionInterface, SessionMixin, session_json_serializer
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response as BaseResponse

from ..clock import utcnow
from ..database import GateTimeout, session, write_transaction
from ..security import is_public_view
from . import logins
from .models import User

log = logging.getLogger(__name__)

VISITOR_LIFETIME = timedelta(hours=24)
DEVICE_LIFETIME = timedelta(days=365)
# More people than this do not share one browser.
MAX_PEOPLE_ON_DEVICE = 10


class Device(NamedTuple):
    """A browser, and the ids of those who logged in with it before."""

    id: str
    user_ids: tuple[int, ...]


class BrowserSession(SessionMixin):
    """What one browser's session holds; read when first asked for."""

    def __init__(self, token: str | None, visitor: str | None) -> None:
        self.token = token
        self.user: User | None = None
        self.seen_at: datetime | None = None
        self.modified = False
        self.is_loaded = False
        self.was_replaced = False
        self.visitor = visitor
        self._data: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        """The data, asked of the database or the cookie the first time."""
        if self.is_loaded:
            return self._data
        if is_public_view():
            raise RuntimeError("a public page is the same for all: it has no session")
        login = logins.find(self.token, utcnow()) if self.token else None
        if login is not None:
            self.user, self.seen_at = login.user, login.seen_at
            self._data = session_json_serializer.loads(login.data)
        else:
            self.user = self.seen_at = None
            self._data = _visitor_data(self.visitor)
        self.is_loaded = True
        return self._data

    def become(self, token: str | None) -> None:
        """Go on with another token, or with none: with nothing of what was here."""
        self.token, self.visitor = token, None
        self.user = self.seen_at = None
        self.was_replaced = True
        self.is_loaded = self.modified = False

    @property
    def is_visitors_and_changed(self) -> bool:
        return self.is_loaded and self.user is None and self.modified

    @property
    def opens_nothing(self) -> bool:
        """Whether the browser's token, if it has one, is known to be worthless."""
        return self.token is None or (self.is_loaded and self.user is None)

    def __getitem__(self, key: str) -> Any:
        return self.load()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.load()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self.load()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.load())

    def __len__(self) -> int:
        return len(self.load())


class Sessions(SessionInterface):
    """Opens and saves a ``BrowserSession`` for every request."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        return BrowserSession(
            token=request.cookies.get(cookie_name(app, "session")),
            visitor=request.cookies.get(cookie_name(app, "visitor")),
        )

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        assert isinstance(session, BrowserSession)  # noqa: S101  we opened it
        if session.is_loaded and session.user is not None:
            _save_row(session)
        if session.is_visitors_and_changed:
            signed = _signer("visitor").dumps(dict(session))
            set_cookie(app, response, "visitor", signed)
        elif session.was_replaced:
            take_back_cookie(app, response, "visitor")
        if session.was_replaced and session.token is not None:
            set_cookie(app, response, "session", session.token)
        elif session.opens_nothing:
            take_back_cookie(app, response, "session")
        if session.is_loaded or session.was_replaced:
            response.vary.add("Cookie")


def init_app(app: Flask) -> None:
    """Put our sessions in the place of Flask's."""
    app.session_interface = Sessions()


def browser() -> BrowserSession:
    """The session of the browser that sent this request."""
    current = flask.session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(current, BrowserSession)  # noqa: S101
    return current


def begin(user: User, now: datetime) -> str:
    """Add a session for the browser that sent this request, in place of the one it had.

    Inside the write transaction; ``keep`` the token when it has succeeded.
    """
    old = browser().token
    if old:
        logins.end(old)
    # It has its CSRF token from the beginning, so that showing a form writes nothing.
    data = session_json_serializer.dumps({"csrf_token": secrets.token_hex(20)})
    return logins.begin(
        user,
        now=now,
        data=data,
        user_agent=request.user_agent.string,
        ip=request.remote_addr or "",
    )


def keep(token: str) -> None:
    """Give the browser its new token. What it held before is no longer worth anything,
    so a token that somebody planted there gains nothing (session fixation)."""
    browser().become(token)


def drop() -> None:
    """Let the browser forget its token."""
    browser().become(None)


def device() -> Device:
    """The browser that sent this request, by its signed cookie; else a new one."""
    cookie = request.cookies.get(cookie_name(current_app, "device"), "")
    try:
        id, user_ids = _signer("device").loads(
            cookie, max_age=int(DEVICE_LIFETIME.total_seconds())
        )
    except (BadData, TypeError, ValueError):
        return Device(secrets.token_urlsafe(16), ())
    return Device(id, tuple(user_ids))


def remember_device(response: BaseResponse, user: User) -> None:
    """Let the browser prove later that this person logged in with it before."""
    known = device()
    others = [id for id in known.user_ids if id != user.id]
    ids = [user.id, *others][:MAX_PEOPLE_ON_DEVICE]
    set_cookie(
        current_app,
        response,
        "device",
        _signer("device").dumps([known.id, ids]),
        lifetime=DEVICE_LIFETIME,
    )


def _save_row(browser: BrowserSession) -> None:
    """Write what changed. A view has done its work by now: when the database is busy, a
    message or the time of a visit is lost, and not the answer."""
    now = utcnow()
    is_stale = browser.seen_at is not None and logins.is_stale(browser.seen_at, now)
    if not (browser.modified or is_stale):
        return
    token = browser.token or ""
    data = session_json_serializer.dumps(dict(browser))
    try:
        session.rollback()  # what a view left unwritten is not ours to write
        with write_transaction():
            if browser.modified:
                logins.keep_data(token, data)
            if is_stale:
                logins.mark_seen(token, now)
    except (GateTimeout, OperationalError, PoolTimeout) as error:
        log.warning("a session could not be saved: %s", error)


def _visitor_data(cookie: str | None) -> dict[str, Any]:
    try:
        data = _signer("visitor").loads(
            cookie or "", max_age=int(VISITOR_LIFETIME.total_seconds())
        )
    except BadData:
        return {}
    return data if isinstance(data, dict) else {}


def _signer(purpose: str) -> URLSafeTimedSerializer:
    """A signature is good for one purpose, so no cookie can stand in for another."""
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"],
        salt=f"recto.{purpose}",
        serializer=session_json_serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _is_https(app: Flask) -> bool:
    return str(app.config["SITE_URL"]).startswith("https:")


def cookie_name(app: Flask, purpose: str) -> str:
    """A cookie's name. ``__Host-`` makes browsers refuse one that came over http, or
    from a neighbouring host; it needs https."""
    return f"__Host-{purpose}" if _is_https(app) else purpose


def set_cookie(
    app: Flask,
    response: BaseResponse,
    purpose: str,
    value: str,
    lifetime: timedelta | None = None,
) -> None:
    """Give the browser a cookie that no script reads; without a lifetime, until it is
    closed."""
    response.set_cookie(
        cookie_name(app, purpose),
        value,
        max_age=lifetime,
        secure=_is_https(app),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def take_back_cookie(app: Flask, response: BaseResponse, purpose: str) -> None:
    """Let the browser forget a cookie, if it has it."""
    name = cookie_name(app, purpose)
    if name in request.cookies:
        response.delete_cookie(
            name, secure=_is_https(app), httponly=True, samesite="Lax", path="/"
        )
