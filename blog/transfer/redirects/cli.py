"""Redirects in lists, from a shell."""

from pathlib import Path

import click
from flask.cli import AppGroup

from ...clock import utcnow
from ...database import session, write_transaction
from . import lists, queries, taking

group = AppGroup("redirects", help="Take over and hand on lists of redirects.")


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
def take(file: Path, dry_run: bool) -> None:
    """Take over a list of redirects.

    FILE is an export of the WordPress plugin Redirection (CSV or JSON), or has an old
    and a new address in each line, as Apache, nginx and Netlify write them. The hosts
    of old addresses do not matter.
    """
    report = taking.Report()
    try:
        lines = lists.read(file.read_bytes())
        for some in taking.batches(lines, report):
            with write_transaction():
                taking.take(some, report, utcnow())
                if dry_run:
                    session.rollback()
    except OSError as error:
        raise click.ClickException(
            f"{str(file)!r} cannot be read: {error.strerror or error}."
        ) from None
    except lists.Unreadable as error:
        raise click.ClickException(str(error)) from None
    for each in sorted(report.skipped):
        click.echo(f"{each.number}: {each.old}: {each.reason}")
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.taken} {would}taken, {report.unchanged} unchanged, "
        f"{len(report.skipped)} skipped."
    )


@group.command()
def export() -> None:
    """Write all redirects as CSV, as the plugin Redirection takes it."""
    rows = (
        (each.row.path, each.to, each.row.status, each.title)
        for each in queries.everything()
    )
    click.echo(lists.written(rows), nl=False)
