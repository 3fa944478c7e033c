"""Bytes that call themselves XML, made readable: what an export gets wrong most often
is mended, and noted with its line, so that one stray character does not cost the file.

Lines keep their numbers: what is taken out leaves its line ends behind.
"""

import codecs
import html
import re
from collections.abc import Iterator
from typing import BinaryIO

from ..records import Loss

CHUNK_BYTES = 256 * 1024
# Of one kind; a file that is broken on every line says so often enough.
NOTES_OF_A_KIND = 20

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})"""
)
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# XML 1.0 knows none of them, not even as a reference.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(r"<!\[CDATA\[|<!--|\]\]>|&")
_REFERENCE = re.compile(
    r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_XML_ENTITIES = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
# The longest thing that must not be cut in two: a reference.
_LOOK_AHEAD = 40


class Mender:
    """A file's text in pieces, mended; ``losses`` grows meanwhile."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.losses: list[Loss] = []
        self.bytes_read = 0
        self._line = 1  # of what is read next
        self._counts: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        """The mended text. Every line of it is the line of that number in the file."""
        pending = ""
        inside = ""  # what ends the section we are in: "]]>", "-->" or nothing
        for text, is_last in self._pieces():
            pending += text
            mended, pending, inside = self._mend(pending, inside, is_last)
            if mended:
                yield mended

    def _mend(self, text: str, inside: str, is_last: bool) -> tuple[str, str, str]:
        """What is sure of ``text``, what has to wait for more, and where that is."""
        made: list[str] = []
        at = 0
        while at < len(text):
            if inside:
                end = text.find(inside, at)
                stop = end + len(inside) if end >= 0 else len(text) - len(inside) + 1
                stop = len(text) if end < 0 and is_last else max(stop, at)
                made.append(self._kept(text[at:stop], inside))
                at = stop
                if end < 0:
                    break
                inside = ""
                continue
            special = _SPECIAL.search(text, at)
            stop = special.start() if special else len(text)
            if not is_last and (special is None or len(text) - stop < _LOOK_AHEAD):
                # Part of a mark may stand at the end, so its last characters wait.
                stop = min(stop, max(at, len(text) - _LOOK_AHEAD))
                made.append(self._passed(text[at:stop]))
                at = stop
                break
            made.append(self._passed(text[at:stop]))
            at = stop
            if special is None:
                break
            mended, at, inside = self._special(text, special)
            made.append(mended)
        return "".join(made), text[at:], inside

    def _special(self, text: str, found: re.Match[str]) -> tuple[str, int, str]:
        """One mark: what it becomes, where the text goes on, what ends its section."""
        match found[0]:
            case "<![CDATA[" as mark:
                return mark, found.end(), "]]>"
            case "<!--":
                return "", found.end(), "-->"
            case "]]>":
                self._note("“]]>” stands outside of CDATA; it was read as text.")
                return "]]&gt;", found.end(), ""
        reference = _REFERENCE.match(text, found.start())
        if reference is None:
            self._note("“&” stands alone; it was read as “&amp;”.")
            return "&amp;", found.end(), ""
        return self._referred(reference[0]), reference.end(), ""

    def _referred(self, reference: str) -> str:
        if reference in _XML_ENTITIES:
            return reference
        meant = html.unescape(reference)
        if meant == reference:
            self._note(f"Nobody knows “{reference}”; it was read as text.")
            return f"&amp;{reference[1:]}"
        if _CONTROLS.search(meant):
            self._note("A character that no text holds was left out.")
            return ""
        if reference[1] != "#":
            self._note(f"XML does not know “{reference}”; it was read as in HTML.")
        return html.escape(meant, quote=False)

    def _kept(self, text: str, end: str) -> str:
        """A piece of a section: CDATA as it is, of a comment only the line ends."""
        self._line += text.count("\n")
        return text if end == "]]>" else "\n" * text.count("\n")

    def _passed(self, text: str) -> str:
        self._line += text.count("\n")
        return text

    def _pieces(self) -> Iterator[tuple[str, bool]]:
        """The decoded text without control characters, and whether it is the last."""
        line = 1
        for text in self._decoded():
            if _CONTROLS.search(text):
                for number, each in enumerate(text.split("\n")):
                    if _CONTROLS.search(each):
                        self._note(
                            "A character that no text holds was left out.",
                            line + number,
                        )
                text = _CONTROLS.sub("", text)
            line += text.count("\n")
            yield text, False
        yield "", True

    def _decoded(self) -> Iterator[str]:
        chunk = self._read()
        encoding = _encoding(chunk)
        line = 1
        if encoding != "utf-8":
            decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
            while chunk:
                yield decoder.decode(chunk)
                chunk = self._read()
            yield decoder.decode(b"", final=True)
            return
        chunk = chunk.removeprefix(codecs.BOM_UTF8)
        while chunk:
            text, rest = self._utf8(chunk, line)
            line += text.count("\n")
            yield text
            more = self._read()
            if not more and rest:
                yield rest.decode("cp1252", "replace")
            chunk = rest + more if more else b""

    def _utf8(self, data: bytes, line: int) -> tuple[str, bytes]:
        """The text, and the first bytes of a character whose end is still to come.

        What is no UTF-8 is taken for Windows' Latin letters, as browsers do.
        """
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, _AS_WINDOWS, False)
            for number, each in enumerate(data[:used].split(b"\n")):
                if not _is_utf8(each):
                    self._note(
                        "The text is not UTF-8; it was read as Windows-1252.",
                        line + number,
                    )
        return text, data[used:]

    def _read(self) -> bytes:
        chunk = self._file.read(CHUNK_BYTES)
        self.bytes_read += len(chunk)
        return chunk

    def _note(self, text: str, line: int | None = None) -> None:
        line = line or self._line
        if (line, text) in self.losses[-3:]:
            return  # once for a line is enough
        count = self._counts.get(text, 0) + 1
        self._counts[text] = count
        if count <= NOTES_OF_A_KIND:
            self.losses.append(Loss(line, text))
        elif count == NOTES_OF_A_KIND + 1:
            self.losses.append(Loss(line, f"{text} And so on."))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """What ``bytes.decode`` is to put in the place of what is no UTF-8: in one pass, as
    a whole file may be of such letters.
    """
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101  nothing is encoded so
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


_AS_WINDOWS = "recto.as-windows"
codecs.register_error(_AS_WINDOWS, _as_windows)


def _encoding(start: bytes) -> str:
    """How a file is written, by its first bytes; UTF-8 if they say nothing usable."""
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding if encoding == "utf-8" else "utf-16"
    if start.startswith(b"<\0"):
        return "utf-16-le"
    if start.startswith(b"\0<"):
        return "utf-16-be"
    declared = _DECLARED.match(start.lstrip())
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
        "".encode(name)  # some are no encodings of text
    except (LookupError, TypeError, ValueError):
        return "utf-8"
    # Such a declaration over bytes that are ASCII so far is a lie.
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else name
