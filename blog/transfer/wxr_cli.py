"""Everything as an export of WordPress, from a shell."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from ..clock import utcnow
from ..database import session
from .exporting.wordpress import run


@click.command()
@click.argument("dest", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace DEST if it is there.")
def wordpress(dest: Path, force: bool) -> None:
    """Write everything as an export of WordPress (WXR 1.2), which WordPress, Recto and
    many other programs take.

    DEST is a file, or - for standard output. Drafts, what is in the trash, spam,
    passwords of posts and e-mail addresses are in it: it is for you alone.
    Media are in it as addresses, from where they are fetched.
    """
    session.rollback()  # what is read from here on is one state of the database
    pieces = (piece.encode() for piece in run.written(utcnow()))
    if str(dest) == "-":
        sys.stdout.buffer.writelines(pieces)
        return
    if dest.is_dir() or (dest.exists() and not force):
        what = "a folder" if dest.is_dir() else "there already; --force replaces it"
        raise click.ClickException(f"{str(dest)!r} is {what}.")
    try:
        size = _write(dest, pieces)
    except OSError as error:
        raise click.ClickException(
            f"{str(dest)!r} cannot be written: {error.strerror or error}."
        ) from None
    click.echo(f"{size / 1_000_000:.1f} MB are in {dest}.")


def _write(dest: Path, pieces: Iterable[bytes]) -> int:
    """Write a file that is whole, or not there; its size. Nobody else may read it.

    :raise OSError: if there is no room, or no right
    """
    with tempfile.NamedTemporaryFile(
        dir=dest.absolute().parent, prefix=f".{dest.name}.", delete=False
    ) as file:
        try:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(dest)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
        return file.tell()
