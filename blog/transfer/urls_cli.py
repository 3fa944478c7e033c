"""Looking after old addresses, from a shell."""

import json
from collections import Counter
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from ..clock import utcnow
from ..database import write_transaction
from ..site import missed
from . import old_urls
from .old_urls import Checked, Fate

# So many lost addresses are printed.
_SHOWN = 50

group = AppGroup("urls", help="Look after the addresses of an old site.")


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--redirect",
    is_flag=True,
    help="Let each lost address lead to the one post or page that it means.",
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON per address.")
def check(file: Path, redirect: bool, as_json: bool) -> None:
    """Tell which addresses of the old site answer here, lead on, or would be lost.

    FILE is a sitemap, an access log, or a list with an address in each line; its hosts
    do not matter. Do it before the name of the site leads here.
    """
    try:
        with file.open("rb") as stream:
            addresses = old_urls.listed(stream)
    except OSError as error:
        raise click.ClickException(
            f"{str(file)!r} cannot be read: {error.strerror or error}."
        ) from None
    except (old_urls.TooLarge, EOFError):
        raise click.ClickException(f"{str(file)!r} is no list of addresses.") from None
    found: list[Checked] = []
    for each in old_urls.check(addresses, _asking(), utcnow()):
        if as_json:
            click.echo(json.dumps(each._asdict(), ensure_ascii=False))
        found.append(each)
    lost = [each for each in found if each.fate is Fate.LOST]
    if not as_json:
        _tell(found, lost)
    if redirect:
        with write_transaction():
            number = sum(map(old_urls.lead, lost))
        click.echo(f"{number} of the lost ones lead on now.", err=as_json)


def _asking() -> old_urls.Ask:
    """A visitor, who asks without a network."""
    client = current_app.test_client(use_cookies=False)

    def ask(address: str) -> tuple[int, str]:
        answer = client.get(address, environ_overrides={missed.UNNOTED: True})
        answer.close()
        return answer.status_code, answer.headers.get("Location", "")

    return ask


def _tell(found: list[Checked], lost: list[Checked]) -> None:
    fates = Counter(each.fate for each in found)
    click.echo(f"{len(found)} addresses:")
    for fate, words in (
        (Fate.ANSWERS, "answer"),
        (Fate.REDIRECTS, "lead on to what answers"),
        (Fate.LOST, "would be lost"),
    ):
        click.echo(f"{fates[fate]:>7} {words}")
    for each in lost[:_SHOWN]:
        to = f" – perhaps {each.to}" if each.to else ""
        click.echo(f"{each.status} {each.address}{to}")
    if len(lost) > _SHOWN:
        click.echo(f"… and {len(lost) - _SHOWN} more; --json names them all.")
    if any(each.to for each in lost):
        click.echo("--redirect makes those with a “perhaps” lead there.")
