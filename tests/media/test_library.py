"""The library as a place to work in: what is found, where it is used, what is done with
one file or with many, and how quick its lists are with fifty thousand.
"""

import time
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import insert, text

from blog.accounts.models import Role, User
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.jobs.models import Job
from blog.jobs.tasks import Task
from blog.media import library_queries, portraits, uses, variants
from blog.media.library_items import markdown
from blog.media.library_queries import Show, Sight, Use, Wanted
from blog.media.models import MediaItem, MediaKind, MediaState, Portrait
from blog.posts.models import Status
from tests.factories import NOON, make_page, make_post, make_user
from tests.media.drawing import corners, noise, saved
from tests.media.test_admin import JSON, send_files
from tests.pages import form_data, parse, text_of

SEES_ALL = Sight(0, True, True)


def names(wanted, number=1):
    return [item.name for item in library_queries.page(wanted, number).items]


@pytest.fixture
def shelf(library):
    """Three pictures and a paper: the first described and in use."""
    boat = library.add(name="boat.jpg", alt="A boat", caption="Früh am Hafen")
    tree = library.add(saved(noise((40, 30), 1), "PNG"), name="tree.png")
    line = library.add(
        saved(noise((40, 30), 2), "PNG"), name="line.png", is_decorative=True
    )
    paper = library.add(b"%PDF-1.4\n%%EOF\n", name="paper.pdf")
    return boat, tree, line, paper


# What is found


def test_the_newest_come_first(shelf):
    assert names(Wanted()) == ["paper", "line", "tree", "boat"]


def test_the_files_are_counted_with_those_that_say_nothing(db, shelf):
    assert library_queries.tally() == (4, 1)


def test_the_dashboard_leads_to_what_nobody_has_described(shelf, client_for):
    page = client_for("contributor").get("/admin/").text
    line = next(
        each for each in parse(page).iter("p") if "to-library" in each.get("class", "")
    )

    assert text_of(line) == (
        "4 files in the library · 1 picture without alternative text"
    )
    assert [each.get("href") for each in line.iter("a")] == [
        "/admin/media/",
        "/admin/media/?show=undescribed",
    ]


def test_a_person_who_does_not_write_hears_nothing_of_the_library(shelf, client_for):
    assert "in the library" not in client_for("subscriber").get("/admin/").text


def test_what_a_picture_lacks_stands_beside_its_description(shelf, admin):
    _boat, tree, _line, _paper = shelf

    page = parse(admin.get(f"/admin/media/{tree.id}/").text)

    badge = next(each for each in page.iter("span") if "badge" in each.get("class", ""))
    assert text_of(badge) == "No alternative text"
    assert [each for each in page.iter("section") if badge in each.iter("span")] == []


@pytest.mark.parametrize("words", ["FRUH", "früh hafen", "hafen boat", "boat"])
def test_name_alternative_text_and_caption_are_searched(shelf, words):
    assert names(Wanted(words)) == ["boat"]


def test_signs_of_the_search_are_letters(shelf):
    assert names(Wanted("%")) == names(Wanted("_")) == []


def test_pictures_without_alternative_text_are_found(shelf):
    assert names(Wanted(show=Show.UNDESCRIBED)) == ["tree"]


def test_kinds_and_whose_narrow_it_down(db, shelf):
    boat, *_others = shelf
    person = make_user()
    with write_transaction():
        boat.uploader_id = person.id

    assert names(Wanted(kind=MediaKind.DOCUMENT)) == ["paper"]
    assert names(Wanted(uploader_id=person.id)) == ["boat"]


def test_unused_is_what_no_text_cover_social_picture_or_portrait_shows(shelf):
    boat, tree, line, paper = shelf
    post = make_post(cover_id=tree.id, social_picture_id=line.id)
    with write_transaction():
        uses.record(post.id, [boat.id])

    assert names(Wanted(show=Show.UNUSED)) == ["paper"]

    with write_transaction():
        session.add(Portrait(user_id=make_user_in().id, media_id=paper.id))
    assert names(Wanted(show=Show.UNUSED)) == []


def make_user_in():
    """A person, inside a write."""
    user = User(
        name="portrayed",
        display_name="P",
        slug="portrayed",
        email="p@example.org",
        role=Role.AUTHOR,
        password_hash="x",
        created_at=NOON,
    )
    session.add(user)
    session.flush()
    return user


def test_duplicates_stand_together(library):
    library.add(saved(corners(), "JPEG", quality=95), name="boat.jpg")
    library.add(saved(noise((40, 30)), "PNG"), name="noise.png")
    library.add(saved(corners(), "JPEG", quality=60), name="boat again.jpg")

    assert sorted(names(Wanted(show=Show.DUPLICATES))) == ["boat", "boat again"]


# Where it is used


def test_only_titles_that_one_may_see_are_told(db, shelf):
    boat, *_others = shelf
    mine, other = make_user(), make_user()
    own = make_post(title="Mine", author=mine, cover_id=boat.id)
    theirs = make_post(title="Theirs", author=other, social_picture_id=boat.id)
    page = make_page(title="About", author=other)
    with write_transaction():
        uses.record(page.id, [boat.id])

    seen = library_queries.uses(boat.id, Sight(mine.id, False, False))
    assert (seen.texts, seen.hidden) == (
        [Use(own.id, "post", "Mine", is_cover=True)],
        2,
    )
    everything = library_queries.uses(boat.id, SEES_ALL)
    assert [use.title for use in everything.texts] == ["About", "Theirs", "Mine"]
    assert everything.number == 3
    assert theirs.id in {use.post_id for use in everything.texts}


def test_the_report_counts_pictures_in_use(db, shelf, admin, html_checker):
    _boat, tree, line, _paper = shelf
    make_post(cover_id=tree.id, social_picture_id=line.id)

    assert library_queries.undescribed_in_use() == (1, 2)
    page = admin.get("/admin/media/alt-texts").text
    assert "Of 2 pictures in use, 1 says nothing" in text_of(parse(page))
    assert html_checker.errors(page) == []


def test_nothing_to_report(db, library, admin):
    assert "No picture is in use yet" in admin.get("/admin/media/alt-texts").text
    boat = library.add(alt="A boat")
    make_post(cover_id=boat.id)
    assert "is described" in admin.get("/admin/media/alt-texts").text


# One file


def test_a_file_has_a_page_with_what_is_known_of_it(shelf, admin, html_checker):
    make_post(title="The harbour", cover_id=1)

    for number in (1, 4):
        page = admin.get(f"/admin/media/{number}/").text
        assert html_checker.errors(page) == []
    page = text_of(parse(admin.get("/admin/media/1/").text))
    assert "The harbour" in page
    assert "64 × 48" in page
    assert html_checker.errors(admin.get("/admin/media/").text) == []


def test_describing_changes_what_was_offered_and_no_more(shelf, admin):
    form = form_data(admin.get("/admin/media/1/").text, "/admin/media/1/")
    response = admin.post(
        "/admin/media/1/",
        data=form
        | {
            "name": "A  ship",
            "alt": "A ship\nat sea",
            "caption": "",
            "uploader_id": "7",
            "digest": "0" * 64,
        },
    )

    assert response.status_code == 303
    item = session.get(MediaItem, 1, populate_existing=True)
    assert (item.name, item.alt, item.caption) == ("A ship", "A ship at sea", "")
    assert item.uploader_id is None
    assert item.digest != "0" * 64
    assert names(Wanted("ship sea")) == ["A ship"]


def test_a_paper_has_no_alternative_text(shelf, admin):
    response = admin.send(
        "/admin/media/4/",
        {"name": "Paper", "alt": "x", "is_decorative": "y", "caption": ""},
    )

    assert response.status_code == 303
    item = session.get(MediaItem, 4, populate_existing=True)
    assert (item.name, item.alt, item.is_decorative) == ("Paper", "", False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Give it a name."),
        ({"name": "x" * 151}, "At most 150 characters."),
        ({"alt": "x" * 1001}, "At most 1000 characters."),
        ({"is_decorative": "y"}, "It has an alternative text."),
    ],
)
def test_a_wrong_form_comes_back_as_it_was_typed(
    shelf, admin, html_checker, wrong, said
):
    typed = {"name": "boat", "alt": "Words", "caption": "Typed"} | wrong
    response = admin.send("/admin/media/1/", typed)

    assert response.status_code == 422
    assert said in text_of(parse(response.text))
    back = form_data(response.text, "/admin/media/1/")
    assert back["caption"] == "Typed"
    assert html_checker.errors(response.text) == []


def send_replacement(client, number, data, name="new.png", *, version=1):
    return client.post(
        f"/admin/media/{number}/replacement",
        data={
            "csrf_token": client.token(),
            "version": str(version),
            "file": (BytesIO(data), name),
        },
    )


def test_a_replacement_keeps_address_and_description(shelf, admin):
    response = send_replacement(admin, 1, saved(corners((20, 10)), "JPEG"))

    assert response.status_code == 303
    item = session.get(MediaItem, 1, populate_existing=True)
    assert (item.version, item.width, item.alt) == (2, 20, "A boat")
    assert item.path == "/media/1/boat.jpg"


def test_a_replacement_of_what_was_replaced_meanwhile_is_not_made(shelf, admin):
    send_replacement(admin, 1, saved(corners((20, 10)), "JPEG"))
    response = send_replacement(admin, 1, saved(corners((30, 10)), "JPEG"), version=1)

    assert response.status_code == 409
    assert "Somebody replaced it" in response.text
    assert session.get(MediaItem, 1, populate_existing=True).width == 20


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4\n%%EOF\n", "That is another kind of file."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings are not taken"),
    ],
)
def test_a_replacement_that_cannot_be_says_why(shelf, admin, html_checker, data, said):
    response = send_replacement(admin, 1, data)

    assert response.status_code == 422
    assert said in response.text
    assert html_checker.errors(response.text) == []
    assert session.get(MediaItem, 1, populate_existing=True).version == 1


def test_a_replacement_without_a_file(shelf, admin):
    assert admin.send("/admin/media/1/replacement").status_code == 422


def test_what_is_used_is_deleted_only_after_a_tick(shelf, admin, html_checker):
    make_post(title="The harbour", cover_id=1)

    question = admin.get("/admin/media/1/deletion").text
    assert "The harbour" in question
    assert html_checker.errors(question) == []
    refused = admin.send("/admin/media/1/deletion")
    assert refused.status_code == 422
    assert html_checker.errors(refused.text) == []
    assert session.get(MediaItem, 1, populate_existing=True) is not None
    assert admin.send("/admin/media/1/deletion", {"despite": "1"}).status_code == 303
    session.rollback()
    assert names(Wanted()) == ["paper", "line", "tree"]


def test_the_question_names_where_readers_will_miss_it(shelf, admin, html_checker):
    boat, *_others = shelf
    posts = [make_post(title=f"Post {number:02}") for number in range(22)]
    make_post(title="The harbour", cover_id=boat.id, social_picture_id=boat.id)
    someone = make_user(display_name="Ada Writer")
    with write_transaction():
        for post in posts:
            uses.record(post.id, [boat.id])
        portraits.give(session.get_one(User, someone.id), boat)

    question = admin.get("/admin/media/1/deletion").text

    assert html_checker.errors(question) == []
    page = text_of(parse(question))
    assert "It is in use in 24 places:" in page
    assert "The harbour cover preview card" in " ".join(page.split())
    assert [f"Post {number:02}" in page for number in (21, 3, 2)] == [True, True, False]
    assert "And in 3 more." in page
    assert "Ada Writer" in page
    assert "deleted for good: there is no trash" in page


def test_what_is_unused_is_deleted_after_one_question(shelf, admin):
    assert admin.send("/admin/media/2/deletion").status_code == 303
    session.rollback()
    assert names(Wanted()) == ["paper", "line", "boat"]


# Rights

CHANGES = ["", "replacement", "sizes", "deletion"]


@pytest.mark.parametrize("address", CHANGES)
@pytest.mark.parametrize("role", ["contributor", "author"])
def test_what_others_added_is_not_theirs_to_change(shelf, client_for, role, address):
    client = client_for(role)

    assert client.send(f"/admin/media/1/{address}", {"name": "x"}).status_code == 404
    assert names(Wanted()) == ["paper", "line", "tree", "boat"]


def test_the_page_of_what_others_added_is_there_to_look_at(
    shelf, client_for, html_checker
):
    page = client_for("contributor").get("/admin/media/1/").text

    assert html_checker.errors(page) == []
    with pytest.raises(LookupError):
        form_data(page, "/admin/media/1/")


def test_one_changes_what_one_added(app, client_for):
    client = client_for("contributor")
    send_files(client, (saved(corners(), "PNG"), "boat.png"), headers=JSON)

    response = client.send(
        "/admin/media/1/", {"name": "Ship", "alt": "", "caption": ""}
    )

    assert response.status_code == 303


@pytest.mark.parametrize("beside", [{}, {"cover_id": 1}, {"social_picture_id": 1}])
@pytest.mark.parametrize("address", CHANGES)
def test_who_may_not_publish_changes_nothing_that_is_published(
    app, client_for, address, beside
):
    client = client_for("contributor")
    send_files(client, (saved(corners(), "PNG"), "boat.png"), headers=JSON)
    with app.app_context():
        post = make_post(author=make_user(role=Role.EDITOR), **beside)
        if not beside:
            with write_transaction():
                uses.record(post.id, [1])

    changed = client.send(f"/admin/media/1/{address}", {"name": "x", "despite": "1"})
    client.send("/admin/media/selection/sizes", {"ids": "1"})

    assert changed.status_code == 403
    with pytest.raises(LookupError):
        form_data(client.get("/admin/media/1/").text, "/admin/media/1/")
    with app.app_context():
        assert names(Wanted()) == ["boat"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("contributor", Status.DRAFT),
        ("author", Status.PUBLIC),
        ("editor", Status.PUBLIC),
    ],
)
def test_what_nobody_else_published_is_still_changed(app, client_for, role, status):
    client = client_for(role)
    send_files(client, (saved(corners(), "PNG"), "boat.png"), headers=JSON)
    with app.app_context():
        post = make_post(author=session.get_one(User, client.user_id), status=status)
        with write_transaction():
            uses.record(post.id, [1])

    assert client.send("/admin/media/1/", {"name": "Ship"}).status_code == 303


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_not_found(admin, method):
    for address in CHANGES:
        path = f"/admin/media/99/{address}"
        if method == "POST":
            assert admin.send(path).status_code == 404
        elif address in ("", "deletion"):
            assert admin.get(path).status_code == 404


# Several at once


def test_of_the_selected_ones_the_unused_are_deleted(shelf, admin):
    make_post(cover_id=1)
    response = admin.send(
        "/admin/media/selection/deletion",
        {"ids": ["1", "2", "x", "99"], "next": "/admin/media/?kind=image"},
    )

    assert (response.status_code, response.location) == (
        303,
        "/admin/media/?kind=image",
    )
    session.rollback()
    assert names(Wanted()) == ["paper", "line", "boat"]
    page = text_of(parse(admin.get("/admin/media/").text))
    assert "1 file was deleted." in page
    assert "1 is in use and stayed." in page


def test_of_the_selected_ones_those_of_others_stay(shelf, client_for):
    client = client_for("author")
    client.send("/admin/media/selection/deletion", {"ids": ["1", "2"]})

    assert names(Wanted()) == ["paper", "line", "tree", "boat"]
    page = text_of(parse(client.get("/admin/media/").text))
    assert "2 were left alone, as they are not yours." in page


def test_sizes_are_made_again(library, shelf, admin):
    library.work()
    assert session.get(MediaItem, 1).state == MediaState.READY

    admin.send("/admin/media/selection/sizes", {"ids": ["1", "4"]})

    session.rollback()
    item = session.get(MediaItem, 1, populate_existing=True)
    assert item.state == MediaState.WAITING
    assert item.variants != []
    assert session.get(MediaItem, 4).state == MediaState.READY
    library.work()
    assert session.get(MediaItem, 1, populate_existing=True).state == MediaState.READY


def test_a_script_asks_how_far_the_sizes_are(library, shelf, admin):
    path = "/admin/media/making?ids=1&ids=99&ids=x"

    assert admin.get(path).json == {"1": {"state": "waiting", "thumbnail": None}}
    library.work()
    ready = admin.get(path).json["1"]
    assert ready["state"] == "ready"
    assert admin.get(ready["thumbnail"]).mimetype == "image/jpeg"


# What is written in a text


def test_nothing_in_a_description_is_markup(library):
    item = library.add(name="a.jpg", alt='[x] "y" <b>*', caption='He said "no" \\')

    assert markdown(item) == (
        r'![\[x\] "y" \<b>\*](/media/1/a.jpg "He said \"no\" \\")'
    )


# Progress


def bars(client):
    return [
        (bar["label"], bar["about"], bar["done"], bar["total"])
        for bar in client.get("/admin/progress", headers=JSON).json["jobs"]
    ]


def test_who_added_a_picture_sees_how_far_its_sizes_are(app, admin, client_for):
    send_files(admin, (saved(corners((800, 600)), "PNG"), "boat.png"), headers=JSON)

    making = "Make the sizes of a picture"
    assert bars(admin) == [(making, "boat", 0, 3)]
    assert f"{making} “<bdi>boat</bdi>”" in admin.get("/admin/media/1/").text
    assert bars(client_for("editor")) == []


def test_each_width_moves_the_bar(library):
    seen = []
    item = library.add(saved(corners((800, 600)), "PNG"), "boat.png")
    variants.make(item.id, seen.append)

    assert seen == [1, 2, 3]


def test_the_worker_writes_down_how_far_it_is(library):
    library.add(saved(corners((800, 600)), "PNG"), "boat.png")
    library.work()

    assert [(job.done, job.total) for job in session.query(Job)] == [(3, 3)]


@pytest.mark.parametrize("what", ["replacement", "sizes"])
def test_who_has_sizes_made_again_sees_how_far_they_are(library, shelf, admin, what):
    library.work()
    data = {"csrf_token": admin.token(), "version": "1"}
    if what == "replacement":
        data["file"] = (BytesIO(saved(corners((800, 600)), "PNG")), "other.png")
    admin.post(f"/admin/media/1/{what}", data=data)

    assert [bar[1] for bar in bars(admin)] == ["boat"]


@pytest.mark.parametrize("what", ["deletion", "sizes"])
def test_of_too_many_none_is_touched(shelf, admin, what):
    ids = [str(number) for number in range(1, 502)]
    admin.send(f"/admin/media/selection/{what}", {"ids": ids})

    assert "At most 500 at once. Nothing was changed." in admin.get("/admin/").text
    assert len(names(Wanted())) == 4


def test_the_bar_of_a_job_is_its_users_alone(db, admin, client_for):
    with write_transaction():
        user = session.get(User, admin.user_id)
        queue.add("a.job", "one", {}, utcnow(), about="Five", user=user, total=5)
        queue.add("a.job", "two", {}, utcnow(), about="Nobody’s")
    task = claimed()
    with write_transaction():
        assert queue.progress(task, 2) is True

    bar = {"label": "a.job", "about": "Five", "done": 2, "total": 5}
    assert admin.get("/admin/progress").json == {"jobs": [bar | {"id": task.id}]}
    assert client_for("editor").get("/admin/progress").json == {"jobs": []}
    page = parse(admin.get("/admin/media/").text)
    [shown] = page.iter("progress")
    assert (shown.get("value"), shown.get("max")) == ("2", "5")
    with write_transaction():
        queue.finish(task, utcnow())
    assert admin.get("/admin/progress").json == {"jobs": []}


def test_who_lost_a_job_says_nothing_of_it(db):
    with write_transaction():
        queue.add("a.job", "one", {}, utcnow(), total=5)
    task = claimed()
    earlier = Task(task.id, task.kind, task.key, {}, task.attempts - 1, task.created_at)

    with write_transaction():
        assert queue.progress(earlier, 2) is False
        assert queue.progress(task, 1, total=7) is True
    job = session.get(Job, task.id, populate_existing=True)
    assert (job.done, job.total) == (1, 7)


def claimed():
    with write_transaction():
        return queue.claim(utcnow(), timedelta(minutes=1))


# Fifty thousand

MANY = 50_000


@pytest.fixture
def crowd(db):
    """A library of fifty thousand, half of it pictures in use."""
    user = make_user()
    rows = [
        {
            "kind": "image" if n % 2 else "document",
            "state": "ready",
            "name": f"file {n}",
            "extension": "jpg",
            "mime_type": "image/jpeg",
            "size": n,
            "digest": f"{n // 2 if n % 1000 < 2 else n + MANY:064x}",
            "upload_digest": f"{n:064x}",
            "likeness": f"{n + MANY:016x}" if n % 2 else "",
            "width": 100,
            "height": 100,
            "alt": "words" if n % 3 else "",
            "folded": f"file {n} words",
            "uploader_id": user.id,
            "created_at": NOON + timedelta(seconds=n),
            "version": 1,
        }
        for n in range(MANY)
    ]
    post = make_post()
    with write_transaction():
        session.execute(insert(MediaItem), rows)
        session.execute(
            text(
                "INSERT INTO media_use (media_id, post_id)"
                " SELECT id, :post FROM media_item WHERE kind = 'image'"
            ),
            {"post": post.id},
        )
    return user


WANTED = {
    "everything": Wanted(),
    "a kind": Wanted(kind=MediaKind.IMAGE),
    "words": Wanted("file 49"),
    "undescribed": Wanted(show=Show.UNDESCRIBED),
    "unused": Wanted(show=Show.UNUSED),
    "duplicates": Wanted(show=Show.DUPLICATES),
}


def test_each_page_of_a_very_large_library_comes_at_once(crowd):
    slow = {}
    lists = WANTED | {"mine": Wanted(uploader_id=crowd.id)}
    for name, wanted in lists.items():
        last = library_queries.page(wanted, 1).pages
        for number in {1, last}:
            session.rollback()
            begun = time.perf_counter()
            assert library_queries.page(wanted, number).items
            took = time.perf_counter() - begun
            if took > 1.0:  # ten times what is promised: other tests run beside it
                slow[name, number] = took
    assert slow == {}


@pytest.mark.parametrize("name", ["everything", "a kind", "undescribed", "unused"])
def test_no_page_is_found_by_sorting_everything(crowd, name):
    statement = library_queries.ids(WANTED[name], 3)
    compiled = statement.compile(
        session.get_bind(), compile_kwargs={"literal_binds": True}
    )
    plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))

    assert [row.detail for row in plan if "ORDER BY" in row.detail] == []
