"""What an export keeps of a post in fields: where it stood, and words for elsewhere."""

import pytest

from blog.database import session
from blog.posts.permalinks import post_url
from tests.transfer.making import item, outcomes, titled

pytestmark = pytest.mark.usefixtures("db")


def field(name, *values):
    return [(name, value) for value in values]


@pytest.mark.parametrize(
    "old",
    ["/2020/05/first/", "/2020/05/second", "/2019/04/now/", "/2019/04/first/"],
)
def test_where_it_stood_before_leads_to_it(importer, visitor, old):
    importer.records(
        item(
            title="A post",
            post_name="now",
            link="https://old.example/2020/05/now/",
            meta=field("_wp_old_slug", "first", "second")
            + field("_wp_old_date", "2019-04-03"),
        ),
        item(post_name="other"),
        item(post_name="another"),
    )

    answer = visitor.get(old, follow_redirects=True)
    assert answer.request.path == post_url(titled("A post"))


def test_another_post_at_the_old_address_wins(importer, visitor):
    importer.records(
        item(title="A post", post_name="now", meta=field("_wp_old_slug", "first")),
        item(title="The new first", post_name="first"),
    )

    answer = visitor.get("/2020/05/first/")
    assert (answer.status_code, "The new first" in answer.text) == (200, True)


def test_old_slugs_that_are_none_lead_nowhere(importer):
    record = item(
        post_name="now",
        meta=field("_wp_old_slug", "", "a/b", "now") + field("_wp_old_date", "soon"),
    )
    path = importer.file(record)
    importer.take(path)
    before = importer.dump()
    importer.take(path)

    assert importer.dump() == before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A better title", "A better title"),
        ("%%title%% %%page%% %%sep%% %%sitename%%", ""),
        (
            "%%title%%: all of it %%sep%% %%sitename%%",
            "A post: all of it - The Old Site",
        ),
        ("%%cf_price%% for a post", ""),
        ("R&amp;D", "R&D"),
        ("", ""),
    ],
)
def test_a_title_for_search_engines_is_kept(importer, typed, kept):
    importer.records(item(title="A post", meta=field("_yoast_wpseo_title", typed)))

    assert titled("A post").seo_title == kept


def test_a_description_for_search_engines_is_kept(importer):
    said = "What it\n is <b>about</b>"
    importer.records(item(title="A post", meta=field("_yoast_wpseo_metadesc", said)))

    assert titled("A post").seo_description == "What it is <b>about</b>"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://first.example/a-post/", "https://first.example/a-post/"),
        ("https://www.old.example/2020/05/a-post/", ""),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
    ],
)
def test_where_a_text_stood_first_is_kept(importer, typed, kept):
    importer.records(item(title="A post", meta=field("_yoast_wpseo_canonical", typed)))

    assert titled("A post").canonical_url == kept


def test_new_words_are_taken_over(importer):
    for number, said in enumerate(("One", "Two")):
        record = item(
            title="A post", post_id=5, meta=field("_yoast_wpseo_metadesc", said)
        )
        report = importer.records(record)
        session.expire_all()
        assert titled("A post").seo_description == said
        assert outcomes(report, "post") == {("imported", "updated")[number]: 1}
