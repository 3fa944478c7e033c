"""What Ghost's editor writes since its fifth version: a tree of nodes, as HTML."""

import json
from collections.abc import Callable, Mapping

from .cards import Sheet, Unrendered, escaped

Node = Mapping[str, object]

# Lists in lists are a handful deep; Python's own stack bears some hundreds.
MAX_DEPTH = 100

_TEXTS = frozenset({"text", "extended-text", "tk", "emoji", "code-highlight"})
# Bits of a text's format, the innermost tag last.
_FORMATS = (
    *((1, "strong"), (2, "em"), (4, "s"), (8, "u")),
    *((32, "sub"), (64, "sup"), (128, "mark"), (16, "code")),
)
_CONTAINERS = {
    **{"root": "", "paragraph": "p", "table": "table", "tablerow": "tr"},
    **{"overflow": "", "mark": "mark"},
}
_SIMPLE = {"linebreak": "<br>", "tab": "\t", "zwnj": "\u200c"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# An older list item says whether it is done.
_BOXES = {True: "\u2611\u00a0", False: "\u2610\u00a0"}


def rendered(source: str) -> Sheet:
    """The HTML of a document, with what of it could not be shown.

    :raise Unrendered: if it is no document
    """
    try:
        document = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Unrendered("it is no JSON") from error
    root = document.get("root") if isinstance(document, dict) else None
    if not isinstance(root, dict) or not isinstance(root.get("children"), list):
        raise Unrendered("it has no root")
    sheet = Sheet()
    _children(sheet, root, 0)
    return sheet


def _children(sheet: Sheet, node: Node, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unrendered(f"more than {MAX_DEPTH} nodes lie in one another")
    children = node.get("children")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict):
            _node(sheet, child, depth)


def _node(sheet: Sheet, node: Node, depth: int) -> None:
    name = node.get("type")
    name = name if isinstance(name, str) else ""
    if name in _TEXTS:
        sheet.write(_words(node))
    elif name in _SIMPLE:
        sheet.write(_SIMPLE[name])
    elif name in _ELEMENTS:
        before, after = _ELEMENTS[name](node)
        sheet.write(before)
        _children(sheet, node, depth + 1)
        sheet.write(after)
    elif isinstance(node.get("children"), list):
        sheet.unknown[name[:40] or "without a name"] += 1
        _children(sheet, node, depth + 1)
    else:
        sheet.card(name, node)


def _words(node: Node) -> str:
    text = escaped(node.get("text"))
    format = node.get("format")
    bits = format if type(format) is int else 0
    tags = [tag for bit, tag in _FORMATS if bits & bit]
    before = "".join(f"<{tag}>" for tag in tags)
    after = "".join(f"</{tag}>" for tag in reversed(tags))
    return f"{before}{text}{after}" if text else ""


def _around(tag: str) -> tuple[str, str]:
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")


def _heading(node: Node) -> tuple[str, str]:
    tag = node.get("tag")
    return _around(tag if isinstance(tag, str) and tag in _HEADINGS else "h2")


def _quote(_node: Node) -> tuple[str, str]:
    return "<blockquote><p>", "</p></blockquote>"


def _aside(_node: Node) -> tuple[str, str]:
    return '<blockquote class="pullquote"><p>', "</p></blockquote>"


def _list(node: Node) -> tuple[str, str]:
    start = node.get("start")
    if node.get("listType") != "number" and node.get("tag") != "ol":
        return _around("ul")
    if type(start) is int and start != 1:
        return f'<ol start="{start}">', "</ol>"
    return _around("ol")


def _item(node: Node) -> tuple[str, str]:
    done = node.get("checked")
    return f"<li>{_BOXES[done] if isinstance(done, bool) else ''}", "</li>"


def _link(node: Node) -> tuple[str, str]:
    address = escaped(node.get("url"))
    return (f'<a href="{address}">', "</a>") if address else ("", "")


def _cell(node: Node) -> tuple[str, str]:
    head = node.get("headerState")
    return _around("th" if type(head) is int and head > 0 else "td")


def _container(tag: str) -> Callable[[Node], tuple[str, str]]:
    return lambda _node: _around(tag)


# What stands before and behind the children of a node, by its type.
_ELEMENTS: Mapping[str, Callable[[Node], tuple[str, str]]] = {
    **{name: _container(tag) for name, tag in _CONTAINERS.items()},
    "aside": _aside,
    "autolink": _link,
    "extended-heading": _heading,
    "extended-quote": _quote,
    "heading": _heading,
    "link": _link,
    "list": _list,
    "listitem": _item,
    "quote": _quote,
    "tablecell": _cell,
}
