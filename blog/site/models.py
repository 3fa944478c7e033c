"""The settings of the publication: one row, typed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Choice, Model

SITE_ID = 1


class NeighbourScope(StrEnum):
    """Among which posts the way to the older and the newer one leads."""

    SITE = "site"
    CATEGORY = "category"


class CommentOrder(StrEnum):
    """In which order the threads below a post stand."""

    OLDEST_FIRST = "asc"
    NEWEST_FIRST = "desc"


class DefaultPage(StrEnum):
    """Which page of the comments a post shows."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Site(Model):
    """What the owner sets. Comment options carry WordPress's names and defaults."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint(f"id = {SITE_ID}", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=SITE_ID)
    title: Mapped[str] = mapped_column(default="A new publication")
    tagline: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="UTC")
    permalink_structure: Mapped[str] = mapped_column(
        default="/%year%/%monthnum%/%postname%/"
    )
    posts_per_page: Mapped[int] = mapped_column(default=10)
    neighbour_scope: Mapped[NeighbourScope] = mapped_column(
        Choice(NeighbourScope), default=NeighbourScope.SITE
    )
    posts_per_rss: Mapped[int] = mapped_column(default=10)
    # Whether a feed holds only how a post begins.
    rss_use_excerpt: Mapped[bool] = mapped_column(default=False)
    # Whether search engines are welcome.
    blog_public: Mapped[bool] = mapped_column(default=True)

    default_comment_status: Mapped[bool] = mapped_column(default=True)
    require_name_email: Mapped[bool] = mapped_column(default=True)
    comment_registration: Mapped[bool] = mapped_column(default=False)
    comment_moderation: Mapped[bool] = mapped_column(default=False)
    comment_previously_approved: Mapped[bool] = mapped_column(default=True)
    # Held at this many links or more; 0 holds none for its links.
    comment_max_links: Mapped[int] = mapped_column(default=2)
    moderation_keys: Mapped[str] = mapped_column(default="")
    disallowed_keys: Mapped[str] = mapped_column(default="")
    # Days after which a post takes no more comments; 0 is never.
    close_comments_days_old: Mapped[int] = mapped_column(default=0)
    # Levels of replies shown; 1 is a flat list.
    thread_comments_depth: Mapped[int] = mapped_column(default=5)
    page_comments: Mapped[bool] = mapped_column(default=True)
    # Threads on a page.
    comments_per_page: Mapped[int] = mapped_column(default=50)
    default_comments_page: Mapped[DefaultPage] = mapped_column(
        Choice(DefaultPage), default=DefaultPage.NEWEST
    )
    comment_order: Mapped[CommentOrder] = mapped_column(
        Choice(CommentOrder), default=CommentOrder.OLDEST_FIRST
    )
    show_avatars: Mapped[bool] = mapped_column(default=True)
    # Minutes in which a commenter may change or take back what was sent; 0 is none.
    comment_edit_minutes: Mapped[int] = mapped_column(default=10)
    # Mail: to authors of posts, to moderators, and to who asked for it.
    comments_notify: Mapped[bool] = mapped_column(default=True)
    moderation_notify: Mapped[bool] = mapped_column(default=True)
    comment_subscriptions: Mapped[bool] = mapped_column(default=True)
    # Whether the filter that learns here has a say.
    spam_filter: Mapped[bool] = mapped_column(default=True)
    # Whether what Akismet calls blatant spam is not even kept.
    akismet_discard: Mapped[bool] = mapped_column(default=False)
    # Days after which a commenter's address and browser are forgotten; 0 is never.
    comment_origin_days: Mapped[int] = mapped_column(default=30)
    # Days after which spam, and what lies in the trash, is deleted; 0 is never.
    comment_spam_days: Mapped[int] = mapped_column(default=30)
    # Unnamed revisions of a post that are kept; 0 keeps all.
    revisions_kept: Mapped[int] = mapped_column(default=50)


# What a redirect can lead to; the names of its columns.
REDIRECT_TARGETS = (
    *("post_id", "category_id", "tag_id", "series_id", "user_id"),
    *("media_id", "to"),
)
# RFC 9110, 15.4 and 15.5.11: moved for good, for now, and both with the same method
# again; and gone for good, which leads nowhere.
MOVED = 301
GONE = 410
STATUSES = (MOVED, 302, 307, 308, GONE)


class Redirect(Model):
    """An address that something had elsewhere or before, and leads to it: to a post or
    page, a category, a tag, a series, an author, a file or any address, of which it
    names exactly one; or to nothing, if what was there is gone for good.

    ``path`` is as ``redirects.key`` writes it. ``to`` is a path of this site or an
    address of the web, encoded. ``made_at`` is when somebody made it, ``None`` where it
    came about by itself. What stands at an address wins over a redirect from it.
    """

    __tablename__ = "redirect"
    __table_args__ = (
        Index(None, "post_id"),
        Index(None, "category_id"),
        Index(None, "tag_id"),
        Index(None, "series_id"),
        Index(None, "user_id"),
        Index(None, "media_id"),
        Index(None, "to"),
        CheckConstraint(
            " + ".join(
                f'CASE WHEN "{each}" IS NULL THEN 0 ELSE 1 END'
                for each in REDIRECT_TARGETS
            )
            + f" = CASE WHEN status = {GONE} THEN 0 ELSE 1 END",
            name="one_target",
        ),
        CheckConstraint(
            f"status IN ({', '.join(map(str, STATUSES))})", name="known_status"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE")
    )
    category_id: Mapped[int | None] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE")
    )
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"))
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("series.id", ondelete="CASCADE")
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE")
    )
    media_id: Mapped[int | None] = mapped_column(
        ForeignKey("media_item.id", ondelete="CASCADE")
    )
    to: Mapped[str | None] = mapped_column(default=None)
    status: Mapped[int] = mapped_column(default=MOVED)
    made_at: Mapped[datetime | None] = mapped_column(default=None)


class Menu(StrEnum):
    """Where a menu stands."""

    HEADER = "header"
    FOOTER = "footer"


class MenuTarget(StrEnum):
    """What an entry of a menu leads to: by ``target_id``, or home, or an address."""

    HOME = "home"
    POST = "post"  # or a page
    CATEGORY = "category"
    TAG = "tag"
    SERIES = "series"
    AUTHOR = "author"
    URL = "url"


class MenuItem(Model):
    """An entry of a menu. ``label`` "" is the name of what it leads to. That may be
    gone or not public; then the entry is not shown.
    """

    __tablename__ = "menu_item"
    __table_args__ = (Index(None, "menu", "position", "id"), Index(None, "parent_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    menu: Mapped[Menu] = mapped_column(Choice(Menu))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("menu_item.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(default="")
    target: Mapped[MenuTarget] = mapped_column(Choice(MenuTarget))
    target_id: Mapped[int | None]
    url: Mapped[str] = mapped_column(default="")
