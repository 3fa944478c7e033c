"""Where a new comment goes, and why: the owner's rules, one after the other."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from ..accounts.models import User
from ..accounts.permissions import Action, may
from ..i18n import gettext as _
from ..i18n import ngettext
from ..posts.models import Post
from ..site.models import Site
from ..text.folding import fold
from . import queries
from .drafts import Content, Origin
from .models import Status
from .queries import Namesake
from .spam.filter import Opinion, Verdict

# Letters of other scripts that look like Latin ones, after folding. Enough to see that
# somebody calls himself by a name that readers would take for another's.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтգοαρνκτυιɑօ01",
    "aeopcyxijshdqwbkmhtgoapvktuiaool",
)
# A link as the sanitiser writes it; typed text holds no "<".
_LINK = re.compile(r"<a (?:[a-z]+=\"[^\"]*\" )*?href=")


class Rule(StrEnum):
    """What decided; one word each, for programs and for the history."""

    TRUSTED = "trusted"
    DISALLOWED = "disallowed_keys"
    SPAM_FILTER = "spam_filter"
    MODERATION = "comment_moderation"
    MAX_LINKS = "comment_max_links"
    MODERATION_KEYS = "moderation_keys"
    IMITATION = "imitation"
    FIRST_COMMENT = "comment_previously_approved"
    KNOWN_PERSON = "known_person"
    NO_RULE = "no_rule"


class Decision(NamedTuple):
    """Where a comment goes, which rule says so, and why in one sentence that every
    moderator may read. ``details`` is what is known besides, fit for JSON; it may hold
    addresses.
    """

    status: Status
    reason: str
    rule: Rule
    details: Mapping[str, Any] = {}


class Match(NamedTuple):
    """One of the owner's words in a comment. ``is_shown`` is whether it stands in what
    every moderator sees: an address is not for all of them.
    """

    word: str
    is_shown: bool


class History(NamedTuple):
    """What is known of a commenter. ``imitates`` is the public name of the account that
    a visitor goes by, with its name or its email address; "" mostly. Never the address,
    as not every moderator may see that.
    """

    was_approved: bool = False
    imitates: str = ""


def is_trusted(user: User | None, post: Post) -> bool:
    """Whether a person's comments below ``post`` need nobody's approval."""
    if user is None or not user.is_active:
        return False
    owner_id = post.owner_for(user)
    return user.id == owner_id or may(user, Action.MODERATE, owner_id)


def history(content: Content, user: User | None) -> History:
    """What is known of who wrote this."""
    if user is not None:
        return History(was_approved=queries.has_approved(user))
    people = queries.namesakes(content.email)
    name = fold(content.author)
    return History(
        was_approved=name != ""
        and any(each.was_approved and fold(each.name) == name for each in people),
        imitates=_imitated(content, [one for one in people if not one.was_approved]),
    )


def decide(
    content: Content,
    origin: Origin,
    post: Post,
    site: Site,
    user: User | None,
    known: History,
    opinion: Opinion | None,
) -> Decision:
    """Where a new comment goes, by the owner's settings and the filter's ``opinion``,
    which is ``None`` where the filter is off.

    Words are looked for as parts of words, in one spelling on both sides, in everything
    the commenter sent and in the text without its tags. Links are those in the rendered
    text, so that typed addresses count. The filter alone never turns away somebody who
    was approved before, and where it is not sure a person decides.
    """
    if is_trusted(user, post):
        reason = _("Written by somebody who may approve it.")
        return Decision(Status.APPROVED, reason, Rule.TRUSTED)
    decision = _by_words(site, content, origin)
    if decision is None:
        decision = _by_settings(content, origin, site, known)
        decision = _with_opinion(decision, known, opinion)
    return decision._replace(details={**decision.details, **_evidence(origin, opinion)})


def _by_words(site: Site, content: Content, origin: Origin) -> Decision | None:
    match = first_match(site.disallowed_keys, content, origin)
    if match is None:
        return None
    reason = (
        _("Contains “%(word)s”, which is disallowed.", word=match.word)
        if match.is_shown
        else _("Comes from an address or a browser that is disallowed.")
    )
    return Decision(Status.TRASH, reason, Rule.DISALLOWED, {"word": match.word})


def _by_settings(
    content: Content, origin: Origin, site: Site, known: History
) -> Decision:
    if site.comment_moderation:
        reason = _("Every comment waits for approval.")
        return Decision(Status.PENDING, reason, Rule.MODERATION)
    links = len(_LINK.findall(content.html))
    if 0 < site.comment_max_links <= links:
        reason = ngettext("Contains %(num)d link.", "Contains %(num)d links.", links)
        return Decision(Status.PENDING, reason, Rule.MAX_LINKS, {"links": links})
    match = first_match(site.moderation_keys, content, origin)
    if match is not None:
        reason = (
            _("Contains “%(word)s”, which waits for approval.", word=match.word)
            if match.is_shown
            else _("Comes from an address or a browser that waits for approval.")
        )
        return Decision(
            Status.PENDING, reason, Rule.MODERATION_KEYS, {"word": match.word}
        )
    if known.imitates:
        reason = _("Goes by “%(name)s” without being logged in.", name=known.imitates)
        return Decision(Status.PENDING, reason, Rule.IMITATION)
    if not site.comment_previously_approved:
        return Decision(Status.APPROVED, _("No rule held it."), Rule.NO_RULE)
    if known.was_approved:
        reason = _("The same person was approved before.")
        return Decision(Status.APPROVED, reason, Rule.KNOWN_PERSON)
    reason = _("This person’s first comment.")
    return Decision(Status.PENDING, reason, Rule.FIRST_COMMENT)


def _with_opinion(
    decision: Decision, known: History, opinion: Opinion | None
) -> Decision:
    if opinion is None or opinion.verdict == Verdict.HAM:
        return decision
    per_cent = round(100 * opinion.score)
    if opinion.verdict == Verdict.SPAM:
        if not known.was_approved:
            reason = _("The filter takes it for spam (%(score)s%%).", score=per_cent)
            return Decision(Status.SPAM, reason, Rule.SPAM_FILTER)
        reason = _(
            "The filter takes it for spam (%(score)s%%), but this person was approved "
            "before.",
            score=per_cent,
        )
        return Decision(Status.PENDING, reason, Rule.SPAM_FILTER)
    if decision.status == Status.APPROVED and not known.was_approved:
        reason = _("The filter is not sure (%(score)s%% spam).", score=per_cent)
        return Decision(Status.PENDING, reason, Rule.SPAM_FILTER)
    return decision


def _evidence(origin: Origin, opinion: Opinion | None) -> dict[str, Any]:
    """What was seen, whatever it led to."""
    seen: dict[str, Any] = {}
    if origin.signals:
        seen["signals"] = origin.signals
    if opinion is not None:
        seen["verdict"] = str(opinion.verdict)
        seen["score"] = round(opinion.score, 4)
        seen["clues"] = [[clue.token, round(clue.weight, 2)] for clue in opinion.clues]
    return seen


def network(ip: str) -> str:
    """The address, or of one in IPv6 the half that names a household."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def first_match(keys: str, content: Content, origin: Origin) -> Match | None:
    """The first of the owner's words, one a line, that occurs in a comment; ``None`` if
    none does.
    """
    words = _words(keys)
    if not words:
        return None
    # Folding leaves no line ends, so no word is found across two of the texts.
    shown = "\n".join(
        map(fold, (content.author, content.url, content.source, content.text))
    )
    hidden = "\n".join(map(fold, (content.email, origin.user_agent)))
    ip = origin.ip.lower()
    for folded, word in words:
        if folded in shown:
            return Match(word, is_shown=True)
        if folded in hidden or _is_start_of(word.lower(), ip):
            return Match(word, is_shown=False)
    return None


def _is_start_of(word: str, ip: str) -> bool:
    """Whether ``word`` is an address or whole first parts of it: "192.168" of
    192.168.0.1, but not "192.16"."""
    rest = ip.removeprefix(word)
    return rest != ip and (word[-1] in ".:" or rest[:1] in ("", ".", ":"))


@lru_cache(maxsize=8)
def _words(keys: str) -> tuple[tuple[str, str], ...]:
    lines = dict.fromkeys(line.strip() for line in keys.splitlines())
    return tuple((folded, line) for line in lines if (folded := fold(line)))


def _imitated(content: Content, accounts: Iterable[Namesake]) -> str:
    """The account that a visitor's name or email address belongs to, or ""."""
    owner = next((each.name for each in accounts if each.has_address), "")
    if owner:
        return owner
    name = _skeleton(content.author)
    return _first_like(name, (each.name for each in accounts)) if name else ""


def _first_like(skeleton: str, names: Iterable[str]) -> str:
    return next((name for name in names if _skeleton(name) == skeleton), "")


def _skeleton(name: str) -> str:
    """What is left of a name for the eye: letters and digits, lookalikes made one."""
    drawn = fold(name).translate(_LOOKALIKES)
    return "".join(c for c in drawn if unicodedata.category(c)[0] in "LN")
