"""What keeps a post from those it is not for: that it is private, or its password."""

import hmac
import unicodedata
from datetime import datetime

from flask import current_app

from .. import counters, signing
from ..accounts import throttle
from ..accounts.models import User
from ..accounts.permissions import Action, may
from .models import Post, Status

_LOCK = "opened post"


def is_readable_by(user: User | None, post: Post, now: datetime) -> bool:
    """Whether a person, or a visitor (``None``), may come to the page of a post; its
    words may still lie behind a password.
    """
    if post.status == Status.PRIVATE:
        return may(user, Action.READ_PRIVATE, post.owner_for(user))
    return post.is_public(now)


def is_password(post: Post, typed: str) -> bool:
    """Whether that is the post's password, perhaps copied with a space around it. It
    takes as long for every wrong one.
    """
    wanted = _digest(post.password)
    tries = [_digest(typed), _digest(typed.strip())]
    return any(hmac.compare_digest(each, wanted) for each in tries)


def key(post: Post) -> str:
    """A word that opens this post for as long as it has the password of now."""
    return signing.sign(_LOCK, [post.id, _digest(post.password)])


def opens(post: Post, token: str | None) -> bool:
    """Whether ``token`` is a key to the post as it is now."""
    match signing.read(_LOCK, token):
        case [int(post_id), str(digest)]:
            is_todays = hmac.compare_digest(digest, _digest(post.password))
            return post_id == post.id and is_todays
        case _:
            return False


def admit(address: str | None, now: datetime) -> int:
    """Count a try; zero when it may be made, else the seconds to wait. A network may
    fail as often as at the login, whichever posts it tries.
    """
    return counters.take(
        _counter(address),
        limit=throttle.NETWORK_FAILURES,
        window_seconds=throttle.NETWORK_WINDOW_SECONDS,
        now=now,
    )


def succeeded(address: str | None) -> None:
    """Take back what ``admit`` counted."""
    counters.give_back(_counter(address))


def _counter(address: str | None) -> str:
    return f"unlock:network:{throttle.network(address)}"


def _digest(password: str) -> str:
    """What is compared, and stands in the key. Without the site's secret nobody can
    try out passwords on it. An accent may be typed as a letter's part or its own.
    """
    secret = str(current_app.config["SECRET_KEY"]).encode()
    typed = unicodedata.normalize("NFC", password).encode()
    whole = hmac.new(secret, b"password of a post\0" + typed, "sha256").hexdigest()
    return whole[:32]  # 128 bits; a browser may carry many keys
