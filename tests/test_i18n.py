from datetime import UTC, datetime

import pytest
from babel import dates
from flask_babel import force_locale

from blog import i18n
from blog.database import write_transaction
from blog.site.queries import settings

# Both sides of midnight, of a change of clocks, and of a year.
TIMES = [
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
    datetime(1999, 1, 1, 12, 0, tzinfo=UTC),
]


def set_zone(app, name):
    with app.app_context(), write_transaction():
        settings().timezone = name


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Asia/Kathmandu"])
def test_times_are_written_as_each_language_has_them(app, zone):
    set_zone(app, zone)
    with app.test_request_context():
        for language in i18n.LANGUAGES:
            with force_locale(language):
                for at in TIMES:
                    here = at.astimezone(i18n.zone(zone))
                    day = dates.format_date(here, "long", language)
                    minute = dates.format_time(here, "short", locale=language)
                    both = dates.get_datetime_format("long", locale=language)

                    assert i18n.format_date(at) == day
                    assert i18n.format_time(at) == both.format(minute, day)


def test_a_change_of_zone_and_language_counts_at_once(app):
    at = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    written = []
    for zone, language in (("UTC", "de"), ("Asia/Tokyo", "de"), ("Asia/Tokyo", "fr")):
        set_zone(app, zone)
        with app.test_request_context(), force_locale(language):
            written.append((i18n.format_date(at), i18n.format_time(at)[-5:]))

    assert written == [
        ("1. Januar 2026", "23:30"),
        ("2. Januar 2026", "08:30"),
        ("2 janvier 2026", "08:30"),
    ]
