"""What becomes of categories and tags."""

from blog.database import session
from blog.posts.models import Category, Tag
from tests.corpora import corpus
from tests.transfer.making import category, item, outcomes, tag, term, titled


def parents():
    return {
        each.slug: each.parent.slug if each.parent else None
        for each in session.query(Category).order_by(Category.id)
    }


def test_categories_lie_in_one_another_in_any_order(importer, db):
    importer.records(
        category("green", parent="tea", id=30),
        category("tea", parent="drinks", id=20),
        category("drinks", id=10),
        category("lost", parent="nowhere", id=40),
    )

    # In the order of their numbers: the first of a post leads its address.
    assert list(parents().items()) == [
        ("drinks", None),
        ("tea", "drinks"),
        ("green", "tea"),
        ("lost", None),
    ]


def test_categories_in_circles_are_cut_open_and_said(importer, db):
    path = importer.file(
        category("a", parent="b", id=1),
        category("b", parent="a", id=2),
        category("self", parent="self", id=3),
    )
    report = importer.take(path)

    assert parents() == {"a": "b", "b": None, "self": None}
    assert sum("below itself" in line for line in report["lines"]) == 2
    assert outcomes(importer.take(path), "category") == {"unchanged": 3}


def test_names_are_read_and_slugs_kept(importer, db):
    importer.records(
        category("r%26d", name="R&amp;D", description="<b>Research</b> &amp; more"),
        tag("%d0%b2%d0%be%d0%b4%d0%b0", name="вода"),
        tag("with_underscore"),
        tag("a%2fb", name="A/B"),
        tag("", name="No slug"),
    )

    found = session.query(Category).one()
    assert (found.name, found.slug) == ("R&D", "r&d")
    assert found.description == "Research & more"
    assert [each.slug for each in session.query(Tag).order_by(Tag.id)] == [
        "вода",
        "with_underscore",
        "a-b",
        "no-slug",
    ]


def test_other_taxonomies_are_counted_and_not_taken(importer, db):
    report = importer.records(
        term("post_format", "aside", term_id=3), term("category", "tea", term_id=4)
    )

    assert outcomes(report, "post_format") == {"skipped": 1}
    assert outcomes(report, "category") == {"imported": 1}
    reason = "what a post looks like is said at the post"
    assert report["skipped"] == [{"kind": "post_format", "id": "3", "reason": reason}]


def test_what_items_alone_speak_of_is_made_and_said(importer, db):
    path = importer.file(
        item(
            title="It",
            filed=[("category", "tea", "Tea"), ("post_tag", "", "Hot drinks")],
        )
    )
    report = importer.take(path)

    assert [each.name for each in titled("It").categories] == ["Tea"]
    assert [each.slug for each in titled("It").tags] == ["hot-drinks"]
    assert outcomes(report, "category") == outcomes(report, "tag") == {}
    assert sum("does not describe" in line for line in report["lines"]) == 2
    before = importer.dump()
    importer.take(path)
    assert importer.dump() == before


def test_version_1_0_says_everything_twice(importer, db):
    importer.take(corpus("wxr") / "importer-valid-wxr-1.0.xml")

    assert session.query(Category).count() == 5
    assert session.query(Tag).count() == 4
