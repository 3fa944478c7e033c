"""Which file of a folder or a zip an old address means."""

import io
import zipfile

import pytest

from blog.transfer.importing import uploads
from blog.transfer.importing.uploads import Unusable


def folder_of(tmp_path, *places):
    folder = tmp_path / "media"
    for place in places:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(place, "utf-8")
    return folder


def zip_of(tmp_path, *places):
    path = tmp_path / "media.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for place in places:
            archive.writestr(place, place)
    return path


def said(found, path):
    """What the file says that is found, which is its own place; ``None`` without one"""
    file = found.find(path)
    if file is None:
        return None
    with file.open() as stream:
        return stream.read().decode()


BOAT = "/wp-content/uploads/2020/05/boat.jpg"


@pytest.mark.parametrize("made", [folder_of, zip_of])
@pytest.mark.parametrize(
    "place",
    [
        "2020/05/boat.jpg",
        "uploads/2020/05/boat.jpg",
        "wp-content/uploads/2020/05/boat.jpg",
        "backup/of/may/wp-content/uploads/2020/05/boat.jpg",
        "boat.jpg",
        "2020/05/Boat.JPG",
    ],
)
def test_a_file_is_found_wherever_the_folder_begins(tmp_path, made, place):
    assert said(uploads.opened(made(tmp_path, place)), BOAT) == place


def test_the_year_and_the_month_tell_it_from_others_of_its_name(tmp_path):
    places = ("2019/04/boat.jpg", "2020/05/boat.jpg", "boat.jpg")
    found = uploads.opened(folder_of(tmp_path, *places))

    assert said(found, BOAT) == "2020/05/boat.jpg"
    assert said(found, "/wp-content/uploads/2019/04/boat.jpg") == "2019/04/boat.jpg"


@pytest.mark.parametrize(
    "place", ["2019/04/boat.jpg", "05/boats.jpg", "a/b/c/boat.jpg"]
)
def test_another_months_picture_is_not_taken_for_it(tmp_path, place):
    assert uploads.opened(folder_of(tmp_path, place)).find(BOAT) is None


def test_names_in_any_script_are_found_as_addresses_write_them(tmp_path):
    found = uploads.opened(folder_of(tmp_path, "2020/05/café ボート.jpg"))

    path = "/files/2020/05/caf%C3%A9%20%E3%83%9C%E3%83%BC%E3%83%88.jpg"
    assert said(found, path) == "2020/05/café ボート.jpg"


def test_what_a_link_leads_to_outside_is_not_read(tmp_path):
    folder = folder_of(tmp_path, "2020/05/other.jpg")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "2020/05/boat.jpg").symlink_to(secret)

    assert uploads.opened(folder).find(BOAT) is None


def test_what_a_computer_lays_beside_files_is_none_of_them(tmp_path):
    found = uploads.opened(zip_of(tmp_path, "__MACOSX/2020/05/boat.jpg"))

    assert found.find(BOAT) is None


def test_of_two_of_one_name_the_first_counts(tmp_path):
    path = tmp_path / "media.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("2020/05/boat.jpg", "first")
        archive.writestr("2020/05/boat.jpg", "second")

    assert said(uploads.opened(path), BOAT) == "first"


@pytest.mark.parametrize("path", ["", "/", "//", "/boat.jpg/..", "%00", "%ff"])
def test_what_is_no_path_finds_nothing(tmp_path, path):
    assert uploads.opened(folder_of(tmp_path, "2020/05/boat.jpg")).find(path) is None


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("none.zip", None, "No such file"),
        ("text.zip", b"no zip", "neither a folder nor a zip"),
        ("cut.zip", None, "neither a folder nor a zip"),
    ],
)
def test_what_is_neither_is_refused(tmp_path, name, data, why):
    path = tmp_path / name
    if name == "cut.zip":
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("a", "b" * 100)
        data = whole.getvalue()[:60]
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(Unusable, match=why):
        uploads.opened(path)
