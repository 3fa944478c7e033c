"""What Ghost's editor wrote from its first to its fourth version: Mobiledoc 0.3, a list
of sections that point to shared tables of markups, atoms and cards; as HTML.

https://github.com/bustle/mobiledoc-kit/blob/master/MOBILEDOC.md
"""

import json
from collections.abc import Sequence

from .cards import Sheet, Unrendered, escaped

_MARKUP, _IMAGE, _LIST, _CARD = 1, 2, 3, 10
_TEXT, _ATOM = 0, 1
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset(
    {"a", "b", "code", "del", "em", "i", "mark", "s", "strong", "sub", "sup", "u"}
)


def rendered(source: str) -> Sheet:
    """The HTML of a document, with what of it could not be shown.

    :raise Unrendered: if it is no document of that version
    """
    try:
        document = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Unrendered("it is no JSON") from error
    if not isinstance(document, dict) or not str(document.get("version")).startswith(
        "0.3"
    ):
        raise Unrendered("it is no Mobiledoc 0.3")
    return _Document(document).written()


class _Document:
    def __init__(self, document: dict[str, object]) -> None:
        self._sections = _list(document.get("sections"))
        self._markups = _list(document.get("markups"))
        self._atoms = _list(document.get("atoms"))
        self._cards = _list(document.get("cards"))
        self._sheet = Sheet()

    def written(self) -> Sheet:
        for section in self._sections:
            self._section(_list(section))
        return self._sheet

    def _section(self, section: Sequence[object]) -> None:
        write = self._sheet.write
        match section:
            case [int(kind), "blockquote", list(markers), *_] if kind == _MARKUP:
                self._around("<blockquote><p>", markers, "</p></blockquote>")
            case [int(kind), "aside" | "pull-quote", list(markers), *_] if (
                kind == _MARKUP
            ):
                before = '<blockquote class="pullquote"><p>'
                self._around(before, markers, "</p></blockquote>")
            case [int(kind), str(tag), list(markers), *_] if kind == _MARKUP:
                tag = tag if tag in _BLOCKS else "p"
                self._around(f"<{tag}>", markers, f"</{tag}>")
            case [int(kind), str(address), *_] if kind == _IMAGE:
                self._sheet.card("image", {"src": address})
            case [int(kind), str(tag), list(items), *_] if kind == _LIST:
                tag = tag if tag == "ol" else "ul"
                write(f"<{tag}>")
                for item in items:
                    self._around("<li>", _list(item), "</li>")
                write(f"</{tag}>")
            case [int(kind), int(number), *_] if kind == _CARD:
                self._card(number)

    def _card(self, number: int) -> None:
        match _at(self._cards, number):
            case [str(name), dict(card), *_]:
                self._sheet.card(name, card)
            case [str(name), *_]:
                self._sheet.card(name, {})

    def _around(self, before: str, markers: Sequence[object], after: str) -> None:
        self._sheet.write(before)
        # The names of the tags that are open; "" for one that is left out.
        tags: list[str] = []
        for marker in markers:
            match marker:
                case [int(kind), list(opened), int(closed), value, *_]:
                    for number in opened:
                        tags.append(self._open(number))
                    self._sheet.write(self._value(kind, value))
                    for _ in range(min(max(closed, 0), len(tags))):
                        self._close(tags.pop())
        while tags:
            self._close(tags.pop())
        self._sheet.write(after)

    def _open(self, number: object) -> str:
        match _at(self._markups, number):
            case ["a", list(attributes), *_]:
                pairs = zip(attributes[::2], attributes[1::2], strict=False)
                address = next((v for name, v in pairs if name == "href"), "")
                self._sheet.write(f'<a href="{escaped(address)}">')
                return "a"
            case [str(tag), *_] if tag in _INLINE and tag != "a":
                self._sheet.write(f"<{tag}>")
                return tag
        return ""

    def _close(self, tag: str) -> None:
        self._sheet.write(f"</{tag}>" if tag else "")

    def _value(self, kind: int, value: object) -> str:
        if kind == _TEXT:
            return escaped(value)
        match _at(self._atoms, value):
            case ["soft-return", *_]:
                return "<br>"
            case [str(), text, *_]:
                return escaped(text)
        return ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _at(table: Sequence[object], number: object) -> object:
    """The entry of a table; ``None`` where there is none of that number."""
    if type(number) is not int or not 0 <= number < len(table):
        return None
    return table[number]
