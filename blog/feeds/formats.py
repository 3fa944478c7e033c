"""The formats of a feed: where each stands, and what it is called."""

from enum import StrEnum


class Format(StrEnum):
    """What a feed is written in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """What stands behind the address of that which the feed is about."""
        return SUFFIXES[self][0]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]


# The first is the address of today; the others are WordPress's older ones.
SUFFIXES = {
    Format.RSS: ("feed/", "feed/rss/", "feed/rss2/", "feed/rdf/"),
    Format.ATOM: ("feed/atom/",),
    Format.JSON: ("feed.json",),
}
MEDIA_TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


def address(base: str, format: Format) -> str:
    """The path of the feed of what stands at the path ``base``.

    A permalink may lack a slash at its end: ``/archives/5`` has ``/archives/5/feed/``.
    """
    return f"{base.rstrip('/')}/{format.suffix}"
