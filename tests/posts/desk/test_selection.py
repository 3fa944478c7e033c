import pytest
from sqlalchemy import event

from blog.database import write_transaction
from blog.jobs.worker import Worker
from blog.posts.desk import selection
from blog.posts.models import Kind, Post, Status
from tests.factories import (
    NOON,
    NOW,
    User,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_user,
    session,
)
from tests.pages import form_data
from tests.posts.writing import notices, reloaded, undo

ROOMS = {Kind.POST: "/admin/posts/", Kind.PAGE: "/admin/pages/"}
both_kinds = pytest.mark.parametrize("kind", list(Kind))


def press(client, button, posts, *, kind=Kind.POST, **fields):
    """Tick posts and press a button below the list."""
    data = {"selection": button, "ids": [str(post.id) for post in posts]}
    return client.send(f"{ROOMS[kind]}selection", data | fields)


def in_state(status, **attributes):
    has_date = status not in (Status.DRAFT, Status.PENDING)
    return make_post(
        status=status, published_at=NOON if has_date else None, **attributes
    )


def states(posts):
    return [reloaded(post).status for post in posts]


def me(client):
    return session.get(User, client.user_id)


@both_kinds
@pytest.mark.parametrize(
    ("button", "before", "after", "told"),
    [
        ("publish", Status.DRAFT, Status.PUBLIC, "3 are published."),
        ("publish", Status.PENDING, Status.PUBLIC, "3 are published."),
        (
            *("withdraw", Status.PUBLIC, Status.DRAFT),
            "3 are drafts; readers do not see them.",
        ),
        (
            *("withdraw", Status.PRIVATE, Status.DRAFT),
            "3 are drafts; readers do not see them.",
        ),
        ("trash", Status.PUBLIC, Status.TRASH, "3 are in the trash."),
        ("restore", Status.TRASH, Status.PUBLIC, "3 are out of the trash."),
    ],
)
def test_all_that_is_ticked_is_moved_and_all_of_it_comes_back(
    client_for, db, kind, button, before, after, told
):
    editor = client_for("editor")
    posts = [in_state(before, kind=kind, title=f"Tea {n}") for n in range(3)]
    other = in_state(before, kind=kind)
    here = f"{ROOMS[kind]}?q=tea"

    answer = press(editor, button, posts, kind=kind, next=here)

    assert (answer.status_code, answer.location) == (303, here)
    assert states([*posts, other]) == [after] * 3 + [before]
    page = editor.get(here).text
    assert told in page
    action = page.split('action="')[1:]
    path = next(each.split('"')[0] for each in action if "/undo/" in each)
    assert editor.post(path, data=form_data(page, path)).location == here
    assert states(posts) == [before] * 3
    assert notices(editor, here) == ["3 are as they were."]


def test_one_is_called_by_its_title(admin, db):
    post = make_post(title="Tea")

    press(admin, "trash", [post])

    assert notices(admin, "/admin/posts/") == ["“Tea” is in the trash."]


def test_select_all_ticks_what_is_on_the_page(admin, db, monkeypatch):
    monkeypatch.setattr("blog.posts.desk.queries.PAGE_SIZE", 2)
    posts = [make_post(title=f"Tea {n}") for n in range(3)]
    page = admin.get("/admin/posts/?select=all&sort=title").text
    ticked = [each for each in page.split("<input")[1:] if 'name="ids"' in each]

    assert [" checked" in each for each in ticked] == [True, True]
    assert f'value="{posts[2].id}"' not in "".join(ticked)
    assert "Select none" in page


def test_what_is_private_or_scheduled_is_not_made_public_by_the_way(admin, db):
    posts = [
        in_state(Status.PRIVATE),
        make_post(published_at=NOW.replace(year=NOW.year + 1)),
        in_state(Status.PUBLIC),
        in_state(Status.TRASH),
        in_state(Status.DRAFT),
    ]

    press(admin, "publish", posts[:3])
    told = notices(admin, "/admin/posts/")
    press(admin, "publish", [posts[4]])

    assert told == ["There was nothing to be done."]
    assert states(posts) == ["private", "public", "public", "trash", "public"]
    assert reloaded(posts[1]).is_scheduled(NOW)


def test_what_has_no_title_is_left_and_said(admin, db):
    posts = [in_state(Status.DRAFT, title=each) for each in ("", "Tea", "")]

    press(admin, "publish", posts)

    assert states(posts) == ["draft", "public", "draft"]
    assert notices(admin, "/admin/posts/") == [
        "“Tea” is public.",
        "2 have no title yet, so they were not published.",
    ]


# Rights


def test_a_contributor_moves_what_is_theirs_and_is_told_of_the_rest(client_for, db):
    client = client_for("contributor")
    mine = [in_state(Status.DRAFT, author=me(client), title="Tea") for _ in range(2)]
    waiting = in_state(Status.PENDING, author=me(client))
    out = in_state(Status.PUBLIC, author=me(client))
    private = in_state(Status.PRIVATE, author=me(client))
    theirs = in_state(Status.DRAFT, author=make_user())

    press(client, "trash", [*mine, waiting, out, private, theirs])

    assert states([*mine, waiting]) == ["trash"] * 3
    assert states([out, private, theirs]) == ["public", "private", "draft"]
    assert notices(client, "/admin/posts/") == [
        "3 are in the trash.",
        "3 were left as they are: you may not do that, or they are gone.",
    ]


def test_a_contributor_publishes_nothing_however_it_is_asked(client_for, db):
    client = client_for("contributor")
    posts = [in_state(each, author=me(client)) for each in ("draft", "pending")]

    press(client, "publish", posts)

    assert states(posts) == ["draft", "pending"]


@pytest.mark.parametrize("button", ["publish", "withdraw", "trash", "restore", "file"])
@pytest.mark.parametrize("role", ["contributor", "author"])
@pytest.mark.parametrize("status", list(Status))
def test_what_is_somebody_elses_stays_as_it_is(client_for, db, role, status, button):
    client = client_for(role)
    post = in_state(status, author=make_user())
    category = make_category()

    press(client, button, [post], category_id=category.id)

    post = reloaded(post)
    assert (post.status, post.version, post.categories) == (status, 1, [])
    assert notices(client, "/admin/posts/") == [
        "1 was left as it is: you may not do that, or it is gone."
    ]


def test_an_author_publishes_their_own(client_for, db):
    client = client_for("author")
    mine = in_state(Status.DRAFT, author=me(client))
    theirs = in_state(Status.DRAFT, author=make_user())

    press(client, "publish", [mine, theirs])

    assert states([mine, theirs]) == ["public", "draft"]


def test_an_undo_asks_again_who_one_is(client_for, db):
    client = client_for("author")
    post = in_state(Status.PUBLIC, author=me(client))
    press(client, "withdraw", [post])
    with write_transaction():
        me(client).role = "contributor"

    undo(client, "/admin/posts/")

    assert states([post]) == ["draft"]
    assert notices(client, "/admin/posts/") == [
        "1 was changed again meanwhile and stays as it is."
    ]


def test_an_undo_is_good_once_and_for_its_room(admin, db):
    post = make_post()
    press(admin, "trash", [post])
    page = admin.get("/admin/posts/").text
    path = next(e.split('"')[0] for e in page.split('action="')[1:] if "/undo/" in e)

    assert admin.send(path.replace("/posts/", "/pages/")).location == "/admin/pages/"
    assert states([post]) == ["trash"]
    assert admin.send(path).location == "/admin/posts/"
    assert "cannot be undone any more" in notices(admin, "/admin/posts/")[-1]
    assert states([post]) == ["trash"]


def test_what_others_moved_meanwhile_is_not_undone(admin, db):
    posts = [make_post(title=each) for each in "AB"]
    press(admin, "withdraw", posts)
    page_with_the_notice = "/admin/posts/"
    with write_transaction():
        posts[0].trash(NOW)

    undo(admin, page_with_the_notice)

    assert states(posts) == ["trash", "public"]
    assert notices(admin, "/admin/posts/") == [
        "“B” is as it was.",
        "1 was changed again meanwhile and stays as it is.",
    ]


# Filing and giving


def test_posts_are_filed_under_one_more_category(admin, db):
    old, new = make_category(), make_category("Tea & rain")
    posts = [make_post(categories=[old]), make_post(), make_post(categories=[new])]

    press(admin, "file", posts, category_id=new.id)

    assert [reloaded(post).categories for post in posts] == [[old, new], [new], [new]]
    assert [post.version for post in posts] == [2, 2, 1]
    assert notices(admin, "/admin/posts/") == [
        "2 are filed under “Tea & rain” now.",
    ]


def test_what_was_filed_meanwhile_is_not_taken_off_by_an_older_editor(admin, db):
    post, category = make_post(), make_category()
    path = f"/admin/posts/{post.id}/"
    typed = form_data(admin.get(path).text, path, "publish")
    press(admin, "file", [post], category_id=category.id)

    answer = admin.post(path, data=typed)

    assert (answer.status_code, reloaded(post).categories) == (409, [category])


@pytest.mark.parametrize(
    ("button", "fields", "status", "told"),
    [
        ("file", {}, 303, "Choose a category first"),
        ("file", {"category_id": "x"}, 303, "Choose a category first"),
        ("file", {"category_id": "99"}, 409, "gone by now"),
        ("give", {}, 303, "Choose an author first"),
        ("give", {"author_id": "99"}, 409, "may not write any more"),
    ],
)
def test_nothing_is_done_without_a_choice(admin, db, button, fields, status, told):
    post = make_post()

    answer = press(admin, button, [post], **fields)

    text = answer.text if status == 409 else " ".join(notices(admin, "/admin/posts/"))
    assert (answer.status_code, told in text) == (status, True)
    assert reloaded(post).version == 1


@both_kinds
def test_posts_are_given_to_another_author(client_for, db, kind):
    editor = client_for("editor")
    old, new = make_user(), make_user(display_name="Ada")
    posts = [make_post(kind=kind, author=old), make_post(kind=kind, author=new)]

    press(editor, "give", posts, kind=kind, author_id=new.id)

    assert [reloaded(post).author_id for post in posts] == [new.id] * 2
    assert notices(editor, ROOMS[kind]) == ["1 belongs to Ada now."]


def test_only_who_sees_all_gives_posts_away(client_for, db):
    client = client_for("author")
    post = in_state(Status.DRAFT, author=me(client))

    answer = press(client, "give", [post], author_id=make_user().id)

    assert (answer.status_code, reloaded(post).author_id) == (403, client.user_id)


def test_a_reader_becomes_nobodys_author(admin, db):
    post, reader = make_post(), make_user(role="subscriber")

    assert press(admin, "give", [post], author_id=reader.id).status_code == 409
    assert reloaded(post).author_id != reader.id


# Deleting for good


@both_kinds
def test_deleting_for_good_asks_first(admin, db, kind):
    posts = [in_state(Status.TRASH, kind=kind, title=f"Tea {n}") for n in range(2)]
    make_comment(post=posts[0])
    up = make_post(kind=kind, title="Up")
    here = f"{ROOMS[kind]}?status=trash"

    asked = press(admin, "delete", [*posts, up], kind=kind, next=here)
    question = admin.get(asked.location)
    assert (asked.status_code, question.status_code) == (303, 200)
    assert ("Tea 0" in question.text, "Tea 1" in question.text) == (True, True)
    assert ("Up" in question.text, "Delete 2 for good" in question.text) == (
        False,
        True,
    )
    session.rollback()
    assert session.query(Post).count() == 3
    sent = form_data(question.text, "/deletion")
    sent["ids"] = [str(post.id) for post in posts]
    answer = admin.post(f"{ROOMS[kind]}selection/deletion", data=sent)

    session.rollback()
    assert (answer.status_code, answer.location) == (303, here)
    assert [post.title for post in session.query(Post)] == ["Up"]
    assert notices(admin, here) == ["2 were deleted for good."]


def test_only_what_lies_in_the_trash_is_deleted(admin, db):
    posts = [in_state(each) for each in Status if each != Status.TRASH]
    ids = [str(post.id) for post in posts]

    assert (
        admin.get(
            "/admin/posts/selection/deletion", query_string={"ids": ids}
        ).status_code
        == 303
    )
    admin.send("/admin/posts/selection/deletion", {"ids": ids})

    session.rollback()
    assert session.query(Post).count() == len(posts)


def test_nobody_deletes_what_is_not_theirs(client_for, db):
    client = client_for("author")
    theirs = in_state(Status.TRASH, author=make_user(), title="Secret")
    ids = {"ids": [str(theirs.id)]}

    question = client.get("/admin/posts/selection/deletion", query_string=ids)
    client.send("/admin/posts/selection/deletion", ids)

    assert (question.status_code, "Secret" in question.text) == (303, False)
    assert states([theirs]) == ["trash"]


def test_pages_that_lie_below_one_another_go_together(admin, db):
    top = make_page(title="Top")
    below = make_page(title="Below", parent_id=top.id)
    leaf = make_page(title="Leaf", parent_id=below.id)
    with write_transaction():
        top.trash(NOW)
        below.trash(NOW)

    admin.send("/admin/pages/selection/deletion", {"ids": [top.id, below.id]})

    session.rollback()
    assert session.query(Post).all() == [leaf]
    assert leaf.parent_id is None


# What else comes in


@pytest.mark.parametrize("button", ["", "explode", "save", "PUBLISH"])
def test_a_button_that_is_not_there_is_refused(admin, db, button):
    post = make_post()

    assert press(admin, button, [post]).status_code == 400
    assert reloaded(post).version == 1


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["0"], ["9" * 30], ["٣"]])
def test_nothing_ticked_is_said(admin, db, ids):
    admin.send("/admin/posts/selection", {"selection": "trash", "ids": ids})

    assert notices(admin, "/admin/posts/") == [
        "Nothing was selected. Nothing was changed."
    ]


def test_what_is_ticked_twice_is_done_once(admin, db):
    post = make_post(title="Tea")

    press(admin, "trash", [post, post])

    assert notices(admin, "/admin/posts/") == ["“Tea” is in the trash."]


def test_more_than_a_hundred_are_refused_whole(admin, db):
    post = make_post()
    ids = [str(post.id), *map(str, range(1000, 1000 + selection.MAX_SELECTED))]

    admin.send("/admin/posts/selection", {"selection": "trash", "ids": ids})

    assert "At most 100 at once" in notices(admin, "/admin/posts/")[0]
    assert states([post]) == ["public"]


def test_the_other_kind_is_not_in_reach(admin, db):
    page = make_page()

    press(admin, "trash", [page])

    assert states([page]) == ["public"]


@pytest.mark.parametrize("button", ["publish", "trash", "file"])
def test_all_is_done_in_one_write(admin, db, button):
    posts = [in_state(Status.DRAFT, title=f"Tea {n}") for n in range(5)]
    category = make_category()
    token = admin.token()
    begun = []

    def note(_connection, _cursor, statement, *_):
        if statement == "BEGIN IMMEDIATE":
            begun.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    admin.post(
        "/admin/posts/selection",
        data={
            "csrf_token": token,
            "selection": button,
            "ids": [post.id for post in posts],
            "category_id": category.id,
        },
    )
    event.remove(db.engine, "before_cursor_execute", note)

    assert len(begun) == 2  # the posts; and the session, which keeps the notice


# All that match, for good

TRASH = "/admin/posts/?status=trash"


def ask_about_all(client):
    sent = {"selection": "delete", "all": "1", "next": TRASH}
    return client.get(client.send("/admin/posts/selection", sent).location)


def confirm(client, question):
    path = "/admin/posts/selection/deletion"
    return client.post(path, data=form_data(question.text, "/deletion"))


def test_all_that_match_are_named_and_deleted(admin, db, html_checker):
    kept = in_state(Status.PUBLIC, title="Kept")
    for number in range(selection.MAX_SELECTED + 1):
        in_state(Status.TRASH, title=f"Tea {number:03}")

    question = ask_about_all(admin)

    assert html_checker.errors(question.text) == []
    assert "Delete 101 for good" in question.text
    assert "And 81 more." in question.text
    assert "Kept" not in question.text
    assert confirm(admin, question).location == TRASH
    session.rollback()
    assert session.query(Post).all() == [kept]
    assert notices(admin, TRASH) == ["101 were deleted for good."]


def test_very_many_are_deleted_by_the_worker_and_a_bar_says_how_far(
    app, admin, db, monkeypatch
):
    monkeypatch.setattr(selection, "MAX_AT_ONCE", 2)
    for number in range(3):
        in_state(Status.TRASH, title=f"Tea {number}")

    confirm(admin, ask_about_all(admin))

    shown = admin.get("/admin/posts/").text
    assert "Deleting for good" in shown
    assert "0 of 3" in shown
    worker = Worker(app)
    app.extensions["daily_jobs"] = []
    while worker.work():
        pass
    session.rollback()
    assert session.query(Post).count() == 0


def test_what_nobody_was_asked_about_is_not_deleted(admin, db):
    in_state(Status.TRASH, title="Tea")
    question = ask_about_all(admin)
    in_state(Status.TRASH, title="Came later")

    confirm(admin, question)

    session.rollback()
    assert session.query(Post).count() == 2
    assert notices(admin, TRASH) == ["By now these are others. Nothing was deleted."]


def test_an_empty_trash_is_not_asked_about(admin, db):
    answer = admin.get("/admin/posts/selection/deletion?all=1&next=" + TRASH)

    assert (answer.status_code, answer.location) == (303, TRASH)


NOWHERE = ["http://[", "//[", "https://a[@e.com", "https://℀@e.com/", "?["]


@both_kinds
@pytest.mark.parametrize("here", NOWHERE)
def test_a_way_back_that_cannot_be_read_leads_to_the_list(admin, db, kind, here):
    draft, lost = in_state(Status.DRAFT, kind=kind), in_state(Status.TRASH, kind=kind)
    question = f"{ROOMS[kind]}selection/deletion"
    which = {"ids": str(lost.id), "next": here}

    asked = admin.get(question, query_string=which)
    answers = [
        press(admin, "publish", [draft], kind=kind, next=here),
        press(admin, "nothing ticked", [], kind=kind, next=here, selection="publish"),
        admin.send(question, which),
    ]

    assert asked.status_code == 200
    assert [each.status_code for each in answers] == [303] * 3
    assert {each.location for each in answers} <= {
        ROOMS[kind],
        f"{ROOMS[kind]}?status=trash",
    }
