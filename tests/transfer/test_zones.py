"""Time zones, read from times that were written twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from blog.transfer.importing.zones import BY_LANGUAGE, PREFERRED, Clocks

YEAR = [datetime(2019, 1, 1, 12) + timedelta(days=n * 7) for n in range(52)]


def clocks(zone, moments=YEAR):
    found = Clocks()
    for gmt in moments:
        local = gmt.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        found.see(local, gmt)
    return found


def test_every_zone_that_is_named_exists():
    assert {*PREFERRED, *BY_LANGUAGE.values()} <= available_timezones()


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("UTC", "de-DE", "UTC"),
        ("Europe/Berlin", "de-DE", "Europe/Berlin"),
        ("Europe/Berlin", "fr-FR", "Europe/Paris"),
        ("Europe/Vienna", "de-AT", "Europe/Vienna"),
        ("Europe/Berlin", "", "Europe/Berlin"),
        ("America/New_York", "en-US", "America/New_York"),
        ("Europe/London", "en-US", "Europe/London"),
        ("Asia/Tokyo", "ja", "Asia/Tokyo"),
        ("Asia/Kolkata", "en-US", "Asia/Kolkata"),
        ("Asia/Kathmandu", "ne", "Asia/Kathmandu"),
        ("Australia/Lord_Howe", "en-AU", "Australia/Lord_Howe"),
        ("Etc/GMT+1", "fr-FR", "Etc/GMT+1"),
        ("Etc/GMT-14", "en", "Etc/GMT-14"),
    ],
)
def test_a_zone_is_read_from_a_year_of_posts(name, language, expected):
    assert clocks(ZoneInfo(name)).zone(language) == expected


def test_a_zone_is_found_though_some_posts_came_from_elsewhere():
    found = clocks(ZoneInfo("Asia/Tokyo"))
    for gmt in YEAR[:20]:
        found.see(gmt - timedelta(hours=7), gmt)

    assert found.zone("ja") == "Asia/Tokyo"


def test_clocks_that_are_never_put_forward_may_have_outliers():
    found = clocks(ZoneInfo("Etc/GMT+1"))
    for gmt in YEAR[:9]:
        found.see(gmt + timedelta(hours=5), gmt)

    assert found.zone("fr-FR") == "Etc/GMT+1"


def test_what_no_clock_shows_says_nothing():
    found = Clocks()
    found.see(None, YEAR[0])
    found.see(YEAR[0], None)
    found.see(YEAR[0] + timedelta(hours=15), YEAR[0])
    found.see(YEAR[0] + timedelta(minutes=7), YEAR[0])

    assert found.zone("en") is None


def test_many_days_are_sampled():
    days = [datetime(1950, 1, 1) + timedelta(days=n) for n in range(21_000)]
    assert clocks(ZoneInfo("UTC"), days).zone("en") == "UTC"
    assert clocks(ZoneInfo("Asia/Tokyo"), days[15_000:]).zone("en") == "Asia/Tokyo"
