"""What WordPress keeps of a text, as HTML that stands for itself.

Its editors leave marks of their own in a text: comments around blocks, shortcodes in
brackets, blank lines for paragraphs, addresses that become players. What comes out here
is what a reader saw, as far as HTML alone can say it. It is as little trusted as what
went in: the sanitiser comes after.
"""

import html as entities
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from bleach.html5lib_shim import HTML_TAGS

from blog.text import autop, embeds
from blog.text.markdown import OBSOLETE_TAGS
from blog.text.policies import site_address
from blog.text.tokens import Comment, End, Piece, Start, Text, names, pieces

# Shortcodes that count even without attributes or an end.
KNOWN_SHORTCODES = names(
    "archives audio caption code contact-form contact-form-7 contact_form dailymotion "
    "embed flickr gallery gist googlemaps instagram playlist poll polldaddy scribd "
    "slideshare soundcloud sourcecode spotify tweet twitter video vimeo wp_caption "
    "wpvideo youtube"
)
_CODE_SHORTCODES = frozenset({"code", "sourcecode"})
_CAPTIONS = frozenset({"caption", "wp_caption"})
# What plays one file or several, and the attributes that say which.
_PLAYERS = frozenset({"audio", "video"})
_PLAYED = (
    *("src", "mp3", "m4a", "ogg", "flac", "wav", "mp4", "m4v", "webm", "ogv", "wmv"),
    "flv",
)
_COLLECTIONS = frozenset({"gallery", "playlist"})
_ENDLESS = _PLAYERS | _COLLECTIONS
# With these, nothing needs to be said: they come over.
_CONVERTED = _CAPTIONS | _PLAYERS | _COLLECTIONS | {"embed"}
# Shortcodes are words in these.
_CODE_TAGS = frozenset({"code", "pre", "textarea"})
_TITLE_TAGS = names(
    "a abbr b big br cite code del em font i ins kbd mark q s small span strike strong "
    "sub sup tt u var wbr"
)
_KNOWN_TAGS = (
    HTML_TAGS
    | OBSOLETE_TAGS
    | names(
        "applet basefont bgsound blink command dir frame frameset image isindex "
        "listing marquee math nobr noembed noframes plaintext rb rtc search spacer svg "
        "xml xmp"
    )
)

_BLOCK = re.compile(
    r"\s{0,9}(?P<end>/)?wp:(?:core/)?(?P<name>[a-z][a-z0-9_/-]{0,99}+)"
    r"(?P<attributes>.*?)(?P<void>/)?\s{0,9}",
    re.DOTALL,
)
_TYPED_BLOCKS = frozenset({"classic", "freeform", "shortcode"})
_SHORTCODE = re.compile(
    r"\[(?P<end>/)?(?P<name>[a-z][a-z0-9_-]{2,99}+)(?P<attributes>(?=[\s/\]])[^\[\]]*+)\]"
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])([\w-]{1,99}+)\s{0,9}=\s{0,9}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'/]++))"
)
_LINE_TAGS = re.compile(r"<br\b|</(?:p|div)\b", re.IGNORECASE)


# What a collection of files shows, by its attributes; "" if it is nothing.
Collected = Callable[[str, Mapping[str, str]], str]


def nothing(name: str, attributes: Mapping[str, str]) -> str:
    """No files: galleries and playlists show none."""
    return ""


def content(html: str, collected: Collected = nothing) -> str:
    """A post's text as HTML to be kept, and edited from then on.

    Comments are gone but for ``<!--more-->`` and ``<!--nextpage-->``; typed text has
    its paragraphs; captions are figures. What another site would show in the page
    (a video, a map) is a link to it. ``collected`` writes galleries and playlists.
    Other shortcodes stay as they are, and tags that HTML does not have become the words
    they were meant as.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    texts: list[str] = []
    for part, is_typed in _parts(html):
        part = _without_shortcodes(part, collected)
        text = embeds.as_links(part, paragraphs=not is_typed)
        text = _as_words(text)
        if is_typed and text.strip():
            before = text[: len(text) - len(text.lstrip())]
            after = text[len(text.rstrip()) :]
            text = f"{before}{autop.paragraphs(text)}{after}"
        texts.append(text)
    return _joined(texts).strip()


def title(text: str) -> str:
    """A title as plain text: no tags, and its entities read once.

    Words in angle brackets that are no tags of running text stay.
    """
    words: list[str] = []
    for piece in pieces(text):
        match piece.token:
            case Start(name, _) | End(name) if name in _TITLE_TAGS:
                words.append(" " if name == "br" else "")
            case Comment():
                pass
            case _:
                words.append(entities.unescape(piece.raw))
    return " ".join("".join(words).split())


def shortcodes(html: str) -> Counter[str]:
    """How often each shortcode begins in a text that ``content`` leaves as it is, by
    name; without those in code.

    "[sic]" is none: a name counts if it is well known, or where it has attributes or an
    end.
    """
    found: Counter[str] = Counter()
    if _SHORTCODE.search(html) is None:
        return found
    masked = _masked(html)
    marks = list(_SHORTCODE.finditer(masked))
    last_end = {mark["name"]: mark.start() for mark in marks if mark["end"]}
    skipped_to = 0
    for mark in marks:
        name = mark["name"]
        has_end = last_end.get(name, -1) > mark.start()
        if mark["end"] or mark.start() < skipped_to or _is_escaped(masked, mark):
            continue
        is_one = name in KNOWN_SHORTCODES or has_end
        if is_one or _ATTRIBUTE.search(mark["attributes"]):
            found[name] += name not in _CONVERTED
        if name in _CODE_SHORTCODES and has_end:
            skipped_to = masked.index(f"[/{name}]", mark.end())
    return +found


def collections(html: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The galleries and playlists of a text, with their attributes."""
    if "[gallery" not in html and "[playlist" not in html:
        return
    masked = _masked(html)
    for mark in _SHORTCODE.finditer(masked):
        is_begin = mark["name"] in _COLLECTIONS and not mark["end"]
        if is_begin and not _is_escaped(masked, mark):
            yield mark["name"], _attributes(mark["attributes"])


# Blocks


def _joined(texts: Iterable[str]) -> str:
    """The texts with one blank line at most where a comment stood between them."""
    written: list[str] = []
    line_ends = 0
    for text in texts:
        words = text.strip("\n")
        before = len(text) - len(text.lstrip("\n"))
        written.append("\n" * min(before, 2 - line_ends))
        line_ends = min(line_ends + before, 2)
        if words:
            line_ends = min(len(text) - len(text.rstrip("\n")), 2)
            written.append(words + "\n" * line_ends)
    return "".join(written)


def _parts(html: str) -> Iterator[tuple[str, bool]]:
    """The text without its comments around blocks, in parts: each with whether it was
    typed without paragraphs.
    """
    blocks: list[str] = []
    part: list[str] = []
    for piece in pieces(html):
        mark = (
            _BLOCK.fullmatch(piece.token.text)
            if isinstance(piece.token, Comment)
            else None
        )
        if mark is None:
            part.append(piece.raw)
            continue
        yield "".join(part), not blocks or blocks[-1] in _TYPED_BLOCKS
        part = []
        name = mark["name"]
        if mark["void"]:
            yield _shown_by(name, mark["attributes"]), False
        elif not mark["end"]:
            blocks.append(name)
        elif name in blocks[-20:]:
            while blocks.pop() != name:
                pass
    yield "".join(part), not blocks or blocks[-1] in _TYPED_BLOCKS


def _shown_by(name: str, attributes: str) -> str:
    """What a block shows that has no text: an address, if it is a link to one."""
    url = _block_attribute("url", attributes)
    if not url or site_address(url) is None:
        return ""
    if name == "social-link":
        words = _block_attribute("label", attributes)
        words = words or _block_attribute("service", attributes).capitalize()
        return f"<li>{embeds.link(url, words)}</li>"
    if name == "embed" or name.startswith("core-embed/"):
        return f"<p>{embeds.link(url)}</p>"
    return ""


def _block_attribute(name: str, attributes: str) -> str:
    # A regular expression and no parser of JSON, which ends on deep nesting.
    found = re.search(
        rf'"{name}"\s{{0,9}}:\s{{0,9}}("(?:[^"\\]|\\.){{0,2000}}")', attributes
    )
    if found is None:
        return ""
    try:
        return str(json.loads(found[1]))
    except ValueError:
        return ""


# Shortcodes


def _masked(html: str) -> str:
    """The text with blanks where shortcodes are none: in code and in comments."""
    found = list(pieces(html))
    ends_left = Counter(p.token.name for p in found if isinstance(p.token, End))
    masked: list[str] = []
    code = ""
    for piece in found:
        token = piece.token
        if isinstance(token, End):
            ends_left[token.name] -= 1
        if code or token is None or isinstance(token, Comment):
            masked.append(" " * len(piece.raw))
        else:
            masked.append(piece.raw)
        if isinstance(token, End) and token.name == code:
            code = ""
        elif (
            not code
            and isinstance(token, Start)
            and token.name in _CODE_TAGS
            and ends_left[token.name] > 0
        ):
            code = token.name
    return "".join(masked)


def _is_escaped(masked: str, mark: re.Match[str]) -> bool:
    """Whether it is an example, with its brackets doubled."""
    if masked[mark.start() - 1 : mark.start()] != "[":
        return False
    if masked.startswith("]", mark.end()):
        return True
    end = masked.find(f"[/{mark['name']}]", mark.end(), mark.end() + 10_000)
    return end >= 0 and masked.startswith("]]", end + len(f"[/{mark['name']}"))


def _without_shortcodes(html: str, collected: Collected) -> str:
    """The text with HTML for the shortcodes that HTML can say: captions, embeds,
    players and galleries.
    """
    if _SHORTCODE.search(html) is None:
        return html
    html = "".join(piece.raw for piece in pieces(html))
    masked = _masked(html)
    written: list[str] = []
    position = 0
    for begin, end in _whole(masked):
        inside = html[begin.end() : end.start()] if end else ""
        attributes = html[begin.start("attributes") : begin.end("attributes")]
        replaced = _as_html(begin["name"], _attributes(attributes), inside, collected)
        if replaced is None and end and begin["name"] in _CODE_SHORTCODES:
            replaced = _as_code(html[begin.start() : begin.end()], inside, end[0])
        if replaced is not None:
            written += [html[position : begin.start()], replaced]
            position = (end or begin).end()
    return "".join([*written, html[position:]])


def _whole(masked: str) -> Iterator[tuple[re.Match[str], re.Match[str] | None]]:
    """The shortcodes that we know: their begins, and their ends where they hold
    something or are closed at once. Some need no end.
    """
    marks = [
        mark
        for mark in _SHORTCODE.finditer(masked)
        if mark["name"] in _CONVERTED | _CODE_SHORTCODES
    ]
    last_end = {mark["name"]: mark.start() for mark in marks if mark["end"]}
    begin: re.Match[str] | None = None
    for mark in marks:
        name = mark["name"]
        if mark["end"]:
            if begin is not None and begin["name"] == name:
                yield begin, mark
                begin = None
            continue
        if begin is not None and begin["name"] in _CODE_SHORTCODES:
            continue  # an example in the code
        if begin is not None and begin["name"] in _ENDLESS:
            yield begin, None
            begin = None
        if _is_escaped(masked, mark):
            begin = None
        elif last_end.get(name, -1) > mark.start():
            begin = mark
        elif name in _ENDLESS and begin is None:
            yield mark, None
    if begin is not None and begin["name"] in _ENDLESS:
        yield begin, None


def _attributes(text: str) -> dict[str, str]:
    return {
        found[1].lower(): found[2] or found[3] or found[4] or ""
        for found in _ATTRIBUTE.finditer(text)
    }


def _as_html(
    name: str, attributes: dict[str, str], inside: str, collected: Collected
) -> str | None:
    if name in _CAPTIONS:
        return _figure(attributes, inside)
    if name in _COLLECTIONS:
        return collected(name, attributes)
    if name in _PLAYERS:
        return _player(attributes, inside)
    if name == "embed":
        url = entities.unescape(inside.strip())
        return None if site_address(url) is None else embeds.link(url)
    return None


def _player(attributes: dict[str, str], inside: str) -> str | None:
    """A link to the first file that is played; ``None`` if there is none."""
    named = (attributes.get(each, "") for each in _PLAYED)
    url = next((each for each in (*named, inside.strip()) if each), "")
    if site_address(url) is None:
        return None
    return embeds.link(url, embeds.file_name(url))


def _as_code(begin: str, inside: str, end: str) -> str | None:
    """The shortcode as it is, in a block that keeps its lines; None if it has none."""
    if "\n" not in inside or _LINE_TAGS.search(inside):
        return None
    return f"<pre>{begin}{inside.replace('<', '&lt;')}{end}</pre>"


def _figure(attributes: dict[str, str], inside: str) -> str:
    """A picture with its caption, which older posts have as an attribute."""
    picture, words = _picture_and_words(inside)
    if "caption" in attributes:
        picture, words = inside.strip(), attributes["caption"].strip()
    align = attributes.get("align", "")
    if align not in ("alignnone", "alignleft", "aligncenter", "alignright"):
        align = ""
    classes = f"wp-caption {align}".strip()
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure class="{classes}">{picture}{caption}</figure>'


def _picture_and_words(inside: str) -> tuple[str, str]:
    """What comes up to the first picture and the link around it, and what after it."""
    found = list(pieces(inside))
    position = link = 0
    for index, piece in enumerate(found):
        position += len(piece.raw)
        match piece.token:
            case Start("a", _):
                link += 1
            case End("a"):
                link -= 1
            case Start("img", _):
                picture, rest = inside[:position], inside[position:].strip()
                if link > 0:
                    is_closed = _next_tag(found[index + 1 :]) == End("a")
                    rest = rest.partition(">")[2].strip() if is_closed else rest
                    picture += "</a>"
                return picture.strip(), rest
    return inside.strip(), ""


def _next_tag(found: list[Piece]) -> object:
    """What comes first but for white space."""
    for piece in found:
        if piece.raw.strip():
            return piece.token
    return None


# Tags


def _as_words(html: str) -> str:
    """The HTML without comments but for WordPress's marks, and with the tags as words
    that HTML does not have, such as "<gmaxwell>" in a log of a chat.
    """
    written: list[str] = []
    foreign = ""
    for piece in pieces(html):
        raw = piece.raw
        match piece.token:
            case Comment() as comment:
                raw = raw if autop.is_mark(comment) else ""
            case Text():
                raw = "&lt;" if raw == "<" else raw
            case Start(name, attributes):
                is_word = not any(attributes.values()) and _is_word(name)
                raw = _escaped(raw) if is_word and not foreign else raw
                foreign = foreign or (name if name in ("svg", "math") else "")
            case End(name):
                raw = _escaped(raw) if _is_word(name) and not foreign else raw
                foreign = "" if name == foreign else foreign
            case None if raw.startswith(("<?", "</")) and not raw.startswith("<?xml"):
                raw = _escaped(raw)
            case None:
                raw = ""
        written.append(raw)
    return "".join(written)


def _is_word(name: str) -> bool:
    # Word's paste has "o:p", plug-ins have "fb:like" and "amp-img".
    is_address = name in ("http:", "https:")
    return is_address or (name not in _KNOWN_TAGS and not re.search(r"[:-]", name))


def _escaped(raw: str) -> str:
    return raw.replace("<", "&lt;").replace(">", "&gt;")
