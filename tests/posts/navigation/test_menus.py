"""The menus that the owner made by hand, as readers get them."""

import pytest

from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.posts.models import Shape, Status
from blog.posts.navigation import menus
from blog.site.models import Menu, MenuItem, MenuTarget
from blog.site.queries import settings
from tests.factories import (
    DAY,
    NOW,
    make_category,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.feeds.counting import Queries
from tests.pages import parse, text_of
from tests.posts.company import make_part, make_series

SECRET = "xylograph"
HIDDEN = {
    "draft": {"published_at": None},
    "pending": {"status": Status.PENDING},
    "private": {"status": Status.PRIVATE},
    "scheduled": {"published_at": NOW + DAY},
    "trash": {"status": Status.TRASH},
    "protected": {"password": "open sesame"},
}


def add(target, row=None, *, menu=Menu.HEADER, below=None, **said):
    with write_transaction():
        item = menus.add(menu, target, row.id if row else None, **said)
        if below is not None:
            item.parent_id = below.id
    return item


def shown(menu=Menu.HEADER):
    session.expire_all()
    return menus.for_readers(NOW)[menu]


def pairs(entries):
    return [(each.label, each.address) for each in entries]


def in_header(page):
    [nav] = [e for e in parse(page).iter("nav") if e.get("class") == "site-nav"]
    return [(text_of(each), each.get("href")) for each in nav.iter("a")]


def test_an_entry_leads_to_a_thing_of_any_kind_under_its_own_name_or_another(db):
    above = make_page(title="About", slug="about")
    page = make_page(title="Colophon", slug="colophon", parent_id=above.id)
    post = make_post(title="Of tides", slug="of-tides")
    harbour = make_category("Harbour", slug="harbour")
    tides = make_category("Tides", slug="tides", parent=harbour)
    tag = make_tag("Ropes", slug="ropes")
    mina = make_user(display_name="Mina", slug="mina")
    series = make_series("The voyage", slug="voyage")
    make_part(series, author=mina, tags=[tag])
    for target, row in (
        (MenuTarget.HOME, None),
        (MenuTarget.POST, page),
        (MenuTarget.POST, post),
        (MenuTarget.CATEGORY, tides),
        (MenuTarget.TAG, tag),
        (MenuTarget.SERIES, series),
        (MenuTarget.AUTHOR, mina),
    ):
        add(target, row)
    add(MenuTarget.URL, url="https://example.org/", label="Elsewhere")
    add(MenuTarget.POST, page, label="  How it is\nmade ")

    assert pairs(shown()) == [
        ("Home", "/"),
        ("Colophon", "/about/colophon/"),
        ("Of tides", permalinks.post_url(post)),
        ("Tides", "/category/harbour/tides/"),
        ("Ropes", "/tag/ropes/"),
        ("The voyage", "/series/voyage/"),
        ("Mina", "/author/mina/"),
        ("Elsewhere", "https://example.org/"),
        ("How it is made", "/about/colophon/"),
    ]


def test_entries_have_two_levels_and_a_menu_has_its_own(db):
    more = add(MenuTarget.URL, url="/more/", label="More")
    add(MenuTarget.URL, url="/a/", label="A", below=more)
    add(MenuTarget.URL, url="/b/", label="B", below=more)
    add(MenuTarget.URL, url="/legal/", label="Legal", menu=Menu.FOOTER)

    [entry] = shown()
    assert (entry.label, pairs(entry.below)) == ("More", [("A", "/a/"), ("B", "/b/")])
    assert pairs(shown(Menu.FOOTER)) == [("Legal", "/legal/")]


@pytest.mark.parametrize("state", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("make", [make_post, make_page])
def test_what_is_not_public_is_on_no_page(db, visitor, make, state):
    post = make(title=f"{SECRET} title", slug=f"{SECRET}-slug", **state)
    parent = add(MenuTarget.POST, post)
    add(MenuTarget.POST, post, menu=Menu.FOOTER)
    add(MenuTarget.URL, url="/deeper/", label="Deeper", below=parent)
    make_post(title="Public", slug="public")

    # What lies below takes its place.
    assert pairs(shown()) == [("Deeper", "/deeper/")]
    assert shown(Menu.FOOTER) == []
    for path in ("/search", "/nothing/", "/login", "/privacy"):
        assert SECRET not in visitor.get(path).text, path
    # In lists a protected post has its title.
    if "password" not in state:
        assert SECRET not in visitor.get("/").text


@pytest.mark.parametrize("state", HIDDEN, ids=HIDDEN)
def test_tags_series_and_authors_without_anything_public_are_not_shown(db, state):
    tag, series = make_tag(SECRET), make_series(SECRET)
    author = make_user(display_name=SECRET)
    make_part(series, tags=[tag], author=author, **HIDDEN[state])
    add(MenuTarget.TAG, tag)
    add(MenuTarget.SERIES, series)
    add(MenuTarget.AUTHOR, author)

    # They have a page as soon as a title stands on it.
    expected = 3 if state == "protected" else 0
    assert len(shown()) == expected
    make_part(series, tags=[tag], author=author)
    assert len(shown()) == 3


def test_a_protected_page_is_shown_under_a_name_of_its_own(db):
    page = make_page(title=SECRET, slug="friends", password="open sesame")
    add(MenuTarget.POST, page, label="For friends")

    assert pairs(shown()) == [("For friends", "/friends/")]


def test_a_note_is_named_by_its_first_words(db):
    note = make_post(title="", source="High water at noon.", shape=Shape.NOTE)
    add(MenuTarget.POST, note)

    assert shown()[0].label == "High water at noon."


def test_what_is_gone_is_not_shown(db):
    tag = make_tag()
    add(MenuTarget.TAG, tag)
    make_post(tags=[tag])
    assert len(shown()) == 1
    with write_transaction():
        session.delete(tag)

    assert shown() == []
    assert [each.name for each in menus.resolved(NOW)] == [""]


def test_without_entries_the_header_shows_the_pages(visitor, db):
    make_page(title="About", slug="about")
    make_page(title="Hidden", slug="hidden", published_at=None)

    assert in_header(visitor.get("/").text)[:-1] == [("About", "/about/")]


def test_the_current_page_is_marked_in_header_and_footer(visitor, db):
    page = make_page(title="About", slug="about")
    make_page(title="Not in it", slug="other")
    parent = add(MenuTarget.HOME)
    add(MenuTarget.POST, page, below=parent)
    add(MenuTarget.POST, page, menu=Menu.FOOTER)

    html = visitor.get("/about/").text
    current = [
        (text_of(each), each.get("href"))
        for each in parse(html).iter("a")
        if each.get("aria-current") == "page"
    ]
    assert current == [("About", "/about/")] * 2
    assert in_header(html)[:-1] == [("Home", "/"), ("About", "/about/")]


def test_the_current_page_is_marked_in_every_script(visitor, db):
    make_page(title="کے بارے میں", slug="کے-بارے-میں")

    html = visitor.get("/کے-بارے-میں/").text
    assert 'aria-current="page">کے بارے میں' in html


@pytest.mark.parametrize("structure", ["/%postname%/", "/%author%/%postname%/"])
def test_menus_cost_two_questions_however_long_they_are(app, db, structure):
    with write_transaction():
        settings().permalink_structure = structure
    few, many = [], []
    for number in range(12):
        above = make_page(title=f"Above {number}")
        below = make_page(title=f"Below {number}", parent_id=above.id)
        deeper = make_category(parent=make_category())
        tag, author = make_tag(), make_user()
        post = make_post(tags=[tag], author=author)
        for target, row in (
            (MenuTarget.POST, below),
            (MenuTarget.CATEGORY, deeper),
            (MenuTarget.TAG, tag),
            (MenuTarget.AUTHOR, author),
            (MenuTarget.POST, post),
        ):
            add(target, row)
        session.expire_all()
        settings()
        with Queries(db.engine) as seen:
            assert len(menus.for_readers(NOW)[Menu.HEADER]) == 5 * (number + 1)
        (few if number == 0 else many).append(len(seen))

    assert few == [2]
    assert set(many) == {2}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/about/", "/about/"),
        (" /über uns/ ", "/%C3%BCber%20uns/"),
        ("/search?q=tides&page=2#top", "/search?q=tides&page=2#top"),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("example.org", "https://example.org"),
        ("HTTPS://Example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.org", None),
        ("", None),
    ],
)
def test_an_address_of_ones_own_is_of_the_web_or_of_this_site(typed, kept):
    assert menus.address_of(typed) == kept


def test_an_order_that_is_not_of_this_menu_or_too_deep_changes_nothing(db):
    a, b, c = (add(MenuTarget.URL, url=f"/{n}/", label=n) for n in "abc")
    foreign = add(MenuTarget.URL, url="/f/", label="f", menu=Menu.FOOTER)
    before = menus.outline(Menu.HEADER)

    for wanted in (
        [(a.id, 0), (b.id, 0)],
        [(a.id, 0), (b.id, 0), (c.id, 0), (foreign.id, 0)],
        [(a.id, 0), (b.id, 1), (c.id, 2)],
        [(a.id, 0), (a.id, 0), (b.id, 0)],
    ):
        lines = [menus.Line(*each) for each in wanted]
        with write_transaction():
            assert not menus.arrange(Menu.HEADER, lines)
        assert menus.outline(Menu.HEADER) == before


def test_a_full_menu_takes_no_more(db):
    with write_transaction():
        for number in range(menus.MAX_ENTRIES):
            session.add(
                MenuItem(menu=Menu.HEADER, target=MenuTarget.HOME, position=number)
            )

    assert add(MenuTarget.HOME) is None
    assert add(MenuTarget.HOME, menu=Menu.FOOTER) is not None
