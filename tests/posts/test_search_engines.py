"""What a page says of itself to search engines and to those who make cards of links."""

import json

import pytest

from blog.media.models import MediaKind, MediaUse
from blog.posts import permalinks
from blog.posts.models import Shape
from tests.factories import NOW, make_page, make_post
from tests.pages import parse, text_of
from tests.posts.company import make_part, make_picture, make_series
from tests.posts.writing import open_editor, reloaded


def head(visitor, path):
    """What stands in a page's head: ``{name or property: content}``."""
    page = parse(visitor.get(path).text)
    found = {
        each.get("property") or each.get("name"): each.get("content")
        for each in page.iter("meta")
    }
    for each in page.iter("link"):
        if each.get("rel") == "canonical":
            found["canonical"] = each.get("href")
    for each in page.iter("script"):
        if each.get("type") == "application/ld+json":
            found["data"] = json.loads(each.text)
    return found | {"title": text_of(page.find("head/title"))}


def test_a_post_is_described_by_its_own_words(visitor, db):
    post = make_post(title='Tea & "milk" </script>', source="Words <!-- here.")
    path = permalinks.post_url(post)

    found = head(visitor, path)

    assert found["og:title"] == found["data"]["headline"] == post.title
    assert found["description"] == found["og:description"] == post.summary
    assert found["canonical"] == found["og:url"] == f"http://localhost{path}"
    assert (found["og:type"], found["twitter:card"]) == ("article", "summary")
    assert found["data"]["@type"] == "BlogPosting"
    assert "og:image" not in found


def test_the_writer_may_say_it_otherwise(visitor, db):
    cover, card = make_picture("cover"), make_picture("card", alt="A boat", version=3)
    post = make_post(
        title="Tea",
        seo_title="All about tea",
        seo_description="In short.",
        cover_id=cover.id,
        social_picture_id=card.id,
    )

    found = head(visitor, permalinks.post_url(post))

    assert found["title"].startswith("Tea – ")  # as the page's own heading
    assert found["og:title"] == found["data"]["headline"] == "All about tea"
    assert found["description"] == "In short."
    assert found["og:image"] == f"http://localhost/media/{card.id}/card-1280.jpeg?v=3"
    assert (found["og:image:width"], found["og:image:height"]) == ("1280", "720")
    assert found["og:image:alt"] == "A boat"
    assert found["twitter:card"] == "summary_large_image"


def test_without_a_picture_for_cards_the_cover_is_one(visitor, db):
    post = make_post(cover_id=make_picture("cover").id)

    assert "/cover-1280.jpeg" in head(visitor, permalinks.post_url(post))["og:image"]


def test_an_original_elsewhere_leaves_the_sitemap(visitor, db):
    make_post(slug="ours")
    make_post(slug="own", canonical_url="http://localhost/2020/01/own/")
    post = make_post(slug="theirs", canonical_url="https://theirs.example/a")
    make_page(slug="page-of-theirs", canonical_url="https://theirs.example/b")

    found = head(visitor, permalinks.post_url(post))
    sitemap = visitor.get("/sitemap.xml").text

    assert found["canonical"] == found["og:url"] == "https://theirs.example/a"
    assert "/ours/" in sitemap
    assert "/own/" in sitemap
    assert "theirs" not in sitemap


def test_a_protected_post_says_its_title_alone(visitor, db):
    picture = make_picture("secret")
    post = make_post(
        title="Shown",
        source="secret",
        password="sesame",
        seo_title="secret",
        seo_description="secret",
        canonical_url="https://secret.example/",
        cover_id=picture.id,
        social_picture_id=picture.id,
        shape=Shape.LINK,
        link_url="https://secret.example/",
    )
    make_part(make_series(), cover_id=picture.id, password="sesame")
    for path in ("/", permalinks.post_url(post), "/feed/", "/feed/atom/", "/feed.json"):
        answer = visitor.get(path).text
        assert "secret" not in answer, path
        assert "Shown" in answer


def test_a_cover_stands_above_the_text_in_lists_and_in_feeds(visitor, db):
    picture = make_picture("boat")
    post = make_post(cover_id=picture.id)

    for path in ("/", permalinks.post_url(post)):
        (image,) = parse(visitor.get(path).text).iter("img")
        assert image.get("src") == f"/media/{picture.id}/boat.jpg?v=1"
        assert (image.get("width"), image.get("height")) == ("1600", "900")
    (item,) = json.loads(visitor.get("/feed.json").text)["items"]
    assert item["image"] == f"http://localhost/media/{picture.id}/boat.jpg?v=1"
    assert f'url="{item["image"]}"' in visitor.get("/feed/").text


def test_the_editor_takes_what_search_engines_get(client_for, db):
    editor = client_for("editor")
    picture = make_picture()
    post = make_post(published_at=None)
    path = f"/admin/posts/{post.id}/"
    typed = {
        "seo_title": "A",
        "seo_description": "B\nC",
        "canonical_url": "https://e.example/",
        "cover_id": str(picture.id),
        "social_picture_id": "",
    }

    assert editor.post(path, data=open_editor(editor, path, **typed)).status_code == 303

    assert reloaded(post).seo_description == "B C"
    assert (post.seo_title, post.canonical_url) == ("A", "https://e.example/")
    assert (post.cover_id, post.social_picture_id) == (picture.id, None)
    uses = [use.media_id for use in db.session.query(MediaUse)]
    assert uses == [picture.id]
    assert editor.post(path, data=open_editor(editor, path)).status_code == 303
    assert reloaded(post).cover_id == picture.id


@pytest.mark.parametrize("field", ["cover_id", "social_picture_id"])
@pytest.mark.parametrize("typed", ["77", "x", "0", "-1", "9" * 30, "film"])
def test_what_is_no_picture_is_refused_and_kept(client_for, db, field, typed):
    editor = client_for("editor")
    if typed == "film":
        typed = str(make_picture(kind=MediaKind.VIDEO).id)
    data = open_editor(editor, "/admin/posts/new", title="Typed", **{field: typed})

    answer = editor.post("/admin/posts/new", data=data)

    assert answer.status_code == 422
    assert f'id="{field}-errors"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="Typed"' in answer.text


def test_a_future_post_has_no_card(visitor, db):
    post = make_post(published_at=NOW.replace(year=NOW.year + 1))

    assert "og:title" not in visitor.get(permalinks.post_url(post)).text


@pytest.mark.html
def test_a_page_with_everything_is_valid(visitor, db, html_checker):
    post = make_part(
        make_series(),
        title="Everything",
        cover_id=make_picture(width=3000).id,
        shape=Shape.LINK,
        link_url="https://e.example/?a=1&b=2",
        seo_description='"quoted" & <b>',
    )
    make_post(title="", source="A *note*.", shape=Shape.NOTE)
    for path in ("/", permalinks.post_url(post)):
        assert html_checker.errors(visitor.get(path).text) == [], path
