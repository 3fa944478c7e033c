"""Everything that was written here as files, from a shell."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app

from ..clock import utcnow
from ..database import session
from .exporting import folder
from .exporting.markdown import queries, run
from .exporting.markdown.run import Advance, Report

# So many of the files that are missing are named.
_SHOWN = 15


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an earlier export in DEST.")
@click.option(
    "--with-addresses",
    "with_origins",
    is_flag=True,
    help="Also write from which network addresses and with which browsers comments "
    "were sent.",
)
def markdown(dest: Path, force: bool, with_origins: bool) -> None:
    """Write everything that was written here as files: Markdown with YAML front matter,
    comments as JSON, media as they are.

    DEST is made, or must be empty. Drafts, what is in the trash, passwords of posts and
    e-mail addresses are among it: it is for you alone.
    """
    session.rollback()  # what is read from here on is one state of the database
    try:
        with (
            folder.whole(dest, run.SITE, may_replace=force) as fresh,
            _progress() as advance,
        ):
            report = run.write(
                fresh,
                current_app.config["SITE_URL"],
                utcnow(),
                advance,
                with_origins=with_origins,
            )
    except folder.Occupied as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{str(dest)!r} cannot be written: {error.strerror or error}."
        ) from None
    _tell(report, dest)


@contextmanager
def _progress() -> Iterator[Advance]:
    """A bar for whoever watches; nothing where nobody does."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    length = queries.number_of_posts()
    with click.progressbar(length=length, label="Writing", file=sys.stderr) as bar:
        yield bar.update


def _tell(report: Report, dest: Path) -> None:
    click.echo(
        f"In {dest} are {report.posts} posts, {report.pages} pages, "
        f"{report.comments} comments and {report.files - len(report.missing)} files."
    )
    number = len(report.missing)
    if number:
        files = "1 file is" if number == 1 else f"{number} files are"
        click.echo(f"{files} missing in the library:")
    for path in report.missing[:_SHOWN]:
        click.echo(f"- {path}")
    if number > _SHOWN:
        click.echo(f"… and {number - _SHOWN} more.")
