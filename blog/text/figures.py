"""What becomes of pictures and of addresses that stand alone, once a text is HTML.

A picture of the library comes in the sizes and formats that browsers choose from; alone
in its paragraph it is a figure, with its title as the caption. One that the library has
no more leaves its words: a reader sees no broken sign. The address of a film
alone in its paragraph is a card that asks nobody before it is pressed.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup

from blog.text.pictures import Picture
from blog.text.tokens import Attributes, End, Piece, Start, Text, pieces

# How wide a picture is shown: as wide as the text, which is narrower than a large
# window (tokens.css: --measure).
SIZES = "(min-width: 48rem) 42rem, 100vw"
WIDE_SIZES = "100vw"

_ADDRESS = re.compile(r"(?:https?://[^/?#]+)?/media/([1-9][0-9]{0,17})/[^/?#]+")
_WIDE = frozenset({"alignwide", "alignfull"})
_YOUTUBE = re.compile(r"(?:(?:www|m|music)\.)?youtube(?:-nocookie)?\.com")
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class Find(Protocol):
    """Who knows the library."""

    def __call__(self, ids: Collection[int]) -> Mapping[int, Picture]: ...


def nothing(ids: Collection[int]) -> Mapping[int, Picture]:
    """No library: what a text says of pictures stays as it is."""
    return {}


def media_ids(text: str) -> list[int]:
    """The files of the library that HTML shows or links to, each once, in order."""
    found = (_ADDRESS.match(each) for each in re.findall(r"/media/[^\s\"'<>)]+", text))
    return list(dict.fromkeys(int(each[1]) for each in found if each))


def dressed(text: str, find: Find) -> str:
    """Well-formed HTML with its pictures and cards. The first picture is loaded at
    once, the others when they come near.
    """
    ids = media_ids(text)
    known = find(ids) if ids else {}
    gone = frozenset() if find is nothing else frozenset(ids).difference(known)
    return "".join(_Dresser(text, known, gone).written())


def picture_html(
    picture: Picture,
    *,
    sizes: str = SIZES,
    alt: str | None = None,
    is_lazy: bool = True,
    attributes: Mapping[str, str] | None = None,
) -> Markup:
    """A picture in all its sizes; ``alt`` None is the library's. ``attributes`` are
    more of its ``<img>``. The result is safe: every value is escaped.
    """
    words = picture.alt if alt is None else alt
    image = {
        "src": _address(picture.src, picture.version),
        "alt": "" if picture.is_decorative and alt is None else words,
        "width": str(picture.width),
        "height": str(picture.height),
        **(attributes or {}),
    }
    if is_lazy:
        image["loading"] = "lazy"
    image["decoding"] = "async"
    if not picture.widths or not picture.formats:
        return Markup(_tag("img", image))  # noqa: S704
    *better, plain = picture.formats
    sources = [
        _tag(
            "source",
            {
                "type": f"image/{each}",
                "srcset": _srcset(picture, each),
                "sizes": sizes,
            },
        )
        for each in better
    ]
    choice = _srcset(picture, plain)
    if picture.width not in picture.widths:
        choice += f", {_address(picture.src, picture.version)} {picture.width}w"
    image |= {"srcset": choice, "sizes": sizes}
    return Markup(  # noqa: S704
        f"<picture>{''.join(sources)}{_tag('img', image)}</picture>"
    )


def _srcset(picture: Picture, format: str) -> str:
    stem = picture.src.rpartition(".")[0]
    return ", ".join(
        f"{_address(f'{stem}-{width}.{format}', picture.version)} {width}w"
        for width in picture.widths
    )


def _address(path: str, version: int) -> str:
    return f"{path}?v={version}"


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(
        f' {each}="{html.escape(value)}"' for each, value in attributes.items()
    )
    return f"<{name}{written}>"


class _Alone(NamedTuple):
    """A picture that is all there is in a paragraph, perhaps with a link around it."""

    picture: Picture | None  # None: it was one of the library's
    image: Attributes
    link: Piece | None
    after: int  # the index of the piece behind the paragraph


class _Dresser:
    def __init__(
        self, text: str, known: Mapping[int, Picture], gone: Collection[int]
    ) -> None:
        self._pieces = list(pieces(text))
        self._known, self._gone = known, gone
        self._is_first = True

    def written(self) -> Iterator[str]:
        index = 0
        while index < len(self._pieces):
            piece = self._pieces[index]
            index += 1
            match piece.token:
                case Start("p", attributes):
                    alone = self._alone(index)
                    if alone is not None:
                        yield self._figure(alone, attributes)
                        index = alone.after
                    else:
                        yield self._card(index - 1) or piece.raw
                case Start("img", attributes):
                    picture = self._find(attributes)
                    if picture is not None:
                        yield self._shown(picture, attributes)
                    elif self._is_gone(attributes):
                        yield _words_of(attributes)
                    else:
                        yield piece.raw
                case _:
                    yield piece.raw

    def _find(self, attributes: Attributes) -> Picture | None:
        address = _ADDRESS.fullmatch(attributes.get("src", "").partition("?")[0])
        return self._known.get(int(address[1])) if address else None

    def _is_gone(self, attributes: Attributes) -> bool:
        """Whether it was of this site's library; another site's has a host."""
        source = attributes.get("src", "").partition("?")[0]
        address = _ADDRESS.fullmatch(source) if source.startswith("/") else None
        return address is not None and int(address[1]) in self._gone

    def _shown(self, picture: Picture, attributes: Attributes) -> str:
        kept = {
            name: value
            for name, value in attributes.items()
            if name in ("class", "dir", "id", "lang", "title")
        }
        is_wide = not _WIDE.isdisjoint(attributes.get("class", "").split())
        is_lazy, self._is_first = not self._is_first, False
        return picture_html(
            picture,
            sizes=WIDE_SIZES if is_wide else SIZES,
            alt=attributes.get("alt") or None,
            is_lazy=is_lazy,
            attributes=kept,
        )

    def _alone(self, begin: int) -> _Alone | None:
        """The picture that fills the paragraph whose first piece this is."""
        image: Attributes | None = None
        link: Piece | None = None
        for after in range(begin, min(begin + 7, len(self._pieces))):
            match self._pieces[after].token:
                case Text(text) if not text.strip():
                    pass
                case Start("a") if link is None and image is None:
                    link = self._pieces[after]
                case Start("img", attributes) if image is None:
                    image = attributes
                case End("a"):
                    pass
                case End("p") if image is not None:
                    picture = self._find(image)
                    if picture is None and not self._is_gone(image):
                        return None
                    return _Alone(picture, image, link, after + 1)
                case _:
                    return None
        return None

    def _figure(self, alone: _Alone, paragraph: Attributes) -> str:
        image = dict(alone.image)
        caption = image.pop("title", "").strip()
        classes = f"{paragraph.get('class', '')} {image.pop('class', '')}".split()
        if not _WIDE.isdisjoint(classes):
            image["class"] = next(each for each in classes if each in _WIDE)
        if alone.picture is not None:
            shown = self._shown(alone.picture, image)
        else:
            shown = _words_of(image)
        if alone.link is not None and shown:
            shown = f"{alone.link.raw}{shown}</a>"
        if not shown and not caption:
            return ""
        below = f"<figcaption>{html.escape(caption, quote=False)}</figcaption>"
        kept = {"class": " ".join(classes)} if classes else {}
        return f"{_tag('figure', kept)}{shown}{below if caption else ''}</figure>"

    def _card(self, index: int) -> str | None:
        """The start of a paragraph in which an address stands alone."""
        tokens = [piece.token for piece in self._pieces[index : index + 5]]
        match tokens:
            case [
                Start("p", attributes),
                Start("a", link),
                Text(words),
                End("a"),
                End("p"),
            ] if not attributes and words.strip() == link.get("href"):
                return _tag("p", {"class": f"embed embed-{_service(words.strip())}"})
        return None


def _words_of(image: Attributes) -> str:
    """What stands in the place of a picture that is gone: what the text says of it."""
    words = html.escape(image.get("alt", "").strip(), quote=False)
    return f"<em>{words}</em>" if words else ""


def _service(address: str) -> str:
    """Whose film it is; "link" for any other page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "link"
    host, path = (parts.hostname or ""), parts.path
    if host == "youtu.be" and _VIDEO_ID.fullmatch(path.strip("/")):
        return "youtube"
    if _YOUTUBE.fullmatch(host):
        named = parse_qs(parts.query).get("v", [""])[0] if path == "/watch" else ""
        named = named or re.sub("^/(?:embed|shorts|live)/", "", path).strip("/")
        return "youtube" if _VIDEO_ID.fullmatch(named) else "link"
    if host in ("vimeo.com", "www.vimeo.com", "player.vimeo.com"):
        is_film = re.fullmatch(r"/(?:video/)?[0-9]{4,12}(?:/[0-9a-f]{6,20})?/?", path)
        return "vimeo" if is_film else "link"
    return "link"
