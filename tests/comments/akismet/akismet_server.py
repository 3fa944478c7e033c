"""A server on this machine that behaves as Akismet's documentation says, well or badly.

``mode`` says how: see ``MODES``. Every call is kept in ``calls``.
"""

import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "abcdef123456"
THANKS = "Thanks for making the web a better place."
MODES = {
    "good": "answers as documented",
    "slow": "answers after longer than anybody waits",
    "drip": "sends a byte of its headers now and then, and never ends",
    "drip-body": "sends its headers, and then a byte now and then",
    "silent": "accepts, and says nothing",
    "500": "fails",
    "503": "is down, and says so in HTML",
    "garbage": "answers with something else",
    "empty": "answers with nothing",
    "closed": "closes the connection at once",
    "huge": "does not stop sending",
    "redirect": "sends one elsewhere",
    "all-spam": "lies: everything is spam",
    "all-ham": "lies: nothing is spam",
    "invalid": "takes no key",
    "throttled": "says that there were too many calls",
}


class Call:
    """One request: ``what`` was asked, with which ``fields`` and ``headers``."""

    def __init__(self, what, fields, headers):
        self.what, self.headers = what, headers
        self.lists = fields
        self.fields = {name: values[-1] for name, values in fields.items()}


class AkismetServer:
    def __init__(self):
        self.mode = "good"
        self.calls = []
        # What comment-check adds to its answers, such as X-akismet-recheck-after.
        self.headers = {}
        self.usage = {
            "limit": 1000,
            "usage": 7,
            "percentage": "0.70",
            "throttled": False,
        }
        self.sites = {"limit": 500, "offset": 0, "total": 0}
        self.stopping = threading.Event()

    def asked(self, what):
        """The calls of a kind, the first one first."""
        return [call for call in self.calls if call.what == what]

    def answer(self, call):
        """``(headers, body)`` of a good answer, or of one of the lies."""
        key = call.fields.get("key" if call.what == "verify-key" else "api_key")
        if key != KEY or self.mode == "invalid" or not call.fields.get("blog"):
            return {"X-akismet-debug-help": "We were unable to parse your key"}, (
                "invalid"
            )
        match call.what:
            case "verify-key":
                return {}, "valid"
            case "comment-check":
                return self._check(call.fields)
            case "submit-spam" | "submit-ham":
                return {}, THANKS
            case "usage-limit":
                return {}, json.dumps(self.usage)
            case "key-sites":
                return {}, json.dumps(self.sites)
        return {}, "Unknown"

    def _check(self, fields):
        if not fields.get("user_ip"):
            return {"X-akismet-debug-help": 'Empty "user_ip" value'}, "invalid"
        headers = {"X-akismet-guid": f"guid-{len(self.calls)}", **self.headers}
        is_spam = self.mode == "all-spam" or (
            self.mode != "all-ham"
            and fields.get("user_role") != "administrator"
            and (
                fields.get("comment_author") == "akismet-guaranteed-spam"
                or fields.get("comment_author_email")
                == "akismet-guaranteed-spam@example.com"
                or "viagra" in fields.get("comment_content", "")
            )
        )
        return headers, "true" if is_spam else "false"


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):
        self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True))

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        self._answer(parse_qs(body, keep_blank_values=True))

    def _answer(self, fields):
        akismet = self.server.akismet
        call = Call(
            urlsplit(self.path).path.rpartition("/")[2], fields, dict(self.headers)
        )
        akismet.calls.append(call)
        self.close_connection = True
        with suppress(OSError):  # who asked has gone
            self._send(akismet, call)

    def _send(self, akismet, call):
        match akismet.mode:
            case "slow" | "silent":
                akismet.stopping.wait(20)
                if akismet.mode == "slow":
                    self._whole(200, {}, "false")
            case "drip":
                self._drip(akismet, b"HTTP/1.1 200 OK\r\nX-Nothing: " + b"x" * 9999)
            case "drip-body":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                self._drip(akismet, b"f" * 9999)
            case "500":
                self._whole(500, {}, "false")
            case "503":
                self._whole(503, {"Retry-After": "60"}, "<h1>Sorry</h1>")
            case "garbage":
                self._whole(200, {}, "<html>true</html>")
            case "empty":
                self._whole(200, {}, "")
            case "closed":
                pass
            case "huge":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while not akismet.stopping.is_set():
                    self.wfile.write(b"true" * 65536)
            case "redirect":
                self._whole(302, {"Location": "/1.1/comment-check"}, "false")
            case "throttled":
                self._whole(
                    429,
                    {
                        "X-akismet-alert-code": "10011",
                        "X-akismet-alert-msg": "You have used all your calls",
                    },
                    "",
                )
            case _:
                self._whole(200, *akismet.answer(call))

    def _drip(self, akismet, text):
        for byte in text:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if akismet.stopping.wait(0.2):
                return

    def _whole(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


@contextmanager
def akismet_server():
    """It runs, at ``.url``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.akismet = akismet = AkismetServer()
    akismet.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield akismet
    finally:
        akismet.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wait_until(is_so, seconds=5):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    assert is_so()
