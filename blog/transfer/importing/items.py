"""The posts and pages of an export: what each becomes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...database import session
from ...media import pictures
from ...posts import permalinks, publishing, queries
from ...posts.models import Kind, Post, Shape, Status
from ...site import redirects
from ...text import figures, slugs, wordpress
from .. import records
from ..models import ImportedItem
from . import attachments, identities, ours, readings, rendering, shelf, yoast
from .collections import Collections, Written
from .identities import TO_WRITE, Key, Left, Verdict
from .numbers import Numbers, Wanted
from .people import People
from .places import Places
from .report import EDITED_HERE, Outcome, Report
from .shelf import Shelf
from .survey import CO_AUTHOR, FORMAT, Survey
from .terms import Terms

KINDS = (str(Kind.POST), str(Kind.PAGE))
_STATUSES = {
    "publish": Status.PUBLIC,
    "future": Status.PUBLIC,
    "private": Status.PRIVATE,
    "pending": Status.PENDING,
    "draft": Status.DRAFT,
    "trash": Status.TRASH,
    "": Status.DRAFT,
}
_UNFINISHED = frozenset({Status.DRAFT, Status.PENDING})
_META = ("_wp_trash_meta_status", "_wp_trash_meta_time", "_wp_desired_post_slug")
_LATEST = 2**35  # of seconds since 1970: in a thousand years
# WordPress puts it behind the slug of what it throws away.
_TRASHED = "__trashed"


@dataclass
class Arrival:
    """A post or page of the file. ``text`` is ``None`` where nothing is to be done,
    ``content`` too, and where that is not rendered yet,
    ``row_id`` where it has no row (yet). ``is_ours`` says that nobody here has changed
    what the import made of it.
    """

    item: records.Item
    kind: Kind
    key: Key
    digest: str
    words: yoast.Words
    verdict: Verdict = Verdict.NEW
    text: rendering.Text | None = None
    content: publishing.Content | None = None
    cover_id: int | None = None
    social_picture_id: int | None = None
    row_id: int | None = None
    is_ours: bool = True


class Items:
    """What becomes of posts and pages: ``prepared`` outside of a write; then, when the
    texts are rendered, ``write`` inside of one.
    """

    def __init__(
        self,
        survey: Survey,
        report: Report,
        people: People,
        terms: Terms,
        places: Places,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._survey = survey
        self._report = report
        self._people = people
        self._terms = terms
        self._places = places
        self._zone = zone
        self._now = now
        self._shelf = Shelf(people, terms, ())
        self.series: dict[str, int] = {}  # ids by slug
        kinds = (*KINDS, *sorted(survey.kept))
        self._numbers = Numbers(Post, kinds, survey.highest_post)

    def prepared(self, items: Sequence[records.Item]) -> list[Arrival]:
        """What there is to do with each."""
        keys = [identities.of_item(item) for item in items]
        known = identities.known(self._survey.site, keys)
        rows = _left_rows([here.row_id for here in known.values()])
        places = self._places.of(items)
        collections = Collections(self._survey, items)
        words = [yoast.words(item, self._survey) for item in items]
        numbers = [*map(_cover, items), *(each.picture for each in words)]
        files = attachments.rows_of(self._survey.site, numbers)
        found: list[Arrival] = []
        for item, key, to, said in zip(items, keys, places, words, strict=True):
            here = self._here(item, key, known)
            beside = files.get(_cover(item)), files.get(said.picture)
            shown = collections.shown(item)
            digest = _digest(item, to, said, beside, shown)
            kind = self._survey.kind_of(item)
            assert kind is not None  # noqa: S101  others are not prepared
            arrival = Arrival(item, kind, key, digest, said)
            arrival.cover_id, arrival.social_picture_id = beside
            left = rows.get(here.row_id) if here else None
            arrival.verdict = identities.verdict(here, arrival.digest, left)
            if here and left:
                arrival.row_id = here.row_id
                arrival.is_ours = identities.is_untouched(here, left)
            if arrival.verdict in TO_WRITE:
                arrival.text = self._text(item, to, collections.of(item))
            found.append(arrival)
        return found

    def count(self, arrival: Arrival) -> None:
        """Note in the report what becomes of it."""
        kind = arrival.item.type
        match arrival.verdict:
            case Verdict.NEW:
                self._report.became(kind, Outcome.IMPORTED)
            case Verdict.CHANGED:
                self._report.became(kind, Outcome.UPDATED)
            case Verdict.UNCHANGED:
                self._report.became(kind, Outcome.UNCHANGED)
            case Verdict.EDITED:
                self._report.skip(kind, arrival.item.id, EDITED_HERE)

    def write(self, arrivals: Sequence[Arrival]) -> None:
        """Make or change the rows of those that were rendered. Whether anybody edited
        one of them meanwhile is looked at once more.
        """
        arrivals = [each for each in arrivals if each.content is not None]
        known = identities.known(self._survey.site, [each.key for each in arrivals])
        here = self._each_once(
            [self._here(each.item, each.key, known) for each in arrivals]
        )
        rows = shelf.rows(Post, [each.row_id for each in here if each])
        posts = [rows.get(each.row_id) if each else None for each in here]
        for each, before, post in zip(arrivals, here, posts, strict=True):
            left = _left_of(post) if post else None
            each.verdict = identities.verdict(before, each.digest, left)
        items = [each.item for each in arrivals]
        self._shelf = Shelf(self._people, self._terms, items)
        numbers = self._given(
            [
                (each, before)
                for each, before, post in zip(arrivals, here, posts, strict=True)
                if post is None
            ]
        )
        with session.no_autoflush:  # all are flushed at once, when all of it is there
            written = [
                self._written(each, post, numbers)
                for each, post in zip(arrivals, posts, strict=True)
            ]
        session.flush()
        for each, before, post in zip(arrivals, here, written, strict=True):
            self._remember(each, before, post)

    def _each_once(
        self, here: Sequence[ImportedItem | None]
    ) -> list[ImportedItem | None]:
        """What was moved in before; claimed by two, the first has it."""
        claimed: set[int] = set()
        found: list[ImportedItem | None] = []
        for each in here:
            is_free = each is not None and each.id not in claimed
            found.append(each if is_free else None)
            claimed.update({each.id} if each is not None else ())
        return found

    def _given(
        self, new: Sequence[tuple[Arrival, ImportedItem | None]]
    ) -> dict[Key, int]:
        """The numbers of those that get a row."""
        if not new:
            return {}
        first = new[0][0]
        numbers = self._numbers.given(
            [Wanted(each.item.id, here) for each, here in new],
            {
                "kind": first.kind,
                "author_id": self._people.wrote(first.item.creator),
                "created_at": self._now,
                "edited_at": self._now,
            },
        )
        return dict(zip([each.key for each, _ in new], numbers, strict=True))

    def _written(
        self, each: Arrival, post: Post | None, numbers: Mapping[Key, int]
    ) -> Post:
        if post is None:
            return self._made(each, numbers[each.key])
        if each.verdict is Verdict.CHANGED:
            self._revise(post, each)
        return post

    def _remember(self, each: Arrival, here: ImportedItem | None, post: Post) -> None:
        each.row_id = post.id
        if each.verdict not in TO_WRITE:
            each.is_ours = False
            return
        identities.remember(
            here,
            self._survey.site,
            each.key,
            digest=each.digest,
            guid=each.item.guid,
            row_id=post.id,
            left=_left_of(post),
        )

    def _here(
        self, item: records.Item, key: Key, known: dict[Key, ImportedItem]
    ) -> ImportedItem | None:
        return known.get(key) or identities.same_under_another_name(
            key, item.guid, known, self._survey.holds
        )

    def _text(
        self, item: records.Item, to: Mapping[str, str], collected: Written
    ) -> rendering.Text:
        title = wordpress.title(item.title)
        if len(title) > publishing.TITLE_LIMIT:
            self._report.say(
                f"The title was cut to {publishing.TITLE_LIMIT} characters: “{title}”.",
                item.line,
            )
        shown = [item.content, *to.values(), *collected.htmls.values()]
        return rendering.Text(
            title=title,
            source=item.content,
            body=item.body,
            excerpt=item.excerpt,
            to=to,
            collected=collected,
            pictures=pictures.find(figures.media_ids("\n".join(shown))),
            callout_titles=publishing.callout_titles(),
        )

    def refuse(self, arrival: Arrival) -> None:
        """Note that it is too large."""
        item, reason = arrival.item, "too large"
        self._report.skip(item.type, item.id, reason)
        self._report.say(f"“{item.title}” was not taken: {reason}.", item.line)

    # Inside of a write

    def _made(self, each: Arrival, number: int) -> Post:
        item = each.item
        assert each.content is not None  # noqa: S101  write takes no others
        post = publishing.compose(
            self._shelf.author(item),
            each.kind,
            each.content,
            self._now,
            password=item.password,
            shape=_shape(item),
            cover_id=each.cover_id,
            social_picture_id=each.social_picture_id,
        )
        post.id = number
        if item.guid:
            post.guid = item.guid  # also where two share one, as readers know them so
        yoast.apply(post, each.words)
        self._describe(post, item)
        return post

    def _revise(self, post: Post, each: Arrival) -> None:
        assert each.content is not None  # noqa: S101  write takes no others
        before = permalinks.post_url(post) if post.is_public(self._now) else None
        post.author = self._shelf.author(each.item)
        post.password = each.item.password
        post.shape = _shape(each.item)
        post.cover_id = each.cover_id
        post.social_picture_id = each.social_picture_id
        publishing.revise(post, each.content, self._now)
        yoast.apply(post, each.words)
        self._describe(post, each.item)
        if before is not None and permalinks.post_url(post) != before:
            session.flush()
            redirects.lead(before, post_id=post.id)
            session.flush()

    def _describe(self, post: Post, item: records.Item) -> None:
        """All that an item says of itself besides its text."""
        status = final = self._status(item, item.status)
        if status == Status.TRASH:
            final = self._status(item, item.field("_wp_trash_meta_status"))
        if post.kind == Kind.PAGE and readings.number(item.parent) is None:
            post.parent = None  # trees puts the others where they belong
        if post.kind == Kind.POST:
            post.sticky = item.is_sticky == "1" and final != Status.PRIVATE
            post.file_under(self._shelf.categories(item), self._shelf.tags(item))
            post.credit(post.author_id, self._co_authors(item))
        post.position = readings.position(item.menu_order)
        if item.comment_status:
            post.comments_open = item.comment_status != "closed"
        at = self._moment(post, item, final)
        written = readings.instant(item.date_gmt, item.date, self._zone, item.pub_date)
        if written is not None:
            post.created_at = min(written, self._now)
        post.edited_at = (
            readings.instant(item.modified_gmt, "", self._zone) or post.created_at
        )
        self._address(post, item, final)
        post.trashed_status = post.trashed_at = None
        self._become(post, final, at)
        if status == Status.TRASH:
            post.trash(_of_unix(item.field("_wp_trash_meta_time")) or post.edited_at)
        ours.apply(post, item, self.series, self._people.known)

    def _co_authors(self, item: records.Item) -> list[int]:
        """Who else wrote it, as the plugin Co-Authors Plus says it."""
        names = [each.slug for each in item.filed if each.taxonomy == CO_AUTHOR]
        found = (
            self._people.known(name) or self._people.known(name.removeprefix("cap-"))
            for name in names
        )
        return [each for each in found if each is not None]

    def _status(self, item: records.Item, name: str) -> Status:
        status = _STATUSES.get(name)
        if status is None:
            self._report.say(
                f"Nobody knows the status “{name}”; “{item.title}” became a draft.",
                item.line,
            )
        return status or Status.DRAFT

    def _moment(
        self, post: Post, item: records.Item, status: Status
    ) -> datetime | None:
        """When it is, or will be, public. What is not finished has the date that was
        chosen for it, if any: WordPress writes that in UTC only then.
        """
        if status in _UNFINISHED:
            return readings.instant(item.date_gmt, "", self._zone)
        return (
            readings.instant(item.date_gmt, item.date, self._zone, item.pub_date)
            or post.published_at
            or self._now
        )

    def _become(self, post: Post, status: Status, at: datetime | None) -> None:
        match status:
            case Status.PUBLIC:
                post.publish(at or self._now)
            case Status.PRIVATE:
                post.keep_private(at or self._now)
            case Status.PENDING:
                post.published_at = at
                post.submit()
            case _:
                post.published_at = at
                post.withdraw()

    def _address(self, post: Post, item: records.Item, status: Status) -> None:
        """The old slug as it is, where that can be; else one that is near it."""
        name = item.name
        if item.status == "trash":
            desired = item.field("_wp_desired_post_slug")
            name = desired or name.removesuffix(_TRASHED)
        slug = readings.slug(name)
        if slug == post.slug and slug:
            return
        is_plain = status not in _UNFINISHED and item.type in KINDS
        if not is_plain or slug is None or not self._shelf.is_free(slug):
            session.flush()  # another of these may have what is free in the database
        if not name and status in _UNFINISHED:
            post.slug = ""
        elif slug is None or not self._can_have(post, slug, item):
            post.slug = publishing.free_slug(post, slug or unquote(name))
        elif (
            status in _UNFINISHED or item.type not in KINDS
        ) and self._survey.is_public_slug(post.kind, slug):
            # What readers know by it comes first, wherever it stands in the file.
            post.slug = publishing.free_slug(post, slugs.suffixed(slug, 2))
        else:
            post.slug = slug
        self._shelf.take(post.slug)

    def _can_have(self, post: Post, slug: str, item: records.Item) -> bool:
        if slug in slugs.RESERVED:
            return False
        if slug.isdigit():  # which may read as a date
            return publishing.slug_problem(post, slug) is None
        # A page that lies below another gets its place, and if need be another slug,
        # when all pages are there.
        waits = post.kind == Kind.PAGE and readings.number(item.parent) is not None
        if waits or self._shelf.is_free(slug):
            return True
        return not queries.slug_is_taken(post, slug)


def _left_rows(ids: Sequence[int]) -> dict[int, Left]:
    """How the posts and pages of those ids stand now; without those that are gone."""
    columns = (Post.id, Post.version, Post.status, Post.trashed_status)
    rows = session.execute(select(*columns).where(Post.id.in_(ids)))
    return {
        row_id: _left(version, status, trashed_status)
        for row_id, version, status, trashed_status in rows
    }


def _left_of(post: Post) -> Left:
    return _left(post.version, post.status, post.trashed_status)


def _left(version: int, status: Status, trashed_status: Status | None) -> Left:
    """Its version counts edits, but not what a button does, such as taking it back."""
    return Left(version, identities.digest([status, trashed_status]))


def _cover(item: records.Item) -> str:
    """The number of its featured picture; "" without one."""
    return item.field("_thumbnail_id")


def _digest(
    item: records.Item,
    to: Mapping[str, str],
    words: yoast.Words,
    beside: tuple[int | None, int | None],
    shown: Sequence[str],
) -> str:
    """A digest of all that is taken over of an item, as the file has it; and of where
    its addresses lead by now, as files may come later.
    """
    return identities.digest(
        [
            *(item.title, item.content, item.excerpt, item.guid, item.creator),
            *(item.date, item.date_gmt, item.modified_gmt, item.pub_date),
            *(item.name, item.status, item.parent, item.menu_order, item.password),
            *(item.comment_status, item.is_sticky),
            [[each.taxonomy, each.slug, each.name] for each in item.filed],
            [item.field(name) for name in _META],
            *(sorted(to.items()), words, beside, shown),
            *ours.said(item.meta),
        ]
    )


def _shape(item: records.Item) -> Shape:
    """What a post looks like: what was said in passing is a note."""
    said = ours.shape(item)
    if said is not None or item.type != Kind.POST:
        return said or Shape.ARTICLE
    formats = {each.slug for each in item.filed if each.taxonomy == FORMAT}
    is_note = not formats.isdisjoint({"post-format-aside", "post-format-status"})
    return Shape.NOTE if is_note else Shape.ARTICLE


def _of_unix(text: str) -> datetime | None:
    seconds = readings.number(text)
    if seconds is None or seconds > _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
