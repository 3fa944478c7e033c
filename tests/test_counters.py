"""Limits: counted over all threads, forgotten in time, and never in the way."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from blog import counters
from tests.factories import DAY, HOUR, NOW

SECOND = timedelta(seconds=1)


def take(now=NOW, key="key"):
    return counters.take(key, limit=2, window_seconds=60, now=now)


def back_off(now=NOW):
    return counters.back_off("key", free=3, cap_seconds=60, now=now)


def test_a_window_holds_so_many_turns(db):
    assert [take(), take(), take()] == [0, 0, 60]


def test_a_window_ends_a_while_after_its_first_turn(db):
    take()
    take(NOW + 30 * SECOND)

    assert take(NOW + 40 * SECOND) == 20
    assert take(NOW + 61 * SECOND) == 0


def test_a_turn_given_back_can_be_taken_again(db):
    take()
    take()
    counters.give_back("key")

    assert [take(), take()] == [0, 60]


def test_giving_back_what_was_never_taken_gains_nothing(db):
    counters.give_back("key")
    take()
    for _ in range(5):
        counters.give_back("key")

    assert [take(), take(), take()] == [0, 0, 60]


def test_keys_do_not_share_turns(db):
    take()
    take()

    assert take(key="another") == 0


def test_the_door_shuts_for_twice_as_long_each_time(db):
    assert [back_off(), back_off(), back_off()] == [0, 0, 0]

    now, waits = NOW, []
    for _ in range(7):
        assert back_off(now) == 0
        waits.append(back_off(now))
        now += waits[-1] * SECOND

    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_a_day_of_quiet_is_a_new_beginning(db):
    for _ in range(4):
        back_off()

    assert back_off() == 2
    assert [back_off(NOW + 2 * DAY) for _ in range(5)] == [0, 0, 0, 0, 2]


def test_what_is_forgotten_never_was(db):
    for _ in range(4):
        back_off()
    counters.forget("key")

    assert back_off() == 0


def test_a_clock_put_back_locks_nobody_out(db):
    later = NOW + 30 * DAY
    take(later)
    take(later)
    assert take(later) == 60

    assert take(NOW) == 0


def test_a_clock_put_back_opens_the_door_that_was_shut(db):
    for _ in range(4):
        back_off(NOW + 30 * DAY)

    assert back_off(NOW) == 0


def test_threads_count_together(app):
    def attempt(_):
        with app.app_context():
            return counters.take("key", limit=20, window_seconds=60, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(attempt, range(60)))

    assert waits.count(0) == 20


def test_a_deleted_file_is_made_again(db, app):
    take()
    take()
    (app.config["INSTANCE"] / counters.FILE_NAME).unlink()

    assert [take(), take(), take()] == [0, 0, 60]


def test_a_damaged_file_is_replaced_and_said(db, app, caplog):
    file = app.config["INSTANCE"] / counters.FILE_NAME
    file.write_bytes(b"no database at all" * 500)

    assert take() == 0
    assert "limits are not kept" in caplog.text
    assert [take(), take(), take()] == [0, 0, 60]


def test_a_file_that_cannot_be_used_limits_nobody(db, app, caplog):
    (app.config["INSTANCE"] / counters.FILE_NAME).mkdir()

    assert [take(), take(), take()] == [0, 0, 0]
    assert "limits are not kept" in caplog.text


def test_a_locked_file_limits_nobody(db, app, caplog, monkeypatch):
    take()
    take()
    monkeypatch.setattr(counters, "BUSY_TIMEOUT_SECONDS", 0.05)
    other = sqlite3.connect(app.config["INSTANCE"] / counters.FILE_NAME)
    other.execute("BEGIN EXCLUSIVE")

    assert take() == 0
    other.close()
    assert take() == 60


def test_the_operator_can_turn_limits_off(db, app):
    app.config["LIMITS"] = False

    assert [take() for _ in range(5)] == [0] * 5


def test_the_file_holds_no_names_and_no_addresses(db, app):
    counters.take("login:network:203.0.113.77", limit=2, window_seconds=60, now=NOW)

    content = (app.config["INSTANCE"] / counters.FILE_NAME).read_bytes()
    assert b"203.0.113.77" not in content


def test_what_has_expired_is_thrown_away(db, app, monkeypatch):
    monkeypatch.setattr(counters, "CLEANING_ODDS", 1)
    take(key="old")
    take(NOW + HOUR, key="new")

    with sqlite3.connect(app.config["INSTANCE"] / counters.FILE_NAME) as file:
        [count] = file.execute("SELECT count(*) FROM counter").fetchone()
    file.close()
    assert count == 1


@pytest.mark.parametrize("key", ["", "ключ", "k" * 10_000])
def test_any_text_is_a_key(db, key):
    assert [take(key=key), take(key=key), take(key=key)] == [0, 0, 60]
