"""Menus of the old site, in the header and the footer of ours."""

import pytest

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.posts.navigation import menus
from blog.site.models import Menu, MenuItem, MenuTarget
from tests.transfer.making import author, category, item, outcomes, page, term

pytestmark = pytest.mark.usefixtures("db")


def entry(number, title="", *, menu="main", below=0, order=None, **meta):
    """An entry of a menu; ``meta`` as WordPress calls it, without its prefix."""
    return item(
        post_type="nav_menu_item",
        post_id=number,
        post_name=f"entry-{number}",
        title=title,
        menu_order=number if order is None else order,
        filed=[("nav_menu", menu, menu.title())] if menu else (),
        meta=[
            ("_menu_item_menu_item_parent", below),
            *((f"_menu_item_{name}", value) for name, value in meta.items()),
        ],
    )


def to_page(number, title="", *, of=7, **values):
    values = {"type": "post_type", "object": "page", "object_id": of} | values
    return entry(number, title, **values)


def to_address(number, title, url, **values):
    return entry(number, title, type="custom", url=url, **values)


def shown(menu=Menu.HEADER):
    """The labels and addresses of a menu, those below in a list of their own."""

    def told(entries):
        return [
            (each.label, each.address, *([told(each.below)] if each.below else []))
            for each in entries
        ]

    session.rollback()
    return told(menus.for_readers(utcnow())[menu])


ABOUT = page(post_id=7, post_name="about", title="About")


def test_entries_lead_to_what_came_along(importer):
    report = importer.records(
        author("ada"),
        category("tides", id=3, name="Tides"),
        term("nav_menu", "main", term_id=9),
        to_address(1, "Start", "https://www.old.example/"),
        to_page(2),
        entry(3, "Sea", type="taxonomy", object="category", object_id=3),
        to_address(4, "Archive", "http://old.example/2020/05/"),
        to_address(5, "A &amp; B", "https://else.example/a"),
        ABOUT,
    )

    assert outcomes(report, "menu_item") == {"imported": 5}
    assert outcomes(report, "nav_menu") == {"imported": 1}
    assert shown() == [
        ("Start", "/"),
        ("About", "/about/"),
        ("Sea", "/category/tides/"),
        ("Archive", "/2020/05/"),
        ("A & B", "https://else.example/a"),
    ]


def test_they_lie_below_each_other_in_two_levels(importer):
    importer.records(
        to_page(4, "Deepest", below=3, order=4),
        to_page(3, "Deeper", below=2, order=3),
        to_page(2, "Top", order=2),
        to_page(5, "Last", order=5),
        ABOUT,
    )

    assert shown() == [
        ("Top", "/about/", [("Deeper", "/about/"), ("Deepest", "/about/")]),
        ("Last", "/about/"),
    ]


def test_a_ring_of_entries_is_flat(importer):
    importer.records(to_page(1, "One", below=2), to_page(2, "Two", below=1), ABOUT)

    assert [label for label, *_ in shown()] == ["One", "Two"]


@pytest.mark.parametrize(
    ("names", "header", "footer"),
    [
        (["a", "footer-links"], "a", "footer-links"),
        (["social", "b"], "b", "social"),
        (["z", "primary"], "primary", None),
        (["social"], "social", None),
        (["a", "b"], "a", None),
    ],
)
def test_a_menu_s_name_tells_where_it_stands(importer, names, header, footer):
    numbers = iter(range(1, 100))
    report = importer.records(
        *(term("nav_menu", name) for name in names),
        *(to_page(next(numbers), name, menu=name) for name in names),
        ABOUT,
    )

    assert [label for label, _ in shown()] == [header]
    assert [label for label, _ in shown(Menu.FOOTER)] == ([footer] if footer else [])
    used = 2 if footer else 1
    expected = {"imported": used, "skipped": len(names) - used}
    expected = {name: number for name, number in expected.items() if number}
    assert outcomes(report, "nav_menu") == expected


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (to_page(1, "Orphan", menu=""), "in no menu"),
        (to_page(1, "Gone", of=99), "what it leads to is not here"),
        (to_address(1, "Heading", "#"), "what it leads to is not here"),
        (to_address(1, "Bad", "javascript:alert(1)"), "what it leads to is not here"),
        (entry(1, "Shop", type="taxonomy", object="product_cat", object_id=3),
         "what it leads to is not here"),
        (entry(1, "All", type="post_type_archive", object="post"),
         "what it leads to is not here"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_listed(importer, record, reason):
    path = importer.file(record, to_page(2, "About"), ABOUT)
    for kept in ("imported", "unchanged"):
        report = importer.take(path)
        skipped = [e for e in report["skipped"] if e["kind"] == "menu_item"]
        assert skipped == [{"kind": "menu_item", "id": "1", "reason": reason}]
        assert outcomes(report, "menu_item") == {kept: 1, "skipped": 1}
    assert shown() == [("About", "/about/")]


def test_a_second_run_changes_nothing_and_leaves_what_was_changed_here(importer):
    path = importer.file(to_page(1, "One"), to_page(2, "Two"), ABOUT)
    importer.take(path)
    before = importer.dump()
    importer.take(path)
    assert importer.dump() == before

    with write_transaction():
        menus.remove(session.query(MenuItem).filter_by(label="One").one())
    report = importer.take(path)
    assert outcomes(report, "menu_item") == {"unchanged": 1, "skipped": 1}
    assert shown() == [("Two", "/about/")]


def test_a_menu_that_was_made_here_stays(importer):
    with write_transaction():
        menus.add(Menu.HEADER, MenuTarget.HOME)
    report = importer.records(term("nav_menu", "main"), to_page(1, "One"), ABOUT)

    assert outcomes(report, "menu_item") == {"skipped": 1}
    assert outcomes(report, "nav_menu") == {"skipped": 1}
    assert shown() == [("Home", "/")]


def test_a_trial_makes_no_menu(importer):
    path = importer.file(to_page(1, "One"), ABOUT)
    importer.take(path, "--dry-run")

    assert session.query(MenuItem).count() == 0
