"""Files of the old site come into the library, into texts, and keep their addresses."""

import io
import re
import zipfile

import pytest

from blog.database import session, write_transaction
from blog.media.models import MediaItem
from blog.posts.permalinks import post_url
from tests.factories import make_post
from tests.media.drawing import corners, saved
from tests.transfer.making import author, comment, item, outcomes, titled

OLD = "https://old.example/wp-content/uploads/2020/05"
PATH = "/wp-content/uploads/2020/05"


def picture(size=(1000, 750), format="JPEG"):
    return saved(corners(size), format)


pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def uploads(tmp_path):
    """A folder of uploads with some files in it."""
    folder = tmp_path / "uploads"
    put(folder, "2020/05/boat.jpg", picture())
    return folder


def put(folder, place, data):
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def attachment(url=f"{OLD}/boat.jpg", *, alt="", meta=(), **values):
    meta = [*meta, *([("_wp_attachment_image_alt", alt)] if alt else [])]
    values = {
        "post_id": 77,
        "title": "The boat",
        "post_name": "boat",
        "link": "https://old.example/2020/05/a-post/boat/",
        "guid": url,
        "attachment_url": url,
        "status": "inherit",
        "encoded": "",
    } | values
    return item(post_type="attachment", meta=meta, **values)


def only_file():
    return session.query(MediaItem).one()


def html_of(title="A post"):
    session.expire_all()
    return titled(title).html


def test_a_file_comes_with_what_was_said_of_it(importer, uploads):
    record = attachment(alt="A boat &amp; its crew", excerpt="Seen <em>once</em>")
    report = importer.take(importer.file(author("ada"), record), "--media", uploads)

    assert outcomes(report, "attachment") == {"imported": 1}
    file = only_file()
    assert (file.name, file.alt, file.caption) == (
        "The boat",
        "A boat & its crew",
        "Seen once",
    )
    assert (file.width, file.height, file.path) == (1000, 750, "/media/1/boat.jpg")
    assert file.created_at.isoformat() == "2020-05-04T12:00:00+00:00"
    assert file.uploader.name == "ada"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{PATH}/boat.jpg", "/media/1/boat.jpg"),
        (f"{PATH}/boat.jpg?w=300", "/media/1/boat.jpg"),
        (f"{PATH}/boat-300x225.jpg", "/media/1/boat-320.jpeg"),
        (f"{PATH}/boat-640x480.jpg", "/media/1/boat-640.jpeg"),
        (f"{PATH}/boat-990x700.jpg", "/media/1/boat.jpg"),
        ("/2020/05/a-post/boat/", "/media/1/boat.jpg"),
        ("/?attachment_id=77", "/media/1/boat.jpg"),
        ("/?p=77", "/media/1/boat.jpg"),
    ],
)
def test_its_old_addresses_lead_to_it(importer, uploads, visitor, old, new):
    importer.take(importer.file(attachment()), "--media", uploads)

    answer = visitor.get(old)
    assert (answer.status_code, answer.location) == (301, new)
    assert visitor.get(new).status_code == 200


@pytest.mark.parametrize("name", ["boat-scaled.jpg", "boat-rotated.jpg"])
def test_the_picture_before_it_was_made_smaller_is_the_same(
    importer, uploads, visitor, name
):
    put(uploads, f"2020/05/{name}", picture((640, 480)))
    importer.take(importer.file(attachment(f"{OLD}/{name}")), "--media", uploads)

    for path in (name, "boat.jpg", "boat-300x225.jpg"):
        answer = visitor.get(f"{PATH}/{path}", follow_redirects=True)
        assert answer.status_code == 200, path


def test_a_number_of_a_post_goes_before_that_of_a_file(importer, uploads, visitor):
    importer.take(importer.file(attachment(post_id=77)), "--media", uploads)
    post = make_post(id=77)

    assert visitor.get("/?p=77").location == post_url(post)
    assert visitor.get("/?attachment_id=77").location == "/media/1/boat.jpg"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f'<img src="{OLD}/boat.jpg" alt="A">', "/media/1/boat.jpg"),
        (f'<img src="{OLD}/boat-300x225.jpg" alt="A">', "/media/1/boat.jpg"),
        (f'<img src="{PATH}/boat.jpg" alt="A">', "/media/1/boat.jpg"),
        (f'<img src="//www.old.example{PATH}/boat.jpg" alt="A">', "/media/1/boat.jpg"),
        (
            f'<img src="http://i2.wp.com/old.example{PATH}/boat.jpg?w=9" alt="A">',
            "/media/1/boat.jpg",
        ),
        (
            f'[caption align="alignleft"]<img src="{OLD}/boat.jpg"> It[/caption]',
            "/media/1/boat.jpg",
        ),
        (f'<a href="{OLD}/boat.jpg">A boat</a>', 'href="/media/1/boat.jpg"'),
        ('<a href="https://old.example/?attachment_id=77">A</a>', "/media/1/boat.jpg"),
        ('<a href="https://old.example/2020/05/b/?a=1#c">B</a>', '"/2020/05/b/?a=1#c"'),
        (f'<a href="{OLD}/other.pdf">B</a>', f'href="{OLD}/other.pdf"'),
        (
            f'<img src="{PATH}/gone.jpg" alt="Gone">',
            f'<a href="{OLD}/gone.jpg">Gone</a>',
        ),
        (
            f'<img src="https://else.example{PATH}/boat.jpg" alt="Else">',
            f'<a href="https://else.example{PATH}/boat.jpg">Else</a>',
        ),
        (f"The words {OLD}/boat.jpg stay", f"words {OLD}/boat.jpg stay"),
    ],
)
def test_texts_show_and_link_to_what_came_along(importer, uploads, written, shown):
    post = item(title="A post", encoded=f"<p>{written}</p>")
    importer.take(importer.file(post, attachment()), "--media", uploads)

    assert shown in html_of()


def test_a_file_that_only_a_text_knows_comes_from_the_media_too(
    importer, uploads, visitor
):
    post = item(title="A post", encoded=f'<p><img src="{OLD}/boat-300x225.jpg"></p>')
    path = importer.file(post)
    report = importer.take(path, "--media", uploads)

    assert "/media/1/boat.jpg" in html_of()
    said = "Files that texts show and the export does not list: 1 were taken"
    assert any(line.startswith(said) for line in report["lines"])
    assert visitor.get(f"{PATH}/boat.jpg").location == "/media/1/boat.jpg"
    before = importer.dump()
    importer.take(path, "--media", uploads)
    assert importer.dump() == before


def test_a_featured_picture_is_the_cover(importer, uploads):
    post = item(title="A post", meta=[("_thumbnail_id", "77")])
    importer.take(importer.file(post, attachment()), "--media", uploads)

    post = titled("A post")
    assert post.cover_id == only_file().id
    assert [use.media_id for use in post.media_uses] == [post.cover_id]


def test_what_was_not_given_is_listed_and_a_later_run_brings_it(importer, uploads):
    post = item(
        title="A post",
        encoded=f'<p><img src="{OLD}/boat.jpg" alt="A boat"></p>',
        meta=[("_thumbnail_id", "77")],
    )
    path = importer.file(post, attachment())
    first = importer.take(path)

    assert first["skipped"][-1] == {
        "kind": "attachment",
        "id": "77",
        "reason": "its file was not among the media",
    }
    assert any(
        line.endswith(f"Not here yet: {OLD}/boat.jpg") for line in first["lines"]
    )
    assert f'<a href="{OLD}/boat.jpg">A boat</a>' in html_of()

    second = importer.take(path, "--media", uploads)
    assert outcomes(second, "attachment") == {"imported": 1}
    assert outcomes(second, "post") == {"updated": 1}
    assert 'src="/media/1/boat.jpg' in html_of()
    assert titled("A post").cover_id == 1

    third = importer.take(path)
    assert outcomes(third, "attachment") == {"unchanged": 1}
    assert outcomes(third, "post") == {"unchanged": 1}


def test_what_was_written_here_of_a_file_stays(importer, uploads):
    importer.take(importer.file(attachment()), "--media", uploads)
    with write_transaction():
        only_file().describe(alt="Our own words")
    changed = importer.file(attachment(alt="Theirs"))

    report = importer.take(changed, "--media", uploads)

    assert report["skipped"] == [
        {"kind": "attachment", "id": "77", "reason": "edited here"}
    ]
    session.expire_all()
    assert only_file().alt == "Our own words"


def test_what_the_old_site_says_anew_is_taken_over(importer, uploads):
    importer.take(importer.file(attachment()), "--media", uploads)
    report = importer.take(importer.file(attachment(alt="Theirs")), "--media", uploads)

    assert outcomes(report, "attachment") == {"updated": 1}
    session.expire_all()
    assert only_file().alt == "Theirs"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("boat.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings"),
        ("boat.jpg", b"", "empty"),
        ("boat.zip", b"PK\x03\x04" + bytes(100), "Archives"),
    ],
)
def test_a_file_that_is_not_taken_is_listed_with_its_reason(
    importer, tmp_path, name, data, reason
):
    folder = tmp_path / "uploads"
    put(folder, f"2020/05/{name}", data)
    path = importer.file(attachment(f"{OLD}/{name}", comments=[comment()]))

    report = importer.take(path, "--media", folder)

    assert [each["kind"] for each in report["skipped"]] == ["attachment", "comment"]
    assert reason in report["skipped"][0]["reason"]
    assert session.query(MediaItem).count() == 0


def test_a_damaged_zip_costs_only_what_is_damaged(importer, tmp_path):
    path = tmp_path / "media.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2020/05/boat.jpg", picture())
        archive.writestr("2020/05/tree.jpg", picture((40, 30)))
    data = bytearray(path.read_bytes())
    data[2000:2100] = bytes(100)
    path.write_bytes(data)
    tree = attachment(f"{OLD}/tree.jpg", post_id=78, title="The tree")

    report = importer.take(importer.file(attachment(), tree), "--media", path)

    assert outcomes(report, "attachment") == {"imported": 1, "skipped": 1}
    assert report["skipped"][0]["reason"].startswith("its file cannot be read")
    assert only_file().name == "The tree"


def test_a_trial_brings_nothing_into_the_store(app, importer, uploads):
    report = importer.take(importer.file(attachment()), "--media", uploads, "--dry-run")

    assert outcomes(report, "attachment") == {"imported": 1}
    assert session.query(MediaItem).count() == 0
    folder = app.config["INSTANCE"] / "media"
    assert [each for each in folder.rglob("*") if each.is_file()] == []


def test_two_of_the_same_bytes_are_one_file(importer, uploads, visitor):
    put(uploads, "2020/06/boat.jpg", (uploads / "2020/05/boat.jpg").read_bytes())
    other = attachment(f"{OLD[:-2]}06/boat.jpg", post_id=78)
    path = importer.file(attachment(), other)

    report = importer.take(path, "--media", uploads)

    assert outcomes(report, "attachment") == {"imported": 2}
    assert session.query(MediaItem).count() == 1
    for month in ("05", "06"):
        old = f"/wp-content/uploads/2020/{month}/boat.jpg"
        assert visitor.get(old).location == "/media/1/boat.jpg"
    assert outcomes(importer.take(path), "attachment") == {"unchanged": 2}


def test_media_that_are_none_are_refused_before_anything_is_read(importer, tmp_path):
    path = tmp_path / "media.zip"
    path.write_bytes(io.BytesIO(b"no zip").getvalue())

    result = importer.run(importer.file(attachment()), "--media", str(path))

    assert result.exit_code == 1
    assert "neither a folder nor a zip" in result.output


def other(number, name, **values):
    values = {"post_id": number, "title": name.title()} | values
    return attachment(f"{OLD}/{name}.jpg", **values)


@pytest.fixture
def album(uploads):
    """Two more pictures, the second of which was uploaded to the post 5."""
    for number, name in enumerate(("tree", "cove")):
        put(uploads, f"2020/05/{name}.jpg", picture((90, 60 + number)))
    return (
        attachment(alt="A boat"),
        other(78, "tree", excerpt="Seen once"),
        other(79, "cove", post_parent=5),
    )


@pytest.mark.parametrize(
    ("typed", "names", "columns"),
    [
        ('[gallery ids="78,77"]', ["tree", "boat"], 3),
        ('[gallery columns="2" include="79, 99"]', ["cove"], 2),
        ("[gallery]", ["cove"], 3),
        ('[gallery id="5"]', ["cove"], 3),
        ('[gallery exclude="79"]', [], 3),
        ('[gallery ids="99"]', [], 3),
        ('[playlist ids="77"]', [], 3),
    ],
)
def test_a_gallery_shows_its_pictures(importer, uploads, album, typed, names, columns):
    post = item(title="A post", post_id=5, encoded=f"Look:\n\n{typed}\n\nEnd.")
    path = importer.file(post, *album)
    importer.take(path, "--media", uploads)

    html = html_of()
    assert re.findall(r'<img src="/media/[0-9]+/([a-z]+)\.jpg', html) == names
    assert (f"columns-{columns}" in html) == bool(names)
    assert "gallery" not in titled("A post").source.replace("wp-block-gallery", "")
    assert ("Seen once</figcaption>" in html) == ("tree" in names)
    assert outcomes(importer.take(path), "post") == {"unchanged": 1}


def test_players_link_to_files_that_came_along(importer, uploads):
    put(uploads, "2020/05/talk.mp3", b"ID3\x04" + bytes(6) + b"\xff\xfb\x90\x64")
    post = item(title="A post", encoded=f'[audio mp3="{OLD}/talk.mp3"][/audio]')
    talk = attachment(f"{OLD}/talk.mp3", title="The talk")
    importer.take(importer.file(post, talk), "--media", uploads)

    assert html_of() == '<p><a href="/media/1/talk.mp3">talk.mp3</a></p>'
