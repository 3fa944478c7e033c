"""The pictures that people show beside their names, and where else they are found."""

import io

import pytest

from blog.accounts.models import User
from blog.database import session, write_transaction
from blog.media import portraits
from blog.media.models import MediaItem, MediaKind, Portrait
from tests.factories import make_post, make_user
from tests.media.drawing import corners, saved
from tests.pages import form_data, parse, text_of
from tests.posts.company import credit, make_picture

OWN = "/admin/account/portrait"


def file(name="me.jpg", data=None):
    return io.BytesIO(data or saved(corners(), "JPEG")), name


def portrait_of(app, user_id):
    with app.app_context():
        found = session.get(Portrait, user_id)
        return found and found.media_id


@pytest.fixture
def author(client_for):
    return client_for("author", display_name="Mina", slug="mina")


@pytest.fixture
def picture_id(app):
    with app.app_context():
        return make_picture("boat").id


def send(client, path=OWN, **data):
    return client.send(path, data)


# Choosing


def test_a_picture_of_the_library_is_chosen_and_taken_away(app, author, picture_id):
    page = author.get(OWN)
    chosen = [e for e in parse(page.text).iter("button") if e.get("name") == "media_id"]
    assert [each.get("value") for each in chosen] == [str(picture_id)]

    answer = send(author, media_id=picture_id)
    assert (answer.status_code, answer.location) == (303, OWN)
    assert portrait_of(app, author.user_id) == picture_id

    assert send(author, f"{OWN}/removal").status_code == 303
    assert portrait_of(app, author.user_id) is None
    assert send(author, f"{OWN}/removal").status_code == 303  # in another tab
    with app.app_context():
        assert session.get(MediaItem, picture_id) is not None


def test_another_picture_takes_the_place_of_the_first(app, author, picture_id):
    with app.app_context():
        second = make_picture("harbour").id
    for each in (picture_id, second):
        send(author, media_id=each)

    assert portrait_of(app, author.user_id) == second


@pytest.mark.parametrize("media_id", ["", "0", "999", "x", "99999999999999999999"])
def test_what_is_no_picture_is_not_chosen(app, author, picture_id, media_id):
    answer = send(author, media_id=media_id)

    assert answer.status_code == 422
    assert "Choose a picture." in answer.text
    assert portrait_of(app, author.user_id) is None


def test_a_file_that_is_no_picture_is_not_chosen(app, author):
    with app.app_context():
        paper = make_picture(kind=MediaKind.DOCUMENT, extension="pdf").id
        with pytest.raises(portraits.NoPicture), write_transaction():
            portraits.give(
                session.get(User, author.user_id), session.get(MediaItem, paper)
            )

    assert send(author, media_id=paper).status_code == 422


def test_one_is_uploaded_through_the_one_door(app, author):
    answer = send(author, file=file("DSC 001.JPG"))

    assert answer.status_code == 303
    with app.app_context():
        [item] = session.query(MediaItem).all()
        assert (item.kind, item.uploader_id) == (MediaKind.IMAGE, author.user_id)
        assert portrait_of(app, author.user_id) == item.id


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"no picture at all", ""),
        (b"%PDF-1.7\n%%EOF\n", "That file is not a picture."),
    ],
)
def test_what_is_refused_is_said_and_nothing_changes(app, author, sent, sentence):
    answer = send(author, file=file("me.jpg", sent))

    assert answer.status_code == 422
    [problem] = [e for e in parse(answer.text).iter() if e.get("id") == "problem"]
    assert sentence in text_of(problem)
    assert portrait_of(app, author.user_id) is None
    with app.app_context():
        assert session.query(MediaItem).count() == 0


def test_an_admin_chooses_for_others_and_nobody_else_does(
    app, admin, author, client_for, picture_id
):
    path = f"/admin/users/{author.user_id}/portrait"
    assert client_for("editor").get(path).status_code == 403
    assert path in admin.get(f"/admin/users/{author.user_id}/").text

    answer = send(admin, path, media_id=picture_id)
    assert (answer.status_code, answer.location) == (303, path)
    assert portrait_of(app, author.user_id) == picture_id
    send(admin, f"{path}/removal")
    assert portrait_of(app, author.user_id) is None
    assert admin.get("/admin/users/999/portrait").status_code == 404
    assert send(admin, "/admin/users/999/portrait").status_code == 404


def test_who_may_not_upload_has_no_portrait_room(client_for):
    subscriber = client_for("subscriber")

    assert subscriber.get(OWN).status_code == 403
    assert OWN not in subscriber.get("/admin/account/").text


# Links


def save_profile(client, **changes):
    page = client.get("/admin/account/").text
    return client.post("/admin/account/", data=form_data(page, "/account/") | changes)


def test_links_are_saved_as_they_are_read(app, author):
    typed = "example.org My place\r\nhttps://social.example/@mina"
    assert save_profile(author, links=typed).status_code == 303

    with app.app_context():
        stored = session.get(User, author.user_id).links
    assert stored == "https://example.org My place\nhttps://social.example/@mina"
    assert save_profile(author, links="").status_code == 303
    with app.app_context():
        assert session.get(User, author.user_id).links == ""


@pytest.mark.parametrize(
    "typed", ["nonsense", "javascript:alert(1)", "a.example\n" * 11]
)
def test_links_that_are_none_come_back(author, typed):
    answer = save_profile(author, links=typed)

    assert answer.status_code == 422
    [area] = [e for e in parse(answer.text).iter("textarea") if e.get("id") == "links"]
    assert area.text.strip() == typed.strip()


# What readers see


@pytest.fixture
def mina(db):
    return make_user(
        display_name="Mina",
        slug="mina",
        bio="Writes.",
        url="https://mina.example",
        links="https://mina.example again\nhttps://social.example/@mina Social",
    )


def give(user, **attributes):
    item = make_picture(**attributes)
    with write_transaction():
        portraits.give(user, item)
    return item


def classes(element):
    return set((element.get("class") or "").split())


def test_the_page_of_an_author_is_a_card(visitor, mina):
    make_post(author=mina)
    item = give(mina)

    page = parse(visitor.get("/author/mina/").text)
    [card] = [
        e for e in page.iter("header") if {"h-card", "archive-header"} <= classes(e)
    ]
    [name] = [text_of(e) for e in card.iter() if "p-name" in classes(e)]
    [note] = [text_of(e) for e in card.iter() if "p-note" in classes(e)]
    assert (name, note) == ("Mina", "Writes.")
    [photo] = [e for e in card.iter("img") if "u-photo" in classes(e)]
    assert (photo.get("src"), photo.get("alt")) == (f"{item.path}?v=1", "")
    links = [
        (text_of(e), e.get("href")) for e in card.iter("a") if e.get("rel") == "me"
    ]
    assert links == [
        ("mina.example", "https://mina.example"),
        ("Social", "https://social.example/@mina"),
    ]
    [own] = [e.get("value") for e in card.iter("data")]
    assert own == "http://localhost/author/mina/"


def test_an_author_without_anything_has_a_card_too(visitor, db):
    make_post(author=make_user(slug="ben", display_name="Ben"))

    page = visitor.get("/author/ben/").text
    assert "portrait" not in page
    assert "h-card" in page


def test_a_portrait_stands_below_what_its_author_wrote(visitor, mina):
    ben = make_user(display_name="Ben", bio="")
    post = credit(make_post(author=mina, slug="tides"), ben)
    give(ben)

    page = parse(visitor.get(f"/?p={post.id}", follow_redirects=True).text)
    about = [e for e in page.iter("p") if "about-author" in classes(e)]
    assert [text_of(each) for each in about] == ["Mina · Writes.", "Ben"]
    assert [len(list(each.iter("img"))) for each in about] == [0, 1]


def test_a_picture_that_is_deleted_is_nobodys_portrait(visitor, mina):
    make_post(author=mina)
    item = give(mina)
    with write_transaction():
        session.delete(item)

    assert portraits.of([mina]) == {}
    assert "portrait" not in visitor.get("/author/mina/").text


@pytest.mark.html
def test_the_pages_are_sound(app, author, admin, visitor, picture_id, html_checker):
    with app.app_context():
        mina = session.get(User, author.user_id)
        post = make_post(author=mina)
        path = f"/?p={post.id}"
    save_profile(author, links="example.org Place", bio="Writes.")
    empty = author.get(OWN).text
    wrong = send(author, media_id="").text
    send(author, media_id=picture_id)

    for page in (
        empty,
        wrong,
        author.get(OWN).text,
        author.get("/admin/account/").text,
        admin.get(f"/admin/users/{author.user_id}/portrait").text,
        admin.get(f"/admin/users/{author.user_id}/").text,
        visitor.get("/author/mina/").text,
        visitor.get(path, follow_redirects=True).text,
    ):
        assert html_checker.errors(page) == []
