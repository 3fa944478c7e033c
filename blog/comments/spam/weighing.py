"""What the counts say about a comment: evidence of several sorts, each with its limit.

A token speaks by how often it stood in spam and in ham, against what its frequency in
both together would let one expect among comments of its sort (a word: of its script).
So nothing is spam for being Greek: words of a script of which nobody has seen good
comments have nothing to be compared with. And no sort convicts alone.

Pure. The constants are judgements, checked with ``benchmarks/spam.py``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from . import start
from .features import PLAIN, Kind, learned, script_of

# In how many comments of spam and of ham something stood.
Count = tuple[int, int]
Counts = Mapping[str, Count]
_NOTHING: Count = (0, 0)

TOTAL = ""  # counts the comments themselves; PLAIN those without an address
# So many of the latest decisions tell how much spam to expect; the rows of these.
MEMORY = 40
RECENT = "recent"
PRAISE = "praise"

# Logarithms of odds: below the one it is ham, above the other spam.
_HAM, _SPAM = -2.7, 6.2
# By whether there is an address of the writer, and a link in the text: most spam wants
# to lead somewhere, most comments do not.
_LEADS = {
    (False, False): -0.2,
    (False, True): 0.6,
    (True, False): 0.9,
    (True, True): 1.3,
}
# What it is worth that hardly any spam came of late, in comments that lead nowhere and
# in those that do; to the former less where words speak for spam, by more than so much.
_TRUST, _TRUST_IN_LINKS = 1.3, 0.44
_MISTRUST, _MISTRUST_FROM = 0.2, 1.0
# A word proves nothing where hardly any word was ever met. But few languages share
# another script than the Latin one; there, so many comments are enough. And no language
# is needed for so few words.
_KNOWN_WORDS, _KNOWN_SHARE, _FEW_WORDS = 1, 0.25, 3
_LATIN, _FAMILIAR = f"{Kind.SCRIPT}:LATIN", 12

_WEIGHTS = {
    Kind.WORD: 0.35,  # with pairs of words
    Kind.SHAPE: 0.4,
    Kind.GUEST: 0.5,
    Kind.PERSON: 1.4,
    Kind.NAME: 0.5,
    Kind.SITE: 0.4,
    Kind.LINK: 0.5,
    Kind.SIGNAL: 0.5,
    Kind.SCRIPT: 0.7,
}
_MOST_FOR_SPAM, _MOST_FOR_HAM, _MOST_OF_GOOD_WORDS = 2.5, -5.0, -3.5
# Three words of the start model are enough to know what a text is about.
_BANNED_WEIGHT, _BANNED_FROM, _MOST_BANNED = 0.4, 1.5, 2.8
# From so much on, no other word needs to be known.
_IS_BANNED = 2.4
# What a pair of words of ready-made praise says, and what every pair takes off it: some
# are met in any text.
_PRAISE_WEIGHT, _PRAISE_MET, _MOST_OF_PRAISE = 1.2, 0.01, 1.8
# What says less than this is noise.
_WHISPER, _WORD_WHISPER = 0.3, 0.8
# How little a few comments prove.
_DOUBT, _DOUBT_OF_SCRIPTS = 0.3, 3.0
# Spam nobody has seen yet, so that ham alone can make a word good.
_UNSEEN_SPAM = 1
_MOST_OF_A_SCRIPT = 4.0

# By how a token begins: its sort, and what all of its sort are compared with.
_SORTS = {
    mark + kind: Kind.WORD if kind == Kind.PAIR else kind
    for kind in Kind
    for mark in ("", PLAIN)
}
_COMPARED_WITH = {
    sort: sort.removesuffix(kind) if kind in (Kind.SCRIPT, Kind.SIGNAL) else f"{kind}:"
    for sort, kind in _SORTS.items()
}

# Shapes that are no reason to trust a comment, however many good ones had them.
_WEAK = (
    *("bare link", "link", "only a link", "bbcode", "hidden", "capitals"),
    *("exclamations", "mixed scripts", "digits", "words", "own site"),
    *("1", "2", "3 or 4", "many", ".com", ".org", ".net"),
    *("home page", "page", "deep page"),
    *(f"length {size}" for size in range(11, 15)),
)
_NEVER_GOOD = frozenset(
    f"{kind}:<{shape}>"
    for kind in (Kind.SHAPE, Kind.GUEST, Kind.LINK)
    for shape in _WEAK
)
_CLUES = 8


class Verdict(StrEnum):
    """What to do with a comment: publish it, ask somebody, put it among the spam."""

    HAM = "ham"
    UNSURE = "unsure"
    SPAM = "spam"


class Clue(NamedTuple):
    """A token, and how much it says: above 0 for spam, below 0 for ham."""

    token: str
    weight: float


class Opinion(NamedTuple):
    """``score`` is how surely it is spam, from 0 to 1. The strongest clue is first; of
    many there are only some.
    """

    verdict: Verdict
    score: float
    clues: Sequence[Clue]


def needed(tokens: Iterable[str]) -> set[str]:
    """The tokens whose counts ``weigh`` asks for."""
    found = set(tokens)
    scripts = {token.removeprefix(PLAIN) for token in found if "script:" in token[:8]}
    return found.union(scripts, map(_compared_with, found))


def counted(tokens: Iterable[str]) -> set[str]:
    """The tokens that a comment with these adds one to."""
    found = learned(tokens)
    return found | {_compared_with(token) for token in found} | {TOTAL}


def weigh(tokens: Sequence[str], counts: Counts, recent: Count) -> Opinion:
    """What to think of a comment with these tokens, by the counts of what is
    ``needed``, and of the latest decisions.
    """
    clues = [Clue(token, _evidence(token, counts)) for token in tokens]
    sorts: dict[Kind, list[Clue]] = {}
    for clue in clues:
        if abs(clue.weight) < _WHISPER:
            continue
        sort = _sort(clue.token)
        if sort != Kind.WORD or abs(clue.weight) >= _WORD_WHISPER:
            sorts.setdefault(sort, []).append(clue)
    leads = (_has(Kind.SITE, tokens), _has(Kind.LINK, tokens))
    leads_away = any(leads)
    trust = _trust(recent, sorts.get(Kind.WORD, ()), leads_away)
    banned = _banned(clues, leads_away)
    praise = _praise(tokens)
    total = sum(map(_said, sorts.items())) + banned + praise - trust
    total += _LEADS[leads]
    if total < _HAM and not _is_readable(tokens, counts, by_ham=True):
        total = _HAM
    if total > _SPAM and banned < _IS_BANNED and not _is_readable(tokens, counts):
        total = _SPAM
    verdict = Verdict.UNSURE
    if total > _SPAM:
        verdict = Verdict.SPAM
    elif total < _HAM:
        verdict = Verdict.HAM
    heard = [
        Clue(clue.token, clue.weight * _WEIGHTS[sort])
        for sort, members in sorts.items()
        for clue in members
    ]
    heard += [Clue(RECENT, -trust)] if trust else []
    heard += [Clue(PRAISE, praise)] if praise else []
    heard.sort(key=lambda clue: -abs(clue.weight))
    return Opinion(verdict, 1 / (1 + math.exp(-total)), heard[:_CLUES])


def _has(kind: Kind, tokens: Iterable[str]) -> bool:
    return any(token.startswith(f"{kind}:") for token in tokens)


def _sort(token: str) -> Kind:
    """The sort of evidence a token belongs to."""
    return _SORTS[token.partition(":")[0]]


def _compared_with(token: str) -> str:
    """The token that counts the comments a token is compared with."""
    sort, _, value = token.partition(":")
    if _SORTS[sort] == Kind.WORD:
        return _script_with(sort[0] == PLAIN, value[0])
    return _COMPARED_WITH[sort]


@lru_cache(4096)
def _script_with(is_plain: bool, letter: str) -> str:
    return f"{PLAIN if is_plain else ''}{Kind.SCRIPT}:{script_of(letter)}"


def _evidence(token: str, counts: Counts) -> float:
    """The logarithm of how much more often a token stood in spam than in ham; 0 for
    what was never seen.
    """
    spam, ham = counts.get(token, _NOTHING)
    known = start.COUNTS.get(token.removeprefix(PLAIN))
    if known is None and not spam + ham:
        return 0.0
    all_spam, all_ham = counts.get(_compared_with(token), _NOTHING)
    if known is not None:
        spam, ham = spam + known[0], ham + known[1]
        all_spam, all_ham = all_spam + start.COMMENTS, all_ham + start.COMMENTS
    all_spam += _UNSEEN_SPAM
    share = (spam + ham) / (all_spam + all_ham)
    is_script = "script:" in token[:8]
    doubt = _DOUBT_OF_SCRIPTS if is_script else _DOUBT
    weight = math.log(
        (spam + doubt)
        / (share * all_spam + doubt)
        * (share * all_ham + doubt)
        / (ham + doubt)
    )
    if is_script:
        return max(-_MOST_OF_A_SCRIPT, min(0.0, weight))
    if token in _NEVER_GOOD or token.startswith("signal:"):
        return max(0.0, weight)
    return weight


def _said(sort: tuple[Kind, Sequence[Clue]]) -> float:
    """What all tokens of a sort say together: less than their sum, as one often comes
    with another.
    """
    kind, clues = sort
    whole = sum(clue.weight for clue in clues) / math.sqrt(len(clues))
    least = _MOST_OF_GOOD_WORDS if kind == Kind.WORD else _MOST_FOR_HAM
    return max(least, min(_MOST_FOR_SPAM, _WEIGHTS[kind] * whole))


def _banned(clues: Iterable[Clue], leads_away: bool) -> float:
    """What the start model's own words add, so that a long text does not hide them."""
    listed = start.BANNED_WITH_LINK if leads_away else start.BANNED
    weights = [
        clue.weight
        for clue in clues
        if clue.weight > _BANNED_FROM and clue.token.removeprefix(PLAIN) in listed
    ]
    most = sum(sorted(weights, reverse=True)[:3])
    return min(_MOST_BANNED, _BANNED_WEIGHT * most)


def _praise(tokens: Iterable[str]) -> float:
    """What the share of ready-made praise in the pairs of words adds."""
    pairs = [token.removeprefix(PLAIN) for token in tokens if "pair:" in token[:6]]
    praise = len(start.PRAISE.intersection(pairs))
    weight = _PRAISE_WEIGHT * praise - _PRAISE_MET * len(pairs)
    return max(0.0, min(_MOST_OF_PRAISE, weight))


def _trust(recent: Count, words: Iterable[Clue], leads_away: bool) -> float:
    """How much less spam than ham to expect, by the latest decisions; never more. The
    three words that speak most for spam take some of it away.
    """
    spam, ham = max(0, recent[0]), max(0, recent[1])
    calm = max(0.0, math.log((ham + 1) / (spam + 1)))
    if leads_away:
        return _TRUST_IN_LINKS * calm
    worst = sum(sorted((max(0.0, clue.weight) for clue in words), reverse=True)[:3])
    return max(0.0, _TRUST * calm - _MISTRUST * max(0.0, worst - _MISTRUST_FROM))


def _is_readable(
    tokens: Iterable[str], counts: Counts, *, by_ham: bool = False
) -> bool:
    """Whether enough was met before to decide anything; ``by_ham``: in good ones."""

    def met(token: str) -> int:
        spam, ham = counts.get(token, _NOTHING)
        return ham if by_ham else spam + ham

    words = [token for token in tokens if "word:" in token[:6]]
    scripts = [token for token in tokens if "script:" in token[:8]]
    main = scripts[0].removeprefix(PLAIN) if scripts else _LATIN
    if main != _LATIN and met(main) >= _FAMILIAR:
        return True
    persons = (token for token in tokens if token.startswith(f"{Kind.PERSON}:"))
    is_short = main == _LATIN and len(words) <= _FEW_WORDS
    if by_ham and (is_short or any(map(met, persons))):
        return True
    known = sum(
        met(token) > 0 or token.removeprefix(PLAIN) in start.COUNTS for token in words
    )
    return known >= max(_KNOWN_WORDS, _KNOWN_SHARE * len(words))
