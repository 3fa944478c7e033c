"""The ``blog`` command: every feature's verbs, from a shell."""

import sys

import click
from flask.cli import ScriptInfo

from . import create_app
from .config import ConfigError


def main() -> None:
    """What the console script runs."""
    try:
        app = create_app()
    except ConfigError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    app.cli.help = "Recto, a publication of one's own."
    app.cli.main(prog_name="blog", obj=ScriptInfo(create_app=lambda: app))


if __name__ == "__main__":
    main()
