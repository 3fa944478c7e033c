"""A mail server of the tests' own, which speaks SMTP and can behave badly.

``pytest_plugins`` knows it, so a test has it by its name: ``smtp.messages`` are the
letters that came in, ``smtp.url`` is for ``SMTP_URL``, ``smtp.mode`` how it behaves.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from enum import StrEnum

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "the site", "pass word/@:%"


class Mode(StrEnum):
    TAKE = "take"
    LATER = "later"  # 4xx to every recipient
    NEVER = "never"  # 5xx to every recipient
    BUSY = "busy"  # 421 to every sender
    SPIT_OUT = "spit out"  # 5xx once the whole message is there


class SmtpServer:
    """A server that is up. ``messages`` and ``envelopes`` grow as mail comes in."""

    def __init__(self, *, ssl=None, **settings):
        """``ssl`` is the context of a server for ``smtps``; the rest is aiosmtpd's."""
        self.messages = []
        self.envelopes = []
        self.names = []
        self.mode = Mode.TAKE
        self.attempts = 0
        self._ssl = ssl
        self._settings = {"enable_SMTPUTF8": True, "hostname": "mail.test"} | settings

    def start(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        scheme = "smtps" if self._ssl else "smtp"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        return self

    async def _listen(self):
        self._server = await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, **self._settings),
            "127.0.0.1",
            0,
            ssl=self._ssl,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def letters(self):
        """The text of each message, in the order in which they came."""
        parts = [message.get_body(("plain",)) for message in self.messages]
        return [part.get_content().replace("\r\n", "\n") for part in parts]

    # What aiosmtpd calls

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.names.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.attempts += 1
        if self.mode == Mode.BUSY:
            return "421 4.3.2 come back later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == Mode.LATER:
            return "451 4.7.1 greylisted"
        if self.mode == Mode.NEVER:
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode == Mode.SPIT_OUT:
            return "554 5.7.1 looks like spam"
        self.envelopes.append(envelope)
        self.messages.append(
            message_from_bytes(envelope.original_content, policy=policy.default)
        )
        return "250 OK"


class RudeServer:
    """Listens, and does one thing to each connection: ``how(connection)``."""

    def __init__(self, how):
        self._how = how
        self.connections = 0
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(
                    target=self._treat, args=(connection,), daemon=True
                ).start()

    def _treat(self, connection):
        with contextlib.suppress(OSError):
            self._how(connection, self._is_over)

    def stop(self):
        self._is_over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()


def say_nothing(connection, is_over):
    is_over.wait()


def drip(connection, is_over):
    """A greeting without an end, a byte a second."""
    while not is_over.is_set():
        connection.sendall(b"2")
        is_over.wait(1)


def drip_after_the_letter(connection, is_over):
    """Polite, until the whole message is there."""
    connection.sendall(b"220 hello\r\n")
    for line in connection.makefile("rb"):
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
        elif line == b".\r\n":
            drip(connection, is_over)
        elif not line.startswith((b"EHLO", b"MAIL", b"RCPT")):
            continue
        else:
            connection.sendall(b"250 OK\r\n")


def flood(connection, is_over):
    """A line that has no end, as fast as it goes."""
    while not is_over.is_set():
        connection.sendall(b"2" * 65536)


def hang_up(connection, is_over):
    connection.close()


def speak_http(connection, is_over):
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


@pytest.fixture
def smtp():
    """A mail server that takes everything, until ``smtp.mode`` says otherwise."""
    server = SmtpServer().start()
    yield server
    server.stop()


@pytest.fixture
def rude_smtp():
    """``rude_smtp(drip)``: a server that behaves like that."""
    servers = []

    def start(how):
        servers.append(RudeServer(how))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """Somebody who makes certificates, and whom this process trusts."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return authority


def tls_context(authority, *names):
    """A server's context with a certificate for these names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def words(envelope, header):
    """A header as its reader sees it. ``email.headerregistry`` of Python 3.11 leaves
    blanks in names that were encoded in several pieces.
    """
    message = message_from_bytes(envelope.original_content, policy=policy.compat32)
    return " ".join(str(make_header(decode_header(message[header]))).split())


def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def known_user(server, session, envelope, mechanism, data):
    """aiosmtpd's question whether somebody may come in."""
    is_known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=is_known)
