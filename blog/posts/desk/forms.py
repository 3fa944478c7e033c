"""What the editor takes from a browser."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    NumberRange,
    Optional,
    ValidationError,
)

from ...accounts.models import User
from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...site.queries import settings
from ...text import slugs
from ...text.sanitizer import Format
from .. import moments, publishing, queries, trees
from ..fields import (
    MomentField,
    TickField,
    TicksField,
    at_most,
    choices,
    places,
    row_id,
    row_id_or_none,
    stripped,
)
from ..models import Kind, Post, Shape, Status
from ..series import series
from . import editing
from . import queries as desk
from .cards_forms import URL_LIMIT, CardsForm, is_web_address, stored_cards
from .editing import Details, Visibility

EXCERPT_LIMIT = 2_000
PASSWORD_LIMIT = 255  # WordPress's
JOINERS = re.compile("[\u200c\u200d]")  # on the keyboards of Persian and Hindi
TAGS_LIMIT = 2_000
LAST_POSITION = 9_999
# Commas of Latin, Arabic and Chinese or Japanese writing.
COMMAS = re.compile("[,،、，]")


class WritingForm(CardsForm):
    """What a post and a page have in common."""

    title = StringField(
        _l("Title"), filters=[stripped], validators=[at_most(publishing.TITLE_LIMIT)]
    )
    body = TextAreaField(_l("Text"))
    format = SelectField(
        _l("Written in"),
        coerce=Format,
        choices=choices([(Format.MARKDOWN, "Markdown"), (Format.HTML, "HTML")]),
    )
    slug = StringField(
        _l("Address"),
        filters=[stripped],
        validators=[at_most(600)],
        description=_l(
            "The last part of the link. Leave it empty to take it from the title."
        ),
    )
    excerpt = TextAreaField(
        _l("Excerpt"),
        filters=[stripped],
        validators=[at_most(EXCERPT_LIMIT)],
        description=_l(
            "Stands above the text and in lists. "
            "Left empty, lists show how the text begins."
        ),
    )
    published_at = MomentField(
        _l("Date"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[Optional()],
    )
    visibility = RadioField(
        _l("Visibility"),
        coerce=Visibility,
        description=_l("What is private is read by its author and by editors."),
    )
    post_password = StringField(
        _l("Password for readers"),
        filters=[stripped],
        validators=[at_most(PASSWORD_LIMIT)],
        description=_l(
            "Asked for before the text is shown. Everybody still sees the title. "
            "It is kept as you type it, so that you can look it up here."
        ),
    )
    author_id = SelectField(_l("Author"), coerce=row_id)
    comments_open = TickField(_l("Open for comments"))
    version = HiddenField()

    def __init__(
        self,
        post: Post | None,
        *,
        kind: Kind,
        user: User,
        may_publish: bool,
        may_choose_author: bool,
    ) -> None:
        self.post = post
        self.kind = kind
        self.user = user
        self.zone = ZoneInfo(settings().timezone)
        super().__init__(  # type: ignore[no-untyped-call]
            data=self._stored() if post else self._fresh()
        )
        self.published_at.description = _(
            "In %(zone)s time. A later time schedules it; empty, it appears at once.",
            zone=settings().timezone.replace("_", " "),
        )
        if may_choose_author:
            self._offer_authors()
        else:
            del self.author_id
        self.visibility.choices = choices(
            [
                (Visibility.PUBLIC, _("Public")),
                (Visibility.PROTECTED, _("Protected by a password")),
                (Visibility.PRIVATE, _("Private")),
            ]
        )
        if not may_publish:
            del self.published_at
        if not may_publish or (post and post.status == Status.TRASH):
            self._leave_out_who_reads()

    def details(self) -> Details:
        """What was decided besides the text; after ``validate()``."""
        post = self.post
        author_id = post.author_id if post else self.user.id
        published_at = post.published_at if post else None
        return Details(
            author_id=self.author_id.data if self.author_id else author_id,
            slug=self.slug.data or "",
            published_at=self.published_at.at if self.published_at else published_at,
            comments_open=bool(self.comments_open.data),
            **self.cards(),
            **self._who_reads(),
            **self._place(),
        )

    @property
    def seen_version(self) -> int | None:
        """Which version of the post the writer had before them; ``None`` if unclear."""
        sent = (self.version.raw_data or [""])[0]
        return int(sent) if re.fullmatch("[0-9]{1,18}", sent) else None

    def validate_slug(self, field: StringField) -> None:
        """Refuse an address that cannot be, or that another one has."""
        if not field.data or (self.post and field.data == self.post.slug):
            return
        nearest = slugs.slugify(field.data)
        if nearest and nearest != field.data:
            raise ValidationError(
                _("Use letters, digits and hyphens, such as “%(slug)s”.", slug=nearest)
            )
        problem = publishing.slug_problem(self._imagined(), field.data)
        if problem is not None:
            raise ValidationError(problem)

    def validate_post_password(self, field: StringField) -> None:
        """Refuse what would leave a text open whose writer typed a password for it."""
        typed = field.data or ""
        stored = self.post.password if self.post else ""
        if self.visibility.data == Visibility.PROTECTED:
            if not typed:
                raise ValidationError(_("Type the password that readers will need."))
        elif typed not in ("", stored):
            raise ValidationError(
                _("Choose “Protected by a password” as well, or empty this field.")
            )
        if typed != stored and not JOINERS.sub("", typed).isprintable():
            raise ValidationError(_("It holds a character that nobody can type."))

    def validate_published_at(self, field: MomentField) -> None:
        """Find the instant meant. An unchanged field keeps the stored seconds."""
        stored = self.post.published_at if self.post else None
        if field.data is None:
            return
        if stored and moments.on_the_wall(stored, self.zone) == field.data:
            field.at = stored
            return
        try:
            field.at = moments.instant(field.data, self.zone)
        except moments.Skipped as skipped:
            raise ValidationError(
                _(
                    "There is no such time: the clocks are put forward then. "
                    "Say %(time)s or later.",
                    time=f"{skipped.instead:%H:%M}",
                )
            ) from None
        except moments.OutOfReach:
            raise ValidationError(_("Choose a year from 1000 to 9000.")) from None

    def _imagined(self) -> Post:
        """The post as it would be, not in the session, for questions about it."""
        return Post(
            id=self.post.id if self.post else None,
            kind=self.kind,
            title=self.title.data or "",
        )

    def _place(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def _who_reads(self) -> Mapping[str, Any]:
        """What was chosen; where nothing could be, what is stored."""
        stored = self.post
        if self.visibility:
            return {
                "visibility": self.visibility.data,
                "password": self.post_password.data or "",
            }
        return {
            "visibility": (
                editing.visibility_of(stored) if stored else Visibility.PUBLIC
            ),
            "password": stored.password if stored else "",
        }

    def _leave_out_who_reads(self) -> None:
        del self.visibility
        del self.post_password

    def _fresh(self) -> dict[str, object]:
        return {
            "format": Format.MARKDOWN,
            "visibility": Visibility.PUBLIC,
            "author_id": self.user.id,
            "comments_open": self.kind == Kind.POST
            and settings().default_comment_status,
        }

    def _stored(self) -> dict[str, object]:
        post = self.post
        assert post is not None  # noqa: S101  the caller looked
        at = post.published_at
        return {
            "title": post.title,
            "body": post.source,
            "format": post.format,
            "slug": post.slug,
            "excerpt": post.excerpt,
            "published_at": moments.on_the_wall(at, self.zone) if at else None,
            "visibility": editing.visibility_of(post),
            "post_password": post.password,
            "author_id": post.author_id,
            "comments_open": post.comments_open,
            "version": str(post.version),
            **stored_cards(post),
        }

    def _offer_authors(self) -> None:
        writers = {each.id: each.display_name for each in desk.writers()}
        if self.post is not None:  # who wrote it may have left since
            writers.setdefault(self.post.author_id, self.post.author.display_name)
        self.author_id.choices = choices(writers.items())
        if isinstance(self, PostForm):
            for each in self.post.bylines if self.post else ():
                writers.setdefault(each.user_id, each.user.display_name)
            self.co_author_ids.choices = choices(writers.items())


class PostForm(WritingForm):
    """A post: filed under categories and tags, perhaps a part of a series."""

    shape = RadioField(
        _l("What is it?"),
        coerce=Shape,
        description=_l("A note needs no title. The title of a link leads to its page."),
    )
    link_url = StringField(
        _l("Leads to"),
        filters=[stripped],
        validators=[at_most(URL_LIMIT), is_web_address],
        description=_l("The page that a link is about."),
    )
    series = StringField(
        _l("Series"),
        filters=[stripped],
        validators=[at_most(series.NAME_LIMIT)],
        description=_l("The name of one, or of a new one."),
    )
    series_position = IntegerField(
        _l("Which part"),
        validators=[
            Optional(),
            NumberRange(
                0, LAST_POSITION, message=_l("A whole number from %(min)s to %(max)s.")
            ),
        ],
        description=_l("Left empty, it comes last."),
    )
    co_author_ids = TicksField(
        _l("Written together with"),
        coerce=row_id,
        description=_l("They are named beside the author, and may edit it as theirs."),
    )
    category_ids = TicksField(_l("Categories"), coerce=row_id)
    tags = StringField(
        _l("Tags"),
        filters=[stripped],
        validators=[at_most(TAGS_LIMIT)],
        description=_l("Separate them with commas. New ones are added."),
    )
    sticky = TickField(
        _l("Keep at the top of the home page"),
        description=_l("A private post cannot stand there."),
    )

    def __init__(
        self,
        post: Post | None,
        *,
        user: User,
        may_publish: bool,
        may_choose_author: bool,
    ) -> None:
        self.branches = trees.branches(queries.all_categories())
        super().__init__(
            post,
            kind=Kind.POST,
            user=user,
            may_publish=may_publish,
            may_choose_author=may_choose_author,
        )
        self.category_ids.choices = choices(
            (row.id, row.name) for row, _depth in self.branches
        )
        self.shape.choices = choices(
            [
                (Shape.ARTICLE, _("An article")),
                (Shape.NOTE, _("A note")),
                (Shape.LINK, _("A link")),
            ]
        )
        if not may_choose_author:
            del self.co_author_ids

    def series_names(self) -> Sequence[str]:
        """What the series are called that there are."""
        return queries.series_names()

    @property
    def tag_names(self) -> list[str]:
        """The tags as typed, one by one."""
        # A preview is made of what is too long to be saved, too.
        names = COMMAS.split((self.tags.data or "")[:TAGS_LIMIT])
        return [name.strip() for name in names if name.strip()]

    def validate_link_url(self, field: StringField) -> None:
        """A link without an address leads nowhere."""
        if self.shape.data == Shape.LINK and not field.data:
            raise ValidationError(_("Type the address that the link leads to."))

    def validate_series(self, field: StringField) -> None:
        """A name has to make an address."""
        if field.data and not slugs.slugify(field.data):
            raise ValidationError(_("Use at least one letter or digit."))

    def _place(self) -> Mapping[str, Any]:
        bylines = self.post.bylines if self.post else []
        return {
            "category_ids": self.category_ids.data or [],
            "tag_names": self.tag_names,
            "shape": self.shape.data or Shape.ARTICLE,
            "link_url": self.link_url.data or "",
            "series": self.series.data or "",
            "series_position": self.series_position.data or None,
            "co_author_ids": (
                self.co_author_ids.data or []
                if self.co_author_ids
                else [line.user_id for line in bylines]
            ),
        }

    def _fresh(self) -> dict[str, object]:
        return super()._fresh() | {"shape": Shape.ARTICLE}

    def _who_reads(self) -> Mapping[str, Any]:
        stored = bool(self.post and self.post.sticky)
        sticky = bool(self.sticky.data) if self.sticky else stored
        return {**super()._who_reads(), "sticky": sticky}

    def _leave_out_who_reads(self) -> None:
        super()._leave_out_who_reads()
        del self.sticky

    def _stored(self) -> dict[str, object]:
        assert self.post is not None  # noqa: S101  the caller looked
        return super()._stored() | {
            "sticky": self.post.sticky,
            "category_ids": [each.id for each in self.post.categories],
            "tags": ", ".join(each.name for each in self.post.tags),
            "shape": self.post.shape,
            "link_url": self.post.link_url,
            "series": self.post.series.name if self.post.series else "",
            "series_position": self.post.series_position or None,
            "co_author_ids": [line.user_id for line in self.post.bylines],
        }


class PageForm(WritingForm):
    """A page: with a place among the other pages."""

    parent_id = SelectField(_l("Below"), coerce=row_id_or_none)
    position = IntegerField(
        _l("Order"),
        validators=[
            Optional(),
            NumberRange(
                0, LAST_POSITION, message=_l("A whole number from %(min)s to %(max)s.")
            ),
        ],
        description=_l("Smaller numbers stand first in menus; equal ones go by title."),
    )

    def __init__(
        self,
        post: Post | None,
        *,
        user: User,
        may_publish: bool,
        may_choose_author: bool,
    ) -> None:
        self.pages = queries.all_pages()
        super().__init__(
            post,
            kind=Kind.PAGE,
            user=user,
            may_publish=may_publish,
            may_choose_author=may_choose_author,
        )
        self.parent_id.choices = places(
            (row.id, row.title or _("Untitled"), depth)
            for row, depth in trees.apart_from(post, self.pages)
        )

    def _imagined(self) -> Post:
        imagined = super()._imagined()
        imagined.parent_id = self.parent_id.data
        return imagined

    def _place(self) -> Mapping[str, Any]:
        return {"parent_id": self.parent_id.data, "position": self.position.data or 0}

    def _fresh(self) -> dict[str, object]:
        return super()._fresh() | {"position": 0}

    def _stored(self) -> dict[str, object]:
        assert self.post is not None  # noqa: S101  the caller looked
        return super()._stored() | {
            "parent_id": self.post.parent_id,
            "position": self.post.position,
        }


def first_field(form: FlaskForm, name: str) -> Field:
    """The field of that name; messages about what has none go to the title's."""
    found = form._fields.get(name)
    return found if found is not None else form._fields["title"]
