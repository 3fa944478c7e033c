"""Medium's export: its pages, and what of them moves in."""

import zipfile
from pathlib import Path

import pytest

from blog.database import session
from blog.posts.models import Post, Status
from blog.transfer.records import Author, Item, Unreadable
from blog.transfer.sources.medium import Medium
from tests.corpora import corpus
from tests.transfer.making import outcomes, titled

PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body>
<article class="h-entry"><header><h1 class="p-name">{title}</h1></header>
<section data-field="subtitle" class="p-summary">What it is about</section>
<section data-field="body" class="e-content"><section name="a">
<div class="section-divider"><hr class="section-divider"></div>
<div class="section-content"><h3 class="graf graf--h3 graf--title">{title}</h3>
<h4 class="graf graf--subtitle">What it is about</h4>{body}</div></section></section>
<footer><p>By <a href="https://medium.com/@ada" class="p-author h-card">Ada L.</a> on
<a href="https://medium.com/p/{id}"><time class="dt-published"
datetime="2018-05-17T08:30:00.000Z">May 17, 2018</time></a>.</p>
<p><a href="https://medium.com/@ada/a-boat-{id}" class="p-canonical">Canonical link</a></p>
</footer></article></body></html>"""  # noqa: E501
BODY = """<p class="graf graf--p">Rowing &amp; more.</p>
<figure>
<img src="https://cdn-images-1.medium.com/max/800/boat.jpeg" alt="A boat"></figure>
<figure><script src="https://gist.github.com/ada/0123.js"></script></figure>
</div></section><section name="b"><div class="section-divider"><hr></div>
<div class="section-content"><p>The end.</p>"""


@pytest.fixture
def folder(tmp_path):
    posts = tmp_path / "medium-export" / "posts"
    posts.mkdir(parents=True)
    page = PAGE.format(title="A boat", body=BODY, id="0123456789ab")
    (posts / "2018-05-17_A-boat-0123456789ab.html").write_text(page, "utf-8")
    return posts.parent


def records(path: Path):
    source = Medium(path)
    return source, list(source)


def test_a_page_is_a_post_with_its_writer_and_pictures(folder):
    source, (writer, picture, post) = records(folder)

    assert isinstance(writer, Author)
    assert (writer.login, writer.display_name) == ("ada", "Ada L.")
    assert isinstance(picture, Item)
    assert picture.attachment_url.endswith("/max/800/boat.jpeg")
    assert picture.field("_wp_attachment_image_alt") == "A boat"
    assert (post.title, post.excerpt) == ("A boat", "What it is about")
    assert (post.name, post.id, post.status) == ("a-boat", "0123456789ab", "publish")
    assert post.date_gmt == "2018-05-17 08:30:00"
    assert post.link == "https://medium.com/@ada/a-boat-0123456789ab"
    assert source.channel.link == "https://medium.com/@ada"
    assert source.losses == []


def test_a_text_has_neither_its_title_nor_what_only_parts_the_page(folder):
    _, (_, _, post) = records(folder)

    assert "graf--title" not in post.content
    assert "What it is about" not in post.content
    assert post.content.count("<hr>") == 1
    assert '<a href="https://gist.github.com/ada/0123">' in post.content
    assert "Rowing &amp; more." in post.content
    assert post.content.endswith("<p>The end.</p></div>")


def test_a_zip_is_read_like_a_folder(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "medium.zip", "w") as archive:
        for file in folder.rglob("*.html"):
            archive.write(file, file.relative_to(folder))

    assert records(tmp_path / "medium.zip")[1] == records(folder)[1]


def test_what_is_no_export_is_refused(tmp_path):
    (tmp_path / "index.html").write_text("<p>Hello</p>")
    with pytest.raises(Unreadable, match="line 1"):
        records(tmp_path)


def test_medium_moves_in_once(importer, db, folder, visitor):
    report = importer.take(folder, of="medium")

    assert outcomes(report, "post") == {"imported": 1}
    assert outcomes(report, "attachment") == {"skipped": 1}
    assert titled("A boat").author.display_name == "Ada L."
    assert visitor.get("/@ada/a-boat-0123456789ab").status_code == 301
    again = importer.take(folder, of="medium")
    assert outcomes(again, "post") == {"unchanged": 1}


def test_the_corpus_moves_in(importer, db):
    path = corpus("other-exports/medium")
    files = sorted(path.glob("*.html"))
    report = importer.take(path, of="medium")

    posts = [each for each in files if 'data-field="body"' in each.read_text("utf-8")]
    assert report["kinds"]["post"]["imported"] == len(posts) > 3
    assert session.query(Post).filter_by(status=Status.DRAFT).count() == 1
    assert outcomes(importer.take(path, of="medium"), "post") == {
        "unchanged": len(posts)
    }
