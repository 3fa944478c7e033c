"""What the plugin Yoast SEO keeps of a post for search engines and cards."""

import re
from typing import NamedTuple

from ...posts.models import Post
from ...text import normalize
from .. import records
from . import readings, rewriting
from .survey import Survey, bare

TITLE_LIMIT = 200
DESCRIPTION_LIMIT = 500

_PREFIX = "_yoast_wpseo_"
_VARIABLE = re.compile(r"%%([a-z_]+)%%")
# A title of these alone is what every page has by itself.
_USUAL = frozenset({"title", "page", "sep", "sitename", "primary_category"})


class Words(NamedTuple):
    """What is said of a post elsewhere; "" is what the post says itself."""

    title: str
    description: str
    canonical: str
    picture: str  # the number of an attachment


def words(item: records.Item, survey: Survey) -> Words:
    """What the plugin says of an item."""
    said = {
        key.removeprefix(_PREFIX): value.strip()
        for key, value in item.meta
        if key.startswith(_PREFIX)
    }
    if not said:
        return Words("", "", "", "")
    return Words(
        _filled(said.get("title", ""), item, survey, TITLE_LIMIT),
        _filled(said.get("metadesc", ""), item, survey, DESCRIPTION_LIMIT),
        _canonical(said.get("canonical", ""), survey),
        said.get("opengraph-image-id", ""),
    )


def apply(post: Post, found: Words) -> None:
    """Say it of a post, but for the picture."""
    post.seo_title = found.title
    post.seo_description = found.description
    post.canonical_url = found.canonical


def _filled(text: str, item: records.Item, survey: Survey, limit: int) -> str:
    """The words with those in the place of variables that are known here; "" with one
    that is not, and for what every page says by itself.
    """
    rest = _VARIABLE.sub("", text).strip(" -–|·")
    if not rest and _USUAL.issuperset(_VARIABLE.findall(text)):
        return ""
    known = {
        "title": item.title,
        "sitename": survey.channel.title,
        "sitedesc": survey.channel.description,
        "sep": "-",
        "page": "",
        "excerpt": item.excerpt,
    }
    filled = _VARIABLE.sub(lambda found: known.get(found[1], found[0]), text)
    return "" if "%%" in filled else readings.name(filled, limit)


def _canonical(address: str, survey: Survey) -> str:
    """The address where a text stood first, if that is another site."""
    host, _ = rewriting.host_and_path(address)
    if not host or bare(host) in survey.hosts:
        return ""
    return normalize.http_url(address) or ""
