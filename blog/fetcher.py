"""The one door to other servers: in how much time and space an answer must fit.

Who asks blocks for the given seconds at most, whatever the other side does: names that
are not resolved, a server that accepts and is silent, or sends a byte a second.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR, socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

_CHUNK_BYTES = 16 * 1024


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


class _Exchange:
    """One question and its answer, in a thread of its own that can be left behind."""

    def __init__(
        self,
        method: str,
        url: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str],
        max_bytes: int,
    ) -> None:
        self._request = requests.Request(
            method,
            url,
            # A packed answer could be much longer than the bytes that are counted.
            headers={**headers, "Accept-Encoding": "identity", "Connection": "close"},
            **content,
        )
        self._max_bytes = max_bytes
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
            session.mount("https://", _Adapter(self._lines))
            session.mount("http://", _Adapter(self._lines))
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
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            body += chunk
            if len(body) > self._max_bytes:
                raise NoAnswer(f"an answer of more than {self._max_bytes} bytes")
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

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._lines)

    def close(self) -> None:
        super().close()
        self._lines.let_go()


def _pools(lines: _Lines) -> dict[str, type[HTTPConnectionPool]]:
    """The kinds of pools that hold on to what they open."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket:
            return lines.hold(super()._new_conn())

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket:
            return lines.hold(super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

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
