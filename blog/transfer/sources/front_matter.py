"""What stands above the text in a file of a static site: YAML between ``---``, TOML
between ``+++``, JSON, and what Hexo and Pelican write without a first line.

Every word is read as it is written: ``title: no`` says “no”, and ``date: 2020-05-17``
is a text until somebody wants a date of it. Nothing in a file can make an object.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

import yaml

# Of the head of a file. A longer one is none, and would only cost time.
MOST_CHARACTERS = 256 * 1024
# Of the words in one list, and of how deep these lie in one another.
_MOST_WORDS = 1_000
_DEEPEST = 4
# It knows lists, mappings and texts, and nothing else; the one in C is only faster.
_LOADER: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_OPENING = re.compile(r"(---|\+\+\+|;;;)[ \t]*(?:\n|$)")
_CLOSING = {
    "---": re.compile(r"^(?:---|[.]{3})[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE),
    ";;;": re.compile(r"^;;;[ \t]*(?:\n|\Z)", re.MULTILINE),
}
_YAML_KEY = re.compile(r"[\"']?[A-Za-z_][\w .-]{0,60}[\"']?[ \t]*:(?:[ \t]|$)")
_JSON_KEY = re.compile(r"[ \t]*\"[^\"\n]{1,60}\"[ \t]*:")
_UNOPENED_END = re.compile(r"^(---+|;;;+)[ \t]*(?:\n|\Z)", re.MULTILINE)
_TOML_KEY = re.compile(r"[\w.\"'-]+[ \t]*=|\[")
_PELICAN = re.compile(r"[A-Za-z][\w-]{0,30}:[ \t]")
_TOML_LINE = re.compile(r"line ([0-9]+)")
_INDENT = re.compile(r"^ *\t[ \t]*", re.MULTILINE)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_YES = frozenset({"true", "yes", "on", "y", "1"})
_NO = frozenset({"false", "no", "off", "n", "0"})


class Form(StrEnum):
    """How a head is written."""

    NONE = "none"
    YAML = "yaml"
    TOML = "toml"
    JSON = "json"
    HEXO = "hexo"  # YAML or JSON that only ends in a line of its own
    PELICAN = "pelican"  # lines up to the first empty one


class Problem(NamedTuple):
    """What is wrong with a head, and on which line of the file."""

    line: int
    what: str


@dataclass
class Head:
    """A file's head and the text behind it. ``fields`` hold texts, lists and mappings;
    ``ends`` is the number of the line where the text begins.
    """

    form: Form = Form.NONE
    fields: dict[str, object] = field(default_factory=dict)
    text: str = ""
    ends: int = 1
    problems: list[Problem] = field(default_factory=list)


def read(source: str) -> Head:
    """The head and the text of a file, whose lines end in a line feed alone. Of a
    broken head comes what can be read.
    """
    opening = _OPENING.match(source)
    if opening is not None:
        head = _enclosed(source, opening)
    elif source.startswith("{"):
        head = _json_object(source)
    else:
        head = _unopened(source) or _of_pelican(source)
    return head or Head(text=source)


def _enclosed(source: str, opening: re.Match[str]) -> Head | None:
    mark = opening[1]
    end = MOST_CHARACTERS + opening.end()
    closing = _CLOSING[mark].search(source, opening.end(), end)
    inside = source[opening.end() : closing.start() if closing else opening.end()]
    if closing is None:
        if mark == "---" and not _YAML_KEY.match(source, opening.end()):
            return None  # a line across the page
        problem = Problem(1, f"the head that “{mark}” opens has no end")
        return Head(text=source, problems=[problem])
    form = {"---": Form.YAML, "+++": Form.TOML, ";;;": Form.JSON}[mark]
    if form is Form.YAML and inside.strip() and not _is_mapping(inside):
        return None
    return _parsed(form, inside, source, closing.end(), first=2)


def _is_mapping(text: str) -> bool:
    """Whether some line begins like a key, as prose between two lines does not."""
    lines = (line for line in text.split("\n") if line.strip())
    return any(
        _YAML_KEY.match(line) or line.lstrip().startswith(("#", "{", "?"))
        for line in lines
    )


def _json_object(source: str) -> Head | None:
    try:
        found, end = json.JSONDecoder().raw_decode(source[:MOST_CHARACTERS])
    except (ValueError, RecursionError) as error:
        if not _JSON_KEY.match(source[1:].lstrip()):
            return None
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        end = source.find("\n}", 0, MOST_CHARACTERS) + 2
        if end < 2:
            return Head(text=source, problems=[Problem(line, "no JSON")])
        fields = dict(_salvaged(Form.JSON, source[1:end]))
        text = source[end:].removeprefix("\n")
        return _made(
            Form.JSON, fields, text, source, [Problem(line, "its JSON is broken")]
        )
    text = source[end:]
    line_end = re.match(r"[ \t]*\n", text)
    text = text[line_end.end() :] if line_end else text
    return _made(Form.JSON, found, text, source, [])


def _unopened(source: str) -> Head | None:
    """Hexo's head without a first line: keys, and a line of hyphens behind them."""
    if not _YAML_KEY.match(source) and not _JSON_KEY.match(source):
        return None
    closing = _UNOPENED_END.search(source, 0, MOST_CHARACTERS)
    if closing is None:
        return None
    is_yaml = closing[1][0] == "-"
    inside = source[: closing.start()]
    if is_yaml and not all(map(_is_of_yaml, inside.split("\n"))):
        return None  # a text with a heading or a line across the page
    form = Form.YAML if is_yaml else Form.JSON
    head = _parsed(form, inside, source, closing.end(), first=1)
    head.form = Form.HEXO
    return head


def _is_of_yaml(line: str) -> bool:
    return not line.strip() or line[0] in " \t-#" or _YAML_KEY.match(line) is not None


def _of_pelican(source: str) -> Head | None:
    """``Title: …`` in the first lines, up to an empty one."""
    top, _, text = source.partition("\n\n")
    lines = top.split("\n")
    if len(top) > MOST_CHARACTERS or not all(
        _PELICAN.match(line) or (number and line[:1] in (" ", "\t"))
        for number, line in enumerate(lines)
    ):
        return None
    fields: dict[str, object] = {}
    for line in lines:
        if line[:1] not in (" ", "\t"):
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
    if "title" not in fields:
        return None
    return Head(Form.PELICAN, fields, text, len(lines) + 2)


def _parsed(form: Form, inside: str, source: str, end: int, first: int) -> Head:
    """The head whose words are ``inside``, which begins on line ``first``."""
    problems: list[Problem] = []
    fields: object
    try:
        fields = _load(form, inside)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        line = min(_line_of(error), inside.count("\n") + 1)
        what = f"its {form.upper()} is broken"
        problems.append(Problem(first + line - 1, what))
        fields = dict(_salvaged(form, inside))
    return _made(form, fields, source[end:], source, problems)


def _made(
    form: Form, fields: object, text: str, source: str, problems: list[Problem]
) -> Head:
    ends = source.count("\n", 0, len(source) - len(text)) + 1
    if not isinstance(fields, Mapping):
        if fields not in (None, ""):
            problems.append(Problem(1, "its head holds no fields"))
        fields = {}
    named = {str(key).strip(): value for key, value in fields.items()}
    return Head(form, named, text, ends, problems)


def load(form: Form, text: str) -> dict[str, object]:
    """A whole file of fields, such as a site's settings; none if it cannot be read."""
    try:
        found = _load(form, text[:MOST_CHARACTERS])
    except (ValueError, RecursionError, yaml.YAMLError):
        return {}
    return {str(key): value for key, value in found.items()} if _is_map(found) else {}


def _is_map(found: object) -> bool:
    return isinstance(found, Mapping)


def _load(form: Form, text: str) -> dict[str, object]:
    match form:
        case Form.TOML:
            found: object = tomllib.loads(text)
        case Form.JSON:
            inside = text.strip()
            found = json.loads(inside if inside[:1] == "{" else f"{{{inside}}}")
        case _:
            # A tab in front of a word is no YAML, and yet often there.
            spaced = _INDENT.sub(lambda found: found[0].expandtabs(4), text)
            found = yaml.load(spaced, Loader=_LOADER)  # noqa: S506  it makes no object
    return found  # type: ignore[return-value]


def _line_of(error: Exception) -> int:
    """The line of the head on which a parser stopped."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    found = _TOML_LINE.search(str(error))
    return int(found[1]) if found else 1


def _salvaged(form: Form, text: str) -> Iterator[tuple[str, object]]:
    """The fields of a broken head that can be read alone, and the words of the others
    that stand behind their names.
    """
    divider = "=" if form is Form.TOML else ":"
    for part in _parts(form, text):
        try:
            found = _load(
                form, part.rstrip().rstrip(",") if form is Form.JSON else part
            )
            if _is_map(found):
                yield from found.items()
                continue
        except (ValueError, RecursionError, yaml.YAMLError):
            pass
        name, _, value = part.partition("\n")[0].partition(divider)
        name = name.strip().strip("\"'")
        if name and value.strip() and "[" not in name:
            yield name, value.strip().strip(",").strip("\"'")


def _parts(form: Form, text: str) -> Iterator[str]:
    """A head in parts that begin with a key each."""
    key = {Form.TOML: _TOML_KEY, Form.JSON: _JSON_KEY}.get(form, _YAML_KEY)
    part: list[str] = []
    for line in text.split("\n"):
        # What lies in a table of TOML stays with it.
        inside = form is Form.TOML and part and part[0].lstrip().startswith("[")
        begins = line.startswith("[") if inside else key.match(line) is not None
        if begins and part:
            yield "\n".join(part)
            part = []
        if part or begins:
            part.append(line)
    if part:
        yield "\n".join(part)


# What a field says


def text(value: object) -> str:
    """The words of a field; of a list, the first ones; "" for nothing."""
    return next(iter(words(value)), "")


def words(value: object) -> list[str]:
    """The words of a field that is one or a list of several, also nested ones."""
    return list(islice(_words(value, 0), _MOST_WORDS))


def _words(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, list | tuple):
        if depth < _DEEPEST:
            for each in value[:_MOST_WORDS]:
                yield from _words(each, depth + 1)
    elif isinstance(value, Mapping):
        named = value.get("name") or value.get("title") or value.get("url")
        if isinstance(named, str):
            yield named.strip()
    else:
        said = _as_text(value)
        if said not in _NOTHING:
            yield said


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()


def flag(value: object) -> bool | None:
    """Whether a field says yes; ``None`` if it says neither yes nor no."""
    said = text(value).lower()
    if said in _YES:
        return True
    return False if said in _NO else None


def mapping(value: object) -> Mapping[str, object]:
    """The fields of a field that has some; else none."""
    return value if isinstance(value, Mapping) else {}
