"""What the filter looks at in a comment: words, names, addresses and shapes.

A token is ``kind:value``; a value in ``<>`` is a shape, not a word. Every kind is
evidence of its own sort, and is compared only with comments that have that sort: how
good an address is says nothing about those who left none. Pure; no counts are known
here.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote

from ...search.words import UNSPACED
from ...text.folding import fold
from . import start
from .samples import Sample

# A question to the database stays small.
MAX_TOKENS = 160
# So much of a text is read for its words: its beginning, and the end, where links like
# to hide. Of the whole, so much is looked at for links and shapes.
_HEAD, _TAIL, _MOST = 1000, 400, 10_000
_MAX_LETTERS = 30
_MAX_ADDRESS = 300
_MAX_LINKS = 6
_MAX_WORDS_OF_NAME = 12


# Before the kinds of words in comments without any address.
PLAIN = "~"


class Kind(StrEnum):
    """The sorts of evidence. Shapes of a text are of two: a guest left an address."""

    WORD = "word"
    PAIR = "pair"
    NAME = "name"
    PERSON = "person"
    SITE = "site"
    LINK = "link"
    SHAPE = "shape"
    GUEST = "guest"
    SIGNAL = "signal"
    SCRIPT = "script"


# Vowels and other marks inside the words of Indic scripts; folding took the rest.
_MARKS = "".join(
    chr(code)
    for code in (*range(0x900, 0x1D00), *range(0xA800, 0xAC00))
    if unicodedata.category(chr(code))[0] == "M"
)
_LETTER = rf"[^\W_{UNSPACED}]"
_WORD = re.compile(
    rf"([{UNSPACED}]+)|{_LETTER}(?:{_LETTER}|[{_MARKS}])*(?:'{_LETTER}{{1,2}}\b)?"
)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_ANCHOR = re.compile(r"<a\b[^<>]{0,2000}>([^<>]{0,200})", re.IGNORECASE)
_BBCODE = re.compile(r"\[/?(?:url|link|img)\b[^\]]{0,200}\]", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'\])|]+", re.IGNORECASE)
_SCHEME = re.compile(r"\s*(?:https?:)?(?://)?(?:www\.)?", re.IGNORECASE)
_HOST_END = re.compile(r"[/?#:]")
_NAMED_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LETTERS = re.compile(r"[^\W\d_]+")
_NO_LETTER = re.compile(r"[\W\d_]+")
_FULL_NAME = re.compile(r"[^\W\d_]\S* (?:[^\W\d_]\S* )?[^\W\d_]\S*")
_LOOSE_WORD = re.compile(r"\b[^\W\d_]{3,}\b")
_FAKED = (frozenset({"LATIN", "CYRILLIC"}), frozenset({"LATIN", "GREEK"}))
# Shapes of a text that a pattern finds, in what was typed or in its words.
_IN_SOURCE = {
    "<bbcode>": _BBCODE,
    "<hidden>": re.compile(
        "(?<=[A-Za-z\u0370-\u04ff])[\u200b\u2060-\u2064\ufeff](?=[A-Za-z\u0370-\u04ff])"
    ),
    "<paragraphs>": re.compile(r"\n\s{0,50}\n|</p>\s{0,50}<p"),
    "<spelled address>": re.compile(
        r"[^\W_]{4} ?[\[(]?dot[\])]? ?(?:com|net|org|info|biz)\b", re.IGNORECASE
    ),
}
_IN_TEXT = {
    "<question>": re.compile("[?？؟\u037e]"),
    "<brackets>": re.compile("[(（]"),
    "<quotation>": re.compile('["“”„«»「『]|^>'),
    "<smiley>": re.compile("[:;=]-?[)(DPp]|[\U0001f600-\U0001f64f]"),
    "<dots>": re.compile(r"\.\.|…"),
}


def tokens(sample: Sample) -> list[str]:
    """Everything that is looked at in a comment, each once, words last; at most
    ``MAX_TOKENS``, of a long text those words first that the start model knows. The
    words of a comment that leads nowhere are marked with ``PLAIN``: they are compared
    with those of others like it.
    """
    source = html.unescape(sample.text[:_MOST])
    site = _without_scheme(sample.url)
    links = list(_links(source, site))
    sorts: list[tuple[str, Iterable[str]]] = [
        (Kind.SIGNAL, fold(sample.signals).split()),
        (Kind.GUEST if site else Kind.SHAPE, _shapes(source)),
        (Kind.PERSON, _person(sample.author, site)),
        (Kind.NAME, _name(sample.author, site)),
        (Kind.SITE, _address(site) if site else ()),
        (Kind.LINK, links),
    ]
    mark = "" if site or links else PLAIN
    words, row = _words(_plain(source))
    sorts.append((mark + Kind.SCRIPT, _scripts(words)))
    found = _named(sorts)
    said = _named(
        (
            (mark + Kind.WORD, words),
            (mark + Kind.PAIR, (f"{a} {b}" for a, b in pairwise(row) if a and b)),
        )
    )
    if len(found) + len(said) > MAX_TOKENS:
        known = [each for each in said if each.removeprefix(PLAIN) in start.KNOWN]
        said = dict.fromkeys((*known, *said))
    return [*found, *said][:MAX_TOKENS]


def _named(sorts: Iterable[tuple[str, Iterable[str]]]) -> dict[str, None]:
    """Values with their kinds, each once, in order."""
    prefixed = ((f"{kind}:", values) for kind, values in sorts)
    return dict.fromkeys(
        begin + value for begin, values in prefixed for value in values
    )


def learned(tokens: Iterable[str]) -> set[str]:
    """The tokens as they are counted: words of plain comments among all words, too."""
    found = set(tokens)
    return found | {token.removeprefix(PLAIN) for token in found}


@lru_cache(4096)
def script_of(letter: str) -> str:
    """The script of a letter, by the first word of its name in Unicode."""
    return re.split("[ -]", unicodedata.name(letter, ""), maxsplit=1)[0]


def _plain(source: str) -> str:
    """The words to read of a text, folded: without tags and addresses."""
    text = _ADDRESS.sub(" ", _BBCODE.sub(" ", _TAG.sub(" ", source)))
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    return fold(text)


def _words(folded: str) -> tuple[list[str], list[str]]:
    """The words in order, without numbers; and the same for making pairs, with "0" for
    a number and "" for a run of letters without spaces, which is cut into its own.
    """
    found: list[str] = []
    row: list[str] = []
    for match in _WORD.finditer(folded):
        run, word = match[1], match[0][:_MAX_LETTERS]
        if run:
            found += [a + b for a, b in pairwise(run)] or [run]
            row.append("")
        elif word.isdecimal():
            row.append("0")
        else:
            found.append(word)
            row.append(word)
    return found, row


def _scripts(words: Iterable[str]) -> list[str]:
    """The scripts of the words, the one of most words first."""
    counts: dict[str, int] = {}
    for word in words:
        script = script_of(word[0])
        counts[script] = counts.get(script, 0) + 1
    return sorted(counts, key=counts.__getitem__, reverse=True)


def _without_scheme(url: str) -> str:
    """An address as far as it matters, folded; "" for none."""
    return fold(_SCHEME.sub("", url, count=1)[:_MAX_ADDRESS])


def _host(address: str) -> str:
    host = _HOST_END.split(address, maxsplit=1)[0]
    return host.rpartition("@")[2]


def _address(address: str) -> Iterator[str]:
    """Host, ending, depth and words of an address without its scheme."""
    host = _host(address)
    labels, _, ending = host.rpartition(".")
    yield host
    yield f"<.{ending}>"
    yield from (word for word in _LETTERS.findall(labels) if len(word) > 2)
    path = unquote(address[len(host) :])
    words = [word for word in _LETTERS.findall(fold(path)) if len(word) > 2]
    yield from words[:_MAX_WORDS_OF_NAME]
    depth = sum(bool(part) for part in re.split("[/?#]", path))
    yield "<home page>" if not depth else "<page>" if depth == 1 else "<deep page>"
    if len(words) >= 4:
        yield "<many words>"
    if labels.count("-") >= 2:
        yield "<hyphens>"
    if re.search(r"\.(?:php|asp|html?)\?", path):
        yield "<script>"
    if re.search("[0-9]{3}", host):
        yield "<digits>"


def _links(source: str, site: str) -> Iterator[str]:
    """The addresses in a text, how many, and how they are written."""
    addresses = list(dict.fromkeys(map(_without_scheme, _ADDRESS.findall(source))))
    if not addresses:
        return
    count = len(addresses)
    yield f"<{count if count < 3 else '3 or 4' if count < 5 else 'many'}>"
    for address in addresses[:_MAX_LINKS]:
        yield from _address(address.rstrip(".,;:!?"))
    if any(
        said.strip() and not _ADDRESS.search(said) for said in _ANCHOR.findall(source)
    ):
        yield "<words>"
    if site and _host(site) in map(_host, addresses):
        yield "<own site>"


def _person(author: str, site: str) -> Iterator[str]:
    name = fold(author)
    if name:
        yield f"{name[:60]} {_host(site)[:60]}".strip()


def _name(author: str, site: str) -> Iterator[str]:
    """Words and shape of a name."""
    folded = fold(author)
    if not folded:
        yield "<none>"
        return
    words = [word for word in _words(folded)[0] if not word.isdecimal()]
    yield from words[:_MAX_WORDS_OF_NAME]
    count = len(folded.split())
    yield "<many words>" if count > 3 else f"<{count} words>"
    if _ADDRESS.search(author) or _NAMED_HOST.fullmatch(folded):
        yield "<address>"
    if count > 1 and author == author.lower() != author.upper():
        yield "<small letters>"
    if re.search(r"\d", author):
        yield "<digits>"
    if re.search("[!&|,:;?$%]", author):
        yield "<signs>"
    is_full = author.istitle() and bool(_FULL_NAME.fullmatch(author.strip()))
    if is_full:
        yield "<full name>"
    if _is_of_site(folded, words, site):
        yield "<own name>" if is_full else "<of the site>"


def _is_of_site(name: str, words: Iterable[str], site: str) -> bool:
    """Whether the host is called as the writer is."""
    squeezed = _NO_LETTER.sub("", name)
    label = _NO_LETTER.sub("", _host(site).rpartition(".")[0])
    return len(squeezed) > 3 < len(label) and (
        squeezed in label
        or label in squeezed
        or any(len(word) > 3 and word in label for word in words)
    )


def _shapes(source: str) -> Iterator[str]:
    plain = _TAG.sub(" ", source)
    text = _ADDRESS.sub("", plain)
    yield f"<length {sum(map(len, plain.split())).bit_length()}>"
    if "<a " in source:
        yield "<link>"
    elif len(text) < len(plain):
        yield "<bare link>"
        if len(text.split()) < 4:
            yield "<only a link>"
    else:
        yield "<no link>"
    yield from (name for name, shape in _IN_SOURCE.items() if shape.search(source))
    yield from (name for name, shape in _IN_TEXT.items() if shape.search(text))
    if text.count("!") > 2:
        yield "<exclamations>"
    begin = text[:1000]
    letters = sum(map(str.isalpha, begin))
    if letters > 10 and 2 * sum(map(str.isupper, begin)) > letters:
        yield "<capitals>"
    if not begin.isascii() and any(map(_is_faked, _LOOSE_WORD.findall(begin))):
        yield "<mixed scripts>"


def _is_faked(word: str) -> bool:
    """Whether letters of two scripts that look alike are in one word."""
    if word.isascii():
        return False
    scripts = frozenset(map(script_of, word))
    return any(scripts >= faked for faked in _FAKED)
