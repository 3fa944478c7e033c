"""What the owner sets, as it comes from the browser."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from ..i18n import LANGUAGES, language_name, zones
from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..posts import permalinks
from ..text import normalize
from .models import CommentOrder, DefaultPage, NeighbourScope, Site

CUSTOM = "custom"
TITLE_LIMIT = 100
TAGLINE_LIMIT = 200
WORDS_LIMIT = 50_000
MOST_POSTS_PER_PAGE = 100
MOST_POSTS_PER_FEED = 100
DEEPEST_THREAD = 10
MOST_LINKS = 1_000
MOST_DAYS = 36_500
MOST_THREADS_PER_PAGE = 500
MOST_REVISIONS = 10_000
MOST_MINUTES = 7 * 24 * 60

# The order in which the page shows them; each is a column of the same name.
GENERAL = ("title", "tagline", "language", "timezone")
READING = (
    "posts_per_page",
    "neighbour_scope",
    "posts_per_rss",
    "rss_use_excerpt",
    "blog_public",
)
DISCUSSION = (
    "default_comment_status",
    "require_name_email",
    "comment_registration",
    "close_comments_days_old",
    "comment_edit_minutes",
)
THREADS = (
    "thread_comments_depth",
    "page_comments",
    "comments_per_page",
    "default_comments_page",
    "comment_order",
    "show_avatars",
)
MAIL = ("comments_notify", "moderation_notify", "comment_subscriptions")
MODERATION = (
    "comment_moderation",
    "comment_previously_approved",
    "comment_max_links",
    "moderation_keys",
    "disallowed_keys",
)
SPAM = ("spam_filter", "akismet_discard")
PRIVACY = ("comment_origin_days", "comment_spam_days")
WRITING = ("revisions_kept",)
COLUMNS = (
    *(*GENERAL, *READING, *DISCUSSION, *THREADS),
    *(*MAIL, *MODERATION, *SPAM, *PRIVACY, *WRITING),
)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _line(text: str | None) -> str:
    """On one line; empty when nothing in it can be seen."""
    return normalize.single_line(text or "", WORDS_LIMIT)


def _whole(least: int, most: int) -> list[Any]:
    message = _l("A whole number from %(min)s to %(max)s.")
    return [
        InputRequired(_l("A number is needed here.")),
        NumberRange(least, most, message=message),
    ]


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=_l("At most %(max)d characters."))


class SettingsForm(FlaskForm):
    """Every setting. Those of comments are WordPress's, by the same names."""

    title = StringField(
        _l("Title"),
        filters=[_line],
        validators=[
            DataRequired(_l("Give the publication a name.")),
            _at_most(TITLE_LIMIT),
        ],
    )
    tagline = StringField(
        _l("Tagline"),
        filters=[_line],
        validators=[_at_most(TAGLINE_LIMIT)],
        description=_l("A few words on what this is about. May stay empty."),
    )
    language = SelectField(
        _l("Language"),
        description=_l("Dates and the direction of writing follow it."),
    )
    timezone = SelectField(
        _l("Time zone"),
        description=_l("Its clocks date posts, comments and the addresses of posts."),
    )
    posts_per_page = IntegerField(
        _l("Posts on a page"),
        validators=_whole(1, MOST_POSTS_PER_PAGE),
        description=_l("On the home page and in archives."),
    )
    neighbour_scope = RadioField(
        _l("“Previous post” and “Next post” lead"),
        coerce=NeighbourScope,
    )
    posts_per_rss = IntegerField(
        _l("Posts in a feed"), validators=_whole(1, MOST_POSTS_PER_FEED)
    )
    rss_use_excerpt = BooleanField(
        _l("Feeds hold only how a post begins"),
        description=_l("Who follows by feed then comes here to read the rest."),
    )
    blog_public = BooleanField(
        _l("Search engines are welcome"),
        description=_l("Without it they are asked to leave every page out."),
    )
    permalink_preset = RadioField(_l("Addresses of posts"))
    permalink_structure = StringField(
        _l("A structure of your own"),
        filters=[_stripped],
        description=_l(
            "Takes %year%, %monthnum%, %day%, %hour%, %minute%, %second%, "
            "%post_id%, %postname%, %category% and %author%. "
            "It needs %postname% or %post_id%."
        ),
    )
    default_comment_status = BooleanField(
        _l("Allow people to submit comments on new posts"),
        description=_l("Each post can say otherwise."),
    )
    require_name_email = BooleanField(
        _l("Comment author must fill out name and email"),
        description=_l("The address is never shown."),
    )
    comment_registration = BooleanField(
        _l("Users must be registered and logged in to comment")
    )
    close_comments_days_old = IntegerField(
        _l("Automatically close comments on posts older than (days)"),
        validators=_whole(0, MOST_DAYS),
        description=_l("Counted from publication. 0 keeps them open."),
    )
    comment_edit_minutes = IntegerField(
        _l("Minutes in which commenters can edit or take back what they sent"),
        validators=_whole(0, MOST_MINUTES),
        description=_l("What they change is judged again. 0 turns this off."),
    )
    thread_comments_depth = IntegerField(
        _l("Threaded (nested) comments, levels deep"),
        validators=_whole(1, DEEPEST_THREAD),
        description=_l("How far replies are indented. 1 is a flat list."),
    )
    page_comments = BooleanField(
        _l("Break comments into pages"),
        description=_l("Links to single comments do not depend on it."),
    )
    comments_per_page = IntegerField(
        _l("Top level comments per page"),
        validators=_whole(1, MOST_THREADS_PER_PAGE),
        description=_l("Each with its replies."),
    )
    default_comments_page = RadioField(
        _l("Comments page displayed by default"),
        coerce=DefaultPage,
    )
    comment_order = RadioField(
        _l("Comments to display at the top of each page"),
        coerce=CommentOrder,
    )
    show_avatars = BooleanField(
        _l("Show avatars"),
        description=_l("They are drawn here; nobody else is asked for them."),
    )
    comments_notify = BooleanField(
        _l("Email the author of a post whenever anyone posts a comment")
    )
    moderation_notify = BooleanField(
        _l("Email the moderators whenever a comment is held for moderation")
    )
    comment_subscriptions = BooleanField(
        _l("Commenters can ask for replies by mail"),
        description=_l(
            "They confirm by email first, and every email has a link to stop."
        ),
    )
    comment_moderation = BooleanField(_l("Comment must be manually approved"))
    comment_previously_approved = BooleanField(
        _l("Comment author must have a previously approved comment"),
        description=_l("Once one is approved, the same person’s next appear at once."),
    )
    comment_max_links = IntegerField(
        _l("Hold a comment in the queue if it contains this many links or more"),
        validators=_whole(0, MOST_LINKS),
        description=_l("0 turns this off."),
    )
    moderation_keys = TextAreaField(
        _l("Comment moderation: words that hold a comment in the queue"),
        filters=[_stripped],
        validators=[_at_most(WORDS_LIMIT)],
        description=_l(
            "One per line. Looked for in the text, the name, the email address, the "
            "website, the IP address and the browser’s name."
        ),
    )
    disallowed_keys = TextAreaField(
        _l("Disallowed comment keys: words that put a comment in the trash"),
        filters=[_stripped],
        validators=[_at_most(WORDS_LIMIT)],
        description=_l(
            "One per line, as above. Nobody is asked, so choose them with care."
        ),
    )
    spam_filter = BooleanField(
        _l("Let the spam filter decide, too"),
        description=_l(
            "It learns from what you approve and call spam, on this server."
        ),
    )
    akismet_discard = BooleanField(
        _l("Silently discard the worst and most pervasive spam"),
        description=_l(
            "What Akismet calls blatant is not even kept. Only while Akismet is on."
        ),
    )
    comment_origin_days = IntegerField(
        _l("Forget commenters’ IP addresses and browsers after (days)"),
        validators=_whole(0, MOST_DAYS),
        description=_l("0 keeps them. The page on privacy tells readers."),
    )
    comment_spam_days = IntegerField(
        _l("Delete spam and trash after (days)"),
        validators=_whole(0, MOST_DAYS),
        description=_l("0 keeps both until somebody empties them."),
    )
    revisions_kept = IntegerField(
        _l("Revisions of a post that are kept"),
        validators=_whole(0, MOST_REVISIONS),
        description=_l("The newest ones, and each one that has a name. 0 keeps all."),
    )

    def __init__(self, site: Site) -> None:
        preset = site.permalink_structure
        super().__init__(  # type: ignore[no-untyped-call]
            obj=site,
            data={
                "permalink_preset": preset if preset in permalinks.PRESETS else CUSTOM
            },
        )
        self.language.choices = _choices(
            (each, language_name(each)) for each in _with(LANGUAGES, site.language)
        )
        self.timezone.choices = _zones_by_region(site.timezone)
        self.neighbour_scope.choices = _choices(
            [
                (NeighbourScope.SITE, _("through all posts")),
                (NeighbourScope.CATEGORY, _("through posts of the same category")),
            ]
        )
        self.default_comments_page.choices = _choices(
            [
                (DefaultPage.NEWEST, _("the last page")),
                (DefaultPage.OLDEST, _("the first page")),
            ]
        )
        self.comment_order.choices = _choices(
            [
                (CommentOrder.OLDEST_FIRST, _("older")),
                (CommentOrder.NEWEST_FIRST, _("newer")),
            ]
        )
        presets = [(each, each) for each in permalinks.PRESETS]
        self.permalink_preset.choices = _choices(
            [*presets, (CUSTOM, _("A structure of your own"))]
        )

    def validate_permalink_structure(self, field: StringField) -> None:
        """Refuse a structure under which posts could not be found."""
        if self.permalink_preset.data != CUSTOM:
            return
        problem = permalinks.structure_problem(field.data or "")
        if problem is not None:
            raise ValidationError(problem)

    @property
    def structure(self) -> str:
        """The permalink structure chosen or typed."""
        chosen: str = self.permalink_preset.data
        return (self.permalink_structure.data or "") if chosen == CUSTOM else chosen

    def values(self) -> dict[str, object]:
        """What was chosen, by ``Site`` column; after ``validate()``."""
        values: dict[str, object] = {name: self[name].data for name in COLUMNS}
        for name in ("moderation_keys", "disallowed_keys"):
            values[name] = normalize.clean_text(str(values[name]))
        return values | {"permalink_structure": self.structure}


def _with(known: tuple[str, ...], own: str) -> list[str]:
    """The choices, and what is stored, should it not be among them."""
    return [*known, *([own] if own not in known else [])]


def _choices(pairs: Iterable[tuple[Any, Any]]) -> Any:
    """Values and labels as WTForms wants them, which its type stubs do not know yet."""
    return dict(pairs)


def _zones_by_region(own: str) -> Any:
    """The zones grouped by the part before the slash, as a list shows them."""
    regions: dict[str, dict[str, str]] = {"UTC": {"UTC": "UTC"}}
    for name in _with(tuple(zones()), own):
        region, _slash, place = name.partition("/")
        if place:
            label = place.replace("_", " ").replace("/", " / ")
            regions.setdefault(region, {})[name] = label
    return _choices(regions.items())
