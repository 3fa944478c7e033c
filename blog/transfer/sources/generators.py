"""Which program made a site of a folder of texts, and what the site says of itself: by
its settings, the names of its folders, and how its texts begin.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from . import front_matter
from .folders import File, Refused, of_path
from .front_matter import Form, Head

# Settings lie at most so far above the folder that is given.
_FOLDERS_ABOVE = 2
_DATED = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})-(.+)", re.DOTALL)
_FORMS = {".json": Form.JSON, ".toml": Form.TOML, ".yaml": Form.YAML, ".yml": Form.YAML}
_ENDS = ("toml", "yaml", "yml", "json")
_SETTINGS = (
    *("_config.yml", "_config.yaml", "_config.toml", "zola.toml"),
    *(f"hugo.{end}" for end in _ENDS),
    *(f"config.{end}" for end in _ENDS),
    *(f"config/_default/hugo.{end}" for end in _ENDS),
    *(f"config/_default/config.{end}" for end in _ENDS),
)
# Where texts lie, in the order in which they are looked for.
_ROOTS = ("source", "content")
_POSTS, _DRAFTS = "_posts", "_drafts"


class Generator(StrEnum):
    """What makes pages of the texts."""

    JEKYLL = "Jekyll"
    HUGO = "Hugo"
    HEXO = "Hexo"
    ZOLA = "Zola"
    OTHER = "another program"


@dataclass
class Site:
    """What is known of the old site. ``root`` is the folder that its settings lie in,
    as a prefix of places, "" or with a slash at its end. ``above`` is the way from
    there to the folder that is given, where that lies deeper.
    """

    generator: Generator = Generator.OTHER
    settings: Mapping[str, object] = field(default_factory=dict)
    root: str = ""
    above: str = ""

    def setting(self, *names: str) -> str:
        """The first of several settings that says something, or ""."""
        said = (front_matter.text(self.settings.get(name)) for name in names)
        return next(filter(None, said), "")

    @property
    def address(self) -> str:
        """The address of its home page, without a slash at the end; "" if unknown."""
        address = self.setting("url", "baseURL", "baseurl", "base_url", "SITEURL")
        if not re.match(r"https?://[^/]", address) or path_of(address) is None:
            return ""
        below = self.setting("baseurl", "root")
        if not re.match("/[^/]", below):
            below = ""
        address = address.rstrip("/")
        return address if address.endswith(below.rstrip("/")) else address + below

    @cached_property
    def zone(self) -> tzinfo | None:
        """Where its clock stands; ``None`` if nothing says that."""
        name = self.setting("timezone", "timeZone", "TIMEZONE")
        return ZoneInfo(name) if name in available_timezones() else None

    def parts(self, place: str) -> list[str]:
        """The folders and the name of a text, from the site's root on."""
        return [*_folders(self.above), *place.removeprefix(self.root).split("/")]


def found(folder: Path, files: Sequence[File], heads: Mapping[str, Head]) -> Site:
    """What site the files belong to. ``heads`` are those of the texts, by place."""
    site = Site()
    for name, root, above, text in _settings(folder, files):
        form = _FORMS[PurePosixPath(name).suffix]
        settings = front_matter.load(form, text)
        if settings:
            site = Site(Generator.OTHER, settings, root, above)
            site.generator = _by_settings(name, site) or _by_texts(folder, heads)
            return site
    site.generator = _by_texts(folder, heads)
    site.above = _known_above(folder)
    site.root = _shared_root(heads)
    return site


def path_of(address: str) -> str | None:
    """The path of an address, as it is written; ``None`` for a broken one."""
    try:
        return urlsplit(address).path
    except ValueError:  # a broken IPv6 address
        return None


def dated(name: str) -> tuple[str, str] | None:
    """Date and rest of a name such as "2020-05-17-boat"; ``None`` for others."""
    match = _DATED.fullmatch(name)
    return (f"{match[1]}-{match[2]}-{match[3]}", match[4]) if match else None


def _settings(
    folder: Path, files: Sequence[File]
) -> Iterator[tuple[str, str, str, str]]:
    """Name, root, way below it, and text of files of settings, the likeliest first."""
    by_depth = sorted(files, key=lambda file: file.place.count("/"))
    for name in _SETTINGS:
        for file in by_depth:
            if file.place == name or file.place.endswith(f"/{name}"):
                try:
                    yield name, file.place.removesuffix(name), "", file.text()
                except Refused:
                    continue
    if not folder.is_dir():
        return
    at = folder.resolve()
    for depth in range(1, _FOLDERS_ABOVE + 1):
        if depth > len(at.parents):
            return
        root = at.parents[depth - 1]
        for name in _SETTINGS:
            path = root / name
            try:
                text = of_path(name, path).text()
            except (OSError, Refused):
                continue
            yield name, "", at.relative_to(root).as_posix(), text


def _by_settings(name: str, site: Site) -> Generator | None:
    if name == "zola.toml":
        return Generator.ZOLA
    if name.startswith("_config"):
        hexo = {"public_dir", "source_dir", "new_post_name", "default_layout", "deploy"}
        is_hexo = len(hexo & set(site.settings)) > 1
        return Generator.HEXO if is_hexo else Generator.JEKYLL
    if "base_url" in site.settings:
        return Generator.ZOLA
    if "hugo" in name or {"baseURL", "baseurl", "languageCode"} & set(site.settings):
        return Generator.HUGO
    return None


def _by_texts(folder: Path, heads: Mapping[str, Head]) -> Generator:
    """By the folders and by how most of the texts begin."""
    above = _folders(_known_above(folder))
    seen: Counter[Generator] = Counter()
    for place, head in heads.items():
        parts = [*above, *place.split("/")]
        name = parts[-1].rpartition(".")[0]
        if _POSTS in parts or _DRAFTS in parts:
            is_hexo = "source" in parts
            seen[Generator.HEXO if is_hexo else Generator.JEKYLL] += 1
        elif head.form is Form.HEXO:
            seen[Generator.HEXO] += 2
        elif head.form is Form.TOML:
            is_zola = {"extra", "taxonomies", "path"} & set(head.fields)
            seen[Generator.ZOLA if is_zola else Generator.HUGO] += 1
        elif head.form is Form.JSON or "content" in parts or _is_bundle(parts, head):
            seen[Generator.HUGO] += 1
        elif head.form is Form.YAML and dated(name):
            seen[Generator.JEKYLL] += 1
    best, number = max(seen.items(), key=lambda each: each[1], default=(None, 0))
    return best if best and number * 3 >= len(heads) else Generator.OTHER


def _is_bundle(parts: Sequence[str], head: Head) -> bool:
    """Whether a text is the page of the folder that it lies in, as Hugo has it."""
    name = parts[-1].rpartition(".")[0]
    return name == "_index" or (
        name == "index" and len(parts) > 1 and head.form is Form.YAML
    )


def _known_above(folder: Path) -> str:
    """The end of the way to the folder that a generator gives a meaning."""
    parts = folder.resolve().parts[-3:] if folder.is_dir() else ()
    for root in _ROOTS:
        if root in parts:
            below = parts[parts.index(root) :]
            # Many folders are called "source" that are nobody's.
            if root == "content" or below[1:2] in ((), (_POSTS,), (_DRAFTS,)):
                return "/".join(below)
    return next((name for name in (_POSTS, _DRAFTS) if name in parts[-1:]), "")


def _shared_root(places: Iterable[str]) -> str:
    """What all folders of texts lie in, such as the one that a zip begins with."""
    roots = set()
    for place in places:
        *folders, _ = place.split("/")
        at = [n for n, name in enumerate(folders) if name in (*_ROOTS, _POSTS, _DRAFTS)]
        if at:
            roots.add("".join(f"{name}/" for name in folders[: at[0]]))
    return roots.pop() if len(roots) == 1 else ""


def _folders(place: str) -> list[str]:
    return place.split("/") if place else []
