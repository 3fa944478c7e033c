"""Texts and remarks on their way to HTML: what takes the longest of an import. Where
there is much of it a process beside this one renders what comes next, while this one
writes what came before.
"""

import multiprocessing
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Protocol

from markupsafe import Markup

from ...posts import publishing
from ...text import excerpts, wordpress
from ...text.pictures import Picture
from ...text.sanitizer import Format, House, TooLarge, comment_html, post_html
from ..records import Body
from . import rewriting

# Of fewer posts and comments than this, a second process saves less than it costs.
MANY = 500


@dataclass(frozen=True)
class Text:
    """The text of a post as the file has it, and all that its rendering depends on:
    where its addresses lead by now, what its collections show, and the pictures.
    """

    title: str
    source: str
    body: Body
    excerpt: str
    to: Mapping[str, str]
    collected: wordpress.Collected
    pictures: Mapping[int, Picture]
    callout_titles: Mapping[str, str]

    def rendered(self) -> publishing.Content:
        """
        :raise TooLarge: above the size a post may have
        """
        source = self.source
        if self.body is Body.WORDPRESS:
            source = wordpress.content(source, self.collected)
        format = Format.MARKDOWN if self.body is Body.MARKDOWN else Format.HTML
        excerpt = self.excerpt
        if "<" in excerpt or "&" in excerpt:
            excerpt = excerpts.plain(post_html(excerpt, Format.HTML))
        return publishing.render(
            House(self._found, self.callout_titles),
            title=self.title,
            source=rewriting.rewritten(source, self.to, format),
            format=format,
            excerpt=excerpt,
        )

    def _found(self, ids: Collection[int]) -> dict[int, Picture]:
        return {id: self.pictures[id] for id in ids if id in self.pictures}


@dataclass(frozen=True)
class Remark:
    """The text of a comment."""

    source: str
    format: Format

    def rendered(self) -> Markup:
        """
        :raise TooLarge: above the size a comment may have
        """
        return comment_html(self.source, self.format)


@dataclass
class Batch:
    """What is rendered at once; afterwards ``None`` stands for what is too large."""

    texts: Sequence[Text]
    remarks: Sequence[Remark]
    contents: list[publishing.Content | None] = field(default_factory=list)
    htmls: list[Markup | None] = field(default_factory=list)

    def render(self) -> None:
        self.contents = [_or_none(each) for each in self.texts]
        self.htmls = [_or_none(each) for each in self.remarks]


class Renderer(Protocol):
    """One batch at a time: ``begin`` it, and later ``finish``."""

    def begin(self, batch: Batch) -> None: ...

    def finish(self) -> Batch:
        """The batch that was begun, rendered."""

    def close(self) -> None: ...


class Here:
    """Renders in this process, when it is finished."""

    def begin(self, batch: Batch) -> None:
        self._batch = batch

    def finish(self) -> Batch:
        self._batch.render()
        return self._batch

    def close(self) -> None:
        pass


class Beside:
    """Renders in a process beside this one, which ends with it however that ends.

    It is a copy of this process, so that it takes next to no memory; it renders, and
    touches nothing else that it has come by.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._connection), daemon=True
        )
        self._process.start()
        theirs.close()

    def begin(self, batch: Batch) -> None:
        self._batch = batch
        self._connection.send(batch)

    def finish(self) -> Batch:
        try:
            batch: Batch = self._connection.recv()
        except EOFError:  # whatever has ended it must not end the import
            self._batch.render()
            return self._batch
        return batch

    def close(self) -> None:
        self._connection.close()
        self._process.join()


@contextmanager
def beside(number: int) -> Iterator[Renderer]:
    """A renderer for so many posts and comments: in a process of its own if they are
    many. For a shell; where there are threads, a copy of the process is not safe.
    """
    renderer = Beside() if number >= MANY else Here()
    try:
        yield renderer
    finally:
        renderer.close()


def _work(connection: Connection, parents: Connection) -> None:
    parents.close()  # else it would never see that nobody is there any more
    while True:
        try:
            batch: Batch = connection.recv()
            batch.render()
            connection.send(Batch((), (), batch.contents, batch.htmls))
        except (EOFError, OSError):
            return


def _or_none(each: "Text | Remark") -> Any:
    try:
        return each.rendered()
    except TooLarge:
        return None
