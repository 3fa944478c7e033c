"""The people as an admin looks for them."""

import pytest

from blog.accounts import desk
from blog.accounts.desk import PAGE_SIZE, Sought, State
from blog.accounts.models import Role
from blog.database import session, write_transaction
from blog.posts.models import Status
from tests.factories import NOW, make_comment, make_page, make_post, make_user


@pytest.fixture
def people(db):
    """One in each state, and their names."""
    make_user(name="ada", display_name="Ada Lovelace", email="countess@example.org")
    waiting = make_user(name="noor", display_name="نور محمد", email=None)
    make_user(name="edgar", display_name="Édgar", role=Role.EDITOR, disabled_at=NOW)
    with write_transaction():
        waiting.password_hash = None


def names(**sought):
    found = desk.look_for(Sought(**sought))
    return [user.name for user in desk.page(found, 1).items]


def test_everybody_is_there_by_name_in_every_script(people):
    assert names() == ["ada", "edgar", "noor"]


@pytest.mark.parametrize(
    ("state", "found"),
    [(State.ACTIVE, ["ada"]), (State.WAITING, ["noor"]), (State.DISABLED, ["edgar"])],
)
def test_a_state_holds_those_who_are_in_it(people, state, found):
    assert names(state=state) == found


def test_a_role_leaves_out_the_others(people):
    assert names(role=Role.EDITOR) == ["edgar"]
    assert names(role=Role.EDITOR, state=State.ACTIVE) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LOVE", ["ada"]),
        ("edg", ["edgar"]),
        ("éDGAR", ["edgar"]),
        ("countess@", ["ada"]),
        ("love countess", ["ada"]),
        ("love edgar", []),
        ("نورمحمد", []),
        ("محمد", ["noor"]),
        ("%", []),
        ("_", []),
        ("None", []),
        ("'", []),
        ("  ", ["ada", "edgar", "noor"]),
    ],
)
def test_words_are_looked_for_in_names_and_addresses(people, words, found):
    assert names(words=words) == found


def test_the_states_are_counted_of_those_who_are_looked_for(people):
    assert desk.look_for(Sought(State.DISABLED, None, "a")).counts == {
        State.ALL: 2,
        State.ACTIVE: 1,
        State.WAITING: 0,
        State.DISABLED: 1,
    }


def test_the_list_comes_in_pages(db):
    for _ in range(PAGE_SIZE + 1):
        make_user()
    found = desk.look_for(Sought())

    assert [len(desk.page(found, n).items) for n in (1, 2)] == [PAGE_SIZE, 1]
    assert desk.page(found, 3) is None
    assert desk.page(found, 0) is None


def test_an_empty_list_has_a_first_page(db):
    assert desk.page(desk.look_for(Sought(words="nobody")), 1).items == []


def test_posts_are_counted_without_pages_and_trash(db):
    user, other = make_user(), make_user()
    make_post(author=user)
    make_post(author=user, published_at=None)
    make_post(author=user, status=Status.TRASH)
    make_page(author=user)

    assert desk.post_numbers([user, other]) == {user.id: 2}


def test_what_belongs_to_a_person_is_counted_in_every_state(db):
    user, other = make_user(), make_user()
    make_post(author=user, status=Status.TRASH)
    make_page(author=user)
    make_comment(post=make_post(author=other), user_id=user.id)

    assert desk.belongings(user) == (1, 1, 1, 0)
    assert desk.belongings(user).need_an_heir
    assert desk.belongings(make_user()) == (0, 0, 0, 0)


def test_who_left_meanwhile_is_left_out_of_the_page(people):
    found = desk.look_for(Sought())
    with write_transaction():
        session.delete(desk.those([found.ids[0]])[0])

    assert len(desk.page(found, 1).items) == 2
