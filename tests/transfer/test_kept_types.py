"""Types that a theme or a shop made: counted, or kept as pages."""

import pytest

from blog.database import session
from blog.posts.models import Kind, Post
from blog.posts.permalinks import post_url
from tests.transfer.making import author, comment, item, outcomes, page, titled

pytestmark = pytest.mark.usefixtures("db")


def product(number=30, **values):
    name = values.get("post_name", f"thing-{number}")
    link = f"https://old.example/product/{name}/"
    return item(
        post_type="product",
        **{"post_id": number, "post_name": name, "link": link, "title": "A thing"}
        | values,
    )


def test_they_are_counted_and_the_way_to_keep_them_is_named(importer):
    report = importer.records(product(comments=[comment()]))

    assert outcomes(report, "product") == {"skipped": 1}
    assert report["skipped"][0]["reason"] == (
        "of a type of its own; “--keep product” makes it a page"
    )
    assert session.query(Post).count() == 0


def test_kept_ones_are_pages_at_their_old_address(importer, visitor):
    path = importer.file(
        author("ada"),
        product(30, comments=[comment(content="Well made.")]),
        product(31, title="Its part", post_parent=30),
        page(post_id=32, post_name="thing-30", title="A page"),
    )
    report = importer.take(path, "--keep", "product")

    assert outcomes(report, "product") == {"imported": 2}
    assert outcomes(report, "comment") == {"imported": 1}
    thing, part = titled("A thing"), titled("Its part")
    assert (thing.kind, thing.id, part.parent_id) == (Kind.PAGE, 30, 30)
    for old, post in (("thing-30", thing), ("thing-31", part)):
        answer = visitor.get(f"/product/{old}/")
        assert (answer.status_code, answer.location) == (301, post_url(post))
    assert "Well made." in visitor.get(post_url(thing)).text
    assert post_url(titled("A page")) == "/thing-30/"

    before = importer.dump()
    again = importer.take(path, "--keep", "product")
    assert outcomes(again, "product") == {"unchanged": 2}
    assert importer.dump() == before


@pytest.mark.parametrize("kind", ["post", "attachment", "nav_menu_item", "revision"])
def test_what_has_its_own_way_never_becomes_a_page(importer, kind):
    importer.take(importer.file(item(post_type=kind)), "--keep", kind)

    assert session.query(Post).filter_by(kind=Kind.PAGE).count() == 0
