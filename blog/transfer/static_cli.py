"""The site as files, from a shell."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from werkzeug.test import Client, TestResponse

from ..clock import utcnow
from ..config import ConfigError, site_url
from ..database import session
from ..site import missed
from .exporting import folder
from .exporting.static import run
from .exporting.static.run import Advance, Answer, Ask, Report, Trouble

# So many of each kind of trouble are printed.
_SHOWN = 15


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an earlier export in DEST.")
@click.option(
    "--url",
    metavar="ADDRESS",
    help="Where the files will stand, such as https://new.example, if not where the "
    "site stands now.",
)
def static(dest: Path, force: bool, url: str | None) -> None:
    """Write the whole public site as files that any web server can serve.

    DEST is made, or must be empty. Everything that anybody may read is in it, as at the
    moment when the command begins: posts, pages, archives, comments, feeds, files, a
    search, and where old addresses lead. Nothing can be sent from it.
    """
    try:
        address = site_url(url, "--url") if url else current_app.config["SITE_URL"]
        with (
            folder.whole(dest, run.MARK, may_replace=force) as fresh,
            _frozen(address),
            _progress() as advance,
        ):
            fresh.chmod(0o755)  # a web server runs as somebody else
            report = run.write(_asking(), fresh, address, utcnow(), advance)
    except (ConfigError, folder.Occupied) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{str(dest)!r} cannot be written: {error.strerror or error}."
        ) from None
    _tell(report, dest, address)


@contextmanager
def _frozen(address: str) -> Iterator[None]:
    """Let pages be made to be kept as files, for another address of the site."""
    config = current_app.config
    before = {name: config[name] for name in ("FROZEN", "SITE_URL")}
    config.update(FROZEN=True, SITE_URL=address)
    session.rollback()  # what is read from here on is one state of the database
    try:
        yield
    finally:
        config.update(before)


def _asking() -> Ask:
    """A visitor without a network or an account, who asks for pages only.

    Requests inside the context of a command share it, and with it one transaction: all
    of them read the same state of the database.
    """
    client = Client(current_app, use_cookies=False)

    def ask(address: str) -> Answer:
        answer = client.get(
            address,
            base_url=current_app.config["SITE_URL"],
            environ_overrides={missed.UNNOTED: True},
        )
        return Answer(
            answer.status_code,
            answer.mimetype or "",
            answer.headers.get("Location", ""),
            "no-store" not in answer.headers.get("Cache-Control", ""),
            _pieces(answer),
        )

    return ask


def _pieces(answer: TestResponse) -> Iterator[bytes]:
    try:
        yield from answer.iter_encoded()
    finally:
        answer.close()


@contextmanager
def _progress() -> Iterator[Advance]:
    """A bar for whoever watches, longer whenever a page leads to more; nothing where
    nobody does.
    """
    if not sys.stderr.isatty():
        yield lambda done, known: None
        return
    with click.progressbar(length=1, label="Writing", file=sys.stderr) as bar:

        def advance(done: int, known: int) -> None:
            bar.length = known
            bar.update(done - bar.pos)

        yield advance


def _tell(report: Report, dest: Path, address: str) -> None:
    size = report.size / 1_000_000
    click.echo(
        f"{report.files} files ({size:.1f} MB) are in {dest}: {report.pages} pages, "
        f"and a search in {report.searched} posts."
    )
    click.echo(f"They are to stand at {address}; --url names another address.")
    click.echo(f"{report.redirects} old addresses lead on.")
    for heading, found, line in (
        (
            "protected: only the title is there",
            [Trouble(each, "") for each in report.closed],
            "- {0.address}",
        ),
        ("without a file", report.troubles, "- {0.address}: {0.reason}"),
        ("leading nowhere", report.broken, "- {0.address}, in {0.reason}"),
    ):
        _list(heading, found, line.format)


def _list(heading: str, found: list[Trouble], line: Callable[[Trouble], str]) -> None:
    if not found:
        return
    click.echo(f"{len(found)} {heading}:")
    for each in found[:_SHOWN]:
        click.echo(line(each))
    if len(found) > _SHOWN:
        click.echo(f"… and {len(found) - _SHOWN} more.")
