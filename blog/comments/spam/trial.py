"""What would happen to a comment, and why: each rule asked by itself, nothing kept."""

from collections.abc import Sequence
from typing import NamedTuple

from ...i18n import gettext as _
from ...i18n import ngettext
from ...posts.models import Post
from ...site.models import Site
from .. import decisions, learning
from ..akismet import client as akismet
from ..akismet import second_opinion
from ..decisions import Decision, History, Rule
from ..drafts import Content, Origin
from ..models import Status
from .filter import Clue, Opinion, Verdict

# A setting with which no comment is held for its links, and one that counts each.
_NO_LINKS, _FROM_ONE = 0, 1


class Step(NamedTuple):
    """One question: what was asked, what the answer is, and whether that alone would
    have kept the comment from being read.
    """

    name: str
    result: str
    is_hit: bool = False


class Trial(NamedTuple):
    """``decision`` is what becomes of it. ``clues`` are what the filter heard; none if
    it is off.
    """

    decision: Decision
    steps: Sequence[Step]
    clues: Sequence[Clue]
    asks_akismet: bool


def run(content: Content, site: Site) -> Trial:
    """What would happen to a comment that a guest sends now, from nowhere in
    particular: with the rules that decide about the real ones.
    """
    origin = Origin()
    known = decisions.history(content, None)
    opinion = learning.opinion(content, origin, site)
    decision = decisions.decide(content, origin, Post(), site, None, known, opinion)
    asks_akismet = second_opinion.is_wanted(decision, None)
    steps = (
        _disallowed(content, site),
        _moderation(site),
        _links(content, site),
        _held_words(content, site),
        _imitation(known),
        _first_comment(known, site),
        _filter(opinion),
        _akismet(decision, asks_akismet),
    )
    clues = opinion.clues if opinion else ()
    return Trial(decision, steps, clues, asks_akismet)


def _alone(
    content: Content,
    *,
    disallowed_keys: str = "",
    moderation_keys: str = "",
    max_links: int = _NO_LINKS,
) -> Decision:
    """What is decided where nothing but this is set."""
    site = Site(
        disallowed_keys=disallowed_keys,
        moderation_keys=moderation_keys,
        comment_max_links=max_links,
        comment_moderation=False,
        comment_previously_approved=False,
    )
    return decisions.decide(content, Origin(), Post(), site, None, History(), None)


def _disallowed(content: Content, site: Site) -> Step:
    name = _("Words that send a comment to the trash")
    alone = _alone(content, disallowed_keys=site.disallowed_keys)
    return _of_words(name, site.disallowed_keys, alone, Rule.DISALLOWED)


def _held_words(content: Content, site: Site) -> Step:
    name = _("Words that make a comment wait")
    alone = _alone(content, moderation_keys=site.moderation_keys)
    return _of_words(name, site.moderation_keys, alone, Rule.MODERATION_KEYS)


def _of_words(name: str, keys: str, alone: Decision, rule: Rule) -> Step:
    if not keys.split():
        return Step(name, _("None are set."))
    if alone.rule != rule:
        return Step(name, _("None was found."))
    return Step(name, _("“%(word)s” was found.", word=alone.details["word"]), True)


def _moderation(site: Site) -> Step:
    name = _("Every comment waits for approval")
    return Step(name, _("Yes.") if site.comment_moderation else _("No."),
                site.comment_moderation)  # fmt: skip


def _links(content: Content, site: Site) -> Step:
    links = _alone(content, max_links=_FROM_ONE).details.get("links", 0)
    most = site.comment_max_links
    counted = ngettext("%(num)d link.", "%(num)d links.", links)
    if most == _NO_LINKS:
        allowed = _("They are not counted.")
    else:
        allowed = _("From %(limit)s on, a comment waits.", limit=most)
    return Step(_("Links"), f"{counted} {allowed}", 0 < most <= links)


def _imitation(known: History) -> Step:
    name = _("Names of people who write here")
    if known.imitates:
        return Step(name, _("It goes by “%(name)s”.", name=known.imitates), True)
    return Step(name, _("It goes by nobody else’s name."))


def _first_comment(known: History, site: Site) -> Step:
    name = _("A first comment waits for approval")
    if not site.comment_previously_approved:
        return Step(name, _("No."))
    if known.was_approved:
        return Step(name, _("The same person was approved before."))
    return Step(name, _("Nobody of this name and address was approved before."), True)


def _filter(opinion: Opinion | None) -> Step:
    name = _("The filter")
    if opinion is None:
        return Step(name, _("It is turned off."))
    score = round(100 * opinion.score)
    match opinion.verdict:
        case Verdict.HAM:
            result = _("It takes it for a good comment (%(score)s%% spam).",
                       score=score)  # fmt: skip
        case Verdict.SPAM:
            result = _("It takes it for spam (%(score)s%%).", score=score)
        case _:
            result = _("It is not sure (%(score)s%% spam).", score=score)
    return Step(name, result, opinion.verdict != Verdict.HAM)


def _akismet(decision: Decision, asks: bool) -> Step:
    if not akismet.is_on():
        result = _("It is turned off. Nothing is sent to it.")
    elif asks:
        result = _("It would be asked, and the comment waits for the answer.")
    elif decision.status in (Status.SPAM, Status.TRASH):
        result = _("It would not be asked, as the comment is turned away anyway.")
    else:
        result = _("It would not be asked, as the filter is sure.")
    return Step("Akismet", result)
