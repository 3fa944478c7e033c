"""Where a generator of static sites puts a text, by its own rules or by those in the
site's settings.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from ...text import slugs
from . import front_matter
from .generators import Generator, Site, dated

_TOKEN = re.compile(r":([a-z_]+)(?:\[[^\]/]*\])?|\{(?:date:)?([a-z_%A-Z]+)\}")
_SAFE = "/-._~!$&'()*+,;=:@"
# Jekyll's styles (jekyllrb.com/docs/permalinks/#built-in-formats).
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_HEXO = ":year/:month/:day/:title/"


@dataclass
class Text:
    """A text as far as its address may tell of it. ``folders`` are those below the root
    of the texts, ``name`` is that of the file without its end and a language.
    """

    folders: Sequence[str]
    name: str
    title: str
    slug: str  # the field, or ""
    is_post: bool
    is_section: bool
    language: str
    at: datetime | None
    categories: Sequence[str]
    suffix: str = ".html"


class Rules(NamedTuple):
    """How the site makes addresses. ``pattern`` is "" where the generator's own holds,
    ``sections`` are patterns by the first folder.
    """

    generator: Generator
    pattern: str
    sections: Mapping[str, str]
    default_category: str = "uncategorized"
    is_ugly: bool = False


def rules(site: Site) -> Rules:
    """The rules of a site."""
    if site.generator is Generator.HUGO:
        said = front_matter.mapping(site.settings.get("permalinks"))
        said = front_matter.mapping(said.get("page")) or said
        sections = {
            name: value for name, value in said.items() if isinstance(value, str)
        }
        is_ugly = bool(front_matter.flag(site.settings.get("uglyURLs")))
        return Rules(site.generator, "", sections, is_ugly=is_ugly)
    default = site.setting("default_category") or "uncategorized"
    pattern = _of_posts(site) or site.setting("permalink")
    return Rules(site.generator, pattern, {}, default)


def _of_posts(site: Site) -> str:
    """What Jekyll's settings say of posts alone; "" for nothing."""
    said = front_matter.mapping(site.settings.get("collections"))
    pattern = front_matter.text(
        front_matter.mapping(said.get("posts")).get("permalink")
    )
    defaults = site.settings.get("defaults")
    for each in defaults if isinstance(defaults, list) else []:
        fields = front_matter.mapping(each)
        scope = front_matter.mapping(fields.get("scope"))
        values = front_matter.mapping(fields.get("values"))
        if front_matter.text(scope.get("type")) == "posts":
            pattern = front_matter.text(values.get("permalink")) or pattern
    return pattern


def path(text: Text, rules: Rules) -> str:
    """The path of a text at the old site, percent-encoded."""
    match rules.generator:
        case Generator.JEKYLL:
            found = _of_jekyll(text, rules)
        case Generator.HUGO:
            found = _of_hugo(text, rules)
        case Generator.HEXO:
            found = _of_hexo(text, rules)
        case Generator.ZOLA:
            found = _of_folders(text, slugs.slugify(_undated(text.name)))
        case _:
            found = f"/{_slug(text)}/"
    return encoded(found)


def filled(pattern: str, text: Text, rules: Rules) -> str:
    """A path of a pattern, or of the name of one; also what one text says of itself."""
    pattern = _STYLES.get(pattern, pattern)
    values = _values(text, rules)

    def value(found: re.Match[str]) -> str:
        return values.get(found[1] or found[2], found[0])

    return _TOKEN.sub(value, pattern)


def encoded(path: str) -> str:
    """A path as it stands in an address: a slash at its start, and nowhere two."""
    return re.sub("/{2,}", "/", "/" + quote(path, safe=f"{_SAFE}%"))


def _of_jekyll(text: Text, rules: Rules) -> str:
    if text.is_post:
        return filled(rules.pattern or "date", text, rules)
    is_pretty = rules.pattern == "pretty" or rules.pattern.endswith("/")
    folders = "/".join(text.folders)
    if text.name == "index":
        return f"{folders}/"
    return f"{folders}/{text.name}{'/' if is_pretty else text.suffix}"


def _of_hugo(text: Text, rules: Rules) -> str:
    section = text.folders[0] if text.folders else ""
    pattern = rules.sections.get(section)
    if pattern and not text.is_section:
        found = filled(pattern, text, rules)
    else:
        found = _of_folders(text, text.slug or text.name, is_ugly=rules.is_ugly)
    return re.sub(r"\s+", "-", found.lower())


def _of_folders(text: Text, name: str, *, is_ugly: bool = False) -> str:
    language = f"{text.language}/" if text.language else ""
    folders = "/".join(text.folders)
    if text.is_section or (not text.folders and text.name == "index"):
        return f"{language}{folders}/"
    end = ".html" if is_ugly else "/"
    return f"{language}{folders}/{text.slug or name}{end}"


def _of_hexo(text: Text, rules: Rules) -> str:
    if text.is_post:
        return filled(rules.pattern or _HEXO, text, rules)
    folders = "/".join(text.folders)
    name = "" if text.name == "index" else f"{text.name}.html"
    return f"{folders}/{name}"


def _slug(text: Text) -> str:
    return text.slug or slugs.slugify(_undated(text.name)) or text.name


def _undated(name: str) -> str:
    parts = dated(name)
    return parts[1] if parts else name


def _values(text: Text, rules: Rules) -> dict[str, str]:
    """What the words of a pattern stand for at this text."""
    is_hexo = rules.generator is Generator.HEXO
    folders = "/".join(text.folders)
    name = text.name if is_hexo else _undated(text.name)
    title = "/".join((*text.folders, name)) if is_hexo else text.slug or name
    is_hugo = rules.generator is Generator.HUGO
    words = text.title if is_hugo else name
    slug = text.slug or slugs.slugify(words) or name
    category = "/".join(each.lower() for each in text.categories)
    values = {
        "title": slug if is_hugo else title,
        "post_title": slugs.slugify(text.title),
        "name": name,
        "filename": text.name,
        "contentbasename": text.name,
        "slug": slug,
        "slugorfilename": text.slug or text.name,
        "slugorcontentbasename": text.slug or text.name,
        "section": text.folders[0] if text.folders else "",
        "sections": folders,
        "path": folders,
        "categories": category,
        "slugified_categories": "/".join(map(slugs.slugify, text.categories)),
        "category": category if category else rules.default_category,
        "output_ext": text.suffix,
        "basename": text.name,
        "lang": text.language,
    }
    return values | (_clock(text.at) if text.at else {})


def _clock(at: datetime) -> dict[str, str]:
    return {
        "year": f"{at.year:04}",
        "short_year": f"{at.year % 100:02}",
        "month": f"{at.month:02}",
        "i_month": str(at.month),
        "short_month": f"{at:%b}",
        "long_month": f"{at:%B}",
        "monthname": f"{at:%B}",
        "day": f"{at.day:02}",
        "i_day": str(at.day),
        "y_day": f"{at:%j}",
        "yearday": str(at.timetuple().tm_yday),
        "week": f"{at:%V}",
        "short_day": f"{at:%a}",
        "weekdayname": f"{at:%A}",
        "hour": f"{at.hour:02}",
        "minute": f"{at.minute:02}",
        "second": f"{at.second:02}",
        "%Y": f"{at.year:04}",
        "%m": f"{at.month:02}",
        "%d": f"{at.day:02}",
    }
