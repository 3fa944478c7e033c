"""Handing one message to the mail server: SMTP, and never longer than a deadline.

Python's ``smtplib`` has a time limit for each wait and none for the whole; a server
that sends a byte a second would hold it for hours, and asking for the host's address
has no limit at all. So a thread of its own talks, and who waits for it cuts the line.
"""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from email.message import EmailMessage

from ..config import MailServer, Tls
from ..jobs.tasks import GiveUp, TryLater, Unavailable
from .letters import Envelope

DEADLINE_SECONDS = 5.0
GOODBYE_SECONDS = 0.5
# How long nobody tries again: a server that does not answer, and one that does not want
# us, which only the owner can mend. Many block who keeps knocking.
SILENT_SECONDS = 60
UNWELCOME_SECONDS = 600

_troubles: dict[MailServer, tuple[float, str]] = {}


def transmit(
    server: MailServer, own_host: str, envelope: Envelope, message: EmailMessage
) -> None:
    """Hand the message over.

    :raise GiveUp: if the server never takes this one
    :raise TryLater: if it does not take this one now (greylisting, a full mailbox)
    :raise Unavailable: if it takes none; for a while it is not even asked again
    """
    silent_until, reason = _troubles.get(server, (0.0, ""))
    pause = silent_until - time.monotonic()
    if pause > 0:
        raise Unavailable("mail.", reason, round(pause) + 1)
    try:
        _Conversation(server, own_host, envelope, message.as_bytes()).hold()
    except Unavailable as trouble:
        _troubles[server] = (time.monotonic() + trouble.seconds, trouble.reason)
        raise
    _troubles.pop(server, None)


class _Line(smtplib.SMTP):
    """A connection that somebody else can cut at any moment."""

    def __init__(self, server: MailServer, own_host: str) -> None:
        super().__init__(local_hostname=own_host, timeout=DEADLINE_SECONDS)
        self._server = server
        self._host = server.host  # whose certificate it must be
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self._is_cut = False

    def cut(self) -> None:
        """End it, whatever it waits for."""
        with self._lock:
            self._is_cut = True
            if self._handle is not None:
                with suppress(OSError):  # the other side was faster
                    self._handle.shutdown(socket.SHUT_RDWR)
                self._handle.close()
                self._handle = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """The socket, which ``smtplib`` asks for here, also in its own subclass."""
        raw = socket.create_connection((host, port), timeout)
        with self._lock:
            if self._is_cut:
                raw.close()
                raise TimeoutError
            # A second handle of the same connection: TLS takes the first one away.
            self._handle = raw.dup()
        if self._server.tls is not Tls.IMPLICIT:
            return raw
        return ssl.create_default_context().wrap_socket(raw, server_hostname=host)


class _Conversation:
    """The talk about one message."""

    def __init__(
        self, server: MailServer, own_host: str, envelope: Envelope, message: bytes
    ) -> None:
        self._server = server
        self._envelope = envelope
        self._message = message
        self._line = _Line(server, own_host)
        self._is_decided = threading.Event()
        self._error: Exception | None = None

    def hold(self) -> None:
        """Talk, and be back before the deadline."""
        thread = threading.Thread(target=self._talk, name="letter", daemon=True)
        thread.start()
        try:
            if not self._is_decided.wait(DEADLINE_SECONDS):
                raise _unavailable(f"no answer within {DEADLINE_SECONDS:g} seconds")
            thread.join(GOODBYE_SECONDS)
        finally:
            self._line.cut()
        if self._error is not None:
            raise _meaning(self._error) from self._error

    def _talk(self) -> None:
        try:
            self._hand_over()
        except Exception as error:  # for who waits
            self._error = error
        finally:
            self._is_decided.set()
            try:
                self._line.quit()
            except (OSError, smtplib.SMTPException):
                self._line.close()

    def _hand_over(self) -> None:
        line, server = self._line, self._server
        code, words = line.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        line.ehlo_or_helo_if_needed()
        if server.tls is Tls.STARTTLS:
            line.starttls(context=ssl.create_default_context())
            line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
        options = []
        if self._envelope.is_international:
            if not line.has_extn("smtputf8"):
                raise GiveUp("the mail server takes no addresses of that script")
            line.command_encoding = "utf-8"
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, words = line.mail(self._envelope.sender, options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, words, self._envelope.sender)
        code, words = line.rcpt(self._envelope.recipient)
        if code not in (250, 251):
            raise smtplib.SMTPDataError(code, words)
        code, words = line.data(self._message)
        if code != 250:
            raise smtplib.SMTPDataError(code, words)


def _meaning(error: Exception) -> Exception:
    """What a failure means for the letter, and for those that wait behind it."""
    match error:
        case GiveUp():
            return error
        case smtplib.SMTPDataError() if error.smtp_code != 421:  # of this letter alone
            is_final = error.smtp_code >= 500
            return GiveUp(_said(error)) if is_final else TryLater(_said(error))
        case smtplib.SMTPResponseException():
            is_final = error.smtp_code >= 500
            pause = UNWELCOME_SECONDS if is_final else SILENT_SECONDS
            return _unavailable(_said(error), pause)
        case smtplib.SMTPServerDisconnected():
            return _unavailable("it hung up")
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            return _unavailable(str(error), UNWELCOME_SECONDS)
        case OSError():
            return _unavailable(error.strerror or str(error) or "no answer")
    return error


def _unavailable(reason: str, seconds: int = SILENT_SECONDS) -> Unavailable:
    return Unavailable("mail.", f"The mail server: {reason}", seconds)


def _said(error: smtplib.SMTPResponseException) -> str:
    """The server's own words, which it may have written in any encoding."""
    words = error.smtp_error
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    return f"{error.smtp_code} {' '.join(words.split())}"[:500]
