"""Names of files that every system takes, in any script, no two of them equal."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath

# In bytes of UTF-8: a name may have 255 on most systems, and is given an ending here.
MAX_BYTES = 160
# Deeper pages stand beside the others: what they lie below is said in their heads.
MAX_FOLDER = 200
# What a text's file can end in.
ENDINGS = (".md", ".html")

# What no file may be called on Windows, and folders that makers of sites leave out.
_UNWELCOME = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
    | {"public", "vendor", "node_modules", "bower_components", "__macosx", "resources"}
    | {"layouts", "archetypes", "scaffolds", "themes", "templates", "i18n"}
)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\s]+')


def of_post(slug: str, post_id: int, day: date | None) -> str:
    """The name of a post's file, without an ending: "2020-05-17-boat", or "boat" as
    long as it has no day.
    """
    dated = f"{day.isoformat()}-" if day else ""
    return dated + _safe(slug, "post", post_id)


class Pages:
    """Where pages lie: a folder for those below a page, named as its file is.

    ``tree`` gives the slug and the parent of every page by its id.
    """

    def __init__(self, tree: Mapping[int, tuple[str, int | None]]) -> None:
        self._tree = tree

    def of_page(self, page_id: int) -> str:
        """The path of a page's file, without an ending: "about/team"."""
        slug, above = self._tree[page_id]
        line: list[str] = []
        met = {page_id}
        while above is not None and above in self._tree and above not in met:
            met.add(above)
            name, parent = self._tree[above]
            line.append(_safe(name, "page", above))
            above = parent
        folder = "/".join(reversed(line))
        if len(folder.encode()) > MAX_FOLDER:
            folder = ""
        return str(PurePosixPath(folder, _safe(slug, "page", page_id)))


def free(folder: Path, path: str, row_id: int) -> Path:
    """The file that is to be made, without an ending; with the row's id behind its name
    if there is one of that name already.
    """
    wanted = f"{folder / path}"
    while any(Path(f"{wanted}{ending}").exists() for ending in ENDINGS):
        wanted += f"-{row_id}"
    return Path(wanted)


def _safe(slug: str, kind: str, row_id: int) -> str:
    """A slug as a name. Systems differ in whether they tell "A" from "a", and one way
    to write "é" from the other; so there is only one here.
    """
    name = unicodedata.normalize("NFC", slug).casefold()
    name = unicodedata.normalize("NFC", _UNSAFE.sub("-", name)).strip(". -")
    name = name.encode()[:MAX_BYTES].decode(errors="ignore").rstrip(". -")
    if not name:
        return f"{kind}-{row_id}"
    if name.partition(".")[0] in _UNWELCOME or name.startswith("_"):
        return f"{name.lstrip('_')}-{row_id}"
    return name
