"""The table of who may do what, row by row, against what was promised."""

import pytest

from blog.accounts.models import Role, User
from blog.accounts.permissions import TABLE, Action, Reach, may, reach
from tests.factories import NOW

OWN, OTHERS = 1, 2
EVERYBODY = ["subscriber", "contributor", "author", "editor", "admin"]

# What the promise says, in its own order: an action on one's own things, on others'.
PROMISED = {
    Action.ENTER: (EVERYBODY, EVERYBODY),
    Action.WRITE: (EVERYBODY[1:], ["editor", "admin"]),
    Action.PUBLISH: (EVERYBODY[2:], ["editor", "admin"]),
    Action.READ_PRIVATE: (EVERYBODY[1:], ["editor", "admin"]),
    Action.MODERATE: (EVERYBODY[2:], ["editor", "admin"]),
    Action.SEE_COMMENTER: (["editor", "admin"], ["editor", "admin"]),
    Action.UPLOAD: (EVERYBODY[1:], ["editor", "admin"]),
    Action.PAGES: (["editor", "admin"], ["editor", "admin"]),
    Action.TERMS: (["editor", "admin"], ["editor", "admin"]),
    Action.USERS: (["admin"], ["admin"]),
    Action.SETTINGS: (["admin"], ["admin"]),
}
CASES = [(action, role) for action in Action for role in Role]


def person(role, **attributes):
    return User(id=OWN, role=role, **attributes)


@pytest.mark.parametrize(("action", "role"), CASES)
def test_a_role_may_do_what_was_promised_and_no_more(action, role):
    own, others = PROMISED[action]

    assert may(person(role), action, OWN) == (role in own)
    assert may(person(role), action, OTHERS) == (role in others)
    assert may(person(role), action) == (role in own)


@pytest.mark.parametrize("action", Action)
def test_a_visitor_may_do_nothing(action):
    assert not may(None, action)
    assert not may(None, action, OWN)


@pytest.mark.parametrize(("action", "role"), CASES)
def test_somebody_disabled_may_do_nothing(action, role):
    somebody = person(role, disabled_at=NOW)

    assert reach(somebody, action) is Reach.NONE
    assert not may(somebody, action, OWN)


def test_the_table_has_a_word_for_everything():
    assert {action: set(row) for action, row in TABLE.items()} == {
        action: set(Role) for action in Action
    }
