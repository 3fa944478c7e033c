"""The course of an export: from address to address as a reader would go, who has
followed every link, with a file written for each answer.

What is written is what the application answers to anybody. So nothing is in it that
only some may read, and every link within the site leads to something that was written.
"""

import errno
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from ....site.models import GONE, MOVED
from . import files, links, places, search, servers
from .servers import Moved

# The file that says that a folder is ours, and may be replaced by a newer export.
MARK = ".recto-static-site"
# Whatever is not there: the page for it is what the application answers then.
NOT_FOUND = "/404.html"
_READ = frozenset({"text/html", "text/css", "text/javascript", "application/xml"})
FAILED = "the page could not be made; see the log"
# What a path may hold as it is; a browser writes all else as %XX, and so do we.
_SAFE = "/%:@!$&'()*+,;=~-._"
# Where a query means no other content, and a file has none in its name.
_BARE = ("/static/", "/media/", "/search")


class Answer(NamedTuple):
    """What the application says to anybody at an address. ``is_public`` is whether that
    is for everybody. The ``body`` comes in pieces, as a film is large.
    """

    status: int
    media_type: str
    location: str
    is_public: bool
    body: Iterable[bytes]


# What stands at a path, with or without a query.
Ask = Callable[[str], Answer]
# How many addresses were asked for, of how many that are known so far.
Advance = Callable[[int, int], None]


class Trouble(NamedTuple):
    """An address for which there is no file, or one only on some servers, and why; or
    what a page leads to in vain.
    """

    address: str
    reason: str


@dataclass
class Report:
    """What was written, and what a person should know of."""

    pages: int = 0
    files: int = 0
    size: int = 0
    redirects: int = 0
    searched: int = 0
    closed: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    broken: list[Trouble] = field(default_factory=list)


def write(
    ask: Ask, folder: Path, site_url: str, now: datetime, advance: Advance
) -> Report:
    """Write the whole public site, as it stands at ``site_url``, into a folder."""
    walk = _Walk(ask, folder, site_url)
    for address in places.first(now):
        walk.know(address)
    walk.go(advance)
    walk.put_not_found()
    report = walk.report
    moved = walk.moved()
    report.redirects = len(moved)
    report.broken = walk.broken()
    servers.write(folder, moved, walk.names)
    report.searched = search.write(folder / "search", now)
    report.closed = places.closed(now)
    (folder / MARK).write_text("Written by “blog export static”.\n", "utf-8")
    return report


class _Walk:
    """Which addresses are known, and what became of each. ``names`` are those of the
    written files.
    """

    def __init__(self, ask: Ask, folder: Path, site_url: str) -> None:
        self.report = Report()
        self.names: set[PurePosixPath] = set()
        self._ask, self._folder, self._site_url = ask, folder, site_url
        self._known: set[str] = set()
        self._waiting: deque[str] = deque()
        self._linked: dict[str, str] = {}
        self._lost: list[str] = []
        self._there: set[str] = set()
        self._redirects: dict[str, tuple[str, int]] = {}
        self._gone: list[str] = []
        self._folded: dict[str, str] = {}

    def know(self, address: str, page: str = "") -> None:
        """Take an address to be asked for, and the page in which it stands, if any."""
        if page:
            self._linked.setdefault(address, page)
        if address not in self._known:
            self._known.add(address)
            self._waiting.append(address)

    def go(self, advance: Advance) -> None:
        """Ask for each, and for whatever they lead to."""
        done = 0
        while self._waiting:
            self._visit(self._waiting.popleft())
            done += 1
            advance(done, len(self._known))

    def put(self, name: PurePosixPath, path: str, answer: Answer) -> str:
        """Write what was answered; its text if links may be in it, else ""."""
        is_read = answer.media_type in _READ
        pieces = [b"".join(answer.body)] if is_read else answer.body
        if self._shares_its_name(name, path):
            return ""
        try:
            place = self._folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                for piece in pieces:
                    self.report.size += file.write(piece)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self._trouble(path, "a file and a folder would have one name")
            return ""
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            self._trouble(path, "its name is too long for this disk")
            return ""
        self.names.add(name)
        self.report.files += 1
        self.report.pages += name.suffix == ".html"
        return b"".join(pieces).decode("utf-8", "replace") if is_read else ""

    def put_not_found(self) -> None:
        """Write the page for what is not there."""
        answer = self._ask(NOT_FOUND)
        if answer.status == 404:
            self.put(PurePosixPath(NOT_FOUND.lstrip("/")), NOT_FOUND, answer)
        else:
            self._trouble(NOT_FOUND, FAILED)

    def moved(self) -> list[Moved]:
        """Old addresses, and where each leads in the end, if something is there."""
        found = [Moved(*_parts(address), GONE, "") for address in self._gone]
        for address in self._redirects:
            to, status = self._end_of(address)
            path = to.partition("?")[0].partition("#")[0]
            if to.startswith("/") and path not in self._there:
                self._lost.append(address)
            elif address.rstrip("/") != path.rstrip("/"):  # one file serves both
                found.append(Moved(*_parts(address), status, to))
        return found

    def broken(self) -> list[Trouble]:
        """What leads nowhere, and in which page it stands; known after ``moved``."""
        return [
            Trouble(address, self._linked[address])
            for address in self._lost
            if address in self._linked
        ]

    def _visit(self, address: str) -> None:
        path, _, query = address.partition("?")
        if places.FORMS.fullmatch(path):
            self._lost.append(address)
            return
        answer = self._ask(address)
        if answer.status >= 500:
            self._trouble(address, FAILED)
        # The router's own redirect, which adds a slash, is nobody's view.
        elif not answer.is_public and answer.status != 308:
            self._lost.append(address)
        elif 300 <= answer.status < 400:
            self._redirects[address] = answer.location, answer.status
            self._know_link(answer.location, path, self._linked.get(address, ""))
        elif answer.status == GONE:
            self._gone.append(address)
            self._lost.append(address)
        elif answer.status != 200:
            self._lost.append(address)
        elif query:
            self.know(
                path, self._linked.get(address, "")
            )  # a file answers whatever is asked of it
        else:
            self._there.add(path)
            self._take(path, answer)

    def _take(self, path: str, answer: Answer) -> None:
        try:
            name = files.named(path, answer.media_type)
        except files.Unwritable as error:
            self._trouble(path, str(error))
            return
        for link in links.of(self.put(name, path, answer), answer.media_type):
            self._know_link(link, path, path)
        for size in places.sizes_of(path):
            self.know(size)

    def _know_link(self, link: str, base: str, page: str) -> None:
        try:
            whole = urlsplit(urljoin(self._site_url + base, link.strip()))
        except ValueError:  # a broken IPv6 address
            return
        if f"{whole.scheme}://{whole.netloc}" != self._site_url:
            return
        path = quote(whole.path or "/", safe=_SAFE)
        has_query = whole.query and not path.startswith(_BARE)
        self.know(f"{path}?{whole.query}" if has_query else path, page)

    def _end_of(self, address: str) -> tuple[str, int]:
        """Where a redirect leads in the end, as path, query and fragment, or as a full
        address elsewhere; and whether for good.
        """
        to, fragment, status, passed = address, "", MOVED, set[str]()
        while to in self._redirects and to not in passed:
            passed.add(to)
            location, answered = self._redirects[to]
            if answered in (302, 303, 307):
                status = 302
            parts = urlsplit(urljoin(self._site_url + to, location))
            if f"{parts.scheme}://{parts.netloc}" != self._site_url:
                return parts.geturl(), status
            to = parts._replace(scheme="", netloc="", fragment="").geturl()
            fragment = parts.fragment or fragment
        return (f"{to}#{fragment}" if fragment else to), status

    def _shares_its_name(self, name: PurePosixPath, path: str) -> bool:
        """Whether the file is there already; say so where only some disks think so."""
        if name in self.names:
            return True
        other = self._folded.setdefault(str(name).casefold(), path)
        if other != path:
            self._trouble(
                path, f"differs from {other} only by small and capital letters"
            )
        return False

    def _trouble(self, path: str, reason: str) -> None:
        self.report.troubles.append(Trouble(path, reason))


def _parts(address: str) -> tuple[str, str]:
    """Path and query."""
    path, _, query = address.partition("?")
    return path, query
