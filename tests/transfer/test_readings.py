"""What texts of an export mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blog.transfer.importing import readings
from blog.transfer.importing.readings import Link

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-05-04 12:13:14", datetime(2020, 5, 4, 12, 13, 14)),
        ("2020-05-04T12:13", datetime(2020, 5, 4, 12, 13)),
        ("0000-00-00 00:00:00", None),
        ("2020-02-31 00:00:00", None),
        ("0999-01-01 00:00:00", None),
        ("9999-01-01 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_on_a_clock(text, expected):
    assert readings.shown(text) == expected


@pytest.mark.parametrize(
    ("gmt", "local", "feed", "expected"),
    [
        ("2020-05-04 12:00:00", "x", "", datetime(2020, 5, 4, 12, tzinfo=UTC)),
        ("", "2020-05-04 12:00:00", "", datetime(2020, 5, 4, 10, tzinfo=UTC)),
        # The clocks are put forward over it.
        ("", "2020-03-29 02:30:00", "", datetime(2020, 3, 29, 1, 30, tzinfo=UTC)),
        ("", "", "Mon, 04 May 2020 12:00:00 +0100",
         datetime(2020, 5, 4, 11, tzinfo=UTC)),
        ("", "", "Mon, 04 May 2020 12:00:00 -0000",
         datetime(2020, 5, 4, 12, tzinfo=UTC)),
        ("", "", "Wed, 30 Nov -0001 00:00:00 +0000", None),
        ("", "", "Mon, 01 Jan 0001 00:00:00 +1400", None),
        ("", "", "Mon, 04 May 2020 12:00:00 +9999", None),
        ("", "", "", None),
    ],
)  # fmt: skip
def test_an_instant(gmt, local, feed, expected):
    assert readings.instant(gmt, local, BERLIN, feed) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("1000000000000", 10**12),
        ("1000000000001", None),
        ("9" * 5_000, None),
    ],
)
def test_a_number(text, expected):
    assert readings.number(text) == expected


def test_a_position():
    assert [readings.position(text) for text in ("3", "-2", "", "x", "9" * 99)] == [
        *(3, -2, 0, 0, 0)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Caf%C3%A9", "Café"),
        ("می%e2%80%8cخواهم", "می\u200cخواهم"),
        ("a,b;c:d@e'"[:-1], "a,b;c:d@e"),
        ("", None),
        (".", None),
        ("..", None),
        ("a/b", None),
        ("a%2Fb", None),
        ("a?b", None),
        ("a b", None),
        ("a%00b", None),
        ("a\u202eb", None),
        ("e\u0301", None),
        ("%ff%fe", None),
        ("100%", None),
        ("%F0%9F%8D%B5" * 51, None),
    ],
)
def test_a_slug(text, expected):
    assert readings.slug(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Old.example/a/b/", Link("old.example", "/a/b/", "")),
        ("/a/b.html", Link("", "/a/b.html", "")),
        ("http://old.example", Link("old.example", "/", "")),
        ("http://old.example/?p=3", Link("old.example", "/", "p=3")),
        ("?page_id=3", Link("", "/", "page_id=3")),
        ("http://old.example/x/?preview=1&p=3", Link("old.example", "/x/", "p=3")),
        ("http://old.example/x/?utm=1", Link("old.example", "/x/", "")),
        ("http://[broken/", None),
        ("mailto:a@b.example", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_link(text, expected):
    assert readings.link(text) == expected


def test_a_serialised_table():
    assert readings.serialised('a:2:{i:3;s:1:"1";i:4;i:0;}') == {"3": "1", "4": "0"}
    assert readings.serialised('O:8:"stdClass":0:{}') == {}
