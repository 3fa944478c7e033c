"""The pictures of posts: above the text, in lists, and on cards. Those of a post with a
password are for who knows it.
"""

from collections.abc import Iterable, Mapping

from ..media import pictures
from ..text.pictures import Picture
from .models import Post


def of(posts: Iterable[Post]) -> Mapping[int, Picture]:
    """The covers that anybody may see, by the ids of their posts. One query at most."""
    wanted = {post.id: post.cover_id for post in posts if not post.is_protected}
    found = pictures.find({each for each in wanted.values() if each is not None})
    return {
        post_id: found[cover_id]
        for post_id, cover_id in wanted.items()
        if cover_id in found
    }


def cover_and_card(
    post: Post, *, is_open: bool
) -> tuple[Picture | None, Picture | None]:
    """The cover of a post, and the picture of its card, for somebody before whom it is
    open or not. One query at most.
    """
    if not is_open:
        return None, None
    ids = {each for each in (post.cover_id, post.social_picture_id) if each}
    found = pictures.find(ids)
    cover = found.get(post.cover_id or 0)
    card = found.get(post.social_picture_id or 0) or cover
    return cover, None if post.is_protected else card
