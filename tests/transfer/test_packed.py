"""Exports as they are sent: packed, and packed to do harm."""

import gzip
import zipfile

import pytest

from blog.transfer import recognition
from tests.transfer.making import author, export, item, outcomes

HEAD, TAIL = export().split("<wp:wxr_version>")[0], ""
MIB = 1024 * 1024


@pytest.fixture
def text():
    return export(item(title="Tea")).encode()


def test_a_gzip_and_a_zip_are_read_as_what_is_in_them(importer, db, tmp_path, text):
    packed = tmp_path / "export.xml.gz"
    packed.write_bytes(gzip.compress(text))
    assert outcomes(importer.take(packed), "post") == {"imported": 1}

    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("my-site/export.xml", text)
        archive.writestr("__MACOSX/export.xml", "rubbish")
    report = importer.take(tmp_path / "export.zip")
    assert outcomes(report, "post") == {"unchanged": 1}


def test_ten_gigabytes_in_a_small_file_are_refused_with_the_line(
    importer, db, tmp_path
):
    path = tmp_path / "bomb.xml.gz"
    letters = gzip.compress(b"a" * (64 * MIB))
    with path.open("wb") as file:
        file.write(gzip.compress(f"{HEAD}\n<item><title>".encode()))
        for _ in range(160):
            file.write(letters)
    before = importer.dump()
    result = importer.run(path)

    assert result.exit_code == 1
    assert "is larger than any site has" in result.output
    assert f"line {HEAD.count(chr(10)) + 2}" in result.output
    assert importer.dump() == before


def test_more_than_a_site_can_have_is_refused(
    importer, db, tmp_path, text, monkeypatch
):
    monkeypatch.setattr(recognition, "MOST_BYTES", len(text) - 1)
    path = tmp_path / "export.xml.gz"
    path.write_bytes(gzip.compress(text))
    before = importer.dump()
    result = importer.run(path)

    assert result.exit_code == 1
    assert "What is packed in this file is too large." in result.output
    assert importer.dump() == before


@pytest.mark.parametrize("cut", [10, 100])
def test_a_packed_file_that_breaks_off_is_refused(importer, db, tmp_path, text, cut):
    path = tmp_path / "export.xml.gz"
    path.write_bytes(gzip.compress(text)[:-cut])
    before = importer.dump()
    result = importer.run(path)

    assert result.exit_code == 1
    assert "damaged or incomplete" in result.output
    assert importer.dump() == before


def test_a_site_in_several_files_comes_whole(importer, db, tmp_path):
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        for number, title in ((2, "Tea"), (1, "Pots"), (3, "Cups")):
            part = export(author("ada", id=1), item(title=title, creator="ada"))
            archive.writestr(f"site.2026-11-25.00{number}.xml", part)
    report = importer.take(tmp_path / "site.zip")

    assert outcomes(report, "post") == {"imported": 3}
    assert outcomes(report, "author") == {"imported": 1, "skipped": 2}
    lines = export(author("ada", id=1), item()).count("\n")
    first, second = [line for line in report["lines"] if "Another export" in line]
    assert first.startswith(f"line {lines + 1}: ")
    assert second.startswith(f"line {2 * lines + 1}: ")
