"""What a writer does with a post: prepare its text, save it, give it an address, make
it public. Nothing here commits; ``prepare`` is slow and runs outside the write.
"""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from ..accounts.models import User
from ..database import session
from ..i18n import gettext as _
from ..site.queries import settings
from ..text import excerpts, marks, normalize, slugs
from ..text.sanitizer import POLICY_VERSION, Format, lede_html, post_html
from . import permalinks, queries
from .models import FINISHED, Kind, Post, Status

TITLE_LIMIT = 200


@dataclass(frozen=True)
class Content:
    """What a writer typed, rendered: ready to be stored. ``html`` is all its pages."""

    title: str
    source: str
    format: Format
    excerpt: str
    html: Markup
    lede: Markup | None
    summary: str
    word_count: int


def prepare(*, title: str, source: str, format: Format, excerpt: str = "") -> Content:
    """Render a text once, for all who will read it.

    :raise sanitizer.TooLarge: above the size a post may have
    :raise normalize.Unstorable: for characters that no text has
    """
    source = normalize.clean_text(source)
    excerpt = normalize.clean_text(excerpt).strip()
    # Each by itself: a page is whole HTML, whatever was open where the last one ended.
    in_markdown = format is Format.MARKDOWN
    pages = [
        post_html(page, format) for page in marks.pages(source, in_markdown=in_markdown)
    ]
    html = marks.PAGE_BREAK.join(pages)
    lede = marks.lede(source, in_markdown=in_markdown)
    return Content(
        title=normalize.single_line(title, TITLE_LIMIT),
        source=source,
        format=format,
        excerpt=excerpt,
        html=html,
        lede=None if lede is None else lede_html(lede, format),
        summary=excerpt or excerpts.excerpt(html),
        word_count=excerpts.word_count(html),
    )


def compose(
    author: User, kind: Kind, content: Content, now: datetime, *, password: str = ""
) -> Post:
    """A new draft, added to the session."""
    post = Post(
        kind=kind,
        author_id=author.id,
        created_at=now,
        edited_at=now,
        version=0,
        status=Status.DRAFT,
        password=password,
        sticky=False,
        comments_open=kind == Kind.POST and settings().default_comment_status,
    )
    revise(post, content, now)
    session.add(post)
    return post


def revise(post: Post, content: Content, now: datetime) -> None:
    """Replace the text of a post. Its password, if it gets one, is set before."""
    post.title = content.title
    post.source = content.source
    post.format = content.format
    post.excerpt = content.excerpt
    post.html = content.html
    post.lede = None if post.password else content.lede
    post.summary = "" if post.password else content.summary
    post.word_count = content.word_count
    post.policy_version = POLICY_VERSION
    post.edited_at = now
    post.version += 1


def publish(post: Post, at: datetime) -> None:
    """Make a post public from ``at`` on, under an address of its own."""
    _address(post)
    post.publish(at)


def keep_private(post: Post, at: datetime) -> None:
    """Finish a post for those who may read it behind the login, under an address of its
    own.
    """
    _address(post)
    post.keep_private(at)


def _address(post: Post) -> None:
    session.flush()  # a new post gets its id, which its address may need
    if not post.slug or queries.slug_is_taken(post, post.slug):
        post.slug = free_slug(post, post.slug)


def restore(post: Post) -> None:
    """Take a post out of the trash; under a new address if another took the old, or if
    it has none and readers will see it.
    """
    lacks_one = not post.slug and post.trashed_status in FINISHED
    if lacks_one or (post.slug and queries.slug_is_taken(post, post.slug)):
        post.slug = free_slug(post, post.slug)
    post.restore()


def slug_problem(post: Post, slug: str) -> str | None:
    """Why ``post`` cannot have this slug, in a sentence; ``None`` if it can."""
    if slug in slugs.RESERVED:
        return _("Recto uses “%(slug)s” itself. Choose another address.", slug=slug)
    if not slugs.is_slug(slug):
        return _(
            "Use letters, digits and hyphens, such as “%(slug)s”.", slug=_example(post)
        )
    if _is_a_number_in_the_way(post, slug):
        return _("A number alone reads as a date here. Add a word.")
    if queries.slug_is_taken(post, slug):
        return _(
            "Another one has this address. “%(slug)s” is free.",
            slug=free_slug(post, slug),
        )
    return None


def free_slug(post: Post, wanted: str = "") -> str:
    """A slug nobody else has: ``wanted`` or the title's, numbered if need be."""
    slug = slugs.slugify(wanted) or slugs.slugify(post.title)
    slug = slug or f"{post.kind}-{post.id}"
    return slugs.free(
        slug,
        lambda candidate: (
            candidate in slugs.RESERVED
            or _is_a_number_in_the_way(post, candidate)
            or queries.slug_is_taken(post, candidate)
        ),
    )


def _is_a_number_in_the_way(post: Post, slug: str) -> bool:
    if not slug.isdigit():
        return False
    return post.kind == Kind.PAGE or permalinks.collides(
        slug, settings().permalink_structure
    )


def _example(post: Post) -> str:
    return slugs.slugify(post.title) or _("a-word-or-two")
