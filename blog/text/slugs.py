"""The words in an address: ``/2026/05/an-example/``."""

import re
import unicodedata
from collections.abc import Callable

# In bytes of UTF-8, as WordPress keeps them; a link in any script stays shareable.
MAX_BYTES = 200
_ASKED_IN_TURN = 10

# Addresses that the program itself answers; a post named so could not be reached.
RESERVED = frozenset(
    {
        *("admin", "login", "logout", "setup", "account", "preview"),
        *("feed", "feed.json", "rdf", "rss", "rss2", "atom", "embed", "trackback"),
        *("archive", "author", "category", "comment", "comments", "page", "search"),
        *("series", "tag", "privacy", "media", "static", "subscriptions"),
        *("avatar", "c", "moderate", "my-comments"),
        *("forgotten", "invitation", "recovery"),
        *("favicon.ico", "robots.txt", "sitemap.xml", "sitemap"),
        *("healthz", "readyz", "well-known", ".well-known", "webmention"),
        *("wp-admin", "wp-content", "wp-includes", "wp-json", "wp-login", "xmlrpc"),
    }
)

# Hebrew points and Arabic vowel signs are optional in writing, and nobody types them
# in an address. The hamza and madda (U+0653 to U+0655) make other letters: they stay.
_OPTIONAL_SIGNS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed"
    "\u08d3-\u08ff]"
)
# Marks that belong to emoji and variant forms, never to a word.
_VARIANTS = re.compile("[\ufe00-\ufe0f\u20dd-\u20e4\U000e0100-\U000e01ef]")
_APOSTROPHES = re.compile(r"(?<=\w)['\u02bc\u2018\u2019\uff07](?=\w)")
# Persian and Urdu part words with it; in Indic scripts it only shapes a letter.
_ARABIC_JOINT = re.compile("(?<=[\u0600-\u06ff\u0750-\u077f])\u200c")


def slugify(text: str) -> str:
    """The text as part of an address: letters and digits of any script, and hyphens.

    At most 200 bytes. Accents on Latin letters go; vowel signs of Indic scripts and
    Thai are part of the word and stay. Empty when no letter or digit is left. The
    result goes through unchanged when it comes back.
    """
    text = _folded(text[: MAX_BYTES * 20])
    words = "".join(_letters(text)).split("-")
    slug = unicodedata.normalize("NFC", "-".join(word for word in words if word))
    return _shortened(slug, MAX_BYTES)


def is_slug(text: str) -> bool:
    """Whether the text can be an address as it is: well-formed and not reserved."""
    return text != "" and text not in RESERVED and slugify(text) == text


def suffixed(slug: str, n: int) -> str:
    """``slug-n``, for a second post of the same name; still at most 200 bytes."""
    ending = f"-{n}"
    return _shortened(slug, MAX_BYTES - len(ending)) + ending


def free(slug: str, is_taken: Callable[[str], bool]) -> str:
    """The slug, or else one with a number that is not taken. Of thousands that share a
    name it asks after a few: a file may hold that many.
    """
    if not is_taken(slug):
        return slug
    for number in range(2, _ASKED_IN_TURN + 1):
        if not is_taken(suffixed(slug, number)):
            return suffixed(slug, number)
    low, high = _ASKED_IN_TURN, 2 * _ASKED_IN_TURN
    while is_taken(suffixed(slug, high)):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if is_taken(suffixed(slug, middle)):
            low = middle
        else:
            high = middle
    return suffixed(slug, high)


def _folded(text: str) -> str:
    # Folding case can undo composition and the other way round (U+1FB3, U+0345);
    # Unicode's own recipe (UAX 15, NFKC_Casefold) repeats the two.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    text = _ARABIC_JOINT.sub("-", unicodedata.normalize("NFKD", text))
    return _APOSTROPHES.sub("", _OPTIONAL_SIGNS.sub("", _VARIANTS.sub("", text)))


def _letters(text: str) -> list[str]:
    """The characters that stay; anything between words becomes a hyphen."""
    kept: list[str] = []
    takes_marks = False
    for char in text:
        category = unicodedata.category(char)
        if category[0] == "L" or category in ("Nd", "Nl"):
            kept.append(char)
            takes_marks = category[0] == "L" and not _is_latin(char)
        elif category[0] == "M":
            if takes_marks:
                kept.append(char)
        elif category != "Cf":
            kept.append("-")
            takes_marks = False
    return kept


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN ")


def _shortened(slug: str, max_bytes: int) -> str:
    """Cut between characters, and never between a letter and its marks."""
    encoded = slug.encode()
    if len(encoded) <= max_bytes:
        return slug
    kept = encoded[:max_bytes].decode(errors="ignore")
    end = len(kept)
    while end > 0 and unicodedata.category(slug[end])[0] == "M":
        end -= 1
    return slug[:end].rstrip("-")
