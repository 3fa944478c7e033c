"""The one way to write: what SQLite is told, who may write when, what gets lost."""

import multiprocessing
import os
import re
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from markupsafe import Markup
from sqlalchemy import URL, create_engine, event, select, text, update
from sqlalchemy.exc import OperationalError

from blog import database
from blog.database import (
    Choice,
    GateTimeout,
    SafeHTML,
    UTCDateTime,
    WriteGate,
    session,
    write_gate,
    write_transaction,
)
from blog.posts.models import Kind, Tag
from tests.conftest import dispose, make_app
from tests.factories import NOON, make_tag
from tests.locks import held_elsewhere

BLOG = Path(database.__file__).parent
# Not fork: the pool of the parent must not be shared.
processes = multiprocessing.get_context("spawn")


@pytest.fixture
def statements(db):
    """What SQLite is told from now on, first words only."""
    told = []

    def listen(raw, _record):
        raw.set_trace_callback(
            lambda statement: told.append(re.match(r"BEGIN \w+|\w+", statement)[0])
        )

    event.listen(db.engine, "connect", listen)
    db.engine.dispose()
    session.execute(text("SELECT 1"))
    session.rollback()
    told.clear()
    return told


def path_of(app):
    return app.config["INSTANCE"] / "blog.sqlite"


# What SQLite is told


def test_reading_begins_deferred_and_cannot_write(statements):
    session.scalars(select(Tag)).all()
    session.commit()

    assert statements == ["PRAGMA", "BEGIN DEFERRED", "SELECT", "COMMIT"]


def test_a_write_takes_the_lock_first_and_reads_again_inside(statements):
    tag = make_tag()
    tag_id = tag.id
    statements.clear()

    with write_transaction():
        tag.name = tag.name.upper()

    assert statements == [
        *("COMMIT",),  # of what was read before
        *("PRAGMA", "BEGIN IMMEDIATE", "SELECT", "UPDATE", "COMMIT"),
    ]
    assert session.get(Tag, tag_id).name == tag.name


def test_every_connection_has_every_pragma(db):
    wanted = {
        "busy_timeout": 10_000,
        "foreign_keys": 1,
        "synchronous": 2,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "journal_size_limit": 67_108_864,
        "cache_size": -16_000,
        "mmap_size": 0,
        "temp_store": 2,
        "journal_mode": "wal",
    }
    assert {each.partition("=")[0] for each in database.PRAGMAS} < set(wanted)
    connections = [db.engine.connect() for _ in range(4)]
    try:
        for connection in connections:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in wanted
            }
            assert found == wanted
    finally:
        for connection in connections:
            connection.close()


def test_a_missing_database_is_not_made_by_looking_at_it(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'none.sqlite'}")

    with pytest.raises(OperationalError, match="unable to open"):
        engine.connect()
    assert os.listdir(tmp_path) == []


def test_a_name_with_odd_characters_is_that_file(tmp_path):
    path = tmp_path / "a ?%20#é.sqlite"
    path.touch()
    engine = create_engine(URL.create("sqlite", database=str(path)))

    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
    engine.dispose()
    assert os.listdir(tmp_path) == [path.name]


# The rules


def test_nothing_is_written_outside(db):
    tag = make_tag(name="before")
    tag_id = tag.id

    with pytest.raises(OperationalError, match="readonly"):
        session.execute(update(Tag).values(name="after"))
    session.rollback()
    tag.name = "after"
    with pytest.raises(OperationalError, match="readonly"):
        session.flush()
    session.rollback()

    assert session.get(Tag, tag_id).name == "before"


def test_a_connection_that_wrote_is_one_that_only_reads_again(db):
    make_tag()

    with pytest.raises(OperationalError, match="readonly"):
        session.execute(update(Tag).values(name="after"))
    session.rollback()
    make_tag()


@pytest.mark.parametrize("change", ["new", "dirty", "deleted"])
def test_changes_made_before_are_refused(db, change):
    tag = make_tag(name="before")
    if change == "new":
        session.add(Tag(name="x", slug="x"))
    elif change == "dirty":
        tag.name = "after"
    else:
        session.delete(tag)

    with (
        pytest.raises(RuntimeError, match="before write_transaction"),
        write_transaction(),
    ):
        pytest.fail("it let them pass")
    session.rollback()
    assert session.scalars(select(Tag.name)).all() == ["before"]


def test_a_write_inside_a_write_is_refused_and_undoes_both(db):
    with pytest.raises(RuntimeError, match="inside"), write_transaction():
        session.add(Tag(name="outer", slug="outer"))
        session.flush()
        with write_transaction():
            session.add(Tag(name="inner", slug="inner"))

    assert session.scalars(select(Tag)).all() == []
    make_tag()  # and the gate is open


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_is_raised_inside_undoes_everything(db, error):
    tag = make_tag(name="before")

    with pytest.raises(error), write_transaction():
        session.add(Tag(name="x", slug="x"))
        tag.name = "after"
        session.flush()
        raise error

    assert session.scalars(select(Tag.name)).all() == ["before"]
    make_tag()


def test_what_was_read_before_is_read_again_inside(db, app):
    tag = make_tag(name="before")
    assert tag.name == "before"
    with sqlite3.connect(path_of(app)) as other:
        other.execute("UPDATE tag SET name = 'of another'")
    other.close()

    with write_transaction():
        assert tag.name == "of another"


# The gate


def test_who_waits_too_long_is_told(db, app, monkeypatch):
    monkeypatch.setattr(database, "GATE_DEADLINE_SECONDS", 0.05)

    with (
        held_elsewhere(f"{path_of(app)}.lock"),
        pytest.raises(GateTimeout),
        write_transaction(),
    ):
        pytest.fail("the gate was shut")
    make_tag()


def test_threads_wait_for_one_another_too(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "GATE_DEADLINE_SECONDS", 0.05)
    gate = WriteGate(str(tmp_path / "lock"))
    with gate._threads, pytest.raises(GateTimeout), gate():
        pytest.fail("the gate was shut")
    with gate():
        assert gate.is_ours
    assert not gate.is_ours


def test_a_gate_in_a_folder_one_may_not_write_to_stays_shut(tmp_path):
    gate = WriteGate(str(tmp_path / "none" / "lock"))
    for _ in range(2):
        with pytest.raises(GateTimeout, match="none"), gate():
            pytest.fail("there is no gate")


def test_one_database_has_one_gate(db, app, tmp_path):
    other = tmp_path / "other"
    other.symlink_to(app.config["INSTANCE"])
    engine = create_engine(f"sqlite:///{other / 'blog.sqlite'}")

    assert write_gate(engine) is write_gate()
    engine.dispose()


def hold(path, is_held):
    with WriteGate(path)():
        is_held.set()
        time.sleep(60)


def test_the_gate_opens_when_its_holder_is_killed(tmp_path):
    path = str(tmp_path / "lock")
    is_held = processes.Event()
    holder = processes.Process(target=hold, args=(path, is_held))
    holder.start()
    try:
        assert is_held.wait(30)
        os.kill(holder.pid, signal.SIGKILL)
        began = time.monotonic()
        with WriteGate(path)():
            waited = time.monotonic() - began
        assert waited < 1
    finally:
        holder.kill()
        holder.join()


def increment(instance, times, answers):
    app = make_app(instance)
    with app.app_context():
        tag = session.scalars(select(Tag)).one()
        longest = 0.0
        for _ in range(times):
            with write_transaction():
                began = time.monotonic()
                # Read in Python and written back: any other write between is lost.
                tag.name = str(int(tag.name) + 1)
            longest = max(longest, time.monotonic() - began)
        answers.put((times, longest))
    dispose(app)


def test_no_update_is_lost_among_processes(app):
    with app.app_context():
        make_tag(name="0")
    answers = processes.Queue()
    workers = [
        processes.Process(target=increment, args=(app.config["INSTANCE"], 100, answers))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    acknowledged = [answers.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()

    with app.app_context():
        assert session.scalars(select(Tag.name)).one() == "300"
    assert sum(times for times, _ in acknowledged) == 300
    with sqlite3.connect(path_of(app)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    # Nothing slow is done behind the gate (50 ms on a quiet machine).
    assert max(longest for _, longest in acknowledged) < 1


# Column types


def bound(kind, value):
    return kind.process_bind_param(value, None)


def read_back(kind, value):
    return kind.process_result_value(value, None)


def test_times_are_aware_outside_and_utc_inside():
    east = timezone(timedelta(hours=5, minutes=30))
    local = datetime(2026, 3, 1, 2, 0, tzinfo=east)
    stored = bound(UTCDateTime(), local)

    assert stored == datetime(2026, 2, 28, 20, 30)
    assert read_back(UTCDateTime(), stored) == local
    assert read_back(UTCDateTime(), stored).tzinfo is UTC
    assert bound(UTCDateTime(), None) is read_back(UTCDateTime(), None) is None


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TypeError, match="zone"):
        bound(UTCDateTime(), NOON.replace(tzinfo=None))


def test_only_sanitised_html_is_stored():
    with pytest.raises(TypeError, match="sanitise"):
        bound(SafeHTML(), "<p>hello</p>")

    stored = bound(SafeHTML(), Markup("<p>hello</p>"))
    assert (stored, type(stored)) == ("<p>hello</p>", str)
    assert isinstance(read_back(SafeHTML(), stored), Markup)
    assert bound(SafeHTML(), None) is read_back(SafeHTML(), None) is None


def test_a_choice_is_one_of_its_words():
    kind = Choice(Kind)

    assert bound(kind, Kind.PAGE) == bound(kind, "page") == "page"
    assert read_back(kind, "page") is Kind.PAGE
    assert bound(kind, None) is read_back(kind, None) is None
    with pytest.raises(ValueError, match="novel"):
        bound(kind, "novel")


# The source


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        # With our BEGIN these lose writes, or leave transactions open.
        (r"AUTOCOMMIT", ()),
        (r"skip_autocommit_rollback", ()),
        # Outside the gate it would race with a commit.
        (r"wal_checkpoint", ()),
        (r"\.commit\(", ("database.py",)),
        (r"sqlite_begin", ("database.py", "operations/upgrade.py")),
        # A second way to the database; the file of the counters is no part of it.
        # Of transfer: another program's file, and a place to put things aside.
        (r"sqlite3\.connect\(",
         ("counters.py", "operations/upgrade.py", "transfer/sources/aside.py",
          "transfer/sources/isso.py")),
        (r"create_engine\(", ("operations/upgrade.py",)),
        (r"\bdatetime\.(now|utcnow|today)\(|\btime\.time\(|date\.today\(",
         ("clock.py",)),
        (r"\|\s*safe\b", ()),
    ],
)  # fmt: skip
def test_dangerous_words_stand_in_one_place(pattern, allowed):
    files = [*BLOG.rglob("*.py"), *BLOG.rglob("*.html")]
    assert len(files) > 80
    found = {
        str(file.relative_to(BLOG))
        for file in files
        if re.search(pattern, file.read_text("utf-8"))
    }

    assert found == set(allowed)


def test_html_is_called_safe_only_where_it_is_made_so():
    # What is written out in the code is safe by itself.
    makers = {
        str(file.relative_to(BLOG))
        for file in BLOG.rglob("*.py")
        if re.search(r"\bMarkup\((?!\")", file.read_text("utf-8"))
    }

    assert {each for each in makers if not each.startswith("text/")} == {"database.py"}
