"""JSON Feed 1.1 (jsonfeed.org)."""

from datetime import UTC, datetime

from .entries import Entry, Feed, Person
from .formats import Format

VERSION = "https://jsonfeed.org/version/1.1"


def document(feed: Feed, language: str) -> dict[str, object]:
    """The feed as JSON has it; what is empty is left out."""
    return _filled(
        {
            "version": VERSION,
            "title": feed.title,
            "home_page_url": feed.url,
            "feed_url": feed.address(Format.JSON),
            "description": feed.description,
            "language": language,
        }
    ) | {"items": [_item(entry) for entry in feed.entries]}


def _item(entry: Entry) -> dict[str, object]:
    item = _filled(
        {
            "id": entry.guid,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "date_published": _date(entry.published_at),
            "date_modified": _date(entry.updated_at),
            "authors": [_author(each) for each in entry.authors],
            "external_url": entry.link,
            "image": entry.picture,
            "tags": list(entry.subjects),
        }
    )
    # One of the two must be there, be it empty.
    if entry.html is None:
        return item | {"content_text": entry.summary}
    return item | {"content_html": entry.html}


def _author(person: Person) -> dict[str, object]:
    return _filled({"name": person.name, "url": person.url})


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _filled(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}
