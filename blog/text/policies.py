"""What comments and posts may hold: tags, attributes and the values these may have.

Pure rules, asked twice: when HTML is written again (``wellformed``), and by the
sanitiser, which has the last word.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

import nh3

from blog.text.normalize import without_invisible
from blog.text.tokens import Attributes, End, Start, Text, Token, names

SCHEMES = frozenset({"http", "https", "mailto"})

# WordPress's tags for guests, and what Markdown makes. Neither list ever holds an
# element with raw text or of another vocabulary (trust.md, H25): svg, math, style,
# title, textarea, xmp, iframe, noembed, noframes, noscript, plaintext, script, form.
COMMENT_TAGS = names(
    "a abbr b blockquote br cite code del em i li ol p pre q s strong ul"
)
COMMENT_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href", "title"}),
    "abbr": frozenset({"title"}),
    "blockquote": frozenset({"cite"}),
    "del": frozenset({"datetime"}),
    "q": frozenset({"cite"}),
}
POST_TAGS = names(
    "a abbr b bdi blockquote br caption cite code dd del details dfn div dl dt em "
    "figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s "
    "samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul "
    "var wbr"
)
POST_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "*": frozenset({"class", "dir", "id", "lang", "title"}),
    "a": frozenset({"href", "rel", "role"}),
    "blockquote": frozenset({"cite"}),
    "del": frozenset({"cite", "datetime"}),
    "details": frozenset({"open"}),
    "img": frozenset({"alt", "height", "loading", "src", "width"}),
    "ins": frozenset({"cite", "datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "q": frozenset({"cite"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"abbr", "colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}

# What ``figures`` makes of the library's pictures. No writer's own comes so far.
FIGURE_TAGS = names("picture source")
FIGURE_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "img": frozenset({"decoding", "sizes", "srcset"}),
    "source": frozenset({"sizes", "srcset", "type"}),
}

# A tag outside the policy whose end parts two texts becomes one that does so too.
COMMENT_RENAMED = {
    **dict.fromkeys(
        names(
            "address article aside center dd div dt figcaption figure footer h1 h2 h3 "
            "h4 h5 h6 header main section td th"
        ),
        "p",
    ),
    "acronym": "abbr",
    "kbd": "code",
    "strike": "s",
    "tt": "code",
}
POST_RENAMED = {
    **dict.fromkeys(
        names(
            "address article aside center dialog fieldset footer form header hgroup "
            "main marquee nav search section"
        ),
        "div",
    ),
    # Their lines are the writer's.
    **dict.fromkeys({"listing", "plaintext", "textarea", "xmp"}, "pre"),
    "acronym": "abbr",
    "dir": "ul",
    "image": "img",
    "menu": "ul",
    "strike": "s",
    "tt": "code",
}
POST_ADDED = {"center": {"align": "center"}}

# What a post may name its anchors with, so that they cannot be the page's own.
ANCHOR_PREFIXES = ("h-", "fn-", "fnref-")
# Where the reader goes on after the part shown in lists.
MORE_ID = "more"
_PAGE_ANCHORS = re.compile(r"|top|content|comments|respond|more|comment-\d+")

_CLASSES = re.compile(
    r"highlight|hl-[a-z0-9]{1,4}|language-[\w+#.-]{1,30}"
    r"|footnotes|footnote-ref|footnote-backref"
    r"|callout|callout-[a-z]{1,20}|pullquote|task|embed|embed-[a-z]{1,20}"
    r"|align(?:none|left|right|center|wide|full)|has-text-align-(?:left|center|right)"
    r"|wp-caption|wp-caption-text|wp-block-[a-z0-9_-]{1,60}|wp-image-\d{1,12}"
    r"|size-[a-z]{1,20}|is-style-[a-z0-9-]{1,30}|has-drop-cap"
    r"|gallery|gallery-[a-z0-9-]{1,30}|columns-\d|is-cropped"
)
_RELATIONS = names("author license me nofollow noopener noreferrer sponsored tag ugc")
_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,3})?)?"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
_INSTANT = re.compile(rf"{_DAY}(?:[T ]{_CLOCK}{_ZONE})?")
_TIME = re.compile(
    rf"{_DAY}(?:[T ]{_CLOCK}{_ZONE}?)?|{_CLOCK}{_ZONE}?"
    r"|[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?"
)
_VALUES: Mapping[str, re.Pattern[str]] = {
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "datetime": _INSTANT,
    "decoding": re.compile(r"async"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "height": re.compile(r"[0-9]{1,5}"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,6}"),
    "loading": re.compile(r"lazy"),
    "open": re.compile(r""),
    "reversed": re.compile(r""),
    "role": re.compile(r"doc-noteref|doc-backlink"),
    "rowspan": re.compile(r"[1-9][0-9]{0,2}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "sizes": re.compile(r"(?:\(min-width: [0-9]{1,3}rem\) [0-9]{1,3}rem, )?100vw"),
    "srcset": re.compile(
        r"(?:(?:^|, )/media/[0-9]{1,18}/[^\s,\"'<>]{1,600} [0-9]{1,5}w){1,20}"
    ),
    "start": re.compile(r"-?[0-9]{1,6}"),
    "type": re.compile(r"[1aAiI]"),
    "value": re.compile(r"-?[0-9]{1,6}"),
    "width": re.compile(r"[0-9]{1,5}"),
}
_FLOAT = re.compile(r"(?:^|;)\s{0,9}float\s{0,9}:\s{0,9}(left|right)")
_TEXT_ALIGN = re.compile(r"(?:^|;)\s{0,9}text-align\s{0,9}:\s{0,9}(left|right|center)")

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# Browsers read "https:evil.example" and "https:/\evil.example" as an address, too.
_WEB = re.compile(r"https?://[^/\\?#.]", re.IGNORECASE)
# Not allowed in an address by the URL standard; browsers encode them just so.
_TO_ENCODE = re.compile(r"[\s\"<>\\^`{|}]")
_BRACKETS = re.compile(r"[\[\]]")
_AUTHORITY = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?://[^/?#]*+)?")
# Nothing of another site, and no scheme hidden before the first slash.
_LOCAL = re.compile(r"(?!//|[/.]*\\)[^:]*?(?:[/?#]|$)")

# Bounded, and starting only where no word runs on: so its time stays linear, which
# that of bleach's own pattern does not. Marks of Chinese and Japanese sentences, which
# need no space after an address, are not part of it.
BARE_URL = re.compile(
    r"(?<![A-Za-z0-9_@./-])(?:https?://|www\.)(?=[^\W_])"
    r"[^\s<>\"。，、；：！？（）「」『』【】《》“”„’…]{1,2000}",
    re.IGNORECASE,
)
_AFTER_URL = ".,;:!?'*_~)]"

_judge = nh3.Cleaner(
    tags={"a"},
    attributes={"a": {"href"}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=None,
)


def address(value: str) -> str | None:
    """An absolute http, https or mailto address with nothing unseen in it, or None."""
    url = without_invisible(value)
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in SCHEMES:
        return None
    if scheme[1].lower() != "mailto" and not _WEB.match(url):
        return None
    url = _encoded_address(url)
    try:
        urlsplit(url)
    except ValueError:  # a bracket before the host, or a letter that stands for "/"
        return None
    # The sanitiser refuses more (a host that cannot be one); ask it now, so that what
    # is kept here is not half taken away later.
    return url if "href" in _judge.clean(f'<a href="{html.escape(url)}">') else None


def site_address(value: str) -> str | None:
    """An absolute address or one of this site, or None. ``//host`` gets https."""
    url = without_invisible(value)
    if url.startswith("//"):
        return address(f"https:{url}")
    if url and _LOCAL.match(url):
        return _encoded_address(url)
    return address(url)


def picture_address(value: str) -> str | None:
    """The address of a picture of this site, or None."""
    url = site_address(value)
    if url is None or url.startswith("#") or _SCHEME.match(url):
        return None
    return url


def without_sentence(url: str) -> str:
    """What ``BARE_URL`` found, without the marks of the sentence it stands in.

    A closing bracket is the address's own if it was opened in it, as in Wikipedia's
    "Recto_(page)".
    """
    end = len(url)
    surplus = url.count(")") - url.count("(")
    while end and url[end - 1] in _AFTER_URL:
        if url[end - 1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        end -= 1
    return url[:end]


def _encoded_address(url: str) -> str:
    authority = _AUTHORITY.match(url)
    after = authority.end() if authority else 0
    # Brackets around an IPv6 address are the only ones that may stand as they are,
    # and the first "#" begins the fragment.
    rest = _BRACKETS.sub(_encoded, url[after:])
    path, mark, fragment = rest.partition("#")
    rest = f"{path}{mark}{fragment.replace('#', '%23')}"
    return _TO_ENCODE.sub(_encoded, url[:after] + rest)


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0])


def comment_attribute(tag: str, name: str, value: str) -> str | None:
    """The value that a comment's attribute may have, or None to leave it out."""
    if name == "rel":  # only the sanitiser writes it
        return value
    if name in ("href", "cite"):
        return address(value)
    return _plain_value(name, value)


def post_attribute(tag: str, name: str, value: str) -> str | None:
    """The value that a post's attribute may have, or None to leave it out."""
    if name in ("href", "cite"):
        return site_address(value)
    if name == "src":
        return picture_address(value)
    if name == "class":
        return _joined(word for word in value.split() if _CLASSES.fullmatch(word))
    if name == "rel":
        return _joined(word for word in value.lower().split() if word in _RELATIONS)
    if name == "id":
        allowed = value.startswith(ANCHOR_PREFIXES) or value == MORE_ID
        return value if allowed and not re.search(r"\s", value) else None
    if tag == "source" and name == "type":
        return value if re.fullmatch("image/(?:avif|webp|jpeg|png)", value) else None
    if tag == "time" and name == "datetime":
        return value.strip() if _TIME.fullmatch(value.strip()) else None
    return _plain_value(name, value)


def _plain_value(name: str, value: str) -> str | None:
    pattern = _VALUES.get(name)
    if pattern is None:
        return value
    value = value.strip()
    if name in ("open", "reversed"):
        return ""
    if name in ("dir", "loading", "scope"):
        value = value.lower()
    return value if pattern.fullmatch(value) else None


def _joined(words: Iterable[str]) -> str | None:
    return " ".join(dict.fromkeys(words)) or None


def comment_attributes(tag: str, found: Attributes) -> Attributes:
    """The attributes that a comment's tag keeps."""
    return _kept(tag, found, COMMENT_ATTRIBUTES, comment_attribute)


def _kept(
    tag: str,
    found: Attributes,
    allowed: Mapping[str, frozenset[str]],
    value_of: Callable[[str, str, str], str | None],
) -> Attributes:
    known = allowed.get("*", frozenset()) | allowed.get(tag, frozenset())
    kept = {
        name: value_of(tag, name, value)
        for name, value in found.items()
        if name in known
    }
    return {name: value for name, value in kept.items() if value is not None}


class PostAttributes:
    """The attributes that the tags of one post keep; remembers the post's anchors.

    Each ``id`` gets a prefix and is given once; links to it follow. Links to the
    page's own anchors stay, unless the post has an anchor of that name itself. Without
    ``anchors`` no tag keeps one.
    """

    def __init__(self, source: str, *, anchors: bool = True) -> None:
        self._anchors = anchors
        self._named = set(_ANCHOR.findall(source))
        self._given: set[str] = set()
        self._repeats: dict[str, int] = {}

    def __call__(self, tag: str, found: Attributes) -> Attributes:
        found = dict(found)
        if not self._anchors:
            found.pop("id", None)
        elif tag == "a" and "name" in found:
            found.setdefault("id", found["name"])
        if tag == "img":
            found.setdefault("alt", "")
        _move_alignment(tag, found)
        if "id" in found:
            found["id"] = self._anchor(tag, found["id"].strip())
        if found.get("href", "").strip().startswith("#"):
            found["href"] = self._target(found["href"].strip())
        kept = _kept(tag, found, POST_ATTRIBUTES, post_attribute)
        if "href" not in kept:
            kept.pop("role", None)
            kept.pop("rel", None)
        return kept

    def _anchor(self, tag: str, name: str) -> str:
        if tag == "span" and name == MORE_ID and MORE_ID not in self._given:
            self._given.add(name)
            return name
        if not name or re.search(r"\s", name):
            return ""
        wanted = name if name.startswith(ANCHOR_PREFIXES) else f"h-{name}"
        unique = wanted
        while unique in self._given:
            self._repeats[wanted] = self._repeats.get(wanted, 1) + 1
            unique = f"{wanted}-{self._repeats[wanted]}"
        self._given.add(unique)
        return unique

    def _target(self, href: str) -> str:
        name = href[1:]
        if name.startswith(ANCHOR_PREFIXES):
            return href
        if _PAGE_ANCHORS.fullmatch(name) and name not in self._named:
            return href
        return f"#h-{name}"


_ANCHOR = re.compile(r"""\s(?:id|name)\s{0,9}=\s{0,9}["']?([^\s"'<>]{1,200})""")


def _move_alignment(tag: str, found: Attributes) -> None:
    """Old ways to align become classes; a style attribute never comes through."""
    side = found.get("align", "").strip().lower()
    if side not in ("left", "right", "center"):
        side = ""
    is_box = tag in ("img", "figure", "table")
    prefix = "align" if is_box else "has-text-align-"
    style = found.get("style", "").lower()
    aligned = _TEXT_ALIGN.search(style)
    floated = _FLOAT.search(style) if is_box else None
    if floated is not None:
        side = floated[1]
    elif aligned is not None:
        side, prefix = aligned[1], "has-text-align-"
    if side:
        found["class"] = f"{found.get('class', '')} {prefix}{side}"


def replace_in_comment(token: Start, in_link: bool) -> tuple[Token, ...] | None:
    """A picture becomes a link; a link without an address loses its tag."""
    if token.name == "img":
        return _as_link(token.attributes, in_link)
    if token.name == "a" and not in_link:
        return None if address(token.attributes.get("href", "")) else ()
    return None


def replace_in_post(token: Start, in_link: bool) -> tuple[Token, ...] | None:
    """A picture of another site becomes a link: showing it would tell that site."""
    if token.name == "img":
        if picture_address(token.attributes.get("src", "")) is not None:
            return None
        return _as_link(token.attributes, in_link)
    if token.name == "time":  # without a date in it, it says nothing
        dated = post_attribute("time", "datetime", token.attributes.get("datetime", ""))
        return () if dated is None else None
    if token.name == "a" and not in_link:
        anchored = "id" in token.attributes or "name" in token.attributes
        href = token.attributes.get("href")
        usable = href is not None and site_address(href) is not None
        return None if usable or anchored else ()
    return None


def replace_in_lede(token: Start, in_link: bool) -> tuple[Token, ...] | None:
    """As in a post; a link within the post, which is not all there, loses its tag."""
    attributes = {
        name: value
        for name, value in token.attributes.items()
        if name not in ("id", "name")
    }
    if token.name == "a" and attributes.get("href", "").strip().startswith("#"):
        return ()
    return replace_in_post(Start(token.name, attributes), in_link)


def _as_link(attributes: Attributes, in_link: bool) -> tuple[Token, ...]:
    url = site_address(attributes.get("src", ""))
    words = attributes.get("alt", "").strip() or attributes.get("title", "").strip()
    if url is not None:
        words = words or unquote(urlsplit(url).path.rpartition("/")[2]) or url
    if url is None or in_link or not words:
        return (Text(words),)
    return Start("a", {"href": url}), Text(words), End("a")
