"""Markdown to HTML. What comes out is untrusted: the sanitiser has the last word.

Both dialects are CommonMark, with raw HTML let through to the sanitiser.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence

from bleach.html5lib_shim import HTML_TAGS
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, blockquote, html_block, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from blog.text import bare_links, blocks
from blog.text.slugs import slugify

BlockRule = Callable[[StateBlock, int, int, bool], bool]

# Tags that people still type.
OBSOLETE_TAGS = frozenset({"acronym", "big", "center", "font", "strike", "tt"})

# Every class that Pygments writes starts so; the style sheet's do too.
HIGHLIGHT_PREFIX = "hl-"

# Quotes and lists inside one another; what is nested deeper is text. A list item
# counts two levels. Deeper nesting costs time and is read by no one. Both are below
# the parser's own limit, 20, which drops the text beyond it.
_COMMENT_LEVELS = 8
_POST_LEVELS = 16
# Pictures in the alt texts of pictures, which the parser reads by calling itself.
_IMAGE_LEVELS = 3
# Some lexers take seconds for long code that is not of their language.
_MAX_HIGHLIGHTED = 50_000

_INFO = re.compile(r"[\w+#.-]{1,30}")
_PRE = re.compile(r"<pre[\s>]", re.IGNORECASE)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_formatter = HtmlFormatter(nowrap=True, classprefix=HIGHLIGHT_PREFIX)


def render_post(source: str, titles: Mapping[str, str] = blocks.TITLES) -> str:
    """A post's HTML: tables, footnotes, task lists, callouts, bare links, heading
    anchors, coloured code. ``titles`` are those of callouts without one of their own.

    A heading's ``id`` is ``h-`` and its words; footnotes are ``fn-1``, ``fnref-1``.
    ``<!--more-->`` comes out as it went in.
    """
    return str(_posts.render(source, {"callout_titles": titles}))


def render_comment(source: str) -> str:
    """A comment's HTML: every line end counts, nothing is hidden by accident.

    Indented lines are no code, underlined ones no headings and "[1]: …" is no
    definition: people who never heard of Markdown write those. A picture becomes a
    link, a heading a paragraph. Tags that HTML does not have are shown as typed.
    """
    return str(_comments.render(source))


def _bounded(rule: BlockRule, max_level: int) -> BlockRule:
    """The rule, which matches nothing from ``max_level`` on."""

    def matches(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < max_level and rule(state, start, end, silent)

    return matches


def _bounded_image(state: StateInline, silent: bool) -> bool:
    depth = state.env.get("image_depth", 0)
    if depth >= _IMAGE_LEVELS:
        return False
    state.env["image_depth"] = depth + 1
    try:
        return image(state, silent)
    finally:
        state.env["image_depth"] = depth


def _bound_nesting(md: MarkdownIt, max_level: int) -> None:
    md.block.ruler.at(
        "blockquote",
        _bounded(blockquote, max_level),
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    md.block.ruler.at(
        "list",
        _bounded(list_block, max_level),
        {"alt": ["paragraph", "reference", "blockquote"]},
    )
    md.inline.ruler.at("image", _bounded_image)


def _pre_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """``<pre>`` up to ``</pre>``, over blank lines; any other tag stands in a line."""
    position = state.bMarks[start] + state.tShift[start]
    if not _PRE.match(state.src, position):
        return False
    return html_block(state, start, end, silent)


def _highlighted(code: str, language: str, attributes: str) -> str:
    name = _INFO.match(language)
    if name is None:
        return f'<pre class="highlight"><code>{html.escape(code)}</code></pre>\n'
    shown = html.escape(code)
    if len(code) <= _MAX_HIGHLIGHTED:
        try:
            lexer = get_lexer_by_name(name[0].lower(), stripnl=False)
        except ClassNotFound:
            pass
        else:
            shown = highlight(code, lexer, _formatter)
    return (
        f'<pre class="highlight"><code class="language-{html.escape(name[0].lower())}">'
        f"{shown}</code></pre>\n"
    )


def _heading_ids(state: StateCore) -> None:
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            words = "".join(
                child.content for child in state.tokens[index + 1].children or ()
            )
            token.attrSet("id", f"h-{slugify(words) or 'section'}")


def _footnote_ref(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    number, anchor = _footnote_anchor(tokens[idx])
    return (
        f'<sup class="footnote-ref"><a href="#fn-{number}" id="fnref-{anchor}" '
        f'role="doc-noteref">[{number}]</a></sup>'
    )


def _footnote_block_open(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    return '<div class="footnotes">\n<hr>\n<ol>\n'


def _footnote_block_close(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    return "</ol>\n</div>\n"


def _footnote_open(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    return f'<li id="fn-{tokens[idx].meta["id"] + 1}">'


def _footnote_back(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    _, anchor = _footnote_anchor(tokens[idx])
    # U+FE0E asks for the arrow as text; some systems draw an emoji.
    return (
        f' <a href="#fnref-{anchor}" class="footnote-backref" '
        'role="doc-backlink">↩\ufe0e</a>'
    )


def _footnote_anchor(token: Token) -> tuple[str, str]:
    """The note's number, and the name of this one of the places that point to it."""
    number = str(token.meta["id"] + 1)
    again = token.meta.get("subId", 0)
    return number, f"{number}-{again + 1}" if again else number


def _image_as_link(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[idx]
    address = str(token.attrGet("src") or "")
    alt = self.renderInlineAsText(token.children, options, env) or address
    return f'<a href="{html.escape(address)}">{html.escape(alt)}</a>'


def _known_html(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Tags of HTML; ``List<String>`` and ``<sarcasm>`` are words and stay visible."""
    return _TAG.sub(_shown_unless_known, tokens[idx].content)


def _shown_unless_known(tag: re.Match[str]) -> str:
    if tag[1].lower() in HTML_TAGS | OBSOLETE_TAGS:
        return tag[0]
    return f"&lt;{tag[0][1:]}"


def _heading_open(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    return "<p><strong>"


def _heading_close(
    self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    return "</strong></p>\n"


def _post_parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"highlight": _highlighted})
    md.enable(["table", "strikethrough"]).use(footnote_plugin)
    bare_links.install(md)
    _bound_nesting(md, _POST_LEVELS)
    md.block.ruler.at(
        "footnote_def",
        _bounded(footnote_def, _POST_LEVELS),
        {"alt": ["paragraph", "reference"]},
    )
    md.core.ruler.push("heading_ids", _heading_ids)
    blocks.install(md)
    md.add_render_rule("footnote_ref", _footnote_ref)
    md.add_render_rule("footnote_block_open", _footnote_block_open)
    md.add_render_rule("footnote_block_close", _footnote_block_close)
    md.add_render_rule("footnote_open", _footnote_open)
    md.add_render_rule("footnote_anchor", _footnote_back)
    return md


def _comment_parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"breaks": True})
    md.enable("strikethrough")
    bare_links.install(md, names=False)
    md.disable(["code", "lheading", "reference", "hr"])
    md.block.ruler.at(
        "html_block", _pre_block, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    _bound_nesting(md, _COMMENT_LEVELS)
    md.add_render_rule("image", _image_as_link)
    md.add_render_rule("html_inline", _known_html)
    md.add_render_rule("html_block", _known_html)
    md.add_render_rule("heading_open", _heading_open)
    md.add_render_rule("heading_close", _heading_close)
    return md


_posts = _post_parser()
_comments = _comment_parser()
