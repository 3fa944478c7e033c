"""Rows that posts have to do with: series, pictures, people beside the author."""

import itertools

from blog.database import session, write_transaction
from blog.media.models import MediaItem, MediaKind
from blog.posts.models import Series
from tests.factories import NOON, make_post

_numbers = itertools.count(1)


def make_series(name=None, **attributes):
    number = next(_numbers)
    series = Series(
        **{"name": name or f"Series {number}", "slug": f"series-{number}"} | attributes
    )
    with write_transaction():
        session.add(series)
    return series


def make_part(series, position=0, **attributes):
    return make_post(series_id=series.id, series_position=position, **attributes)


def make_picture(name="boat", **attributes):
    """A picture of the library, 1600 pixels wide; there is no file behind it."""
    digest = f"{next(_numbers):064x}"
    wanted = {
        "kind": MediaKind.IMAGE,
        "name": name,
        "extension": "jpg",
        "mime_type": "image/jpeg",
        "size": 1000,
        "digest": digest,
        "upload_digest": digest,
        "width": 1600,
        "height": 900,
        "created_at": NOON,
    }
    item = MediaItem(**wanted | attributes)
    with write_transaction():
        session.add(item)
    return item


def credit(post, *people):
    """Give these people a byline beside the author."""
    with write_transaction():
        post.credit(post.author_id, [each.id for each in people])
    return post
