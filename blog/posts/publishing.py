"""What a writer does with a post: prepare its text, save it, give it an address, make
it public. Nothing here commits; ``prepare`` is slow and runs outside the write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select

from ..accounts.models import User
from ..database import session
from ..i18n import gettext as _
from ..media import pictures
from ..media.models import MediaItem, MediaUse
from ..site.queries import settings
from ..text import excerpts, figures, marks, normalize, slugs
from ..text.sanitizer import POLICY_VERSION, Format, House, lede_html, post_html
from . import permalinks, queries, shapes
from .models import FINISHED, Kind, Post, Shape, Status

TITLE_LIMIT = 200


@dataclass(frozen=True)
class Content:
    """What a writer typed, rendered: ready to be stored. ``html`` is all its pages,
    ``brief`` the whole text as lists show it, ``None`` where it is too long for them.
    ``media_ids`` are the library's files in it.
    """

    title: str
    source: str
    format: Format
    excerpt: str
    html: Markup
    lede: Markup | None
    brief: Markup | None
    summary: str
    word_count: int
    media_ids: Sequence[int] = ()


def prepare(*, title: str, source: str, format: Format, excerpt: str = "") -> Content:
    """Render a text once, for all who will read it.

    :raise sanitizer.TooLarge: above the size a post may have
    :raise normalize.Unstorable: for characters that no text has
    """
    house = House(pictures.find, callout_titles())
    return render(house, title=title, source=source, format=format, excerpt=excerpt)


def render(
    house: House, *, title: str, source: str, format: Format, excerpt: str = ""
) -> Content:
    """The same for a house that is known, which asks nobody anything."""
    source = normalize.clean_text(source)
    excerpt = normalize.clean_text(excerpt).strip()
    # Each by itself: a page is whole HTML, whatever was open where the last one ended.
    in_markdown = format is Format.MARKDOWN
    pages = [
        post_html(page, format, house)
        for page in marks.pages(source, in_markdown=in_markdown)
    ]
    html = marks.PAGE_BREAK.join(pages)
    lede = marks.lede(source, in_markdown=in_markdown)
    words = excerpts.word_count(html)
    is_brief = len(pages) == 1 and words <= shapes.BRIEF_WORDS
    return Content(
        title=normalize.single_line(title, TITLE_LIMIT),
        source=source,
        format=format,
        excerpt=excerpt,
        html=html,
        lede=None if lede is None else lede_html(lede, format, house),
        brief=lede_html(source, format, house) if is_brief else None,
        summary=excerpt or excerpts.excerpt(html),
        word_count=words,
        media_ids=figures.media_ids(html),
    )


def compose(
    author: User,
    kind: Kind,
    content: Content,
    now: datetime,
    *,
    password: str = "",
    shape: Shape = Shape.ARTICLE,
    cover_id: int | None = None,
    social_picture_id: int | None = None,
) -> Post:
    """A new draft, added to the session."""
    post = Post(
        kind=kind,
        author_id=author.id,
        created_at=now,
        edited_at=now,
        version=0,
        status=Status.DRAFT,
        shape=shape,
        password=password,
        cover_id=cover_id,
        social_picture_id=social_picture_id,
        sticky=False,
        comments_open=kind == Kind.POST and settings().default_comment_status,
    )
    revise(post, content, now)
    session.add(post)
    return post


def revise(post: Post, content: Content, now: datetime) -> None:
    """Replace the text of a post. Its shape, and its password if it gets one, are set
    before.
    """
    post.title = content.title
    post.source = content.source
    post.format = content.format
    post.excerpt = content.excerpt
    show(post, content)
    post.edited_at = now
    post.version += 1


def show(post: Post, content: Content) -> None:
    """Give readers a rendering of the text that the post has."""
    post.html = content.html
    in_lists = content.brief if post.shape == Shape.NOTE else None
    post.lede = None if post.password else in_lists or content.lede
    post.summary = "" if post.password else content.summary
    post.word_count = content.word_count
    _note_uses(post, content.media_ids)
    post.policy_version = POLICY_VERSION


def _note_uses(post: Post, media_ids: Sequence[int]) -> None:
    beside = [post.cover_id, post.social_picture_id]
    media_ids = [*media_ids, *(each for each in beside if each is not None)]
    kept = {use.media_id: use for use in post.media_uses}
    asked = select(MediaItem.id).where(MediaItem.id.in_(media_ids))
    known = session.scalars(asked) if media_ids else ()
    post.media_uses = [kept.get(id) or MediaUse(media_id=id) for id in known]


def callout_titles() -> Mapping[str, str]:
    """What stands above callouts that have no title of their own, by their kind."""
    return {
        "note": _("Note"),
        "tip": _("Tip"),
        "important": _("Important"),
        "warning": _("Warning"),
        "caution": _("Caution"),
    }


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
    """A slug nobody else has: ``wanted``, the title's or the first words', numbered if
    need be.
    """
    slug = slugs.slugify(wanted) or slugs.slugify(post.title or shapes.opening(post))
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
    return slugs.slugify(post.title or shapes.opening(post)) or _("a-word-or-two")
