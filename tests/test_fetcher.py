"""The one door to other servers, in front of a server that misbehaves."""

import socket
import threading
import time

import pytest

from blog import fetcher
from blog.fetcher import NoAnswer
from tests.comments.akismet.akismet_server import (
    KEY,
    THANKS,
    akismet_server,
    wait_until,
)

DEADLINE = 1


@pytest.fixture
def server():
    with akismet_server() as server:
        yield server


def post(server, path="/1.1/submit-ham", fields=None, **changes):
    return fetcher.post_form(
        server.url + path,
        fields or {"api_key": KEY, "blog": "http://localhost/"},
        **{
            "deadline_seconds": DEADLINE,
            "max_bytes": 1000,
            "headers": {"User-Agent": "Recto"},
        }
        | changes,
    )


def test_a_form_is_sent_and_its_answer_comes_back(server):
    answer = post(
        server,
        fields={"api_key": KEY, "blog": "x", "text": "Ä & b", "of[]": ["1", "2"]},
    )

    assert (answer.status, answer.body) == (200, THANKS.encode())
    assert answer.headers["content-length"] == answer.headers["Content-Length"] == "41"
    (call,) = server.calls
    assert call.lists["of[]"] == ["1", "2"]
    assert call.fields["text"] == "Ä & b"
    assert call.headers["User-Agent"] == "Recto"
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_question_stands_in_the_address(server):
    answer = fetcher.get(
        server.url + "/1.2/usage-limit",
        {"api_key": KEY, "blog": "x"},
        deadline_seconds=DEADLINE,
        max_bytes=1000,
        headers={},
    )

    assert answer.status == 200
    assert server.calls[0].fields == {"api_key": KEY, "blog": "x"}


def test_a_failure_is_an_answer(server):
    server.mode = "503"

    assert post(server).status == 503


def test_no_redirect_is_followed(server):
    server.mode = "redirect"

    assert post(server).status == 302
    assert len(server.calls) == 1


@pytest.mark.parametrize("mode", ["slow", "silent", "drip", "drip-body"])
def test_nobody_is_held_longer_than_the_deadline(server, mode):
    server.mode = mode
    began = time.monotonic()

    with pytest.raises(NoAnswer, match="no answer in 1 seconds"):
        post(server)

    assert time.monotonic() - began < DEADLINE + 1


@pytest.mark.parametrize("mode", ["silent", "drip", "drip-body"])
def test_what_is_left_behind_ends_too(server, mode):
    server.mode = mode
    before = threading.active_count()

    with pytest.raises(NoAnswer):
        post(server)

    wait_until(
        lambda: not [each for each in threading.enumerate() if each.name == "fetch"]
    )
    server.stopping.set()
    wait_until(lambda: threading.active_count() <= before + 1)


def test_a_server_that_accepts_and_never_reads_is_left():
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            fetcher.post_form(
                f"https://127.0.0.1:{listener.getsockname()[1]}/",
                {"a": "b"},
                deadline_seconds=DEADLINE,
                max_bytes=10,
                headers={},
            )
        assert time.monotonic() - began < DEADLINE + 1


def test_an_answer_without_end_is_not_read(server):
    server.mode = "huge"

    with pytest.raises(NoAnswer, match="more than 1000 bytes"):
        post(server, deadline_seconds=5)


def test_an_answer_of_just_the_size_is_read(server):
    assert len(post(server, max_bytes=len(THANKS)).body) == len(THANKS)
    with pytest.raises(NoAnswer):
        post(server, max_bytes=len(THANKS) - 1)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/?key=secret", "Connection refused"),
        ("http://no-such-host.invalid/?key=secret", "gaierror"),
        ("file:///etc/passwd?key=secret", "InvalidSchema"),
        ("http://", "InvalidURL"),
    ],
)
def test_what_cannot_be_reached_says_why_and_not_where(url, reason):
    with pytest.raises(NoAnswer, match=reason) as caught:
        fetcher.get(url, {}, deadline_seconds=5, max_bytes=10, headers={})

    assert "secret" not in str(caught.value)


def test_a_connection_that_closes_at_once_is_no_answer(server):
    server.mode = "closed"

    with pytest.raises(NoAnswer):
        post(server)


def test_passwords_and_proxies_of_the_machine_are_not_used(
    server, monkeypatch, tmp_path
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)

    assert post(server).status == 200
    assert "Authorization" not in server.calls[0].headers
