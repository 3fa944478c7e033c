"""Running the site: gunicorn, and beside it the worker, as children that are started
anew when they die and are stopped, with everything they started, when we are.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType

from gunicorn.util import parse_address

from ..config import PROJECT

# Gunicorn tries five times, a second apart, to get its port. A child that gave up
# sooner than this never came up; starting it anew would not help.
FAILED_START_SECONDS = 10.0
PAUSE_SECONDS = 0.5
LONG_PAUSE_SECONDS = 30.0  # between starts of a helper that does not come up
POLL_SECONDS = 0.2
STOP_SECONDS = 35.0  # gunicorn's graceful_timeout and a little


class AddressRefused(Exception):
    """One cannot listen there; the message says why."""


def free_port(bind: str) -> int | None:
    """The port of an address at which one can listen; ``None`` for a socket in the
    file system, which is not tried.

    :raise AddressRefused: if somebody listens there, or the address is not ours
    """
    try:
        address = parse_address(bind)
    except RuntimeError as error:
        raise AddressRefused(f"{bind}: {error}") from None
    if not isinstance(address, tuple):
        return None
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AddressRefused(
            f"Recto cannot listen on {bind} ({reason}). Choose another with --bind."
        ) from None
    return int(port)


def gunicorn_command(bind: str, workers: int | None) -> list[str]:
    """The command line that serves the site."""
    line = [sys.executable, "-m", "gunicorn", "-c", str(PROJECT / "gunicorn.conf.py")]
    line += ["--bind", bind]
    if workers:
        line += ["--workers", str(workers)]
    return line


def worker_command() -> list[str]:
    """The command line that does what waits in the queue."""
    return [sys.executable, "-m", "blog.cli", "work"]


def supervise(
    server: Sequence[str],
    environment: Mapping[str, str],
    helper: Sequence[str] | None = None,
) -> int:
    """Run the server, and a helper beside it, until SIGTERM or SIGINT; start anew what
    dies by itself.

    The exit code: 0 after a clean stop, the server's own when it never came up. A
    helper that never comes up leaves the server alone.
    """
    # No Event: its lock may be held by whom the signal interrupts.
    is_stopping = False
    children = [Child("The server", server, environment)]
    if helper is not None:
        children.append(Child("The worker", helper, environment))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True

    def reload(_signal: int, _frame: FrameType | None) -> None:
        first, *others = children
        first.send(signal.SIGHUP)  # gunicorn renews its workers
        for other in others:
            other.send(signal.SIGTERM)  # and is started anew

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # Also what a terminal sends that is closed.
    signal.signal(signal.SIGHUP, stop if sys.stdin.isatty() else reload)
    code = None
    while not is_stopping and code is None:
        for child in children:
            child.look_after()
        code = children[0].gave_up
        time.sleep(POLL_SECONDS)
    is_clean = _stop(children)
    if code is not None:
        return code
    return 0 if is_clean else 1


class Child:
    """A command that is kept running."""

    def __init__(
        self, name: str, line: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._line = line
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        # The exit code with which it ended before it can have come up.
        self.gave_up: int | None = None

    def look_after(self) -> None:
        """Start it if it does not run, not too often."""
        if self._process is None:
            if time.monotonic() >= self._not_before:
                self._start()
            return
        code = self._process.poll()
        if code is None:
            return
        _kill_group(self._process.pid)
        self._process = None
        age = time.monotonic() - self._started
        is_young = code > 0 and age < FAILED_START_SECONDS
        self.gave_up = code if is_young else None
        pause = LONG_PAUSE_SECONDS if is_young else PAUSE_SECONDS
        self._not_before = time.monotonic() + pause
        what = "did not come up" if is_young else "ended; starting it anew"
        print(f"{self.name} {what} (exit code {code}).", file=sys.stderr)

    def send(self, number: int) -> None:
        """Pass a signal on, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def end(self, deadline: float) -> bool:
        """Wait for it until then, and kill what is left; whether it stopped cleanly."""
        if self._process is None:
            return True
        try:
            code = self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        _kill_group(self._process.pid)
        return code in (0, -signal.SIGTERM)

    def _start(self) -> None:
        self._started = time.monotonic()
        # Its own process group: Ctrl-C reaches us alone, and we stop it in order.
        self._process = subprocess.Popen(  # noqa: S603
            self._line, env=self._environment, process_group=0
        )


def _stop(children: Sequence[Child]) -> bool:
    """Stop all of them, side by side; whether each stopped cleanly."""
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.send(signal.SIGTERM)
    were_clean = [child.end(deadline) for child in children]
    return all(were_clean)


def _kill_group(group: int) -> None:
    """Kill what an ended child left behind, so that its port is free again."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
