"""Recto as a program of its own, over real sockets."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 60
STOP_SECONDS = 40


def free_port():
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(instance, port, **more):
    """That of the tests, without the settings of who runs them."""
    kept = {key: value for key, value in os.environ.items() if key[:5] != "BLOG_"}
    return kept | {"BLOG_INSTANCE": str(instance), "PORT": str(port)} | more


class Server:
    """A running command that serves ``instance`` on ``port``."""

    def __init__(self, instance, *line, port=None, **env):
        self.instance = instance
        self.port = port or free_port()
        self._log = (instance.parent / f"{instance.name}-{self.port}.log").open("w+")
        self.process = subprocess.Popen(
            [str(BIN / line[0]), *line[1:]],
            cwd=ROOT,
            env=environment(instance, self.port, **env),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self):
        try:
            self.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()

    @property
    def output(self):
        """All that it printed so far."""
        return Path(self._log.name).read_text()

    def wait(self, path="/readyz", status=200):
        """Until it answers; the seconds that this took."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            assert self.process.poll() is None, self.output
            try:
                if self.get(path).status == status:
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError(f"it does not answer:\n{self.output}")

    def get(self, path, **headers):
        """The answer, read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
        finally:
            connection.close()
        return answer

    def raw(self, sent, *, half_closed=False):
        """All that comes back for these bytes, until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(sent)
            if half_closed:
                line.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := line.recv(65536):
                received += chunk
        return received

    def stop(self):
        """As its owner would; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class DemoSite(Server):
    """``blog serve --demo``, as somebody's first try."""

    def __init__(self, instance):
        port = free_port()
        line = ("serve", "--demo", "--bind", f"127.0.0.1:{port}")
        super().__init__(instance, "blog", *line, port=port)
        self.url = f"http://127.0.0.1:{port}"

    @property
    def setup_link(self):
        """The one-time address it printed, which makes the first admin."""
        found = re.search(rf"{re.escape(self.url)}/setup/\S+", self.output)
        assert found, self.output
        return found[0]


def children(pid):
    """The processes that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def is_running(pid):
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False
