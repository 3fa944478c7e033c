"""What in an export is the same as what: in the file, and here from an earlier run."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import and_, or_, select

from ...database import session
from .. import records
from ..models import ImportedItem

# Raise it when what the import makes of an export changes, so that the next run makes
# it again of what nobody edited here.
CONVERTER = 3
# The digest of a row that was here before: it is the owner's and never updated.
NOT_OURS = "-"
_PORTION = 500

T = TypeVar("T")


class Key(NamedTuple):
    """What something is known by within its site."""

    kind: str
    source_id: str
    name: str

    @property
    def hash(self) -> bytes:
        """A short stand-in, for sets of many."""
        return hash_of(*self)


class Verdict(Enum):
    """What is to be done with something in the file."""

    NEW = auto()
    CHANGED = auto()  # at the old site, and not here
    UNCHANGED = auto()
    EDITED = auto()  # here, and at the old site too


TO_WRITE = frozenset({Verdict.NEW, Verdict.CHANGED})


class Left(NamedTuple):
    """How a row was left: its version (0 of what has none) and a digest of it."""

    version: int
    digest: str


def site_of(channel: records.Channel) -> str:
    """What the old site is known by, whichever scheme its addresses have: its host and
    path, or else its title.
    """
    for address in (channel.base_blog_url, channel.link):
        try:
            parts = urlsplit(address)
        except ValueError:  # a broken IPv6 address
            continue
        if parts.netloc:
            return parts.netloc.lower() + parts.path.rstrip("/")
    return f"title:{channel.title}"


def of_item(item: records.Item) -> Key:
    """What a post, page or other item is known by. Its number alone would not do: some
    files use one for several.
    """
    name = item.name or item.guid or item.link or item.title
    return Key(item.type, item.id, name)


def of_comment(comment: records.Comment, item: Key) -> Key:
    """What a comment is known by: where, when and who; without a number also what."""
    said: list[object] = [list(item), comment.date_gmt or comment.date, comment.author]
    if not comment.id:
        said.append(comment.content)
    return Key("comment", comment.id, _sha256(said).hexdigest())


def of_author(author: records.Author) -> Key:
    """What a person is known by; the name is "" for one who has none at all."""
    return Key("author", author.id, author.login or author.email or author.display_name)


def of_term(kind: str, term: records.Term) -> Key:
    """What a category or tag is known by."""
    return Key(kind, term.id, term.slug or term.name)


def hash_of(*words: str) -> bytes:
    """A short stand-in for words, as good as they are for telling apart."""
    return _sha256(words).digest()[:16]


def digest(values: object) -> str:
    """A digest of values, and of how this version of the program takes them over."""
    return _sha256([CONVERTER, values]).hexdigest()


def _sha256(values: object) -> "hashlib._Hash":
    return hashlib.sha256(json.dumps(values, default=str).encode())


# What is here already


def every(site: str, kind: str) -> dict[Key, ImportedItem]:
    """All of one kind that was moved in before: people, or categories, or tags."""
    rows = session.scalars(
        select(ImportedItem).where(ImportedItem.site == site, ImportedItem.kind == kind)
    )
    return _by_key(rows)


def of_that_name(key: Key, every: dict[Key, ImportedItem]) -> ImportedItem | None:
    """What was moved in under a key; or, where only one of the two says its number,
    under that name.
    """
    here = every.get(key) or every.get(key._replace(source_id=""))
    if here is None and not key.source_id:
        named = (row for other, row in every.items() if other.name == key.name)
        return next(named, None)
    return here


def known(site: str, keys: Sequence[Key]) -> dict[Key, ImportedItem]:
    """What of these was moved in before, and all else of the same kinds and numbers."""
    found: dict[Key, ImportedItem] = {}
    for some in portions(keys):
        numbers = {key.source_id for key in some if key.source_id}
        nameless = {key.name for key in some if not key.source_id}
        rows = session.scalars(
            select(ImportedItem).where(
                ImportedItem.site == site,
                ImportedItem.kind.in_({key.kind for key in some}),
                or_(
                    ImportedItem.source_id.in_(numbers),
                    and_(ImportedItem.source_id == "", ImportedItem.name.in_(nameless)),
                ),
            )
        )
        found |= _by_key(rows)
    return found


def portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in parts that are not too many for one question."""
    for start in range(0, len(values), _PORTION):
        yield values[start : start + _PORTION]


def same_under_another_name(
    key: Key, guid: str, known: dict[Key, ImportedItem], in_file: Callable[[Key], bool]
) -> ImportedItem | None:
    """The one thing of that number and guid whose name the old site has changed."""
    if not key.source_id or not guid:
        return None
    found = [
        row
        for other, row in known.items()
        if other[:2] == key[:2]
        and row.guid == guid
        and row.name == other.name  # or it has become another's by now
        and not in_file(other)
    ]
    return found[0] if len(found) == 1 else None


def verdict(here: ImportedItem | None, digest: str, left: Left | None) -> Verdict:
    """What is to be done with something whose digest is ``digest``. ``left`` is how its
    row stands now; ``None`` if it was deleted.
    """
    if here is None or left is None:
        return Verdict.NEW
    taken, _, as_left = here.digest.partition(":")
    if taken == digest or as_left == NOT_OURS:
        return Verdict.UNCHANGED
    return Verdict.CHANGED if is_untouched(here, left) else Verdict.EDITED


def is_untouched(here: ImportedItem, left: Left) -> bool:
    """Whether a row stands as it was left."""
    return (here.row_version, here.digest.partition(":")[2]) == left


def remember(
    here: ImportedItem | None,
    site: str,
    key: Key,
    *,
    digest: str,
    row_id: int,
    left: Left,
    guid: str = "",
) -> ImportedItem:
    """Note what something became, for the next run."""
    if here is None:
        here = ImportedItem(site=site)
        session.add(here)
    here.kind, here.source_id, here.name = key
    here.guid = guid
    here.digest = f"{digest}:{left.digest}"
    here.row_id, here.row_version = row_id, left.version
    return here


def _by_key(rows: Iterable[ImportedItem]) -> dict[Key, ImportedItem]:
    return {Key(row.kind, row.source_id, row.name): row for row in rows}


def owners(kinds: Iterable[str], row_ids: Sequence[int]) -> dict[int, set[int]]:
    """What became the rows of those numbers, which may be deleted since: the ids of
    ``ImportedItem`` by number.
    """
    found: dict[int, set[int]] = {}
    for some in portions(row_ids):
        rows = session.execute(
            select(ImportedItem.row_id, ImportedItem.id).where(
                ImportedItem.kind.in_(list(kinds)), ImportedItem.row_id.in_(some)
            )
        )
        for row_id, id in rows:
            found.setdefault(row_id, set()).add(id)
    return found
