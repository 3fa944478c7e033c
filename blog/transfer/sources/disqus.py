"""Disqus's export (its XML of 2010 and since): the comments of a site by the addresses
of its pages.

Threads stand before what was said in them, and that in the order of time, so comments
are laid aside until the end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..records import Channel, Comment, Loss, Thread
from . import blank, dates
from .aside import Aside
from .elements import Dialect, Element, Elements

_DIALECT = Dialect(
    program="Disqus",
    root="disqus",
    prefixes={
        "http://disqus.com": "",
        "http://disqus.com/disqus-internals": "dsq",
    },
    records=frozenset({"thread", "post"}),
)


class Disqus:
    """One pass over a file: its threads, each with all that was said in it, in the
    order of their first comments. What belongs to a thread that the file does not
    describe comes below one without a link.

    ``channel`` is whole with the first thread; its title is what the forum is called at
    Disqus. ``progress`` is told the number of bytes just read.

    :raise Unreadable: while iterating, for what is no export of Disqus
    """

    def __init__(
        self, file: BinaryIO, progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self.channel = Channel(title="disqus:")
        self._elements = Elements(file, _DIALECT, progress)
        self.losses: list[Loss] = self._elements.losses

    def __iter__(self) -> Iterator[Thread]:
        threads: dict[str, _Described] = {}
        aside = Aside()
        try:
            for element in self._elements:
                self._name(element)
                if element.name == "thread":
                    threads.setdefault(_id(element), _described(element))
                elif element.name == "post":
                    aside.add_comment(_id(element.child("thread")), _comment(element))
            for id in aside.places():
                found = threads.get(id, _UNKNOWN)
                yield Thread(
                    line=found.line,
                    id=id,
                    link=found.link,
                    title=found.title,
                    identifier=found.identifier,
                    comments=aside.comments(id),
                )
        finally:
            aside.close()

    def _name(self, element: Element) -> None:
        forum = element.word("forum")
        if forum and self.channel.title == "disqus:":
            self.channel.title = f"disqus:{forum}"


@dataclass(frozen=True, slots=True)
class _Described:
    """A thread without what was said in it."""

    line: int
    link: str
    title: str
    identifier: str


_UNKNOWN = _Described(1, "", "", "")


def _described(element: Element) -> _Described:
    return _Described(
        line=element.line,
        link=element.word("link"),
        title=element.word("title"),
        identifier=element.word("id"),
    )


def _comment(element: Element) -> Comment:
    author = element.child("author") or Element("author", 0, {})
    at = dates.moment(element.word("createdAt"))
    comment = blank.comment(element.line, _id(element))
    comment.author = author.word("name") or author.word("username")
    comment.email = author.word("email")
    comment.url = author.word("link")
    comment.ip = element.word("ipAddress")
    comment.date_gmt = dates.shown(at.utc or at.local) if at else ""
    comment.content = element.get("message")
    comment.approved = _status(element)
    comment.parent = _id(element.child("parent"))
    return comment


def _status(element: Element) -> str:
    """Its status by WordPress's words. What Disqus calls spam it deletes as well."""
    if _is_so(element, "isSpam"):
        return "spam"
    if _is_so(element, "isDeleted"):
        return "trash"
    return "0" if element.word("isApproved") in ("false", "0") else "1"


def _is_so(element: Element, name: str) -> bool:
    return element.word(name).lower() in ("true", "1")


def _id(element: Element | None) -> str:
    return "" if element is None else element.attributes.get("dsq:id", "").strip()
