"""Addresses: of posts by the structure the owner chose, of pages by their place in the
tree, of archives by name; and the way back from an address to what stands there.

The structure uses WordPress's tokens, so that a site that moves in keeps its links.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ..accounts.models import User
from ..i18n import gettext as _
from ..site.queries import settings
from .models import Category, Kind, Post, Series, Tag

if TYPE_CHECKING:
    from ..comments.models import Comment

TOKENS = {
    "year": r"[0-9]{4}",
    "monthnum": r"[0-9]{1,2}",
    "day": r"[0-9]{1,2}",
    "hour": r"[0-9]{1,2}",
    "minute": r"[0-9]{1,2}",
    "second": r"[0-9]{1,2}",
    "post_id": r"[0-9]{1,18}",
    "postname": r"[^/]+",
    "category": r".+?",
    "author": r"[^/]+",
}
PRESETS = (
    "/%year%/%monthnum%/%postname%/",
    "/%year%/%monthnum%/%day%/%postname%/",
    "/%postname%/",
    "/%category%/%postname%/",
    "/archives/%post_id%",
)
UNCATEGORISED = "uncategorized"  # WordPress's word, which old links hold
# What a structure may not begin with: rooms of ours.
TAKEN = frozenset(
    {"admin", "author", "avatar", "c", "category", "comments", "feed", "forgotten"}
    | {"invitation", "login", "logout", "media", "moderate", "my-comments", "page"}
    | {"preview", "privacy", "recovery", "search", "series", "setup", "static"}
    | {"subscriptions", "tag"}
)
DATE_ARCHIVE = re.compile(r"/[0-9]{4}/([0-9]{1,2}/([0-9]{1,2}/?)?)?")
_TOKEN = re.compile(r"%([a-z_]+)%")


Row = TypeVar("Row", Post, Category)


class Sought(NamedTuple):
    """What an address names: a post by its id or its slug."""

    post_id: int | None
    slug: str | None


def structure_problem(structure: str) -> str | None:
    """What is wrong with a permalink structure, a sentence; ``None`` if it is fine."""
    if not structure.startswith("/") or "//" in structure:
        return _("Begin with one slash, and use single slashes between the parts.")
    if re.fullmatch(r"[\w%/.~-]+", structure) is None or len(structure) > 200:
        return _("Use letters, digits, hyphens, slashes and the tokens only.")
    tokens = _TOKEN.findall(structure)
    unknown = [token for token in tokens if token not in TOKENS]
    if unknown or "%" in _TOKEN.sub("", structure):
        return _("That holds a token nobody knows. See the list below.")
    if len(tokens) != len(set(tokens)):
        return _("Use each token once.")
    if not {"postname", "post_id"} & set(tokens):
        return _(
            "It needs %(name)s or %(id)s, or posts share an address.",
            name="%postname%",
            id="%post_id%",
        )
    if re.search(r"%[a-z_]+%%[a-z_]+%", structure):
        return _("Put something between two tokens.")
    # Beside two names in one part, an address of 8,000 hyphens would be read for hours.
    if re.search(r"[^/]%category%|%category%[^/]", structure):
        return _("Put %(category)s between slashes.", category="%category%")
    if "postname" not in tokens and any(
        collides(number, structure) for number in ("10", "2000")
    ):
        return _("A number alone reads as a date there. Put a word before it.")
    if structure.split("/")[1] in TAKEN:
        return _("That begins like an address of Recto's own.")
    return None


def post_url(post: Post, number: int = 1) -> str:
    """The path of a post or page, percent-encoded; of its page ``number`` if it has
    several.
    """
    if post.kind == Kind.PAGE:
        return numbered(page_url(post), number)
    site = settings()
    path = post_path(post, site.permalink_structure, ZoneInfo(site.timezone))
    return numbered(path, number)


def numbered(path: str, number: int) -> str:
    """The path of a later page of what stands at ``path``: ``/tea/2/``, or ``/tea/2``
    where there is no slash at the end.
    """
    if number == 1:
        return path
    end = "/" if path.endswith("/") else ""
    return f"{path.removesuffix('/')}/{number}{end}"


def unnumbered(path: str) -> tuple[str, int] | None:
    """The path that ``numbered`` would have made this one of, without a slash at its
    end, and the number; ``None`` if it ends in none.
    """
    match = re.fullmatch(r"(/.+)/([0-9]{1,9})/?", path)
    return (match[1], int(match[2])) if match else None


def comment_page_url(post: Post, number: int) -> str:
    """The path of a post with page ``number`` of its comments, as WordPress writes it:
    ``/tea/comment-page-2/``.
    """
    path = post_url(post)
    end = "/" if path.endswith("/") else ""
    return f"{path.removesuffix('/')}/comment-page-{number}{end}"


def without_comment_page(path: str) -> tuple[str, int] | None:
    """The path that ``comment_page_url`` would have made this one of, without a slash
    at its end, and the number; ``None`` if it ends in none.
    """
    match = re.fullmatch(r"(/.+)/comment-page-([0-9]{1,9})/?", path)
    return (match[1], int(match[2])) if match else None


def post_path(post: Post, structure: str, zone: ZoneInfo) -> str:
    """A post's path under a structure, with its date as the clocks of ``zone`` show it.

    A draft without a date counts by its last edit, without a slug as ``post-ID``.
    """
    at = (post.published_at or post.edited_at).astimezone(zone)

    def fill(match: re.Match[str]) -> str:
        match match[1]:
            case "year":
                return f"{at.year:04}"
            case "monthnum":
                return f"{at.month:02}"
            case "day" | "hour" | "minute" | "second" as part:
                return f"{getattr(at, part):02}"
            case "post_id":
                return str(post.id)
            case "postname":
                return _encode(post.slug or f"post-{post.id}")
            case "author":
                return _encode(post.author.slug)
            case _:
                categories = post.categories
                return category_path(categories[0]) if categories else UNCATEGORISED

    return _TOKEN.sub(fill, quote(structure, safe="/%"))


def page_url(page: Post) -> str:
    """The path of a page, below the pages it belongs to."""
    line = [page, *ancestors(page)]
    return "/" + "".join(
        f"{_encode(each.slug or f'page-{each.id}')}/" for each in reversed(line)
    )


def category_path(category: Category) -> str:
    """A category's slug behind those of the categories it lies in."""
    line = [category, *ancestors(category)]
    return "/".join(_encode(each.slug) for each in reversed(line))


def category_url(category: Category) -> str:
    """The path of a category's archive."""
    return f"/category/{category_path(category)}/"


def tag_url(tag: Tag) -> str:
    """The path of a tag's archive."""
    return f"/tag/{_encode(tag.slug)}/"


def series_url(series: Series) -> str:
    """The path of a series' page."""
    return f"/series/{_encode(series.slug)}/"


def author_url(author: User) -> str:
    """The path of an author's archive."""
    return f"/author/{_encode(author.slug)}/"


def year_url(year: int) -> str:
    """The path of a year's archive."""
    return f"/{year:04}/"


def month_url(year: int, month: int) -> str:
    """The path of a month's archive."""
    return f"/{year:04}/{month:02}/"


def comment_url(comment: "Comment") -> str:
    """The path of a comment, which leads to where it stands now."""
    return f"/c/{comment.id}"


def parse(path: str, structure: str) -> Sought | None:
    """What a decoded path names under ``structure``; ``None`` if it does not fit.

    A slash too few or too many at the end fits; the caller compares with the post's
    own address and sends the reader there.
    """
    match = _pattern(structure).fullmatch(path)
    if match is None:
        return None
    found = match.groupdict()
    post_id = found.get("post_id")
    return Sought(int(post_id) if post_id else None, found.get("postname"))


def ancestors(row: Row) -> list[Row]:
    """The rows that a page or category lies below, the nearest first. A loop, which no
    form makes, ends where it closes.
    """
    line: list[Row] = []
    above = row.parent
    while above is not None and above is not row and above not in line:
        line.append(above)
        above = above.parent
    return line


def collides(slug: str, structure: str) -> bool:
    """Whether a post of that slug would stand where an archive of a date stands."""
    sample = {"year": "2000", "monthnum": "01", "day": "01"}
    path = _TOKEN.sub(
        lambda token: (
            slug if token[1] in ("postname", "post_id") else sample.get(token[1], "x")
        ),
        structure,
    )
    return DATE_ARCHIVE.fullmatch(path.rstrip("/") + "/") is not None


@lru_cache(maxsize=16)
def _pattern(structure: str) -> re.Pattern[str]:
    parts = _TOKEN.split(structure.rstrip("/"))
    pattern = "".join(
        f"(?P<{part}>{TOKENS[part]})" if odd else re.escape(part)
        for part, odd in zip(parts, _alternating(), strict=False)
    )
    return re.compile(pattern + "/?")


def _alternating() -> Iterator[bool]:
    while True:
        yield False
        yield True


def encoded(path: str) -> str:
    """A decoded path as addresses are written here."""
    return quote(path, safe="/")


def _encode(slug: str) -> str:
    return quote(slug, safe="")
