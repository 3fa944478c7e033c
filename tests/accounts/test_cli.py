"""People, from a shell."""

import pytest
from sqlalchemy import select

from blog.accounts import passwords
from blog.accounts.models import Role, SetupLink, User, UserSession
from tests.accounts.conftest import NEWCOMER
from tests.conftest import dispose, make_app
from tests.factories import NOW, PASSWORD, make_user

NEW = "another good long password"
CREATE = ("create", "ada", "--email", "ada@example.org", "--role", "editor")


@pytest.fixture
def run(app):
    """``run("create", "ada", …, input=…)``: what ``blog users`` answers."""
    runner = app.test_cli_runner()
    return lambda *words, input=None: runner.invoke(args=["users", *words], input=input)


def test_somebody_is_made_with_a_password_from_standard_input(run, rows, visitor):
    result = run(*CREATE, "--password-stdin", input=f"{PASSWORD}\n")

    assert (result.exit_code, result.output) == (0, "ada can log in now, as editor.\n")
    [user] = rows(select(User))
    assert (user.name, user.email, user.role) == (
        "ada",
        "ada@example.org",
        Role.EDITOR,
    )
    assert visitor.log_in("ada", PASSWORD).status_code == 303


def test_the_password_is_asked_for_twice_and_not_shown(run, rows):
    result = run(*CREATE, "--display-name", "Ada L", input=f"{NEW}\n{NEW}\n")

    assert result.exit_code == 0
    assert NEW not in result.output
    [user] = rows(select(User))
    assert user.display_name == "Ada L"
    assert passwords.is_right(NEW, user.password_hash)


@pytest.mark.parametrize(
    ("words", "password", "message"),
    [
        (("create", "a b", *CREATE[2:]), PASSWORD, "'a b' cannot be a login name"),
        ((*CREATE[:3], "nobody", *CREATE[4:]), PASSWORD, "'nobody' is not an e-mail"),
        ((*CREATE[:5], "king"), PASSWORD, "'king' is not one of"),
        (("create", "taken", *CREATE[2:]), PASSWORD, "logs in as 'taken' already"),
        (
            (*CREATE[:3], "taken@example.org", *CREATE[4:]),
            PASSWORD,
            "has the address 'taken@example.org' already",
        ),
        (CREATE, "short", "At least 15 characters"),
        (CREATE, "ada-ada@example.org", "names that others know"),
        (CREATE, "", "At least 15 characters"),
        (("reset-password", "eve"), PASSWORD, "Nobody logs in as 'eve'"),
        (("reset-password", "taken"), "123456789012345", "row of the alphabet"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_name(app, run, rows, words, password, message):
    with app.app_context():
        make_user(name="taken", email="taken@example.org")

    result = run(*words, "--password-stdin", input=password)

    assert result.exit_code != 0
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    [user] = rows(select(User))
    assert passwords.is_right(PASSWORD, user.password_hash)


def test_a_new_password_ends_sessions_and_opens_a_shut_door(app, run, rows, visitor):
    with app.app_context():
        make_user(name="ada")
    app.test_client().log_in("ada", PASSWORD)
    for _ in range(4):
        visitor.log_in("ada", "a wrong but long password")

    result = run("reset-password", "Ada", "--password-stdin", input=NEW)

    assert result.output == ("ada has a new password and is logged out everywhere.\n")
    assert rows(select(UserSession)) == []
    assert visitor.log_in("ada", NEW).status_code == 303


def test_a_new_password_does_not_let_a_disabled_person_in(app, run):
    with app.app_context():
        make_user(name="ada", disabled_at=NOW)

    result = run("reset-password", "ada", "--password-stdin", input=NEW)

    assert "still disabled" in result.output


def test_the_setup_link_opens_the_form(run, visitor):
    result = run("setup-link")

    assert result.exit_code == 0
    path = result.output.strip().removeprefix("http://localhost")
    assert visitor.get(path).status_code == 200


def test_there_is_no_setup_link_beside_an_admin(app, run):
    with app.app_context():
        make_user(role=Role.ADMIN)

    result = run("setup-link")

    assert result.exit_code == 1
    assert "There is an admin already" in result.output


def test_a_setup_link_with_a_name_is_for_that_person(app, run, visitor):
    with app.app_context():
        make_user(role=Role.ADMIN)
        make_user(name="ada", display_name="Ada Lovelace")

    result = run("setup-link", "Ada")

    assert result.exit_code == 0
    path = result.output.strip().removeprefix("http://localhost")
    assert "Ada Lovelace" in visitor.get(path).text


@pytest.mark.parametrize(
    ("name", "message"),
    [("eve", "Nobody logs in as 'eve'."), ("gone", "account of 'gone' is disabled")],
)
def test_nobody_gets_a_setup_link_who_cannot_use_it(app, run, rows, name, message):
    with app.app_context():
        make_user(name="gone", disabled_at=NOW)

    result = run("setup-link", name)

    assert result.exit_code == 1
    assert message in result.output
    assert rows(select(SetupLink)) == []


def test_a_person_without_an_address_gets_a_password(app, run):
    with app.app_context():
        make_user(name="ada", email=None)

    result = run("reset-password", "ada", "--password-stdin", input=NEW)

    assert result.exit_code == 0


def test_a_name_taken_meanwhile_is_refused_by_name(run, meanwhile):
    meanwhile(NEWCOMER)

    result = run(*CREATE, "--password-stdin", input=PASSWORD)

    assert result.exit_code == 1
    assert "Somebody has 'ada' already." in result.output


def test_a_command_makes_a_missing_database(tmp_path):
    app = make_app(tmp_path / "new")
    result = app.test_cli_runner().invoke(args=["users", "setup-link"])
    dispose(app)

    assert result.exit_code == 0, result.output
    assert "/setup/" in result.output
