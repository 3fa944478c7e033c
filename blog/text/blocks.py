"""GitHub's blocks of Markdown: task lists and callouts."""

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# The kinds of callouts, and what stands above one that has no title of its own.
TITLES: Mapping[str, str] = {
    "note": "Note",
    "tip": "Tip",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
}

_TASK = re.compile(r"\[([ xX])\][ \t\n]")
_CALLOUT = re.compile(rf"\[!({'|'.join(TITLES)})\][ \t]*([^\n]*)", re.IGNORECASE)
# A form's boxes would be the page's own; these are read aloud as well.
_BOXES = {" ": "\u2610", "x": "\u2611"}


def install(md: MarkdownIt) -> None:
    """Read ``- [x] done`` and ``> [!NOTE]``, with or without words behind it. The
    titles of callouts are ``env["callout_titles"]``.
    """
    # Before the words are read, where "[x]" could be a link.
    md.core.ruler.before("inline", "tasks", _tasks)
    md.core.ruler.before("inline", "callouts", _callouts)


def _tasks(state: StateCore) -> None:
    tokens = state.tokens
    for index in range(2, len(tokens)):
        item, paragraph, words = tokens[index - 2 : index + 1]
        if (item.type, paragraph.type, words.type) != (
            "list_item_open",
            "paragraph_open",
            "inline",
        ):
            continue
        task = _TASK.match(words.content)
        if task is not None:
            item.attrJoin("class", "task")
            words.content = (
                f"{_BOXES[task[1].lower()]}\u00a0{words.content[task.end() :]}"
            )


def _callouts(state: StateCore) -> None:
    tokens = state.tokens
    titles: Mapping[str, str] = state.env.get("callout_titles", TITLES)
    index = 0
    while index < len(tokens) - 2:
        quote, paragraph, words = tokens[index : index + 3]
        index += 1
        is_callout = (
            quote.type == "blockquote_open"
            and paragraph.type == "paragraph_open"
            and words.type == "inline"
        )
        found = _CALLOUT.match(words.content) if is_callout else None
        if found is None:
            continue
        kind = found[1].lower()
        quote.tag, quote.attrs["class"] = "div", f"callout callout-{kind}"
        _end(tokens, index - 1).tag = "div"
        rest = words.content[found.end() :].lstrip("\n")
        words.content = found[2].strip() or titles[kind]
        paragraph.attrs["class"] = "callout-title"
        if rest:
            tokens[index + 2 : index + 2] = [
                Token("paragraph_close", "p", -1, block=True),
                Token("paragraph_open", "p", 1, block=True),
                Token("inline", "", 0, content=rest, children=[], block=True),
            ]


def _end(tokens: list[Token], opening: int) -> Token:
    """Where a quotation ends that begins at ``opening``."""
    level = tokens[opening].level
    return next(
        tokens[index]
        for index in range(opening + 1, len(tokens))
        if tokens[index].type == "blockquote_close" and tokens[index].level == level
    )
