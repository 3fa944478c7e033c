"""In which browsers a person is logged in: begun, found again, ended.

Browsers and cookies are ``sessions.py``; here are only rows and their rules.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from ..database import session
from . import queries
from .models import User, UserSession

IDLE = timedelta(hours=24)
LIFETIME = timedelta(days=30)
# Written no oftener, so that reading the admin's pages hardly ever writes.
SEEN_EVERY = timedelta(hours=1)
MAX_USER_AGENT = 200

_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet")),
    *(("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome")),
    *(("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")),
)
_SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone")),
    *(("iPad", "iPad"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS")),
    ("Linux", "Linux"),
)


def begin(
    user: User, *, now: datetime, data: str = "{}", user_agent: str = "", ip: str = ""
) -> str:
    """Add a session and give its token, which is stored nowhere. The person was seen.

    Sessions that have expired, of anybody, are thrown away.
    """
    session.execute(
        delete(UserSession).where(
            or_(
                UserSession.seen_at <= now - IDLE,
                UserSession.created_at <= now - LIFETIME,
            )
        )
    )
    token = secrets.token_urlsafe(32)
    user.seen_at = now
    session.add(
        UserSession(
            token_hash=hashed(token),
            user=user,
            data=data,
            created_at=now,
            seen_at=now,
            user_agent=re.sub(r"[\x00-\x1f\x7f-\x9f]", "", user_agent)[:MAX_USER_AGENT],
            ip=ip,
        )
    )
    return token


def find(token: str, now: datetime) -> UserSession | None:
    """The session of a token while it lasts, of a person who may log in."""
    login = queries.login(hashed(token))
    if (
        login is None
        or not login.user.is_active
        or login.seen_at <= now - IDLE
        or login.created_at <= now - LIFETIME
    ):
        return None
    return login


def end(token: str) -> None:
    """Log out the browser that has this token."""
    session.execute(delete(UserSession).where(UserSession.token_hash == hashed(token)))


def end_all(user: User) -> None:
    """Log a person out everywhere."""
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))


def end_others(user: User, token: str) -> None:
    """Log a person out everywhere but in the browser that has this token."""
    session.execute(
        delete(UserSession).where(
            UserSession.user_id == user.id, UserSession.token_hash != hashed(token)
        )
    )


def keep_data(token: str, data: str) -> None:
    """Store what the session holds; nothing happens when it was ended meanwhile."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == hashed(token))
        .values(data=data)
    )


def mark_seen(token: str, now: datetime) -> None:
    """Write down that somebody was here."""
    here = UserSession.token_hash == hashed(token)
    session.execute(update(UserSession).where(here).values(seen_at=now))
    owner = select(UserSession.user_id).where(here).scalar_subquery()
    session.execute(update(User).where(User.id == owner).values(seen_at=now))


def is_stale(seen_at: datetime, now: datetime) -> bool:
    """Whether it is time to write down again that somebody was here."""
    return abs(now - seen_at) >= SEEN_EVERY


def hashed(token: str) -> str:
    """What the table knows of a token. Of 256 random bits one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def browser_name(user_agent: str) -> str:
    """ "Firefox, Linux", as far as the browser says so; else an empty text."""
    parts = (
        next((name for mark, name in known if mark in user_agent), None)
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(part for part in parts if part)
