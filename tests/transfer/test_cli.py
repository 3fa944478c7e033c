"""The command: what it says, and what it refuses."""

import json
import os

import pytest

from blog.database import session
from blog.posts.models import Post
from blog.transfer.importing.report import COLUMNS, KINDS, Outcome, Report
from tests.transfer.making import author, category, comment, export, item, page, tag


def everything():
    return [
        author("ada"),
        category("tea"),
        tag("hot"),
        item(comments=[comment()], filed=[("category", "mentioned", "Mentioned")]),
        page(),
        item(post_type="attachment", comments=[comment()]),
        item(post_type="nav_menu_item"),
        item(post_type="product"),
    ]


def test_a_run_tells_what_it_did(importer):
    path = importer.file(*everything())
    report = importer.folder / "report.json"
    result = importer.run(path, "--report", str(report))

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "Done."
    assert lines[1].split() == ["in", "file", *COLUMNS[1:]]
    assert "post 1 1 0 0 0" in [" ".join(line.split()) for line in lines]
    assert (
        "skipped: 1 × product, of a type of its own; “--keep product” makes it a page"
        in lines
    )
    assert lines[-1] == f"The whole report is in {report}."
    written = json.loads(report.read_text("utf-8"))
    assert list(written) == ["kinds", "skipped", "lines"]
    assert list(written["kinds"])[:8] == list(KINDS)
    assert written["kinds"]["comment"] == {
        "in_file": 2,
        "imported": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": 1,
    }


def test_a_dry_run_foretells_and_writes_nothing(importer):
    path = importer.file(*everything())
    before = importer.dump()
    foretold = importer.take(path, "--dry-run")
    assert importer.dump() == before

    report = importer.take(path)
    assert foretold["kinds"] == report["kinds"]
    assert foretold["skipped"] == report["skipped"]
    again = importer.take(path, "--dry-run")
    assert again["kinds"] == importer.take(path)["kinds"]
    assert "Nothing was written" in importer.run(path, "--dry-run").output


def test_without_a_file_for_the_report_its_lines_are_shown(importer):
    path = importer.file(*[item(creator=f"person-{n}") for n in range(20)])
    output = importer.run(path).output

    assert "- line" in output
    assert any(line.startswith("… and ") for line in output.splitlines())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "line 1"),
        (b"\0\1\2", "line"),
        (b"plain words", "line 1"),
        (b"<html><body></body></html>", "begins with <html>, line 1"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss></rss>', "DOCTYPE"),
        (b"<rss><channel><item><title>x</title></item></channel></rss>", "line 1"),
    ],
)
def test_another_kind_of_file_is_refused_in_one_sentence(importer, text, words):
    path = importer.folder / "file.xml"
    path.write_bytes(text)
    before = importer.dump()
    result = importer.run(path)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    assert words in result.output
    assert importer.dump() == before


def test_a_file_that_is_not_there_is_said_in_one_sentence(importer):
    for path in (importer.folder / "missing.xml", importer.folder):
        result = importer.run(path)
        assert result.exit_code == 1
        assert result.output.startswith(f"Error: {str(path)!r} cannot be read: ")
        assert len(result.output.splitlines()) == 1


def test_a_report_without_a_place_is_refused_before_anything_is_done(importer):
    path = importer.file(item())
    before = importer.dump()
    for place in (importer.folder, importer.folder / "no" / "report.json"):
        result = importer.run(path, "--report", str(place))
        assert result.exit_code == 1
        assert "cannot be written" in result.output
    assert importer.dump() == before


def test_a_file_cut_short_gives_what_is_sound(importer, db):
    text = export(item(title="Whole"), item(title="Half", comments=[comment()]))
    path = importer.folder / "cut.xml"
    path.write_text(text[: text.rindex("</item>")], "utf-8")
    report = importer.take(path)

    assert [post.title for post in session.query(Post)] == ["Whole"]
    assert any("nothing after it was read" in line for line in report["lines"])
    assert all(line.startswith("line ") for line in report["lines"] if "broken" in line)


def test_a_new_site_gets_its_database(importer):
    path = importer.file(item())
    os.remove(importer.database)
    result = importer.run(path)

    assert result.exit_code == 0, result.exception
    assert result.output.startswith("A new database was made.\n")
    with importer.app.app_context():
        assert session.query(Post).count() == 1


def test_shortcodes_and_fields_are_named(importer):
    report = importer.records(
        item(
            encoded="[scribd id='1,2'] [scribd] [caption id='x']a[/caption] [poll]",
            meta=[("_thumbnail_id", "3"), ("_oembed_1", ""), ("_oembed_2", "")],
            comments=[comment(meta=[("akismet_result", "false")])],
        )
    )

    assert (
        "Shortcodes stand in the texts as they are: scribd (2), poll (1)."
        in (report["lines"])
    )
    fields = "Fields that are not taken: _oembed_… (2), "
    assert f"{fields}akismet_result (1)." in report["lines"]


def test_hostile_values_do_no_harm(importer, db, visitor):
    nasty = "\u202e</title><script>alert(1)</script>%00&#0;{{7*7}}" + "e\u0301" * 400
    path = importer.file(
        author(nasty, id=nasty, email=nasty, display_name=nasty),
        category(nasty, id=nasty, name=nasty, parent=nasty, description=nasty),
        tag(nasty, id=nasty, name=nasty),
        *[
            item(
                **{name: nasty},
                filed=[("category", nasty, nasty), ("post_tag", "", nasty)],
                comments=[
                    comment(
                        **dict.fromkeys(
                            ("author", "author_url", "author_email", "author_IP"), nasty
                        ),
                        content=nasty,
                    )
                ],
            )
            for name in (
                *("title", "link", "creator", "guid", "encoded", "excerpt", "post_id"),
                *("post_date", "post_date_gmt", "post_name", "status", "post_parent"),
                *("menu_order", "comment_status", "post_password", "is_sticky"),
                "post_modified_gmt",
            )
        ],
        page(post_name=nasty, post_parent=nasty, menu_order=nasty),
        item(post_type=nasty),
        channel={"title": nasty, "description": nasty, "language": nasty},
    )
    report = importer.take(path)

    assert report["kinds"]["post"]["imported"] == 17
    before = importer.dump()
    importer.take(path)
    assert importer.dump() == before
    for number in (1, 2):
        page_of_posts = visitor.get("/" if number == 1 else f"/page/{number}/")
        assert "<script>alert" not in page_of_posts.text


def test_a_report_adds_up_or_says_so():
    report = Report()
    report.met("post", 2)
    report.became("post", Outcome.IMPORTED)
    assert not report.adds_up
    report.skip("post", "3", "why")
    assert report.adds_up
    report.often("Something. ")
    report.often("Something. ")
    report.say_names("Names", {f"name-{n}": 1 for n in range(40)})
    report.say_names("No names", {})
    report.close()
    assert report.lines[0].endswith("and 10 more.")
    assert report.lines[1:] == ["Something.  (2)"]
