"""Moving in, from a shell."""

import errno
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial, wraps
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from ..clock import utcnow
from ..database import GateTimeout, write_transaction
from . import recognition
from .importing import rendering
from .importing.downloads import Downloads
from .importing.once import Once
from .importing.report import Report, kind_name
from .importing.run import Import, Step
from .importing.survey import survey
from .importing.threads import Threads
from .importing.uploads import Unusable, Uploads, opened
from .records import Conversations, Source, Unreadable
from .sources.disqus import Disqus
from .sources.formats import FORMATS, Progress
from .sources.ghost import Ghost
from .sources.isso import Isso
from .sources.markdown import MarkdownFolder
from .sources.medium import Medium

# So many lines of the report are printed.
_LINES_SHOWN = 15

group = AppGroup("import", help="Move in what was written elsewhere.")


@dataclass(frozen=True)
class Wishes:
    """How somebody wants to move in."""

    media: Path | None
    fetch: bool
    dry_run: bool
    report_file: Path | None


_report = click.option(
    "--report",
    "report_file",
    metavar="FILE.json",
    type=click.Path(path_type=Path),
    help="Where to write what became of everything.",
)
_dry_run = click.option(
    "--dry-run",
    is_flag=True,
    help="Write nothing, and say what would be done. Addresses are compared only with "
    "what is here already.",
)


def _wishes(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every import has, given to it as ``wishes``."""

    @wraps(command)
    def wished(*args: Any, **values: Any) -> None:
        of_all = {each.name: values.pop(each.name) for each in fields(Wishes)}
        command(*args, wishes=Wishes(**of_all), **values)

    for option in (
        _report,
        _dry_run,
        click.option(
            "--fetch",
            is_flag=True,
            help="Ask the old site for files that are not among the media.",
        ),
        click.option(
            "--media",
            metavar="DIR_OR_ZIP",
            type=click.Path(path_type=Path),
            help="The old site’s files (wp-content/uploads): where pictures come from.",
        ),
    ):
        wished = option(wished)
    return wished


_file = click.argument("file", type=click.Path(path_type=Path))
_source = click.argument("source", type=click.Path(path_type=Path))
_site = click.option(
    "--site",
    metavar="URL",
    default="",
    help="Where the old site is, as the file does not say: https://old.example.",
)


@group.command()
@_file
@_wishes
@click.option(
    "--keep",
    "kept",
    metavar="TYPE",
    multiple=True,
    help="Make pages of items of this type, such as product. May be repeated.",
)
def wordpress(file: Path, kept: tuple[str, ...], wishes: Wishes) -> None:
    """Take over an export of WordPress: people, categories, tags, files, posts, pages
    and comments.

    FILE is what WordPress gives at Tools, Export (WXR). Running it again doubles
    nothing: what changed in the export is taken over, what was edited here stays. If a
    run was interrupted, the next one goes on.
    """
    _move_in(file, FORMATS["wordpress"], wishes, kept)


@group.command()
@_file
@_wishes
@_site
def ghost(file: Path, site: str, wishes: Wishes) -> None:
    """Take over an export of Ghost: people, tags, posts and pages.

    FILE is what Ghost gives at Settings, Export (JSON); the media are its folder
    content. Running it again doubles nothing.
    """
    _move_in(file, partial(Ghost, address=site), wishes)


@group.command()
@_file
@_wishes
def blogger(file: Path, wishes: Wishes) -> None:
    """Take over an export of Blogger: people, labels, posts, pages and comments.

    FILE is what Blogger gives at Settings, Back up content, or the feed.atom of Google
    Takeout. Running it again doubles nothing.
    """
    _move_in(file, FORMATS["blogger"], wishes)


@group.command()
@_source
@_wishes
def markdown(source: Path, wishes: Wishes) -> None:
    """Take over a folder of Markdown files: posts and pages of Jekyll, Hugo, Zola,
    Hexo and their like, and what “blog export markdown” has written.

    SOURCE is the site’s folder, or a zip of it; the files that its texts show are taken
    from there, too. Running it again doubles nothing.
    """
    _move_in_folder(source, MarkdownFolder, wishes)


@group.command()
@_source
@_wishes
def medium(source: Path, wishes: Wishes) -> None:
    """Take over an export of Medium: posts and drafts.

    SOURCE is the zip that Medium sends, or a folder with what was in it. Pictures are
    not in it; --fetch asks Medium for them. Running it again doubles nothing.
    """
    _move_in_folder(source, Medium, wishes)


@group.command()
@_file
@_dry_run
@_report
def disqus(file: Path, dry_run: bool, report_file: Path | None) -> None:
    """Put the comments of Disqus below the posts and pages they are about.

    FILE is what Disqus sends after Export Comments (XML). Threads are known by their
    addresses, so the posts have to be here first. Running it again doubles nothing.
    """
    with _told(file), recognition.opened(file) as export:
        _take_threads(
            partial(Disqus, export), file.stat().st_size, dry_run, report_file
        )


@group.command()
@_file
@_dry_run
@_report
def isso(file: Path, dry_run: bool, report_file: Path | None) -> None:
    """Put the comments of Isso below the posts and pages they are about.

    FILE is Isso’s database (comments.db). Threads are known by their addresses, so the
    posts have to be here first. Running it again doubles nothing.
    """
    with _told(file):
        _take_threads(partial(Isso, file), file.stat().st_size, dry_run, report_file)


def _take_threads(
    read: Callable[[Progress], Conversations],
    size: int,
    dry_run: bool,
    report_file: Path | None,
) -> None:
    _ensure_writable(report_file)
    with _progress(size) as advance:
        threads = Threads(read(advance), utcnow())
        _carry_out(threads.steps(), dry_run=dry_run)
    _tell(threads.report, report_file, dry_run)


def _move_in_folder(
    path: Path, made: Callable[[Path, Progress], Source], wishes: Wishes
) -> None:
    """Take over what a folder or a zip holds, and say what became of it."""
    with _told(path):
        path.stat()  # which says why it cannot be read
        uploads = _uploads(wishes.media or path)
        _take(lambda progress: made(path, progress), _size(path), uploads, wishes)


def _size(path: Path) -> int:
    """How many bytes lie in a folder, or in a file."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(each.stat().st_size for each in files if each.is_file())


def _move_in(
    path: Path,
    made: Callable[[BinaryIO, Progress], Source],
    wishes: Wishes,
    kept: Collection[str] = (),
) -> None:
    """Take over what a file holds, and say what became of it."""
    with _told(path), recognition.opened(path) as file:

        def read(progress: Progress) -> Source:
            return made(file, progress)

        _take(read, path.stat().st_size, _uploads(wishes.media), wishes, kept)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in a sentence why something cannot be taken over."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise click.ClickException(
                "The disk is full. What was written is whole, and the next run goes on."
            ) from None
        raise click.ClickException(
            f"{str(path)!r} cannot be read: {error.strerror or error}."
        ) from None
    except OperationalError as error:
        raise click.ClickException(
            f"The database cannot be written ({error.orig}). What was written is "
            "whole, and the next run goes on."
        ) from None
    except (Unreadable, GateTimeout, recognition.Unusable) as error:
        raise click.ClickException(str(error)) from None


def _uploads(media: Path | None) -> Uploads:
    try:
        return opened(media)
    except Unusable as error:
        raise click.ClickException(
            f"The media in {media} cannot be read: {error}."
        ) from None


def _take(
    read: Callable[[Progress], Source],
    size: int,
    uploads: Uploads,
    wishes: Wishes,
    kept: Collection[str] = (),
) -> None:
    """Go through a source of so many bytes, and say what became of everything in it, or
    in a dry run would become.
    """
    _ensure_writable(wishes.report_file)
    gc.freeze()  # what is here stays, and need not be gone through again and again
    folder = Path(current_app.config["INSTANCE"])
    with (
        _progress(3 * size) as advance,
        Once(read(advance), folder, advance) as source,
    ):
        found = survey(source, kept)
        downloads = Downloads() if wishes.fetch else None
        number = found.counts["post"] + found.counts["comment"]
        with rendering.beside(number) as beside:
            run = Import(
                found, utcnow(), uploads, downloads, beside, is_trial=wishes.dry_run
            )
            _carry_out(run.steps(lambda: source), dry_run=wishes.dry_run)
    _tell(run.report, wishes.report_file, wishes.dry_run)


def _carry_out(steps: Iterable[Step], *, dry_run: bool) -> None:
    for step in steps:
        if dry_run:
            step.foretell()
            continue
        with write_transaction():
            step.write()


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int], None]]:
    """A bar with the pace and the time left, for whoever watches; nothing where nobody
    does.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    began = time.monotonic()
    with click.progressbar(
        length=length,
        label="Reading",
        item_show_func=_pace,
        file=sys.stderr,
    ) as bar:

        def advance(number: int) -> None:
            seconds = max(time.monotonic() - began, 0.001)
            bar.update(number, round((bar.pos + number) / seconds))

        yield advance
        bar.update((bar.length or 0) - bar.pos)  # not everything was read that often


def _pace(bytes_per_second: int | None) -> str | None:
    if bytes_per_second is None:
        return None
    return f"{bytes_per_second / 1_000_000:.1f} MB/s"


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
