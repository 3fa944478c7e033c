"""What a page says of itself to search engines, and to those who make a card of a link
to it. What a password keeps is in none of it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..security import absolute_url
from ..site.queries import settings
from ..text.pictures import Picture
from . import permalinks, shapes
from .models import Kind, Post

# Wide enough for every service's card.
CARD_WIDTH = 1280


class CardPicture(NamedTuple):
    """A picture in full address, with its size in pixels."""

    url: str
    width: int
    height: int
    alt: str


class Card(NamedTuple):
    """A post or page in short. ``canonical`` is the full address of the original."""

    title: str
    description: str
    canonical: str
    picture: CardPicture | None
    authors: Sequence[str]
    linked_data: Mapping[str, object]


def of(
    post: Post, canonical: str, picture: Picture | None, *, is_first_page: bool
) -> Card:
    """The card of a post; ``canonical`` is the address of its page, in full. Only the
    first is described.
    """
    is_open = not post.is_protected
    is_described = is_open and is_first_page
    shown = _picture(picture) if picture and is_open else None
    title = (post.seo_title if is_open else "") or shapes.name(post)
    description = (post.seo_description or post.summary) if is_described else ""
    original = (post.canonical_url if is_open else "") or canonical
    return Card(
        title=title,
        description=description,
        canonical=original,
        picture=shown,
        authors=[absolute_url(permalinks.author_url(each)) for each in post.authors],
        linked_data=_linked_data(post, title, description, original, shown),
    )


def _picture(picture: Picture) -> CardPicture:
    path, width = picture.src, picture.width
    fitting = [each for each in picture.widths if each <= CARD_WIDTH]
    if fitting and fitting[-1] < width:
        width = fitting[-1]
        path = f"{path.rpartition('.')[0]}-{width}.{picture.formats[-1]}"
    height = round(picture.height * width / picture.width) if picture.width else 0
    url = absolute_url(f"{path}?v={picture.version}")
    return CardPicture(url, width, height, picture.alt)


def _linked_data(
    post: Post,
    title: str,
    description: str,
    canonical: str,
    picture: CardPicture | None,
) -> Mapping[str, object]:
    """The same in the words of schema.org, for a block of JSON-LD."""
    published_at = post.published_at or post.edited_at
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if post.kind == Kind.POST else "WebPage",
        "headline": title,
        "description": description,
        "url": canonical,
        "mainEntityOfPage": canonical,
        "datePublished": published_at.isoformat(timespec="seconds"),
        "dateModified": max(published_at, post.edited_at).isoformat(timespec="seconds"),
        "author": [
            {
                "@type": "Person",
                "name": each.display_name,
                "url": absolute_url(permalinks.author_url(each)),
            }
            for each in post.authors
        ],
        "publisher": {"@type": "Organization", "name": settings().title},
    }
    if picture is not None:
        data["image"] = {
            "@type": "ImageObject",
            "url": picture.url,
            "width": picture.width,
            "height": picture.height,
        }
    if post.series is not None:
        data["isPartOf"] = {
            "@type": "CreativeWorkSeries",
            "name": post.series.name,
            "url": absolute_url(permalinks.series_url(post.series)),
        }
    return {name: value for name, value in data.items() if value}
