"""``blog serve`` and gunicorn, for real: started, asked, killed, stopped."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.database import write_transaction
from blog.jobs import queue
from blog.operations.serve import AddressRefused, free_port, supervise
from tests import servers
from tests.servers import Server, children, is_running


@pytest.fixture
def instance(tmp_path, empty_database):
    """A site that was upgraded, without a server."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copy(empty_database, folder / "blog.sqlite")
    return folder


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def test_serve_makes_a_site_serves_it_and_leaves_nothing(tmp_path):
    with Server(tmp_path / "new", "blog", "serve") as server:
        address = f"http://127.0.0.1:{server.port}"
        assert "A new database was made." in server.output
        assert f"Open {address}/" in server.output
        [link] = re.findall(rf"{address}(/setup/\S+)", server.output)
        assert server.get(link).status == 200
        assert server.get("/").status == 200
        assert server.get("/healthz", Host="10.1.2.3").text == "ok\n"
        assert server.get("/readyz", Host="probe.invalid").status == 200
        assert server.get("/", Host="evil.example").status == 400

        gunicorn, worker = both(server)
        workers = children(gunicorn)
        assert len(workers) == 2
        assert server.stop() == 0
        assert not any(map(is_running, [gunicorn, worker, *workers]))


def test_serve_takes_the_port_it_is_told(tmp_path, instance):
    port = servers.free_port()
    line = ("blog", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")

    with Server(instance, *line, port=port, **{"PORT": ""}) as server:
        assert f"Open http://127.0.0.1:{port}/" in server.output
        assert f"http://127.0.0.1:{port}/setup/" in server.output
        gunicorn, _ = both(server)
        assert len(children(gunicorn)) == 1


def test_serve_starts_anew_what_was_killed(instance):
    with Server(instance, "blog", "serve") as server:
        gunicorn, worker = both(server)
        workers = children(gunicorn)
        os.kill(gunicorn, signal.SIGKILL)
        until(lambda: not any(map(is_running, [gunicorn, *workers])))
        server.wait()

        assert "The server ended; starting it anew" in server.output
        assert both(server)[0] != gunicorn
        assert both(server)[1] == worker
        assert server.stop() == 0


def test_serve_starts_a_killed_worker_anew_and_readers_notice_nothing(instance):
    with Server(instance, "blog", "serve") as server:
        gunicorn, worker = both(server)
        os.kill(worker, signal.SIGKILL)
        until(lambda: len(children(server.process.pid)) == 1)
        assert server.get("/").status == 200
        until(lambda: len(children(server.process.pid)) == 2)

        assert "The worker ended; starting it anew" in server.output
        assert both(server)[0] == gunicorn
        assert server.stop() == 0


def test_serve_sends_the_mail_that_waits(instance, smtp):
    with Server(instance, "blog", "serve", BLOG_SMTP_URL=smtp.url):
        with closing(sqlite3.connect(instance / "blog.sqlite")) as connection:
            connection.execute(
                "INSERT INTO job (kind, key, payload, about, state, run_at, attempts,"
                " error, created_at) VALUES ('mail.test', 'x',"
                """ '{"to": "ada@example.org"}', '', 'waiting', '2026-01-01', 0, '',"""
                " '2026-01-01')"
            )
            connection.commit()
        until(lambda: smtp.messages)

    assert smtp.messages[0]["To"] == "ada@example.org"


def test_a_worker_beside_a_server_started_by_hand(tmp_path, instance):
    line = [servers.BIN / "blog", "work"]
    environment = servers.environment(instance, servers.free_port())
    worker = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "The database is current.\n"
    time.sleep(0.5)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(20) == 0
    worker.stdout.close()


def both(server):
    """The processes of gunicorn and of the worker, once both run."""
    found = {}

    def names():
        for pid in children(server.process.pid):
            line = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            found["gunicorn" if "gunicorn" in line else line[-2]] = pid
        return {"gunicorn", "work"} <= set(found)

    until(names)
    return found["gunicorn"], found["work"]


def test_serve_says_when_the_port_is_taken(instance):
    with Server(instance, "blog", "serve") as server:
        done = subprocess.run(
            [servers.BIN / "blog", "serve"],
            env=servers.environment(instance, server.port),
            capture_output=True,
            text=True,
        )

    assert done.returncode == 1
    assert done.stderr == (
        f"Error: Recto cannot listen on 127.0.0.1:{server.port} (Address already in "
        "use). Choose another with --bind.\n"
    )


def test_serve_starts_nothing_over_a_damaged_database(instance):
    (instance / "blog.sqlite").write_bytes(b"")
    done = subprocess.run(
        [servers.BIN / "blog", "serve"],
        env=servers.environment(instance, servers.free_port()),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "cannot be read as a database of Recto" in done.stderr
    assert (instance / "blog.sqlite").read_bytes() == b""


@pytest.mark.parametrize("is_new", [True, False])
def test_gunicorn_alone_serves_a_site_and_makes_a_missing_one(
    tmp_path, instance, is_new
):
    folder = tmp_path / "new" if is_new else instance
    with Server(folder, "gunicorn", "wsgi:app", "--workers", "3") as server:
        assert server.get("/").status == 200
        assert server.output.count("A new database was made.") == is_new
        workers = children(server.process.pid)
        # No connection was there to be inherited: the master has not the file open.
        files = [
            os.readlink(f"/proc/{server.process.pid}/fd/{each}")
            for each in os.listdir(f"/proc/{server.process.pid}/fd")
        ]
        assert not [each for each in files if "sqlite" in each]
        assert server.stop() == 0
        assert not any(map(is_running, workers))


def test_gunicorn_alone_does_not_start_over_a_damaged_database(instance):
    (instance / "blog.sqlite").write_bytes(b"not this" * 1000)
    done = subprocess.run(
        [servers.BIN / "gunicorn", "wsgi:app"],
        cwd=servers.ROOT,
        env=servers.environment(instance, servers.free_port()),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert "cannot be read as a database of Recto" in done.stderr


def test_a_hangup_renews_the_workers_alone(instance):
    with Server(instance, "blog", "serve") as server:
        gunicorn, worker = both(server)
        before = [worker, *children(gunicorn)]
        server.process.send_signal(signal.SIGHUP)
        until(lambda: not any(map(is_running, before)))
        server.wait()

        assert both(server)[0] == gunicorn


def test_readiness_needs_the_database_and_life_does_not(instance):
    with Server(instance, "gunicorn", "wsgi:app") as server:
        for file in instance.glob("blog.sqlite*"):
            file.unlink()
        server.wait("/readyz", 503)

        assert server.get("/healthz").status == 200
        # A worker that had opened the file goes on reading it; the other finds none.
        answers = (server.get("/") for _ in range(100))
        answer = next(each for each in answers if each.status == 503)
        assert answer.headers["Retry-After"] == "5"
        assert "Busy for a moment" in answer.text
        assert not (instance / "blog.sqlite").exists()


def test_readiness_tells_of_stuck_jobs_and_keeps_the_readers(app, visitor, db):
    assert visitor.get("/readyz").text == "ok\n"
    now = datetime.now(UTC)
    for minutes, words in (
        (4, ""),
        (-10, ""),
        (12, "jobs have been due for 12 minutes; does blog work run?\n"),
    ):
        with write_transaction():
            queue.add("a.test", str(minutes), {}, now - timedelta(minutes=minutes))
        answer = visitor.get("/readyz")
        assert (answer.status_code, answer.text) == (200, f"ok\n{words}")


# The supervisor alone


def python(code):
    return [sys.executable, "-c", code]


def test_what_never_came_up_is_not_tried_again(tmp_path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x'); raise SystemExit(3)"

    assert in_a_process(python(code)).wait(30) == 3
    assert marks.read_text() == "x"


def test_what_was_killed_is_tried_again_however_young(tmp_path):
    marks = tmp_path / "marks"
    code = (
        f"import os, time; open({str(marks)!r}, 'a').write('x')\n"
        f"n = len(open({str(marks)!r}).read())\n"
        "os.kill(os.getpid(), 9) if n < 3 else time.sleep(60)"
    )
    process = in_a_process(python(code))
    until(lambda: marks.exists() and marks.read_text() == "xxx")
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_grandchildren_end_with_it(tmp_path, number):
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(p.pid) + '.')\n"
        "time.sleep(60)"
    )
    process = in_a_process(python(code))
    until(lambda: note.exists() and note.read_text().endswith("."))
    process.send_signal(number)

    assert process.wait(30) == 0
    until(lambda: not is_running(int(note.read_text()[:-1])))


def test_a_helper_that_does_not_come_up_leaves_the_server_alone(tmp_path):
    marks, note = tmp_path / "marks", tmp_path / "pid"
    server = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()))\n"
    server += "time.sleep(60)"
    helper = f"open({str(marks)!r}, 'a').write('x'); raise SystemExit(3)"
    process = in_a_process(python(server), python(helper))
    until(lambda: marks.exists() and note.exists() and note.read_text())
    time.sleep(1.5)
    assert is_running(int(note.read_text()))
    assert marks.read_text() == "x"  # and is not tried again at once
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0


def test_a_server_that_never_came_up_takes_its_helper_along(tmp_path):
    note = tmp_path / "pid"
    helper = (
        f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()) + '.')\n"
    )
    helper += "time.sleep(60)"
    server = (
        "import os, time\n"
        f"while not os.path.exists({str(note)!r}): time.sleep(0.02)\n"
        "time.sleep(0.2); raise SystemExit(3)"
    )
    process = in_a_process(python(server), python(helper))

    assert process.wait(30) == 3
    assert not is_running(int(note.read_text()[:-1]))


def test_a_helper_that_will_not_stop_is_killed(tmp_path):
    note = tmp_path / "pid"
    helper = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(note)!r}, 'w').write(str(os.getpid()) + '.')\n"
        "time.sleep(60)"
    )
    process = in_a_process(
        python("import time; time.sleep(60)"), python(helper), stop_seconds=0.5
    )
    until(lambda: note.exists() and note.read_text().endswith("."))
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 1
    assert not is_running(int(note.read_text()[:-1]))


def in_a_process(line, helper=None, stop_seconds=35):
    """``supervise(line)`` in a process of its own, as it takes over the signals."""
    code = (
        "import os; from blog.operations import serve;"
        f"serve.STOP_SECONDS = {stop_seconds};"
        f"raise SystemExit(serve.supervise({line!r}, os.environ, {helper!r}))"
    )
    assert supervise.__module__ == "blog.operations.serve"
    return subprocess.Popen(python(code), stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("bind", "port"), [("unix:/run/x", None), ("127.0.0.1:{}", 0), ("[::1]:{}", 0)]
)
def test_free_addresses(bind, port):
    free = servers.free_port()

    assert free_port(bind.format(free)) == (None if port is None else free)


@pytest.mark.parametrize(
    "bind", ["127.0.0.1:port", "127.0.0.1:99999", "203.0.113.1:80", "no such host:1"]
)
def test_addresses_that_are_refused(bind):
    with pytest.raises(AddressRefused, match=re.escape(bind)):
        free_port(bind)


def test_the_database_of_a_stopped_site_is_one_file(instance):
    with Server(instance, "blog", "serve") as server:
        server.get("/")
    with sqlite3.connect(instance / "blog.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_no_header_says_what_the_address_is(instance):
    with Server(instance, "blog", "serve", "--workers", "1") as server:
        for name in ("SCRIPT_NAME", "SCRIPT-NAME", "PATH_INFO"):
            answer = server.get("/", **{name: "/login"})
            assert answer.status == 200
            assert 'name="password"' not in answer.text
