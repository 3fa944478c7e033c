"""Whatever is renamed, moved or merged is still found where it was."""

import pytest

from blog.accounts import users
from blog.accounts.models import User
from blog.database import session, write_transaction
from blog.posts import naming, publishing
from blog.posts.desk import editing
from blog.posts.models import Category, Post, Tag
from blog.posts.permalinks import post_url
from blog.posts.terms import terms
from blog.site.models import Redirect
from blog.site.queries import settings
from tests.factories import (
    NOW,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
)


@pytest.fixture
def place(app, visitor):
    return Place(app, visitor)


class Place:
    def __init__(self, app, visitor):
        self.app, self.visitor = app, visitor

    def change(self, model, id, **values):
        with self.app.app_context(), write_transaction():
            row = session.get_one(model, id)
            for name, value in values.items():
                setattr(row, name, value)

    def url(self, id):
        with self.app.app_context():
            return post_url(session.get_one(Post, id))

    def leads(self, old, new):
        answer = self.visitor.get(old)
        assert answer.status_code == 301, old
        assert answer.location.removeprefix("http://localhost") == new
        assert self.visitor.get(new).status_code == 200


@pytest.fixture
def tea(app):
    with app.app_context():
        return make_post(title="Tea", slug="tea").id


@pytest.fixture
def pages(app):
    """Three pages, each below the one before."""
    with app.app_context():
        top = make_page(title="Top", slug="top")
        middle = make_page(title="Middle", slug="middle", parent_id=top.id)
        leaf = make_page(title="Leaf", slug="leaf", parent_id=middle.id)
        return top.id, middle.id, leaf.id


def test_a_renamed_post_is_found_where_it_was(place, tea):
    old = place.url(tea)
    place.change(Post, tea, slug="green-tea")

    place.leads(old, place.url(tea))
    assert "green-tea" in place.url(tea)


def test_a_post_renamed_again_and_again_is_found_in_one_step(place, tea):
    seen = [place.url(tea)]
    for slug in ("two", "three", "four"):
        place.change(Post, tea, slug=slug)
        seen.append(place.url(tea))

    for old in seen[:-1]:
        place.leads(old, seen[-1])


def test_a_post_that_got_its_old_name_back_stands_there(place, tea):
    old = place.url(tea)
    place.change(Post, tea, slug="two")
    between = place.url(tea)
    place.change(Post, tea, slug="tea")

    assert place.visitor.get(old).status_code == 200
    place.leads(between, old)


def test_a_new_post_at_an_old_address_goes_first(app, place, tea):
    old = place.url(tea)
    place.change(Post, tea, slug="two")
    with app.app_context():
        make_post(title="Another tea", slug="tea")

    assert "Another tea" in place.visitor.get(old).text


@pytest.mark.parametrize(
    "structure",
    ["/%postname%/", "/%category%/%postname%/", "/%author%/%postname%.html"],
)
def test_posts_are_found_under_any_structure(app, place, structure):
    with app.app_context():
        with write_transaction():
            settings().permalink_structure = structure
        tea = make_post(slug="tea", categories=[make_category("Drinks")]).id
    old = place.url(tea)
    place.change(Post, tea, slug="green-tea")

    place.leads(old, place.url(tea))


def test_what_was_never_out_leaves_nothing_behind(app, place):
    with app.app_context():
        draft = make_post(slug="tea", status="draft", published_at=None).id
    place.change(Post, draft, slug="green-tea")

    with app.app_context():
        assert session.query(Redirect).count() == 0


def test_a_renamed_page_takes_the_addresses_below_it_along(place, pages):
    place.change(Post, pages[0], slug="summit")

    place.leads("/top/", "/summit/")
    place.leads("/top/middle/", "/summit/middle/")
    place.leads("/top/middle/leaf/", "/summit/middle/leaf/")


def test_a_moved_page_is_found_where_it_was_with_all_below_it(place, pages):
    place.change(Post, pages[1], parent_id=None)

    place.leads("/top/middle/", "/middle/")
    place.leads("/top/middle/leaf/", "/middle/leaf/")
    assert place.visitor.get("/top/").status_code == 200


def test_pages_renamed_and_moved_at_once_are_found(app, place, pages):
    top, middle, leaf = pages
    with app.app_context(), write_transaction():
        session.get_one(Post, top).slug = "a"
        session.get_one(Post, middle).slug = "b"
        session.get_one(Post, leaf).parent_id = top

    place.leads("/top/middle/", "/a/b/")
    place.leads("/top/middle/leaf/", "/a/leaf/")


def test_pages_below_a_deleted_one_are_found(app, place, pages):
    with app.app_context(), write_transaction():
        editing.delete(session.get_one(Post, pages[1]))

    place.leads("/top/middle/leaf/", "/top/leaf/")


def test_a_renamed_category_is_found_with_its_pages_and_feeds(app, place):
    with app.app_context():
        drinks = make_category("Drinks", slug="drinks")
        tea = make_category("Tea", slug="tea", parent=drinks)
        make_post(categories=[tea])
        with write_transaction():
            naming.rename(
                session.get_one(Category, drinks.id),
                "Beverages",
                slug="beverages",
                description="",
            )

    place.leads("/category/drinks/", "/category/beverages/")
    place.leads("/category/drinks/tea/", "/category/beverages/tea/")
    place.leads("/category/drinks/feed/", "/category/beverages/feed/")
    assert (
        place.visitor.get("/category/drinks/page/2/").location
        == "/category/beverages/page/2/"
    )


def test_a_merged_tag_is_found_at_the_one_that_took_its_place(app, place):
    with app.app_context():
        tea, chai, brew = (make_tag(slug=each) for each in ("tea", "chai", "brew"))
        make_post(tags=[chai], slug="one")
        with write_transaction():
            rows = [session.get_one(Tag, each.id) for each in (chai, tea)]
            terms.merge(rows[:1], rows[1])
        with write_transaction():
            rows = [session.get_one(Tag, each.id) for each in (tea, brew)]
            terms.merge(rows[:1], rows[1])

    place.leads("/tag/chai/", "/tag/brew/")
    place.leads("/tag/tea/feed/atom/", "/tag/brew/feed/atom/")


def test_a_deleted_tag_leads_nowhere(app, place):
    with app.app_context():
        make_post(tags=[make_tag(slug="tea")])
        with write_transaction():
            tea = session.query(Tag).one()
            naming.rename(tea, "Chai", slug="chai", description="")
        with write_transaction():
            terms.delete(session.query(Tag).one())

    assert place.visitor.get("/tag/tea/").status_code == 404


def test_a_renamed_author_is_found(app, place):
    with app.app_context():
        ada = make_user(display_name="Ada")
        make_post(author=ada)
        old, id = ada.slug, ada.id
        with write_transaction():
            users.change_slug(session.get_one(User, id), "countess")

    place.leads(f"/author/{old}/", "/author/countess/")


def test_a_slug_that_a_restore_changes_leaves_its_address(app, place, tea):
    old = place.url(tea)
    with app.app_context():
        with write_transaction():
            session.get_one(Post, tea).trash(NOW)
        make_post(title="Other", slug="tea", published_at=NOW.replace(year=2001))
        with write_transaction():
            publishing.restore(session.get_one(Post, tea))

    assert place.visitor.get(place.url(tea)).status_code == 200
    assert place.visitor.get(old).status_code in (200, 301)


def test_a_renamed_tag_of_drafts_tells_nobody_its_name(app, place):
    with app.app_context():
        make_post(tags=[make_tag(slug="tea")], status="draft", published_at=None)
        with write_transaction():
            naming.rename(
                session.query(Tag).one(), "Secret", slug="secret", description=""
            )

    assert place.visitor.get("/tag/tea/").status_code == 404
