"""The dates that people write above their texts, in many forms."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_ISO = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?)?"
    r"\s*(Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?",
    re.IGNORECASE,
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_CLOCK = r"(?:[,\s]+(?:at\s+)?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*([ap]m)?)?"
_MONTH_FIRST = re.compile(
    rf"([A-Za-z]{{3,9}})\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}}){_CLOCK}",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{{3,9}})\.?,?\s+([0-9]{{4}}){_CLOCK}",
    re.IGNORECASE,
)
_SECONDS = re.compile("[0-9]{9,10}")


class Moment(NamedTuple):
    """A time as a clock showed it, and in UTC; ``utc`` is ``None`` where nobody says by
    which clock. Both are without a zone.
    """

    local: datetime
    utc: datetime | None


def moment(text: str, zone: tzinfo | None = None) -> Moment | None:
    """The time that a text means; ``None`` for none. ``zone`` is where the site's clock
    stands, by which times without a zone are meant.
    """
    text = text.strip()
    try:
        return _moment(text, zone)
    except (ValueError, OverflowError):  # the 32nd of a month; the end of all years
        return None


def _moment(text: str, zone: tzinfo | None) -> Moment | None:
    found = _iso(text) or _in_words(text) or _of_mail(text)
    if found is None:
        return None
    if found.tzinfo is None:
        if zone is None:
            return Moment(found, None)
        return Moment(found, _plain(found.replace(tzinfo=zone)))
    local = found if zone is None else found.astimezone(zone)
    return Moment(local.replace(tzinfo=None), _plain(found))


def shown(at: datetime | None) -> str:
    """A time as records hold it; "" for none."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}".rjust(19, "0")


def _plain(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        # What stands behind it, such as the name of a zone, is left out.
        found = re.compile(_ISO.pattern + r"(?:\s.*)", re.IGNORECASE).fullmatch(text)
    if found is None:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        return None
    numbers = [int(part or 0) for part in found.groups()[:6]]
    return datetime(*numbers, tzinfo=_zone(found[7]))  # type: ignore[misc, arg-type]


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _in_words(text: str) -> datetime | None:
    """“May 17, 2020” and “17 May 2020 8:30 pm”."""
    found = _MONTH_FIRST.fullmatch(text)
    if found is not None:
        name, day = found[1], found[2]
    else:
        found = _DAY_FIRST.fullmatch(text)
        if found is None:
            return None
        day, name = found[1], found[2]
    months = [
        number
        for number, month in enumerate(_MONTHS, 1)
        if month.startswith(name.lower())
    ]
    if len(months) != 1:
        return None
    hour = int(found[4] or 0)
    if found[7]:
        hour = hour % 12 + 12 * (found[7].lower() == "pm")
    clock = hour, int(found[5] or 0), int(found[6] or 0)
    return datetime(int(found[3]), months[0], int(day), *clock)


def _of_mail(text: str) -> datetime | None:
    if re.match(r"[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{4} ", text) is None:
        return None
    return parsedate_to_datetime(text)
