"""The search of a site of files: an index that the reader's browser asks, in pieces, of
which it fetches the few that it needs (static/js/static-search.js). Their addresses get
the version of the index, so that no piece of an older one is kept with a newer.

Words are spelled and cut as for the search of the site itself. ``index.json`` says with
which word each of ``words-N.json`` begins and with which post each of ``texts-N.json``.
The posts are numbered from the newest on.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from ....database import session
from ....i18n import format_date, format_list
from ....i18n import gettext as _
from ....posts import permalinks, shapes
from ....posts import queries as post_queries
from ....posts.models import Kind, Post
from ....search import words
from ....search.index import MAX_CHARACTERS
from ....text import excerpts, folding

# Of a piece, in characters: little enough to be fetched for one word.
PIECE = 48_000
# A word in a title counts for so many in the text, where more than these tell nothing.
TITLE_WEIGHT = 10
MOST = 9
# So many posts are read at once.
_AT_ONCE = 100


class _Text(NamedTuple):
    """What a result shows of a post, its address, title and text first; and what it is
    found by.
    """

    shown: list[str]
    heading_words: str
    words: str


def write(folder: Path, now: datetime) -> int:
    """Write the index of all posts and pages whose words are for everybody; how many
    these are.
    """
    folder.mkdir(exist_ok=True)
    found: dict[str, list[int]] = {}
    count = 0
    texts = _Pieces(folder, "texts")
    for number, each in enumerate(_texts(now)):
        for word, weight in _weights(each).items():
            found.setdefault(word, []).extend((number, weight))
        texts.add(number, each.shown, sum(map(len, each.shown)))
        count = number + 1
    pieces = _Pieces(folder, "words")
    for word in sorted(found, key=_as_browsers_sort):
        pieces.add(word, [word, *found[word]], 6 * len(found[word]) + len(word))
    index = {
        "version": f"{now:%Y%m%d%H%M%S}",
        "count": count,
        "texts": texts.close(),
        "words": pieces.close(),
        "spelling": _spelling(),
    }
    _write(folder / "index.json", index)
    return count


def _texts(now: datetime) -> Iterator[_Text]:
    """The newest first."""
    # Held, so that every parent is known that an address needs.
    above = [*post_queries.all_pages(), *post_queries.all_categories()]
    ids = session.scalars(
        select(Post.id)
        .where(Post.in_the_open(now))
        .order_by(Post.published_at.desc(), Post.id.desc())
    ).all()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = session.scalars(
            select(Post)
            .where(Post.id.in_(some))
            .options(
                load_only(
                    *(Post.kind, Post.shape, Post.slug, Post.title, Post.html),
                    *(Post.excerpt, Post.summary, Post.published_at, Post.edited_at),
                    *(Post.author_id, Post.parent_id),
                ),
                joinedload(Post.author),
                selectinload(Post.category_links),
                selectinload(Post.bylines),
            )
        )
        known = {post.id: post for post in rows}
        yield from (_text(known[post_id]) for post_id in some)
    del above


def _text(post: Post) -> _Text:
    text = excerpts.plain(post.html)[:MAX_CHARACTERS]
    return _Text(
        [permalinks.post_url(post), shapes.name(post), text, *_facts(post)],
        words.indexed(post.title),
        words.indexed(f"{text}\n{post.excerpt}"),
    )


def _facts(post: Post) -> list[str]:
    """What it is about; and of a post who wrote it, and when."""
    if post.kind == Kind.PAGE or post.published_at is None:
        return [_("Page")]
    return [
        format_list([each.name for each in post.categories]),
        format_list([each.display_name for each in post.authors]),
        format_date(post.published_at),
    ]


def _weights(text: _Text) -> dict[str, int]:
    """By word, how much the post is about it."""
    weights = {
        word: min(number, MOST) for word, number in Counter(text.words.split()).items()
    }
    for word in set(text.heading_words.split()):
        weights[word] = weights.get(word, 0) + TITLE_WEIGHT
    return weights


class _Pieces:
    """Files of rows, each as large as a piece may be; and the key that each begins
    with.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._rows: list[Any] = []
        self._size = 0
        self._keys: list[Any] = []

    def add(self, key: object, row: object, size: int) -> None:
        """Add a row of about that many characters."""
        if self._rows and self._size + size > PIECE:
            self._flush()
        if not self._rows:
            self._keys.append(key)
        self._rows.append(row)
        self._size += size

    def close(self) -> list[Any]:
        """Write the last piece; the keys of all."""
        if self._rows:
            self._flush()
        return self._keys

    def _flush(self) -> None:
        name = f"{self._name}-{len(self._keys) - 1}.json"
        _write(self._folder / name, self._rows)
        self._rows, self._size = [], 0


def _as_browsers_sort(word: str) -> bytes:
    """JavaScript compares texts by the halves of UTF-16."""
    return word.encode("utf-16-be", "surrogatepass")


def _spelling() -> dict[str, Any]:
    """What the browser must know to spell a word as it stands in the index."""
    return {
        "letters": {chr(code): to for code, to in folding.LETTERS.items()},
        "diacritics": folding.DIACRITICS.pattern,
        "zeros": "".join(_zeros()),
        **words.alphabet(),
    }


def _zeros() -> Iterable[str]:
    """The zero of every script that has digits of its own."""
    for code in range(0x80, 0x20000):
        if unicodedata.decimal(chr(code), None) == 0:
            yield chr(code)


def _write(file: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text, "utf-8")
