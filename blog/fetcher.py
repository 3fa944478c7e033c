"""The one door to other servers: in how much time and space an answer must fit, and for
addresses that a stranger may have written, that they lead to no machine of our own net.

Who asks blocks for the given seconds at most, whatever the other side does: names that
are not resolved, a server that accepts and is silent, or sends a byte a second.
"""

import ipaddress
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR, SOCK_STREAM, getaddrinfo, socket
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

_CHUNK_BYTES = 16 * 1024
MOST_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
# They carry IPv4 inside: NAT64 (RFC 6052) and 6to4 (RFC 3056) could lead anywhere.
_CARRIERS = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "2002::/16")]


class NoAnswer(Exception):
    """There was none, none in time or one that was too long; the message says which."""


@dataclass(frozen=True)
class Answer:
    """What came back. Names of ``headers`` are found in any case. ``body`` is as it was
    sent; nothing is unpacked, as none was asked to pack.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(
    url: str,
    fields: Mapping[str, str | Sequence[str]],
    *,
    deadline_seconds: float,
    max_bytes: int,
    headers: Mapping[str, str],
) -> Answer:
    """Ask an address that the operator has set; ``fields`` become its query.

    No redirect is followed, and no proxy, password file or cookie of the machine used.

    :raise NoAnswer: if the whole answer was not here after the seconds, connecting
        included, or it has more than ``max_bytes``
    """
    return _Exchange("GET", url, {"params": fields}, headers, max_bytes).run(
        deadline_seconds
    )


def post_form(
    url: str,
    fields: Mapping[str, str | Sequence[str]],
    *,
    deadline_seconds: float,
    max_bytes: int,
    headers: Mapping[str, str],
) -> Answer:
    """Send a form to an address that the operator has set, as ``get`` does. A field of
    several values is sent as often.

    :raise NoAnswer: as of ``get``
    """
    return _Exchange("POST", url, {"data": fields}, headers, max_bytes).run(
        deadline_seconds
    )


def download(
    url: str,
    file: BinaryIO,
    *,
    deadline_seconds: float,
    max_bytes: int,
    headers: Mapping[str, str],
) -> None:
    """Write what lies at a public address into a file. The address may be anybody's: it
    and those to which it redirects are asked only where all that the name resolves to
    is public, at the ports of the web, and it is that machine which is connected to.

    :raise NoAnswer: as of ``get``; also for another status than 200, for an address
        that is not public, and for more than three redirects
    """
    end = time.monotonic() + deadline_seconds
    for _ in range(MOST_REDIRECTS + 1):
        _ensure_of_the_web(url)
        exchange = _Exchange("GET", url, {}, headers, max_bytes, into=file)
        answer = exchange.run(max(0.01, end - time.monotonic()))
        if answer.status == 200:
            return
        if answer.status not in (301, 302, 303, 307, 308):
            raise NoAnswer(f"status {answer.status}")
        url = urljoin(url, answer.headers.get("Location", ""))
    raise NoAnswer("too many redirects")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, and of nothing nearer."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.is_site_local or any(found in each for each in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast


def _ensure_of_the_web(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_usual = parts.port in (None, _PORTS.get(parts.scheme))
    except ValueError:
        raise NoAnswer("no address") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise NoAnswer("no address of the web")
    if not is_usual:
        raise NoAnswer(f"port {parts.port}")


def _public_address(host: str, port: int) -> str:
    """To what to connect. All of a name's addresses must be public, or its owner could
    let it be one of ours at the second time.
    """
    found = [str(info[4][0]) for info in getaddrinfo(host, port, type=SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise NoAnswer(f"{host} is no public machine")
    return found[0]


class _Exchange:
    """One question and its answer, in a thread of its own that can be left behind.
    With ``into``, a good answer is written there, and only public machines are asked.
    """

    def __init__(
        self,
        method: str,
        url: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str],
        max_bytes: int,
        into: BinaryIO | None = None,
    ) -> None:
        self._request = requests.Request(
            method,
            url,
            # A packed answer could be much longer than the bytes that are counted.
            headers={**headers, "Accept-Encoding": "identity", "Connection": "close"},
            **content,
        )
        self._max_bytes = max_bytes
        self._into = into
        self._lines = _Lines()
        self._outcome: SimpleQueue[Answer | Exception] = SimpleQueue()

    def run(self, deadline_seconds: float) -> Answer:
        # A daemon: resolving a name cannot be broken off, and nobody waits for it.
        # Its lines wait for longer than we do, so that it is we who cut them.
        threading.Thread(
            target=self._work, args=(2 * deadline_seconds,), name="fetch", daemon=True
        ).start()
        try:
            outcome = self._outcome.get(timeout=deadline_seconds)
        except Empty:
            self._lines.cut()
            raise NoAnswer(f"no answer in {deadline_seconds:g} seconds") from None
        if isinstance(outcome, Answer):
            return outcome
        raise outcome

    def _work(self, timeout_seconds: float) -> None:
        try:
            self._outcome.put(self._answer(timeout_seconds))
        except NoAnswer as error:
            self._outcome.put(error)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._outcome.put(NoAnswer(_said_shortly(error)))

    def _answer(self, timeout_seconds: float) -> Answer:
        with requests.Session() as session:
            session.trust_env = False
            for scheme in ("https://", "http://"):
                is_anybodys = self._into is not None
                session.mount(scheme, _Adapter(self._lines, is_anybodys=is_anybodys))
            response = session.send(
                session.prepare_request(self._request),
                timeout=timeout_seconds,
                allow_redirects=False,
                stream=True,
            )
            with response:
                return Answer(
                    response.status_code,
                    CaseInsensitiveDict(response.headers),
                    self._body(response),
                )

    def _body(self, response: requests.Response) -> bytes:
        body, size = bytearray(), 0
        is_kept = self._into is not None and response.status_code == 200
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            size += len(chunk)
            if size > self._max_bytes:
                raise NoAnswer(f"an answer of more than {self._max_bytes} bytes")
            if self._into is not None and is_kept:
                self._into.write(chunk)
            else:
                body += chunk
        return bytes(body)


class _Lines:
    """The open connections of an exchange, to be cut from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: list[socket] = []
        self._is_cut = False

    def hold(self, line: socket) -> socket:
        """Remember a connection. Its handle is a second one, as TLS takes the first."""
        with self._lock:
            if self._is_cut:
                line.close()
                raise NoAnswer("too late")
            self._handles.append(line.dup())
        return line

    def let_go(self) -> None:
        with self._lock:
            while self._handles:
                self._handles.pop().close()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            for handle in self._handles:
                with suppress(OSError):  # the other side was quicker
                    handle.shutdown(SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Connects as requests does, and lets its connections be held."""

    def __init__(self, lines: _Lines, *, is_anybodys: bool) -> None:
        self._lines = lines
        self._is_anybodys = is_anybodys
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(
            self._lines, is_anybodys=self._is_anybodys
        )

    def close(self) -> None:
        super().close()
        self._lines.let_go()


def _pools(lines: _Lines, *, is_anybodys: bool) -> dict[str, type[HTTPConnectionPool]]:
    """The kinds of pools that hold on to what they open, and connect to public machines
    alone where the address is anybody's.
    """

    class Held(HTTPConnection):
        def _new_conn(self) -> socket:
            name = self._dns_host
            if is_anybodys:
                self._dns_host = _public_address(name, self.port or 0)
            try:
                return lines.hold(super()._new_conn())
            finally:
                self._dns_host = name

    class Encrypted(Held, HTTPSConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Held

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _said_shortly(error: Exception) -> str:
    """What went wrong, without the address: a key may stand in its query."""
    cause: BaseException = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
    name = type(cause).__name__
    text = getattr(cause, "strerror", None) or ""
    return f"{name}: {text}" if text else name
