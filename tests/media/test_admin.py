"""The library behind the login: files come in, are found, described and replaced."""

import io
from io import BytesIO

import pytest

from blog.accounts.models import Role
from blog.database import session
from blog.media.models import MediaItem, MediaKind
from tests.media.drawing import corners, saved
from tests.pages import parse, text_of

JSON = {"Accept": "application/json"}


def picture(colours=(64, 48), format="PNG"):
    return saved(corners(colours), format)


def send_files(client, *files, path="/admin/media/", **kwargs):
    """Upload (bytes, name) pairs as a browser's form does: the token comes first."""
    data = {
        "csrf_token": client.token(),
        "file": [(BytesIO(content), name) for content, name in files],
    }
    return client.post(path, data=data, **kwargs)


def items(app):
    with app.app_context():
        return session.query(MediaItem).order_by(MediaItem.id).all()


# The door


def test_a_picture_is_taken_and_described_to_the_script(app, client_for):
    client = client_for("contributor")

    response = send_files(client, (picture(), "My boat.png"), headers=JSON)

    assert response.status_code == 201
    assert response.json == {
        "items": [
            {
                "id": 1,
                "url": "/media/1/my-boat.png",
                "name": "My boat",
                "kind": "image",
                "width": 64,
                "height": 48,
                "alt": "",
                "markdown": "![](/media/1/my-boat.png)",
                "state": "waiting",
                "thumbnail": None,
            }
        ],
        "errors": [],
    }
    assert [item.uploader_id for item in items(app)] == [client.user_id]


def test_one_that_is_refused_keeps_no_other_out(app, admin):
    response = send_files(
        admin,
        (picture(), "one.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "two.svg"),
        (picture((32, 32)), "three.png"),
        headers=JSON,
    )

    assert response.status_code == 201
    assert [item["name"] for item in response.json["items"]] == ["one", "three"]
    [error] = response.json["errors"]
    assert error["name"] == "two.svg"
    assert error["error"].startswith("SVG drawings are not taken")


def test_nothing_that_can_be_taken_is_a_wrong_form(app, admin):
    response = send_files(admin, (b"words", "a.txt"), headers=JSON)

    assert response.status_code == 422
    assert response.json["items"] == []
    assert [error["name"] for error in response.json["errors"]] == ["a.txt"]
    assert items(app) == []


def test_no_file_at_all_is_said_in_words(admin):
    response = admin.send("/admin/media/", headers=JSON)

    assert response.status_code == 422
    assert response.json["errors"] == [{"name": "", "error": "Choose a file first."}]


def test_the_plain_form_comes_back_to_the_library(app, admin):
    response = send_files(admin, (picture(), "boat.png"), (b"words", "a.txt"))

    assert (response.status_code, response.location) == (303, "/admin/media/")
    page = admin.get("/admin/media/").text
    assert "1 file was added." in page
    assert "a.txt: " in page


def test_the_plain_form_with_nothing_good_says_why_beside_the_field(admin):
    response = send_files(admin, (b"words", "a.txt"))

    assert response.status_code == 422
    problems = parse(response.text).find(".//*[@id='upload-problems']")
    assert text_of(problems).startswith("a.txt: ")


def test_the_same_bytes_are_the_same_file(app, admin):
    first = send_files(admin, (picture(), "one.png"), headers=JSON).json
    second = send_files(admin, (picture(), "two.png"), headers=JSON).json

    assert first["items"] == second["items"]
    assert len(items(app)) == 1


def test_the_token_may_be_in_a_header(admin):
    response = admin.post(
        "/admin/media/",
        data={"file": (BytesIO(picture()), "boat.png")},
        headers=JSON | {"X-CSRFToken": admin.token()},
    )

    assert response.status_code == 201


@pytest.mark.parametrize("token", [None, "wrong"])
def test_without_the_token_nothing_is_taken(app, admin, token):
    data = {"file": (BytesIO(picture()), "boat.png")}
    data |= {"csrf_token": token} if token else {}

    response = admin.post("/admin/media/", data=data, headers=JSON)

    assert response.status_code == 400
    assert items(app) == []


@pytest.mark.parametrize("role", [None, Role.SUBSCRIBER])
def test_who_may_not_upload_may_not(app, visitor, client_for, role):
    client = client_for(role) if role else visitor

    response = client.post(
        "/admin/media/", data={"file": (BytesIO(picture()), "a.png")}, headers=JSON
    )

    assert response.status_code == (403 if role else 401)
    assert items(app) == []


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args):
        raise AssertionError("it was read")

    readline = readinto = read


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("multipart/form-data; boundary=b", 600 * 1024 * 1024),
        ("application/x-www-form-urlencoded", 100 * 1024 * 1024),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_read(admin, kind, size):
    response = admin.post(
        "/admin/media/",
        content_type=kind,
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(size)},
        headers=JSON | {"X-CSRFToken": admin.token()},
    )

    assert response.status_code == 413
    assert response.json["error"]


def test_a_field_beside_the_files_stays_small(app, admin):
    head = b'--b\r\nContent-Disposition: form-data; name="words"\r\n\r\n'

    response = admin.post(
        "/admin/media/",
        data=head + b"x" * 20_000_000 + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
        headers=JSON | {"X-CSRFToken": admin.token()},
    )

    assert response.status_code == 413
    assert items(app) == []


# The list


def test_the_empty_library_says_what_it_is_for(admin, html_checker):
    page = admin.get("/admin/media/").text

    assert "No files yet" in page
    assert html_checker.errors(page) == []


def test_the_editor_asks_for_the_list_in_json(app, library, client_for):
    library.add(name="boat.jpg", alt="A boat", caption="On the lake")
    library.add(saved(corners((32, 32)), "PNG"), name="tree.png")

    found = client_for("author").get("/admin/media/?q=LAKE", headers=JSON).json

    assert [item["name"] for item in found["items"]] == ["boat"]
    assert found["items"][0]["markdown"] == (
        '![A boat](/media/1/boat.jpg "On the lake")'
    )
    assert found["next"] is None


@pytest.mark.parametrize(
    "query", ["page=0", "page=2", "page=x", "kind=paper", "show=nothing"]
)
def test_there_is_no_such_list(admin, query):
    assert admin.get(f"/admin/media/?{query}").status_code == 404


def test_kinds_are_told_apart(app, library, admin):
    library.add(name="boat.jpg")
    library.add(b"%PDF-1.4\n%%EOF\n", name="paper.pdf")

    found = admin.get("/admin/media/?kind=document", headers=JSON).json["items"]

    assert [item["kind"] for item in found] == [MediaKind.DOCUMENT]
    assert found[0]["markdown"] == "[paper](/media/2/paper.pdf)"
