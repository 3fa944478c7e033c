"""Settings that are taken over, and addresses that are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.posts.models import Post
from blog.site import redirects
from blog.site.models import Redirect
from blog.site.queries import settings
from tests.factories import make_page, make_post
from tests.transfer.making import category, item, page, titled

SUMMER = {"post_date": "2020-07-01 14:00:00", "post_date_gmt": "2020-07-01 12:00:00"}
WINTER = {"post_date": "2020-12-31 23:30:00", "post_date_gmt": "2020-12-31 22:30:00"}
GERMAN = {"language": "de-DE", "description": "Tee &amp; mehr"}


def german_site():
    return [
        item(post_name="a", link="https://old.example/2020/07/01/a/", **SUMMER),
        item(post_name="b", link="https://old.example/2020/12/31/b/", **WINTER),
    ]


def test_an_empty_publication_takes_the_settings_over(importer, db):
    report = importer.records(*german_site(), channel=GERMAN)

    site = settings()
    assert (site.title, site.tagline) == ("The Old Site", "Tee & mehr")
    assert (site.language, site.timezone) == ("de", "Europe/Berlin")
    assert site.permalink_structure == "/%year%/%monthnum%/%day%/%postname%/"
    assert sum("as it was there" in line for line in report["lines"]) == 5
    # The evening of the 31st is not the 1st: the clocks are the old site's.
    assert [permalinks.post_url(post) for post in session.query(Post)] == [
        "/2020/07/01/a/",
        "/2020/12/31/b/",
    ]
    assert session.query(Redirect).all() == []


def test_what_the_owner_had_set_stays(importer, db):
    with write_transaction():
        settings().title, settings().timezone = "Mine", "Asia/Tokyo"
    report = importer.records(*german_site(), channel=GERMAN)

    assert (settings().title, settings().timezone) == ("Mine", "Asia/Tokyo")
    assert settings().language == "de"
    assert sum("here it stays" in line for line in report["lines"]) == 2


def test_a_publication_with_posts_keeps_its_settings(importer, db):
    make_post()
    before = importer.dump()[0]
    report = importer.records(*german_site(), channel=GERMAN)

    assert importer.dump()[0] == before
    assert settings().language == "en"
    assert sum("here it stays" in line for line in report["lines"]) == 5
    ids = [titled_by_slug("a"), titled_by_slug("b")]
    assert [redirects.target(f"/2020/{rest}") for rest in ("07/01/a", "12/31/b")] == ids


def titled_by_slug(slug):
    return session.query(Post).filter_by(slug=slug).one().id


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en_GB"),
        ("en-AU", "en"),
        ("pt-BR", "pt"),
        ("zh-CN", "zh_Hans"),
        ("zh-TW", "en"),
        ("tlh", "en"),
        ("<b>", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_one_that_we_know(importer, db, tag, language):
    report = importer.records(item(), channel={"language": tag})

    assert settings().language == language
    is_said = any("does not know yet" in line for line in report["lines"])
    assert is_said == (language == "en" and tag not in ("en-AU", ""))


def test_a_structure_that_we_cannot_have_is_said_and_led(importer, db):
    report = importer.records(
        item(title="A", post_id=5, link="https://old.example/archive-5", post_name="a"),
        item(title="B", post_id=6, link="https://old.example/search/b/", post_name="b"),
        item(title="C", post_id=7, link="https://old.example/search/c/", post_name="c"),
    )

    assert settings().permalink_structure == "/%year%/%monthnum%/%postname%/"
    assert any("cannot be kept" in line for line in report["lines"])
    assert redirects.target("/archive-5") == 5
    assert redirects.target("/search/b") == 6


def test_a_folder_before_everything_is_kept(importer, db):
    folder = {"wp:base_blog_url": "https://old.example/blog"}
    importer.records(
        item(title="A", post_name="a", link="https://old.example/blog/2020/05/a/"),
        page(title="P", post_name="p", link="https://old.example/blog/p/"),
        channel=folder,
    )

    assert permalinks.post_url(titled("A")) == "/blog/2020/05/a/"
    assert redirects.target("/blog/p") == titled("P").id


def test_categories_lead_addresses_as_they_did(importer, db):
    importer.records(
        category("late", id=30),
        category("early", parent="top", id=20),
        category("top", id=10),
        item(
            title="A",
            post_name="a",
            link="https://old.example/top/early/a/",
            filed=[("category", "late", ""), ("category", "early", "")],
        ),
        item(
            title="B",
            post_name="b",
            link="https://old.example/late/b/",
            filed=[("category", "late", "")],
        ),
    )

    assert settings().permalink_structure == "/%category%/%postname%/"
    assert permalinks.post_url(titled("A")) == "/top/early/a/"


# Redirects


def test_a_link_that_is_not_the_present_address_is_led(importer, db):
    importer.records(
        item(
            title="Moved", post_name="tea", link="https://www.old.example/Odd/T%C3%A9"
        ),
        *[item() for _ in range(3)],
        item(title="Draft", status="draft", link="https://old.example/draft/"),
        item(title="Secret", status="private", link="https://old.example/secret/"),
    )

    paths = {each.path: each.post_id for each in session.query(Redirect)}
    assert paths == {"/Odd/Té": titled("Moved").id}


def test_plain_addresses_hold_by_the_number(importer, db):
    own = make_post()
    report = importer.records(
        item(title="Kept", post_id=40, link="https://old.example/?p=40"),
        page(title="Page", post_id=41, link="https://old.example/?page_id=41"),
        item(title="Lost", post_id=own.id, link=f"https://old.example/?p={own.id}"),
        item(title="Sub", post_id=50, link="https://old.example/blog/?p=50"),
    )

    paths = {each.path: each.post_id for each in session.query(Redirect)}
    assert paths == {"/blog?p=50": 50}
    said = [line for line in report["lines"] if "stands here" in line]
    assert len(said) == 1
    assert f"/?p={own.id}" in said[0]


def test_what_stands_at_an_old_address_is_said(importer, db):
    make_page(title="Own", slug="tea")
    report = importer.records(
        page(title="Theirs", post_name="tea", link="https://old.example/tea/"),
        page(title="Front", post_name="front", link="https://old.example/"),
    )

    assert session.query(Redirect).all() == []
    said = [line for line in report["lines"] if "something else stands here" in line]
    assert ["“Theirs”" in said[0], "“Front”" in said[1]] == [True, True]


def test_links_to_other_sites_are_not_kept(importer, db):
    report = importer.records(
        item(link="https://elsewhere.example/tea/"), item(link="mailto:a@b.example")
    )

    assert session.query(Redirect).all() == []
    assert any("elsewhere.example" in line for line in report["lines"])
    assert any("no address of a page" in line for line in report["lines"])


def test_an_old_address_opens(importer, app, db, visitor):
    importer.records(
        item(title="Moved", post_name="tea", link="https://old.example/odd/%C3%A9/"),
        *[item() for _ in range(3)],
    )
    url = permalinks.post_url(titled("Moved"))

    response = visitor.get("/odd/é/")
    assert (response.status_code, response.location) == (301, url)


def test_a_scheduled_post_is_nobodys_business_yet(importer, db, visitor):
    at = datetime.now(UTC) + timedelta(days=3)
    date = f"{at:%Y-%m-%d %H:%M:%S}"
    importer.records(
        item(
            title="Soon",
            post_id=9,
            status="future",
            post_date=date,
            post_date_gmt=date,
            link="https://old.example/?p=9",
        )
    )

    assert visitor.get("/?p=9").status_code == 404
