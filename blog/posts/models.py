"""Posts and pages, categories and tags."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from markupsafe import Markup
from sqlalchemy import ColumnElement, ForeignKey, Index, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..database import Choice, Model
from ..media.models import MediaItem, MediaUse
from ..text.marks import PAGE_BREAK
from ..text.sanitizer import Format


class Kind(StrEnum):
    """A post stands in the timeline; a page stands in a tree, outside of time."""

    POST = "post"
    PAGE = "page"


class Status(StrEnum):
    """What the writer decided. Whether it is visible is also a matter of the hour:
    ``PUBLIC`` with a ``published_at`` still to come is scheduled.
    """

    DRAFT = "draft"
    PENDING = "pending"  # waits for somebody who may publish it
    PUBLIC = "public"
    PRIVATE = "private"  # finished, and for those who are logged in and may read it
    TRASH = "trash"


class Shape(StrEnum):
    """What a post looks like. An article has a title; a note needs none; a link post is
    about another page, to which its title leads.
    """

    ARTICLE = "article"
    NOTE = "note"
    LINK = "link"


# What has its place and date; a draft becomes one of these by a press.
FINISHED = frozenset({Status.PUBLIC, Status.PRIVATE})


class Category(Model):
    """A place in the tree of subjects."""

    __tablename__ = "category"
    __table_args__ = (Index(None, "parent_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("category.id", ondelete="SET NULL")
    )
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True, active_history=True)
    description: Mapped[str] = mapped_column(default="")

    parent: Mapped["Category | None"] = relationship(remote_side=[id])


class Tag(Model):
    """A word that posts share."""

    __tablename__ = "tag"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True, active_history=True)
    description: Mapped[str] = mapped_column(default="")


class PostCategory(Model):
    """A post's place in a category. It carries the post's time in the timeline, so that
    neighbours within a category are index seeks; ``None`` keeps the post out.
    """

    __tablename__ = "post_category"
    __table_args__ = (Index(None, "category_id", "published_at", "post_id"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    category_id: Mapped[int] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True
    )
    published_at: Mapped[datetime | None]

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)


class PostTag(Model):
    """A post's tag, with the post's time in the timeline as in ``PostCategory``."""

    __tablename__ = "post_tag"
    __table_args__ = (Index(None, "tag_id", "published_at", "post_id"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True
    )
    published_at: Mapped[datetime | None]

    tag: Mapped[Tag] = relationship(lazy="joined", innerjoin=True)


class Series(Model):
    """Posts that follow one another, in an order of their own."""

    __tablename__ = "series"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True, active_history=True)
    description: Mapped[str] = mapped_column(default="")


class Byline(Model):
    """Somebody who wrote a post together with its author, with the post's time in the
    timeline as in ``PostCategory``. They may edit it as if it were theirs.
    """

    __tablename__ = "byline"
    __table_args__ = (Index(None, "user_id", "published_at", "post_id"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Post(Model):
    """A post or a page. Its source and its rendered HTML are both kept; readers never
    wait for rendering.

    ``slug`` is "" for a draft that has no address yet. ``lede`` is what stands before
    ``<!--more-->``, ``None`` without one. ``summary`` is plain text: the writer's
    ``excerpt``, or else the first words. ``trashed_status`` is what a restore brings
    back. ``version`` counts saves, so that two editors cannot overwrite each other
    unseen.

    A post with a ``password`` shows its title to everybody and its words to those who
    know it. Its ``lede`` and ``summary`` are empty, so that no list, feed or card can
    give away what they never hold. ``html`` holds every page, parted by ``PAGE_BREAK``.
    ``guid`` is what feed readers know it by, whatever becomes of its address. A
    ``sticky`` post stays at the top of the home page. ``comment_count`` is how many
    comments and mentions are read below it, ``thread_count`` in how many threads.

    ``link_url`` is where a link post leads, "" for others. ``seo_title``,
    ``seo_description`` and ``canonical_url`` are what search engines and cards get
    instead of the title, the summary and the address; "" leaves these. ``cover`` stands
    above the text and in lists, ``social_picture`` on cards; without one the cover
    does. ``series_position`` orders the posts of a series, then time does.
    """

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_timeline", "kind", "status", "published_at", "id"),
        Index("ix_post_author_timeline", "author_id", "status", "published_at", "id"),
        Index(None, "slug"),
        Index(None, "parent_id"),
        Index("ix_post_series", "series_id", "series_position", "published_at", "id"),
        Index(None, "cover_id"),
        Index(None, "social_picture_id"),
        # There are few; home asks for them every time.
        Index(
            "ix_post_sticky",
            "id",
            sqlite_where=text("sticky"),
            postgresql_where=text("sticky"),
        ),
        # The id of what was deleted is in links and forms; no new post may get it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Choice(Kind))
    status: Mapped[Status] = mapped_column(Choice(Status), default=Status.DRAFT)
    trashed_status: Mapped[Status | None] = mapped_column(Choice(Status))
    trashed_at: Mapped[datetime | None]
    title: Mapped[str] = mapped_column(default="")
    slug: Mapped[str] = mapped_column(default="", active_history=True)
    format: Mapped[Format] = mapped_column(Choice(Format), default=Format.MARKDOWN)
    source: Mapped[str] = mapped_column(default="")
    excerpt: Mapped[str] = mapped_column(default="")
    html: Mapped[Markup] = mapped_column(default=Markup(""))
    lede: Mapped[Markup | None]
    summary: Mapped[str] = mapped_column(default="")
    word_count: Mapped[int] = mapped_column(default=0)
    policy_version: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="SET NULL"), active_history=True
    )
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(active_history=True)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    comments_open: Mapped[bool] = mapped_column(default=True)
    comment_count: Mapped[int] = mapped_column(default=0)
    thread_count: Mapped[int] = mapped_column(default=0)
    password: Mapped[str] = mapped_column(default="")
    sticky: Mapped[bool] = mapped_column(default=False)
    guid: Mapped[str] = mapped_column(default=lambda: uuid4().urn)
    version: Mapped[int] = mapped_column(default=1)
    shape: Mapped[Shape] = mapped_column(Choice(Shape), default=Shape.ARTICLE)
    link_url: Mapped[str] = mapped_column(default="")
    seo_title: Mapped[str] = mapped_column(default="")
    seo_description: Mapped[str] = mapped_column(default="")
    canonical_url: Mapped[str] = mapped_column(default="")
    cover_id: Mapped[int | None] = mapped_column(
        ForeignKey("media_item.id", ondelete="SET NULL")
    )
    social_picture_id: Mapped[int | None] = mapped_column(
        ForeignKey("media_item.id", ondelete="SET NULL")
    )
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("series.id", ondelete="SET NULL")
    )
    series_position: Mapped[int] = mapped_column(default=0)

    author: Mapped[User] = relationship()
    parent: Mapped["Post | None"] = relationship(remote_side=[id])
    category_links: Mapped[list[PostCategory]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by=PostCategory.category_id,
    )
    tag_links: Mapped[list[PostTag]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=PostTag.tag_id
    )
    bylines: Mapped[list[Byline]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=Byline.position
    )
    series: Mapped[Series | None] = relationship()
    media_uses: Mapped[list[MediaUse]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    cover: Mapped[MediaItem | None] = relationship(foreign_keys=[cover_id])
    social_picture: Mapped[MediaItem | None] = relationship(
        foreign_keys=[social_picture_id]
    )

    @property
    def categories(self) -> list[Category]:
        """The post's categories, the first made first; that one leads its address."""
        return [link.category for link in self.category_links]

    @property
    def tags(self) -> list[Tag]:
        """The post's tags, the first made first."""
        return [link.tag for link in self.tag_links]

    @property
    def authors(self) -> list[User]:
        """Everybody who wrote it: its author, then who has a byline, in their order."""
        return [self.author, *(byline.user for byline in self.bylines)]

    def owner_for(self, user: User | None) -> int:
        """Whose it is when that person asks: theirs if they have a byline."""
        if user is None or user.id == self.author_id:
            return self.author_id
        is_named = any(line.user_id == user.id for line in self.bylines)
        return user.id if is_named else self.author_id

    @property
    def is_protected(self) -> bool:
        """Whether its words are for those who know its password."""
        return self.password != ""

    @property
    def pages(self) -> list[Markup]:
        """Its text, a page at a time; there is always a first."""
        return self.html.split(PAGE_BREAK)

    def is_public(self, now: datetime) -> bool:
        """Whether any visitor may come to it at ``now``; to a protected one's title."""
        return (
            self.status == Status.PUBLIC
            and self.published_at is not None
            and self.published_at <= now
        )

    @classmethod
    def in_the_open(cls, now: datetime) -> ColumnElement[bool]:
        """What is true of posts and pages whose words are for everybody: they are
        public, and without a password.
        """
        return and_(
            cls.status == Status.PUBLIC, cls.published_at <= now, cls.password == ""
        )

    def is_scheduled(self, now: datetime) -> bool:
        """Whether it becomes public by itself, later than ``now``."""
        return self.status == Status.PUBLIC and not self.is_public(now)

    def publish(self, at: datetime) -> None:
        """Make it public from ``at`` on; a time to come schedules it."""
        self.status = Status.PUBLIC
        self.published_at = at
        self._place_in_timeline()

    def keep_private(self, at: datetime) -> None:
        """Finish it for those who may read it behind the login, dated ``at``."""
        self.status = Status.PRIVATE
        self.published_at = at
        self._place_in_timeline()

    def submit(self) -> None:
        """Let it wait for somebody who may publish it."""
        self.status = Status.PENDING
        self._place_in_timeline()

    def withdraw(self) -> None:
        """Take it back into the drafts. Its date is kept, so that publishing it again
        can give it the old place.
        """
        self.status = Status.DRAFT
        self._place_in_timeline()

    def trash(self, at: datetime) -> None:
        """Put it where nobody reads it and from where it can be restored."""
        if self.status == Status.TRASH:
            return
        self.trashed_status, self.trashed_at = self.status, at
        self.status = Status.TRASH
        self._place_in_timeline()

    def restore(self) -> None:
        """Take it out of the trash, as what it was before."""
        if self.status != Status.TRASH:
            return
        self.status = self.trashed_status or Status.DRAFT
        self.trashed_status = self.trashed_at = None
        self._place_in_timeline()

    def file_under(self, categories: list[Category], tags: list[Tag]) -> None:
        """Set its categories and tags to exactly these."""
        kept = {link.category_id: link for link in self.category_links}
        self.category_links = [
            kept.get(category.id) or PostCategory(category_id=category.id)
            for category in categories
        ]
        kept_tags = {link.tag_id: link for link in self.tag_links}
        self.tag_links = [
            kept_tags.get(tag.id) or PostTag(tag_id=tag.id) for tag in tags
        ]
        self._place_in_timeline()

    def credit(self, author_id: int, co_author_ids: Sequence[int] = ()) -> None:
        """Set who wrote it, and who else, in this order; nobody is named twice."""
        self.author_id = author_id
        kept = {line.user_id: line for line in self.bylines}
        others = [each for each in dict.fromkeys(co_author_ids) if each != author_id]
        self.bylines = [kept.get(each) or Byline(user_id=each) for each in others]
        for position, line in enumerate(self.bylines):
            line.position = position
        self._place_in_timeline()

    def _place_in_timeline(self) -> None:
        """Copy the time to the links, which order archives and neighbours by it."""
        timely = self.kind == Kind.POST and self.status == Status.PUBLIC
        links: list[PostCategory | PostTag | Byline] = [
            *self.category_links,
            *self.tag_links,
            *self.bylines,
        ]
        for link in links:
            link.published_at = self.published_at if timely else None
