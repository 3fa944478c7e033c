"""People: who may be made and changed, and how they are called."""

import pytest

from blog.accounts import queries, setup, users
from blog.accounts.models import Role, UserSession
from blog.database import session, write_transaction
from tests.factories import HOUR, NOW, make_comment, make_page, make_post, make_user


def create(**attributes):
    known = {"name": "ada", "email": "ada@example.org", "role": Role.AUTHOR}
    with write_transaction():
        return users.create(**(known | attributes), now=NOW)


@pytest.mark.parametrize("name", ["ada", "a-b", "a_b", "123", "x" * 32])
def test_login_names(name):
    assert users.is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "ab", "x" * 33, "Ada", "ada lovelace", "аda", "ada\n", "a.b", "a@b", "آدا"],
)
def test_what_is_no_login_name(name):
    assert not users.is_name(name)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada@bücher.example", "ada@bücher.example"),
        ("ada", None),
        ("", None),
        ("ada@example.org\r\nBcc: eve@example.org", None),
        ("ada@", None),
    ],
)
def test_email_addresses(typed, stored):
    assert users.normalised_email(typed) == stored


def test_a_person_is_shown_by_the_login_name_only_when_nothing_else_is_known(db):
    assert create().display_name == "ada"
    assert (
        create(name="eve", email="e@example.org", display_name="Eve E").slug == "eve-e"
    )


def test_the_authors_address_does_not_give_the_login_name_away(db):
    assert create(name="ada", display_name="Ada").slug == "ada-2"


def test_authors_of_one_name_have_two_addresses(db):
    first = create(display_name="Ada Lovelace")
    second = create(name="ada2", email="2@example.org", display_name="ada lovelace")

    assert (first.slug, second.slug) == ("ada-lovelace", "ada-lovelace-2")


def test_a_display_name_is_one_clean_line(db):
    user = create(display_name="  Ada\u202e \n Lovelace\u200b ")

    assert user.display_name == "Ada Lovelace"


def test_a_name_that_cannot_be_an_address_still_gets_one(db):
    assert create(display_name="!!!").slug == "author"


def test_names_and_addresses_are_taken_once(db):
    create()

    with pytest.raises(users.NameTaken):
        create(email="other@example.org")
    with pytest.raises(users.EmailTaken):
        create(name="other")


def test_the_last_admin_stays_admin(db):
    admin = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN, disabled_at=NOW)

    with pytest.raises(users.LastAdmin), write_transaction():
        users.change_role(admin, Role.EDITOR, by=None)
    with pytest.raises(users.LastAdmin), write_transaction():
        users.disable(admin, NOW, by=None)


def test_one_admin_of_two_can_go(db):
    first, second = make_user(role=Role.ADMIN), make_user(role=Role.ADMIN)

    with write_transaction():
        users.disable(first, NOW, by=second)

    assert not first.is_active
    assert queries.is_only_admin(second)


def test_nobody_changes_their_own_role_or_disables_themselves(db):
    admin = make_user(role=Role.ADMIN)
    make_user(role=Role.ADMIN)

    with pytest.raises(users.OwnAccount), write_transaction():
        users.change_role(admin, Role.EDITOR, by=admin)
    with pytest.raises(users.OwnAccount), write_transaction():
        users.disable(admin, NOW, by=admin)


@pytest.mark.parametrize(
    "change",
    [
        lambda user: users.disable(user, NOW, by=None),
        lambda user: users.change_role(user, Role.SUBSCRIBER, by=None),
        lambda user: users.set_password(user, "a hash"),
    ],
    ids=["disabled", "another role", "another password"],
)
def test_what_changes_a_persons_rights_ends_their_sessions(db, change):
    user = make_user()
    with write_transaction():
        session.add(UserSession(token_hash="1", user=user, created_at=NOW, seen_at=NOW))

    with write_transaction():
        change(user)

    assert session.scalars(db.select(UserSession)).all() == []


def test_the_same_role_again_ends_no_session(db):
    user = make_user(role=Role.EDITOR)
    with write_transaction():
        session.add(UserSession(token_hash="1", user=user, created_at=NOW, seen_at=NOW))

    with write_transaction():
        users.change_role(user, Role.EDITOR, by=None)

    assert len(user.sessions) == 1


def test_somebody_disabled_can_be_let_in_again(db):
    user = make_user(disabled_at=NOW)

    with write_transaction():
        users.enable(user)

    assert user.is_active


def test_what_a_person_says_of_themselves(db):
    user, other = create(display_name="Ada"), make_user(email="taken@example.org")
    words = {"display_name": " ", "url": "https://ada.example", "bio": "Hello."}

    with write_transaction():
        users.describe(user, email="new@example.org", **words)
    with pytest.raises(users.EmailTaken), write_transaction():
        users.describe(user, email=other.email, **words)

    assert (user.display_name, user.email, user.slug) == (
        "ada",
        "new@example.org",
        "ada-2",
    )


def test_somebody_who_is_disabled_again_keeps_the_first_time(db):
    user = make_user(disabled_at=NOW)

    with write_transaction():
        users.disable(user, NOW + HOUR, by=None)

    assert user.disabled_at == NOW


def test_several_people_may_have_no_address(db):
    first, second = create(email=None), create(name="eve", email=None)

    assert (first.email, second.email) == (None, None)


def test_an_address_that_is_known_stays_known(db):
    user = make_user(email="ada@example.org")

    with write_transaction():
        users.describe(user, display_name="Ada", email=None, url="", bio="")

    assert user.email == "ada@example.org"


def test_an_author_gets_another_address_that_nobody_has(db):
    user, other = make_user(slug="ada"), make_user(slug="taken")

    with write_transaction():
        users.change_slug(user, "ada")
        users.change_slug(user, "lovelace")
    with pytest.raises(users.SlugTaken), write_transaction():
        users.change_slug(user, other.slug)

    assert user.slug == "lovelace"


def test_who_is_deleted_leaves_posts_to_an_heir_and_comments_to_nobody(db):
    user, heir = make_user(), make_user()
    posts = [make_post(author=user), make_post(author=user, published_at=None)]
    page, comment = make_page(author=user), make_comment(user_id=user.id)
    other = make_post(author=make_user())

    with write_transaction():
        users.delete(user, by=None, heir=heir)

    assert {each.author_id for each in (*posts, page)} == {heir.id}
    assert other.author_id != heir.id
    assert (comment.user_id, comment.author) == (None, "Ada")
    assert queries.by_id(heir.id - 1) is None


@pytest.mark.parametrize("heir", ["nobody", "themselves"])
def test_posts_are_never_nobodys(db, heir):
    user = make_user()
    make_post(author=user)

    with pytest.raises(users.NeedsHeir), write_transaction():
        users.delete(user, by=None, heir=user if heir == "themselves" else None)

    assert queries.by_id(user.id) is user


def test_who_wrote_nothing_needs_no_heir(db):
    user = make_user()

    with write_transaction():
        users.delete(user, by=None, heir=None)

    assert queries.by_name(user.name) is None


def test_the_last_admin_and_oneself_are_not_deleted(db):
    admin = make_user(role=Role.ADMIN)

    with pytest.raises(users.LastAdmin), write_transaction():
        users.delete(admin, by=None, heir=None)
    make_user(role=Role.ADMIN)
    with pytest.raises(users.OwnAccount), write_transaction():
        users.delete(admin, by=admin, heir=None)


def test_the_id_of_who_is_deleted_is_never_somebody_elses(db):
    user = make_user()
    user_id = user.id
    with write_transaction():
        users.delete(user, by=None, heir=None)

    assert make_user().id > user_id


@pytest.mark.parametrize(
    "leave",
    [
        lambda user, by: users.change_role(user, Role.EDITOR, by=by),
        lambda user, by: users.disable(user, NOW, by=by),
        lambda user, by: users.delete(user, by=by, heir=None),
    ],
)
def test_who_is_no_admin_any_more_keeps_no_link_into_anothers_account(db, leave):
    boss = make_user(name="boss", role=Role.ADMIN)
    rogue = make_user(name="rogue", role=Role.ADMIN)
    with write_transaction():
        url = setup.link_for(boss, NOW).url
    token = url.rpartition("/")[2]
    assert setup.guest(token, NOW) is boss

    with write_transaction():
        leave(rogue, boss)

    assert setup.guest(token, NOW) is None


def test_a_link_outlives_what_becomes_of_others(db):
    guest, other = make_user(), make_user()
    with write_transaction():
        url = setup.link_for(guest, NOW).url
        users.change_role(other, Role.EDITOR, by=None)
        users.change_role(guest, Role.EDITOR, by=None)

    assert setup.guest(url.rpartition("/")[2], NOW) is guest
