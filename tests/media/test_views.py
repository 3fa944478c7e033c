"""Files as readers get them: whole, in parts, in sizes, under their names."""

import re

import pytest

from blog.database import session, write_transaction
from blog.media import pictures
from blog.media.models import MediaItem
from blog.text.figures import picture_html
from tests.media.drawing import corners, opened, saved

FOREVER = "public, max-age=31536000, immutable"
SOUND = b"ID3\x04\0\0\0\0\0\0" + bytes(range(256)) * 40


@pytest.fixture
def item(library):
    item = library.add(saved(corners((1000, 750)), "JPEG"), "Our Boat.jpg")
    library.work()
    return item


@pytest.fixture
def sound(library):
    return library.add(SOUND, "talk.mp3")


def test_a_picture_is_answered_with_what_keeps_it_harmless(visitor, library, item):
    response = visitor.get(item.path)

    assert (item.path, response.status_code) == ("/media/1/our-boat.jpg", 200)
    assert response.data == library.stored(item.digest)
    headers = response.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Length"] == str(item.size)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in headers
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize("format", ["avif", "webp", "jpeg"])
def test_each_size_has_its_address(visitor, item, format):
    response = visitor.get(item.variant_path(format, 320))

    assert item.variant_path(format, 320) == f"/media/1/our-boat-320.{format}"
    assert (response.status_code, response.mimetype) == (200, f"image/{format}")
    assert opened(response.data).size == (320, 240)


def test_every_address_that_a_page_names_is_answered_for_ever(visitor, item):
    html = picture_html(pictures.find([item.id])[item.id])

    addresses = set(re.findall(r"/media/[^\s\"]+", html))

    assert len(addresses) == 1 + 3 * 3
    for address in addresses:
        response = visitor.get(address)
        assert (response.status_code, response.headers["Cache-Control"]) == (
            200,
            FOREVER,
        )


def test_a_size_that_is_not_made_yet_is_answered_with_the_whole(visitor, library):
    item = library.add(saved(corners((1000, 750)), "JPEG"))

    response = visitor.get(item.variant_path("avif", 320) + "?v=1")

    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    assert response.data == library.stored(item.digest)
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("query", "lifetime"),
    [("", "no-cache"), ("?v=1", FOREVER), ("?v=2", "no-cache"), ("?v=x", "no-cache")],
)
def test_only_the_present_version_is_kept_for_ever(visitor, item, query, lifetime):
    for path in (item.path, item.variant_path("webp", 640)):
        assert visitor.get(path + query).headers["Cache-Control"] == lifetime


def test_a_replaced_file_is_answered_anew(visitor, library, item):
    tag = visitor.get(item.path).headers["ETag"]

    library.replace(item, saved(corners((80, 60)), "JPEG"))

    response = visitor.get(item.path, headers={"If-None-Match": tag})
    assert (response.status_code, opened(response.data).size) == (200, (80, 60))
    assert visitor.get(item.path + "?v=1").headers["Cache-Control"] == "no-cache"
    assert visitor.get(item.path + "?v=2").headers["Cache-Control"] == FOREVER


def test_what_the_browser_has_is_not_sent_again(visitor, item):
    tag = visitor.get(item.path).headers["ETag"]

    response = visitor.get(item.path, headers={"If-None-Match": tag})

    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag


def test_the_head_alone_says_how_large_it_is(visitor, item):
    response = visitor.head(item.path)

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == str(item.size)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, len(SOUND) - 1),
        ("bytes=-50", len(SOUND) - 50, len(SOUND) - 1),
        ("bytes=9000-999999", 9000, len(SOUND) - 1),
        ("bytes=0-0", 0, 0),
    ],
)
def test_a_player_may_ask_for_a_part(visitor, sound, asked, first, last):
    response = visitor.get(sound.path, headers={"Range": asked})

    assert response.status_code == 206
    assert response.data == SOUND[first : last + 1]
    whole = len(SOUND)
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{whole}"
    assert response.headers["Content-Length"] == str(last + 1 - first)
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_part_that_is_not_there_is_416(visitor, sound):
    response = visitor.get(sound.path, headers={"Range": "bytes=999999-"})

    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(SOUND)}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=x", "bytes=9-2"]
)
def test_what_is_no_single_part_is_answered_with_the_whole(visitor, sound, asked):
    response = visitor.get(sound.path, headers={"Range": asked})

    assert (response.status_code, response.data) == (200, SOUND)


def test_a_part_of_an_older_version_is_answered_with_the_whole(visitor, sound):
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}

    assert visitor.get(sound.path, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("our-boat.exe?v=1", "/media/1/our-boat.jpg?v=1"),
        ("our-boat.png", "/media/1/our-boat.jpg"),
    ],
)
def test_another_ending_leads_to_its_own(visitor, item, asked, path):
    response = visitor.get(f"/media/1/{asked}")

    assert (response.status_code, response.location) == (301, path)


@pytest.mark.parametrize("asked", ["boat.jpg", "x", "OUR-BOAT.jpg", "boat-320.avif"])
def test_nobody_learns_a_name_by_guessing_numbers(visitor, item, asked):
    assert visitor.get(f"/media/1/{asked}").status_code == 404


def test_a_new_name_breaks_no_link(app, visitor, item):
    with app.app_context(), write_transaction():
        session.get_one(MediaItem, 1).describe(name="Their boat")

    assert visitor.get(item.path).status_code == 200
    assert visitor.get("/media/1/their-boat.jpg").status_code == 404


def test_a_name_may_be_of_any_script_or_end_in_a_number(visitor, library):
    for name, path in (
        ("کشتی.png", "/media/1/%DA%A9%D8%B4%D8%AA%DB%8C.png"),
        ("boat-320.webp", "/media/2/boat-320.webp"),
        ("!!!.png", "/media/3/image.png"),
    ):
        format = "WEBP" if name.endswith("webp") else "PNG"
        data = saved(corners((100 + len(name), 50)), format)
        item = library.add(data, name)
        assert item.path == path
        assert visitor.get(path).status_code == 200


def test_a_paper_is_saved_and_not_opened_here(visitor, library):
    paper = library.add(b"%PDF-1.7\n" + bytes(50), "Unser Boot.pdf")

    response = visitor.get(paper.path)

    assert response.mimetype == "application/pdf"
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename*=UTF-8''unser-boot.pdf"
    )


@pytest.mark.parametrize(
    "path",
    ["/media/9/boat.jpg", "/media/0/x", "/media/1/a/b.jpg", "/media/1/", "/media/"],
)
def test_what_there_is_not_is_404(visitor, item, path):
    assert visitor.get(path).status_code == 404


def test_a_deleted_file_is_gone_at_once(visitor, item):
    paths = [item.path, item.variant_path("avif", 320)]

    with write_transaction():
        session.delete(session.get(MediaItem, item.id))

    assert [visitor.get(path).status_code for path in paths] == [404, 404]


def test_a_file_that_is_missing_from_the_disk_is_404(visitor, library, item):
    (library.folder / item.digest[:2] / item.digest).unlink()

    assert visitor.get(item.path).status_code == 404
    assert visitor.get(item.variant_path("avif", 320)).status_code == 200


@pytest.mark.parametrize("name", ["жук", "کشتی", "a b;c"])
def test_a_paper_of_any_name_is_sent(visitor, library, name):
    paper = library.add(b"%PDF-1.7\n" + bytes(50), f"{name}.pdf")

    disposition = visitor.get(paper.path).headers["Content-Disposition"]
    assert disposition.isascii()
    assert disposition.startswith("attachment; filename*=UTF-8''")
