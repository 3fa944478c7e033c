"""The judges that are not ours: a browser, the W3C's HTML checker, axe.

Each may be missing on a contributor's computer. Then the tests that need it are
skipped and say why; with ``RECTO_REQUIRE_TOOLS=1``, which ``.ci/run`` sets, they fail.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import NoReturn

import pytest

TOOLS = Path(__file__).parent / "tools" / "node_modules"
VNU_JAR = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
AXE = TOOLS / "axe-core" / "axe.min.js"
INSTALL_TOOLS = "run: cd tests/tools && npm ci --ignore-scripts"

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",  # its sandbox does not start as root; it only opens our own pages
    "--disable-gpu",
    # The tests must see the same page with and without a network behind the computer.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# WCAG 2.2 AA is what we promise; the best practices are what axe's authors add.
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")


# What is there


def missing(what: str) -> NoReturn:
    """Skip the test for want of a tool, or fail it where all must be there."""
    if os.environ.get("RECTO_REQUIRE_TOOLS") == "1":
        pytest.fail(f"RECTO_REQUIRE_TOOLS=1, but {what}", pytrace=False)
    pytest.skip(what)


def require(program: str) -> str:
    """The path of a program."""
    return shutil.which(program) or missing(f"{program} is not installed")


def require_file(path: Path, how: str) -> Path:
    """The path of a file that an installation brings."""
    return path if path.is_file() else missing(f"{path.name} is missing; {how}")


def chromium_path() -> str:
    """The browser: the one ``CHROMIUM`` names, or the first of the usual names."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    missing(f"{named or 'Chromium'} is not installed")


# HTML


class HtmlChecker:
    """The W3C's HTML checker as a service on this computer.

    It takes seconds to start, then milliseconds a page; so start it once, as a context
    manager.
    """

    def __init__(self, deadline_seconds: float = 60) -> None:
        java = require("java")
        jar = require_file(VNU_JAR, INSTALL_TOOLS)
        self.port = _free_port()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        self._process = subprocess.Popen(
            [
                java,
                "-Xss1m",  # deep pages need deep stacks
                "-Dnu.validator.servlet.bind-address=127.0.0.1",
                "-cp",
                str(jar),
                "nu.validator.servlet.Main",
                str(self.port),
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait(time.monotonic() + deadline_seconds)
        except BaseException:
            self.close()
            raise

    def errors(self, page: str | bytes) -> list[str]:
        """What is wrong with a page, a line for each error; empty for a valid page."""
        body = page.encode() if isinstance(page, str) else page
        status, answer = self._post(body)
        if status != 200:
            raise RuntimeError(f"the HTML checker answered {status}: {answer[:500]!r}")
        messages = json.loads(answer)["messages"]
        return [
            _line(m) for m in messages if m["type"] in ("error", "non-document-error")
        ]

    def close(self) -> None:
        """Stop the service."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __enter__(self) -> "HtmlChecker":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _post(self, body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                "POST",
                "/?out=json",
                body,
                {
                    "Content-Type": "text/html; charset=utf-8",
                    "User-Agent": "recto-tests",  # without one it answers 400
                },
            )
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _wait(self, deadline: float) -> None:
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"the HTML checker did not start:\n{self._output()}")
            try:
                self.errors("<!DOCTYPE html><html lang=en><title>Ready?</title>")
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"the HTML checker is not ready in time:\n{self._output()}"
                    ) from None
                time.sleep(0.1)

    def _output(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]


def _line(message: dict) -> str:
    where = message.get("lastLine", "?")
    excerpt = re.sub(r"\s+", " ", message.get("extract", "")).strip()
    return f"line {where}: {message.get('message', '')} [{excerpt}]"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Accessibility


def axe_source() -> str:
    """The code of axe, to be run inside a page."""
    return require_file(AXE, INSTALL_TOOLS).read_text("utf-8")


def run_axe(page, leave_out: str = "") -> list[str]:
    """What axe finds wrong with a Playwright page as it now looks; empty when nothing.

    One line for each rule and element; ``leave_out`` is a selector of what is not
    looked at. The code is evaluated by the browser's debugger,
    which the page's Content-Security-Policy does not bind, so the policy stays on.
    """
    page.evaluate(f"() => {{ {axe_source()} }}")
    results = page.evaluate(
        "([tags, exclude]) => axe.run("
        "exclude ? {include: [document], exclude: [exclude]} : document,"
        " {runOnly: tags, resultTypes: ['violations']})",
        [list(AXE_TAGS), leave_out],
    )
    return [
        f"{violation['id']}: {violation['help']} [{node['html'][:200]}]"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]
