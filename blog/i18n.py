"""Languages, directions and dates. The only place that knows Flask-Babel."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError, dates, lists
from flask import Flask
from flask_babel import Babel, force_locale, get_locale, get_timezone, lazy_gettext
from flask_babel import format_date as _format_date
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

__all__ = [
    "LANGUAGES",
    "direction",
    "format_date",
    "format_list",
    "format_month",
    "format_time",
    "gettext",
    "in_english",
    "init_app",
    "language_tag",
    "lazy_gettext",
    "ngettext",
    "time_format",
    "zones",
]

# What a site may be written in; the reader's labels follow as they get translated.
LANGUAGES = (
    *("en", "en_GB", "ar", "bn", "de", "es", "fa", "fr", "he", "hi", "id", "ja"),
    *("pt", "ru", "tr", "ur", "zh_Hans"),
)


def init_app(
    app: Flask, locale: Callable[[], str], timezone: Callable[[], str]
) -> None:
    """Give templates ``_()``, dates and direction, by the site's own choice.

    The visitor's browser is not asked: one page is served to everybody.
    """
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=locale, timezone_selector=timezone)
    app.jinja_env.globals.update(
        format_date=format_date,
        format_time=format_time,
        time_format=time_format,
        format_month=format_month,
        language_tag=language_tag,
        direction=direction,
    )


def gettext(message: str, **values: object) -> str:
    """The message in the site's language, with ``%(name)s`` filled in from values."""
    return str(_gettext(message, **values))


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """The form of the message that ``number`` asks for; it is ``%(num)s`` there."""
    return str(_ngettext(one, many, number, **values))


def in_english() -> AbstractContextManager[None]:
    """Inside it texts are in English, and the settings are not asked for a language."""
    english: AbstractContextManager[None] = force_locale("en")
    return english


def format_date(at: datetime) -> str:
    """The day in the site's zone and language: "24 November 2026" in its own way."""
    return _day(get_locale(), at.astimezone(get_timezone()).date())


def format_time(at: datetime) -> str:
    """Day and time of day, to the minute, in the site's zone and language."""
    return time_format()(at)


def time_format() -> Callable[[datetime], str]:
    """``format_time`` for many times: zone and language are looked up once."""
    locale, zone = get_locale(), get_timezone()
    together = _together(locale)

    def written(at: datetime) -> str:
        here = at.astimezone(zone)
        minute = _minute(locale, here.hour, here.minute)
        return together.replace("{1}", _day(locale, here.date())).replace("{0}", minute)

    return written


def format_list(parts: Sequence[str]) -> str:
    """ "Ada, Ben and Cleo" in the site's language."""
    return str(lists.format_list(list(parts), locale=get_locale() or "en"))


def format_month(year: int, month: int) -> str:
    """ "November 2026" in the site's language."""
    return str(_format_date(datetime(year, month, 1), "MMMM yyyy", rebase=False))


# A page of comments has a date in every line, and Babel takes long over each. The days
# of a conversation are few, and so are the minutes of a day.


@lru_cache(maxsize=4096)
def _day(locale: Locale, day: date) -> str:
    return str(dates.format_date(day, "long", locale))


@lru_cache(maxsize=4096)
def _minute(locale: Locale, hour: int, minute: int) -> str:
    return str(dates.format_time(time(hour, minute), "short", locale=locale))


@lru_cache(maxsize=64)
def _together(locale: Locale) -> str:
    """How a day, ``{1}``, and a time of day, ``{0}``, are written side by side."""
    return str(dates.get_datetime_format("long", locale))


def language_tag() -> str:
    """The site's language as HTML's ``lang`` wants it (BCP 47)."""
    return str(get_locale() or "en").replace("_", "-")


def direction(language: str | None = None) -> str:
    """ "rtl" or "ltr", of the site or of a language given by its tag."""
    locale = get_locale()
    if language is not None:
        try:
            locale = Locale.parse(language.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            return "ltr"
    return str(locale.text_direction) if locale else "ltr"


def language_name(language: str) -> str:
    """A language's name in itself, as a menu shows it."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def zones() -> list[str]:
    """The names of all time zones, in alphabetical order."""
    return sorted(
        name for name in available_timezones() if "/" in name or name == "UTC"
    )


def zone(name: str) -> ZoneInfo:
    """The zone of that name.

    :raise zoneinfo.ZoneInfoNotFoundError: if there is none
    """
    return ZoneInfo(name)
