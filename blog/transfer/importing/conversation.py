"""The comments of an export: what each becomes below its post."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import select

from ...comments import counts, drafts
from ...comments.models import Comment, Kind, Status
from ...database import session
from ...i18n import gettext as _
from ...text import normalize
from ...text.sanitizer import POLICY_VERSION, TooLarge, comment_html
from .. import records
from ..models import ImportedItem
from . import identities, readings
from .identities import TO_WRITE, Key, Left, Verdict
from .items import Arrival
from .numbers import Numbers
from .people import People
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
    """A comment of the file. ``content`` is ``None`` where nothing is to be done."""

    comment: records.Comment
    key: Key
    digest: str
    status: Status
    verdict: Verdict = Verdict.NEW
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
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._survey = survey
        self._report = report
        self._people = people
        self._zone = zone
        self._now = now
        self._numbers = Numbers(Comment, ("comment",), survey.highest_comment)

    def prepared(self, arrival: Arrival) -> list[Said]:
        """The comments of an item that are taken, rendered where they will be written,
        each behind what it answers.
        """
        found = self._taken(arrival)
        keys = frozenset(each.key for each in found)
        known = identities.known(self._survey.site, list(keys))
        rows = _left_rows([here.row_id for here in known.values()])
        for each in found:
            here = _here(each.key, arrival.row_id, known, rows, keys)
            left = rows[here.row_id].left if here and here.row_id in rows else None
            each.verdict = identities.verdict(here, each.digest, left)
            if each.verdict in TO_WRITE:
                self._render(each)
        return _parents_first(found)

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

    def write(self, arrival: Arrival, conversation: Sequence[Said]) -> None:
        """Make or change the rows of those that were rendered."""
        if arrival.row_id is None or not any(each.content for each in conversation):
            return
        keys = frozenset(each.key for each in conversation)
        known = identities.known(self._survey.site, list(keys))
        rows = _left_rows([here.row_id for here in known.values()])
        numbers: dict[str, int] = {}
        for each in conversation:
            here = _here(each.key, arrival.row_id, known, rows, keys)
            left = rows[here.row_id].left if here and here.row_id in rows else None
            if each.content is not None:
                each.verdict = identities.verdict(here, each.digest, left)
            if here is not None and left is not None:
                numbers.setdefault(each.comment.id, here.row_id)
            if each.content is None or each.verdict not in TO_WRITE:
                continue
            row = session.get(Comment, here.row_id) if here and left else None
            row = self._written(each, each.content, row, here, arrival)
            above = self._above(each, numbers, conversation)
            row.parent_id = above if above != row.id else None
            session.flush()
            numbers.setdefault(each.comment.id, row.id)
            identities.remember(
                here,
                self._survey.site,
                each.key,
                digest=each.digest,
                row_id=row.id,
                left=_left(row.version, row.status, row.previous_status),
            )
        counts.rebuild(arrival.row_id)

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

    def _render(self, each: Said) -> None:
        comment = each.comment
        source = normalize.clean_text(comment.content).strip()
        try:
            html: Markup = comment_html(source, comment.format)
        except TooLarge:
            self._report.say("The comment was not taken: too large.", comment.line)
            return
        each.content = drafts.Content(
            author=readings.name(comment.author, _MAX_NAME),
            email=self._email(comment),
            url=self._url(comment),
            source=source,
            html=html,
        )

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

    def _written(
        self,
        said: Said,
        content: drafts.Content,
        row: Comment | None,
        here: ImportedItem | None,
        arrival: Arrival,
    ) -> Comment:
        """The row of a comment, new or changed, without its place in the thread."""
        comment = said.comment
        if row is None:
            at = readings.instant(comment.date_gmt, comment.date, self._zone)
            kept = self._numbers.kept(
                comment.id,
                here,
                {
                    "post_id": arrival.row_id,
                    "source": "",
                    "html": Markup(""),
                    "created_at": self._now,
                },
            )
            row = Comment(post_id=arrival.row_id, created_at=at or self._dated(arrival))
            row.id = kept if kept is not None else row.id
            session.add(row)
        else:
            row.version += 1
        row.user_id = self._people.said(comment.user_id)
        row.kind = _KINDS[comment.type]
        row.author, row.email, row.url = content.author, content.email, content.url
        row.ip = self._ip(comment)
        row.format = comment.format
        row.source, row.html, row.folded = content.source, content.html, content.digest
        row.policy_version = POLICY_VERSION
        row.status, row.reason = said.status, _reason(said.status)
        row.previous_status = None
        if row.is_discarded:
            before = dict(comment.meta).get("_wp_trash_meta_status", "")
            row.previous_status = _STATUSES.get(before)
        return row

    def _dated(self, arrival: Arrival) -> datetime:
        item = arrival.item
        return (
            readings.instant(item.date_gmt, item.date, self._zone, item.pub_date)
            or self._now
        )

    def _above(
        self, said: Said, numbers: dict[str, int], conversation: Sequence[Said]
    ) -> int | None:
        """The row that it answers; ``None`` for the top."""
        parent = said.comment.parent
        if parent in ("", "0"):
            return None
        found = numbers.get(parent)
        if found is None:
            self._report.often(
                "Comments that answer one which was not taken stand at the top."
            )
        return found


@dataclass(frozen=True)
class _Row:
    """How a comment that is here stands now, and below which post."""

    left: Left
    post_id: int


def _left_rows(ids: Sequence[int]) -> dict[int, _Row]:
    columns = (Comment.version, Comment.status, Comment.previous_status)
    found: dict[int, _Row] = {}
    for some in identities.portions(ids):
        rows = session.execute(
            select(Comment.id, Comment.post_id, *columns).where(Comment.id.in_(some))
        )
        for row_id, post_id, version, status, previous_status in rows:
            left = _left(version, status, previous_status)
            found[row_id] = _Row(left, post_id)
    return found


def _left(version: int, status: Status, previous_status: Status | None) -> Left:
    """Its version counts edits, but not what a moderator decided."""
    return Left(version, identities.digest([status, previous_status]))


def _here(
    key: Key,
    post_id: int | None,
    known: dict[Key, ImportedItem],
    rows: dict[int, _Row],
    in_item: frozenset[Key],
) -> ImportedItem | None:
    """What the comment became. Its post may have got another slug since, and so another
    key; then it is the one of its number below that post.
    """
    here = known.get(key)
    if here is not None or not key.source_id:
        return here
    moved = [
        row
        for other, row in known.items()
        if other.source_id == key.source_id
        and row.name == other.name  # or it has become another's by now
        and other not in in_item
        and row.row_id in rows
        and rows[row.row_id].post_id == post_id
    ]
    return moved[0] if len(moved) == 1 else None


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
        ]
    )
