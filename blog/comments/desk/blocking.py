"""Blocking somebody from a comment of theirs: lines for the owner's lists of words, and
what they concern that waits already.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from ...accounts.models import User
from ...database import session
from ...i18n import gettext as _
from ...site import settings
from ...site.models import Site
from ...text.folding import fold
from ...text.normalize import http_url
from .. import decisions, events
from ..drafts import Content, Origin
from ..models import Comment, EventKind, Status

# The newest so many that wait are looked through, and the newest so many that are read.
WAITING_LOOKED_AT, READ_LOOKED_AT = 1_000, 200
# One letter would stand in everything.
SHORTEST_WORD = 2
_MOST_WORDS = 60

_LINK = re.compile(r'<a [^>]*?href="(https?://[^"]+)"')
_WORD = re.compile(r"\w[\w'’-]{3,30}")


class Which(StrEnum):
    """The list of words that a line is added to; each is the setting of that name."""

    DISALLOWED = "disallowed_keys"
    MODERATION = "moderation_keys"


class Trait(StrEnum):
    """By what the writer of a comment can be known again."""

    EMAIL = "email"
    HOST = "host"
    LINKS = "links"
    ADDRESS = "address"
    NETWORK = "network"


class Block(NamedTuple):
    """Lines that were added to a list of words, from which comment."""

    which: str
    lines: Sequence[str]
    comment_id: int


def traits(comment: Comment) -> Mapping[Trait, Sequence[str]]:
    """What a comment offers to be blocked, and the lines of the list that do it."""
    own, links = _host(comment.url), _link_hosts(comment)
    found: dict[Trait, Sequence[str]] = {
        Trait.EMAIL: [comment.email],
        Trait.HOST: [own],
        Trait.LINKS: [host for host in links if host != own],
        Trait.ADDRESS: [comment.ip],
        Trait.NETWORK: _network(comment.ip),
    }
    return {trait: lines for trait, lines in found.items() if any(lines)}


def words(comment: Comment) -> Sequence[str]:
    """Words of a comment to choose from, each once."""
    text = str(comment.html.striptags())
    return list({fold(word): word for word in _WORD.findall(text)}.values())[
        :_MOST_WORDS
    ]


def add(
    site: Site,
    which: Which,
    lines: Collection[str],
    comment: Comment,
    who: User,
    now: datetime,
) -> Block:
    """Add lines to a list of words; those that were not in it."""
    kept = str(getattr(site, which))
    known = set(map(fold, kept.splitlines()))
    new = [line for line in dict.fromkeys(lines) if fold(line) not in known]
    settings.change(site, {which: "\n".join([*kept.splitlines(), *new])})
    sentence = _("Blocked from here by %(name)s.", name=who.display_name)
    details = {"list": str(which), "words": new}
    events.record(comment, EventKind.DECIDED, sentence, now, user=who, details=details)
    return Block(which, new, comment.id)


def lift(site: Site, block: Block, who: User, now: datetime) -> None:
    """Take the lines out of the list again."""
    kept = str(getattr(site, block.which)).splitlines()
    left = "\n".join(line for line in kept if line not in block.lines)
    settings.change(site, {block.which: left})
    comment = session.get(Comment, block.comment_id)
    if comment is not None:
        sentence = _("%(name)s took the last step back.", name=who.display_name)
        events.record(comment, EventKind.DECIDED, sentence, now, user=who)


def concerned(
    groups: Sequence[Collection[str]], status: Status, limit: int
) -> Sequence[Sequence[int]]:
    """For each of the groups of lines the ids of the comments in which one of them
    occurs, among the newest ``limit`` of a status. Slow: ask outside of a write.
    """
    found: list[list[int]] = [[] for _group in groups]
    together = _listed(line for group in groups for line in group)
    newest = (
        select(Comment)
        .where(Comment.status == status)
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(limit)
    )
    for comment in session.scalars(newest).all():
        content = Content(
            comment.author, comment.email, comment.url, comment.source, comment.html
        )
        origin = Origin(ip=comment.ip, user_agent=comment.user_agent)
        if decisions.first_match(together, content, origin) is None:
            continue
        for group, ids in zip(groups, found, strict=True):
            if decisions.first_match(_listed(group), content, origin):
                ids.append(comment.id)
    return found


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _host(url: str) -> str:
    """The host of a web address, without "www."; "" if there is none, or one without a
    dot: as a word, it would stand in very much.
    """
    try:
        host = urlsplit(http_url(url) or "").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if "." in host.strip(".") else ""


def _link_hosts(comment: Comment) -> Sequence[str]:
    hosts = map(_host, _LINK.findall(str(comment.html)))
    return list(dict.fromkeys(filter(None, hosts)))


def _network(ip: str) -> Sequence[str]:
    """How every address near ``ip`` begins: the other 255 of one in IPv4, those of the
    same household of one in IPv6. That is written in two ways where zeros are left out.
    """
    try:
        address = ip_address(decisions.network(ip).partition("/")[0])
    except ValueError:
        return []
    if not isinstance(address, IPv6Address):
        return [str(address).rpartition(".")[0] + "."]
    ones = (1 << 64) - 1
    short = str(IPv6Address(int(address) | ones)).removesuffix("ffff:ffff:ffff:ffff")
    groups = address.exploded.split(":")[:4]
    full = ":".join(f"{int(group, 16):x}" for group in groups) + ":"
    return list(dict.fromkeys([short, full]))
