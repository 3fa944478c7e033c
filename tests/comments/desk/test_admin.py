import pytest

from blog.accounts.models import Role, User
from blog.clock import utcnow
from blog.comments.desk import queries as desk
from blog.comments.desk import states
from blog.comments.models import Comment, Status
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.models import Status as PostStatus
from tests.comments.questions import asked
from tests.factories import HOUR, NOON, make_comment, make_post, make_user
from tests.pages import form_data, parse, text_of

QUEUE = "/admin/comments/"


@pytest.fixture
def waiting(app):
    """The id of a comment that waits, at a post of somebody else."""
    return made(app, status=Status.PENDING, reason="Contains 3 links.", ip="192.0.2.9")


def made(app, author=None, **attributes):
    with app.app_context():
        if author is not None:
            owner = session.get_one(User, author.user_id)
            attributes["post"] = make_post(author=owner)
        return make_comment(**attributes).id


def comment(app, comment_id):
    with app.app_context():
        return session.get(Comment, comment_id)


def status(app, comment_id):
    return comment(app, comment_id).status


def count_shown(app, comment_id):
    with app.app_context():
        return session.get_one(Comment, comment_id).post.comment_count


def press(client, comment_id, button, **fields):
    """Press a button of one comment, as the list would send it."""
    return client.send(f"{QUEUE}{comment_id}", fields | {button: "1"})


def tabs(html):
    nav = next(e for e in parse(html).iter("nav") if e.get("class") == "tabs")
    return [text_of(link) for link in nav.iter("a")]


# What was read


@pytest.mark.parametrize("is_selection", [True, False])
@pytest.mark.parametrize(
    ("shelf", "verb"), [(Status.PENDING, "approve"), (Status.SPAM, "restore")]
)
def test_nothing_is_published_but_what_was_read(app, admin, shelf, verb, is_selection):
    ids = [made(app, status=shelf), made(app, status=shelf)]
    page = admin.get(f"{QUEUE}?status={shelf}").text
    with app.app_context(), write_transaction():
        session.get_one(Comment, ids[0]).version += 1  # as its writer changed it

    if is_selection:
        fields = form_data(page, f"{QUEUE}selection")
        admin.send(f"{QUEUE}selection", fields | {"ids": ids, "selection": verb})
    else:
        for each in reversed(ids):
            press(admin, each, verb, **form_data(page, f"{QUEUE}{each}"))

    assert status(app, ids[0]) == shelf
    assert status(app, ids[1]) != shelf
    assert "1 comment was changed since you opened the page" in admin.get(QUEUE).text


def test_a_reply_publishes_only_what_was_read(app, admin):
    comment_id = made(app, status=Status.PENDING)
    address = f"{QUEUE}{comment_id}/reply"
    fields = form_data(admin.get(address).text, "/reply") | {"comment": "Thank you."}
    with app.app_context(), write_transaction():
        session.get_one(Comment, comment_id).version += 1  # as its writer changed it

    answer = admin.send(address, fields)

    assert answer.status_code == 409
    assert "The comment was changed meanwhile." in answer.text
    assert "Thank you." in answer.text
    assert status(app, comment_id) == Status.PENDING


# The list


def test_the_queue_says_what_waits_and_why(app, admin, waiting):
    made(app, status=Status.APPROVED, source="Not this one.")

    page = admin.get(QUEUE).text

    assert tabs(page) == ["Waiting 1", "Approved 1", "Spam 0", "Trash 0", "All 2"]
    for fact in ("Well said.", "Ada", "ada@example.org", "192.0.2.9", "A title"):
        assert fact in page
    assert "Contains 3 links." in page
    assert "Not this one." not in page


@pytest.mark.parametrize("shelf", [*Status, "all"])
def test_every_shelf_holds_its_own(app, admin, shelf):
    for each in Status:
        made(app, status=each, source=f"This is {each}.")

    page = admin.get(QUEUE, query_string={"status": shelf}).text

    shown = {each for each in Status if f"This is {each}." in page}
    assert shown == ({"pending", "approved"} if shelf == "all" else {shelf})


def test_an_empty_queue_says_so(admin):
    assert "Nothing is waiting for you." in admin.get(QUEUE).text


def test_the_newest_come_first_twenty_a_page(app, admin):
    with app.app_context():
        post = make_post()
        for number in range(21):
            make_comment(
                post=post,
                status=Status.PENDING,
                source=f"This is no. {number}.",
                created_at=NOON + number * HOUR,
            )

    first, second = (admin.get(f"{QUEUE}?page={n}").text for n in (1, 2))

    assert first.index("no. 20.") < first.index("no. 1.")
    assert "no. 0." not in first
    assert "no. 0." in second
    assert "Page 2 of 2" in second


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=2", "page=-1", "page=x", "page=" + "9" * 30, "page=٣", "status=x"],
)
def test_what_is_no_page_of_the_list_is_not_found(admin, query):
    assert admin.get(f"{QUEUE}?{query}").status_code == 404


@pytest.mark.parametrize("button", ["approve", "spam", "trash"])
def test_each_comment_has_a_form_of_its_own(app, admin, waiting, button):
    page = admin.get(QUEUE).text
    data = form_data(page, f"{QUEUE}{waiting}", button)

    response = admin.post(f"{QUEUE}{waiting}", data=data)

    assert (response.status_code, response.location) == (303, QUEUE)
    expected = {"approve": "approved"}.get(button, button)
    assert status(app, waiting) == expected


def test_the_first_button_named_approve_belongs_to_a_comment(app, admin, waiting):
    for form in parse(admin.get(QUEUE).text).iter("form"):
        if any(b.get("name") == "approve" for b in form.iter("button")):
            assert form.get("action") == f"{QUEUE}{waiting}"
            return
    pytest.fail("no such form")


def test_the_list_asks_as_often_for_many_as_for_one(app, admin):
    numbers = []
    for more in (1, 2, 17):
        with app.app_context():
            for _ in range(more):
                parent = make_comment(post=make_post())
                make_comment(post=parent.post, parent=parent, status=Status.PENDING)
        numbers.append(asked(app, lambda: admin.get(QUEUE)))

    assert numbers[0] == numbers[1] == numbers[2]


def test_comments_of_a_trashed_post_are_not_listed(app, admin, waiting):
    with app.app_context(), write_transaction():
        session.get_one(Comment, waiting).post.trash(NOON)

    assert tabs(admin.get(QUEUE).text)[0] == "Waiting 0"
    assert press(admin, waiting, "approve").status_code == 404


# One press


@pytest.mark.parametrize(
    ("before", "button", "after"),
    [
        (Status.PENDING, "approve", Status.APPROVED),
        (Status.APPROVED, "hold", Status.PENDING),
        (Status.PENDING, "spam", Status.SPAM),
        (Status.APPROVED, "trash", Status.TRASH),
        (Status.SPAM, "restore", Status.PENDING),
        (Status.TRASH, "restore", Status.PENDING),
    ],
)
def test_a_press_moves_a_comment_and_says_so(app, admin, before, button, after):
    comment_id = made(app, status=before)

    response = press(admin, comment_id, button, status=before)

    assert response.status_code == 303
    assert status(app, comment_id) == after
    assert "by Person" in comment(app, comment_id).reason
    assert count_shown(app, comment_id) == (after == Status.APPROVED)
    assert "1 comment" in admin.get(response.location).text


def test_the_list_goes_on_where_it_was(app, admin):
    with app.app_context():
        post = make_post()
        ids = [make_comment(post=post, status=Status.SPAM).id for _ in range(22)]

    first = press(admin, ids[0], "trash", status="spam", page="2")
    press(admin, ids[1], "trash", status="spam", page="2")
    last = press(admin, ids[2], "trash", status="spam", page="2")

    assert first.location == f"{QUEUE}?status=spam&page=2"
    assert last.location == f"{QUEUE}?status=spam"  # the second page is gone


def test_no_button_does_nothing(app, admin, waiting):
    response = admin.send(f"{QUEUE}{waiting}")

    assert response.status_code == 400
    assert status(app, waiting) == Status.PENDING


@pytest.mark.parametrize("missing", ["999999", str(2**63 - 1)])
def test_a_missing_comment_is_not_found(admin, missing):
    assert press(admin, missing, "approve").status_code == 404
    assert admin.get(f"{QUEUE}{missing}/edit").status_code == 404
    assert admin.get(f"{QUEUE}{missing}/reply").status_code == 404


def test_a_press_without_a_token_does_nothing(app, admin, waiting):
    response = admin.post(f"{QUEUE}{waiting}", data={"approve": "1"})

    assert response.status_code == 400
    assert status(app, waiting) == Status.PENDING


# Undo


@pytest.mark.parametrize("before", [Status.PENDING, Status.APPROVED])
@pytest.mark.parametrize("button", ["approve", "hold", "spam", "trash"])
def test_a_press_can_be_undone(app, admin, before, button):
    comment_id = made(app, status=before, reason="As it was.")
    page = admin.get(press(admin, comment_id, button).location).text
    data = form_data(page, f"{QUEUE}undo/")

    response = admin.post(action(page, f"{QUEUE}undo/"), data=data)

    assert response.status_code == 303
    after = comment(app, comment_id)
    assert (after.status, after.previous_status, after.reason) == (
        before,
        None,
        "As it was.",
    )
    assert count_shown(app, comment_id) == (before == Status.APPROVED)


def action(html, part):
    return next(
        form.get("action")
        for form in parse(html).iter("form")
        if part in form.get("action")
    )


def test_undo_works_once_and_only_for_the_last_press(app, admin, waiting):
    other = made(app, status=Status.PENDING)
    first = action(admin.get(press(admin, waiting, "spam").location).text, "undo/")
    last = action(admin.get(press(admin, other, "spam").location).text, "undo/")

    for path in (first, f"{QUEUE}undo/x"):
        page = admin.get(admin.send(path).location).text
        assert "This cannot be undone any more." in page
    assert (status(app, waiting), status(app, other)) == ("spam", "spam")

    for sentence in ("1 comment is as it was.", "This cannot be undone any more."):
        assert sentence in admin.get(admin.send(last).location).text
    assert (status(app, waiting), status(app, other)) == ("spam", "pending")


def test_undo_is_offered_for_ten_minutes_whatever_is_looked_at(
    app, admin, waiting, monkeypatch
):
    press(admin, waiting, "spam")
    for path in (QUEUE, f"{QUEUE}?status=spam", f"{QUEUE}{waiting}/edit", QUEUE):
        page = admin.get(path).text
    undo = action(page, f"{QUEUE}undo/")
    assert "1 comment moved to the spam." in page

    late = utcnow() + states.UNDO_FOR
    monkeypatch.setattr("blog.comments.desk.admin.utcnow", lambda: late)
    monkeypatch.setattr("blog.comments.desk.states.utcnow", lambda: late)

    assert "undo/" not in admin.get(QUEUE).text
    admin.send(undo)
    assert status(app, waiting) == Status.SPAM


def test_a_press_goes_on_at_the_next_comment(app, admin):
    with app.app_context():
        post = make_post()
        for number in range(3):
            make_comment(
                post=post, status=Status.PENDING, created_at=NOON + number * HOUR
            )

    page = admin.get(QUEUE).text
    data = form_data(page, f"{QUEUE}2", "approve")
    assert admin.post(f"{QUEUE}2", data=data).location == f"{QUEUE}#comment-1"
    reply = next(
        link.get("href")
        for link in parse(admin.get(QUEUE).text).iter("a")
        if "/3/reply" in link.get("href")
    )
    form = admin.get(reply).text
    action_of_form = action(form, "/3/reply")
    data = form_data(form, "/3/reply") | {"comment": "Thank you."}
    answer = admin.post(action_of_form, data=data)

    assert answer.location == f"{QUEUE}#comment-1"
    assert status(app, 3) == Status.APPROVED


@pytest.mark.parametrize("then", ["x", "-1", "9" * 30, '"><b>', ""])
def test_a_forged_way_on_leads_to_the_list(admin, waiting, then):
    assert press(admin, waiting, "approve", then=then).location == QUEUE


def test_undo_leaves_alone_what_somebody_moved_since(app, admin, client_for, waiting):
    page = admin.get(press(admin, waiting, "spam").location).text
    press(client_for("editor"), waiting, "approve")

    admin.send(action(page, f"{QUEUE}undo/"))

    assert status(app, waiting) == Status.APPROVED


# Many at once


def test_a_selection_is_approved_together(app, admin):
    with app.app_context():
        post = make_post()
        ids = [make_comment(post=post, status=Status.PENDING).id for _ in range(3)]

    response = admin.send(f"{QUEUE}selection", {"ids": ids[:2], "selection": "approve"})

    page = admin.get(response.location).text
    assert "2 comments approved." in page
    assert [status(app, each) for each in ids] == ["approved", "approved", "pending"]
    assert count_shown(app, ids[0]) == 2
    admin.send(action(page, f"{QUEUE}undo/"))
    assert {status(app, each) for each in ids} == {Status.PENDING}
    assert count_shown(app, ids[0]) == 0


def test_everything_on_the_page_is_selected_without_a_script(app, admin):
    ids = [made(app, status=Status.PENDING) for _ in range(2)]

    plain = admin.get(QUEUE).text
    boxes = [
        box
        for box in parse(admin.get(f"{QUEUE}?select=all").text).iter("input")
        if box.get("name") == "ids" and box.get("checked") is not None
    ]

    assert f"{QUEUE}?select=all" in plain
    assert " checked" not in plain
    assert {box.get("form") for box in boxes} == {"selection"}
    assert {int(box.get("value")) for box in boxes} == set(ids)


@pytest.mark.parametrize("ids", [[], ["x"], ["999999"], ["-1", "9" * 30]])
def test_an_empty_selection_says_so(admin, ids):
    response = admin.send(f"{QUEUE}selection", {"ids": ids, "selection": "spam"})

    assert response.status_code == 303
    assert "No comment was selected." in admin.get(response.location).text


@pytest.mark.parametrize("pressed", ["", "x", "status"])
def test_an_unknown_wish_does_nothing(app, admin, waiting, pressed):
    response = admin.send(f"{QUEUE}selection", {"ids": [waiting], "selection": pressed})

    assert response.status_code == 400
    assert status(app, waiting) == Status.PENDING


# For good


def test_only_the_trash_is_emptied(app, admin, waiting):
    trashed = made(app, status=Status.TRASH)

    assert press(admin, waiting, "delete").status_code == 404
    assert press(admin, trashed, "delete", status="trash").status_code == 303

    assert status(app, waiting) == Status.PENDING
    assert comment(app, trashed) is None


def test_a_reply_moves_up_when_its_parent_is_deleted(app, admin):
    with app.app_context():
        top = make_comment()
        middle = make_comment(post=top.post, parent=top, status=Status.TRASH)
        reply = make_comment(post=top.post, parent=middle)
        ids = top.id, middle.id, reply.id

    admin.send(
        f"{QUEUE}selection",
        {"ids": [ids[1]], "selection": "delete", "status": "trash"},
    )

    assert comment(app, ids[2]).parent_id == ids[0]


# Editing

EDITED = {"author": "Bob", "email": "bob@example.org", "url": "b.example"}


def test_a_comment_is_edited(app, admin, waiting):
    page = admin.get(f"{QUEUE}{waiting}/edit").text
    data = form_data(page, "/edit") | EDITED | {"comment": "*Better* said."}

    response = admin.post(f"{QUEUE}{waiting}/edit", data=data)

    after = comment(app, waiting)
    assert (response.status_code, response.location) == (303, f"{QUEUE}#comment-1")
    assert (after.author, after.email, after.url) == (
        "Bob",
        "bob@example.org",
        "https://b.example",
    )
    assert (after.source, after.version) == ("*Better* said.", 2)
    assert "<em>Better</em> said." in after.html
    assert (after.status, after.reason) == (Status.PENDING, "Contains 3 links.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"comment": ""}, 422),
        ({"email": "x"}, 422),
        ({"url": "javascript:x"}, 422),
        ({"comment": "a" * 65_536}, 413),
    ],
)
def test_a_mistake_keeps_what_was_typed(app, admin, waiting, changes, code):
    page = admin.get(f"{QUEUE}{waiting}/edit").text
    data = form_data(page, "/edit") | {"comment": "New words."} | changes

    response = admin.post(f"{QUEUE}{waiting}/edit", data=data)

    assert response.status_code == code
    assert form_data(response.text, "/edit").items() >= changes.items()
    assert comment(app, waiting).source == "Well said."


def test_two_moderators_do_not_overwrite_each_other_unseen(app, admin, waiting):
    data = form_data(admin.get(f"{QUEUE}{waiting}/edit").text, "/edit")
    admin.post(f"{QUEUE}{waiting}/edit", data=data | {"comment": "Theirs."})

    conflict = admin.post(f"{QUEUE}{waiting}/edit", data=data | {"comment": "Mine."})

    assert conflict.status_code == 409
    assert "Theirs." in conflict.text
    again = form_data(conflict.text, "/edit")
    assert again["comment"] == "Mine."
    assert comment(app, waiting).source == "Theirs."
    assert admin.post(f"{QUEUE}{waiting}/edit", data=again).status_code == 303
    assert comment(app, waiting).source == "Mine."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_forged_version_is_a_conflict(app, admin, waiting, version):
    data = form_data(admin.get(f"{QUEUE}{waiting}/edit").text, "/edit")

    response = admin.post(
        f"{QUEUE}{waiting}/edit", data=data | {"version": version, "comment": "x"}
    )

    assert response.status_code == 409
    assert comment(app, waiting).source == "Well said."


# Replying


def test_a_reply_approves_what_it_answers(app, admin, waiting):
    page = admin.get(f"{QUEUE}{waiting}/reply").text
    data = form_data(page, "/reply") | {"comment": "Thank you."}

    response = admin.post(f"{QUEUE}{waiting}/reply", data=data)

    with app.app_context():
        parent, reply = session.query(Comment).order_by(Comment.id)
        assert response.status_code == 303
        assert (parent.status, reply.status) == (Status.APPROVED, Status.APPROVED)
        assert (reply.parent_id, reply.user_id) == (parent.id, admin.user_id)
        assert reply.source == "Thank you."
        assert parent.post.comment_count == 2


def test_a_reply_pressed_twice_is_one(app, admin, waiting):
    for _ in range(2):
        response = admin.send(f"{QUEUE}{waiting}/reply", {"comment": "Thank you."})
        assert response.status_code == 303

    with app.app_context():
        assert session.query(Comment).count() == 2


def test_the_same_reply_later_is_a_conflict(app, admin, waiting):
    admin.send(f"{QUEUE}{waiting}/reply", {"comment": "Thank you."})
    with app.app_context(), write_transaction():
        session.query(Comment).filter_by(source="Thank you.").one().created_at -= HOUR

    response = admin.send(f"{QUEUE}{waiting}/reply", {"comment": "Thank you."})

    assert response.status_code == 409
    assert form_data(response.text, "/reply")["comment"] == "Thank you."


def test_a_reply_to_what_is_approved_leaves_its_reason(app, admin):
    approved = made(app, status=Status.APPROVED, reason="No rule held it.")

    admin.send(f"{QUEUE}{approved}/reply", {"comment": "Thank you."})

    assert comment(app, approved).reason == "No rule held it."


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
def test_an_empty_reply_is_refused(app, admin, waiting, nothing):
    response = admin.send(f"{QUEUE}{waiting}/reply", {"comment": nothing})

    assert response.status_code == 422
    assert status(app, waiting) == Status.PENDING


@pytest.mark.parametrize("discarded", [Status.SPAM, Status.TRASH])
def test_what_was_thrown_out_is_not_answered(app, admin, discarded):
    comment_id = made(app, status=discarded)

    response = admin.send(f"{QUEUE}{comment_id}/reply", {"comment": "x"})

    assert response.status_code == 409
    assert status(app, comment_id) == discarded


def test_a_comment_at_a_draft_is_not_answered(app, admin):
    with app.app_context():
        post = make_post(status=PostStatus.DRAFT)
        comment_id = make_comment(post=post, status=Status.PENDING).id

    response = admin.send(f"{QUEUE}{comment_id}/reply", {"comment": "x"})

    assert response.status_code == 409


def test_a_closed_post_is_still_answered_from_here(app, admin, waiting):
    with app.app_context(), write_transaction():
        session.query(Post).one().comments_open = False

    response = admin.send(f"{QUEUE}{waiting}/reply", {"comment": "x"})

    assert response.status_code == 303


# Who may


@pytest.mark.parametrize("role", ["subscriber", "contributor"])
def test_who_may_not_moderate_stays_outside(app, client_for, waiting, role):
    client = client_for(role)

    assert client.get(QUEUE).status_code == 403
    assert press(client, waiting, "approve").status_code == 403
    assert status(app, waiting) == Status.PENDING


def test_a_visitor_is_asked_to_log_in(app, visitor, waiting):
    response = visitor.get(QUEUE)

    assert response.status_code == 303
    assert response.location.startswith("/login")
    assert visitor.post(f"{QUEUE}{waiting}", data={"approve": "1"}).status_code != 303
    assert status(app, waiting) == Status.PENDING


def test_an_author_sees_and_touches_only_what_is_theirs(app, client_for, waiting):
    client = client_for("author")
    own = made(app, author=client, status=Status.PENDING, source="To the author.")

    page = client.get(QUEUE).text

    assert tabs(page)[0] == "Waiting 1"
    assert "To the author." in page and "Well said." not in page
    for path in (f"{waiting}", f"{waiting}/edit", f"{waiting}/reply"):
        data = {"approve": "1", "comment": "x", "version": "1"}
        assert client.send(f"{QUEUE}{path}", data).status_code == 404
    client.send(f"{QUEUE}selection", {"ids": [waiting, own], "selection": "approve"})
    assert status(app, waiting) == Status.PENDING
    assert status(app, own) == Status.APPROVED


def test_an_author_sees_neither_address_nor_origin(app, client_for):
    client = client_for("author")
    own = made(app, author=client, status=Status.PENDING, ip="192.0.2.9")

    for path in ("", f"{own}/edit", f"{own}/reply"):
        page = client.get(f"{QUEUE}{path}").text
        assert "ada@example.org" not in page
        assert "192.0.2.9" not in page

    data = form_data(client.get(f"{QUEUE}{own}/edit").text, "/edit")
    client.post(
        f"{QUEUE}{own}/edit", data=data | {"author": "Bob", "email": "b@example.org"}
    )
    after = comment(app, own)
    assert (after.author, after.email) == ("Bob", "ada@example.org")


def test_an_author_deletes_nothing_for_good(app, client_for):
    client = client_for("author")
    own = made(app, author=client, status=Status.TRASH)

    assert "Delete for good" not in client.get(f"{QUEUE}?status=trash").text
    assert press(client, own, "delete").status_code == 403
    assert status(app, own) == Status.TRASH


def test_nothing_waits_for_who_may_not_moderate(app, waiting):
    with app.app_context():
        assert desk.waiting(None) == 0
        assert desk.waiting(make_user(role=Role.CONTRIBUTOR)) == 0


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_reach_everything(app, client_for, waiting, role):
    assert press(client_for(role), waiting, "approve").status_code == 303
    assert status(app, waiting) == Status.APPROVED


def test_nothing_here_is_kept_by_a_cache(admin, waiting):
    for path in ("", f"{waiting}/edit", f"{waiting}/reply"):
        response = admin.get(f"{QUEUE}{path}")
        assert response.headers["Cache-Control"] == "no-store"


def test_a_disabled_moderator_is_out(app, client_for, waiting):
    client = client_for("editor")
    with app.app_context(), write_transaction():
        session.get_one(User, client.user_id).disabled_at = NOON

    assert client.post(f"{QUEUE}{waiting}", data={"approve": "1"}).status_code != 303
    assert status(app, waiting) == Status.PENDING


def test_an_author_is_not_told_the_address_that_a_comment_waits_for(
    app, visitor, client_for
):
    author = client_for("author")
    with app.app_context():
        make_user(email="boss@example.org", display_name="The Boss")
        post = make_post(author=session.get_one(User, author.user_id))
        path = f"/comments/{post.id}"
    typed = {"author": "Z", "email": "boss@example.org", "comment": "Believe me."}
    visitor.post(path, data=typed)

    page = author.get(QUEUE).text

    assert "Goes by “The Boss” without being logged in." in page
    assert "boss@example.org" not in page
