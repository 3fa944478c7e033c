"""The files of an export: what each becomes in the library.

An export only says where files lay. They come from the uploads that the owner has, or
else, if that is wanted, from where they were. What is not to be had is listed; a later
run brings it.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...database import session
from ...media import intake
from ...media.intake import Refused, Taken
from ...media.models import MAX_ALT, MAX_CAPTION, MediaItem
from ...posts import old_files
from ...site import redirects
from ...text import excerpts, wordpress
from ...text.sanitizer import Format, TooLarge, post_html
from .. import records
from ..models import ImportedItem
from . import identities, ours, readings, rewriting
from .downloads import Downloads, NoAnswer
from .identities import Key, Left, Verdict
from .people import People
from .places import Lacking
from .report import EDITED_HERE, Outcome, Report
from .survey import ATTACHMENT, Survey
from .uploads import File, Uploads

# Why a file is not there.
NOT_GIVEN = "its file was not among the media"
NO_ANSWER = "its file was not to be had at its old address"
# What texts show and the export does not list.
_UNLISTED = "file"


@dataclass
class Arrival:
    """A file of the export. ``taken`` lies in the store and has no row yet; ``reason``
    says why one that is new does not come.
    """

    item: records.Item
    key: Key
    digest: str
    verdict: Verdict
    taken: Taken | None = None
    reason: str = ""


@dataclass
class Unlisted:
    """A file of the old site that a text shows, by its path there."""

    key: Key
    path: str
    taken: Taken


class Attachments:
    """What becomes of files: ``prepared`` outside of a write, slowly; then ``write``
    inside of one. In a trial nothing is brought into the store.
    """

    def __init__(
        self,
        survey: Survey,
        report: Report,
        people: People,
        uploads: Uploads,
        downloads: Downloads | None,
        *,
        zone: ZoneInfo,
        now: datetime,
        is_trial: bool,
    ) -> None:
        self._survey = survey
        self._report = report
        self._people = people
        self._uploads = uploads
        self._downloads = downloads
        self._zone = zone
        self._now = now
        self._is_trial = is_trial
        self._unlisted = 0

    def prepared(self, items: Sequence[records.Item]) -> list[Arrival]:
        """What there is to do with each; new files are in the store then."""
        keys = [identities.of_item(item) for item in items]
        known = identities.known(self._survey.site, keys)
        rows = _left_rows([here.row_id for here in known.values()])
        found: list[Arrival] = []
        for item, key in zip(items, keys, strict=True):
            here = known.get(key)
            left = rows.get(here.row_id) if here else None
            digest = _digest(item)
            arrival = Arrival(item, key, digest, identities.verdict(here, digest, left))
            if arrival.verdict is Verdict.NEW:
                self._fetch(arrival)
            found.append(arrival)
        return found

    def unlisted(self, lacking: Sequence[Lacking]) -> list[Unlisted]:
        """Files that texts show and no attachment says, in the store: those that are
        among the uploads, or are still to be had where they were.
        """
        if self._is_trial:
            return []
        found: list[Unlisted] = []
        for path, address in lacking:
            file = self._uploads.find(path)
            if file is None and self._downloads is not None:
                file = self._downloads.find(address)
            if file is None:
                continue
            try:
                taken = _taken(file)
            except (Refused, NoAnswer) as error:
                self._report.say(f"“{file.place}” was not taken: {error}")
                continue
            found.append(Unlisted(Key(_UNLISTED, "", redirects.key(path)), path, taken))
        return found

    def count(self, arrival: Arrival) -> None:
        """Note in the report what becomes of it, and of comments on it."""
        item = arrival.item
        match arrival.verdict:
            case Verdict.NEW if arrival.reason:
                self._report.skip(ATTACHMENT, item.id, arrival.reason)
                if arrival.reason in (NOT_GIVEN, NO_ANSWER):
                    self._report.lack(item.attachment_url or item.guid, item.line)
            case Verdict.NEW:
                self._report.became(ATTACHMENT, Outcome.IMPORTED)
            case Verdict.CHANGED:
                self._report.became(ATTACHMENT, Outcome.UPDATED)
            case Verdict.UNCHANGED:
                self._report.became(ATTACHMENT, Outcome.UNCHANGED)
            case Verdict.EDITED:
                self._report.skip(ATTACHMENT, item.id, EDITED_HERE)
        for comment in item.comments:
            self._report.skip("comment", comment.id, "on a file")

    def write(self, arrivals: Sequence[Arrival]) -> None:
        """Make or describe the rows, and let the old addresses lead to them."""
        known = identities.known(self._survey.site, [each.key for each in arrivals])
        for each in arrivals:
            here = known.get(each.key)
            if each.verdict is Verdict.NEW and each.taken is not None:
                self._add(each, each.taken, here)
            elif each.verdict is Verdict.CHANGED and here is not None:
                media = session.get(MediaItem, here.row_id)
                if media is not None:
                    self._describe(media, each.item)
                    self._remember(each, here, media)

    def write_unlisted(self, found: Sequence[Unlisted]) -> None:
        """Make the rows of files that no attachment says."""
        known = identities.known(self._survey.site, [each.key for each in found])
        for each in found:
            media = intake.add(each.taken, None, self._now)
            identities.remember(
                known.get(each.key),
                self._survey.site,
                each.key,
                digest=each.taken.upload_digest,
                row_id=media.id,
                left=_left(media),
            )
            self._lead(each.path, media)
            self._unlisted += 1

    def close(self) -> None:
        """Say what came besides what the export lists."""
        if self._unlisted:
            self._report.say(
                f"Files that texts show and the export does not list: {self._unlisted} "
                "were taken from the media."
            )

    def _fetch(self, arrival: Arrival) -> None:
        file = next(filter(None, map(self._uploads.find, _places(arrival.item))), None)
        if file is None and self._downloads is not None:
            file = self._downloads.find(arrival.item.attachment_url)
        if file is None:
            arrival.reason = NOT_GIVEN if self._downloads is None else NO_ANSWER
            return
        if self._is_trial:
            return
        try:
            arrival.taken = _taken(file)
        except Refused as error:
            arrival.reason = error.message
        except NoAnswer as error:
            arrival.reason = NO_ANSWER
            self._report.say(f"{file.place}: {error}", arrival.item.line)

    # Inside of a write

    def _add(self, each: Arrival, taken: Taken, here: ImportedItem | None) -> None:
        item = each.item
        media = intake.add(taken, None, self._now)
        if not media.alt and not media.caption:
            self._describe(media, item)
        if media.created_at == self._now:
            media.uploader_id = self._people.known(item.creator)
            at = readings.instant(item.date_gmt, item.date, self._zone, item.pub_date)
            media.created_at = min(at or self._now, self._now)
        self._remember(each, here, media)
        for path, query in _addresses(item):
            self._lead(path, media, query)

    def _describe(self, media: MediaItem, item: records.Item) -> None:
        caption = item.excerpt
        if "<" in caption or "&" in caption:
            try:
                caption = excerpts.plain(post_html(caption, Format.HTML))
            except TooLarge:
                caption = ""
        alt = item.field("_wp_attachment_image_alt")
        name = readings.name(wordpress.title(item.title), intake.MAX_NAME_LENGTH)
        media.describe(
            name=name or media.name,
            alt=readings.name(alt, MAX_ALT),
            caption=readings.name(caption, MAX_CAPTION),
            is_decorative=ours.is_decorative(item),
        )

    def _remember(
        self, each: Arrival, here: ImportedItem | None, media: MediaItem
    ) -> None:
        identities.remember(
            here,
            self._survey.site,
            each.key,
            digest=each.digest,
            guid=each.item.guid,
            row_id=media.id,
            left=_left(media),
        )

    def _lead(self, path: str, media: MediaItem, query: str = "") -> None:
        here = redirects.find(path, query)
        if here is None:
            redirects.lead(path, query, media_id=media.id)
            session.flush()


def rows_of(site: str, numbers: Sequence[str]) -> dict[str, int]:
    """The files in the library by the numbers that they had at the old site."""
    found: dict[str, int] = {}
    for some in identities.portions(numbers):
        rows = session.execute(
            select(ImportedItem.source_id, ImportedItem.row_id).where(
                ImportedItem.site == site,
                ImportedItem.kind == ATTACHMENT,
                ImportedItem.source_id.in_(some),
            )
        )
        found |= dict(rows.all())
    return found


def _taken(file: File) -> Taken:
    """The file in the store.

    :raise Refused: also if it cannot be read
    :raise NoAnswer: if it had to be fetched and was not to be had
    """
    try:
        with file.open() as stream:
            return intake.take(stream, file.place.partition("?")[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        # An encrypted or damaged entry of a zip; a file that is not ours to read.
        raise Refused(f"its file cannot be read ({error})") from error


def _places(item: records.Item) -> Iterator[str]:
    """Where the file of an attachment may lie, the likeliest first."""
    _, path = rewriting.host_and_path(item.attachment_url or item.guid)
    attached = item.field("_wp_attached_file").strip()
    for each in (path, attached):
        if each:
            yield each
            yield old_files.unchanged(each)


def _addresses(item: records.Item) -> Iterator[tuple[str, str]]:
    """Paths and queries at which the old site answered with the file or its page."""
    number = readings.number(item.id)
    if number is not None:
        yield "/", f"attachment_id={number}"
    for address in dict.fromkeys((item.attachment_url, item.guid, item.link)):
        link = readings.link(address)
        if link is None or (link.path == "/" and not link.query):
            continue
        yield link.path, link.query
        if not link.query and old_files.unchanged(link.path) != link.path:
            yield old_files.unchanged(link.path), ""
    for path in ours.old_paths(item):
        bare, _, query = path.partition("?")
        yield bare, query


def _left_rows(ids: Sequence[int]) -> dict[int, Left]:
    rows = session.scalars(select(MediaItem).where(MediaItem.id.in_(ids)))
    return {row.id: _left(row) for row in rows}


def _left(media: MediaItem) -> Left:
    said = [media.name, media.alt, media.caption, media.is_decorative]
    return Left(media.version, identities.digest(said))


def _digest(item: records.Item) -> str:
    """A digest of all that is taken over of an attachment, as the file has it."""
    alt = item.field("_wp_attachment_image_alt")
    return identities.digest(
        [item.title, item.excerpt, alt, item.attachment_url, item.guid, item.link]
    )
