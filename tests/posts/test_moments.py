from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from blog.posts import moments

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_wall_clock_shows_minutes():
    at = datetime(2026, 7, 1, 10, 30, 59, tzinfo=UTC)

    assert moments.on_the_wall(at, BERLIN) == datetime(2026, 7, 1, 12, 30)


@pytest.mark.parametrize(
    ("shown", "hour"), [(datetime(2026, 1, 5, 9), 8), (datetime(2026, 7, 5, 9), 7)]
)
def test_the_instant_follows_summer_time(shown, hour):
    at = moments.instant(shown, BERLIN)

    assert at == datetime(shown.year, shown.month, shown.day, hour, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_one():
    at = moments.instant(datetime(2026, 10, 25, 2, 30), BERLIN)

    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_that_is_skipped_is_refused_with_the_next_one():
    with pytest.raises(moments.Skipped) as refused:
        moments.instant(datetime(2026, 3, 29, 2, 30), BERLIN)

    assert refused.value.instead == datetime(2026, 3, 29, 3, 30)


@pytest.mark.parametrize("year", [1, 999, 9001, 9999])
def test_a_year_beyond_four_plain_digits_is_refused(year):
    with pytest.raises(moments.OutOfReach):
        moments.instant(datetime(year, 1, 1), BERLIN)
