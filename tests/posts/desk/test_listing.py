from urllib.parse import parse_qs, urlsplit

import pytest

from blog.database import write_transaction
from blog.posts.models import Kind, Status
from tests.comments.questions import asked
from tests.factories import (
    DAY,
    NOON,
    NOW,
    User,
    make_category,
    make_page,
    make_post,
    make_user,
    session,
)
from tests.pages import form_data, parse, text_of
from tests.posts.writing import reloaded, tabs, titles, undo

ROOMS = {Kind.POST: "/admin/posts/", Kind.PAGE: "/admin/pages/"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))


def links(page, text):
    """Where the links of that text lead."""
    return [each.get("href") for each in parse(page).iter("a") if text_of(each) == text]


def heads(page):
    """How the columns that can be sorted stand, by their labels."""
    return {
        text_of(each): each.get("aria-sort")
        for each in parse(page).iter("th")
        if each.get("scope") == "col" and each.find("a") is not None
    }


def test_every_state_has_its_tab_and_its_mark(admin, db):
    make_post(title="Up")
    make_post(title="Later", published_at=NOW + DAY)
    make_post(title="Waits", status=Status.PENDING, published_at=None)
    make_post(title="Rough", published_at=None)
    make_post(title="Ours", status=Status.PRIVATE)
    make_post(title="Gone", status=Status.TRASH)

    page = admin.get(ROOMS[Kind.POST]).text

    assert tabs(page) == {
        "All": 5,
        "Public": 1,
        "Scheduled": 1,
        "Waiting for review": 1,
        "Drafts": 1,
        "Private": 1,
        "Trash": 1,
    }
    for shelf, title in (("pending", "Waits"), ("private", "Ours")):
        assert titles(admin.get(f"/admin/posts/?status={shelf}").text) == [title]
        assert f"is-{shelf}" in page


def test_what_has_no_title_is_called_by_how_it_begins(admin, db):
    make_post(title="", source="Slack water at six. " + "Nobody was there. " * 9)
    make_post(title="", source="![](/media/1/boat.jpg)")

    assert titles(admin.get(ROOMS[Kind.POST]).text) == [
        "Untitled",
        "Slack water at six. Nobody was there. Nobody was there.…",
    ]


def test_rare_states_show_no_empty_tab(admin, db):
    make_post()

    assert [*tabs(admin.get(ROOMS[Kind.POST]).text)] == [
        *("All", "Public", "Scheduled", "Drafts", "Trash")
    ]
    assert "Private" in tabs(admin.get("/admin/posts/?status=private").text)


def test_a_password_and_a_place_at_the_top_are_marked(admin, db):
    make_post(password="sesame", sticky=True)

    page = admin.get(ROOMS[Kind.POST]).text

    assert ("is-protected" in page, "is-sticky" in page) == (True, True)
    assert "sesame" not in page


# Filters


@both_kinds
def test_filters_are_in_the_address_and_the_form_says_them(admin, db, kind):
    author = make_user()
    make_post(kind=kind, title="Tea", author=author)
    make_post(kind=kind, title="Tea, too", author=make_user())
    make_post(kind=kind, title="Coffee", author=author)
    query = f"q=tea&author={author.id}&month={NOON:%Y-%m}"

    page = admin.get(f"{ROOMS[kind]}?{query}&sort=title").text

    assert titles(page) == ["Tea"]
    assert tabs(page)["All"] == 1
    sent = form_data(page, ROOMS[kind])
    assert (sent["q"], sent["author"], sent["sort"]) == ("tea", str(author.id), "title")
    assert sent["month"] == f"{NOON:%Y-%m}"
    assert "status" not in sent


def test_categories_are_filtered_with_what_lies_below(admin, db):
    top = make_category("Drinks")
    below = make_category("Hot ones", parent=top)
    make_post(title="Tea", categories=[below])
    make_post(title="Bread")

    page = admin.get(f"/admin/posts/?category={top.id}").text

    assert titles(page) == ["Tea"]
    assert form_data(page, ROOMS[Kind.POST])["category"] == str(top.id)


def test_tabs_pages_and_heads_keep_the_filters(admin, db, monkeypatch):
    monkeypatch.setattr("blog.posts.desk.queries.PAGE_SIZE", 1)
    make_post(title="Tea")
    make_post(title="Tea, too")

    page = admin.get("/admin/posts/?status=public&q=tea&sort=-comments").text

    kept = {"q": ["tea"], "status": ["public"], "sort": ["-comments"]}
    for text, changed in [
        ("Next page", {"page": ["2"]}),
        ("Select all on this page", {"select": ["all"]}),
        ("Title", {"sort": ["title"]}),
        ("Comments", {"sort": ["comments"]}),
        ("Drafts 0", {"status": ["draft"]}),
    ]:
        href = links(page, text)[-1]
        assert parse_qs(urlsplit(href).query) == kept | changed, text
    assert admin.get(links(page, "Next page")[0]).status_code == 200


def test_what_finds_nothing_leads_back(admin, db):
    make_post(title="Tea")

    page = admin.get("/admin/posts/?status=public&q=coffee").text

    assert "Nothing was found" in page
    assert set(links(page, "Clear filters")) == {"/admin/posts/?status=public"}
    assert titles(admin.get(links(page, "Clear filters")[0]).text) == ["Tea"]


def test_a_filter_for_what_is_gone_is_said(admin, db):
    make_post()

    page = admin.get("/admin/posts/?category=99").text

    assert "Not there any more" in page
    assert "Nothing was found" in page


@both_kinds
@pytest.mark.parametrize(
    "query", ["author=x", "category=-1", "month=2026-13", "sort=colour", "sort="]
)
def test_a_filter_that_cannot_be_is_not_there(admin, kind, query):
    status = admin.get(f"{ROOMS[kind]}?{query}").status_code

    assert status == 404


@pytest.mark.parametrize("length", [3_500, 100])
@pytest.mark.parametrize("words", ["!", '" OR *', "x", "٪"])
def test_a_search_of_anything_is_an_answer(admin, db, words, length):
    make_post()

    answer = admin.get("/admin/posts/", query_string={"q": words * length})

    assert (answer.status_code, titles(answer.text)) == (200, [])


def test_pages_have_no_categories_to_filter_by(admin, db):
    make_page(title="About")

    page = admin.get("/admin/pages/?category=99").text

    assert titles(page) == ["About"]
    assert "filter-category" not in page


# Order


@both_kinds
def test_a_head_sorts_and_turns_round(admin, db, kind):
    make_post(kind=kind, title="Apple", comment_count=1)
    make_post(kind=kind, title="Berry", comment_count=2)
    unsorted = admin.get(ROOMS[kind]).text
    assert heads(unsorted) == dict.fromkeys(["Title", "Date", "Comments", "Words"])

    once = admin.get(links(unsorted, "Title")[0]).text
    twice = admin.get(links(once, "Title")[0]).text
    most = admin.get(links(unsorted, "Comments")[-1]).text

    assert (titles(once), heads(once)["Title"]) == (["Apple", "Berry"], "ascending")
    assert (titles(twice), heads(twice)["Title"]) == (["Berry", "Apple"], "descending")
    assert (titles(most), heads(most)["Comments"]) == (["Berry", "Apple"], "descending")


# Who sees what


@pytest.mark.parametrize("role", ["contributor", "author"])
@pytest.mark.parametrize("status", list(Status))
def test_nothing_of_others_is_listed_found_or_counted(client_for, db, role, status):
    client = client_for(role)
    other = make_user(display_name="Somebody Else")
    has_date = status not in (Status.DRAFT, Status.PENDING)
    make_post(
        title="Secret tea",
        author=other,
        status=status,
        published_at=NOON if has_date else None,
    )
    make_post(title="Mine", author=session.get(User, client.user_id), published_at=None)

    for query in (
        *("", f"status={status}", "q=tea", f"author={other.id}", "sort=title"),
        *(f"month={NOON:%Y-%m}", f"q=secret&author={other.id}&status={status}"),
    ):
        page = client.get(f"/admin/posts/?{query}").text
        assert "Secret" not in page.replace('value="secret"', "")
        assert "Somebody Else" not in page
        assert sum(tabs(page).values()) <= 2
        assert f"{NOON:%B %Y}</option>" not in page
    assert "Secret" not in client.get("/admin/").text


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_who_sees_their_own_is_offered_no_authors(client_for, db, role):
    client = client_for(role)
    make_post(author=session.get(User, client.user_id), published_at=None)

    page = client.get(f"/admin/posts/?author={client.user_id + 1}").text

    assert len(titles(page)) == 1
    assert ("filter-author" in page, "selection-author" in page) == (False, False)
    assert ('value="publish"' in page) == (role == "author")


def test_a_contributor_reads_what_an_editor_keeps_private(client_for, db):
    client = client_for("contributor")
    me = session.get(User, client.user_id)
    post = make_post(title="Mine", author=me, status=Status.PRIVATE)
    theirs = make_post(author=make_user(), status=Status.PRIVATE)

    preview = client.get(f"/admin/posts/{post.id}/preview")

    assert titles(client.get("/admin/posts/?status=private").text) == ["Mine"]
    assert (preview.status_code, "It is private" in preview.text) == (200, True)
    assert "Back to the editor" not in preview.text
    assert client.get(f"/admin/posts/{post.id}/").status_code == 404
    assert client.get(f"/admin/posts/{theirs.id}/preview").status_code == 404


# Quick buttons


def test_an_editor_publishes_or_sends_back_from_the_list(client_for, db):
    editor = client_for("editor")
    post = make_post(status=Status.PENDING, published_at=None)
    path = f"/admin/posts/{post.id}"
    here = "/admin/posts/?status=pending"

    page = editor.get(here).text
    answer = editor.post(f"{path}/publication", data=form_data(page, "/publication"))
    assert (reloaded(post).status, answer.location) == (Status.PUBLIC, here)
    assert undo(editor, here) == here
    page = editor.get(here).text
    editor.post(f"{path}/withdrawal", data=form_data(page, "/withdrawal"))

    assert reloaded(post).status == Status.DRAFT


def test_a_contributor_submits_and_takes_back_from_the_list(client_for, db):
    client = client_for("contributor")
    post = make_post(author=session.get(User, client.user_id), published_at=None)
    path = f"/admin/posts/{post.id}"

    page = client.get("/admin/posts/").text
    client.post(f"{path}/submission", data=form_data(page, "/submission"))
    assert reloaded(post).status == Status.PENDING
    page = client.get("/admin/posts/").text
    assert "/publication" not in page
    client.post(f"{path}/withdrawal", data=form_data(page, "/withdrawal"))

    assert reloaded(post).status == Status.DRAFT


def test_a_list_that_became_shorter_ends_earlier(admin, db, monkeypatch):
    monkeypatch.setattr("blog.posts.desk.queries.PAGE_SIZE", 1)
    make_post(title="Tea")
    last = make_post(title="Tea, too", published_at=NOON - DAY)
    here = {"next": "/admin/posts/?q=tea&status=public&page=2"}

    answer = admin.send(f"/admin/posts/{last.id}/trash", here)

    assert answer.location == "/admin/posts/?q=tea&status=public"
    assert admin.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("here", "back"),
    [
        ("/admin/", "/admin/"),
        ("https://evil.example/", "/admin/posts/"),
        ("//evil.example/", "/admin/posts/"),
        ("/admin/posts/?sort=-date", "/admin/posts/?sort=-date"),
        ("/admin/posts/?page=2&unknown=1", "/admin/posts/"),
        (None, "/admin/posts/"),
    ],
)
def test_a_button_leads_back_into_the_house(admin, db, here, back):
    post = make_post()

    answer = admin.send(f"/admin/posts/{post.id}/trash", here and {"next": here})

    assert answer.location == back


def test_a_list_that_never_was_is_no_way_back(admin, db):
    post = make_post()
    here = {"next": "/admin/posts/?status=nonsense"}

    answer = admin.send(f"/admin/posts/{post.id}/trash", here)

    assert answer.location == "/admin/posts/"
    assert reloaded(post).status == Status.TRASH


@both_kinds
def test_filtered_lists_ask_as_many_questions_for_one_as_for_three(
    app, admin, db, kind
):
    def questions():
        path = f"{ROOMS[kind]}?q=tea&month={NOON:%Y-%m}&sort=title&status=public"
        return asked(app, lambda: admin.get(path))

    make_post(kind=kind, title="Tea", author=make_user())
    first = questions()
    for _ in range(2):
        make_post(kind=kind, title="Tea", author=make_user())

    assert questions() == first


def test_the_waiting_are_counted_at_the_room(client_for, db):
    make_post(status=Status.PENDING, published_at=None)
    make_page(status=Status.PENDING, published_at=None)

    for role, wanted in (("editor", 2), ("author", 0), ("contributor", 0)):
        nav = next(
            each
            for each in parse(client_for(role).get("/admin/posts/").text).iter("nav")
            if each.get("id") == "rooms"
        )
        assert text_of(nav).count("1 waiting") == wanted, role


def test_a_version_that_moved_is_not_written_over(admin, db):
    """Who has a draft in the editor does not save it as what it became elsewhere."""
    post = make_post(published_at=None)
    path = f"/admin/posts/{post.id}/"
    typed = form_data(admin.get(path).text, path, "save") | {"body": "Half a thought"}
    admin.send(f"{path}publication")

    answer = admin.post(path, data=typed)

    assert (answer.status_code, reloaded(post).source) == (409, "Some words.")
    assert "Half a thought" in answer.text


def test_an_owner_without_an_account_any_more_is_listed(admin, db):
    author = make_user(display_name="Left Long Ago")
    make_post(title="Tea", author=author)
    with write_transaction():
        author.disabled_at = NOW

    page = admin.get(f"/admin/posts/?author={author.id}").text

    assert titles(page) == ["Tea"]
    assert "Left Long Ago</option>" in page
