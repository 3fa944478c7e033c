"""Our own export to Markdown moved into an empty site, and exported from there."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from blog.accounts.models import Role
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts.models import Byline, Shape, Status
from blog.site import redirects
from blog.site.queries import settings
from blog.text.sanitizer import Format
from blog.transfer.exporting.markdown import run
from blog.transfer.sources.markdown import MarkdownFolder
from tests.conftest import dispose, make_app
from tests.factories import (
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.media.conftest import Library
from tests.media.drawing import corners, saved
from tests.transfer.test_markdown_folder import outcomes, take

AT = datetime(2020, 5, 17, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 5, 1, tzinfo=UTC)


def exported(folder):
    """Every file of an export, by its path."""
    folder.mkdir()
    run.write(folder, "http://localhost", LATER, lambda _: None, with_origins=True)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def elsewhere(tmp_path, empty_database):
    """Another site, which is empty."""
    instance = tmp_path / "elsewhere"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    yield app
    dispose(app)


def written(app):
    """A site with one of everything that an export has."""
    ada = make_user(name="ada", role=Role.ADMIN)
    ben = make_user(name="ben")
    with write_transaction():
        settings().permalink_structure = "/%year%/%monthnum%/%postname%/"
    sea = make_category("Sea & Shore", slug="sea")
    boats = make_category("Boats", slug="boats", parent=sea)
    tea = make_tag("چائے", slug="چائے")
    picture = Library(app).add(saved(corners((40, 30)), "PNG"), "boat.png")
    post = make_post(
        title='Slack: "water" <b> & R&amp;D',
        slug="slack",
        source=f"\n# Not a title\n\n![A boat]({picture.path})\n\n"
        "{% raw %} {{ x }} [a](other.md)  \n<!--more-->\nNo line end",
        excerpt="Words < more & so on",
        published_at=AT,
        author=ada,
        categories=[sea, boats],
        tags=[tea],
        sticky=True,
        cover_id=picture.id,
        seo_title="A title",
        seo_description="Words",
        edited_at=AT + timedelta(days=1),
        created_at=AT - timedelta(days=1),
    )
    with write_transaction():
        session.add(Byline(post_id=post.id, user_id=ben.id))
        redirects.lead("/old/slack", post_id=post.id)
    first = make_comment(
        post=post, source="*Well* said", user_id=ben.id, ip="192.0.2.7", reason="Known"
    )
    make_comment(
        post=post, parent=first, source="Yes", author="Tom & Co", email="", reason="So"
    )
    make_comment(post=post, status=CommentStatus.SPAM, reason="Called so", source="Buy")
    make_post(title="", slug="a-note", source="A note", shape=Shape.NOTE, author=ben)
    make_post(title="HTML", slug="html", source="<p>x</p>", format=Format.HTML)
    make_post(title="Draft", slug="", published_at=None, comments_open=False)
    make_post(title="Thrown away", slug="thrown", status=Status.TRASH)
    make_post(title="Own", slug="own", status=Status.PRIVATE, password="")
    make_post(title="Locked", slug="locked", password="tea")
    make_post(
        title="To come", slug="to-come", published_at=datetime(2030, 1, 1, tzinfo=UTC)
    )
    about = make_page(title="About", slug="about", position=3)
    make_page(title="Team", slug="team", parent_id=about.id)


def test_an_export_moved_into_an_empty_site_exports_the_same(app, elsewhere, tmp_path):
    with app.app_context():
        written(app)
        before = exported(tmp_path / "first")
    with elsewhere.app_context():
        report = take(tmp_path / "first")
        assert report["kinds"]["post"]["imported"] == 8
        after = exported(tmp_path / "second")

    assert list(after) == list(before)
    for place, data in before.items():
        if place.startswith(("posts/", "pages/")):
            assert after[place].decode() == data.decode(), place
    for name in ("terms", "title", "link", "timezone"):
        assert (
            json.loads(after["recto.json"])[name]
            == json.loads(before["recto.json"])[name]
        )
    assert [each["alt"] for each in json.loads(after["media.json"])] == [
        each["alt"] for each in json.loads(before["media.json"])
    ]


def test_an_export_goes_in_once(app, elsewhere, tmp_path):
    with app.app_context():
        written(app)
        exported(tmp_path / "first")
    with elsewhere.app_context():
        take(tmp_path / "first")
        again = take(tmp_path / "first")

    for kind in ("post", "page", "comment", "attachment", "category", "tag"):
        assert set(outcomes(again, kind)) == {"unchanged"}, kind


def test_a_zip_of_an_export_is_the_same(app, tmp_path):
    with app.app_context():
        written(app)
        exported(tmp_path / "first")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "first")

    plain = list(MarkdownFolder(tmp_path / "first"))
    zipped = list(MarkdownFolder(tmp_path / "packed.zip"))

    assert zipped == plain
