"""WordPress's marks in a text: where its first part ends, and where its pages do.

The first may hold words of its own (``<!--more Read on-->``). One in a Markdown code
block or code span is an example and not a mark.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from markupsafe import Markup

# What parts the pages of a rendered text; no sanitised HTML holds a comment.
PAGE_BREAK = Markup("<!--nextpage-->")

_MORE = re.compile(r"<!--\s{0,9}more\b(?:(?!-->)[^\n]){0,500}-->")
_NEXT_PAGE = re.compile(r"<!--\s{0,9}nextpage\s{0,9}-->")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_BACKTICKS = re.compile(r"`+")


def lede(source: str, *, in_markdown: bool = True) -> str | None:
    """The source before ``<!--more-->``, or None without one. Only Markdown has code
    in backticks.
    """
    for start, _ in _places(source, _MORE, in_markdown):
        return source[:start].rstrip()
    return None


def pages(source: str, *, in_markdown: bool = True) -> list[str]:
    """The source cut at every ``<!--nextpage-->``; in one piece without any."""
    found: list[str] = []
    begun = 0
    for start, end in _places(source, _NEXT_PAGE, in_markdown):
        found.append(source[begun:start])
        begun = end
    return [*found, source[begun:]]


def _places(
    source: str, mark: re.Pattern[str], in_markdown: bool
) -> Iterator[tuple[int, int]]:
    """Where the mark begins and ends, outside of code."""
    if not in_markdown:
        yield from (match.span() for match in mark.finditer(source))
        return
    position = 0
    fence = ""
    for line in source.splitlines(keepends=True):
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not opening[2].strip():
                fence = ""
        elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
        else:
            for start, end in _outside_code(line, mark):
                yield position + start, position + end
        position += len(line)


def _outside_code(line: str, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    if "<!--" not in line:
        return
    spans = _code_spans(line)
    starts = [start for start, _ in spans]
    for match in mark.finditer(line):
        index = bisect_right(starts, match.start()) - 1
        if index < 0 or spans[index][1] <= match.start():
            yield match.span()


def _code_spans(line: str) -> list[tuple[int, int]]:
    """Where code spans lie: from a run of backticks to the next one as long."""
    runs = [match.span() for match in _BACKTICKS.finditer(line)]
    following: dict[int, int] = {}
    closing: list[int | None] = [None] * len(runs)
    for index in reversed(range(len(runs))):
        length = runs[index][1] - runs[index][0]
        closing[index] = following.get(length)
        following[length] = index
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(runs):
        close = closing[index]
        if close is not None:
            spans.append((runs[index][0], runs[close][1]))
            index = close
        index += 1
    return spans
