"""Lists of redirects as other programs write them, and as ours does.

Read are the CSV and the JSON of the WordPress plugin Redirection (redirection.me), and
lists with an old and a new address in each line: plain ones, Apache's ``Redirect``,
nginx's ``rewrite`` and ``map``, and Netlify's ``_redirects``.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...i18n import gettext as _
from ...site.models import GONE, MOVED, STATUSES

MOST_BYTES = 5 * 1024 * 1024
COLUMNS = ("source", "target", "regex", "code", "type", "hits", "title", "status")

_WORDS = {"permanent": "301", "redirect": "302", "temp": "302", "gone": "410"}
_DIRECTIVE = re.compile(
    r"(?P<word>RedirectMatch|RewriteRule|RedirectPermanent|RedirectTemp|Redirect"
    r"|rewrite)\s+(?P<rest>.+)",
    re.IGNORECASE,
)
# What in the place of an address is a pattern.
_PATTERN = re.compile(r"[*^$()\[\]{}|\\]|/:\w")
# With which a spreadsheet begins what it works out (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line(NamedTuple):
    """A redirect of a list; ``to`` is "" where the old address is gone for good."""

    number: int
    old: str
    to: str
    status: int


class Skipped(NamedTuple):
    """A line that is not taken, and the sentence that says why."""

    number: int
    old: str
    reason: str


class Unreadable(ValueError):
    """A file that is no list of redirects, and the sentence that says why."""


def read(data: bytes) -> Iterator[Line | Skipped]:
    """What a list says, line by line. Lines count from 1; in JSON, redirects do.

    :raise Unreadable: if it is none
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than a list of redirects."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is no text in UTF-8.")) from None
    if "\0" in text:
        raise Unreadable(_("The file is no text in UTF-8."))
    if text.lstrip().startswith(("{", "[")):
        return _of_json(text)
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _of_csv(text) if "," in first else _of_lines(text)


def written(rows: Iterable[tuple[str, str, int, str]]) -> str:
    """A list as the plugin Redirection takes it: of old address, target, status and
    title. No cell is a formula.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for source, to, status, title in rows:
        kind = "error" if status == GONE else "url"
        cells = (source, to, "0", str(status), kind, "0", title, "active")
        writer.writerow([f"'{each}" if each.startswith(_FORMULA) else each
                         for each in cells])  # fmt: skip
    return file.getvalue()


def _of_csv(text: str) -> Iterator[Line | Skipped]:
    names: tuple[str, ...] = COLUMNS
    reader = csv.reader(io.StringIO(text))
    try:
        for row in reader:
            cells = [each.strip() for each in row]
            if not any(cells):
                continue
            if cells[0].lower() in ("source", "from", "old"):
                words = {"from": "source", "old": "source", "to": "target"}
                words |= {"new": "target"}
                names = tuple(words.get(each.lower(), each.lower()) for each in cells)
                continue
            known = dict(zip(names, cells, strict=False))
            if known.get("code", "").lower() in ("active", "enabled", ""):
                known.pop("code", None)
            yield _line(
                reader.line_num,
                known.get("source", "").removeprefix("'"),
                known.get("target", "").removeprefix("'"),
                known.get("code", str(MOVED)),
                is_pattern=known.get("regex", "") in ("1", "true", "yes"),
                is_off=known.get("status", "").lower() in ("disabled", "inactive"),
            )
    except csv.Error:
        line = reader.line_num
        raise Unreadable(_("Line %(number)s is no CSV.", number=line)) from None


def _of_json(text: str) -> Iterator[Line | Skipped]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(_("The file begins as JSON and is none.")) from None
    rows = whole.get("redirects") if isinstance(whole, dict) else whole
    if not isinstance(rows, list):
        raise Unreadable(_("There are no redirects in the file."))
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            yield Skipped(number, "", _("That is no redirect."))
            continue
        yield _of_object(number, row)


def _of_object(number: int, row: dict[str, Any]) -> Line | Skipped:
    old = str(row.get("url") or row.get("source") or "")
    data = row.get("action_data") or row.get("target") or ""
    to = data.get("url", "") if isinstance(data, dict) else data
    if row.get("match_type", "url") != "url":
        return Skipped(number, old, _("It depends on more than the address."))
    if row.get("action_type", "url") not in ("url", "error"):
        return Skipped(number, old, _("It does something else than lead on."))
    return _line(
        number,
        old,
        str(to or ""),
        str(row.get("action_code") or row.get("code") or MOVED),
        is_pattern=row.get("regex") in (True, 1, "1"),
        is_off=row.get("enabled") is False or row.get("status") == "disabled",
    )


def _of_lines(text: str) -> Iterator[Line | Skipped]:
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip().rstrip(";").strip()
        if not plain or plain.startswith("#"):
            continue
        directive = _DIRECTIVE.fullmatch(plain)
        if directive is None:
            yield _of_words(number, plain.split(), str(MOVED))
            continue
        word, words = directive["word"].lower(), directive["rest"].split()
        code = "301" if word == "redirectpermanent" else "302"
        if word in ("redirectmatch", "rewriterule"):
            yield Skipped(number, words[0], _patterns())
        elif word == "rewrite":  # always a pattern; of one address, if it is so bound
            bound = re.fullmatch(r"\^(/[^*^$()\[\]{}|\\?+]*?)/?\??\$", words[0])
            words[0] = bound[1].replace("\\.", ".") if bound else words[0]
            yield _of_words(number, words, code)
        else:
            is_first = words[0].lower() in _WORDS or words[0].isdigit()
            code = words.pop(0) if is_first else code
            yield _of_words(number, words, code)


def _of_words(number: int, words: list[str], code: str) -> Line | Skipped:
    old = words[0].strip("\"'") if words else ""
    rest = [each.strip("\"'") for each in words[1:]]
    if rest and (rest[-1].lower() in _WORDS or re.fullmatch("[0-9]{3}!?", rest[-1])):
        code = rest.pop().rstrip("!")
    if len(rest) > 1:
        return Skipped(number, old, _("There is more in the line than two addresses."))
    is_pattern = _PATTERN.search(old) is not None
    return _line(number, old, "".join(rest), code, is_pattern=is_pattern)


def _line(
    number: int,
    old: str,
    to: str,
    code: str,
    *,
    is_pattern: bool = False,
    is_off: bool = False,
) -> Line | Skipped:
    code = _WORDS.get(code.lower(), code)
    status = int(code) if re.fullmatch("[0-9]{3}", code) else 0
    if is_off:
        return Skipped(number, old, _("It is turned off."))
    if is_pattern:
        return Skipped(number, old, _patterns())
    if status == 404:
        return Skipped(number, old, _("What is not there needs no redirect."))
    if status not in STATUSES:
        return Skipped(number, old, _("There is no redirect of status %(code)s.",
                                      code=code[:20]))  # fmt: skip
    if status == GONE:
        return Line(number, old, "", status)
    if not to:
        return Skipped(number, old, _("It leads nowhere."))
    return Line(number, old, to, status)


def _patterns() -> str:
    return _("Patterns (regular expressions) are not supported.")
