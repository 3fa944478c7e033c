"""The permalink structure of an old site, read from where its posts stood.

Every post votes for each structure under which it would stand where it did. The one
with the most votes is the site's.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from ...posts import permalinks

# WordPress's own suggestions, which win over others that fit as many posts.
COMMON = (
    "/%year%/%monthnum%/%day%/%postname%/",
    *permalinks.PRESETS,
    "/%category%/%postname%.html",
    "/%year%/%monthnum%/%postname%.html",
    "/%postname%.html",
)
_MOST_SEGMENTS = 12
# Of one post; more would be a puzzle and no address.
_MOST_GUESSES = 40
_MOST_PIECES = 15
_LITERAL = re.compile(r"[\w.~-]{1,60}")
_SEPARATOR = re.compile(r"([._~-])")
# A token of time stands behind the one that it divides.
_AFTER = {"hour": "day", "minute": "hour", "second": "minute"}
_ORDER = (
    *("category", "author", "year", "monthnum", "day"),
    "hour",
    "minute",
    "second",
)


@dataclass(frozen=True)
class Standing:
    """A published post, as far as its address may tell of it. ``path`` is percent-
    encoded, ``categories`` are paths of slugs, ``author`` words for its author.
    """

    path: str
    slug: str
    id: str
    local: datetime | None
    categories: frozenset[tuple[str, ...]] = frozenset()
    author: frozenset[str] = frozenset()


class _Guess(NamedTuple):
    """A part of a structure: for how many segments it stands, and with which tokens."""

    segments: int
    pattern: str
    tokens: frozenset[str]


@dataclass
class Votes:
    """What the posts' addresses say about the structure."""

    _votes: Counter[str] = field(default_factory=Counter)
    plain: int = 0  # posts known by their number alone

    def see(self, standing: Standing) -> None:
        """Take in a published post that stood at a path of its own."""
        self._votes.update(set(islice(_structures(standing), _MOST_GUESSES)))

    def see_plain(self) -> None:
        """Take in a published post that stood at ``/?p=ID``."""
        self.plain += 1

    def structure(self) -> str | None:
        """The structure that most posts stand under, which need not be one that we can
        have; ``None`` if none fits more posts than have plain addresses.
        """
        if not self._votes:
            return None
        best = max(self._votes, key=lambda each: (self._votes[each], *_rank(each)))
        return best if self._votes[best] > self.plain else None


def _rank(structure: str) -> tuple[int, int, int, int]:
    """Among structures that fit as many posts the greatest is taken."""
    common = len(COMMON) - COMMON.index(structure) if structure in COMMON else 0
    tokens = re.findall("%([a-z_]+)%", structure)
    places = [_ORDER.index(token) for token in tokens if token in _ORDER]
    return common, int(places == sorted(places)), len(tokens), -len(structure)


def _structures(standing: Standing) -> Iterator[str]:
    parts = [unquote(part) for part in standing.path.strip("/").split("/")]
    if not 0 < len(parts) <= _MOST_SEGMENTS:
        return
    end = "/" if standing.path.endswith("/") else ""
    for guess, tokens in _guesses(tuple(parts), standing, frozenset()):
        if tokens & {"postname", "post_id"}:
            yield f"/{guess}{end}"


def _guesses(
    parts: tuple[str, ...], standing: Standing, used: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Every way to say the parts with tokens, each at most once."""
    if not parts:
        yield "", used
        return
    for here in _beginnings(parts, standing, used):
        for rest, tokens in _guesses(
            parts[here.segments :], standing, used | here.tokens
        ):
            yield f"{here.pattern}/{rest}".rstrip("/"), tokens


def _beginnings(
    parts: tuple[str, ...], standing: Standing, used: frozenset[str]
) -> Iterator[_Guess]:
    """What the first parts may be: tokens, then words around a token, then a word."""
    first = parts[0]
    for token, value in _values(standing).items():
        if value and value == first and _may_follow(token, used):
            yield _Guess(1, f"%{token}%", frozenset({token}))
    if "author" not in used and first in standing.author:
        yield _Guess(1, "%author%", frozenset({"author"}))
    if "category" not in used:
        for path in sorted(standing.categories):
            if parts[: len(path)] == path:
                yield _Guess(len(path), "%category%", frozenset({"category"}))
    yield from _around(first, standing, used)
    is_word = _LITERAL.fullmatch(first) and any(map(str.isalpha, first))
    if is_word and first != standing.slug:
        yield _Guess(1, first, frozenset())


def _around(part: str, standing: Standing, used: frozenset[str]) -> Iterator[_Guess]:
    """A slug or number with something before or behind it: ``%postname%.html``."""
    slug = standing.slug
    if slug and slug in part and slug != part and "postname" not in used:
        before, _, behind = part.partition(slug)
        left, some = _worded(before, standing, used | {"postname"})
        right, more = _worded(behind, standing, used | {"postname"} | some)
        if left is not None and right is not None:
            tokens = some | more | {"postname"}
            yield _Guess(1, f"{left}%postname%{right}", tokens)
    elif part not in _values(standing).values():
        words, tokens = _worded(part, standing, used)
        if words is not None and tokens:
            yield _Guess(1, words, tokens)


def _worded(
    text: str, standing: Standing, used: frozenset[str]
) -> tuple[str | None, frozenset[str]]:
    """The text with what is a number or date of the post as tokens; ``None`` if no
    structure can hold it.
    """
    made: list[str] = []
    tokens: frozenset[str] = frozenset()
    pieces = [piece for piece in _SEPARATOR.split(text) if piece]
    if len(pieces) > _MOST_PIECES:
        return None, tokens
    for piece in pieces:
        token = next(
            (
                token
                for token, value in _values(standing).items()
                if value == piece
                and token != "postname"  # noqa: S105  a token of addresses
                and _may_follow(token, used | tokens)
            ),
            None,
        )
        if token is not None:
            tokens |= {token}
            made.append(f"%{token}%")
        elif _LITERAL.fullmatch(piece):
            made.append(piece)
        else:
            return None, tokens
    return "".join(made), tokens


def _values(standing: Standing) -> dict[str, str]:
    """What each token stands for at this post."""
    values = {"postname": standing.slug, "post_id": standing.id}
    at = standing.local
    if at is None:
        return values
    return {
        "year": f"{at.year:04}",
        "monthnum": f"{at.month:02}",
        "day": f"{at.day:02}",
        "hour": f"{at.hour:02}",
        "minute": f"{at.minute:02}",
        "second": f"{at.second:02}",
        **values,
    }


def _may_follow(token: str, used: frozenset[str]) -> bool:
    return token not in used and _AFTER.get(token, token) in used | {token}
