"""Akismet's API, question by question, and what its answers are taken for."""

from datetime import date

import pytest

from blog.comments.akismet import client as akismet
from blog.comments.akismet.client import Remarks, SiteMonth, Unanswered, Usage, Verdict
from blog.comments.models import Label
from blog.config import ConfigError, from_env
from tests.comments.akismet.akismet_server import KEY, akismet_server

FIELDS = {"user_ip": "192.0.2.7", "comment_content": "Well said."}


@pytest.fixture
def server():
    with akismet_server() as server:
        yield server


@pytest.fixture
def asked(app, db, server):
    """The server, and an application that asks it."""
    app.config["AKISMET_KEY"] = KEY
    app.config["AKISMET_URL"] = server.url
    return server


# What the operator sets


@pytest.fixture
def read(tmp_path):
    def ask(**env):
        return from_env(
            {"BLOG_INSTANCE": str(tmp_path), "BLOG_SECRET_KEY": "k" * 32} | env
        )

    return ask


def test_it_is_off_unless_a_key_is_set(read):
    assert (read()["AKISMET_KEY"], read()["AKISMET_URL"]) == (
        "",
        "https://rest.akismet.com",
    )
    assert read(BLOG_AKISMET_KEY=KEY)["AKISMET_KEY"] == KEY


@pytest.mark.parametrize(
    "key", ["short", "with space", "x" * 65, "semi;colon", "kéy123"]
)
def test_a_key_that_is_none_is_refused_by_name_and_not_repeated(read, key):
    with pytest.raises(ConfigError, match=r"^BLOG_AKISMET_KEY: ") as error:
        read(BLOG_AKISMET_KEY=key)
    assert key not in str(error.value)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://akismet.example/", "https://akismet.example"),
        ("https://akismet.example:8443/api/", "https://akismet.example:8443/api"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_it_may_be_somewhere_else(read, given, url):
    assert read(BLOG_AKISMET_URL=given)["AKISMET_URL"] == url


@pytest.mark.parametrize(
    "given",
    [
        "rest.akismet.com",
        "http://rest.akismet.com",
        "ftp://localhost",
        "https://",
        "https://me:secret@akismet.example",
        "https://akismet.example?x=1",
        "https://akismet.example#x",
        "https://akismet.example:99999",
        "https://[::1",
    ],
)
def test_where_it_cannot_be_is_refused_by_name(read, given):
    with pytest.raises(ConfigError, match=r"^BLOG_AKISMET_URL: "):
        read(BLOG_AKISMET_URL=given)


# Questions


@pytest.mark.parametrize(
    ("changes", "is_spam"),
    [
        ({}, False),
        ({"comment_author": "akismet-guaranteed-spam"}, True),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, True),
        (
            {
                "comment_author": "akismet-guaranteed-spam",
                "user_role": "administrator",
            },
            False,
        ),
    ],
)
def test_its_own_test_comments_are_taken_for_what_they_are(asked, changes, is_spam):
    assert akismet.check(FIELDS | changes) == Verdict(is_spam, Remarks(guid="guid-1"))


def test_every_question_says_who_asks_and_for_which_site(asked):
    akismet.verify_key()
    akismet.check(FIELDS)
    akismet.report(Label.HAM, FIELDS)
    akismet.report(Label.SPAM, FIELDS)
    akismet.usage()
    akismet.site_month(date(2026, 11, 25))

    assert [call.what for call in asked.calls] == [
        "verify-key",
        "comment-check",
        "submit-ham",
        "submit-spam",
        "usage-limit",
        "key-sites",
    ]
    for call in asked.calls:
        assert call.headers["User-Agent"].startswith("Recto/")
        assert " | " in call.headers["User-Agent"]
        assert call.fields["blog"] == "http://localhost/"


def test_only_what_a_test_or_a_developer_asks_is_marked_so(app, asked):
    akismet.check(FIELDS)
    app.config["TESTING"] = False
    akismet.check(FIELDS)
    app.debug = True
    akismet.check(FIELDS)

    assert [call.fields.get("is_test") for call in asked.calls] == ["1", None, "1"]


def test_all_that_stands_in_the_headers_is_read(asked):
    asked.headers = {
        "X-akismet-pro-tip": "discard",
        "X-akismet-alert-code": "10005",
        "X-akismet-alert-msg": "Your key is shared",
        "X-akismet-debug-help": "a hint",
    }
    verdict = akismet.check(FIELDS | {"comment_content": "viagra"})

    assert verdict.is_blatant
    assert verdict.remarks == Remarks(
        guid="guid-1",
        pro_tip="discard",
        alert_code="10005",
        alert_message="Your key is shared",
        debug_help="a hint",
    )
    assert verdict.remarks.alert == "10005 Your key is shared"


def test_a_tip_to_discard_ham_says_nothing(asked):
    asked.headers = {"X-akismet-pro-tip": "discard"}

    assert not akismet.check(FIELDS).is_blatant


@pytest.mark.parametrize(
    ("told", "seconds"), [("120", 120), ("0", 0), ("-5", 0), ("soon", 0), ("9" * 99, 0)]
)
def test_only_a_number_is_a_time_to_ask_again(asked, told, seconds):
    asked.headers = {"X-akismet-recheck-after": told}

    assert akismet.check(FIELDS).recheck_seconds == seconds


def test_ham_with_an_error_is_no_answer(asked):
    asked.headers = {"X-akismet-error": "we are not well"}

    with pytest.raises(Unanswered, match="we are not well"):
        akismet.check(FIELDS)


@pytest.mark.parametrize(
    ("mode", "reason", "is_down", "is_key_problem"),
    [
        ("500", "HTTP 500", False, False),
        ("503", "HTTP 503", False, False),
        ("redirect", "HTTP 302", False, False),
        ("garbage", "'<html>true</html>'", False, False),
        ("empty", "''", False, False),
        ("invalid", "We were unable to parse your key", True, True),
        (
            "throttled",
            "HTTP 429, 10011 You have used all your calls",
            True,
            False,
        ),
        ("drip", "no answer in 3 seconds", True, False),
    ],
)
def test_anything_but_true_and_false_is_no_answer(
    asked, mode, reason, is_down, is_key_problem
):
    asked.mode = mode

    with pytest.raises(Unanswered) as caught:
        akismet.check(FIELDS)

    error = caught.value
    assert (error.reason, error.is_down, error.is_key_problem) == (
        reason,
        is_down,
        is_key_problem,
    )


@pytest.mark.parametrize("mode", ["500", "garbage", "empty", "invalid"])
def test_a_report_counts_only_if_it_is_thanked_for(asked, mode):
    asked.mode = mode

    with pytest.raises(Unanswered):
        akismet.report(Label.SPAM, FIELDS)


def test_a_key_is_good_bad_or_nothing_is_known_of_it(app, asked):
    assert akismet.verify_key() is True
    app.config["AKISMET_KEY"] = "another12345"
    assert akismet.verify_key() is False
    asked.mode = "garbage"
    with pytest.raises(Unanswered):
        akismet.verify_key()


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"limit": "none", "usage": "12", "throttled": True}, Usage(12, None, True)),
        ({"limit": "50", "usage": 12, "throttled": False}, Usage(12, 50, False)),
    ],
)
def test_usage_is_read_in_every_way_it_is_told(asked, told, usage):
    asked.usage = told

    assert akismet.usage() == usage


def test_the_sites_own_month_is_found_among_all_of_the_key(asked):
    def site(name, spam):
        return {
            "site": name,
            "api_calls": "9",
            "spam": spam,
            "ham": "4",
            "missed_spam": 2,
            "false_positives": "1",
            "is_revoked": False,
        }

    asked.sites = {"2026-11": [site("my.localhost", "1"), site("localhost", "5")]}

    assert akismet.site_month(date(2026, 11, 25)) == SiteMonth(5, 4, 2, 1)
    assert akismet.site_month(date(2026, 12, 1)) is None
    assert asked.calls[0].fields["month"] == "2026-11"


@pytest.mark.parametrize("told", [[], {"2026-11": [{}]}, {"2026-11": 5}, "x"])
def test_figures_that_are_none_are_no_answer(asked, told):
    asked.usage = asked.sites = told

    with pytest.raises(Unanswered):
        akismet.usage()
    with pytest.raises(Unanswered):
        akismet.site_month(date(2026, 11, 25))
