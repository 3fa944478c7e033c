"""What becomes of posts and pages."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.database import session, write_transaction
from blog.posts import permalinks, publishing
from blog.posts.desk import editing
from blog.posts.models import Kind, Post, Status
from blog.site import redirects
from blog.text.sanitizer import Format
from tests.factories import make_page, make_post
from tests.transfer.making import author, item, outcomes, page, titled

NEVER = "0000-00-00 00:00:00"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("publish", Status.PUBLIC),
        ("private", Status.PRIVATE),
        ("draft", Status.DRAFT),
        ("pending", Status.PENDING),
        ("", Status.DRAFT),
        ("in-revision", Status.DRAFT),
    ],
)
def test_a_status_is_kept(importer, db, word, status):
    report = importer.records(author("ada"), item(title="It", status=word))

    assert titled("It").status == status
    assert any("in-revision" in line for line in report["lines"]) == (
        word == "in-revision"
    )


@pytest.mark.parametrize("word", ["auto-draft", "inherit"])
def test_what_nobody_wrote_is_left_out(importer, db, word):
    report = importer.records(author("ada"), item(status=word, post_id=7))

    assert session.query(Post).all() == []
    reason = f"of the status “{word}”"
    assert report["skipped"] == [{"kind": "post", "id": "7", "reason": reason}]


def test_a_scheduled_post_waits_for_its_hour(importer, db):
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    date = f"{at:%Y-%m-%d %H:%M:%S}"
    importer.records(
        item(title="Soon", status="future", post_date=date, post_date_gmt=date)
    )

    post = titled("Soon")
    assert post.is_scheduled(datetime.now(UTC))
    assert post.published_at == at


def test_the_trash_remembers_what_was_in_it(importer, db):
    meta = [
        ("_wp_trash_meta_status", "publish"),
        ("_wp_trash_meta_time", "1600000000"),
        ("_wp_desired_post_slug", "thrown-away"),
    ]
    importer.records(
        item(title="Gone", status="trash", post_name="thrown-away__trashed", meta=meta)
    )

    post = titled("Gone")
    assert (post.status, post.trashed_status) == (Status.TRASH, Status.PUBLIC)
    assert post.trashed_at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    with write_transaction():
        publishing.restore(titled("Gone"))
    assert permalinks.post_url(titled("Gone")) == "/2020/05/thrown-away/"


def test_a_draft_has_a_date_only_where_one_was_chosen(importer, db):
    importer.records(
        item(title="Any day", status="draft", post_date_gmt=NEVER, post_name=""),
        item(title="That day", status="draft"),
    )

    assert titled("Any day").published_at is None
    assert titled("Any day").slug == ""
    assert titled("Any day").created_at == datetime(2020, 5, 4, 12, tzinfo=UTC)
    assert titled("That day").published_at == datetime(2020, 5, 4, 12, tzinfo=UTC)


def test_a_date_is_read_on_the_clocks_of_the_site(importer, db):
    local = {"post_date": "2020-07-01 14:00:00", "post_date_gmt": "2020-07-01 12:00:00"}
    importer.records(
        item(**local),
        item(title="Local", post_date="2020-07-02 14:00:00", post_date_gmt=NEVER),
        item(
            title="Of a feed",
            post_date=NEVER,
            post_date_gmt=NEVER,
            pubDate="Fri, 03 Jul 2020 14:00:00 +0200",
        ),
        channel={"language": "de-DE"},
    )

    assert titled("Local").published_at == datetime(2020, 7, 2, 12, tzinfo=UTC)
    assert titled("Of a feed").published_at == datetime(2020, 7, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", [NEVER, "", "soon", "2020-13-45 99:99:99", "0001-01-01"]
)
def test_what_is_published_without_a_date_is_published_now(importer, db, date):
    before = datetime.now(UTC)
    importer.records(item(title="When?", post_date=date, post_date_gmt=date))

    assert before <= titled("When?").published_at <= datetime.now(UTC)


def test_a_password_hides_the_words_from_lists(importer, db):
    importer.records(
        item(
            title="Hidden",
            post_password="open sesame",
            encoded="<p>treasure</p><!--more--><p>map</p>",
            excerpt="treasure",
        )
    )

    post = titled("Hidden")
    assert (post.password, post.summary, post.lede) == ("open sesame", "", None)
    assert "treasure" in post.html


def test_what_else_an_item_says_is_kept(importer, db):
    importer.records(
        item(
            title="Bread &amp; <em>butter</em>",
            encoded="First line.\n\nSecond <b>line</b>.<!--nextpage-->Page two.",
            excerpt="In <i>short</i> &amp; sweet",
            is_sticky=1,
            comment_status="closed",
            post_modified_gmt="2021-01-02 03:04:05",
            guid="https://old.example/?p=3",
        ),
        page(title="Third", menu_order=3, comment_status="open"),
    )

    post = titled("Bread & butter")
    assert post.format == Format.HTML
    assert [" ".join(each.split()) for each in post.pages] == [
        "<p>First line.</p> <p>Second <b>line</b>.</p>",
        "<p>Page two.</p>",
    ]
    assert post.excerpt == "In short & sweet"
    assert (post.sticky, post.comments_open) == (True, False)
    assert post.edited_at == datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert post.guid == "https://old.example/?p=3"
    third = titled("Third")
    assert (third.kind, third.position, third.comments_open) == (Kind.PAGE, 3, True)


def test_a_title_that_is_too_long_is_cut_and_said(importer, db):
    report = importer.records(item(title="x" * 300))

    assert session.query(Post).one().title == "x" * 200
    assert any("cut to 200" in line for line in report["lines"])


def test_a_text_that_is_too_large_is_left_out_with_its_comments(importer, db):
    report = importer.records(item(post_id=5, encoded="x " * 1_100_000), item())

    assert outcomes(report, "post") == {"imported": 1, "skipped": 1}
    assert report["skipped"] == [{"kind": "post", "id": "5", "reason": "too large"}]


def test_what_is_private_is_not_sticky(importer, db):
    importer.records(item(title="Mine", status="private", is_sticky=1))

    assert not titled("Mine").sticky


# Numbers and slugs


def test_numbers_are_kept_where_they_are_free(importer, db):
    own = make_post(title="Here first")
    importer.records(
        item(title="A", post_id=own.id),
        item(title="B", post_id=40),
        item(title="C", post_id=41),
        item(title="D", post_id="999999999999999999"),
    )

    assert titled("B").id == 40
    assert titled("C").id == 41
    # Above all that the file brings, so that none of them loses its own.
    assert {titled("A").id, titled("D").id} == {42, 43}


def test_the_number_of_a_deleted_post_goes_to_no_other(importer, db):
    number = make_post(title="Last").id
    with write_transaction():
        session.delete(session.get(Post, number))
    importer.records(
        item(title="A", post_id=""), item(title="B", post_id="x"), item(post_id=number)
    )

    assert min(titled("A").id, titled("B").id) > number


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("with_underscore", "with_underscore"),
        ("Caf%C3%A9.html", "Café.html"),
        ("%e3%83%86%e3%82%b9%e3%83%88", "テスト"),
        ("c%2b%2b", "c++"),
        ("a%2fb", "a-b"),
        ("feed", "feed-2"),
        ("11", "11-2"),
        ("%ff", "about-dots"),
        ("..", "about-dots"),
        ("", "about-dots"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_slug_is_kept_where_it_can_be(importer, db, name, slug):
    importer.records(
        item(title="About dots", post_name=name, link="https://old.example/?p=77"),
        *[item() for _ in range(3)],
    )

    assert titled("About dots").slug == slug


def test_a_slug_that_is_taken_is_numbered_and_the_old_path_led(importer, db):
    make_post(slug="tea", title="Own")
    report = importer.records(
        item(title="Theirs", post_name="tea", link="https://old.example/blog/tea/")
    )

    post = titled("Theirs")
    assert post.slug == "tea-2"
    assert redirects.target("/blog/tea") == post.id
    assert not any("stands here" in line for line in report["lines"])


def test_what_readers_know_keeps_the_slug_that_a_draft_has_too(importer, db):
    importer.records(
        item(title="Draft", post_name="tea", status="draft"),
        item(title="Public", post_name="tea"),
    )

    assert (titled("Draft").slug, titled("Public").slug) == ("tea-2", "tea")


# Pages in trees


def test_pages_lie_where_they_lay_in_any_order(importer, db):
    importer.records(
        page(title="Team", post_id=3, post_parent=2, post_name="team"),
        page(title="Us", post_id=2, post_parent=1, post_name="us"),
        page(title="About", post_id=1, post_name="about"),
        page(title="Other team", post_id=5, post_parent=4, post_name="team"),
        page(title="Other", post_id=4, post_name="other"),
        page(title="Twin", post_id=6, post_parent=4, post_name="team"),
    )

    assert permalinks.page_url(titled("Team")) == "/about/us/team/"
    assert permalinks.page_url(titled("Other team")) == "/other/team/"
    assert permalinks.page_url(titled("Twin")) == "/other/team-2/"


def test_pages_in_circles_and_orphans_stay_at_the_top(importer, db):
    report = importer.records(
        page(title="A", post_id=1, post_parent=2),
        page(title="B", post_id=2, post_parent=1),
        page(title="Self", post_id=3, post_parent=3),
        page(title="Orphan", post_id=4, post_parent=99),
    )

    parents = {post.title: post.parent_id for post in session.query(Post)}
    assert parents == {"A": 2, "B": None, "Self": None, "Orphan": None}
    assert sum("below itself" in line for line in report["lines"]) == 2
    assert sum("number 99" in line for line in report["lines"]) == 1
    before = importer.dump()
    importer.take(importer.folder / "export.xml")
    assert importer.dump() == before


def test_a_page_that_was_moved_here_stays_there(importer, db):
    path = importer.file(
        page(title="Child", post_id=2, post_parent=1), page(title="Home", post_id=1)
    )
    importer.take(path)
    here = make_page(title="Here")
    child = titled("Child")
    with write_transaction():
        child = titled("Child")
        editing.update_post(
            child,
            publishing.prepare(title="Child", source="Mine.", format=Format.HTML),
            editing.Details(
                author_id=child.author_id,
                slug=child.slug,
                published_at=child.published_at,
                comments_open=False,
                parent_id=here.id,
            ),
            editing.Step.SAVE,
            by=child.author,
            seen_version=child.version,
            now=datetime.now(UTC),
        )
    report = importer.take(path)

    assert outcomes(report, "page") == {"unchanged": 2}
    assert titled("Child").parent_id == here.id


def test_a_page_that_moved_there_moves_here_and_is_led(importer, db):
    parent = page(title="Parent", post_id=1, post_name="parent")

    def page_at(path, above):
        link = f"https://old.example{path}"
        return page(title="A", post_id=2, post_name="a", post_parent=above, link=link)

    importer.records(parent, page_at("/parent/a/", 1))
    assert permalinks.page_url(titled("A")) == "/parent/a/"
    importer.records(parent, page_at("/a/", 0))
    assert permalinks.page_url(titled("A")) == "/a/"
    assert redirects.target("/parent/a/") == 2
    importer.records(
        page(title="Other", post_id=3, post_name="other"), page_at("/other/a/", 3)
    )
    assert permalinks.page_url(titled("A")) == "/other/a/"
    assert [redirects.target(path) for path in ("/a", "/parent/a")] == [2, 2]


# Where it is filed


def test_posts_are_filed_as_they_were(importer, db):
    importer.records(
        item(
            title="Filed",
            filed=[
                ("category", "tea", "Tea"),
                ("post_tag", "hot", "Hot &amp; cold"),
                ("series", "one", "One"),
                ("category", "", "Tea"),
                ("tag", "", "Hot &amp; cold"),
            ],
        ),
    )

    post = titled("Filed")
    assert [each.slug for each in post.categories] == ["tea"]
    assert [each.name for each in post.tags] == ["Hot & cold", "One"]


def test_who_wrote_it_is_its_author(importer, db):
    importer.records(
        author("ada", display_name="Ada L."),
        item(title="Hers", creator="ada"),
        item(title="His", creator="Bob"),
        item(title="Nobody's", creator=""),
    )

    assert titled("Hers").author.display_name == "Ada L."
    assert titled("His").author.name == "bob"
    assert titled("Nobody's").author.name == "imported"
