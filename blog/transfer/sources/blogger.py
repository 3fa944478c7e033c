"""Blogger's export, a feed of Atom: posts, pages, comments and settings as entries. The
older comes from Blogger itself, the newer, with words of its own, from Google Takeout.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape
from typing import BinaryIO

from ..records import (
    ABSENT,
    Author,
    Body,
    Channel,
    Comment,
    Filed,
    Item,
    Loss,
    Record,
    Unreadable,
)
from . import blank, dates
from .aside import Aside
from .elements import Dialect, Element, Elements

_DIALECT = Dialect(
    program="Blogger",
    root="feed",
    prefixes={
        "http://www.w3.org/2005/Atom": "",
        "http://www.w3.org/2007/app": "app",
        "http://purl.org/atom/app#": "app",
        "http://purl.org/syndication/thread/1.0": "thr",
        "http://schemas.google.com/g/2005": "gd",
        "http://schemas.google.com/blogger/2018": "blogger",
    },
    records=frozenset({"entry"}),
)
_KIND = "http://schemas.google.com/g/2005#kind"
# Of labels; Takeout puts the blog's own name in that place.
_LABEL = re.compile(r"http://www\.blogger\.com/atom/ns#|tag:blogger\.com,1999:blog-.*")
_ID = re.compile(r"[.-](?:post|page|comment)-([0-9]{1,25})$")
_STATUSES = {
    "LIVE": "publish",
    "DRAFT": "draft",
    "SCHEDULED": "future",
    "SOFT_TRASHED": "trash",
}
_COMMENT_STATES = {
    "LIVE": "1",
    "PENDING": "0",
    "SPAM": "spam",
    "SPAM_COMMENT": "spam",
    "SOFT_TRASHED": "trash",
    "EMPTIED": "trash",
}
_SETTINGS = {
    "BLOG_NAME": "title",
    "BLOG_DESCRIPTION": "description",
    "BLOG_LOCALE": "language",
    "BLOG_TIME_ZONE": "timezone",
}
# Blogger's mark for where lists of posts end each with "Read more".
_JUMP_BREAK = re.compile(r"""<a\s+name\s*=\s*["']?more["']?\s*(?:/>|>\s*</a>)""")
_PROFILE = re.compile("/profile/([0-9]{1,25})/?$")
# What stands for the addresses of all who have not shown theirs.
_NO_EMAIL = "noreply@blogger.com"


class Blogger:
    """One pass over a file: who wrote its posts, then its posts and pages in the file's
    order. Comments, which stand anywhere, come with theirs, so all else waits for the
    end of the file; those of no post that is there come below one that is ``ABSENT``.

    ``channel`` is whole once the first item was read. ``progress`` is told the number
    of bytes just read.

    :raise Unreadable: while iterating, for a file that is no export of Blogger
    """

    def __init__(
        self, file: BinaryIO, progress: Callable[[int], object] = lambda _: None
    ) -> None:
        self.channel = Channel()
        self._elements = Elements(file, _DIALECT, progress)
        self.losses: list[Loss] = self._elements.losses
        self._authors: set[str] = set()
        self._is_bloggers = False
        self._others: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Record]:
        aside = Aside()
        try:
            for element in self._elements:
                yield from self._taken(element, aside)
            if not self._is_bloggers:
                raise Unreadable(
                    "This is a feed, but no export of Blogger: nothing of Blogger’s "
                    "own is in it (line 1)."
                )
            yield from _items(aside)
        finally:
            aside.close()
        for kind, number in self._others.items():
            self.losses.append(
                Loss(1, f"Entries of the kind “{kind}” are not taken: {number}.")
            )

    def _taken(self, element: Element, aside: Aside) -> Iterator[Author]:
        """Take in what stands right below the feed; who has not written before."""
        if element.name != "entry":
            self._note_head(element)
            return
        kind = _kind(element)
        self._is_bloggers |= bool(kind)
        if kind in ("post", "page"):
            aside.add_item(_item(element, kind))
            yield from self._author(element)
        elif kind == "comment":
            aside.add_comment(_answered(element), _comment(element))
        elif kind == "settings":
            self._note_setting(element)
        elif kind not in ("template", ""):
            self._others[kind[:40]] += 1

    def _note_head(self, element: Element) -> None:
        """Take in what the feed says of itself."""
        if element.name == "title" and not self.channel.title:
            self.channel.title = escape(element.words, quote=False)
        elif element.name == "link" and element.attributes.get("rel") == "alternate":
            self.channel.link = element.attributes.get("href", "").rstrip("/")
        elif element.name == "id":
            self._is_bloggers |= element.words.startswith("tag:blogger.com,")

    def _note_setting(self, element: Element) -> None:
        name = element.word("id").rpartition("settings.")[2]
        said = _SETTINGS.get(name)
        if said is not None:
            setattr(self.channel, said, escape(element.word("content"), quote=False))

    def _author(self, element: Element) -> Iterator[Author]:
        author = element.child("author")
        name = _name(author)
        if author is None or not name or name in self._authors:
            return
        self._authors.add(name)
        yield Author(
            line=element.line,
            id=_profile(author),
            login=name,
            email=_email(author),
            display_name=escape(name, quote=False),
            first_name="",
            last_name="",
        )


def _items(aside: Aside) -> Iterator[Item]:
    """Every post and page with its comments, and last what is left of these."""
    places = dict.fromkeys(aside.places())
    for item in aside.items():
        item.comments = aside.comments(item.id)
        places.pop(item.id, None)
        yield item
    lost = [comment for place in places for comment in aside.comments(place)]
    if lost:
        absent = blank.item(ABSENT, "")
        absent.line, absent.comments = lost[0].line, lost
        yield absent


def _kind(element: Element) -> str:
    """What an entry is: "post", "page", "comment", "settings" …; "" for none of
    Blogger's.
    """
    typed = element.word("blogger:type")
    if typed:
        return typed.lower()
    terms = (
        each.attributes.get("term", "")
        for each in element.all("category")
        if each.attributes.get("scheme") == _KIND
    )
    return next(terms, "").rpartition("#")[2]


def _item(element: Element, kind: str) -> Item:
    link = _link(element)
    item = blank.item(kind, _number(element.word("id")))
    item.line = element.line
    item.title = _title(element)
    item.content = _JUMP_BREAK.sub("<!--more-->", element.get("content"))
    item.body = Body.HTML
    item.creator = _name(element.child("author"))
    item.guid = element.word("id")
    item.date, item.date_gmt = _times(element.word("published"))
    item.modified_gmt = _times(element.word("updated"))[1]
    item.status = _status(element)
    item.link = link if item.status == "publish" else ""
    item.name = re.split("[?#]", link)[0].rpartition("/")[2].removesuffix(".html")
    item.excerpt = escape(element.word("blogger:metaDescription"), quote=False)
    item.filed = [
        Filed("post_tag", "", escape(each.attributes["term"].strip(), quote=False))
        for each in element.all("category")
        if _LABEL.fullmatch(each.attributes.get("scheme", ""))
        and each.attributes.get("term", "").strip()
    ]
    return item


def _title(element: Element) -> str:
    title = element.child("title")
    if title is None:
        return ""
    is_html = title.attributes.get("type") == "html"
    return title.words if is_html else escape(title.words, quote=False)


def _status(element: Element) -> str:
    said = element.word("blogger:status")
    if said:
        return _STATUSES.get(said, "draft")
    control = element.child("app:control")
    is_draft = control is not None and control.word("app:draft") == "yes"
    return "draft" if is_draft else "publish"


def _link(element: Element) -> str:
    """Where it stood: its link, or what Takeout calls its file."""
    found = (
        each.attributes.get("href", "")
        for each in element.all("link")
        if each.attributes.get("rel") == "alternate"
    )
    return next(found, "") or element.word("blogger:filename")


def _answered(element: Element) -> str:
    """The number of the post that a comment is about; "" if it does not say."""
    to = element.child("thr:in-reply-to")
    if to is not None:
        return _number(to.attributes.get("ref", ""))
    return _number(element.word("blogger:parent"))


def _comment(element: Element) -> Comment:
    comment = blank.comment(element.line, _number(element.word("id")))
    author = element.child("author")
    if author is not None:
        comment.author = escape(_name(author), quote=False)
        comment.email = _email(author)
        comment.url = author.word("uri")
        comment.user_id = _profile(author)
    comment.date, comment.date_gmt = _times(element.word("published"))
    comment.content = element.get("content")
    comment.approved = _comment_status(element)
    above = (
        each.attributes.get("href", "").rpartition("/")[2]
        for each in element.all("link")
        if each.attributes.get("rel") == "related"
    )
    comment.parent = next(above, "") or _number(element.word("blogger:inReplyTo"))
    return comment


def _comment_status(element: Element) -> str:
    said = element.word("blogger:status")
    if said:
        return _COMMENT_STATES.get(said, "0")
    properties = {
        each.attributes.get("name"): each.attributes.get("value")
        for each in element.all("gd:extendedProperty")
    }
    # Blogger leaves a sentence that says so in the place of what was removed.
    return "1" if properties.get("blogger.contentRemoved") != "true" else "trash"


def _number(id: str) -> str:
    found = _ID.search(id)
    return found[1] if found else id.strip()


def _name(author: Element | None) -> str:
    return "" if author is None else " ".join(author.word("name").split())


def _profile(author: Element) -> str:
    """What the account at Blogger is known by; "" without one."""
    found = _PROFILE.search(author.word("uri"))
    return found[1] if found else ""


def _email(author: Element) -> str:
    email = author.word("email")
    return "" if email == _NO_EMAIL else email


def _times(text: str) -> tuple[str, str]:
    """A time as the blog's clock showed it, and in UTC."""
    at = dates.moment(text)
    if at is None:
        return "", ""
    return dates.shown(at.local), dates.shown(at.utc)
