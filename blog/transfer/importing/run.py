"""An import from its first to its last step. A step is prepared outside of a write and
carried out inside of one, which whoever runs it opens.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from ...site import redirects
from ...site.queries import settings
from .. import records
from . import identities, lessons, ours
from .adoption import Adoption
from .attachments import Attachments
from .conversation import Conversation, Said
from .downloads import Downloads
from .forwarding import Forwarding
from .items import Arrival, Items
from .menus import Menus
from .people import People
from .places import Places
from .rendering import Batch, Here, Renderer
from .report import REPEATED, Report
from .series import SeriesOfOurs
from .survey import (
    ATTACHMENT,
    MENU_ITEM,
    NOT_WRITTEN,
    Survey,
    kind_of_item,
)
from .terms import Terms
from .trees import Trees
from .uploads import Uploads

# Of items and their comments in one write, which should not keep others waiting.
_BATCH = 60
_TERMS_BATCH = 100


@dataclass(frozen=True)
class Step:
    """A part of the import: ``write`` does it, all or nothing; ``foretell`` only says
    what it would come to.
    """

    write: Callable[[], None]
    foretell: Callable[[], None]


def _nothing() -> None:
    pass


class Import:
    """Takes over what a file holds. What an interrupted run has done stays done, and
    the next run goes on from there. A trial is one whose steps are only foretold.
    """

    def __init__(
        self,
        survey: Survey,
        now: datetime,
        uploads: Uploads | None = None,
        downloads: Downloads | None = None,
        renderer: Renderer | None = None,
        *,
        is_trial: bool = False,
    ) -> None:
        self.report = Report()
        self._renderer = renderer or Here()
        for kind, number in survey.counts.items():
            self.report.met(kind, number)
        self._survey = survey
        zone = survey.zone() or ZoneInfo(settings().timezone)
        self._people = People(survey, self.report, now)
        self._terms = Terms(survey, self.report)
        self._attachments = Attachments(
            survey,
            self.report,
            self._people,
            uploads or Uploads(),
            downloads,
            zone=zone,
            now=now,
            is_trial=is_trial,
        )
        self._places = Places(survey)
        self._items = Items(
            survey,
            self.report,
            self._people,
            self._terms,
            self._places,
            zone=zone,
            now=now,
        )
        self._series = SeriesOfOurs(survey, self.report)
        self._items.series = self._series.ids
        self._conversation = Conversation(
            survey, self.report, self._people, zone=zone, now=now
        )
        self._trees = Trees(self.report, now)
        self._forwarding = Forwarding(survey, self.report)
        self._menus = Menus(survey, self.report)

    def steps(self, read: Callable[[], records.Source]) -> Iterator[Step]:
        """Everything there is to do, in order. ``read`` begins to read the file anew:
        once for its files, if it has any, and once for what shows them.
        """
        adoption = Adoption(self._survey, self.report)
        yield Step(adoption.write, adoption.foretell)
        yield Step(self._people.write, self._people.foretell)
        yield from self._steps_of_terms()
        yield Step(self._series.write, self._series.foretell)
        if self._survey.counts[ATTACHMENT]:
            for items in self._batches(read(), self._is_file):
                yield self._step_of_attachments(items)
        reader = read()
        yield from self._steps_of_texts(reader)
        for moved in self._trees.misplaced():
            yield Step(partial(self._trees.put, moved), _nothing)
        yield Step(self._menus.write, self._menus.foretell)
        yield Step(self._forwarding.lead_home, _nothing)
        for paths in self._forwarding.missing():
            yield Step(partial(_lead, paths), _nothing)
        for comment_ids in lessons.portions(self._survey.site):
            yield Step(partial(lessons.learn, comment_ids), _nothing)
        self._close(reader)

    def _steps_of_terms(self) -> Iterator[Step]:
        terms = self._terms
        terms.skip_others()
        for taxonomy in self._survey.taxonomies:
            arrivals = iter(terms.arrivals(taxonomy))
            # Categories lie in one another, so none can come without the others.
            size = None if taxonomy == "category" else _TERMS_BATCH
            while some := list(islice(arrivals, size)):
                yield Step(
                    partial(terms.write, taxonomy, some),
                    partial(terms.foretell, taxonomy, some),
                )
            yield Step(
                partial(terms.write_mentioned, taxonomy),
                partial(terms.foretell_mentioned, taxonomy),
            )

    def _batches(
        self, reader: records.Source, is_one: Callable[[records.Item], bool]
    ) -> Iterator[list[records.Item]]:
        """The items of which it is one, a few at a time."""
        batch: list[records.Item] = []
        weight = 0
        for record in reader:
            if not isinstance(record, records.Item) or not is_one(record):
                continue
            ours.unfold(record)
            batch.append(record)
            weight += 1 + len(record.comments)
            if weight >= _BATCH:
                yield batch
                batch, weight = [], 0
        if batch:
            yield batch

    def _is_file(self, item: records.Item) -> bool:
        if item.type != ATTACHMENT:
            return False
        reason = f"of the status “{item.status}”" if item.status == "trash" else None
        return self._is_wanted(item, reason)

    def _is_text(self, item: records.Item) -> bool:
        """Whether it is a post or page; entries of menus are remembered on the way."""
        if item.type == ATTACHMENT:
            return False
        reason = None
        if item.type == MENU_ITEM:
            if self._is_wanted(item, None):
                self._menus.remember(item)
            return False
        if item.type == records.ABSENT:
            reason = "its post is not in the file"
        elif self._survey.kind_of(item) is None:
            reason = f"of a type of its own; “--keep {item.type}” makes it a page"
        elif item.status in NOT_WRITTEN:
            reason = f"of the status “{item.status}”"
        return self._is_wanted(item, reason)

    def _is_wanted(self, item: records.Item, reason: str | None) -> bool:
        """Whether there is no reason against it, which is counted otherwise."""
        if not self._survey.is_last(identities.of_item(item), item):
            reason = REPEATED
        if reason is not None:
            self._skip(item, reason)
        return reason is None

    def _skip(self, item: records.Item, reason: str) -> None:
        if item.type != records.ABSENT:
            self.report.skip(kind_of_item(item), item.id, reason)
        for comment in item.comments:
            self.report.skip("comment", comment.id, reason)

    def _step_of_attachments(self, items: Sequence[records.Item]) -> Step:
        arrivals = self._attachments.prepared(items)

        def count() -> None:
            for arrival in arrivals:
                self._attachments.count(arrival)

        def write() -> None:
            self._attachments.write(arrivals)
            count()

        return Step(write, count)

    def _steps_of_unlisted(self, items: Sequence[records.Item]) -> Iterator[Step]:
        """Files that texts show and the file does not list, before the texts."""
        lacking = self._places.lacking(items)
        found = self._attachments.unlisted(lacking)
        if found:
            yield Step(partial(self._attachments.write_unlisted, found), _nothing)

    def _steps_of_texts(self, reader: records.Source) -> Iterator[Step]:
        """Posts and pages with their comments. While some are written, the next are
        rendered.
        """
        ahead: _Texts | None = None
        for items in self._batches(reader, self._is_text):
            yield from self._steps_of_unlisted(items)
            arrivals = self._items.prepared(items)
            texts = _Texts(arrivals, self._conversation.prepared(arrivals))
            if ahead is not None:
                self._finish(ahead)
            self._renderer.begin(texts.to_render())
            if ahead is not None:
                yield self._step_of_texts(ahead)
            ahead = texts
        if ahead is not None:
            self._finish(ahead)
            yield self._step_of_texts(ahead)

    def _finish(self, texts: "_Texts") -> None:
        """Give what was rendered to whom it belongs. What is too large is reported, and
        left out.
        """
        rendered = self._renderer.finish()
        for said, html in zip(texts.said(), rendered.htmls, strict=True):
            self._conversation.finish(said, html)
        contents = iter(rendered.contents)
        for arrival, talk in list(texts):
            if arrival.text is None:
                continue
            arrival.content = next(contents)
            if arrival.content is None:
                self._items.refuse(arrival)
                self._conversation.refuse(talk, "too large")
                texts.leave_out(arrival)

    def _step_of_texts(self, texts: "_Texts") -> Step:
        def write() -> None:
            self._items.write(texts.arrivals)
            self._conversation.write(list(texts))
            self._note(texts)

        return Step(write, lambda: self._note(texts))

    def _note(self, texts: "_Texts") -> None:
        """Count what became of items and comments, and remember where they belong."""
        for arrival, talk in texts:
            self._items.count(arrival)
            for said in talk:
                self._conversation.count(said)
            if arrival.row_id is not None:
                self._forwarding.remember(arrival.item, arrival.row_id)
                self._trees.remember(arrival)

    def _close(self, reader: records.Source) -> None:
        for loss in reader.losses:
            self.report.say(loss.text, loss.line)
        self.report.say_names(
            "Shortcodes stand in the texts as they are", self._survey.shortcodes
        )
        self.report.say_names("Fields that are not taken", self._survey.fields)
        self._attachments.close()
        self.report.close()
        if not self.report.adds_up:
            self.report.say("The file was changed while it was read; run it again.")


class _Texts:
    """Some posts and pages, each with what is said below it."""

    def __init__(self, arrivals: list[Arrival], talks: Sequence[list[Said]]) -> None:
        self._below = list(zip(arrivals, talks, strict=True))

    def __iter__(self) -> Iterator[tuple[Arrival, list[Said]]]:
        return iter(self._below)

    @property
    def arrivals(self) -> list[Arrival]:
        return [arrival for arrival, _ in self._below]

    def said(self) -> list[Said]:
        """The comments that are rendered."""
        return [each for _, talk in self._below for each in talk if each.remark]

    def to_render(self) -> Batch:
        texts = [each.text for each in self.arrivals if each.text is not None]
        return Batch(texts, [each.remark for each in self.said() if each.remark])

    def leave_out(self, arrival: Arrival) -> None:
        self._below = [each for each in self._below if each[0] is not arrival]


def _lead(paths: Sequence[tuple[str, str, int]]) -> None:
    for path, query, post_id in paths:
        redirects.lead(path, query, post_id=post_id)
