"""Every file of every export, given a folder of uploads, answers where it did."""

import re
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from tests.corpora import files
from tests.media.drawing import corners, saved
from tests.transfer.exports import local, text

PICTURES = re.compile(r"\.(jpe?g|png|gif|webp)$", re.IGNORECASE)
QUICK = frozenset({"jekyll-import-2025", "pelican-wordpressexport"})


def attachments(path):
    """The attachments of an export: their elements."""
    try:
        channel = ElementTree.parse(path).getroot().find("channel")
    except ElementTree.ParseError:
        return []
    return [
        each
        for each in channel
        if local(each.tag) == "item" and text(each, "post_type") == "attachment"
    ]


def with_files():
    """Exports that list pictures; those that take long are for ``make corpora``."""
    return [
        pytest.param(
            path,
            id=path.stem,
            marks=() if path.stem in QUICK else pytest.mark.corpora_all,
        )
        for path in files("wxr", "*.xml")
        if any(
            PICTURES.search(text(each, "attachment_url")) for each in attachments(path)
        )
    ]


@pytest.mark.parametrize("path", with_files())
def test_every_file_that_was_given_answers_where_it_did(
    db, importer, visitor, tmp_path, path
):
    folder = tmp_path / "uploads"
    given = []
    for each in attachments(path):
        parts = urlsplit(text(each, "attachment_url"))
        if not PICTURES.search(parts.path) or not text(each, "post_id"):
            continue
        place = folder / unquote(parts.path).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        size = (40 + len(given) % 500, 30 + len(given) // 500)
        place.write_bytes(saved(corners(size), "PNG"))
        given.append(each)

    report = importer.take(path, "--media", folder)

    assert report["kinds"]["attachment"]["imported"] == len(given)
    wrong = []
    visitor.inspects = False
    for each in given:
        for name in ("attachment_url", "guid", "link"):
            parts = urlsplit(text(each, name))
            if not parts.path or (parts.path == "/" and not parts.query):
                continue
            where = f"{parts.path}?{parts.query}" if parts.query else parts.path
            answer = visitor.get(where)
            if answer.status_code == 301:
                answer = visitor.get(answer.location)
            if answer.status_code != 200:
                wrong.append((where, answer.status_code))
    assert wrong == []
    before = importer.dump()
    importer.take(path, "--media", folder)
    assert importer.dump() == before
