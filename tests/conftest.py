"""What all tests share: a migrated SQLite file, the application over a copy of it, and
the people who use it.
"""

import shutil
from datetime import UTC, datetime

import pytest

from blog import create_app
from blog.accounts.models import Role
from blog.accounts.sessions import cookie_name
from blog.config import KNOWN
from blog.database import db as database
from blog.operations.upgrade import upgrade
from tests import checkers, compiled, factories
from tests.pages import Client

# The mail server: ``smtp``, ``rude_smtp``, ``authority``.
pytest_plugins = ("tests.mail.smtp",)

SECRET_KEY = "a key for tests only, longer than thirty-two bytes"


def make_app(instance, **overrides):
    """The application over ``instance``; its database must exist."""
    instance.mkdir(exist_ok=True)
    settings = {
        "TESTING": True,
        "INSTANCE": instance,
        "SECRET_KEY": SECRET_KEY,
        "SITE_URL": "http://localhost",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{instance / 'blog.sqlite'}",
    }
    app = compiled.share(create_app(settings | overrides))
    app.test_client_class = Client
    return app


def dispose(app):
    """Close every connection: an unclosed one is a warning, hence an error."""
    with app.app_context():
        database.session.remove()
        database.engine.dispose()


@pytest.fixture(autouse=True, scope="session")
def clean_environment(tmp_path_factory):
    """No test depends on, or writes to, the instance of who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLOG_INSTANCE", str(tmp_path_factory.mktemp("instance")))
        for name in {*KNOWN, "PORT"} - {"BLOG_INSTANCE"}:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database as a new site has it, migrated once for the whole run."""
    folder = tmp_path_factory.mktemp("empty")
    app = make_app(folder)
    with app.app_context():
        upgrade(datetime.now(UTC))
    dispose(app)
    return folder / "blog.sqlite"


@pytest.fixture
def app(tmp_path, empty_database):
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    yield app
    dispose(app)


@pytest.fixture
def db(app):
    """The database, with an application context, for tests that need no HTTP."""
    with app.app_context():
        yield database


@pytest.fixture
def visitor(app):
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def client_for(app):
    """``client_for("editor")``: a person of that role, logged in, with ``.user_id``."""

    def log_in(role, **attributes):
        client = app.test_client()
        with app.app_context():
            user = factories.make_user(role=Role(role), **attributes)
            client.user_id = user.id
            client.set_cookie(cookie_name(app, "session"), factories.make_login(user))
        return client

    return log_in


@pytest.fixture
def admin(client_for):
    return client_for("admin")


@pytest.fixture(scope="session")
def html_checker():
    """The W3C's HTML checker: ``html_checker.errors(page)``."""
    with checkers.HtmlChecker() as checker:
        yield checker
