import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event

from blog.accounts.models import Role
from blog.database import db as database
from tests import factories
from tests.conftest import dispose, make_app


@pytest.fixture
def ada(app):
    """Somebody's login name: an editor who is not logged in yet."""
    with app.app_context():
        factories.make_user(name="ada", role=Role.EDITOR)
    return "ada"


@pytest.fixture
def rows(app):
    """``rows(select)``: what the database holds now, asked in a context of its own."""

    def ask(select):
        with app.app_context():
            return database.session.scalars(select).unique().all()

    return ask


@pytest.fixture
def write(app):
    """``write(change)``: ``change()`` inside a write transaction."""

    def run(change):
        with app.app_context(), factories.write_transaction():
            return change()

    return run


@pytest.fixture
def secure_app(tmp_path, app):
    """The same site under https."""
    secure = make_app(
        app.config["INSTANCE"],
        SITE_URL="https://example.org",
        TRUSTED_HOSTS=["example.org"],
    )
    yield secure
    dispose(secure)


@pytest.fixture
def meanwhile(app):
    """``meanwhile(sql)``: somebody else's write that comes just before the next one."""
    file = app.config["INSTANCE"] / "blog.sqlite"

    def arrange(sql):
        waiting = [sql]

        def write_first(_connection, _cursor, statement, *_rest):
            if statement == "BEGIN IMMEDIATE" and waiting:
                with closing(sqlite3.connect(file)) as other, other:
                    other.execute(waiting.pop())

        with app.app_context():
            event.listen(database.engine, "before_cursor_execute", write_first)

    return arrange


NEWCOMER = (
    "INSERT INTO user (name, display_name, slug, email, url, bio, role, created_at) "
    "VALUES ('ada', 'A', 'a', 'ada@example.org', '', '', 'author', '2026-01-01 00:00')"
)
