"""What became of everything in an export: counted by kind, and in sentences."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple

# They are in every report, be there any or not.
KINDS = (
    *("author", "category", "tag", "post", "page"),
    *("attachment", "comment", "menu_item"),
)
COLUMNS = ("in_file", "imported", "updated", "unchanged", "skipped")
# Why something was not taken.
REPEATED = "repeated"
EDITED_HERE = "edited here"

# Names in one line; the rest are a number.
NAMES_SHOWN = 30


def kind_name(kind: str) -> str:
    """What people call it: a menu, not a nav_menu."""
    return kind.removeprefix("nav_").replace("_", " ")


class Outcome(StrEnum):
    """What became of one thing."""

    IMPORTED = "imported"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(slots=True)
class Count:
    """Of one kind, how many the file holds, and how many became what."""

    in_file: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


class Skipped(NamedTuple):
    """What was not taken, and why."""

    kind: str
    id: str
    reason: str


class Report:
    """Grows during an import. ``lines`` are sentences on what is not as it was."""

    def __init__(self) -> None:
        self.kinds = {kind: Count() for kind in KINDS}
        self.skipped: list[Skipped] = []
        self.lines: list[str] = []
        self._often: Counter[str] = Counter()
        self._lacking: list[str] = []

    def met(self, kind: str, number: int = 1) -> None:
        """The file holds so many more of a kind."""
        self._of(kind).in_file += number

    def became(self, kind: str, outcome: Outcome) -> None:
        """One thing was imported, updated, or found unchanged."""
        count = self._of(kind)
        setattr(count, outcome, getattr(count, outcome) + 1)

    def skip(self, kind: str, id: str, reason: str) -> None:
        """One thing was not taken."""
        self.became(kind, Outcome.SKIPPED)
        self.skipped.append(Skipped(kind, id, reason))

    def say(self, text: str, line: int | None = None) -> None:
        """A sentence, on a line of the file or on the whole."""
        self.lines.append(text if line is None else f"line {line}: {text}")

    def often(self, text: str, number: int = 1) -> None:
        """Something that may be so of many things: one sentence, with their number."""
        self._often[text] += number

    def lack(self, address: str, line: int) -> None:
        """A file was not to be had; a later run may bring it."""
        self._lacking.append(f"line {line}: Not here yet: {address}")

    def say_names(self, text: str, names: Mapping[str, int]) -> None:
        """A sentence that ends in names, each with its number; nothing without any."""
        if not names:
            return
        shown = Counter(names).most_common(NAMES_SHOWN)
        parts = [f"{name} ({number})" for name, number in shown]
        if len(names) > len(shown):
            parts.append(f"and {len(names) - len(shown)} more")
        self.lines.append(f"{text}: {', '.join(parts)}.")

    def close(self) -> None:
        """Write down what was only counted."""
        self.lines += [f"{text} ({number})" for text, number in self._often.items()]
        self._often.clear()
        self.lines += self._lacking
        self._lacking.clear()

    @property
    def adds_up(self) -> bool:
        """Whether everything in the file became something."""
        return all(
            count.in_file
            == count.imported + count.updated + count.unchanged + count.skipped
            for count in self.kinds.values()
        )

    def as_json(self) -> dict[str, object]:
        """The report as other programs read it."""
        return {
            "kinds": {kind: asdict(count) for kind, count in self.kinds.items()},
            "skipped": [each._asdict() for each in self.skipped],
            "lines": self.lines,
        }

    def table(self) -> str:
        """The numbers for people; kinds of which there are none are left out."""
        rows = [("", *(name.replace("_", " ") for name in COLUMNS))]
        rows += [
            (kind_name(kind), *(str(getattr(count, name)) for name in COLUMNS))
            for kind, count in self.kinds.items()
            if count.in_file
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                [first.ljust(widths[0])]
                + [
                    cell.rjust(width)
                    for cell, width in zip(rest, widths[1:], strict=True)
                ]
            ).rstrip()
            for first, *rest in rows
        )

    def reasons(self) -> Counter[tuple[str, str]]:
        """How many were skipped, by kind and reason."""
        return Counter((each.kind, each.reason) for each in self.skipped)

    def _of(self, kind: str) -> Count:
        return self.kinds.setdefault(kind, Count())
