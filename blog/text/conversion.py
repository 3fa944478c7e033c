"""HTML as Markdown that reads the same.

Each block is converted by itself and rendered as a reader would get it. Only if that is
what its HTML gives, the Markdown is taken: first with as few escapes as possible, then
with all, and else the block stays HTML, which Markdown lets through.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PageElement, PreformattedString
from markdownify import MarkdownConverter

from blog.text.pictures import Picture
from blog.text.sanitizer import Format, House, TooLarge, post_html

# What Markdown has no sign for, and what can stand as HTML in the middle of a line.
_INLINE = (
    *("abbr", "bdi", "cite", "del", "dfn", "ins", "kbd", "mark", "q", "ruby", "rb"),
    *("rp", "rt", "s", "samp", "small", "span", "strike", "sub", "sup", "time", "u"),
    *("var", "wbr"),
)
_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "dd",
            "details",
            "div",
        ),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2"),
        *("h3", "h4", "h5", "h6", "header", "hr", "iframe", "li", "main", "nav", "ol"),
        *("p", "pre", "script", "section", "style", "summary", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "ul", "video", "audio", "caption"),
    }
)
_LISTS = frozenset({"ul", "ol"})
# Two lists in a row would be one; the sanitiser takes this away.
_BETWEEN_LISTS = "<!-- -->"

# How the rendered text of one reads like that of another.
_LIKE = {"b": "strong", "i": "em", "strike": "del", "s": "del"}
_TRANSPARENT = frozenset({"div", "p", "span", "tbody", "thead", "tfoot", "picture"})
_NOT_READ = frozenset(
    {"rel", "role", "loading", "decoding", "srcset", "sizes", "width", "height"}
)
_CLASS_NOT_READ = re.compile(
    r"highlight|hl-\S+|language-\S+|wp-(?:block|image|caption)\S*|size-\S+|alignnone"
)
# Letters, more than any post of the exports seen has. A block costs as much as these.
_MOST_CONVERTED, _COST_OF_A_BLOCK = 300_000, 200
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n\s*\n")


def to_markdown(html: str) -> str:
    """A post's HTML as Markdown. What Markdown cannot say stays HTML; WordPress's marks
    (``<!--more-->``) stay where they are. Of a very long text the end stays HTML, too:
    each block is rendered up to three times.
    """
    linked = _linked(html)
    written: list[str] = []
    last_list = ""
    left = _MOST_CONVERTED
    for block in _blocks(BeautifulSoup(html, "html.parser")):
        if isinstance(block, Tag):
            text = _converted(block, linked) if left > 0 else _kept(block)
            left -= len(text) + _COST_OF_A_BLOCK
            is_list = block.name in _LISTS and not text.startswith("<")
            if is_list and last_list == block.name:
                written.append(_BETWEEN_LISTS)
            last_list = block.name if is_list else ""
        else:
            text, last_list = f"<!--{block}-->", ""
        if text:
            written.append(text)
    return "\n\n".join(written)


def outline(html: str) -> str:
    """What a reader gets of rendered HTML, a block a line, and nothing of how it is
    written: two texts with the same outline read the same.
    """
    return _outline(html, _linked(html))


def _language(pre: Tag) -> str:
    code = pre.find("code")
    classes = code.get("class") if isinstance(code, Tag) else None
    found = (re.fullmatch(r"language-([\w+#.-]+)", each) for each in classes or ())
    return next((match[1] for match in found if match), "")


class _Converter(MarkdownConverter):
    """Markdown as CommonMark and GitHub know it, with HTML where there is no sign."""

    def __init__(self, *, escapes_all: bool) -> None:
        super().__init__(
            heading_style="atx",
            bullets="-",
            escape_misc=escapes_all,
            escape_asterisks=escapes_all,
            escape_underscores=escapes_all,
            code_language_callback=_language,
        )

    def get_conv_fn(self, tag_name: str) -> Any:
        """As it is, but for elements that go through as HTML."""
        if tag_name in _INLINE:
            return _as_html
        return super().get_conv_fn(tag_name)  # type: ignore[misc]

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture with its caption, which is its title in Markdown."""
        pictures, captions = el.find_all("img"), el.find_all("figcaption")
        if len(pictures) != 1 or len(captions) > 1 or not isinstance(pictures[0], Tag):
            return f"\n\n{text}\n\n"
        picture = pictures[0]
        caption = captions[0].get_text().strip() if captions else picture.get("title")
        title = str(caption or "").replace("\\", "\\\\").replace('"', '\\"')
        alt = re.sub(r"([\\\[\]])", r"\\\1", str(picture.get("alt") or ""))
        tail = f' "{title}"' if title else ""
        return f"\n\n![{alt}]({picture.get('src')}{tail})\n\n"


def _as_html(el: Tag, text: str, parent_tags: set[str]) -> str:
    if el.name == "wbr":
        return "<wbr>"
    alone = copy(el)
    alone.clear()
    return str(alone).replace("></", f">{text}</")


def _any(ids: Collection[int]) -> Mapping[int, Picture]:
    return {
        each: Picture(each, f"/media/{each}/", 1, 1, (), (), "", False, 1)
        for each in ids
    }


# A library that has every picture: only those of the library become figures.
_ANYWHERE = House(find=_any)
_LIGHT, _FULL = _Converter(escapes_all=False), _Converter(escapes_all=True)


def _blocks(soup: BeautifulSoup) -> Iterator[Tag | Comment]:
    """The blocks of a text; words between them are paragraphs, too."""
    loose: list[PageElement] = []
    for node in [*soup.contents]:
        is_mark = isinstance(node, Comment) and _is_mark(node)
        is_block = isinstance(node, Tag) and node.name in _BLOCKS
        if not is_mark and not is_block:
            loose.append(node)
            continue
        yield from _paragraph(soup, loose)
        loose = []
        if isinstance(node, Tag | Comment):
            yield node
    yield from _paragraph(soup, loose)


def _paragraph(soup: BeautifulSoup, nodes: list[PageElement]) -> Iterator[Tag]:
    kept = [node for node in nodes if not isinstance(node, PreformattedString)]
    if any(isinstance(node, Tag) or str(node).strip() for node in kept):
        paragraph = soup.new_tag("p")
        for node in kept:
            paragraph.append(node)
        yield paragraph


def _is_mark(comment: Comment) -> bool:
    return comment.strip().startswith(("more", "nextpage"))


def _converted(block: Tag, linked: frozenset[str]) -> str:
    kept = _kept(block)
    try:
        wanted = _read(kept, Format.HTML, linked)
        for converter in (_LIGHT, _FULL):
            text: str = converter.convert_soup(block).strip("\n")
            if _read(text, Format.MARKDOWN, linked) == wanted:
                return text
    except (RecursionError, TooLarge):  # deeper or longer than anyone writes
        pass
    return kept


def _kept(block: Tag) -> str:
    """A block as HTML that Markdown reads to its end, which a blank line would be."""
    text = block.decode(formatter="minimal").strip()
    if block.name == "pre":
        return text
    if block.find("pre"):
        return _BLANK_LINES.sub(
            lambda blank: "\n" + "&#10;" * (blank[0].count("\n") - 1), text
        )
    return _BLANK_LINES.sub("\n", text)


def _read(text: str, format: Format, linked: frozenset[str]) -> str:
    return _outline(post_html(text, format, _ANYWHERE), linked)


def _linked(html: str) -> frozenset[str]:
    """The anchors to which the text itself leads."""
    return frozenset(re.findall(r"""href=["']?#([^"'\s>]+)""", html))


def _outline(html: str, linked: frozenset[str]) -> str:
    lines: list[str] = []
    _read_node(BeautifulSoup(html, "html.parser"), linked, lines)
    text = "".join(lines)
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def _read_node(node: PageElement, linked: frozenset[str], lines: list[str]) -> None:
    if isinstance(node, PreformattedString):
        return
    if isinstance(node, NavigableString):
        lines.append(_SPACE.sub(" ", _escaped(str(node))))
        return
    if not isinstance(node, Tag):
        return
    name = _LIKE.get(node.name, node.name)
    shown = _attributes(node, linked)
    is_seen = not (node.name == "[document]" or (name in _TRANSPARENT and not shown))
    edge = "\n" if name in _BLOCKS or name == "br" else ""
    if name == "pre":
        # A line of code is no line of the outline.
        code = _escaped(node.get_text().strip("\n")).replace("\n", "⏎")
        lines.append(f"\n<pre>{code}</pre>\n")
        return
    lines.append(f"{edge}<{name}{shown}>" if is_seen else edge)
    for child in node.children:
        _read_node(child, linked, lines)
    lines.append(f"</{name}>{edge}" if is_seen and not node.is_empty_element else edge)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _attributes(node: Tag, linked: frozenset[str]) -> str:
    found: list[str] = []
    for name, value in sorted(node.attrs.items()):
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name in _NOT_READ or (name == "id" and text not in linked):
            continue
        if name == "class":
            words = [w for w in text.split() if not _CLASS_NOT_READ.fullmatch(w)]
            text = " ".join(words)
            if not words:
                continue
        found.append(f' {name}="{text}"')
    return "".join(found)
