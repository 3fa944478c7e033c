"""An import from its first to its last step. A step is prepared outside of a write and
carried out inside of one, which whoever runs it opens.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from ..site import redirects
from ..site.queries import settings
from . import identities, lessons, wxr
from .adoption import Adoption
from .conversation import Conversation, Said
from .forwarding import Forwarding
from .items import Arrival, Items
from .people import People
from .report import NOT_YET, REPEATED, Report
from .survey import NOT_WRITTEN, TAKEN, TAXONOMIES, Survey, kind_of_item
from .terms import Terms
from .trees import Trees

# Of items and their comments in one write, which should not keep others waiting.
_BATCH = 20
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
    the next run goes on from there.
    """

    def __init__(self, survey: Survey, now: datetime) -> None:
        self.report = Report()
        for kind, number in survey.counts.items():
            self.report.met(kind, number)
        self._survey = survey
        zone = survey.zone() or ZoneInfo(settings().timezone)
        self._people = People(survey, self.report, now)
        self._terms = Terms(survey, self.report)
        self._items = Items(
            survey, self.report, self._people, self._terms, zone=zone, now=now
        )
        self._conversation = Conversation(
            survey, self.report, self._people, zone=zone, now=now
        )
        self._trees = Trees(self.report, now)
        self._forwarding = Forwarding(survey, self.report)

    def steps(self, reader: wxr.Reader) -> Iterator[Step]:
        """Everything there is to do, in order, with the file read a second time."""
        adoption = Adoption(self._survey, self.report)
        yield Step(adoption.write, adoption.foretell)
        yield Step(self._people.write, self._people.foretell)
        yield from self._steps_of_terms()
        for items in self._batches(reader):
            yield self._step_of_items(items)
        for moved in self._trees.misplaced():
            yield Step(partial(self._trees.put, moved), _nothing)
        for paths in self._forwarding.missing():
            yield Step(partial(_lead, paths), _nothing)
        for comment_ids in lessons.portions(self._survey.site):
            yield Step(partial(lessons.learn, comment_ids), _nothing)
        self._close(reader)

    def _steps_of_terms(self) -> Iterator[Step]:
        terms = self._terms
        terms.skip_others()
        for taxonomy in TAXONOMIES:
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

    def _batches(self, reader: wxr.Reader) -> Iterator[list[wxr.Item]]:
        """The items that are taken, a few at a time; the others are counted."""
        batch: list[wxr.Item] = []
        weight = 0
        for record in reader:
            if not isinstance(record, wxr.Item):
                continue
            reason = self._reason_against(record)
            if reason is not None:
                self._skip(record, reason)
                continue
            batch.append(record)
            weight += 1 + len(record.comments)
            if weight >= _BATCH:
                yield batch
                batch, weight = [], 0
        if batch:
            yield batch

    def _reason_against(self, item: wxr.Item) -> str | None:
        """Why an item is not taken; ``None`` if it is."""
        if not self._survey.is_last(identities.of_item(item), item):
            return REPEATED
        if item.type not in TAKEN:
            return NOT_YET
        if item.status in NOT_WRITTEN:
            return f"of the status “{item.status}”"
        return None

    def _skip(self, item: wxr.Item, reason: str) -> None:
        self.report.skip(kind_of_item(item), item.id, reason)
        for comment in item.comments:
            self.report.skip("comment", comment.id, reason)

    def _step_of_items(self, items: Sequence[wxr.Item]) -> Step:
        arrivals = self._items.prepared(items)
        talks = [self._conversation.prepared(each) for each in arrivals]

        def write() -> None:
            self._items.write(arrivals)
            for arrival, talk in zip(arrivals, talks, strict=True):
                self._conversation.write(arrival, talk)
            self._note(arrivals, talks)

        return Step(write, lambda: self._note(arrivals, talks))

    def _note(
        self, arrivals: Sequence[Arrival], talks: Sequence[Sequence[Said]]
    ) -> None:
        """Count what became of items and comments, and remember where they belong."""
        for arrival, talk in zip(arrivals, talks, strict=True):
            self._items.count(arrival)
            for said in talk:
                self._conversation.count(said)
            if arrival.row_id is not None:
                self._forwarding.remember(arrival.item, arrival.row_id)
                self._trees.remember(arrival)

    def _close(self, reader: wxr.Reader) -> None:
        for loss in reader.losses:
            self.report.say(loss.text, loss.line)
        self.report.say_names(
            "Shortcodes stand in the texts as they are", self._survey.shortcodes
        )
        self.report.say_names("Fields that are not taken", self._survey.fields)
        self.report.close()
        if not self.report.adds_up:
            self.report.say("The file was changed while it was read; run it again.")


def _lead(paths: Sequence[tuple[str, str, int]]) -> None:
    for path, query, post_id in paths:
        redirects.lead(path, query, post_id=post_id)
