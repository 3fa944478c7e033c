"""A database is made, brought up to date, or left exactly as it is."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from blog.database import Base, GateTimeout, db
from blog.operations import upgrade as module
from blog.operations.upgrade import Upgraded, UpgradeError, upgrade
from tests import factories
from tests.conftest import dispose, make_app
from tests.locks import held_elsewhere

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HEAD = "0006"
NEXT = "0007"
# Of the full-text index; migrations/env.py leaves it out, too.
NO_MODELS = ("post_words", "comment_words")

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = depends_on = None


def upgrade():
{steps}


def downgrade():
    raise NotImplementedError
"""
# As migrations are written: a table, rows, a column, a table rebuilt, an index.
STEPS = (
    'op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))',
    'op.execute("INSERT INTO later (id) VALUES (1), (2)")',
    'op.add_column("tag", sa.Column("colour", sa.Text, server_default=""))',
    'with op.batch_alter_table("post") as batch: '
    'batch.add_column(sa.Column("series", sa.Text, server_default="none"))',
    'op.create_index("ix_note_id", "later", ["id"])',
)


OLD_ROWS = """
INSERT INTO user (id, name, display_name, slug, email, role, bio, url, created_at)
VALUES (1, 'ada', 'Ada', 'ada', 'ada@example.org', 'author', '', '', '2026-01-01');
INSERT INTO post (id, kind, status, title, slug, format, source, excerpt, html,
    summary, word_count, policy_version, author_id, position, created_at, edited_at,
    comments_open, comment_count, version)
VALUES (7, 'post', 'public', 'High tide', '', 'markdown', '', '', '',
    '', 0, 0, 1, 0, '2026-01-01', '2026-01-01', 1, 0, 1);
INSERT INTO comment (id, post_id, status, reason, author, email, url, source, html,
    folded, signals, policy_version, ip, user_agent, created_at, version)
VALUES (7, 7, 'approved', '', 'Ada', '', '', '', '<p>A tide</p>',
    '', '', 0, '', '', '2026-01-01', 1);
"""


@pytest.fixture
def app(tmp_path, empty_database):
    """A site with a post and three comments."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        post = factories.make_post()
        for _ in range(3):
            factories.make_comment(post=post)
        yield app
    dispose(app)


@pytest.fixture
def new_app(tmp_path):
    """A site without a database."""
    app = make_app(tmp_path / "new")
    with app.app_context():
        yield app
    dispose(app)


@pytest.fixture
def path(app):
    """Its database, closed and whole in one file."""
    db.session.remove()
    db.engine.dispose()
    path = app.config["INSTANCE"] / "blog.sqlite"
    assert not path.with_name("blog.sqlite-wal").exists()
    return path


@pytest.fixture
def migrations(tmp_path, monkeypatch):
    """``migrations(step, …)``: this version has one more migration, of these steps."""

    def write(*steps):
        folder = tmp_path / "migrations"
        shutil.copytree(
            module.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__")
        )
        lines = "\n".join(f"    {step}" for step in steps)
        (folder / "versions" / "0007_next.py").write_text(MIGRATION.format(steps=lines))
        monkeypatch.setattr(module, "MIGRATIONS", folder)

    return write


def ask(path, question):
    with sqlite3.connect(path) as connection:
        rows = connection.execute(question).fetchall()
    connection.close()
    return rows


def dump(path):
    """All that a database says, whatever its pages look like."""
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def backups(path):
    return sorted(path.parent.glob("backups/*"))


# Making it


def test_a_missing_database_is_made(new_app):
    path = new_app.config["INSTANCE"] / "blog.sqlite"

    assert upgrade(NOW) == Upgraded(None, HEAD, None)
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]
    assert ask(path, "SELECT count(*) FROM site") == [(1,)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(path.parent.glob("*.new*"))


def test_what_is_current_is_left_alone(path):
    before = path.read_bytes()

    assert upgrade(NOW) == Upgraded(HEAD, HEAD, None)
    assert path.read_bytes() == before
    assert not backups(path)


def test_a_new_database_that_was_not_finished_is_begun_again(new_app):
    folder = new_app.config["INSTANCE"]
    (folder / "blog.sqlite.new").write_bytes(b"half of one")
    (folder / "blog.sqlite.new-journal").write_bytes(b"its journal")

    assert upgrade(NOW).before is None
    assert not list(folder.glob("*.new*"))


def test_a_folder_that_is_missing_is_made(tmp_path):
    path = tmp_path / "a" / "b" / "blog.sqlite"
    app = make_app(tmp_path / "site", SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}")
    with app.app_context():
        assert upgrade(NOW).before is None
    dispose(app)


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_database_that_lost_its_main_file_is_not_begun_anew(new_app, end):
    rest = new_app.config["INSTANCE"] / f"blog.sqlite{end}"
    rest.write_bytes(b"what was written last")

    with pytest.raises(UpgradeError, match=rest.name):
        upgrade(NOW)
    assert os.listdir(rest.parent) == [rest.name] or set(os.listdir(rest.parent)) == {
        rest.name,
        "blog.sqlite.lock",
    }


# Refusing


def empty(path):
    path.write_bytes(b"")


def truncate(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def replace_with_text(path):
    path.write_text("This is no database.\n" * 500)


def overwrite_a_page(path):
    [(root,)] = ask(path, "SELECT rootpage FROM sqlite_master WHERE name = 'comment'")
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))


def overwrite_the_header(path):
    with path.open("r+b") as file:
        file.write(os.urandom(100))


def take_from_another_program(path):
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE song (name)")
    connection.close()


def forget_the_revision(path):
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM alembic_version")
    connection.close()


def come_from_a_newer_version(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (empty, "cannot be read"),
        (truncate, "damaged|cannot be read"),
        (replace_with_text, "not a database"),
        (overwrite_a_page, "damaged|cannot be read"),
        (overwrite_the_header, "not a database"),
        (take_from_another_program, "cannot be read"),
        (forget_the_revision, "no database of Recto"),
        (come_from_a_newer_version, "newer Recto"),
    ],
)
def test_what_cannot_be_upgraded_is_refused_and_left_as_it_is(path, harm, words):
    harm(path)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    before = path.read_bytes()

    for _ in range(2):
        with pytest.raises(UpgradeError, match=words):
            upgrade(NOW)
    assert path.read_bytes() == before
    assert not backups(path)


def test_the_command_says_so_and_fails(path, app):
    empty(path)
    done = subprocess.run(
        [sys.executable, "-m", "blog.cli", "upgrade"],
        env=os.environ | {"BLOG_INSTANCE": str(path.parent)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {path} cannot be read")
    assert path.read_bytes() == b""


def test_others_who_write_are_waited_for(path, monkeypatch):
    monkeypatch.setattr("blog.database.GATE_DEADLINE_SECONDS", 0.05)
    with (
        held_elsewhere(f"{path}.lock"),
        pytest.raises(GateTimeout, match="another process"),
    ):
        upgrade(NOW)


# Migrating


def test_a_pending_migration_is_made_after_a_backup(path, migrations):
    migrations(*STEPS)
    before = dump(path)
    said = []

    done = upgrade(NOW, said.append)

    assert (done.before, done.after, done.changed) == (HEAD, NEXT, True)
    assert backups(path) == [done.backup]
    assert said == [f"Backup: {done.backup}"]
    assert dump(done.backup) == before
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(done.backup.parent.stat().st_mode) == 0o700
    assert ask(path, "SELECT count(*) FROM later") == [(2,)]
    assert upgrade(NOW) == Upgraded(NEXT, NEXT, None)


def test_a_database_from_before_there_was_a_search_can_be_searched(tmp_path):
    instance = tmp_path / "old"
    instance.mkdir()
    path = instance / "blog.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    path.touch()
    module._migrate(engine, "0001")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD_ROWS)
    connection.close()

    said = run_upgrade(instance)

    assert "can now be searched: 2." in said
    for table in NO_MODELS:
        assert ask(path, f"SELECT rowid FROM {table} WHERE {table} MATCH 'tide'") == [
            (7,)
        ]
    assert "searched" not in run_upgrade(instance)


def test_old_redirects_lead_where_they_led(tmp_path):
    instance = tmp_path / "old"
    instance.mkdir()
    path = instance / "blog.sqlite"
    path.touch()
    engine = create_engine(f"sqlite:///{path}")
    module._migrate(engine, "0005")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD_ROWS)
        connection.execute(
            "INSERT INTO redirect (id, path, post_id) VALUES (3, '/a', 7)"
        )
    connection.close()

    run_upgrade(instance)

    rows = ask(path, 'SELECT id, path, post_id, "to", status, made_at FROM redirect')
    assert rows == [(3, "/a", 7, None, 301, None)]
    for wrong in ("410, NULL, 7", "301, NULL, NULL", "301, '/b', 7", "303, '/b', NULL"):
        with pytest.raises(sqlite3.IntegrityError):
            ask(
                path,
                'INSERT INTO redirect (path, status, "to", post_id) '
                f"VALUES ('/x', {wrong})",
            )


def run_upgrade(instance):
    return subprocess.run(
        [sys.executable, "-m", "blog.cli", "upgrade"],
        env=os.environ | {"BLOG_INSTANCE": str(instance)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_rebuilt_table_keeps_what_belongs_to_it(path, migrations):
    migrations(STEPS[3])
    upgrade(NOW)

    assert ask(path, "SELECT count(*) FROM comment") == [(3,)]
    assert ask(path, "SELECT series FROM post") == [("none",)]
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert ask(path, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("step", range(len(STEPS) + 1))
def test_a_migration_that_fails_changes_nothing(path, migrations, step):
    migrations(*STEPS[:step], "raise OSError('no room')", *STEPS[step:])
    before = dump(path)

    with pytest.raises(UpgradeError, match="no room"):
        upgrade(NOW)
    assert dump(path) == before
    with pytest.raises(UpgradeError, match="no room"):  # at the same instant, even
        upgrade(NOW + timedelta(microseconds=1))
    assert dump(path) == before


def test_a_migration_killed_on_its_way_changes_nothing(path, migrations, tmp_path):
    migrations(*STEPS, "import os; os.kill(os.getpid(), 9)")
    before = dump(path)
    code = (
        "from blog import create_app; from blog.clock import utcnow; import pathlib;"
        "from blog.operations import upgrade;"
        f"upgrade.MIGRATIONS = pathlib.Path({str(module.MIGRATIONS)!r});"
        "create_app().app_context().push(); upgrade.upgrade(utcnow())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"BLOG_INSTANCE": str(path.parent)},
    )

    assert done.returncode == -9
    assert dump(path) == before
    assert [dump(each) for each in backups(path)] == [before]


@pytest.mark.parametrize(
    "step",
    [
        'op.execute("DELETE FROM comment WHERE id = 1")',
        'op.execute("DELETE FROM post")',
        'op.execute("UPDATE comment SET post_id = 99 WHERE id = 1")',
    ],
)
def test_a_migration_that_loses_rows_is_undone(path, migrations, step):
    migrations(*STEPS, step)
    before = dump(path)

    with pytest.raises(UpgradeError, match="would have lost"):
        upgrade(NOW)
    assert dump(path) == before


def test_a_table_may_be_dropped(path, migrations):
    migrations('op.drop_table("setup_link")')

    assert upgrade(NOW).after == NEXT


def test_without_a_backup_there_is_no_upgrade(path, migrations):
    migrations(*STEPS)
    before = dump(path)
    (path.parent / "backups").write_text("in the way")

    with pytest.raises(UpgradeError, match="could not be upgraded"):
        upgrade(NOW)
    assert dump(path) == before


def test_damage_that_shows_only_in_the_backup_stops_the_upgrade(path, migrations):
    migrations(*STEPS)
    for slug in ("first", "other"):
        factories.make_tag(name=slug, slug=f"{slug}-slug")
    db.session.remove()
    db.engine.dispose()
    # Twice the same in the table, not in its index: a quick look does not see it.
    [(root,)] = ask(path, "SELECT rootpage FROM sqlite_master WHERE name = 'tag'")
    start = (root - 1) * 4096
    content = path.read_bytes()
    page = content[start : start + 4096]
    assert page.count(b"other-slug") == 1
    page = page.replace(b"other-slug", b"first-slug")
    path.write_bytes(content[:start] + page + content[start + 4096 :])
    before = path.read_bytes()

    with pytest.raises(UpgradeError, match="upgrade was not begun"):
        upgrade(NOW)
    assert path.read_bytes() == before
    assert backups(path) == []


def test_two_upgrades_at_once_are_one(tmp_path):
    instance = tmp_path / "together"
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "blog.cli", "upgrade"],
            env=os.environ | {"BLOG_INSTANCE": str(instance)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = sorted(each.communicate()[0] for each in processes)

    assert [each.returncode for each in processes] == [0, 0, 0]
    assert said == ["A new database was made.\n"] + ["The database is current.\n"] * 2


def test_models_and_migrations_agree(path):
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "render_as_batch": True,
                "include_name": lambda name, kind, _: (
                    kind != "table" or not name.startswith(NO_MODELS)
                ),
            },
        )
        differences = compare_metadata(context, Base.metadata)
        connection.rollback()
    engine.dispose()

    assert differences == []


def test_ids_that_must_never_be_given_again_are_not(path):
    """A table that a migration makes anew would forget it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        ).all()
        connection.rollback()
    engine.dispose()

    wanted = {
        table.name
        for table in Base.metadata.tables.values()
        if table.kwargs.get("sqlite_autoincrement")
    }
    assert wanted >= {"post", "comment", "user", "category", "tag"}
    assert {name for name, sql in made if "AUTOINCREMENT" in sql} == wanted
