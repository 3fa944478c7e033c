"""The address of a search."""

from urllib.parse import urlencode


def search_url(typed: str, number: int = 1) -> str:
    """Page ``number`` of what is found for these words; the empty form for none."""
    asked: dict[str, str | int] = {"q": typed} if typed else {}
    if number > 1:
        asked["page"] = number
    return f"/search?{urlencode(asked)}" if asked else "/search"
