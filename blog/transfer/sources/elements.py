"""XML of which every element below the first says one thing, read as a stream: one such
element is held at a time.

A name is what its namespace says; without one, or with a prefix that is declared
nowhere, it is what stands in the file.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from ..records import Loss, Unreadable
from .repair import Mender

# Exports are five deep. Deeper is no export, and would cost memory.
MAX_DEPTH = 50


@dataclass(slots=True)
class Element:
    """An element with all that lies in it."""

    name: str
    line: int
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Its own text, without blanks around."""
        return "".join(self.text).strip()

    def child(self, name: str) -> "Element | None":
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def get(self, name: str) -> str:
        """The text of the first child of that name as it is, or ""."""
        child = self.child(name)
        return "" if child is None else "".join(child.text)

    def word(self, name: str) -> str:
        """As ``get``, without blanks around."""
        return self.get(name).strip()

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]


@dataclass(frozen=True)
class Dialect:
    """What files of a program look like: its name, the root, the prefix that each
    namespace is known by here ("" for none), and the elements that make it an export.
    """

    program: str
    root: str
    prefixes: Mapping[str, str]
    records: Collection[str]


class Elements:
    """One pass over a file. ``losses`` grows meanwhile: what was mended, and where a
    file breaks off after sound records, which ends the iteration.

    :raise Unreadable: while iterating, for a file with a DOCTYPE, with another root, or
        one that breaks off before the first record is whole
    """

    def __init__(
        self, file: BinaryIO, dialect: Dialect, progress: Callable[[int], object]
    ) -> None:
        self._dialect = dialect
        self._mender = Mender(file)
        self.losses: list[Loss] = self._mender.losses
        self._progress = progress
        self._scopes: list[dict[str, str]] = [{}]
        self._scoped: list[bool] = []
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._records = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def __iter__(self) -> Iterator[Element]:
        seen = 0
        try:
            for text in self._mender:
                self._parser.Parse(text, False)
                yield from self._whole()
                self._progress(self._mender.bytes_read - seen)
                seen = self._mender.bytes_read
            self._parser.Parse("", True)
        except expat.ExpatError as error:
            # What stood before the break in the same piece of text is sound.
            yield from self._whole()
            self._progress(self._mender.bytes_read - seen)
            self._broke_off(error)
            return
        yield from self._whole()

    def _whole(self) -> Iterator[Element]:
        ready, self._ready = self._ready, []
        yield from ready

    def _broke_off(self, error: expat.ExpatError) -> None:
        what = expat.ErrorString(error.code) or "not well-formed"
        if not self._records:
            raise Unreadable(
                f"This is no readable export: {what}, line {error.lineno}, and nothing "
                "whole stands before it."
            )
        lost = ""
        if len(self._open) > 1:
            lost = f" What begins on line {self._open[1].line} is lost."
        self.losses.append(
            Loss(
                error.lineno,
                f"The file is broken here ({what}); nothing after it was read.{lost}",
            )
        )

    # What expat calls

    def _doctype(self, *_declaration: object) -> None:
        # It can define entities that grow to gigabytes or read files of this machine.
        raise Unreadable(
            f"The file declares a DOCTYPE, which no export of {self._dialect.program} "
            f"does; it was not read (line {self._parser.CurrentLineNumber})."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._enter_scope(attributes)
        name = self._resolved(tag, self._scopes[-1].get(""))
        line = self._parser.CurrentLineNumber if len(self._open) < 2 else 0
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(
                f"More than {MAX_DEPTH} elements lie in one another on line "
                f"{self._parser.CurrentLineNumber}; no export of "
                f"{self._dialect.program} does that."
            )
        if not self._open and name != self._dialect.root:
            raise Unreadable(
                f"This is no export of {self._dialect.program}: it begins with "
                f"<{tag[:40]}>, line {line}."
            )
        said = {self._resolved(key, None): text for key, text in attributes.items()}
        element = Element(name, line, said)
        if len(self._open) > 1:
            self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        if self._scoped.pop():
            self._scopes.pop()
        element = self._open.pop()
        if len(self._open) == 1:
            self._records += element.name in self._dialect.records
            self._ready.append(element)

    def _characters(self, text: str) -> None:
        if len(self._open) > 1:
            self._open[-1].text.append(text)

    # Names

    def _enter_scope(self, attributes: Mapping[str, str]) -> None:
        declared = {
            name[6:]: uri.strip()
            for name, uri in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        self._scoped.append(bool(declared))
        if declared:
            self._scopes.append(self._scopes[-1] | declared)

    def _resolved(self, tag: str, default: str | None) -> str:
        """A name with the prefix of the dialect; ``default`` is the namespace of names
        without one.
        """
        prefix, _, local = tag.rpartition(":")
        uri = self._scopes[-1].get(prefix) if prefix else default
        if not uri:
            return tag
        known = self._dialect.prefixes.get(uri, "other")
        return f"{known}:{local}" if known else local
