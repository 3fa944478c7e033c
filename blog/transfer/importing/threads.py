"""Comments that another program kept, brought below the posts that are here already:
the course of such an import, as ``run`` is that of a site's.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...database import session
from ...posts import queries
from ...posts.models import Kind, Post, Status
from ...site import redirects
from .. import records
from ..models import ImportedItem
from ..sources import blank
from . import identities, lessons, readings, yoast
from .conversation import Conversation, Said
from .forwarding import standing_at
from .identities import Key
from .items import Arrival
from .people import People
from .rendering import Batch, Here, Renderer
from .report import Report
from .run import Step
from .survey import Survey

# Of comments in one write, which should not keep others waiting.
_BATCH = 60
_UTC = ZoneInfo("UTC")
_FILE = re.compile(r"\.(?:html?|php)$")
_INDEX = re.compile(r"/index(?:\.(?:html?|php))?$")
_LONGEST_ADDRESS = 200


class Threads:
    """Takes over what a file of comments holds. What an interrupted run has done stays
    done, and the next run goes on from there. Posts stay as they are, open or closed.
    """

    def __init__(
        self,
        source: records.Conversations,
        now: datetime,
        renderer: Renderer | None = None,
    ) -> None:
        self.report = Report()
        self._source = source
        self._now = now
        self._renderer = renderer or Here()

    def steps(self) -> Iterator[Step]:
        """Everything there is to do, in order. The file is read meanwhile."""
        source = self._source
        conversation: Conversation | None = None
        for threads in self._batches():
            if conversation is None:  # by now the source knows whose comments they are
                conversation = self._conversation(source.channel)
            yield self._step(conversation, [_arrival(*each) for each in threads])
        for comment_ids in lessons.portions(identities.site_of(source.channel)):
            yield Step(partial(lessons.learn, comment_ids), lambda: None)
        for loss in source.losses:
            self.report.say(loss.text, loss.line)
        self.report.close()

    def _conversation(self, channel: records.Channel) -> Conversation:
        survey = Survey(channel=channel)
        people = People(survey, self.report, self._now)
        return Conversation(
            survey,
            self.report,
            people,
            zone=_UTC,
            now=self._now,
            keeps_numbers=False,
        )

    def _batches(self) -> Iterator[list[tuple[records.Thread, int]]]:
        """Threads whose posts are here, with the ids of these, a few at a time."""
        batch: list[tuple[records.Thread, int]] = []
        weight = 0
        for thread in self._source:
            self.report.met("comment", len(thread.comments))
            post_id = post_of(thread)
            if post_id is None:
                self._skip(thread)
                continue
            batch.append((thread, post_id))
            weight += len(thread.comments)
            if weight >= _BATCH:
                yield batch
                batch, weight = [], 0
        if batch:
            yield batch

    def _skip(self, thread: records.Thread) -> None:
        address = thread.link or thread.identifier or f"thread {thread.id}"
        reason = f"its post is not here: {address[:_LONGEST_ADDRESS]}"
        for comment in thread.comments:
            self.report.skip("comment", comment.id, reason)
        number = len(thread.comments)
        self.report.say(f"I{reason[1:]} (comments: {number})", thread.line)

    def _step(self, conversation: Conversation, arrivals: Sequence[Arrival]) -> Step:
        talks = list(zip(arrivals, conversation.prepared(arrivals), strict=True))
        self._render(conversation, [each for _, talk in talks for each in talk])

        def count() -> None:
            for _, talk in talks:
                for said in talk:
                    conversation.count(said)

        def write() -> None:
            conversation.write(talks)
            count()

        return Step(write, count)

    def _render(self, conversation: Conversation, talk: Sequence[Said]) -> None:
        to_render = [(each, each.remark) for each in talk if each.remark is not None]
        self._renderer.begin(Batch((), [remark for _, remark in to_render]))
        htmls = self._renderer.finish().htmls
        for (said, _), html in zip(to_render, htmls, strict=True):
            conversation.finish(said, html)


def _arrival(thread: records.Thread, post_id: int) -> Arrival:
    """A thread as what was said below an item; of that only the comments are known."""
    item = blank.item(Kind.POST, thread.id)
    item.comments = thread.comments
    key = Key("thread", thread.id, "" if thread.id else thread.link)
    words = yoast.Words("", "", "", "")
    return Arrival(item, Kind.POST, key, "", words, row_id=post_id)


# Which post a thread is about


class _Place(NamedTuple):
    """Where something may stand: a path, and the query that names it, "" without."""

    path: str
    query: str


def post_of(thread: records.Thread) -> int | None:
    """The id of the post or page that a thread is about; ``None`` if it is not here.

    It is the one at the thread's link, whichever host that names, or to which that
    leads; or the one at an address in its identifier (Disqus's plugin for WordPress
    wrote "123 https://old.example/?p=123"); or the only one of that slug.
    """
    addresses = [thread.link, *thread.identifier.split()]
    places = [place for address in addresses for place in _places(address)]
    for place in dict.fromkeys(places):
        found = _at(place)
        if found:
            return found
    named = queries.named(*_slugs(thread.link))
    return named[0].id if len(named) == 1 else None


def _at(place: _Place) -> int | None:
    """The id of what stands there, or to which that leads; 0 or ``None``: nothing."""
    if place.query:
        here = _numbered(place.query.partition("=")[2])
    else:
        here = standing_at(place.path, "")
    return here or redirects.target(place.path, place.query)


def _numbered(number: str) -> int | None:
    """The id of the one post or page that had a number at the old site. What is of that
    number here may be anything, unless it came from there.
    """
    row_ids = session.scalars(
        select(ImportedItem.row_id)
        .join(Post, Post.id == ImportedItem.row_id)
        .where(
            ImportedItem.kind.in_((Kind.POST, Kind.PAGE)),
            ImportedItem.source_id == number,
            Post.status != Status.TRASH,
        )
        .limit(2)
    ).all()
    return row_ids[0] if len(row_ids) == 1 else None


def _places(address: str) -> Iterator[_Place]:
    """Where what stood at an address may stand, the most exact first."""
    if not address.startswith(("/", "?", "http://", "https://")):
        return
    link = readings.link(address)
    if link is None:
        return
    if link.query:
        yield _Place(link.path, link.query)
    folder = _INDEX.sub("/", link.path)
    bare = _FILE.sub("", folder).rstrip("/")
    for path in (link.path, folder, bare, f"{bare}.html"):
        if path.strip("/"):
            yield _Place(path, "")


def _slugs(address: str) -> list[str]:
    """The last word of an address, without its ending."""
    link = readings.link(address)
    path = "" if link is None else _INDEX.sub("/", link.path)
    word = unquote(_FILE.sub("", path).rstrip("/").rpartition("/")[2])
    return [word] if word else []
