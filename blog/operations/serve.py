"""Running the server: gunicorn as a child that is started anew when it dies and is
stopped, with everything it started, when we are.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from gunicorn.util import parse_address

from ..config import PROJECT

# Gunicorn tries five times, a second apart, to get its port. A child that gave up
# sooner than this never came up; starting it anew would not help.
FAILED_START_SECONDS = 10.0
PAUSE_SECONDS = 0.5
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


def supervise(line: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command until SIGTERM or SIGINT; start it anew when it dies by itself.

    The exit code: 0 after a clean stop, the child's own when it never came up.
    """
    is_stopping = False
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int) -> None:
        if child is not None and child.poll() is None:
            child.send_signal(number)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True
        pass_on(signal.SIGTERM)

    def reload(_signal: int, _frame: FrameType | None) -> None:
        pass_on(signal.SIGHUP)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # Also what a terminal sends that is closed.
    signal.signal(signal.SIGHUP, stop if sys.stdin.isatty() else reload)
    while not is_stopping:
        started = time.monotonic()
        # Its own process group: Ctrl-C reaches us alone, and we stop it in order.
        child = subprocess.Popen(line, env=environment, process_group=0)  # noqa: S603
        code = _wait(child, lambda: is_stopping)
        _kill_group(child.pid)
        if is_stopping:
            return 0 if code in (0, -signal.SIGTERM) else 1
        if code > 0 and time.monotonic() - started < FAILED_START_SECONDS:
            return code
        print(f"The server ended ({code}); starting it anew.", file=sys.stderr)
        time.sleep(PAUSE_SECONDS)
    return 0


def _wait(child: "subprocess.Popen[bytes]", is_stopping: Callable[[], bool]) -> int:
    """The child's exit code. Once we are stopping it gets its time, then is killed."""
    while not is_stopping():
        try:
            return child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
    child.terminate()  # our signal may have come before there was a child to tell
    try:
        return child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _kill_group(group: int) -> None:
    """Kill what an ended child left behind, so that its port is free again."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
