"""What a job costs, and how many letters a worker hands over: ``python -m
benchmarks.jobs``.
"""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.worker import Worker

from .publication import publication

WAITING = 10_000
ROUNDS = 500
LETTERS = 300
LEASE = timedelta(minutes=1)


def row(what: str, figure: str) -> None:
    print(f"| {what} | {figure} |", flush=True)


def main() -> None:
    with publication(3) as app:
        app.extensions["daily_jobs"] = []
        app.extensions["jobs"] |= {"nothing": lambda task, now: None}
        bench_queue(app)
        bench_outage()
    with publication(3) as app, mail_server() as port:
        app.extensions["daily_jobs"] = []
        app.config["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        bench_letters(app)


def bench_queue(app: Flask) -> None:
    """Taking and ticking off a job out of many; and asking when there is none."""
    fill("nothing", WAITING)
    claims: list[tuple[float, float]] = []
    ticks: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with timed(claims), write_transaction():
            task = queue.claim(utcnow(), LEASE)
        assert task is not None
        with timed(ticks), write_transaction():
            queue.finish(task, utcnow())
    row(
        f"a job out of {WAITING:,} that wait, taken and ticked off: two durable writes",
        f"{middle(claims)}; {middle(ticks)} (medians of {ROUNDS})",
    )
    worker = Worker(app)
    spent: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with timed(spent):
            worker.work()
    row(
        f"a job out of {WAITING:,} that wait, which does nothing, by a worker",
        f"{middle(spent)} (median of {ROUNDS})",
    )
    asked: list[tuple[float, float]] = []
    long_ago = utcnow() - timedelta(days=1)
    for _ in range(ROUNDS):
        with timed(asked):
            queue.is_due(long_ago)
            session.rollback()
    row(
        f"a worker's question while {WAITING:,} jobs are not due",
        f"{middle(asked)} (median of {ROUNDS})",
    )


def bench_outage() -> None:
    """Putting off all jobs of a service that is down: one write, each minute."""
    spent: list[tuple[float, float]] = []
    for _ in range(9):
        now = utcnow()
        with write_transaction():
            task = queue.claim(now, LEASE)
        assert task is not None
        with timed(spent), write_transaction():
            queue.put_off(task, "nothing", now, "it hung up", now)
    row(
        f"{WAITING - 2 * ROUNDS:,} jobs put off because a service is down",
        f"{middle(spent)}, once a minute (median of {len(spent)})",
    )


def bench_letters(app: Flask) -> None:
    """Test letters, from the queue to the mail server's “250 OK”."""
    fill("mail.test", LETTERS)
    worker = Worker(app)
    started, used = time.perf_counter(), time.process_time()
    done = 0
    while worker.work():
        done += 1
    assert done == LETTERS, done
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    row(
        "letters through one worker to a mail server on this machine",
        f"{LETTERS / seconds:.0f} a second, {cpu / LETTERS * 1000:.1f} ms of CPU each",
    )


def fill(kind: str, number: int) -> None:
    now = utcnow()
    with write_transaction():
        for each in range(number):
            queue.add(kind, f"{kind} {each}", {"to": "ada@example.org"}, now)


@contextmanager
def mail_server() -> Iterator[int]:
    """A server that takes and forgets, in a process of its own; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = ["-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    process = subprocess.Popen([sys.executable, "-m", "aiosmtpd", *sink])
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as line:
                if not line.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def timed(into: list[tuple[float, float]]) -> Iterator[None]:
    """Adds what passed on the clock, and of it on the processor, in milliseconds."""
    started, used = time.perf_counter(), time.process_time()
    yield
    into.append(
        (
            (time.perf_counter() - started) * 1000,
            (time.process_time() - used) * 1000,
        )
    )


def middle(spent: list[tuple[float, float]]) -> str:
    """The medians."""
    clock, processor = (statistics.median(each) for each in zip(*spent, strict=True))
    return f"{clock:.2f} ms, {processor:.2f} of them CPU"


if __name__ == "__main__":
    main()
