"""What a post without a title is called, where something has to be."""

from ..i18n import gettext as _
from .models import Post, Shape

# As long as a title that is read at a glance.
NAME_LENGTH = 60
# A note of up to so many words stands whole in lists.
BRIEF_WORDS = 150


def name(post: Post) -> str:
    """The title; of a note without one its first words, unless it keeps these for who
    knows its password.
    """
    if post.title:
        return post.title
    return opening(post) or (_("Note") if post.shape == Shape.NOTE else _("Untitled"))


def opening(post: Post) -> str:
    """How a note begins, in plain words; "" of others, and if it is a secret."""
    text = "" if post.password or post.shape != Shape.NOTE else post.summary
    if len(text) <= NAME_LENGTH:
        return text
    cut = text[: NAME_LENGTH + 1].rpartition(" ")[0] or text[:NAME_LENGTH]
    return cut.rstrip(" .…,;:–—-،؛、。") + "…"
