"""Nothing secret is ever written into a log."""

import logging

from blog.accounts import setup
from tests.factories import NOW, PASSWORD
from tests.pages import form_data

NEW = "a canary sings in the coal mine"
WRONG = "a wrong canary in the mine"


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

    assert len(tokens) == 3
    assert "a login failed, from 127.0.0.1" in caplog.text
    for secret in (PASSWORD, NEW, WRONG, link.removeprefix("/setup/"), *tokens):
        assert secret not in caplog.text
