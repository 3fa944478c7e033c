"""What another site would show in the page, as links to it.

A player tells that site who reads, and needs its scripts; so none comes through the
sanitiser. Here the address it would have shown is kept.
"""

import html as entities
import re
from collections import Counter
from urllib.parse import unquote, urlsplit

from blog.text.autop import BLOCKS
from blog.text.policies import site_address
from blog.text.tokens import Attributes, End, Start, Text, names, pieces

_GONE = names("audio embed iframe object param script source style track video")
# The names under which players told Flash what to play.
_PARAMETERS = frozenset({"filename", "movie", "src", "url"})
_ADDRESS = re.compile(r"https?://[^\s<>\"\[\]]++", re.IGNORECASE)
_GIST = re.compile(r"((?:https?:)?//gist\.github\.com/[\w./-]{1,200}?)\.js(?:\?.*)?")
# A link of its own stands neither in these …
_NO_LINKS = frozenset({"a", "code", "pre", "textarea"})
# … nor a paragraph in these.
_NO_PARAGRAPHS = names(
    "a abbr b cite code del dt em figure font h1 h2 h3 h4 h5 h6 i li ins p pre q s "
    "small span strong sub summary sup table td th u"
)


def link(url: str, words: str = "") -> str:
    """A link with these words, or the address's own."""
    return f'<a href="{entities.escape(url)}">{entities.escape(words or url)}</a>'


def as_links(html: str, *, paragraphs: bool) -> str:
    """The HTML with links instead of frames, players, plug-ins and scripts.

    An address that has a line for itself, which WordPress made a player of, becomes a
    link too. With ``paragraphs``, a link that stands in no text gets one.
    """
    return _Writer(html, paragraphs=paragraphs).written()


class _Writer:
    def __init__(self, html: str, *, paragraphs: bool) -> None:
        self._pieces = list(pieces(html))
        self._paragraphs = paragraphs
        self._out: list[str] = []
        # How many elements of a kind are open that matter here.
        self._inside: Counter[str] = Counter()
        # What a plug-in would have shown; known when all its parts are read.
        self._plugged: str | None = None
        # Whether a player still waits for the first of its sources.
        self._is_waiting = False

    def written(self) -> str:
        for index, piece in enumerate(self._pieces):
            match piece.token:
                case Start(name, attributes) if name in _GONE:
                    self._start(name, attributes)
                case End(name) if name in _GONE:
                    self._end(name)
                case Text() if not any(self._inside[name] for name in _NO_LINKS):
                    self._text(piece.raw, index)
                case None if self._is_code(index):
                    pass
                case token:
                    self._count(token)
                    self._out.append(piece.raw)
        self._end("object")
        return "".join(self._out)

    def _is_code(self, index: int) -> bool:
        before = self._pieces[index - 1].token if index else None
        return isinstance(before, Start) and before.name in ("script", "style")

    def _count(self, token: object) -> None:
        if isinstance(token, Start) and token.name in _NO_PARAGRAPHS | _NO_LINKS:
            self._inside[token.name] += 1
        elif isinstance(token, End) and self._inside[token.name]:
            self._inside[token.name] -= 1

    def _start(self, name: str, attributes: Attributes) -> None:
        source = _source(attributes)
        match name:
            case "iframe":
                self._show(source, attributes.get("title", ""))
            case "script":
                gist = _GIST.fullmatch(source)
                self._show(gist[1] if gist else "")
            case "audio" | "video":
                self._is_waiting = not source
                self._show(source, file_name(source))
            case "source" if self._is_waiting:
                self._is_waiting = False
                self._show(source, file_name(source))
            case "object":
                # WordPress shows a file in the page above a link to it.
                is_file = "wp-block-file__embed" in attributes.get("class", "")
                self._inside["object"] += 1
                self._plugged = "" if is_file else attributes.get("data", "")
            case "param" | "embed" if self._inside["object"]:
                named = attributes.get("name", "").lower() in _PARAMETERS
                source = attributes.get("value", "") if named else source
                self._plugged = self._plugged or source
            case "embed":
                self._show(source)

    def _end(self, name: str) -> None:
        if name in ("audio", "video"):
            self._is_waiting = False
        elif name == "object" and self._inside["object"]:
            self._inside["object"] = 0
            self._show(self._plugged or "")
            self._plugged = None

    def _show(self, source: str, words: str = "") -> None:
        url = site_address(source)
        if url is None or url.startswith("#"):
            return
        written = link(url, words.strip())
        if self._paragraphs and not any(self._inside[n] for n in _NO_PARAGRAPHS):
            written = f"<p>{written}</p>"
        self._out.append(written)

    def _text(self, raw: str, index: int) -> None:
        lines = raw.split("\n")
        for number, line in enumerate(lines):
            address = line.strip(" \t")
            is_whole = (number > 0 or self._is_edge(index - 1)) and (
                number < len(lines) - 1 or self._is_edge(index + 1)
            )
            if is_whole and _ADDRESS.fullmatch(address):
                line = line.replace(address, link(entities.unescape(address)))
            self._out.append(f"\n{line}" if number else line)

    def _is_edge(self, index: int) -> bool:
        """Whether a line ends at this piece, or at the end of the text."""
        if not 0 <= index < len(self._pieces):
            return True
        token = self._pieces[index].token
        return isinstance(token, Start | End) and (
            token.name in BLOCKS or token.name == "br"
        )


def _source(attributes: Attributes) -> str:
    # Plug-ins that load frames late keep their address elsewhere.
    places = ("src", "data-src", "data-lazy-src")
    found = (attributes.get(place, "").strip() for place in places)
    return next((url for url in found if url and url != "about:blank"), "")


def file_name(url: str) -> str:
    """The last part of an address, as people read it; "" if it has none."""
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:  # no address at all
        return ""
