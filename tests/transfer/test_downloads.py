"""Files of the old site that are fetched from where they were."""

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from blog import fetcher
from blog.database import session
from blog.fetcher import NoAnswer
from blog.media.models import MediaItem
from tests.media.drawing import corners, saved
from tests.transfer.making import item, outcomes, titled

PICTURE = saved(corners((90, 60)), "PNG")


@contextmanager
def old_site(answers):
    """A server with these answers by path: bytes, a status, or where to go instead."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer = answers.get(self.path, 404)
            if isinstance(answer, str):
                self.send_response(302)
                self.send_header("Location", answer)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = answer if isinstance(answer, bytes) else b"Not this one."
            self.send_response(200 if isinstance(answer, bytes) else answer)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def at_home(monkeypatch):
    """For this test the computer's own addresses are the internet."""
    monkeypatch.setattr(fetcher, "is_public", lambda address: True)
    monkeypatch.setattr(fetcher, "_ensure_of_the_web", lambda url: None)


def downloaded(url, **limits):
    file = io.BytesIO()
    limits = {"deadline_seconds": 5, "max_bytes": 10_000} | limits
    fetcher.download(url, file, headers={}, **limits)
    return file.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "100.64.0.1", "169.254.169.254", "192.168.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0"),
        *("fc00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"),
        *("ff02::1", "192.0.2.1", "2001:db8::1"),
    ],
)
def test_what_is_near_is_not_public(address):
    assert not fetcher.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_what_is_far_is_public(address):
    assert fetcher.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/a", "http://0x7f.1/a", "http://2130706433/a"),
        *("http://[::1]/a", "http://[::ffff:127.0.0.1]/a", "http://localhost/a"),
        *("http://example.org:8080/a", "https://example.org:80/a", "http://[/a"),
        *("file:///etc/passwd", "gopher://example.org/", "//example.org/a", ""),
        "http://user@example.org/a",
    ],
)
def test_no_machine_of_ours_is_asked(url):
    with pytest.raises(NoAnswer):
        downloaded(url)


def test_a_name_that_leads_to_a_near_machine_too_is_not_asked(monkeypatch):
    found = [(0, 0, 0, "", (each, 80)) for each in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(fetcher, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(NoAnswer, match="no public machine"):
        downloaded("http://two-faced.example/a")


def test_a_redirect_to_a_near_machine_is_not_followed(monkeypatch):
    with old_site({"/a": "/b", "/b": b"secret"}) as (url, asked):
        seen = []

        def only_once(address):
            seen.append(address)
            return len(seen) == 1

        monkeypatch.setattr(fetcher, "_ensure_of_the_web", lambda url: None)
        monkeypatch.setattr(fetcher, "is_public", only_once)
        with pytest.raises(NoAnswer, match="no public machine"):
            downloaded(f"{url}/a")

    assert asked == ["/a"]


def test_what_lies_there_is_written(at_home):
    with old_site({"/a": "/b", "/b": PICTURE}) as (url, _):
        assert downloaded(f"{url}/a") == PICTURE


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/none", "status 404"),
        ("/ring", "too many redirects"),
        ("/large", "more than 10000 bytes"),
    ],
)
def test_what_is_not_to_be_had_is_said(at_home, path, why):
    answers = {"/ring": "/ring", "/large": bytes(10_001)}
    with old_site(answers) as (url, _), pytest.raises(NoAnswer, match=why):
        downloaded(f"{url}{path}")


def attachment(url, number):
    return item(
        post_type="attachment",
        post_id=number,
        title=f"File {number}",
        guid=url,
        attachment_url=url,
        link=f"{url}/page",
        status="inherit",
        encoded="",
    )


def test_files_are_fetched_when_that_is_wanted(db, importer, at_home):
    answers = {"/up/boat.png": PICTURE, "/up/tree.png": saved(corners((9, 9)), "PNG")}
    with old_site(answers) as (url, asked):
        post = item(
            title="A post",
            encoded=f'<img src="{url}/up/tree-9x9.png"><img src="{url}/up/boat.png">',
        )
        path = importer.file(
            post,
            attachment(f"{url}/up/boat.png", 77),
            attachment(f"{url}/up/gone.png", 78),
        )
        without = importer.take(path)
        assert outcomes(without, "attachment") == {"skipped": 2}
        assert asked == []
        report = importer.take(path, "--fetch")

    assert asked == ["/up/boat.png", "/up/gone.png", "/up/tree.png"]
    assert outcomes(report, "attachment") == {"imported": 1, "skipped": 1}
    assert report["skipped"][0]["reason"] == (
        "its file was not to be had at its old address"
    )
    session.expire_all()
    assert titled("A post").html.count('src="/media/') == 2


def test_a_site_that_is_silent_is_not_asked_for_ever(db, importer):
    records = [attachment(f"http://127.0.0.1/{n}.png", n) for n in range(70, 80)]
    report = importer.take(importer.file(*records), "--fetch")

    assert outcomes(report, "attachment") == {"skipped": 10}
    said = [line for line in report["lines"] if "no public machine" in line]
    assert len(said) == 5
    assert session.query(MediaItem).count() == 0
