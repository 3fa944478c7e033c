"""The comments of an export: what each becomes below its post."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import select

from ...comments import counts, drafts
from ...comments.models import Comment, Kind, Status
from ...database import session
from ...i18n import gettext as _
from ...text import normalize
from ...text.sanitizer import POLICY_VERSION
from .. import records
from ..models import ImportedItem
from . import identities, ours, readings
from .identities import TO_WRITE, Key, Left, Verdict
from .items import Arrival
from .numbers import Numbers, Wanted
from .people import People
from .rendering import Remark
from .report import EDITED_HERE, REPEATED, Outcome, Report
from .survey import Survey

_KINDS = {
    "": Kind.COMMENT,
    "comment": Kind.COMMENT,
    "pingback": Kind.PINGBACK,
    "trackback": Kind.TRACKBACK,
}
# What editors say to each other below a draft; it was never public.
_NOTE = "note"
_STATUSES = {
    **{"1": Status.APPROVED, "approve": Status.APPROVED, "approved": Status.APPROVED},
    **{"0": Status.PENDING, "hold": Status.PENDING},
    **{"spam": Status.SPAM, "trash": Status.TRASH},
}
_POST_TRASHED = "post-trashed"
_MAX_NAME = 200
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+\.[^\s@<>()\[\],;:\"\\]+"
)


@dataclass
class Said:
    """A comment of the file. ``remark`` is ``None`` where nothing is to be done,
    ``content`` too, and where that is not rendered.
    """

    comment: records.Comment
    key: Key
    digest: str
    status: Status
    verdict: Verdict = Verdict.NEW
    remark: Remark | None = None
    content: drafts.Content | None = None


class Conversation:
    """What becomes of the comments of one item after the other: ``prepared`` outside of
    a write, slowly; then ``write`` inside of one.
    """

    def __init__(
        self,
        survey: Survey,
        report: Report,
        people: People,
        *,
        zone: ZoneInfo,
        now: datetime,
        keeps_numbers: bool = True,
    ) -> None:
        self._survey = survey
        self._report = report
        self._people = people
        self._zone = zone
        self._now = now
        self._keeps_numbers = keeps_numbers
        self._numbers = Numbers(Comment, ("comment",), survey.highest_comment)

    def prepared(self, arrivals: Sequence[Arrival]) -> list[list[Said]]:
        """The comments of items that are taken, each behind what it answers."""
        talks = [self._taken(arrival) for arrival in arrivals]
        here = _Here(
            identities.known(
                self._survey.site, [each.key for talk in talks for each in talk]
            )
        )
        for arrival, talk in zip(arrivals, talks, strict=True):
            keys = frozenset(each.key for each in talk)
            for each in talk:
                before = here.of(each.key, arrival.row_id, keys)
                left = here.stands(before)
                each.verdict = identities.verdict(before, each.digest, left)
                if each.verdict in TO_WRITE:
                    source = normalize.clean_text(each.comment.content).strip()
                    each.remark = Remark(source, each.comment.format)
        return [_parents_first(talk) for talk in talks]

    def count(self, said: Said) -> None:
        """Note in the report what becomes of it."""
        match said.verdict:
            case Verdict.UNCHANGED:
                self._report.became("comment", Outcome.UNCHANGED)
            case Verdict.EDITED:
                self._report.skip("comment", said.comment.id, EDITED_HERE)
            case _ if said.content is None:
                self._report.skip("comment", said.comment.id, "too large")
            case Verdict.NEW:
                self._report.became("comment", Outcome.IMPORTED)
            case Verdict.CHANGED:
                self._report.became("comment", Outcome.UPDATED)

    def write(self, talks: Sequence[tuple[Arrival, Sequence[Said]]]) -> None:
        """Make or change the rows of those that were rendered, below several posts."""
        talks = [
            (arrival, talk)
            for arrival, talk in talks
            if arrival.row_id is not None and any(each.content for each in talk)
        ]
        if not talks:
            return
        known = identities.known(
            self._survey.site, [each.key for _, talk in talks for each in talk]
        )
        here_before = _Here(known)
        written: list[_Written] = []
        for arrival, talk in talks:
            keys = frozenset(each.key for each in talk)
            for each in talk:
                before = here_before.of(each.key, arrival.row_id, keys)
                stands = here_before.stands(before)
                if each.content is not None:
                    each.verdict = identities.verdict(before, each.digest, stands)
                written.append(_Written(arrival, each, before, stands is not None))
        self._write(written)
        counts.rebuild(*(arrival.row_id for arrival, _ in talks if arrival.row_id))

    def _write(self, written: Sequence["_Written"]) -> None:
        changed = [each for each in written if each.is_to_write]
        rows = _rows([each.here.row_id for each in changed if each.here])
        new = [each for each in changed if not each.is_here]
        for each, number in zip(new, self._given(new), strict=True):
            each.number = number
        numbers: dict[tuple[int | None, str], int] = {}
        for each in written:
            if each.is_to_write:
                before = rows[each.here.row_id] if each.here and each.is_here else None
                if before is not None:
                    session.flush()  # what it answers now may be new
                each.row = self._filled(each, before)
                above = self._above(each, numbers)
                each.row.parent_id = above if above != each.number else None
                session.add(each.row)
            if each.number is not None:  # so that only what comes after can answer it
                place = each.arrival.row_id, each.said.comment.id
                numbers.setdefault(place, each.number)
        session.flush()
        for each in changed:
            assert each.row is not None  # noqa: S101  it was just filled
            identities.remember(
                each.here,
                self._survey.site,
                each.said.key,
                digest=each.said.digest,
                row_id=each.row.id,
                left=_left(each.row.version, each.row.status, each.row.previous_status),
            )

    def _given(self, new: Sequence["_Written"]) -> list[int]:
        if not new:
            return []
        sample = {
            "post_id": new[0].arrival.row_id,
            "source": "",
            "html": Markup(""),
            "created_at": self._now,
        }
        wanted = [
            Wanted(each.said.comment.id if self._keeps_numbers else "", each.here)
            for each in new
        ]
        return self._numbers.given(wanted, sample)

    def _taken(self, arrival: Arrival) -> list[Said]:
        """The comments of an item, each once, without those that are no comments."""
        item = arrival.item
        former = readings.serialised(item.field("_wp_trash_meta_comments_status"))
        keys = [identities.of_comment(each, arrival.key) for each in item.comments]
        last = dict(zip(keys, item.comments, strict=True))
        found: list[Said] = []
        for key, comment in zip(keys, item.comments, strict=True):
            if comment.type == _NOTE:
                self._report.skip("comment", comment.id, "editor's note")
            elif comment.type not in _KINDS:
                reason = f"a {comment.type[:40]}, which is no comment"
                self._report.skip("comment", comment.id, reason)
            elif last[key] is not comment:
                self._report.skip("comment", comment.id, REPEATED)
            else:
                status = self._status(comment, former)
                found.append(Said(comment, key, _digest(comment, status), status))
        return found

    def _status(self, comment: records.Comment, former: dict[str, str]) -> Status:
        word = comment.approved
        if word == _POST_TRASHED:
            word = former.get(comment.id, "")
            if word not in _STATUSES:
                self._report.often(
                    "Comments whose post is in the trash wait for approval, as nothing "
                    "says what they were before."
                )
                return Status.PENDING
        if word not in _STATUSES:
            self._report.often(
                f"Comments of the unknown status “{word[:40]}” wait for approval."
            )
        return _STATUSES.get(word, Status.PENDING)

    def finish(self, said: Said, html: Markup | None) -> None:
        """Let a comment be written as it was rendered; ``None`` is one too large."""
        comment = said.comment
        if html is None:
            self._report.say("The comment was not taken: too large.", comment.line)
            return
        assert said.remark is not None  # noqa: S101  it was just rendered
        said.content = drafts.Content(
            author=readings.name(comment.author, _MAX_NAME),
            email=self._email(comment),
            url=self._url(comment),
            source=said.remark.source,
            html=html,
        )

    def refuse(self, talk: Sequence[Said], reason: str) -> None:
        """Note that what stands below is not taken, as comments are not."""
        for each in talk:
            self._report.skip("comment", each.comment.id, reason)

    def _email(self, comment: records.Comment) -> str:
        email = readings.name(comment.email, drafts.MAX_EMAIL_BYTES + 1).lower()
        if email and (
            len(email.encode()) > drafts.MAX_EMAIL_BYTES or not _EMAIL.fullmatch(email)
        ):
            self._report.often(
                "What commenters gave for an e-mail address is none; it was left out."
            )
            return ""
        return email

    def _url(self, comment: records.Comment) -> str:
        typed = readings.name(comment.url, drafts.MAX_URL_BYTES + 1)
        url = normalize.http_url(typed) or ""
        if len(url.encode()) > drafts.MAX_URL_BYTES:
            url = ""
        # The one is what an empty field of old versions held.
        if typed and not url and typed not in ("http://", "https://"):
            self._report.often(
                "What commenters gave for a web address is none, or too long; it was "
                "left out."
            )
        return url

    def _ip(self, comment: records.Comment) -> str:
        try:
            return str(ipaddress.ip_address(comment.ip))
        except ValueError:
            if comment.ip:
                self._report.often(
                    "What stands for a commenter's IP address is none; it was left out."
                )
            return ""

    # Inside of a write

    def _filled(self, each: "_Written", row: Comment | None) -> Comment:
        """The row of a comment, new or changed, without its place in the thread."""
        comment, content = each.said.comment, each.said.content
        assert content is not None  # noqa: S101  others are not written
        if row is None:
            at = readings.instant(comment.date_gmt, comment.date, self._zone)
            row = Comment(
                id=each.number,
                post_id=each.arrival.row_id,
                created_at=at or self._dated(each.arrival),
            )
        else:
            row.version += 1
        row.user_id = self._people.said(comment.user_id)
        row.kind = _KINDS[comment.type]
        row.author, row.email, row.url = content.author, content.email, content.url
        row.ip = self._ip(comment)
        row.format = comment.format
        row.source, row.html, row.folded = content.source, content.html, content.digest
        row.policy_version = POLICY_VERSION
        row.status, row.reason = each.said.status, _reason(each.said.status)
        row.previous_status = None
        if row.is_discarded:
            before = dict(comment.meta).get("_wp_trash_meta_status", "")
            row.previous_status = _STATUSES.get(before)
        ours.apply_to_comment(row, comment)
        return row

    def _dated(self, arrival: Arrival) -> datetime:
        item = arrival.item
        return (
            readings.instant(item.date_gmt, item.date, self._zone, item.pub_date)
            or self._now
        )

    def _above(
        self, each: "_Written", numbers: Mapping[tuple[int | None, str], int]
    ) -> int | None:
        """The row that it answers; ``None`` for the top."""
        parent = each.said.comment.parent
        if parent in ("", "0"):
            return None
        found = numbers.get((each.arrival.row_id, parent))
        if found is None:
            self._report.often(
                "Comments that answer one which was not taken stand at the top."
            )
        return found


@dataclass
class _Written:
    """A comment in the course of being written. ``number`` is its row's, ``None`` as
    long as it has none; ``is_here`` says that the row was there before.
    """

    arrival: Arrival
    said: Said
    here: ImportedItem | None
    is_here: bool
    number: int | None = None
    row: Comment | None = None

    def __post_init__(self) -> None:
        if self.is_here and self.here is not None:
            self.number = self.here.row_id

    @property
    def is_to_write(self) -> bool:
        return self.said.content is not None and self.said.verdict in TO_WRITE


class _Stands(NamedTuple):
    """How a comment that is here stands now, and below which post."""

    left: Left
    post_id: int


class _Here:
    """What comments became before, and how that stands now."""

    def __init__(self, known: dict[Key, ImportedItem]) -> None:
        self._known = known
        self._rows = _stands([here.row_id for here in known.values()])
        self._by_number: dict[str, list[tuple[Key, ImportedItem]]] = {}
        for key, here in known.items():
            self._by_number.setdefault(key.source_id, []).append((key, here))

    def stands(self, here: ImportedItem | None) -> Left | None:
        """How its row stands; ``None`` if it is gone."""
        row = self._rows.get(here.row_id) if here else None
        return None if row is None else row.left

    def of(
        self, key: Key, post_id: int | None, in_item: frozenset[Key]
    ) -> ImportedItem | None:
        """What a comment became. Its post may have got another slug since, and so
        another key; then it is the one of its number below that post.
        """
        here = self._known.get(key)
        if here is not None or not key.source_id:
            return here
        moved = [
            row
            for other, row in self._by_number.get(key.source_id, ())
            if row.name == other.name  # or it has become another's by now
            and other not in in_item
            and row.row_id in self._rows
            and self._rows[row.row_id].post_id == post_id
        ]
        return moved[0] if len(moved) == 1 else None


def _stands(ids: Sequence[int]) -> dict[int, _Stands]:
    columns = (Comment.version, Comment.status, Comment.previous_status)
    found: dict[int, _Stands] = {}
    for some in identities.portions(ids):
        rows = session.execute(
            select(Comment.id, Comment.post_id, *columns).where(Comment.id.in_(some))
        )
        for row_id, post_id, version, status, previous_status in rows:
            left = _left(version, status, previous_status)
            found[row_id] = _Stands(left, post_id)
    return found


def _rows(ids: Sequence[int]) -> dict[int, Comment]:
    found: dict[int, Comment] = {}
    for some in identities.portions(ids):
        for row in session.scalars(select(Comment).where(Comment.id.in_(some))):
            found[row.id] = row
    return found


def _left(version: int, status: Status, previous_status: Status | None) -> Left:
    """Its version counts edits, but not what a moderator decided."""
    return Left(version, identities.digest([status, previous_status]))


def _parents_first(found: list[Said]) -> list[Said]:
    """Each behind what it answers, otherwise in the file's order. A circle is cut open:
    its first in this order answers nothing that is there yet.
    """
    by_number: dict[str, Said] = {}
    for each in found:
        by_number.setdefault(each.comment.id, each)
    ordered: dict[int, Said] = {}
    for each in found:
        line: dict[int, Said] = {}
        above: Said | None = each
        while above is not None and not (id(above) in ordered or id(above) in line):
            line[id(above)] = above
            above = by_number.get(above.comment.parent)
        for one in reversed(line.values()):
            ordered[id(one)] = one
    return list(ordered.values())


def _reason(status: Status) -> str:
    match status:
        case Status.APPROVED:
            return _("As it was at the old site.")
        case Status.PENDING:
            return _("Not approved at the old site yet.")
        case Status.SPAM:
            return _("Called spam at the old site.")
        case Status.TRASH:
            return _("As it was at the old site.")


def _digest(comment: records.Comment, status: Status) -> str:
    """A digest of all that is taken over of a comment, as the file has it."""
    return identities.digest(
        [
            *(comment.author, comment.email, comment.url, comment.ip, comment.content),
            *(comment.date, comment.date_gmt, comment.type, comment.parent),
            *(comment.user_id, status, dict(comment.meta).get("_wp_trash_meta_status")),
            *ours.said(comment.meta),
        ]
    )
