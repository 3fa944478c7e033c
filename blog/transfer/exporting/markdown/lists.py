"""Lists of JSON that are written while they are read, however long they are."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write(path: Path, entries: Iterable[Mapping[str, Any]]) -> int:
    """Write a list to a file as ``json.dumps(…, indent=1)`` would; how long it is."""
    number = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, entry in enumerate(entries, 1):
            file.write("[\n " if number == 1 else ",\n ")
            written = json.dumps(entry, ensure_ascii=False, indent=1)
            file.write(written.replace("\n", "\n "))
        file.write("\n]\n" if number else "[]\n")
    return number


def write_object(path: Path, fields: Mapping[str, Any]) -> None:
    """Write one object to a file."""
    text = json.dumps(fields, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", "utf-8", newline="\n")
