"""What a leaver wrote, given to somebody else."""

import pytest

from blog.accounts import succession, users
from blog.accounts.models import Role
from blog.accounts.succession import Shared
from blog.database import session, write_transaction
from blog.posts.models import Post, Status
from tests.factories import NOW, make_page, make_post, make_user
from tests.pages import form_data, parse, text_of
from tests.posts.company import credit, make_picture


def authors(post):
    session.expire_all()
    return [each.display_name for each in session.get(Post, post.id).authors]


@pytest.fixture
def three(db):
    return [make_user(display_name=name) for name in ("Ada", "Ben", "Cleo")]


def test_every_post_and_page_changes_hands_and_its_version(three):
    ada, ben, cleo = three
    given = [
        make_post(author=ada),
        make_post(author=ada, published_at=None),
        make_post(author=ada, status=Status.TRASH),
        make_page(author=ada),
    ]
    kept = make_post(author=cleo)
    versions = [post.version for post in (*given, kept)]

    with write_transaction():
        succession.hand_over(ada, ben, Shared.KEEP)

    assert [authors(post) for post in given] == [["Ben"]] * 4
    assert authors(kept) == ["Cleo"]
    now = [post.version for post in (*given, kept)]
    assert now == [*(version + 1 for version in versions[:4]), versions[4]]


def test_files_change_hands_with_the_texts_that_show_them(three):
    ada, ben, cleo = three
    given, kept = make_picture(uploader_id=ada.id), make_picture(uploader_id=cleo.id)

    with write_transaction():
        succession.hand_over(ada, ben, Shared.KEEP)

    session.refresh(given)
    assert (given.uploader_id, kept.uploader_id) == (ben.id, cleo.id)


def test_nobody_is_named_twice(three):
    ada, ben, cleo = three
    post = credit(make_post(author=ada), ben, cleo)

    with write_transaction():
        succession.hand_over(ada, ben, Shared.KEEP)

    assert authors(post) == ["Ben", "Cleo"]


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        (Shared.KEEP, [["Cleo", "Ada"], ["Cleo", "Ada", "Ben"], ["Ben", "Ada"]]),
        (Shared.HAND_OVER, [["Cleo", "Ben"], ["Cleo", "Ben"], ["Ben"]]),
        (Shared.LEAVE, [["Cleo"], ["Cleo", "Ben"], ["Ben"]]),
    ],
)
def test_a_place_beside_other_authors_stays_or_is_handed_over_or_goes(
    three, shared, expected
):
    ada, ben, cleo = three
    posts = [
        credit(make_post(author=cleo), ada),
        credit(make_post(author=cleo), ada, ben),
        credit(make_post(author=ben), ada),
    ]
    versions = [post.version for post in posts]

    with write_transaction():
        succession.hand_over(ada, ben, shared)

    assert [authors(post) for post in posts] == expected
    is_a_save = 0 if shared == Shared.KEEP else 1
    assert [post.version - is_a_save for post in posts] == versions


def test_who_is_deleted_can_hand_over_that_place_too(three):
    ada, ben, cleo = three
    post = credit(make_post(author=cleo), ada)

    with write_transaction():
        users.delete(ada, by=None, heir=ben, shared=Shared.HAND_OVER)

    assert authors(post) == ["Cleo", "Ben"]


def test_nothing_is_handed_to_oneself(three):
    ada, _, cleo = three
    post = credit(make_post(author=cleo), ada)

    with write_transaction():
        succession.hand_over(ada, ada, Shared.LEAVE)

    assert (authors(post), post.version) == (["Cleo", "Ada"], 1)


# The page


@pytest.fixture
def leaver(app):
    with app.app_context():
        ada = make_user(name="ada", display_name="Ada")
        ben = make_user(name="ben", display_name="Ben", role=Role.EDITOR)
        make_user(name="sub", display_name="Subscriber", role=Role.SUBSCRIBER)
        post = make_post(title="Of tides", author=ada)
        shared = credit(make_post(title="Of ropes", author=ben), ada)
        return {
            "path": f"/admin/users/{ada.id}/takeover",
            "person": f"/admin/users/{ada.id}/",
            "heir": ben.id,
            "posts": (post.id, shared.id),
        }


def names_on(app, post_id):
    with app.app_context():
        return [each.display_name for each in session.get(Post, post_id).authors]


def test_an_admin_gives_everything_to_somebody_else(app, admin, leaver):
    assert leaver["path"] in admin.get(leaver["person"]).text
    page = admin.get(leaver["path"])
    assert "1 post, in whatever state" in page.text
    options = [
        text_of(each) for each in parse(page.text).iter("option") if each.get("value")
    ]
    assert "Ben" in options
    assert {"Ada", "Subscriber"} & set(options) == set()

    data = form_data(page.text, "/takeover")
    answer = admin.post(
        leaver["path"], data=data | {"heir_id": leaver["heir"], "shared": "leave"}
    )

    assert (answer.status_code, answer.location) == (303, leaver["person"])
    assert "is with “Ben” now" in admin.get(leaver["person"]).text
    assert [names_on(app, each) for each in leaver["posts"]] == [["Ben"], ["Ben"]]


@pytest.mark.parametrize("heir_id", ["0", "", "999999", "nobody"])
def test_without_an_heir_nothing_changes(app, admin, leaver, heir_id):
    answer = admin.send(leaver["path"], {"heir_id": heir_id, "shared": "leave"})

    assert answer.status_code == 422
    found = [names_on(app, each) for each in leaver["posts"]]
    assert found == [["Ada"], ["Ben", "Ada"]]


def test_it_is_for_admins_and_about_people_there_are(client_for, admin, leaver):
    assert client_for("editor").get(leaver["path"]).status_code == 403
    assert admin.get("/admin/users/99999/takeover").status_code == 404
    assert admin.send("/admin/users/99999/takeover").status_code == 404


def test_the_page_of_a_disabled_author_stays(app, visitor, three):
    ada = three[0]
    make_post(title="Of tides", author=ada)
    with write_transaction():
        users.disable(ada, NOW, by=None)

    answer = visitor.get(f"/author/{ada.slug}/")

    assert answer.status_code == 200
    assert "Of tides" in answer.text


@pytest.mark.html
def test_the_page_is_sound(admin, leaver, html_checker):
    assert html_checker.errors(admin.get(leaver["path"]).text) == []
    assert html_checker.errors(admin.get(leaver["person"]).text) == []
