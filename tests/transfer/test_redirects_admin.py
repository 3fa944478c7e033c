"""Redirects that somebody makes: the room for them, and what a reader gets."""

import sqlite3

import pytest
from sqlalchemy import event

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.site import missed, redirects
from blog.site.models import Redirect
from blog.transfer.redirects import queries
from tests.factories import make_post, make_tag
from tests.pages import parse, text_of

ROOM = "/admin/redirects/"


def add(client, old, to="", status="301"):
    return client.send(ROOM, {"old": old, "to": to, "status": status})


def table(app):
    """Every redirect as old address, target and status."""
    with app.app_context():
        return {
            row.path: (row.to or row.post_id or row.tag_id, row.status)
            for row in session.query(Redirect)
        }


def asked(visitor, address):
    answer = visitor.get(address)
    return answer.status_code, answer.location


@pytest.fixture
def tea(app):
    """The id and the address of a public post."""
    with app.app_context():
        post = make_post(title="Tea", slug="tea")
        return post.id, permalinks.post_url(post)


# What a reader gets


@pytest.mark.parametrize("status", ["301", "302", "307", "308"])
def test_an_old_address_leads_where_the_owner_says(app, admin, visitor, status):
    assert (
        add(admin, "/old/", "https://Shop.example/x?y=1#z", status).status_code == 303
    )

    location = "https://shop.example/x?y=1#z"
    assert asked(visitor, "/old") == (int(status), location)
    assert visitor.head("/old/").status_code == int(status)


def test_what_is_gone_is_said_to_be_gone(app, admin, visitor, html_checker):
    assert add(admin, "/old/", "", "410").status_code == 303

    answer = visitor.get("/old/")
    assert (answer.status_code, answer.location) == (410, None)
    assert "This page is gone" in answer.text
    assert html_checker.errors(answer.text) == []
    assert visitor.head("/old/").status_code == 410


@pytest.mark.parametrize(
    ("old", "to", "address", "location"),
    [
        ("/old/", "/new/", "/old/?utm_source=x&b=1", "/new/?utm_source=x&b=1"),
        ("/old/", "/new/#part", "/old/?a=1", "/new/?a=1#part"),
        ("/old/", "/new/?own=1", "/old/?a=1", "/new/?own=1"),
        ("/old/?id=3", "/new/", "/old/?id=3", "/new/"),
        ("/?p=77", "/", "/?p=77", "/"),
        ("/a b/", "/c d/", "/a%20b/", "/c%20d/"),
        ("/?p=77", "/new/", "/?p=77&utm_source=x", "/new/"),
        ("/old/", "https://e.example/", "/old/?a=%0d%0ab", "https://e.example/?a=%0d%0ab"),
        ("/سلام/", "/چای/", "/%D8%B3%D9%84%D8%A7%D9%85/", "/%DA%86%D8%A7%DB%8C/"),
    ],
)  # fmt: skip
def test_a_query_is_passed_on_unless_it_named_the_address(
    admin, visitor, old, to, address, location
):
    add(admin, old, to)

    assert asked(visitor, address) == (301, location)


@pytest.mark.parametrize("status", ["410", "301"])
def test_a_number_of_before_may_lead_elsewhere(admin, visitor, status):
    add(admin, "/?p=77", "/new/" if status == "301" else "", status)

    answer = visitor.get("/?page_id=77")
    assert answer.status_code == int(status)


def test_what_is_the_address_of_a_post_follows_the_post(app, admin, visitor, tea):
    id, address = tea
    add(admin, "http://localhost/old/", f"http://localhost{address}")

    assert table(app) == {"/old": (id, 301)}
    with app.app_context(), write_transaction():
        session.get(permalinks.Post, id).slug = "green-tea"
    assert asked(visitor, "/old/") == (301, address.replace("tea", "green-tea"))


# What is refused


@pytest.mark.parametrize(
    ("old", "to"),
    [
        ("", "/new/"),
        ("old", "/new/"),
        ("https://elsewhere.example/old/", "/new/"),
        ("//elsewhere.example/old/", "/new/"),
        ("/", "/new/"),
        ("/admin/posts/", "/new/"),
        ("/login", "/new/"),
        ("/media/3/x.jpg", "/new/"),
        ("//static/x", "/new/"),
        ("/st%61tic/x", "/new/"),
        ("/a\tb", "/new/"),
        ("/old/", "https://else where.example/"),
        ("/old/", ""),
        ("/old/", "new"),
        ("/old/", "javascript:alert(1)"),
        ("/old/", "data:text/html,x"),
        ("/old/", "ftp://elsewhere.example/"),
        ("/old/", "//elsewhere.example/"),
        ("/old/", "/%2felsewhere.example/"),
        ("/old/", "/\\elsewhere.example/"),
        ("/old/", "https://"),
        ("/old/", "https://a:b@elsewhere.example/"),
        ("/old/", "/old/"),
        ("/old/", "/old?"),
        ("/old/", "http://localhost/old"),
        ("/old/", "/" + "x" * 2000),
    ],
)
def test_what_is_no_redirect_is_refused(app, admin, html_checker, old, to):
    answer = add(admin, old, to)

    assert answer.status_code == 422
    assert table(app) == {}
    page = parse(answer.text)
    assert page.find(".//input[@id='old']").get("value") == old
    assert page.find(".//input[@id='to']").get("value") == to
    assert html_checker.errors(answer.text) == []


def test_what_is_gone_leads_nowhere(app, admin):
    assert add(admin, "/old/", "/new/", "410").status_code == 422
    assert table(app) == {}


def test_an_address_has_one_redirect(app, admin):
    add(admin, "/old/", "/new/")

    assert add(admin, "/old", "/newer/").status_code == 422
    assert table(app) == {"/old": ("/new/", 301)}


# Ways of more than one step


def test_a_circle_is_refused(app, admin):
    add(admin, "/a/", "/b/")
    add(admin, "/b/", "/c/", "302")

    assert add(admin, "/c/", "/a/").status_code == 422
    assert set(table(app)) == {"/a", "/b"}


def test_a_way_is_no_longer_than_it_needs(app, admin, visitor):
    add(admin, "/b/", "/c/")
    add(admin, "/a/", "/b")
    add(admin, "/c/", "https://elsewhere.example/")

    end = ("https://elsewhere.example/", 301)
    assert table(app) == {"/a": end, "/b": end, "/c": end}


def test_a_way_to_a_post_ends_at_the_post(app, admin, tea):
    id, address = tea
    add(admin, "/a/", "/b/")
    add(admin, "/b/", address)

    assert table(app) == {"/a": (id, 301), "/b": (id, 301)}


def test_a_step_for_now_is_kept(app, admin):
    add(admin, "/b/", "/c/", "302")
    add(admin, "/a/", "/b/")

    assert table(app) == {"/a": ("/b/", 301), "/b": ("/c/", 302)}


def test_nothing_leads_to_what_is_gone(app, admin):
    add(admin, "/b/", "", "410")

    assert add(admin, "/a/", "/b/").status_code == 422


def test_what_stands_at_an_address_wins_and_the_owner_is_told(app, admin, visitor, tea):
    _id, address = tea
    add(admin, address, "/new/")

    assert "What stands there wins" in admin.get(ROOM).text
    assert visitor.get(address).status_code == 200
    add(admin, "/other/", "/new/")
    assert "What stands there wins" not in admin.get(ROOM).text


# The list


def test_the_list_tells_where_each_leads_now(app, admin, tea, html_checker):
    id, address = tea
    with app.app_context(), write_transaction():
        redirects.lead("/by-itself/", post_id=id)
    add(admin, "/gone/", "", "410")
    add(admin, "/for-now/", "/new/", "302")

    page = admin.get(ROOM).text
    rows = parse(page).findall(".//tbody/tr")
    assert [text_of(row.find("th")) for row in rows] == [
        *("/for-now", "/gone", "/by-itself"),
    ]
    assert [text_of(row.findall("td")[1]) for row in rows] == [
        *("/new/ 302", "Gone", f"Tea{address}"),
    ]
    assert html_checker.errors(page) == []


def test_the_list_is_searched_and_has_pages(app, admin, tea):
    with app.app_context(), write_transaction():
        for number in range(60):
            redirects.lead(f"/old/{number}/", to=f"/new/{number}/")
        redirects.lead("/to-the-post/", post_id=tea[0])

    def found(query):
        rows = parse(admin.get(ROOM + query).text).findall(".//tbody/tr")
        return [text_of(row.find("th")) for row in rows]

    assert len(found("")) == 50
    assert found("?page=2") == [f"/old/{number}" for number in range(10, -1, -1)]
    assert found("?q=new/59") == ["/old/59"]
    assert found("?q=Tea") == ["/to-the-post"]
    assert admin.get(ROOM + "?page=3").status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_many(app, admin, tea):
    with app.app_context():
        with write_transaction():
            for number in range(40):
                redirects.lead(f"/old/{number}/", post_id=tea[0])
        asked = []
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        queries.page("", 1)

    assert len([each for each in asked if each.startswith("SELECT")]) <= 4


def test_a_redirect_is_changed(app, admin, visitor, html_checker):
    add(admin, "/old/", "/new/")
    with app.app_context():
        id = session.query(Redirect).one().id
    page = admin.get(f"{ROOM}{id}/")
    assert html_checker.errors(page.text) == []
    assert parse(page.text).find(".//input[@id='to']").get("value") == "/new/"

    data = {"old": "/older/", "to": "/newer/", "status": "308"}
    assert admin.send(f"{ROOM}{id}/", data).status_code == 303
    assert table(app) == {"/older": ("/newer/", 308)}
    wrong = {"old": "/older/", "to": "/older", "status": "308"}
    assert admin.send(f"{ROOM}{id}/", wrong).status_code == 422
    assert admin.get(f"{ROOM}99/").status_code == 404


def test_a_redirect_to_a_tag_stays_one_when_its_status_changes(app, admin):
    with app.app_context():
        tag = make_tag(name="Green", slug="green")
        make_post(tags=[tag])
        with write_transaction():
            redirects.lead("/old/", tag_id=tag.id)
        id, tag_id = session.query(Redirect).one().id, tag.id

    admin.send(f"{ROOM}{id}/", {"old": "/old", "to": "/tag/green/", "status": "302"})

    assert table(app) == {"/old": (tag_id, 302)}


def test_what_was_deleted_comes_back(app, admin, tea):
    add(admin, "/a/", "/new/")
    add(admin, "/b/", tea[1])
    before = table(app)
    with app.app_context():
        ids = [str(row.id) for row in session.query(Redirect)]

    admin.send(f"{ROOM}deletion", {"ids": ids})
    assert table(app) == {}
    page = parse(admin.get(ROOM).text)
    undo = next(
        form.get("action") for form in page.iter("form") if "undo" in form.get("action")
    )
    admin.send(undo)
    assert table(app) == before


@pytest.mark.parametrize("role", ["editor", "author", "subscriber"])
@pytest.mark.parametrize("room", ["", "1/", "not-found/", "lists", "redirects.csv"])
def test_only_who_sets_the_site_comes_in(client_for, role, room):
    assert client_for(role).get(ROOM + room).status_code == 403


# What is asked for in vain


def test_a_missing_address_is_counted_and_led(app, admin, visitor, tea, html_checker):
    visitor.get("/2011/tea.html", headers={"Referer": "https://a.example/x?secret=1"})
    visitor.head("/2011/tea.html?utm_source=x")
    visitor.get("/nothing-near/")

    page = admin.get(f"{ROOM}not-found/").text
    assert html_checker.errors(page) == []
    assert "linked from <bdi>a.example</bdi>" in page
    assert "secret" not in page
    with app.app_context():
        found = [(each.path, each.number) for each in missed.listed()]
        assert found == [("/2011/tea.html", 2), ("/nothing-near", 1)]

    admin.send(f"{ROOM}not-found/", {"lead": "/2011/tea.html"})
    admin.send(f"{ROOM}not-found/", {"ignore": "/nothing-near"})
    visitor.get("/nothing-near/")
    with app.app_context():
        assert missed.listed() == []
    assert asked(visitor, "/2011/tea.html") == (301, tea[1])


def test_what_means_nothing_is_not_led(app, admin):
    answer = admin.send(f"{ROOM}not-found/", {"lead": "/nothing"})

    assert answer.status_code == 303
    assert table(app) == {}


def test_what_machines_try_is_not_counted(app, visitor):
    for address in (
        *("/wp-login.php", "/.env", "/.git/config", "/wp-admin/setup.php", "/x.php"),
        *("/wp-includes/wlwmanifest.xml", "/xmlrpc.php", "/backup.zip", "/cgi-bin/x"),
        *("/wp-json/wp/v2/users", "/vendor/phpunit/x", "/db.sql", "/a/.well-known/x"),
        *("/wp-content/plugins/x/readme.txt", "/phpMyAdmin/", "/" + "x" * 300),
    ):
        visitor.get(address)
    visitor.post("/a-form/")
    assert listed(app) == []

    visitor.get("/old.php", headers={"Referer": "https://a.example/"})
    visitor.get("/wp-login.php", headers={"Referer": "https://a.example/"})
    assert listed(app) == ["/old.php"]


def listed(app):
    with app.app_context():
        return [each.path for each in missed.listed()]


def test_one_client_counts_for_little(app, visitor):
    for number in range(missed.MOST_IN_AN_HOUR + 20):
        visitor.get(f"/try-{number}/")

    assert len(listed(app)) == missed.MOST_IN_AN_HOUR


def test_the_list_of_the_missing_is_bounded(app):
    with app.app_context():
        for number in range(missed.MOST + 250):
            missed.note(f"/try-{number}/", None, f"client {number}", utcnow())
            if number % 100 == 0:
                missed.note("/often/", None, f"other {number}", utcnow())
        rows = missed.listed()

    assert missed.MOST - 100 <= len(rows) <= missed.MOST
    assert rows[0].path == "/often"
    assert rows[1].path == f"/try-{missed.MOST + 249}"


def test_a_reader_never_waits_for_the_list(app, visitor, caplog):
    visitor.get("/first/")
    file = app.config["INSTANCE"] / "counters.sqlite"
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert visitor.get("/second/").status_code == 404
        other.execute("ROLLBACK")
    other.close()

    assert listed(app) == ["/first"]
    assert caplog.records == []


def test_a_list_that_is_damaged_begins_anew(app, visitor):
    (app.config["INSTANCE"] / "counters.sqlite").write_bytes(b"nonsense" * 1000)

    assert visitor.get("/first/").status_code == 404
    visitor.get("/second/")
    assert listed(app) == ["/second"]
