"""Who the people of an export are here."""

import pytest

from blog.accounts.models import Role, User
from blog.database import session, write_transaction
from tests.factories import make_user
from tests.transfer.making import author, item, outcomes, titled


def people():
    return {user.name: user for user in session.query(User)}


def test_a_person_becomes_an_author_who_cannot_log_in(importer, db):
    importer.records(
        author("Jane Doe", id=1, email="Jane@Example.ORG", display_name="Jane &amp; Co")
    )

    user = people()["jane-doe"]
    assert (user.role, user.password_hash) == (Role.AUTHOR, None)
    assert (user.display_name, user.email) == ("Jane & Co", "jane@example.org")
    assert user.slug == "jane-doe"  # as /author/jane-doe/ was


@pytest.mark.parametrize(
    ("login", "name"),
    [
        ("al", "author-al"),
        ("jane@example.org", "jane-example-org"),
        ("Zoë", "zoe"),
        ("日本", "author"),
        ("x" * 80, "x" * 32),
        ("--", "author"),
    ],
)
def test_every_login_makes_a_name(importer, db, login, name):
    path = importer.file(author(login, email=""), item(creator=login))
    importer.take(path)

    assert list(people()) == [name]
    assert people()[name].email is None
    assert outcomes(importer.take(path), "author") == {"unchanged": 1}


def test_names_that_become_the_same_stay_apart(importer, db):
    importer.records(
        author("a.b.c", id=1, display_name="First"),
        author("a b c", id=2, display_name="Second"),
        item(title="One", creator="a.b.c"),
        item(title="Two", creator="a b c"),
    )

    assert titled("One").author.display_name == "First"
    assert titled("Two").author.display_name == "Second"


def test_an_account_of_the_same_login_or_address_is_the_persons(importer, db):
    ada = make_user(name="ada", email="ada@here.example.org", display_name="Own")
    bob = make_user(name="robert", email="bob@old.example.org")
    report = importer.records(
        author("ADA", display_name="Other"),
        author("bob"),
        item(title="Hers", creator="ADA"),
        item(title="His", creator="bob"),
    )

    assert titled("Hers").author_id == ada.id
    assert titled("His").author_id == bob.id
    assert people()["ada"].display_name == "Own"
    assert outcomes(report, "author") == {"imported": 2}


def test_a_person_with_a_password_is_not_changed_by_a_file(importer, db):
    importer.records(author("ada", id=1))
    with write_transaction():
        people()["ada"].password_hash = "set"
    report = importer.records(author("ada", id=1, email="evil@example.org"))

    assert people()["ada"].email == "ada@old.example.org"
    assert outcomes(report, "author") == {"skipped": 1}


def test_an_address_that_is_taken_or_none_is_left_out_and_said(importer, db):
    make_user(name="other", email="same@old.example.org")
    report = importer.records(
        author("one", id=1, email="same@old.example.org"),
        author("two", id=2, email="same@old.example.org"),
        author("three", id=3, email="no address"),
    )

    assert people()["two"].email is people()["three"].email is None
    assert sum("address" in line for line in report["lines"]) == 2


def test_who_is_only_mentioned_is_made_once_and_said(importer, db):
    path = importer.file(item(creator="Old Bob"), item(creator="Old Bob"))
    report = importer.take(path)

    assert list(people()) == ["old-bob"]
    assert outcomes(report, "author") == {}
    assert sum("“Old Bob”" in line for line in report["lines"]) == 1
    again = importer.take(path)
    assert list(people()) == ["old-bob"]
    assert sum("“Old Bob”" in line for line in again["lines"]) == 0


def test_who_was_mentioned_is_known_when_described_later(importer, db):
    importer.records(item(title="It", post_id=1, creator="bob"))
    report = importer.records(
        author("bob", display_name="Robert"), item(title="It", post_id=1, creator="bob")
    )

    assert [user.display_name for user in session.query(User)] == ["Robert"]
    assert outcomes(report, "author") == {"updated": 1}


def test_what_names_nobody_is_the_first_admins(importer, db):
    admin = make_user(role=Role.ADMIN)
    importer.records(item(title="It", creator=None))

    assert titled("It").author_id == admin.id


def test_nobody_is_made_for_what_is_not_taken(importer, db):
    importer.records(
        item(post_type="attachment", creator="x"),
        item(status="auto-draft", creator="y"),
    )

    assert people() == {}


def test_a_person_without_any_name_is_left_out(importer, db):
    report = importer.records(author("", id=4, email="", display_name=""))

    assert report["skipped"] == [
        {"kind": "author", "id": "4", "reason": "without a name"}
    ]
