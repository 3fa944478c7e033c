"""What a text of a static site says of itself above its words, as a record: Jekyll,
Hugo, Hexo, Zola and their like use many names for the same.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from ...text import slugs
from ..records import Body, Filed, Item
from . import blank, dates, front_matter, old_links
from .dates import Moment, moment
from .front_matter import Head
from .generators import Generator, Site, dated, path_of
from .old_links import Rules

# Where a text stood as well, in the field of our own exports.
OLD_PATH = "_recto_old_path"
# The way to file in which the others are who wrote a text.
CO_AUTHOR = "author"
_DATES = (
    *("date", "pubdate", "published_at", "publishdate", "published_date"),
    *("created", "created_at", "datetime", "dateCreated".lower()),
)
_UPDATED = (
    *("updated", "lastmod", "last_modified_at", "modified", "updated_at"),
    *("last_updated", "last_modified", "date_updated"),
)
_LINKS = ("permalink", "url", "path", "save_as")
_ALIASES = ("aliases", "alias", "redirect_from")
_PICTURES = (
    *("image", "cover", "thumbnail", "featured_image", "featuredimage"),
    *("feature_image", "cover_image", "hero_image", "banner", "header", "images"),
    *("top_img", "photo", "teaser"),
)
_PICTURE = ("image", "src", "url", "path", "relative", "feature", "teaser", "overlay")
_STICKY = ("sticky", "pinned", "pin", "top", "featured")
_ORDER = ("weight", "menu_order", "nav_order", "order")
_KINDS = ("type", "layout")
_OWN = ("seo_title", "seo_description", "canonical_url")
# Understood, and those that say nothing that a reader could see.
_USED = frozenset(
    {*_DATES, *_UPDATED, *_LINKS, *_ALIASES, *_PICTURES, *_STICKY, *_ORDER, *_KINDS}
    | {"title", "slug", "draft", "published", "status", "categories", "category"}
    | {"tags", "tag", "taxonomies", "extra", "author", "authors", "excerpt", "summary"}
    | {"description", "password", "comments", "comment", "lang", "language", "locale"}
    | {"id", "guid", "parent", *_OWN, "params"}
)
_STATUSES = frozenset(
    {"publish", "future", "draft", "pending", "private", "trash", "published", "hidden"}
)
_TAXONOMIES = {
    "category": ("categories", "category"),
    "post_tag": ("tags", "tag"),
}
_PATH_DATE = re.compile(r"/?(?:.*/)?([0-9]{4})/([0-9]{2})/([0-9]{2})/")
_PAGE_END = re.compile(r"\.(?:html?|php)$")
_LANGUAGE = re.compile(r"(.+)\.([a-z]{2}(?:-[A-Za-z]{2,4})?)")
_TAG = re.compile(r"</?[A-Za-z]")


@dataclass
class Described:
    """A text and what is known of it. ``problems`` are sentences on what its head says
    and cannot be taken. ``authors`` are who wrote it, the first one first.
    """

    item: Item
    old_path: str
    authors: list[str] = field(default_factory=list)
    emails: dict[str, str] = field(default_factory=dict)
    picture: str = ""
    problems: list[str] = field(default_factory=list)
    nested: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """Where a text lies."""

    folders: Sequence[str]
    name: str
    language: str
    date: str
    has_post_folder: bool
    is_draft: bool
    is_section: bool
    suffix: str


class Fields:
    """The fields of a head by their names in small letters; also those in the tables
    where Zola and Hugo keep what is a site's own.
    """

    def __init__(self, head: Head) -> None:
        self.all = {name.lower(): value for name, value in head.fields.items()}
        self._own: dict[str, object] = {}
        for table in ("extra", "params", "taxonomies"):
            found = front_matter.mapping(self.all.get(table))
            self._own |= {str(name).lower(): found[name] for name in found}

    def get(self, *names: str) -> object:
        """The value of the first of these names that says something."""
        for name in names:
            for fields in (self.all, self._own):
                if front_matter.words(fields.get(name)):
                    return fields[name]
        return None

    def text(self, *names: str) -> str:
        return front_matter.text(self.get(*names))

    def words(self, *names: str) -> list[str]:
        return front_matter.words(self.get(*names))

    def raw(self, name: str) -> object:
        """A value as it is, also a mapping."""
        return self.all.get(name, self._own.get(name))

    def unused(self) -> Iterator[tuple[str, str]]:
        """The names and words of fields that nothing is made of."""
        for name, value in [*self.all.items(), *self._own.items()]:
            if name not in _USED:
                yield name, front_matter.text(value)


def described(
    place: str, head: Head, site: Site, rules: Rules, *, has_post_folders: bool
) -> Described:
    """The record of a text, without its words."""
    fields = Fields(head)
    where = _place(place, site)
    problems: list[str] = []
    at = _date(fields, where, site, problems)
    item = blank.item(_kind(fields, where, site, at, has_post_folders), place)
    item.body = Body.HTML if where.suffix in (".html", ".htm") else Body.MARKDOWN
    title = fields.text("title")
    item.title = html.escape(title, quote=False)
    found = Described(item, "", problems=problems)
    if at is not None:
        item.date, item.date_gmt = dates.shown(at.local), dates.shown(at.utc)
    updated = moment(fields.text(*_UPDATED), site.zone)
    if updated is not None:
        item.modified_gmt = dates.shown(updated.utc or updated.local)
    item.status = _status(fields, where)
    if at is None and item.type == "post" and item.status == "publish":
        item.status = "draft"
        problems.append("it says no date, and became a draft")
    _file(item, fields, site, found)
    _link(item, fields, where, site, rules, found, at.local if at else None, title)
    _describe(item, fields)
    _people(found, fields, site)
    found.picture = _picture(fields)
    item.meta += fields.unused()
    return found


def _place(place: str, site: Site) -> _Place:
    parts = site.parts(place)
    *folders, file = parts
    name, dot, end = file.rpartition(".")
    suffix = f".{end.lower()}" if dot else ""
    name = name if dot else file
    language = ""
    if site.generator in (Generator.HUGO, Generator.ZOLA):
        found = _LANGUAGE.fullmatch(name)
        if found is not None:
            name, language = found[1], found[2]
            default = site.setting("defaultContentLanguage", "default_language")
            language = "" if language == default else language
    has_post_folder = "_posts" in folders or "_drafts" in folders
    is_draft = "_drafts" in folders
    folders = [each for each in folders if each not in ("_posts", "_drafts")]
    if folders and folders[0] in ("content", "source"):
        folders = folders[1:]
    folders = [each.removeprefix("_") for each in folders]
    is_section = name == "_index"
    is_bundle = name == "index" and site.generator not in (
        Generator.JEKYLL,
        Generator.HEXO,
    )
    if is_bundle and folders:
        name = folders.pop()
    day = dated(name)
    return _Place(
        folders,
        name,
        language,
        day[0] if day else "",
        has_post_folder,
        is_draft,
        is_section,
        suffix,
    )


def _date(
    fields: Fields, where: _Place, site: Site, problems: list[str]
) -> Moment | None:
    said = fields.text(*_DATES)
    at = moment(said, site.zone)
    if said and at is None:
        problems.append(f"“{said[:60]}” is no date")
    if at is None and where.date:
        at = moment(where.date, site.zone)
    if at is None:
        day = _PATH_DATE.match(fields.text("path", "permalink", "url"))
        at = moment("-".join(day.groups()), site.zone) if day else None
    return at


def _kind(
    fields: Fields,
    where: _Place,
    site: Site,
    at: Moment | None,
    has_post_folders: bool,
) -> str:
    said = {fields.text(name).lower() for name in _KINDS}
    if "page" in said or where.is_section or where.folders[:1] == ["pages"]:
        return "page"
    if where.has_post_folder or said & {"post", "posts"}:
        return "post"
    if has_post_folders:  # what lies in no folder of posts is none
        return "page"
    if site.generator is Generator.HEXO:
        return "post"
    return "page" if at is None else "post"


def _status(fields: Fields, where: _Place) -> str:
    said = fields.text("status").lower()
    is_draft = front_matter.flag(fields.get("draft")) is True
    is_draft |= front_matter.flag(fields.get("published")) is False
    if said not in _STATUSES:
        return "draft" if is_draft or where.is_draft else "publish"
    if said == "hidden":
        return "private"
    return "publish" if said == "published" else said


def _file(item: Item, fields: Fields, site: Site, found: Described) -> None:
    """Its categories and tags."""
    for taxonomy, names in _TAXONOMIES.items():
        words: dict[str, None] = {}
        for name in names:
            value = fields.raw(name)
            if value is None:
                continue
            said = front_matter.words(value)
            if isinstance(value, str):
                said = _several(value, site, singular=name == names[1])
            elif site.generator is Generator.HEXO and taxonomy == "category":
                found.nested = _paths(value)
            words |= dict.fromkeys(filter(None, said))
        if item.type == "page" and words:  # which is filed nowhere here
            item.meta.append((names[0], ", ".join(words)))
            continue
        item.filed += [Filed(taxonomy, slug_of_term(each), each) for each in words]


def slug_of_term(name: str) -> str:
    """The slug of a category or tag, in which C, C++ and C# are three."""
    return slugs.slugify(name.replace("+", "plus").replace("#", "sharp"))


def _several(value: str, site: Site, *, singular: bool) -> list[str]:
    """The words of a text: Jekyll parts them by spaces, others by commas."""
    value = "" if value.strip().lower() in ("~", "null") else value
    if "," in value:
        return [each.strip() for each in value.split(",")]
    if site.generator is Generator.JEKYLL and not singular:
        return value.split()
    return [value.strip()]


def _paths(value: object) -> list[list[str]]:
    """Hexo's categories lie in one another, in the order of a list."""
    if not isinstance(value, list):
        return []
    if any(isinstance(each, list) for each in value):
        return [front_matter.words(each) for each in value]
    return [front_matter.words(value)]


def _link(
    item: Item,
    fields: Fields,
    where: _Place,
    site: Site,
    rules: Rules,
    found: Described,
    at: datetime | None,
    title: str,
) -> None:
    """Where it stood, and what it is called there."""
    categories = [each.name for each in item.filed if each.taxonomy == "category"]
    folders = list(where.folders)
    if site.generator is Generator.JEKYLL and item.type == "post":
        categories, folders = [*folders, *categories], []
    text = old_links.Text(
        folders=folders,
        name=where.name,
        title=title or where.name,
        slug=fields.text("slug"),
        is_post=item.type == "post",
        is_section=where.is_section,
        language=where.language,
        at=at,
        categories=categories,
    )
    path = old_links.path(text, rules)
    said = fields.text(*_LINKS)
    if said.startswith(("http://", "https://")):
        is_own = site.address and said.startswith(site.address)
        said = (path_of(said) or "") if is_own else ""
    if said:
        own = old_links.encoded(old_links.filled(said, text, rules))
        path = own.removesuffix("index.html") if own.endswith("/index.html") else own
        if site.generator is Generator.ZOLA and not path.endswith("/"):
            path += "/"
    below = path_of(site.address)
    if below and not path.startswith(f"{below}/"):
        path = f"{below}{path}"
    found.old_path = path
    host = site.address.removesuffix(below) if below else site.address
    item.link = f"{host}{path}"
    item.guid = fields.text("guid") or (item.link if host else "")
    item.name = _name(path, fields.text("slug"), where.name, title)
    for alias in fields.words(*_ALIASES):
        old = path_of(alias) if "://" in alias else alias
        if old:
            item.meta.append((OLD_PATH, old_links.encoded(old)))


def _name(path: str, slug: str, name: str, title: str) -> str:
    """The slug under which it stood; one that names nothing is none."""
    last = _PAGE_END.sub("", unquote(path).rstrip("/").rpartition("/")[2])
    if last and last != "index":
        return last
    words = (slug, "" if name in ("index", "_index") else name, title)
    return next(filter(None, map(slugs.slugify, words)), "home")


def _describe(item: Item, fields: Fields) -> None:
    excerpt = fields.text("excerpt", "summary", "description")
    item.excerpt = (
        excerpt if _TAG.search(excerpt) else html.escape(excerpt, quote=False)
    )
    description = fields.text("seo_description") or fields.text("description")
    said = {
        "_yoast_wpseo_title": fields.text("seo_title"),
        "_yoast_wpseo_metadesc": "" if description == excerpt else description,
        "_yoast_wpseo_canonical": fields.text("canonical_url"),
    }
    item.meta += [(name, value) for name, value in said.items() if value]
    item.password = fields.text("password")
    sticky = fields.text(*_STICKY)
    if front_matter.flag(sticky) or (sticky.isdigit() and int(sticky) > 0):
        item.is_sticky = "1"
    item.menu_order = fields.text(*_ORDER)
    comments = front_matter.flag(fields.get("comments", "comment"))
    if comments is not None:
        item.comment_status = "open" if comments else "closed"


def _people(found: Described, fields: Fields, site: Site) -> None:
    value = fields.get("authors", "author") or site.settings.get("author")
    found.authors = front_matter.words(value)
    for each in value if isinstance(value, list) else [value]:
        said = front_matter.mapping(each)
        name = front_matter.text(said.get("name"))
        if name:
            found.emails[name] = front_matter.text(said.get("email"))
    if found.authors:
        found.item.creator, *others = found.authors
        found.item.filed += [Filed(CO_AUTHOR, name, name) for name in others]


def _picture(fields: Fields) -> str:
    """The address of the picture that stands for it; "" without one."""
    for name in _PICTURES:
        value = fields.raw(name)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, Mapping):
            value = next((value[key] for key in _PICTURE if value.get(key)), "")
        said = front_matter.text(value) if not isinstance(value, Mapping) else ""
        if said and front_matter.flag(said) is None:
            return said
    return ""
