"""Which source reads which kind of file."""

from collections.abc import Callable
from typing import BinaryIO

from ..records import Source
from . import blogger, ghost, wxr

Progress = Callable[[int], object]

# By the name of the program that wrote the file. Each is given the file, and whom to
# tell how many bytes it has just read.
FORMATS: dict[str, Callable[[BinaryIO, Progress], Source]] = {
    "blogger": blogger.Blogger,
    "ghost": ghost.Ghost,
    "wordpress": wxr.Reader,
}
