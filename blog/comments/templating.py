"""What templates know of comments."""

from flask import Flask

from .akismet import client as akismet
from .spam import reasons


def init_app(app: Flask) -> None:
    """Let the form say whether others are asked about a comment, and the queue what the
    filter went by, in words.
    """
    app.jinja_env.globals.update(
        akismet_is_on=akismet.is_on, clue_phrase=reasons.phrase
    )
