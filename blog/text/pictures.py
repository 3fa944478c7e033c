"""Own pictures in a text: each in the sizes and formats that browsers choose from."""

from collections.abc import Sequence
from typing import NamedTuple


class Picture(NamedTuple):
    """A picture of the library, as far as a page needs to know it. ``src`` is the path
    of the whole file, "/media/12/boat.jpg"; ``widths`` are those of the smaller ones,
    in pixels, ascending; ``formats`` what they come in, the best first. ``alt`` is the
    library's, for a text that says none.
    """

    id: int
    src: str
    width: int
    height: int
    widths: Sequence[int]
    formats: Sequence[str]
    alt: str
    is_decorative: bool
    version: int
