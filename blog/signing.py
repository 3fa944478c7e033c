"""Signed words: what the site hands out and gets back as it was, each for one purpose.

They are signed, not secret, and carry no time of their own; put one into the value.
"""

from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer


def sign(purpose: str, value: object) -> str:
    """``value``, which JSON must be able to hold, as a word for a form or address."""
    return str(_serializer(purpose).dumps(value))


def read(purpose: str, word: str | None) -> Any:
    """What was signed for ``purpose``; ``None`` if this was not."""
    try:
        return _serializer(purpose).loads(word or "")
    except BadData:
        return None


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=purpose)
