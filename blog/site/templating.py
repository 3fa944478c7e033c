"""What templates and Flask-Babel know of the settings."""

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.local import LocalProxy

from .queries import settings


def init_app(app: Flask) -> None:
    """Let every template say ``site.title``; the row is read when first asked for."""
    app.jinja_env.globals["site"] = LocalProxy(settings)


def locale() -> str:
    """The site's language; English where the settings cannot be read."""
    try:
        return settings().language
    except (SQLAlchemyError, LookupError):
        return "en"


def timezone() -> str:
    """The site's time zone; UTC where the settings cannot be read."""
    try:
        return settings().timezone
    except (SQLAlchemyError, LookupError):
        return "UTC"
