"""Addresses in running text that nobody marked as links, as GitHub's Markdown has it.

The package linkify-it takes seconds for 60 KB of "http://", and the plugin for GitHub's
rules reads the rest of the text anew at each of them.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from blog.text.policies import BARE_URL, without_sentence

_SCHEMES = ("https", "http")
# An email address as GitHub reads it; its parts are bounded, so time stays linear.
_EMAIL = (
    r"(?<![\w.+/-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}"
    r"(?:\.[A-Za-z0-9-]{1,63}){0,7}\.[A-Za-z0-9-]{0,62}[A-Za-z0-9](?![\w@-])"
)
_NAMED = re.compile(rf"{_EMAIL}|{BARE_URL.pattern}", re.IGNORECASE)


def install(md: MarkdownIt, *, names: bool = True) -> None:
    """Make links of ``https://…``; with ``names``, of ``www.…`` and of email addresses
    too. The former lead to https, which nearly every site has.
    """
    md.inline.ruler.before("emphasis", "bare_url", _bare_url)
    if names:
        md.core.ruler.after("inline", "bare_names", _bare_names)


def _bare_url(state: StateInline, silent: bool) -> bool:
    """``https://…`` in running text; asked at the colon.

    As part of the parser it keeps a ``_`` in an address from being emphasis.
    """
    # In silence the end of a link's own words is sought, and an address is no such.
    if silent or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    before = state.src[max(0, state.pos - 5) : state.pos].lower()
    scheme = next((name for name in _SCHEMES if before.endswith(name)), None)
    if scheme is None:
        return False
    start = state.pos - len(scheme)
    found = BARE_URL.match(state.src, start, state.posMax)
    url = without_sentence(found[0]) if found else ""
    if len(url) <= len(f"{scheme}://"):
        return False
    if state.pending[-len(scheme) :].lower() != scheme:
        return False
    state.pending = state.pending[: -len(scheme)]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(url)}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def _bare_names(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _linked(block.children)


def _linked(tokens: list[Token]) -> list[Token]:
    linked: list[Token] = []
    links = 0  # written as HTML, too
    for token in tokens:
        links += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "html_inline":
            links += bool(re.match(r"<a[\s>]", token.content, re.IGNORECASE))
            links -= bool(re.match(r"</a\s*>", token.content, re.IGNORECASE))
        if token.type == "text" and links <= 0 and re.search("@|www", token.content):
            linked += _parts(token)
        else:
            linked.append(token)
    return linked


def _parts(token: Token) -> list[Token]:
    """A text as texts and links."""
    text, position = token.content, 0
    parts: list[Token] = []
    for found in _NAMED.finditer(text):
        address = without_sentence(found[0])
        is_email = "@" in address and not address.lower().startswith("www.")
        if not is_email and address.count(".") < 2:  # "www.", and nothing behind it
            continue
        href = f"mailto:{address}" if is_email else f"https://{address}"
        parts.append(_text(text[position : found.start()], token.level))
        opening = Token("link_open", "a", 1, attrs={"href": href}, level=token.level)
        closing = Token("link_close", "a", -1, level=token.level)
        parts += [opening, _text(address, token.level + 1), closing]
        position = found.start() + len(address)
    return [*parts, _text(text[position:], token.level)]


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
