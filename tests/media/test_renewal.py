"""What changes in the library changes in the texts that show it, without a save."""

import pytest

from blog.database import session, write_transaction
from blog.posts import renewal
from blog.posts.models import Post
from blog.posts.revisions.models import Revision
from tests.factories import make_post
from tests.media.drawing import corners, saved


@pytest.fixture
def boat(library):
    return library.add(saved(corners((800, 600)), "JPEG"), "boat.jpg", alt="A boat")


def html_of(post_id):
    session.expire_all()
    return str(session.get_one(Post, post_id).html)


def ask(item):
    with write_transaction():
        renewal.ask(item.id, item.created_at)


def test_a_replaced_picture_is_shown_in_its_own_shape(library, boat):
    post = make_post(source=f"![]({boat.path})")
    assert 'width="800" height="600"' in html_of(post.id)
    library.replace(boat, saved(corners((300, 500)), "JPEG"))
    ask(boat)
    library.work()

    html = html_of(post.id)
    assert 'width="300" height="500"' in html
    assert f"{boat.path}?v=2" in html


def test_an_alternative_text_reaches_the_texts_that_have_none(library, boat):
    without = make_post(source=f"![]({boat.path})")
    with_own = make_post(source=f"![Mine]({boat.path})")
    with write_transaction():
        boat.describe(alt="Another boat")
    ask(boat)
    library.work()

    assert 'alt="Another boat"' in html_of(without.id)
    assert 'alt="Mine"' in html_of(with_own.id)


def test_it_is_no_save(library, boat):
    post = make_post(source=f"![]({boat.path})")
    before = (post.version, post.edited_at)
    library.replace(boat, saved(corners((300, 500)), "JPEG"))
    ask(boat)
    library.work()

    after = session.get_one(Post, post.id)
    assert (after.version, after.edited_at) == before
    assert session.query(Revision).count() == 0


def test_a_save_meanwhile_goes_first(library, boat):
    post = make_post(source=f"![]({boat.path})")
    old = renewal.rendered(post)
    with write_transaction():
        session.get_one(Post, post.id).html = renewal.rendered(post).html
        session.get_one(Post, post.id).version += 1
        kept = session.get_one(Post, post.id).html
    with write_transaction():
        renewal.renew(post.id, post.version - 1, old)

    assert html_of(post.id) == str(kept)


def test_very_many_texts_are_done_a_few_at_a_time(library, boat, monkeypatch):
    monkeypatch.setattr(renewal, "AT_ONCE", 2)
    posts = [make_post(source=f"![]({boat.path})").id for _ in range(5)]
    library.replace(boat, saved(corners((300, 500)), "JPEG"))
    ask(boat)
    library.work()

    assert ["v=2" in html_of(each) for each in posts] == [True] * 5


def test_what_shows_it_nowhere_asks_for_nothing(app, library, boat):
    ask(boat)

    assert renewal.showing(boat.id, 0) == []


def test_the_library_s_own_page_asks_for_it(app, library, boat, admin):
    post = make_post(source=f"![]({boat.path})")
    path = f"/admin/media/{boat.id}/"
    admin.send(path, {"name": "boat", "alt": "Seen from the mole", "caption": ""})
    library.work()

    assert 'alt="Seen from the mole"' in html_of(post.id)


DELETED = {"despite": "1"}


def test_a_deleted_picture_leaves_its_words(app, library, boat, admin):
    post = make_post(source=f"One.\n\n![A boat]({boat.path})\n\nTwo.")
    before = post.version
    admin.send(f"/admin/media/{boat.id}/deletion", DELETED)
    library.work()

    assert html_of(post.id) == (
        "<p>One.</p>\n<figure><em>A boat</em></figure>\n<p>Two.</p>\n"
    )
    assert session.get_one(Post, post.id).version == before


def test_very_many_texts_go_on_without_it_a_few_at_a_time(
    app, library, boat, admin, monkeypatch
):
    monkeypatch.setattr(renewal, "AT_ONCE", 2)
    posts = [make_post(source=f"![A boat]({boat.path})").id for _ in range(5)]
    with write_transaction():
        session.delete(session.get_one(Post, posts.pop(1)))
    admin.send(f"/admin/media/{boat.id}/deletion", DELETED)
    library.work()

    assert ["<img" in html_of(each) for each in posts] == [False] * 4
