"""Nothing secret is ever written into a log."""

import logging

from blog.accounts import setup
from tests.factories import NOW, PASSWORD
from tests.pages import form_data, parse

NEW = "a canary sings in the coal mine"
WRONG = "a wrong canary in the mine"
CHOSEN = "one more canary with its own song"


def field_of(page, id):
    return next(
        each.get("value") for each in parse(page).iter("input") if each.get("id") == id
    )


def test_no_password_and_no_token_is_logged(visitor, write, caplog):
    caplog.set_level(logging.DEBUG)
    link = write(lambda: setup.one_time_link(NOW)).removeprefix("http://localhost")
    data = form_data(visitor.get(link).text, "/setup/")
    ada = {"username": "ada", "display_name": "Ada", "email": "ada@example.org"}
    visitor.post(link, data=data | ada | {"password": "short"})
    visitor.post(link, data=data | ada | {"password": PASSWORD})
    tokens = {visitor.get_cookie("session").value}
    change = {"current_password": WRONG, "password": NEW, "password_again": NEW}
    visitor.send("/admin/account/password", change)
    visitor.send("/admin/account/password", change | {"current_password": PASSWORD})
    tokens.add(visitor.get_cookie("session").value)
    visitor.send("/logout")
    visitor.log_in("ada", WRONG)
    visitor.log_in(NEW, WRONG)  # typed into the wrong field
    visitor.log_in("ada", NEW)
    tokens.add(visitor.get_cookie("session").value)

    eve = ada | {"username": "eve", "email": "eve@example.org", "role": "author"}
    invited = visitor.send("/admin/users/new", eve)
    invitation = field_of(invited.text, "link").removeprefix("http://localhost")
    visitor.get(invitation)
    chosen = {"password": CHOSEN, "password_again": WRONG}
    visitor.send(invitation, chosen, token_from=invitation)
    visitor.send(invitation, chosen | {"password_again": CHOSEN}, token_from=invitation)
    tokens.add(visitor.get_cookie("session").value)
    tokens.add(invitation.removeprefix("/setup/"))

    assert len(tokens) == 5
    assert "a login failed, from 127.0.0.1" in caplog.text
    for secret in (PASSWORD, NEW, WRONG, CHOSEN, link.removeprefix("/setup/"), *tokens):
        assert secret not in caplog.text
