"""Ghost's export, JSON of its versions 0.x to 6, as records.

Ghost's words become WordPress's: a tag is a tag, a page a page, what only members may
read is private. What the file does not hold are its pictures, which lie in a folder
beside it ("content/images"), and its address.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from typing import BinaryIO
from zoneinfo import ZoneInfo

from ..records import Author, Channel, Comment, Filed, Item, Loss, Term
from . import blank, ghost_menus
from .ghost_body import Texts, files
from .ghost_tables import (
    Row,
    Tables,
    at_home,
    flag,
    key,
    moment,
    plain,
    position,
    read,
    reference,
    text,
)

_STATUSES = {
    **{"published": "publish", "sent": "publish", "scheduled": "future"},
    **{"draft": "draft", "": "draft"},
}
# What the settings were called from version to version.
_ZONES = ("timezone", "active_timezone", "activeTimezone")
_LANGUAGES = ("locale", "lang", "default_locale", "defaultLang")
_UTC = ZoneInfo("UTC")
_SLUG = "/:slug/"
# Of versions before the second, what the owner could choose for the addresses of posts.
_PART = re.compile(":(slug|id|year|month|day|author)")
_OBJECT_ID = re.compile("[0-9a-f]{24}")
_CODE = ("codeinjection_head", "codeinjection_foot", "ghost_head", "ghost_foot")
_SENT = "Letters to subscribers that did not stand on the site are taken as published"
_OF_SEVERAL = "Pages of several authors belong to the first of them alone"
# As WordPress's plugin of that name says who else wrote something.
_CO_AUTHOR = "author"
_NAMES_SHOWN = 20
_WORDS = {
    "_yoast_wpseo_title": "meta_title",
    "_yoast_wpseo_metadesc": "meta_description",
}


class Ghost:
    """One pass over a file: its people, tags, pictures, posts and menus.

    ``channel`` is whole with the first record. Every record is on line 1, as JSON is
    read as a whole. ``progress`` is told the number of bytes just read. ``address`` is
    where the site stood ("https://old.example"), which only its owner knows; with "",
    files are known by their paths alone.

    :raise Unreadable: while iterating, for what is no export of Ghost
    """

    def __init__(
        self,
        file: BinaryIO,
        progress: Callable[[int], object] = lambda _: None,
        address: str = "",
    ) -> None:
        self.channel = Channel()
        self.losses: list[Loss] = []
        self._address = address.rstrip("/")
        self._file = file
        self._progress = progress

    def __iter__(self) -> Iterator[Author | Term | Item]:
        tables = read(self._file, self._progress)
        self.losses = tables.losses
        site = _Site(tables, self._address)
        self.channel = site.channel
        yield from site.records()
        self.losses += [Loss(1, sentence) for sentence in site.said()]


class _Site:
    """The tables of one export, and what of them was left out, as it is read."""

    def __init__(self, tables: Tables, address: str) -> None:
        self._tables = tables
        self._address = address
        self._settings = {text(row, "key"): row for row in tables["settings"]}
        self._permalinks = self._setting("permalinks")
        # Where addresses hold dates, the clocks that these tell of count.
        is_dated = ":year" in self._permalinks
        self._zone = _zone(self._setting(*_ZONES)) or (_UTC if is_dated else None)
        self.channel = Channel(
            link=address,
            title=escape(self._setting("title"), quote=False),
            description=escape(self._setting("description"), quote=False),
            language=self._setting(*_LANGUAGES),
            version=tables.version,
            timezone=self._zone.key if self._zone else "",
        )
        self._left_out: Counter[str] = Counter()
        self._guarded: Counter[str] = Counter()
        self._internal: Counter[str] = Counter()
        self._texts = Texts()
        self._users = {key(row): row for row in reversed(tables["users"])}
        self._tags = {key(row): row for row in reversed(tables["tags"])}
        self._meta = {reference(row, "post_id"): row for row in tables["posts_meta"]}
        self._tags_of = _joined(tables["posts_tags"], "tag_id", self._tags)
        self._users_of = _joined(tables["posts_authors"], "author_id", self._users)
        self._comments = self._conversations()
        # The files that were given already, by their addresses.
        self._files: set[str] = set()

    def _setting(self, *names: str) -> str:
        """The first of these settings that says something; "" if none does."""
        values = (text(self._settings.get(name, {}), "value") for name in names)
        return next(filter(None, values), "")

    def records(self) -> Iterator[Author | Term | Item]:
        """Everything, people and tags first, files before what shows them."""
        places: dict[str, dict[str, str]] = {}
        yield from map(_author, self._once("users"))
        for tag in self._once("tags"):
            if _is_internal(tag):
                self._internal[text(tag, "name", "slug")[:40]] += 1
                continue
            yield _term(tag)
            places[f"/tag/{text(tag, 'slug')}/"] = {
                "type": "taxonomy",
                "object": "post_tag",
                "object_id": key(tag),
            }
        yield from ghost_menus.terms(self._settings)
        for post in self._once("posts"):
            item, pictures = self._item(post)
            yield from pictures
            yield item
            if item.link:
                places[item.link.removeprefix(self._address)] = {
                    "type": "post_type",
                    "object": item.type,
                    "object_id": item.id,
                }
        yield from ghost_menus.items(self._settings, places)

    def said(self) -> Iterator[str]:
        """Sentences on what is not as it was."""
        for sentence, names in (
            ("Cards that nobody knows; their words stay", self._texts.unknown),
            ("Cards that were not for every reader were left out", self._texts.hidden),
            ("Tags for the site’s own use were left out", self._internal),
            ("What was not for everybody became private", self._guarded),
        ):
            if names:
                most = names.most_common(_NAMES_SHOWN)
                shown = ", ".join(f"{name} ({number})" for name, number in most)
                yield f"{sentence}: {shown}."
        if self._texts.broken:
            sentence = "Texts could not be read; only their plain words came"
            yield f"{sentence} ({self._texts.broken})."
        code = sum(map(self._holds_code, ("posts", "posts_meta", "tags", "settings")))
        if code:
            yield f"Code for the head or foot of pages is never taken ({code})."
        for sentence, number in self._left_out.items():
            yield f"{sentence} ({number})."

    def _holds_code(self, name: str) -> int:
        """How many rows of a table bring code of their own for pages."""
        rows = self._tables[name]
        if name == "settings":
            return sum(
                text(row, "key") in _CODE and bool(text(row, "value")) for row in rows
            )
        return sum(bool(text(row, *_CODE)) for row in rows)

    def _once(self, name: str) -> Iterator[Row]:
        """The rows of a table, each once."""
        seen: set[str] = set()
        for row in self._tables[name]:
            known = key(row) or text(row, "slug", "title", "name")
            if known in seen:
                self._left_out[f"Rows that “{name}” holds twice were left out"] += 1
                continue
            seen.add(known)
            yield row

    # Posts

    def _item(self, post: Row) -> tuple[Item, list[Item]]:
        """A post or page, and the files that it shows and no other before."""
        said = {**self._meta.get(key(post), {}), **_filled(post)}
        type = "page" if flag(post, "page") else text(post, "type") or "post"
        status = self._status(post)
        writers = [_login(each) for each in self._writers(post)]
        written, source = self._texts.of(post), text(post, "status")
        at = moment(post, "published_at", "publishedAt")
        if at is None and status not in ("draft", "future"):
            at = moment(post, "created_at")
        item = blank.item(type, key(post))
        item.title = plain(post, "title")
        item.name = text(post, "slug")
        item.content, item.body = written
        item.excerpt = plain(post, "custom_excerpt")
        item.creator = writers[0] if writers else ""
        item.status = status
        # What feeds knew it by: by its number, and in versions before the first by
        # another, since numbers began anew at each site.
        item.guid = text(post, "id" if _OBJECT_ID.fullmatch(item.id) else "uuid")
        item.date_gmt = _written(at)
        item.date = self._shown(at, moment(post, "created_at"))
        item.modified_gmt = _written(moment(post, "updated_at"))
        item.is_sticky = "1" if type == "post" and flag(post, "featured") else ""
        item.filed = [
            Filed("post_tag", text(tag, "slug"), plain(tag, "name", "slug"))
            for tag in self._tags_of.get(key(post), ())
            if not _is_internal(tag)
        ]
        if type == "post":
            item.filed += [Filed(_CO_AUTHOR, login, login) for login in writers[1:]]
        elif len(writers) > 1:
            self._left_out[_OF_SEVERAL] += 1
        item.comments = self._comments.get(key(post), [])
        path = self._path(item, post, at) if source != "draft" else ""
        item.link = f"{self._address}{path}" if path else ""
        pictures = self._dress(item, said, at)
        return item, pictures

    def _status(self, post: Row) -> str:
        name = text(post, "status")
        status = _STATUSES.get(name, name)
        visibility = text(post, "visibility") or "public"
        if visibility != "public":
            self._guarded[visibility[:40]] += 1
            return "private" if status == "publish" else status
        if name == "sent":
            self._left_out[_SENT] += 1
        return status

    def _writers(self, post: Row) -> list[Row]:
        """Who wrote it, the first of them first."""
        writer = self._users.get(reference(post, "author_id", "author"))
        return self._users_of.get(key(post)) or ([writer] if writer else [])

    def _path(self, item: Item, post: Row, at: datetime | None) -> str:
        """The path at which it stood."""
        if not item.name:
            return ""
        if text(post, "status") == "sent":
            return f"/email/{text(post, 'uuid')}/"
        pattern = self._permalinks if item.type == "post" else _SLUG
        if ":slug" not in pattern and ":id" not in pattern:
            pattern = _SLUG
        local = at.astimezone(self._zone or _UTC) if at else None
        values = {
            "slug": item.name,
            "id": item.id,
            "author": item.creator,
            "year": f"{local:%Y}" if local else "",
            "month": f"{local:%m}" if local else "",
            "day": f"{local:%d}" if local else "",
        }
        return _PART.sub(lambda found: values[found[1]], pattern)

    def _shown(self, at: datetime | None, made: datetime | None) -> str:
        """What the clocks of the site showed, where that is known; else nothing, as
        the time in UTC would tell of a site in that zone.
        """
        if self._zone is None:
            return "" if at else _written(made)
        either = at or made
        return _written(either.astimezone(self._zone)) if either else ""

    # Files

    def _dress(self, item: Item, said: Row, at: datetime | None) -> list[Item]:
        """Give an item its fields; the files it needs that were not given yet."""
        found: list[Item] = []
        cover = self._own(text(said, "feature_image", "image"))
        shared = self._own(text(said, "og_image", "twitter_image"))
        for address in filter(None, (cover, shared, *files(item.content))):
            if address in self._files:
                continue
            self._files.add(address)
            picture = blank.item("attachment", _number(address))
            picture.status, picture.creator = "inherit", item.creator
            picture.guid = address
            root = self._address if address.startswith("/content/") else ""
            picture.attachment_url = f"{root}{address}"
            picture.date_gmt = _written(at)
            if address == cover:
                picture.excerpt = text(said, "feature_image_caption")
                alt = plain(said, "feature_image_alt")
                picture.meta = [("_wp_attachment_image_alt", alt)] if alt else []
            found.append(picture)
        fields = {name: plain(said, field) for name, field in _WORDS.items()}
        fields["_yoast_wpseo_canonical"] = at_home(text(said, "canonical_url"))
        fields["_thumbnail_id"] = _number(cover) if cover else ""
        fields["_yoast_wpseo_opengraph-image-id"] = _number(shared) if shared else ""
        item.meta = [(name, value) for name, value in fields.items() if value]
        return found

    def _own(self, address: str) -> str:
        """An address; the path alone of what lay at the site itself."""
        return at_home(address.removeprefix(self._address))

    # Comments

    def _conversations(self) -> dict[str, list[Comment]]:
        """The comments by their posts. Their writers are members, whom only some files
        hold.
        """
        members = {key(row): row for row in self._tables["members"]}
        found: dict[str, list[Comment]] = defaultdict(list)
        for row in self._tables["comments"]:
            member = members.get(reference(row, "member_id"))
            if text(row, "status") == "deleted":
                self._left_out["Comments that were deleted there were left out"] += 1
            elif member is None:
                self._left_out[
                    "Comments were left out, as the file does not say who wrote them"
                ] += 1
            else:
                found[reference(row, "post_id")].append(_comment(row, member))
        return found


def _author(row: Row) -> Author:
    return Author(
        line=1,
        id=key(row),
        login=_login(row),
        email=text(row, "email"),
        display_name=plain(row, "name", "slug"),
        first_name="",
        last_name="",
    )


def _login(row: Row) -> str:
    """The name in the addresses of somebody's pages."""
    return text(row, "slug", "name", "email")


def _term(row: Row) -> Term:
    return Term(
        line=1,
        taxonomy="post_tag",
        id=key(row),
        slug=text(row, "slug"),
        parent="",
        name=plain(row, "name", "slug"),
        description=plain(row, "description"),
    )


def _is_internal(tag: Row) -> bool:
    """Whether a tag is a mark for themes, which readers never saw."""
    return text(tag, "visibility") == "internal" or text(tag, "name").startswith("#")


def _comment(row: Row, member: Row) -> Comment:
    return Comment(
        line=1,
        id=key(row),
        author=plain(member, "name"),
        email=text(member, "email"),
        url="",
        ip="",
        date="",
        date_gmt=_written(moment(row, "created_at")),
        content=at_home(text(row, "html")),
        approved="1" if text(row, "status") in ("published", "") else "0",
        type="comment",
        parent=reference(row, "in_reply_to_id", "parent_id"),
        user_id="",
        meta=[],
    )


def _joined(rows: list[Row], name: str, others: dict[str, Row]) -> dict[str, list[Row]]:
    """By the key of a post, the rows of another table that belong to it, in order."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in sorted(rows, key=position):
        other = reference(row, name)
        if other in others:
            found[reference(row, "post_id")][other] = others[other]
    return {post: list(some.values()) for post, some in found.items()}


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in (None, "")}


def _number(address: str) -> str:
    """What a file is known by: Ghost gives it no number."""
    return hashlib.sha256(address.encode()).hexdigest()[:24]


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # there is none of that name
        return None


def _written(at: datetime | None) -> str:
    """A time as WordPress writes it; "" without one."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
