"""A publication as somebody runs it: ``blog serve --demo`` in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

START_SECONDS = 60
STOP_SECONDS = 40


class Site:
    """A running server over an instance of its own; ``setup_link`` makes its admin."""

    def __init__(self, instance: Path, **environment: str) -> None:
        self.instance = instance
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (instance.parent / f"{instance.name}.log").open("w+")
        self._process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("blog")),
                *("serve", "--demo", "--bind", f"127.0.0.1:{self.port}"),
            ],
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("BLOG_")},
                "BLOG_INSTANCE": str(instance),
                "PORT": str(self.port),
                **environment,
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    @property
    def output(self) -> str:
        """All that the server printed so far."""
        self._log.flush()
        return Path(self._log.name).read_text()

    @property
    def setup_link(self) -> str:
        """The one-time address it printed."""
        found = re.search(rf"{re.escape(self.url)}/setup/\S+", self.output)
        assert found, self.output
        return found[0]

    def stop(self) -> int:
        """Stop it as its owner would; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._log.close()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.output
            try:
                with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the site did not start:\n{self.output}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
