"""The head of a text's file, in YAML that all its versions read alike: every text
stands in quotes, a list on one line.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Value = str | int | bool | datetime | Sequence[str] | None

# What JSON leaves as it is, and YAML 1.1 or 1.2 forbids or takes for the end of a line.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def head(fields: Mapping[str, Value]) -> str:
    """The head with its marks, in the order of the fields. Those that say nothing are
    left out: ``None``, "" and an empty list.
    """
    lines = (
        f"{name}: {_written(value)}\n"
        for name, value in fields.items()
        if value is not None and value not in ("", [])
    )
    return f"---\n{''.join(lines)}---\n"


def moment(at: datetime) -> str:
    """A time as it stands in all files: "2020-05-17T08:30:00Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _written(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case datetime():
            return moment(value)
        case str():
            return _quoted(value)
        case _:
            return f"[{', '.join(map(_quoted, value or ()))}]"


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
