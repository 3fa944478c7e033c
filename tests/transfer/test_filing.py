"""Ways to file that are the site's own, who else wrote, and what a post looks like."""

from blog.database import session
from blog.posts.models import Post, Shape, Tag
from tests.transfer.making import author, item, outcomes, page, term, titled


def test_terms_of_the_sites_own_become_tags_and_their_archives_lead_there(
    importer, db, visitor
):
    path = importer.file(
        term("genre", "jazz", term_id=7, term_name="Jazz"),
        term("pa_size", "large", term_id=8),
        item(title="Kind of blue", filed=[("genre", "jazz", "Jazz")]),
        item(title="Hot tea", filed=[("post_tag", "tea", "Tea")]),
    )
    report = importer.take(path)

    assert [tag.name for tag in titled("Kind of blue").tags] == ["Jazz"]
    assert outcomes(report, "genre") == {"imported": 1}
    assert outcomes(report, "pa_size") == {"skipped": 1}
    assert {"kind": "pa_size", "id": "8"}.items() <= report["skipped"][0].items()
    assert visitor.get("/genre/jazz/").headers["Location"].endswith("/tag/jazz/")
    again = importer.take(path)
    assert outcomes(again, "genre") == {"unchanged": 1}
    assert outcomes(again, "post") == {"unchanged": 2}
    assert session.query(Tag).count() == 2


def test_everybody_who_wrote_a_post_is_named(importer, db):
    importer.records(
        *(author(name, display_name=name.title()) for name in ("ada", "ben", "cyd")),
        item(
            title="Together",
            creator="ada",
            filed=[
                ("author", "cap-ada", "Ada"),
                ("author", "cyd", "Cyd"),
                ("author", "cap-ben", "Ben"),
                ("author", "cap-nobody", "Nobody"),
            ],
        ),
    )

    post = session.query(Post).one()
    assert post.author.name == "ada"
    assert [line.user.name for line in post.bylines] == ["cyd", "ben"]
    assert session.query(Tag).count() == 0


def test_what_was_said_in_passing_is_a_note(importer, db):
    report = importer.records(
        term("post_format", "post-format-aside"),
        item(title="", post_name="hm", encoded="Hm.",
             filed=[("post_format", "post-format-aside", "Aside")]),
        item(title="Film", filed=[("post_format", "post-format-video", "Video")]),
    )  # fmt: skip

    note = session.query(Post).filter_by(slug="hm").one()
    assert (note.shape, str(note.lede)) == (Shape.NOTE, "<p>Hm.</p>")
    assert titled("Film").shape == Shape.ARTICLE
    assert outcomes(report, "post_format") == {"skipped": 1}


def test_a_page_that_is_filed_moves_in_without(importer, db):
    report = importer.records(page(title="About", filed=[("category", "sea", "Sea")]))

    assert outcomes(report, "page") == {"imported": 1}
    assert titled("About").categories == []
