"""``blog upgrade``, ``blog serve``, ``blog work``, ``blog demo``."""

import os
import signal
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from ..accounts import setup
from ..clock import utcnow
from ..config import local_url
from ..database import GateTimeout, db, session, write_transaction
from ..jobs.worker import Worker
from ..posts import queries as post_queries
from . import demo as demo_publication
from . import indexing
from . import serve as server
from .upgrade import UpgradeError
from .upgrade import upgrade as upgrade_database


@click.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to this version: backup first, then all or nothing."""
    click.echo(_upgrade())


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty site with a demo publication."""
    _upgrade()
    click.echo(_demo())


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes.")
@click.option("--demo", is_flag=True, help="Fill the site first if it is empty.")
@with_appcontext
def serve(bind: str | None, workers: int | None, demo: bool) -> None:
    """Upgrade when needed, start the server, stop it cleanly with this command."""
    where = bind or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
    try:
        port = server.free_port(where)
    except server.AddressRefused as error:
        raise click.ClickException(str(error)) from None
    environment = dict(os.environ)
    if port is not None and not environment.get("BLOG_SITE_URL"):
        environment["PORT"] = str(port)
        current_app.config["SITE_URL"] = local_url(port)
    click.echo(_upgrade())
    if demo and post_queries.is_empty():
        click.echo(_demo())
    with write_transaction():
        link = setup.one_time_link(utcnow())
    if link is not None:
        click.echo(f"Make the first admin here, once, within a day:\n  {link}")
    address = current_app.config["SITE_URL"]
    click.echo(f"Recto listens on {where}. Open {address}/ (Ctrl-C stops it.)")
    session.remove()
    db.engine.dispose()
    line = server.gunicorn_command(where, workers)
    raise SystemExit(server.supervise(line, environment, server.worker_command()))


@click.command()
@with_appcontext
def work() -> None:
    """Do what waits: mail and everything else that readers need not wait for."""
    click.echo(_upgrade())
    session.remove()
    worker = Worker(current_app._get_current_object())  # type: ignore[attr-defined]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


COMMANDS = (upgrade, demo, serve, work)
_THEIR_OWN_WAY = {command.name for command in COMMANDS}


@with_appcontext
@click.pass_context
def ensure_database(context: click.Context) -> None:
    """Before any command: make the database of a new site, as ``blog upgrade`` does."""
    asks_for_help = "--help" in sys.argv
    if context.invoked_subcommand in _THEIR_OWN_WAY or asks_for_help:
        return
    if not Path(db.engine.url.database or "").exists():
        click.echo(_upgrade())


def _upgrade() -> str:
    try:
        done = upgrade_database(utcnow(), click.echo)
        added = indexing.complete()
    except (UpgradeError, GateTimeout) as error:
        raise click.ClickException(str(error)) from None
    if added:
        click.echo(f"Posts and comments that can now be searched: {added}.")
    if done.before is None:
        return "A new database was made."
    return "The database was upgraded." if done.changed else "The database is current."


def _demo() -> str:
    if not post_queries.is_empty():
        raise click.ClickException(
            "There are posts already; the demo is for new sites."
        )
    count = demo_publication.fill(utcnow())
    return f"The demo publication was written: {count} posts and pages."
