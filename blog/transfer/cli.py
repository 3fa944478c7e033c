"""Moving in, from a shell."""

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from ..clock import utcnow
from ..database import GateTimeout, write_transaction
from .importing import rendering
from .importing.downloads import Downloads
from .importing.report import Report, kind_name
from .importing.run import Import
from .importing.survey import survey
from .importing.uploads import Unusable, Uploads, opened
from .records import Unreadable
from .sources.wxr import Reader

# So many lines of the report are printed.
_LINES_SHOWN = 15

group = AppGroup("import", help="Move in what was written elsewhere.")


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--media",
    "media",
    metavar="DIR_OR_ZIP",
    type=click.Path(path_type=Path),
    help="The old site’s uploads (wp-content/uploads): where the files come from.",
)
@click.option(
    "--fetch",
    is_flag=True,
    help="Ask the old site for files that are not among the media.",
)
@click.option(
    "--keep",
    "kept",
    metavar="TYPE",
    multiple=True,
    help="Make pages of items of this type, such as product. May be repeated.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Write nothing, and say what would be done. Addresses are compared only with "
    "what is here already.",
)
@click.option(
    "--report",
    "report_file",
    metavar="FILE.json",
    type=click.Path(path_type=Path),
    help="Where to write what became of everything.",
)
def wordpress(
    file: Path,
    media: Path | None,
    fetch: bool,
    kept: tuple[str, ...],
    dry_run: bool,
    report_file: Path | None,
) -> None:
    """Take over an export of WordPress: people, categories, tags, files, posts, pages
    and comments.

    FILE is what WordPress gives at Tools, Export (WXR). Running it again doubles
    nothing: what changed in the export is taken over, what was edited here stays. If a
    run was interrupted, the next one goes on.
    """
    _ensure_writable(report_file)
    uploads = _uploads(media)
    try:
        with file.open("rb") as export:
            size = file.stat().st_size
            report = _imported(
                export, size, uploads, fetch=fetch, kept=kept, dry_run=dry_run
            )
    except OSError as error:
        raise click.ClickException(
            f"{str(file)!r} cannot be read: {error.strerror or error}."
        ) from None
    except (Unreadable, GateTimeout) as error:
        raise click.ClickException(str(error)) from None
    _tell(report, report_file, dry_run)


def _uploads(media: Path | None) -> Uploads:
    try:
        return opened(media)
    except Unusable as error:
        raise click.ClickException(
            f"The media in {media} cannot be read: {error}."
        ) from None


def _imported(
    export: BinaryIO,
    size: int,
    uploads: Uploads,
    *,
    fetch: bool,
    kept: Collection[str],
    dry_run: bool,
) -> Report:
    """What became, or in a dry run would become, of everything in the file."""
    with _progress(3 * size) as advance:

        def read() -> Reader:
            export.seek(0)
            return Reader(export, advance)

        found = survey(read(), kept)
        downloads = Downloads() if fetch else None
        with rendering.beside(found.counts["post"] + found.counts["comment"]) as beside:
            run = Import(found, utcnow(), uploads, downloads, beside, is_trial=dry_run)
            for step in run.steps(read):
                if dry_run:
                    step.foretell()
                    continue
                with write_transaction():
                    step.write()
    return run.report


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int], None]]:
    """A bar for whoever watches; nothing where nobody does."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label="Reading", file=sys.stderr) as bar:
        yield bar.update


def _ensure_writable(report_file: Path | None) -> None:
    """Before an hour of work: the report will have a place."""
    if report_file is None:
        return
    folder = report_file.absolute().parent
    place = report_file if report_file.exists() else folder
    if not folder.is_dir() or report_file.is_dir() or not os.access(place, os.W_OK):
        raise click.ClickException(f"The report cannot be written to {report_file}.")


def _tell(report: Report, report_file: Path | None, dry_run: bool) -> None:
    if report_file is not None:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        report_file.write_text(text + "\n", "utf-8")
    click.echo("Nothing was written; this would be done:" if dry_run else "Done.")
    click.echo(report.table())
    for (kind, reason), number in report.reasons().most_common():
        click.echo(f"skipped: {number} × {kind_name(kind)}, {reason}")
    for line in report.lines[:_LINES_SHOWN]:
        click.echo(f"- {line}")
    more = len(report.lines) - _LINES_SHOWN
    if more > 0:
        hint = "" if report_file else "; --report FILE.json writes all of them down"
        click.echo(f"… and {more} more{hint}.")
    if report.kinds["author"].imported and not dry_run:
        click.echo(
            "Imported authors have no password. Make each a link in People, or with "
            "“blog users setup-link NAME”."
        )
    if report_file is not None:
        click.echo(f"The whole report is in {report_file}.")
