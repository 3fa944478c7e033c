"""How many comments a running site accepts, each safe on the disk, and how long their
writers wait: as it is, and while the mail server and Akismet hang.

``blog serve`` with its two web workers and its job worker, and eight readers who post
one comment after the other, all on this machine.
"""

import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from blog.database import session, write_transaction
from blog.site.queries import settings

from .publication import publication

READERS = 8
SECONDS = 10.0
WARM_UP_SECONDS = 2.0
TEXT = (
    "I have read this twice, and the second time I saw what you mean by the *tide*.\n\n"
    "> A tide comes in, and goes out again.\n\nBut does it, always? Remark {} of {}."
)
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class Reader(threading.Thread):
    """Posts comments until it is told to stop."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.number, self.port = number, port
        self.seconds: list[float] = []
        self.odd: list[int] = []
        self.counts = threading.Event()
        self.is_over = threading.Event()

    def run(self) -> None:
        remark = 0
        while not self.is_over.is_set():
            remark += 1
            form = {
                "author": f"Reader {self.number}",
                "email": f"reader{self.number}@example.org",
                "comment": TEXT.format(remark, self.number),
            }
            began = time.perf_counter()
            # Each from somebody else, so over a connection of its own.
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            line.request("POST", "/comments/1", urlencode(form), HEADERS)
            answer = line.getresponse()
            answer.read()
            line.close()
            if not self.counts.is_set():
                continue
            self.seconds.append(time.perf_counter() - began)
            if answer.status != 303:
                self.odd.append(answer.status)


@contextmanager
def deaf_server() -> Iterator[int]:
    """The port of a server that takes calls and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(instance: Path, **environment: str) -> Iterator[int]:
    """The port of a running site over an instance folder."""
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if key[:5] != "BLOG_"}
    line = [sys.executable, "-m", "blog.cli", "serve", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        line,
        env=kept
        | {"BLOG_INSTANCE": str(instance), "BLOG_LIMITS": "off", "PORT": str(port)}
        | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(port: int) -> None:
    for _ in range(600):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            line.close()
    raise RuntimeError("the site does not answer")


def accepted(port: int) -> str:
    """Comments a second, and how long their writers waited."""
    readers = [Reader(port, number) for number in range(READERS)]
    for reader in readers:
        reader.start()
    time.sleep(WARM_UP_SECONDS)
    for reader in readers:
        reader.counts.set()
    time.sleep(SECONDS)
    for reader in readers:
        reader.is_over.set()
    for reader in readers:
        reader.join()
    waits = sorted(each for reader in readers for each in reader.seconds)
    odd = [status for reader in readers for status in reader.odd]
    if odd:
        raise RuntimeError(f"not accepted: {sorted(set(odd))}")
    p99 = waits[int(len(waits) * 0.99)]
    return (
        f"{len(waits) / SECONDS:.0f} a second, median "
        f"{1000 * statistics.median(waits):.0f} ms, p99 {1000 * p99:.0f} ms"
    )


def results() -> Iterator[tuple[str, str]]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as folder:
        with publication(1) as app:
            # Nobody is known, so that each comment waits and causes its jobs.
            with write_transaction():
                settings().comment_previously_approved = True
            session.remove()
            source = Path(app.config["INSTANCE"]) / "blog.sqlite"
            instances = [Path(folder) / name for name in ("plain", "deaf")]
            for instance in instances:
                instance.mkdir()
                shutil.copy(source, instance)
                for rest in source.parent.glob("blog.sqlite-*"):
                    shutil.copy(rest, instance)
        what = f"comments accepted by {READERS} readers at once, each on the disk"
        with served(instances[0]) as port:
            yield what, accepted(port)
        with (
            deaf_server() as smtp,
            deaf_server() as akismet,
            served(
                instances[1],
                BLOG_SMTP_URL=f"smtp://127.0.0.1:{smtp}?starttls=no",
                BLOG_AKISMET_KEY="0123456789ab",
                BLOG_AKISMET_URL=f"http://127.0.0.1:{akismet}",
            ) as port,
        ):
            yield f"{what}, while the mail server and Akismet hang", accepted(port)


if __name__ == "__main__":
    for what, figure in results():
        print(f"| {what} | {figure} |", flush=True)
