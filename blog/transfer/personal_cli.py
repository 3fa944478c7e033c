"""What is held of one person, from a shell."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import render_template

from ..clock import utcnow
from ..database import session
from .exporting.personal import everything, somebody

# What there may be several of, as the command counts them.
_COUNTED = ("comments", "subscriptions", "posts", "notes", "files", "invitations")


@click.command()
@click.argument("who")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace DEST if it is there already.")
def personal(who: str, dest: Path, force: bool) -> None:
    """Write everything that is held of one person to a file, to hand it out: JSON, or a
    page to read if DEST ends in .html.

    WHO is an email address, or the name with which somebody logs in. Of their account
    it holds all but what opens it; of comments also where they came from, as long as
    that is kept.
    """
    session.rollback()  # what is read from here on is one state of the database
    writer = somebody(who)
    if writer is None:
        raise click.ClickException(f"Nobody logs in as {who!r}.")
    if dest.exists() and not force:
        raise click.ClickException(f"{dest} is there already; --force replaces it.")
    held = everything(writer, utcnow())
    try:
        _write(dest, _text(held, dest.suffix.lower()))
    except OSError as error:
        raise click.ClickException(
            f"{str(dest)!r} cannot be written: {error.strerror or error}."
        ) from None
    counted = [_number(len(held[name]), name) for name in _COUNTED if held[name]]
    if held["account"]:
        counted.insert(0, "an account")
    click.echo(f"In {dest}: {', '.join(counted) or 'nothing is held of them'}.")


def _text(held: Mapping[str, Any], suffix: str) -> str:
    if suffix in (".html", ".htm"):
        return render_template("transfer/person.html", held=held)
    return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def _number(number: int, name: str) -> str:
    return f"{number} {name.removesuffix('s') if number == 1 else name}"


def _write(dest: Path, text: str) -> None:
    """Write a file for its owner's eyes, whole or not at all."""
    dest = dest.absolute()
    descriptor, name = tempfile.mkstemp(prefix=f".{dest.name}.", dir=dest.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        fresh.replace(dest)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
