"""Running it again: what is the same, what changed there, what changed here."""

from datetime import UTC, datetime

import pytest

from blog.clock import utcnow
from blog.comments import moderation
from blog.comments.models import Comment
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.posts.desk import editing
from blog.posts.models import Category, Post, Status
from blog.posts.terms import terms
from blog.site import redirects
from blog.transfer import records
from blog.transfer.importing import identities, run
from blog.transfer.models import ImportedItem
from tests.corpora import corpus
from tests.factories import make_category, make_user
from tests.transfer.making import (
    author,
    category,
    comment,
    item,
    outcomes,
    page,
    tag,
    titled,
)

NOW = datetime.now(UTC)


def test_a_site_is_known_by_host_and_path():
    def site(**values):
        return identities.site_of(records.Channel(**values))

    assert site(base_blog_url="HTTPS://Old.Example/blog/") == "old.example/blog"
    assert site(base_blog_url="http:", link="http://a.example") == "a.example"
    assert site(base_blog_url="http://[", title="It") == "title:It"
    assert site(title="It", link="http:") == "title:It"


def test_one_number_for_several_items_makes_several(importer, db):
    importer.take(corpus("wxr") / "pelican-wordpressexport.xml")

    posts = session.query(ImportedItem).filter_by(kind="post", source_id="176").all()
    assert len(posts) == len({each.row_id for each in posts}) == 2
    assert session.get(Post, 176).title
    # Readers know them by what the export says, even where that is the same.
    guids = [session.get(Post, each.row_id).guid for each in posts]
    assert guids == ["http://thisisa.test/?p=176"] * 2


def test_of_what_stands_twice_the_last_counts(importer, db):
    twice = {"post_id": 9, "post_name": "tea"}
    report = importer.records(
        author("ada", id=1, display_name="First"),
        author("ada", id=1, display_name="Last"),
        category("tea", id=1, name="First"),
        category("tea", id=1, name="Last"),
        item(title="First", comments=[comment(id=1), comment(id=2)], **twice),
        item(
            title="Last",
            comments=[comment(id=3, content="first"), comment(id=3, content="last")],
            **twice,
        ),
    )

    assert [post.title for post in session.query(Post)] == ["Last"]
    assert [each.source for each in session.query(Comment)] == ["last"]
    assert titled("Last").author.display_name == "Last"
    assert [each.name for each in session.query(Category)] == ["Last"]
    for kind in ("author", "category", "post"):
        assert outcomes(report, kind) == {"imported": 1, "skipped": 1}
    assert outcomes(report, "comment") == {"imported": 1, "skipped": 3}
    assert {each["reason"] for each in report["skipped"]} == {"repeated"}


def test_a_repeated_menu_item_is_counted_as_such(importer, db):
    report = importer.take(corpus("wxr") / "theme-unit-test.xml")

    reasons = [e["reason"] for e in report["skipped"] if e["kind"] == "menu_item"]
    assert reasons.count("repeated") == 18
    assert reasons.count("Recto has two menus, and this was another") == 24


def test_what_changed_there_is_taken_over(importer, db):
    one = {"post_id": 9, "post_name": "tea"}
    remark = {"id": 4, "date_gmt": "2020-05-05 08:00:00"}
    importer.records(
        author("ada", id=1),
        category("tea", id=1),
        item(
            title="Tea",
            filed=[("category", "tea", "")],
            comments=[comment(**remark)],
            **one,
        ),
    )
    report = importer.records(
        author("ada", id=1, display_name="Ada L."),
        category("tea", id=1, name="Teas"),
        category("pots", id=2),
        item(
            title="More tea",
            filed=[("category", "pots", "")],
            comments=[comment(approved="0", **remark), comment(id=5)],
            **one,
        ),
    )

    post = titled("More tea")
    assert post.author.display_name == "Ada L."
    assert [each.slug for each in post.categories] == ["pots"]
    assert [each.name for each in session.query(Category)] == ["Teas", "Pots"]
    assert session.get(Comment, 4).status == CommentStatus.PENDING
    assert post.comment_count == 1
    for kind in ("author", "post"):
        assert outcomes(report, kind) == {"updated": 1}
    for kind in ("category", "comment"):
        assert outcomes(report, kind) == {"updated": 1, "imported": 1}
    again = importer.take(importer.folder / "export.xml")
    assert outcomes(again, "post") == {"unchanged": 1}
    assert outcomes(again, "comment") == {"unchanged": 2}


def test_another_slug_there_is_the_same_post_with_its_comments(importer, db):
    importer.records(item(title="Tea", post_id=9, post_name="tea", guid="g",
                          comments=[comment(id=4)]))  # fmt: skip
    before = permalinks.post_url(titled("Tea"))
    report = importer.records(item(title="Tea", post_id=9, post_name="pots", guid="g",
                                   comments=[comment(id=4)]))  # fmt: skip

    post = titled("Tea")
    assert post.slug == "pots"
    assert redirects.target(before) == post.id
    assert outcomes(report, "post") == {"updated": 1}
    assert session.query(Comment).count() == 1
    again = importer.take(importer.folder / "export.xml")
    assert outcomes(again, "post") == outcomes(again, "comment") == {"unchanged": 1}


def test_another_slug_beside_the_old_one_is_another_post(importer, db):
    tea = {"post_id": 9, "guid": "g"}
    importer.records(item(title="Tea", post_name="tea", **tea))
    report = importer.records(
        item(title="Pots", post_name="pots", **tea),
        item(title="Tea", post_name="tea", **tea),
    )

    assert outcomes(report, "post") == {"imported": 1, "unchanged": 1}
    assert titled("Tea").id == 9


def test_one_row_never_becomes_two(importer, db):
    importer.records(
        item(
            title="Tea", post_id=9, post_name="tea", guid="g", comments=[comment(id=4)]
        )
    )
    importer.records(
        item(title="A", post_id=9, post_name="a", guid="g", comments=[comment(id=4)]),
        item(title="B", post_id=9, post_name="b", guid="g", comments=[comment(id=4)]),
    )

    assert titled("A").id == 9
    assert titled("B").id != 9
    assert {each.post_id for each in session.query(Comment)} == {9, titled("B").id}


def test_another_slug_with_another_guid_is_another_post(importer, db):
    importer.records(item(post_id=9, post_name="tea", guid="g"))
    importer.records(item(post_id=9, post_name="pots", guid="h"))

    assert session.query(Post).count() == 2


def withdraw():
    titled("Tea").withdraw()


def retitle():
    post = titled("Tea")
    post.source, post.version = "Mine.", post.version + 1


def trash():
    titled("Tea").trash(NOW)


@pytest.mark.parametrize("change", [withdraw, retitle, trash])
def test_what_changed_here_stays(importer, db, change):
    importer.records(item(title="Tea", post_id=9, post_name="tea"))
    with write_transaction():
        change()
    before = importer.dump()
    report = importer.records(
        item(title="Coffee", post_id=9, post_name="tea", comments=[comment(id=3)])
    )

    assert outcomes(report, "post") == {"skipped": 1}
    assert report["skipped"][0]["reason"] == "edited here"
    assert titled("Tea").status in (Status.PUBLIC, Status.DRAFT, Status.TRASH)
    # Its new comment comes all the same.
    assert session.get(Comment, 3).post_id == titled("Tea").id
    assert len(importer.dump()) > len(before)


def test_a_decision_on_a_comment_stays(importer, db):
    importer.records(item(post_id=9, post_name="tea", comments=[comment(id=3)]))
    user = make_user()
    with write_transaction():
        comment_here = session.get(Comment, 3)
        moderation.carry_out(moderation.Verb.SPAM, comment_here, user, utcnow())
    report = importer.records(
        item(post_id=9, post_name="tea", comments=[comment(id=3, content="Other.")])
    )

    assert session.get(Comment, 3).status == CommentStatus.SPAM
    assert report["skipped"] == [
        {"kind": "comment", "id": "3", "reason": "edited here"}
    ]


def test_a_term_and_a_person_that_changed_here_stay(importer, db):
    importer.records(author("ada", id=1), category("tea", id=1), tag("hot", id=2))
    with write_transaction():
        session.query(Category).one().name = "Mine"
    report = importer.records(
        author("ada", id=1), category("tea", id=1, name="Theirs"), tag("hot", id=2)
    )

    assert outcomes(report, "category") == {"skipped": 1}
    assert outcomes(report, "tag") == outcomes(report, "author") == {"unchanged": 1}
    assert session.query(Category).one().name == "Mine"


def test_a_category_that_was_here_before_is_used_and_left_alone(importer, db):
    own = make_category("Own tea", slug="tea", description="Ours.")
    importer.records(category("tea", id=1), item(filed=[("category", "tea", "Tea")]))
    report = importer.records(category("tea", id=1, name="Other"))

    assert session.query(Category).one().id == own.id
    assert session.query(Category).one().name == "Own tea"
    assert outcomes(report, "category") == {"unchanged": 1}


def test_what_was_deleted_here_for_good_comes_back(importer, db):
    path = importer.file(
        category("tea", id=1),
        item(title="Tea", post_id=9, filed=[("category", "tea", "")],
             comments=[comment(id=3)]),
        page(title="Page", post_id=10),
    )  # fmt: skip
    importer.take(path)
    with write_transaction():
        for title in ("Tea", "Page"):
            post = titled(title)
            post.trash(NOW)
            session.flush()
            editing.delete(post)
        terms.delete_category(session.query(Category).one())
    report = importer.take(path)

    for kind in ("category", "post", "page", "comment"):
        assert outcomes(report, kind) == {"imported": 1}
    assert (titled("Tea").id, titled("Page").id) == (9, 10)
    assert [each.slug for each in titled("Tea").categories] == ["tea"]
    assert outcomes(importer.take(path), "comment") == {"unchanged": 1}


def test_two_sites_of_the_same_numbers_stay_apart(importer, db):
    importer.records(item(title="A", post_id=9, comments=[comment(id=3)]))
    importer.records(
        item(title="B", post_id=9, comments=[comment(id=3)]),
        channel={"wp:base_blog_url": "https://other.example"},
    )

    assert session.query(Post).count() == session.query(Comment).count() == 2
    assert titled("A").id == 9


def test_a_run_that_breaks_off_goes_on_the_next_time(importer, db, monkeypatch):
    """Killed between two writes: what was written stays, and nothing is doubled."""
    path = importer.file(
        author("ada"),
        *[item(post_id=n, comments=[comment(id=n)] * 1) for n in range(1, 101)],
        page(title="Child", post_id=201, post_parent=202, post_name="child"),
        page(title="Parent", post_id=202, post_name="parent"),
        item(title="Odd", post_id=300, link="https://old.example/odd/"),
    )

    class Killed(Exception):
        pass

    written = run.Import.steps

    def some_steps(number):
        def steps(self, reader):
            for count, step in enumerate(written(self, reader)):
                if count == number:
                    raise Killed
                yield step

        return steps

    for number in (2, 6, 7):
        monkeypatch.setattr(run.Import, "steps", some_steps(number))
        assert isinstance(importer.run(path).exception, Killed)
    assert 0 < session.query(Post).count() < 103
    monkeypatch.setattr(run.Import, "steps", written)
    report = importer.take(path)

    assert 0 < report["kinds"]["post"]["unchanged"] < 101
    assert session.query(Post).count() == 103
    assert session.query(Comment).count() == 100
    assert permalinks.page_url(titled("Child")) == "/parent/child/"
    assert redirects.target("/odd") == 300
    before = importer.dump()
    importer.take(path)
    assert importer.dump() == before


def test_a_password_that_was_set_there_hides_the_words_here(importer, db):
    text = {"encoded": "<p>treasure</p><!--more--><p>map</p>", "excerpt": "treasure"}
    importer.records(item(title="It", post_id=9, post_name="it", **text))
    assert titled("It").summary == "treasure"
    importer.records(
        item(title="It", post_id=9, post_name="it", post_password="sesame", **text)
    )

    post = titled("It")
    assert (post.password, post.summary, post.lede) == ("sesame", "", None)
