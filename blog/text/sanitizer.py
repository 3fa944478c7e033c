"""The only makers of trusted HTML: one policy for comments, one for posts.

HTML is first written again so that it nests (``wellformed``); then the sanitisers
decide what is safe (``policies``). For comments that is bleach, with nh3 before it,
because bleach is no longer maintained, and after it, to have the last word.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

import nh3
from bleach import html5lib_shim
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markupsafe import Markup

from blog.text import autop, blocks, figures, markdown, policies, wellformed
from blog.text.tokens import Comment, End, Start, Token

# Stored beside the HTML; raise it when a rule changes, so that old HTML can be found.
POLICY_VERSION = 2

# Of UTF-8. WordPress keeps no longer comment either (MySQL's TEXT).
MAX_COMMENT_BYTES = 65_535
# A long chapter of a book is a tenth of it.
MAX_POST_BYTES = 2 * 1024 * 1024
# What Markdown may make of the longest source, and more than any import brings.
_MAX_HTML_BYTES = 16 * MAX_POST_BYTES

COMMENT_REL = "nofollow ugc noopener"

# The elements that may be open at once. Parsers take time with the square of it.
_COMMENT_DEPTH = 20
_POST_DEPTH = 60


class Format(StrEnum):
    """What a text was written in."""

    MARKDOWN = "markdown"
    HTML = "html"


class TooLarge(ValueError):
    """The source is longer than anyone writes; nothing of it was read."""


def comment_html(source: str, format: Format = Format.MARKDOWN) -> Markup:
    """A comment as safe HTML; links get ``rel="nofollow ugc noopener"``.

    HTML is read as WordPress's visitors typed it: blank lines and line ends count.

    Words are never lost: a tag that is not allowed goes, and its text stays (but for
    scripts, style sheets and HTML comments).

    :raise TooLarge: above 65,535 bytes of UTF-8
    """
    _check_size(source, MAX_COMMENT_BYTES)
    source = _readable(source)
    if format is Format.MARKDOWN:
        return clean_comment(markdown.render_comment(source))
    return clean_comment(autop.paragraphs(source))


def clean_comment(html: str) -> Markup:
    """Any HTML under the comment policy. ``clean(clean(x)) == clean(x)``.

    :raise TooLarge: above 32 MiB
    """
    _check_size(html, _MAX_HTML_BYTES)
    once = _comment_guard.clean(wellformed.rewrite(html, _COMMENT_POLICY))
    twice = _comment_cleaner().clean(once)
    return Markup(_comment_guard.clean(twice))  # noqa: S704


def is_clean_comment(html: str) -> bool:
    """Whether the comment policy would leave the HTML as it is."""
    return str(clean_comment(html)) == html


@dataclass(frozen=True)
class House:
    """What a post's HTML takes from the site it is written for: who finds the library's
    pictures, and what stands above a callout that has no title of its own.
    """

    find: figures.Find = figures.nothing
    callout_titles: Mapping[str, str] = field(default_factory=lambda: blocks.TITLES)


NOWHERE = House()


def post_html(source: str, format: Format, house: House = NOWHERE) -> Markup:
    """A post's body as safe HTML; pictures of other sites are links (design 4.4).

    ``<!--more-->`` becomes ``<span id="more"></span>``. Every other ``id`` begins with
    ``h-``, ``fn-`` or ``fnref-``.

    :raise TooLarge: above 2 MiB of UTF-8
    """
    return _clean_post(_as_html(source, format, house), house, anchors=True)


def lede_html(source: str, format: Format, house: House = NOWHERE) -> Markup:
    """A post's first part as safe HTML for lists, where it stands among others: no
    ``id``, and no link to one.

    :raise TooLarge: above 2 MiB of UTF-8
    """
    return _clean_post(_as_html(source, format, house), house, anchors=False)


def _as_html(source: str, format: Format, house: House) -> str:
    _check_size(source, MAX_POST_BYTES)
    source = _readable(source)
    if format is Format.MARKDOWN:
        return markdown.render_post(source, house.callout_titles)
    return source


def clean_post(html: str) -> Markup:
    """Any HTML under the post policy. ``clean(clean(x)) == clean(x)``.

    :raise TooLarge: above 32 MiB
    """
    return _clean_post(html, NOWHERE, anchors=True)


def _clean_post(html: str, house: House, *, anchors: bool) -> Markup:
    _check_size(html, _MAX_HTML_BYTES)
    policy = wellformed.Policy(
        tags=policies.POST_TAGS,
        attributes=policies.PostAttributes(html, anchors=anchors),
        max_depth=_POST_DEPTH,
        renamed=policies.POST_RENAMED,
        added=policies.POST_ADDED,
        replace=policies.replace_in_post if anchors else policies.replace_in_lede,
        comment=_more_anchor,
    )
    dressed = figures.dressed(wellformed.rewrite(html, policy), house.find)
    return Markup(_post_guard.clean(dressed))  # noqa: S704


def is_clean_post(html: str) -> bool:
    """Whether the post policy would leave the HTML as it is."""
    return str(clean_post(html)) == html


def _check_size(text: str, max_bytes: int) -> None:
    if len(text.encode(errors="replace")) > max_bytes:
        raise TooLarge(f"more than {max_bytes} bytes")


def _readable(source: str) -> str:
    # A surrogate is half a character; neither UTF-8 nor nh3 has a form for it.
    return re.sub(r"[\ud800-\udfff]", "\ufffd", source)


def _more_anchor(comment: Comment) -> tuple[Token, ...]:
    """WordPress's mark, with or without words of its own (``<!--more Read on-->``)."""
    if not re.match(r"\s{0,9}more\b", comment.text):
        return ()
    return Start("span", {"id": policies.MORE_ID}), End("span")


# Keys are (namespace, name), and "_text" for the words of the link.
_LinkAttributes = MutableMapping[Any, str]


def _distrust(attributes: _LinkAttributes, new: bool) -> _LinkAttributes | None:
    """Mark a link as a visitor's; leave a bare address alone when it is not one."""
    if new:
        href = attributes[(None, "href")]
        if str(attributes["_text"]).lower().startswith("www."):
            href = f"https://{attributes['_text']}"
        url = policies.address(href)
        if url is None:
            return None
        # bleach takes attributes as they stand in HTML and would read "&copy;" in it.
        attributes[(None, "href")] = url.replace("&", "&amp;")
    attributes[(None, "rel")] = COMMENT_REL
    return attributes


class _Linkifier(LinkifyFilter):
    """bleach's linkifier, which misreads some entities and brackets."""

    def extract_entities(self, token: dict[str, Any]) -> Iterator[dict[str, Any]]:
        # The cleaner before it has done so; a second time, "&amp;lt;" becomes "&lt;"
        # and the words "&lt;" in a comment about HTML turn into "<".
        yield token

    def strip_non_url_bits(self, fragment: str) -> tuple[str, str, str]:
        """The address, nothing, and what belongs to the sentence around it."""
        url = policies.without_sentence(fragment)
        return url, "", fragment[len(url) :]


# bleach's stubs know neither of it nor of callbacks that drop a link.
_EtreeWalker: Any = html5lib_shim.getTreeWalker("etree")  # type: ignore[attr-defined]


class _Walker(_EtreeWalker):  # type: ignore[misc]
    """html5lib's walker over the parsed comment, in linear time.

    The original looks for each element among all its siblings, twice. A node is the
    tuple (element, its place among the siblings, its ancestors, flag).
    """

    def __init__(self, tree: object) -> None:
        super().__init__(tree)
        self._places: list[int | None] = []

    def getFirstChild(self, node: Any) -> Any:
        return self._entered(node, super().getFirstChild(node))

    def getNextSibling(self, node: Any) -> Any:
        sibling = super().getNextSibling(node)
        # After the text that an element begins with comes its first child.
        return self._entered(node, sibling) if node[3] == "text" else sibling

    def getParentNode(self, node: Any) -> Any:
        _, _, ancestors, flag = node
        if flag == "text":
            return super().getParentNode(node)
        parent, place = ancestors.pop(), self._places.pop()
        return (parent, place, ancestors, None) if ancestors else parent

    def _entered(self, node: Any, child: Any) -> Any:
        if child is not None and child[3] is None:
            self._places.append(node[1] if isinstance(node, tuple) else None)
        return child


def _comment_cleaner() -> Cleaner:
    # Made for each comment: its parser holds state, and threads share this module.
    cleaner = Cleaner(
        tags=policies.COMMENT_TAGS,
        attributes={tag: list(a) for tag, a in policies.COMMENT_ATTRIBUTES.items()},
        protocols=policies.SCHEMES,
        strip=True,
        filters=[
            partial(
                _Linkifier,
                callbacks=[_distrust],  # type: ignore[list-item]
                skip_tags={"code", "pre"},
                url_re=policies.BARE_URL,
            )
        ],
    )
    cleaner.walker = _Walker  # type: ignore[assignment]
    return cleaner


_COMMENT_POLICY = wellformed.Policy(
    tags=policies.COMMENT_TAGS,
    attributes=policies.comment_attributes,
    max_depth=_COMMENT_DEPTH,
    renamed=policies.COMMENT_RENAMED,
    replace=policies.replace_in_comment,
    paragraphs=True,
)
# A long line of code scrolls in its box; the keyboard must reach that.
_SCROLLED = {"pre": {"tabindex": "0"}}
_comment_guard = nh3.Cleaner(
    tags=policies.COMMENT_TAGS,
    attributes=policies.COMMENT_ATTRIBUTES,
    attribute_filter=policies.comment_attribute,
    tag_attribute_values={"a": {"rel": {COMMENT_REL}}},
    set_tag_attribute_values=_SCROLLED,
    url_schemes=policies.SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_post_guard = nh3.Cleaner(
    tags=policies.POST_TAGS | policies.FIGURE_TAGS,
    attributes={
        tag: policies.POST_ATTRIBUTES.get(tag, frozenset())
        | policies.FIGURE_ATTRIBUTES.get(tag, frozenset())
        for tag in {*policies.POST_ATTRIBUTES, *policies.FIGURE_ATTRIBUTES}
    },
    attribute_filter=policies.post_attribute,
    set_tag_attribute_values=_SCROLLED,
    url_schemes=policies.SCHEMES,
    url_relative=policies.site_address,
    link_rel=None,
)
