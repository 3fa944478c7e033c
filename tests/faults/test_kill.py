"""Processes are killed while readers comment: what was acknowledged is there, once."""

import http.client
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import factories
from tests.conftest import dispose, make_app
from tests.servers import Server, children, free_port

CLIENTS = 4
# A reader whose connection broke sends the same again, as people do.
PATIENCE_SECONDS = 30


class Reader(threading.Thread):
    """Comments until it is stopped; knows what was acknowledged."""

    def __init__(self, server, path, name):
        super().__init__(name=name, daemon=True)
        self.server, self.path = server, path
        self.is_done = threading.Event()
        self.acknowledged = []
        self.odd = []
        self.broken = 0
        self.longest_wait = 0.0

    def run(self):
        number = 0
        while not self.is_done.is_set():
            number += 1
            text = f"Remark {number} of {self.name}."
            began = time.monotonic()
            while not self.send(text):
                if time.monotonic() - began > PATIENCE_SECONDS:
                    self.odd.append(f"no answer: {text}")
                    return
                time.sleep(0.02)
            self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def send(self, text):
        form = {"author": self.name, "email": "r@example.org", "comment": text}
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            line.request(
                "POST",
                self.path,
                urlencode(form),
                {"Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.broken += 1
            return False
        finally:
            line.close()
        if answer.status == 303:
            self.acknowledged.append(text)
        else:
            self.odd.append(f"{answer.status}: {text}")
        return True


@pytest.fixture
def site(tmp_path, empty_database):
    """A running site with a post, and the path at which that takes comments."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        path = f"/comments/{factories.make_post().id}"
    dispose(app)
    # Where mail is on, jobs are written; nobody listens there, so that they wait.
    mail = f"smtp://127.0.0.1:{free_port()}?starttls=no"
    with Server(
        instance, "blog", "serve", BLOG_LIMITS="off", BLOG_SMTP_URL=mail
    ) as server:
        yield server, path


def check(site, victims, pause_seconds):
    """Kill ``victims(server)`` of each cycle while all comment, then count."""
    server, path = site
    chance = random.Random(7)
    readers = [Reader(server, path, f"Reader-{number}") for number in range(CLIENTS)]
    for reader in readers:
        reader.start()
    killed = 0
    for victim in victims:
        time.sleep(pause_seconds * (0.5 + chance.random()))
        pid = victim(server, chance)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            killed += 1
    time.sleep(pause_seconds)
    for reader in readers:
        reader.is_done.set()
    for reader in readers:
        reader.join(PATIENCE_SECONDS + 30)
        assert not reader.is_alive()
    assert server.stop() == 0

    connection = sqlite3.connect(server.instance / "blog.sqlite")
    stored = Counter(row[0] for row in connection.execute("SELECT source FROM comment"))
    sound = connection.execute("PRAGMA integrity_check").fetchall()
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    jobs = Counter(
        row[0]
        for row in connection.execute(
            "SELECT key FROM job WHERE key LIKE 'held:%' AND key NOT LIKE '%:%:%'"
        )
    )
    waiting = {
        f"held:{row[0]}"
        for row in connection.execute("SELECT id FROM comment WHERE status = 'pending'")
    }
    connection.close()
    acknowledged = [text for reader in readers for text in reader.acknowledged]
    print(
        f"\n{killed} killed, {len(acknowledged)} acknowledged, "
        f"{sum(reader.broken for reader in readers)} connections broken, "
        f"longest wait {max(reader.longest_wait for reader in readers):.2f} s"
    )
    assert [odd for reader in readers for odd in reader.odd] == []
    assert len(acknowledged) > 2 * killed  # they did write all the while
    assert set(acknowledged) <= set(stored), "lost"
    assert set(stored.values()) == {1}, "twice"
    # What is to be done about each was written with it, and once.
    assert waiting == set(jobs)
    assert set(jobs.values()) == {1}
    assert (sound, orphans) == ([("ok",)], [])
    return killed


def part(server, word):
    """The process that ``blog serve`` has started with this word in its command."""
    for pid in children(server.process.pid):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        except OSError:
            continue
        if word in line.split("\0"):
            return pid
    return None


def a_web_worker(server, chance):
    gunicorn = part(server, "gunicorn")
    workers = children(gunicorn) if gunicorn else []
    return chance.choice(workers) if workers else None


def the_master(server, _chance):
    return part(server, "gunicorn")


def the_job_worker(server, _chance):
    return part(server, "work")


def test_killed_processes_lose_no_comment(site):
    victims = [a_web_worker, a_web_worker, the_job_worker] * 10
    assert check(site, victims, 0.5) >= 25


def test_a_killed_master_loses_no_comment(site):
    assert check(site, [the_master], 1.5) == 1


@pytest.mark.faults
def test_many_killed_workers_lose_no_comment(site):
    assert check(site, [a_web_worker, the_job_worker] * 50, 0.8) > 90


@pytest.mark.faults
def test_many_killed_masters_lose_no_comment(site):
    assert check(site, [the_master] * 20, 4) > 15
