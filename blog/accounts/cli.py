"""People, from a shell."""

import sys
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import AppGroup

from ..clock import utcnow
from ..database import write_transaction
from ..site.queries import settings
from . import passwords, queries, setup, throttle, users
from .models import Role, User

group = AppGroup("users", help="Make people, give them passwords.")

_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@group.command()
@click.argument("name")
@click.option("--email", required=True, help="The person's e-mail address.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--display-name", default="", help="What readers see; NAME if not given.")
@_password_stdin
def create(
    name: str, email: str, role: str, display_name: str, password_stdin: bool
) -> None:
    """Make a person who logs in as NAME."""
    name = users.normalised_name(name)
    if not users.is_name(name):
        raise click.ClickException(
            f"{name!r} cannot be a login name: 3 to 32 letters from a to z, digits, "
            "hyphens or underscores are expected."
        )
    address = users.normalised_email(email)
    if address is None:
        raise click.ClickException(f"{email!r} is not an e-mail address.")
    _ensure_free(name, address)

    password_hash = _new_hash(password_stdin, [name, display_name, address])
    try:
        with write_transaction():
            users.create(
                name=name,
                display_name=display_name,
                email=address,
                role=Role(role),
                password_hash=password_hash,
                now=utcnow(),
            )
    except users.Refused as taken:
        raise click.ClickException(f"Somebody has {str(taken)!r} already.") from None
    click.echo(f"{name} can log in now, as {role}.")


@group.command()
@click.argument("name")
@_password_stdin
def reset_password(name: str, password_stdin: bool) -> None:
    """Give the person who logs in as NAME another password, and log them out."""
    user = _by_name(name)
    password_hash = _new_hash(password_stdin, users.known_of(user))
    with write_transaction():
        users.set_password(user, password_hash)
    throttle.forget(user.name)
    note = "" if user.is_active else " The account is still disabled."
    click.echo(f"{user.name} has a new password and is logged out everywhere.{note}")


@group.command()
@click.argument("name", required=False)
def setup_link(name: str | None) -> None:
    """Print a link that is good once.

    With it the person who logs in as NAME chooses a password: within seven days, or one
    if there is a password already. Without NAME it makes the first admin, within a day.
    """
    if name is not None:
        _password_link(_by_name(name))
        return
    with write_transaction():
        link = setup.one_time_link(utcnow())
    if link is None:
        raise click.ClickException(
            "There is an admin already; blog users create makes another one."
        )
    click.echo(link)


def _password_link(user: User) -> None:
    with write_transaction():
        if not user.is_active:
            raise click.ClickException(f"The account of {user.name!r} is disabled.")
        link = setup.link_for(user, utcnow())
    click.echo(link.url)


def _by_name(name: str) -> User:
    user = queries.by_name(users.normalised_name(name))
    if user is None:
        raise click.ClickException(f"Nobody logs in as {name!r}.")
    return user


def _ensure_free(name: str, email: str) -> None:
    if queries.by_name(name) is not None:
        raise click.ClickException(f"Somebody logs in as {name!r} already.")
    if queries.by_email(email) is not None:
        raise click.ClickException(f"Somebody has the address {email!r} already.")


def _new_hash(from_stdin: bool, known: list[str]) -> str:
    """The hash of a password that was asked for and is good enough."""
    host = urlsplit(current_app.config["SITE_URL"]).hostname or ""
    known = [*known, settings().title, host]
    password = _typed_password(from_stdin)
    found = passwords.problems(password, known)
    if found:
        raise click.ClickException("The password was not taken. " + " ".join(found))
    return passwords.hashed(password)


def _typed_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.read().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
