"""The time zone of an old site, from the times that it wrote twice: as its clocks
showed them, and in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Where most people live comes first among zones whose clocks agreed all the while.
PREFERRED = (
    "UTC",
    *("America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"),
    *("Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Moscow"),
    *("Asia/Tokyo", "Asia/Shanghai", "Asia/Kolkata", "Asia/Jakarta", "Asia/Dhaka"),
    *("America/Sao_Paulo", "Australia/Sydney", "Asia/Karachi", "Asia/Dubai"),
    *("Europe/Madrid", "Europe/Rome", "Europe/Amsterdam", "Europe/Warsaw"),
    *("Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Europe/Istanbul"),
    *("Europe/Stockholm", "Europe/Lisbon", "Asia/Jerusalem", "Asia/Tehran"),
    *("Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Cairo"),
    *("Africa/Casablanca", "Asia/Riyadh", "Asia/Baghdad", "Asia/Beirut"),
    *("Asia/Seoul", "Asia/Taipei", "Asia/Manila", "Asia/Singapore"),
    *("Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Yangon", "Asia/Kathmandu"),
    *("Asia/Kabul", "Asia/Tashkent", "Asia/Almaty", "Asia/Yekaterinburg"),
    *("Asia/Novosibirsk", "Asia/Vladivostok", "Asia/Colombo", "Australia/Perth"),
    *("Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin"),
    *("Pacific/Auckland", "Pacific/Honolulu", "Pacific/Guam"),
    *("America/Toronto", "America/Phoenix", "America/Anchorage", "America/Halifax"),
    *("America/St_Johns", "America/Mexico_City", "America/Bogota", "America/Lima"),
    *("America/Caracas", "America/Santiago", "America/Argentina/Buenos_Aires"),
    *("America/Puerto_Rico", "America/Havana", "America/Montevideo"),
    *("Atlantic/Azores", "Atlantic/Reykjavik"),
    *("Pacific/Tongatapu", "Pacific/Apia", "Pacific/Chatham", "Australia/Lord_Howe"),
)
# Where most who write it live; by the whole tag first, then by the language alone.
BY_LANGUAGE = {
    **{"ar": "Asia/Riyadh", "bn": "Asia/Dhaka", "cs": "Europe/Prague"},
    **{"da": "Europe/Copenhagen", "de": "Europe/Berlin", "de_at": "Europe/Vienna"},
    **{"de_ch": "Europe/Zurich", "el": "Europe/Athens", "en": "America/New_York"},
    **{"en_au": "Australia/Sydney", "en_ca": "America/Toronto"},
    **{"en_gb": "Europe/London", "en_nz": "Pacific/Auckland"},
    **{"en_za": "Africa/Johannesburg", "es": "Europe/Madrid"},
    **{"es_ar": "America/Argentina/Buenos_Aires", "es_cl": "America/Santiago"},
    **{"es_co": "America/Bogota", "es_mx": "America/Mexico_City"},
    **{"fa": "Asia/Tehran", "fi": "Europe/Helsinki", "fr": "Europe/Paris"},
    **{"fr_be": "Europe/Brussels", "fr_ca": "America/Toronto"},
    **{"he": "Asia/Jerusalem", "hi": "Asia/Kolkata", "hu": "Europe/Budapest"},
    **{"id": "Asia/Jakarta", "it": "Europe/Rome", "ja": "Asia/Tokyo"},
    **{"ko": "Asia/Seoul", "nb": "Europe/Oslo", "nl": "Europe/Amsterdam"},
    **{"nl_be": "Europe/Brussels", "pl": "Europe/Warsaw", "pt": "Europe/Lisbon"},
    **{"pt_br": "America/Sao_Paulo", "ro": "Europe/Bucharest"},
    **{"ru": "Europe/Moscow", "sv": "Europe/Stockholm", "th": "Asia/Bangkok"},
    **{"tr": "Europe/Istanbul", "uk": "Europe/Kyiv", "ur": "Asia/Karachi"},
    **{"vi": "Asia/Ho_Chi_Minh", "zh": "Asia/Shanghai", "zh_tw": "Asia/Taipei"},
}
_FURTHEST = 14 * 60  # minutes from UTC, of any clock on Earth
# More of them tell nothing new.
_MOST_DAYS = 20_000
_LOOKED_AT = 600


class Clocks:
    """Pairs of times, and the zone whose clocks they fit."""

    def __init__(self) -> None:
        # One instant stands for the day; how many there were of it counts.
        self._seen: dict[tuple[date, int], tuple[datetime, int]] = {}

    def see(self, local: datetime | None, gmt: datetime | None) -> None:
        """Take in one time, as the clocks showed it and in UTC, both without a zone."""
        if local is None or gmt is None:
            return
        minutes = round((local - gmt).total_seconds() / 60)
        if abs(minutes) > _FURTHEST or minutes % 15:
            return
        key = gmt.date(), minutes
        instant, count = self._seen.get(key, (gmt.replace(tzinfo=UTC), 0))
        if count or len(self._seen) < _MOST_DAYS:
            self._seen[key] = instant, count + 1

    def zone(self, language: str) -> str | None:
        """The zone that fits most of them; among equals the one where ``language`` (a
        tag) is at home, or else the most populous. ``None`` if nothing was seen.
        """
        if not self._seen:
            return None
        if all(minutes == 0 for _, minutes in self._seen):
            return "UTC"
        pairs = self._sample()
        best, fitting = "", -1
        for name in _candidates(language):
            fits = _fitting(ZoneInfo(name), pairs)
            if fits > fitting:
                best, fitting = name, fits
        fixed, count = _most_frequent(pairs)
        return fixed if count > fitting else best

    def _sample(self) -> list[tuple[datetime, timedelta, int]]:
        pairs = sorted(
            (instant, timedelta(minutes=minutes), count)
            for (_, minutes), (instant, count) in self._seen.items()
        )
        step = -(-len(pairs) // _LOOKED_AT)
        return pairs[::step]


def _candidates(language: str) -> Iterable[str]:
    tag = language.replace("-", "_").lower()
    at_home = (BY_LANGUAGE.get(tag), BY_LANGUAGE.get(tag.partition("_")[0]))
    return dict.fromkeys([*filter(None, at_home), *PREFERRED])


def _fitting(zone: ZoneInfo, pairs: list[tuple[datetime, timedelta, int]]) -> int:
    return sum(
        count
        for instant, offset, count in pairs
        if instant.astimezone(zone).utcoffset() == offset
    )


def _most_frequent(pairs: list[tuple[datetime, timedelta, int]]) -> tuple[str, int]:
    """Clocks that are never put forward, by the name that zone has, and how many pairs
    fit. There are none for a part of an hour.
    """
    counts: dict[int, int] = {}
    for _, offset, count in pairs:
        hours, rest = divmod(int(offset.total_seconds()), 3600)
        if not rest:
            counts[hours] = counts.get(hours, 0) + count
    if not counts:
        return "UTC", 0
    hours = max(counts, key=lambda each: (counts[each], -abs(each)))
    # Its sign is the other way round: Etc/GMT-1 is an hour ahead of UTC.
    return (f"Etc/GMT{-hours:+d}" if hours else "UTC"), counts[hours]
