"""The cards of Ghost's editors as HTML: pictures, bookmarks, buttons, whatever stands
between the paragraphs. Where a theme made players and forms, here are words and links.

Fields that the editors fill with HTML (captions, headings) go through as they are; all
else is escaped.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

from ...text import embeds, markdown

Card = Mapping[str, object]

# Of the HTML of one post; no text is longer, but a small file could repeat itself so.
MOST_HTML = 8 * 1024 * 1024
# What goes into letters to subscribers, and never stood on the site.
_LETTERS = frozenset({"email", "email-cta"})
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_STARS = 5
# Where a card that nobody knows may have words.
_WORDS = (
    *("header", "heading", "title", "subheader", "text", "textValue", "content"),
    *("description", "html", "markdown", "caption"),
)


class Unrendered(ValueError):
    """A document that cannot be read as one; the message says why."""


class Sheet:
    """The HTML of one document as it grows, with what could not be shown, by name.

    ``unknown`` counts what nobody knows, of which the words stay; ``hidden`` what was
    not for every reader, of which nothing stays.
    """

    def __init__(self) -> None:
        self.unknown: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()
        self._parts: list[str] = []
        self._length = 0

    def write(self, text: str) -> None:
        """Add HTML.

        :raise Unrendered: when it becomes longer than any text
        """
        self._length += len(text)
        if self._length > MOST_HTML:
            raise Unrendered("it is too long")
        self._parts.append(text)

    def card(self, name: str, card: Card) -> None:
        """Add a card, or the words of one that nobody knows."""
        if name in _LETTERS or _is_hidden(card):
            self.hidden[name] += 1
            return
        make = CARDS.get(name.removeprefix("card-"))
        if make is None:
            self.unknown[name[:40] or "without a name"] += 1
            make = _unknown
        self.write(make(card))

    @property
    def html(self) -> str:
        return "".join(self._parts)


def escaped(value: object) -> str:
    """A value as text in HTML or in an attribute; "" for what is no text."""
    return html.escape(value) if isinstance(value, str) else ""


def _is_hidden(card: Card) -> bool:
    """Whether a card is kept from readers without an account, as its settings say."""
    visibility = card.get("visibility")
    if not isinstance(visibility, Mapping):
        return False
    web = visibility.get("web")
    gated = isinstance(web, Mapping) and web.get("nonMember") is False
    return gated or visibility.get("showOnWeb") is False


def _text(card: Card, *names: str) -> str:
    """The first field that holds text; "" without one."""
    values = (card.get(name) for name in names)
    return next((v.strip() for v in values if isinstance(v, str) and v.strip()), "")


def _rows(value: object) -> list[Card]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, Mapping)]


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>" if words else ""


def _link(address: str, words: str) -> str:
    """A link around HTML; the words alone where there is no address."""
    return f'<a href="{escaped(address)}">{words}</a>' if address and words else words


def _file_name(address: str) -> str:
    try:
        return unquote(urlsplit(address).path.rpartition("/")[2]) or address
    except ValueError:  # a broken IPv6 address
        return address


def _figure(shown: str, caption: str, classes: str = "") -> str:
    if not shown:
        return _paragraph(caption)
    kind = f' class="{classes}"' if classes else ""
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure{kind}>{shown}{below}</figure>"


def _picture(card: Card, *names: str) -> str:
    """An ``img`` of the address in the first of these fields; "" without one."""
    source = _text(card, *names)
    if not source:
        return ""
    size = "".join(
        f' {name}="{value}"'
        for name in ("width", "height")
        if type(value := card.get(name)) is int and 0 < value < 100_000
    )
    alt, title = _text(card, "alt"), _text(card, "title")
    titled = f' title="{escaped(title)}"' if title else ""
    return f'<img src="{escaped(source)}" alt="{escaped(alt)}"{titled}{size}>'


def _image(card: Card) -> str:
    width = _text(card, "cardWidth", "imageStyle")
    classes = "wp-block-image" + (f" align{width}" if width in ("wide", "full") else "")
    shown = _link(_text(card, "href"), _picture(card, "src", "url"))
    return _figure(shown, _text(card, "caption"), classes)


def _gallery(card: Card) -> str:
    pictures = [
        _figure(_link(_text(each, "href"), _picture(each, "src")), "", "wp-block-image")
        for each in _rows(card.get("images"))
        if _text(each, "src")
    ]
    columns = min(len(pictures), 3)
    classes = f"wp-block-gallery columns-{columns}"
    return _figure("".join(pictures), _text(card, "caption"), classes)


def _code(card: Card) -> str:
    code, language = card.get("code"), _text(card, "language")
    named = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
    shown = f"<pre><code{named}>{escaped(code)}</code></pre>"
    caption = _text(card, "caption")
    return _figure(shown, caption) if caption else shown


def _embed(card: Card) -> str:
    """The words of a quoted message; else a link, of which the page makes a player."""
    url, shown = _text(card, "url"), _text(card, "html")
    if "<blockquote" in shown or not url:
        made = embeds.as_links(shown, paragraphs=True)
    else:
        made = _paragraph(embeds.link(url))
    return made + _paragraph(_text(card, "caption"))


def _bookmark(card: Card) -> str:
    said = card.get("metadata")
    said = said if isinstance(said, Mapping) else card
    url = _text(card, "url") or _text(said, "url")
    title = _text(said, "title") or url
    source = " · ".join(
        dict.fromkeys(filter(None, (_text(said, "author"), _text(said, "publisher"))))
    )
    description = escaped(_text(said, "description"))
    lines = [
        _link(url, escaped(title)),
        f"<span>{description}</span>" if description else "",
        f"<small>{escaped(source)}</small>" if source else "",
    ]
    shown = "".join(lines)
    card_like = f'<p class="embed embed-link">{shown}</p>' if shown else ""
    return card_like + _paragraph(_text(card, "caption"))


def _callout(card: Card) -> str:
    emoji, words = escaped(_text(card, "calloutEmoji")), _text(card, "calloutText")
    inside = " ".join(filter(None, (emoji, words)))
    return f'<div class="callout callout-note">{_paragraph(inside)}</div>'


def _toggle(card: Card) -> str:
    heading, content = _text(card, "heading"), _text(card, "content")
    return f"<details><summary>{heading}</summary>{content}</details>"


def _button(card: Card) -> str:
    words = escaped(_text(card, "buttonText"))
    return _paragraph(_link(_text(card, "buttonUrl"), words))


def _file(card: Card) -> str:
    source = _text(card, "src")
    words = _text(card, "fileTitle", "fileName") or _file_name(source)
    below = escaped(_text(card, "fileCaption"))
    return _paragraph("<br>".join(filter(None, (_link(source, escaped(words)), below))))


def _player(card: Card) -> str:
    """A sound or a film."""
    source = _text(card, "src", "url")
    words = _text(card, "title", "fileName") or _file_name(source)
    return _paragraph(_link(source, escaped(words))) + _paragraph(
        _text(card, "caption")
    )


def _header(card: Card) -> str:
    """Large words over a picture; the form below them is none of a page's words."""
    shown = _picture(card, "backgroundImageSrc")
    heading = _text(card, "header")
    parts = [
        _figure(shown, "", "wp-block-image") if shown else "",
        f"<h2>{heading}</h2>" if heading else "",
        _paragraph(_text(card, "subheader")),
        _button(card) if card.get("buttonEnabled") is True else "",
        _paragraph(_text(card, "disclaimer")),
    ]
    return "".join(parts)


def _product(card: Card) -> str:
    shown = _picture(card, "productImageSrc")
    title = _text(card, "productTitle")
    stars = card.get("productStarRating")
    rating = ""
    if card.get("productRatingEnabled") is True and type(stars) is int:
        full = max(0, min(stars, _STARS))
        rating = "★" * full + "☆" * (_STARS - full)
    words = escaped(_text(card, "productButton"))
    button = _link(_text(card, "productUrl"), words)
    parts = [
        _figure(shown, "", "wp-block-image") if shown else "",
        f"<h3>{title}</h3>" if title else "",
        _paragraph(rating),
        _text(card, "productDescription"),
        _paragraph(button) if card.get("productButtonEnabled") is True else "",
    ]
    return "".join(parts)


def _call_to_action(card: Card) -> str:
    shown = _picture(card, "imageUrl") if card.get("hasImage") is True else ""
    parts = [
        _text(card, "sponsorLabel") if card.get("hasSponsorLabel") is True else "",
        _figure(shown, "", "wp-block-image") if shown else "",
        _text(card, "textValue"),
        _button(card) if card.get("showButton") is True else "",
    ]
    return "".join(parts)


def _before_after(card: Card) -> str:
    pictures = [
        _figure(_picture(value, "src"), "", "wp-block-image")
        for name in ("beforeImage", "afterImage")
        if isinstance(value := card.get(name), Mapping) and _text(value, "src")
    ]
    classes = "wp-block-gallery columns-2"
    return _figure("".join(pictures), _text(card, "caption"), classes)


def _unknown(card: Card) -> str:
    return "".join(_paragraph(escaped(_text(card, name))) for name in _WORDS)


def _html(card: Card) -> str:
    return f"\n{_text(card, 'html')}\n"


def _markdown(card: Card) -> str:
    return markdown.render_post(_text(card, "markdown"))


def _line(_card: Card) -> str:
    return "<hr>"


def _nothing(_card: Card) -> str:
    return ""


# By the names that the editors give them; the older one begins some with "card-".
CARDS: Mapping[str, Callable[[Card], str]] = {
    "audio": _player,
    "before-after": _before_after,
    "bookmark": _bookmark,
    "button": _button,
    "call-to-action": _call_to_action,
    "callout": _callout,
    "code": _code,
    "codeblock": _code,
    "embed": _embed,
    "file": _file,
    "gallery": _gallery,
    "header": _header,
    "horizontalrule": _line,
    "hr": _line,
    "html": _html,
    "image": _image,
    "markdown": _markdown,
    "paywall": _nothing,
    "product": _product,
    "signup": _header,
    "toggle": _toggle,
    "video": _player,
}
