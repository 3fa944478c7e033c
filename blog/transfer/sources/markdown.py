"""A folder (or a zip) of texts in Markdown, as Jekyll, Hugo, Hexo, Zola, Eleventy and
Pelican read them, and as our own export writes them.

A text with a date is a post, one without a page. It keeps the address that its
generator gave it, and what it shows of the folder comes along.
"""

import html
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from ...clock import utcnow
from ...text.tokens import Start, pieces
from .. import destinations
from ..records import Author, Body, Channel, Item, Loss, Term, Unreadable
from . import (
    blank,
    described,
    folders,
    front_matter,
    generators,
    old_links,
    own,
    shortcodes,
)
from .described import Described
from .folders import File, Folder, Refused
from .front_matter import Form, Head
from .generators import Site

Progress = Callable[[int], object]

MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mkdn"})
PAGES = frozenset({".html", ".htm"})
# Texts in what nobody here reads.
_OTHER_TEXTS = frozenset(
    {".mdx", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".ipynb", ".pug"}
    | {".njk", ".liquid", ".ejs", ".haml", ".slim", ".rmd", ".qmd", ".djot"}
)
# What stands beside a site's texts and is none of it.
_NO_TEXTS = frozenset(
    {"readme", "license", "licence", "contributing", "code_of_conduct", "changelog"}
)
# Where files lie that are served from the root of a site.
_SERVED = ("", "static/", "source/", "content/", "assets/", "public/")
_HEADING = re.compile(r"\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")
_UNTITLED = "index"


class MarkdownFolder:
    """One pass over a folder: people, categories and tags; then texts, each behind the
    files that it is the first to show. A record's ``line`` is its number in this order;
    losses name the file.

    :raise Unreadable: while iterating, where there is no text at all
    """

    def __init__(
        self,
        folder: Path,
        progress: Progress = lambda _: None,
        now: datetime | None = None,
    ) -> None:
        self.channel = Channel()
        self.losses: list[Loss] = []
        self._folder = folder
        self._progress = progress
        self._now = (now or utcnow()).astimezone(UTC)
        self._begin()

    def _begin(self) -> None:
        self.losses.clear()
        self._line = 0
        self._site = Site()
        self._files: dict[str, File] = {}
        self._texts: dict[str, Described] = {}
        # What has come already.
        self._people: set[str] = set()
        self._terms: set[tuple[str, str]] = set()
        self._shown: set[str] = set()
        self._unknown: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Author | Term | Item]:
        self._begin()
        found = folders.opened(self._folder)
        root = own.root(found.files)
        self._files = {file.place.removeprefix(root): file for file in found.files}
        ours = own.read(self._files)
        if ours is not None:
            yield from self._records_of(ours)
            return
        heads = self._heads(found)
        if not heads:
            raise Unreadable(f"No text in Markdown is in {self._folder.name}.")
        self._site = generators.found(self._folder, found.files, heads)
        self._describe_channel(heads)
        self._describe(heads)
        for text in self._texts.values():
            yield from self._new_people(text)
            yield from self._new_terms(text)
        for place in self._texts:
            file = self._files[place]
            yield from self._records(file, heads[place])
            self._progress(file.size)
        if self._unknown:
            names = ", ".join(
                f"{name} ({number})" for name, number in self._unknown.most_common(30)
            )
            self._lose(
                f"Tags of the generator stand in the texts as they are: {names}."
            )

    def _lose(self, text: str) -> None:
        self.losses.append(Loss(max(self._line, 1), text))

    # Our own export

    def _records_of(self, ours: own.Own) -> Iterator[Author | Term | Item]:
        self.channel = ours.channel
        for record in ours.records():
            record.line = self._next()
            yield record
        for place, file in self._files.items():
            is_text = place.startswith(("posts/", "pages/"))
            if not is_text or file.suffix not in MARKDOWN | PAGES:
                continue
            try:
                head = front_matter.read(file.text())
            except Refused as error:
                self._lose(f"“{file.place}” was not taken: {error}.")
                continue
            item = ours.item(place, head)
            item.content = head.text
            stem = place.removesuffix(file.suffix)
            item.comments = own.comments(self._files.get(f"{stem}{own.COMMENTS}"))
            item.line = self._next()
            for comment in item.comments:
                comment.line = item.line
            yield item
            self._progress(file.size)

    # What there is

    def _heads(self, found: Folder) -> dict[str, Head]:
        """The heads of all texts, by place, without the words below them."""
        heads: dict[str, Head] = {}
        others: Counter[str] = Counter()
        for place in found.outside:
            self._lose(f"“{place}” leads out of the folder and was not read.")
        for file in found.files:
            if file.suffix in _OTHER_TEXTS:
                others[file.suffix] += 1
            if file.suffix not in MARKDOWN | PAGES:
                continue
            try:
                head = front_matter.read(file.text())
            except Refused as error:
                self._lose(f"“{file.place}” was not taken: {error}.")
                continue
            reason = _no_text(file, head)
            if reason:
                self._lose(f"“{file.place}” was not taken: {reason}.")
                continue
            head.text = ""
            heads[file.place] = head
        for suffix, number in sorted(others.items()):
            self._lose(f"{number} × {suffix} was not taken: only Markdown is read.")
        return heads

    def _describe_channel(self, heads: dict[str, Head]) -> None:
        site = self._site
        self.channel.title = site.setting("title", "name", "SITENAME")
        if not self.channel.title:
            self.channel.title = _named(self._folder)
        self.channel.link = self.channel.base_blog_url = site.address
        self.channel.description = site.setting("tagline", "subtitle", "description")
        self.channel.language = site.setting(
            "lang", "languageCode", "language", "locale", "default_language"
        ) or _language(heads)
        self.channel.timezone = site.setting("timezone", "timeZone", "TIMEZONE")

    def _describe(self, heads: dict[str, Head]) -> None:
        rules = old_links.rules(self._site)
        has_post_folders = any(
            {"_posts", "_drafts"} & set(self._site.parts(place)) for place in heads
        )
        for place, head in heads.items():
            self._texts[place] = described.described(
                place, head, self._site, rules, has_post_folders=has_post_folders
            )

    # One text

    def _records(self, file: File, head: Head) -> Iterator[Author | Term | Item]:
        text = self._texts[file.place]
        item = text.item
        body = front_matter.read(file.text()).text
        item.content, addresses = self._converted(body, file.place, item)
        if not item.title:
            self._entitle(item, file.place)
        for address in dict.fromkeys(addresses):
            yield from self._attachment(address, item, file.place)
        if text.picture:
            yield from self._attachment(text.picture, item, file.place)
            number = self._number(text.picture, item, file.place)
            item.meta.append(("_thumbnail_id", number))
        if item.status == "publish" and item.date_gmt > self._written_now():
            item.status = "future"
        item.line = self._next()
        for problem in head.problems:
            self._lose(f"“{file.place}”, line {problem.line}: {problem.what}.")
        for sentence in text.problems:
            self._lose(f"“{file.place}”: {sentence}.")
        yield item

    def _next(self) -> int:
        self._line += 1
        return self._line

    def _written_now(self) -> str:
        return f"{self._now:%Y-%m-%d %H:%M:%S}"

    def _new_people(self, text: Described) -> Iterator[Author]:
        for name in text.authors:
            if name not in self._people:
                self._people.add(name)
                email = text.emails.get(name, "")
                yield Author(self._next(), "", name, email, name, "", "")

    def _new_terms(self, text: Described) -> Iterator[Term]:
        for path in text.nested:
            parent = ""
            for name in path:
                yield from self._new_term("category", name, parent)
                parent = described.slug_of_term(name)
        for filed in text.item.filed:
            if filed.taxonomy != described.CO_AUTHOR:
                yield from self._new_term(filed.taxonomy, filed.name)

    def _new_term(self, taxonomy: str, name: str, parent: str = "") -> Iterator[Term]:
        slug = described.slug_of_term(name)
        if slug and (taxonomy, slug) not in self._terms:
            self._terms.add((taxonomy, slug))
            yield Term(self._next(), taxonomy, "", slug, parent, name, "")

    def _entitle(self, item: Item, place: str) -> None:
        """The title of a text that says none: its first heading, or its name."""
        heading = _HEADING.match(item.content)
        if heading is not None and item.body is Body.MARKDOWN:
            item.title = html.escape(heading[1], quote=False)
            item.content = item.content[heading.end() :]
            return
        *above, file = self._site.parts(place)
        name = file.rpartition(".")[0] or file
        if name in ("index", "_index") and above:
            name = above[-1]
        day = generators.dated(name)
        words = re.sub("[-_]+", " ", day[1] if day else name).strip()
        item.title = html.escape(words[:1].upper() + words[1:], quote=False)

    def _converted(self, body: str, place: str, item: Item) -> tuple[str, list[str]]:
        """The words, in which what only the generator understood says what it meant,
        and links to other texts lead to their addresses; and all other addresses.
        """
        known = shortcodes.Known(
            self._site,
            lambda name: self._link_of(name, place),
            in_html=item.body is not Body.MARKDOWN,
        )
        text, unknown = shortcodes.converted(body, known)
        self._unknown.update(unknown)
        if item.body is not Body.MARKDOWN:
            starts = (piece.token for piece in pieces(text))
            tags = (each for each in starts if isinstance(each, Start))
            return text, list(filter(None, map(destinations.address_of, tags)))
        others: list[str] = []
        replaced: list[tuple[destinations.Destination, str]] = []
        for each in destinations.destinations(text):
            to = "" if each.tag else self._leading(each.address, place)
            if to:
                replaced.append((each, destinations.written(to, each, text)))
            else:
                others.append(each.address)
        return destinations.replaced(text, replaced), others

    def _leading(self, address: str, place: str) -> str:
        """Where the text stood to which an address leads; "" for any other address."""
        path, mark, fragment = address.partition("#")
        if not path or "://" in path or path.startswith(("//", "mailto:")):
            return ""
        if not path.startswith("@/") and not path.endswith(tuple(MARKDOWN)):
            return ""
        link = self._link_of(unquote(path), place)
        return f"{link}{mark}{fragment}" if link else ""

    def _link_of(self, name: str, place: str) -> str:
        """The address of the text that a name means, below ``place`` or anywhere; ""
        for none.
        """
        wanted = name.removeprefix("@/").lstrip("/")
        below = posixpath.normpath(posixpath.join(posixpath.dirname(place), name))
        for start in (below, wanted, f"content/{wanted}", f"_posts/{wanted}"):
            for end in ("", *sorted(MARKDOWN), ".html", "/index.md", "/_index.md"):
                found = self._texts.get(f"{start}{end}")
                if found is not None:
                    return found.old_path
        ends = [
            text.old_path
            for other, text in self._texts.items()
            if posixpath.splitext(other)[0].rpartition("/")[2]
            == posixpath.splitext(wanted)[0].rpartition("/")[2]
        ]
        return ends[0] if len(ends) == 1 else ""

    # Files

    def _attachment(self, address: str, item: Item, place: str) -> Iterator[Item]:
        """The file of the folder that an address of a text shows, when it first does;
        of another site only the picture that stands for a text is one.
        """
        number = self._number(address, item, place)
        if number in self._shown:
            return
        file = self._file_of(address, place)
        is_shown = address == self._texts[place].picture and _path(number) != ""
        if file is None and not (is_shown and number.startswith("http")):
            return
        self._shown.add(number)
        found = blank.item("attachment", number)
        found.line = self._next()
        found.status = "inherit"
        found.name = number
        found.attachment_url = f"/{quote(file.place)}" if file else number
        found.guid = number
        if file is not None:
            found.meta = [("_wp_attached_file", file.place)]
        yield found

    def _number(self, address: str, item: Item, place: str) -> str:
        """What the file is known by: where it was at the old site."""
        if re.match("(?:https?:)?//", address) and not self._is_own(address):
            return f"https:{address}" if address.startswith("//") else address
        path = generators.path_of(address)
        return "" if path is None else urljoin(_path(item.link), path)

    def _is_own(self, address: str) -> bool:
        base = self._site.address
        return bool(base) and address.startswith(f"{base}/")

    def _file_of(self, address: str, place: str) -> File | None:
        """The file that an address in the text at ``place`` means, if it is here."""
        if re.match("(?:https?:)?//", address):
            if not self._is_own(address):
                return None
            address = _path(address)
        path = unquote(_path(address))
        if not path or re.match("[A-Za-z][A-Za-z0-9+.-]*:", path):
            return None
        stem, _ = posixpath.splitext(place)
        starts = [f"{self._site.root}{start}" for start in _SERVED]
        below = _path(self._site.address).strip("/")
        served = path.lstrip("/")
        if below:
            served = served.removeprefix(f"{below}/")
        tried = [f"{start}{served}" for start in starts]
        if not path.startswith("/"):
            beside = (posixpath.dirname(place), stem)
            tried = [*(posixpath.join(each, path) for each in beside), *tried]
        for each in tried:
            file = self._files.get(posixpath.normpath(each))
            if file is not None and file.suffix not in MARKDOWN | PAGES:
                return file
        return None


def _path(address: str) -> str:
    """The path of an address; "" for one without and for a broken one."""
    return generators.path_of(address) or ""


def _no_text(file: File, head: Head) -> str:
    """Why a file is none of a site's texts; "" if it is one."""
    if head.form is not Form.NONE:
        return ""
    if file.suffix in PAGES:
        return "nothing stands above its text, as a generator wants it"
    name = file.place.rpartition("/")[2].rpartition(".")[0].lower()
    if name in _NO_TEXTS and not head.problems:
        return "it tells of the folder"
    return ""


def _language(heads: dict[str, Head]) -> str:
    """The language that most of the texts say they are in; "" for none."""
    said = (front_matter.text(each.fields.get("lang")) for each in heads.values())
    [(language, number)] = Counter(said).most_common(1)
    return language if number * 2 > len(heads) else ""


def _named(folder: Path) -> str:
    """A name for a site that has none: that of its folder."""
    usual = {"_posts", "_drafts", "content", "source", "posts", "post", "blog", "src"}
    path = folder.resolve()
    names = [path.stem if path.is_file() else path.name]
    names += [above.name for above in path.parents]
    return next((name for name in names if name and name not in usual), "")
