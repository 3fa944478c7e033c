"""What templates know of comments."""

from flask import Flask

from .akismet import client as akismet


def init_app(app: Flask) -> None:
    """Let the form say whether others are asked about a comment."""
    app.jinja_env.globals.update(akismet_is_on=akismet.is_on)
