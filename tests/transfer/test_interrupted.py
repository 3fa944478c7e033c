"""Imports that are killed, and that find the disk full: what was written is whole, and
the next run goes on.
"""

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import children
from tests.transfer.making import author, comment, export, item

BLOG = Path(sys.executable).with_name("blog")
POSTS, EACH = 200, 2


@pytest.fixture
def instance(tmp_path, empty_database):
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(empty_database, folder / "blog.sqlite")
    return folder


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "export.xml"
    path.write_text(
        export(
            author("ada"),
            *(
                item(
                    title=f"Post {number}",
                    post_id=number,
                    post_name=f"post-{number}",
                    link=f"https://old.example/2020/05/post-{number}/",
                    encoded=f"<p>Words of {number}.</p>" * 20,
                    comments=[
                        comment(id=number * EACH + n, content=f"{number} {n}")
                        for n in range(EACH)
                    ],
                )
                for number in range(1, POSTS + 1)
            ),
        ),
        "utf-8",
    )
    return path


def started(instance, path, *options, **limits):
    return subprocess.Popen(
        [str(BLOG), "import", "wordpress", str(path), *map(str, options)],
        env={**os.environ, "BLOG_INSTANCE": str(instance)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **limits,
    )


def counted(instance):
    database = sqlite3.connect(instance / "blog.sqlite")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        return [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("post", "comment", "imported_item")
        ]
    finally:
        database.close()


def finished(instance, path):
    """The report of a run that nobody disturbs."""
    report = instance.parent / "report.json"
    run = started(instance, path, "--report", report)
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    return json.loads(report.read_text("utf-8"))["kinds"]


def runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for_end(pids):
    deadline = time.monotonic() + 10
    while any(map(runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, pids))


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.faults)])
def test_a_killed_import_goes_on_the_next_time(instance, large, times):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    before = [0, 0, 0]
    for _ in range(times):
        run = started(instance, large)
        time.sleep(chance.uniform(0.3, 3))
        below = children(run.pid)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        wait_for_end(below)  # what renders beside it ends with it
        now = counted(instance)
        assert all(new >= old for new, old in zip(now, before, strict=True)), seed
        before = now
    kinds = finished(instance, large)

    assert counted(instance)[:2] == [POSTS, POSTS * EACH], seed
    for kind, number in (("post", POSTS), ("comment", POSTS * EACH)):
        count = kinds[kind]
        assert count["imported"] + count["unchanged"] == number, seed
    again = finished(instance, large)
    assert again["post"]["unchanged"] == POSTS
    assert again["comment"]["unchanged"] == POSTS * EACH


def test_a_full_disk_is_said_in_a_sentence_and_the_next_run_goes_on(instance, large):
    def almost_full():
        room = (instance / "blog.sqlite").stat().st_size + 200_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    run = started(instance, large, preexec_fn=almost_full)
    said, _ = run.communicate(timeout=120)

    assert run.returncode == 1
    assert said.startswith("Error: ")
    assert "the next run goes on" in said
    assert len(said.splitlines()) == 1
    assert counted(instance)[0] < POSTS
    finished(instance, large)
    assert counted(instance)[:2] == [POSTS, POSTS * EACH]
