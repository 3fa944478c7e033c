"""The site as files in Markdown: everything that was written here, byte for byte."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from blog.accounts.models import Role
from blog.comments.models import Kind as CommentKind
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts.models import Byline, Shape, Status
from blog.site import redirects
from blog.site.models import Menu, MenuItem, MenuTarget
from blog.site.queries import settings
from blog.text.sanitizer import Format
from blog.transfer.exporting.markdown import names, queries, run
from tests.conftest import dispose, make_app
from tests.factories import (
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.media.conftest import Library
from tests.media.drawing import corners, saved
from tests.posts.company import make_series

AT = datetime(2020, 5, 17, 8, 30, tzinfo=UTC)


@pytest.fixture
def export(app, tmp_path):
    """Runs the command; what is in the folder afterwards, by path."""

    def run(*options, to="export"):
        result = app.test_cli_runner().invoke(
            args=["export", "markdown", str(tmp_path / to), *options]
        )
        assert result.exit_code == 0, (result.output, result.exception)
        return content(tmp_path / to)

    return run


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def parted(data):
    """The fields of a file's head, as the reader of an import reads them, and what
    follows.
    """
    head, source = data.decode().removeprefix("---\n").split("\n---\n", 1)
    return yaml.load(head, yaml.BaseLoader), source  # noqa: S506  it makes no object


def test_a_post_is_a_head_and_its_source(db, export):
    ada = make_user(name="ada")
    ben = make_user(name="ben")
    harbour = make_category("Harbour", slug="harbour")
    boats = make_category("Boats", slug="boats", parent=harbour)
    tide = make_tag("چائے", slug="چائے")
    series = make_series("The Log", slug="the-log")
    post = make_post(
        title='Slack: "water" # one',
        slug="slack",
        source="Words.\n",
        published_at=AT,
        author=ada,
        categories=[harbour, boats],
        tags=[tide],
        excerpt="In short",
        password="sesame",
        sticky=True,
        comments_open=False,
        series_id=series.id,
        series_position=2,
        seo_title="For engines",
        seo_description="Said to engines",
        canonical_url="https://elsewhere.example/slack",
        guid="urn:uuid:1",
        created_at=AT - timedelta(days=1),
        edited_at=AT + timedelta(days=1),
    )
    with write_transaction():
        session.add(Byline(post_id=post.id, user_id=ben.id, published_at=AT))
        redirects.lead("/old/slack/", post_id=post.id)

    files = export()

    assert files["posts/2020-05-17-slack.md"].decode() == (
        f"""---
id: {post.id}
title: "Slack: \\"water\\" # one"
slug: "slack"
link: "/2020/05/slack/"
guid: "urn:uuid:1"
date: 2020-05-17T08:30:00Z
created: 2020-05-16T08:30:00Z
updated: 2020-05-18T08:30:00Z
status: "publish"
author: "ada"
co_authors: ["ben"]
categories: ["harbour", "boats"]
tags: ["چائے"]
series: "the-log"
series_position: 2
excerpt: "In short"
password: "sesame"
sticky: true
comments: false
aliases: ["/old/slack"]
seo_title: "For engines"
seo_description: "Said to engines"
canonical_url: "https://elsewhere.example/slack"
---
Words.
"""
    )


def test_what_says_nothing_is_left_out(db, export):
    make_user(name="ada")
    post = make_post(
        title="",
        slug="",
        source="",
        published_at=None,
        guid="urn:uuid:1",
        edited_at=AT,
        created_at=AT,
    )

    assert export()[f"posts/post-{post.id}.md"].decode() == (
        f"""---
id: {post.id}
link: "/2020/05/post-{post.id}/"
guid: "urn:uuid:1"
created: 2020-05-17T08:30:00Z
updated: 2020-05-17T08:30:00Z
status: "draft"
author: "ada"
---
"""
    )


@pytest.mark.parametrize(
    "source",
    [
        "no line end",
        "several\n\n\n",
        "\n\nbegins late",
        "---\nlooks: like a head\n---\n",
        "\r\nlines\rof others\r\n",
        "\ufeffa mark, \u2028 and \x85",
        "  گرم چائے 🫖  ",
    ],
)
def test_a_source_comes_out_byte_for_byte(db, export, source):
    post = make_post(slug="boat", published_at=AT)
    with write_transaction():
        post.source = source  # as an older program may have left it

    data = export()["posts/2020-05-17-boat.md"]

    assert data.partition(b"\n---\n")[2] == source.encode()


def test_html_stays_html(db, export):
    make_post(slug="boat", source="<p>Hi</p>", format=Format.HTML, published_at=AT)

    _fields, source = parted(export()["posts/2020-05-17-boat.html"])

    assert source == "<p>Hi</p>"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, "publish"),
        ({"published_at": NOW + timedelta(days=9)}, "future"),
        ({"status": Status.DRAFT}, "draft"),
        ({"status": Status.PENDING}, "pending"),
        ({"status": Status.PRIVATE}, "private"),
        ({"status": Status.TRASH}, "trash"),
    ],
)
def test_every_status_has_its_word(db, export, values, status):
    make_post(**values)

    [fields] = [
        parted(data)[0] for path, data in export().items() if path.startswith("posts/")
    ]

    assert fields["status"] == status
    assert ("trashed" in fields) == (status == "trash")
    assert fields.get("trashed_from") == ("public" if status == "trash" else None)


def test_shapes_and_pictures_are_named(app, db, export):
    library = Library(app)
    boat = library.add(saved(corners(), "JPEG"), "Boot im Wind.jpg", alt="A boat")
    card = library.add(saved(corners((60, 40)), "PNG"), "karte.png", caption="A card")
    make_post(
        slug="boat",
        published_at=AT,
        shape=Shape.LINK,
        link_url="https://elsewhere.example/",
        cover_id=boat.id,
        social_picture_id=card.id,
    )

    files = export()
    fields, _source = parted(files["posts/2020-05-17-boat.md"])

    assert fields["shape"] == "link"
    assert fields["link_url"] == "https://elsewhere.example/"
    assert fields["image"] == f"/media/{boat.id}/boot-im-wind.jpg"
    assert fields["social_image"] == f"/media/{card.id}/karte.png"
    assert files[fields["image"].lstrip("/")] == library.stored(boat.digest)
    assert files[fields["social_image"].lstrip("/")] == library.stored(card.digest)
    listed = json.loads(files["media.json"])
    assert [(each["path"], each["alt"], each["caption"]) for each in listed] == [
        (f"media/{boat.id}/boot-im-wind.jpg", "A boat", ""),
        (f"media/{card.id}/karte.png", "", "A card"),
    ]


def test_a_file_that_the_library_lost_is_told_of(app, db, tmp_path):
    library = Library(app)
    item = library.add()
    for each in library.folder.rglob(item.digest):
        each.unlink()

    result = app.test_cli_runner().invoke(
        args=["export", "markdown", str(tmp_path / "export")]
    )

    assert result.exit_code == 0
    assert result.output.splitlines()[1:] == [
        "1 file is missing in the library:",
        f"- media/{item.id}/boat.jpg",
    ]


def test_pages_lie_below_one_another(db, export):
    about = make_page(slug="about", position=3)
    public = make_page(slug="public", parent_id=about.id)
    team = make_page(slug="team", parent_id=public.id)

    files = export()

    assert sorted(path for path in files if path.startswith("pages/")) == [
        "pages/about.md",
        f"pages/about/public-{public.id}.md",
        f"pages/about/public-{public.id}/team.md",
    ]
    fields, _source = parted(files[f"pages/about/public-{public.id}/team.md"])
    assert fields["type"] == "page"
    assert fields["parent"] == str(public.id)
    assert fields["link"] == "/about/public/team/"
    assert parted(files["pages/about.md"])[0]["weight"] == "3"
    assert team.id == int(fields["id"])


def test_two_of_one_name_have_a_file_each(db, export):
    first = make_post(slug="boat", source="1", published_at=AT)
    second = make_post(slug="boat", source="2", published_at=AT, format=Format.HTML)
    third = make_post(slug="Boat", source="3", published_at=AT)
    assert first.id < second.id < third.id

    files = export()

    assert {
        path: parted(data)[1]
        for path, data in files.items()
        if path.startswith("posts/")
    } == {
        "posts/2020-05-17-boat.md": "1",
        f"posts/2020-05-17-boat-{second.id}.html": "2",
        f"posts/2020-05-17-boat-{third.id}.md": "3",
    }


def test_the_day_in_a_name_is_that_of_the_site(db, export):
    with write_transaction():
        settings().timezone = "Pacific/Auckland"
    make_post(slug="boat", published_at=AT.replace(hour=20))

    assert "posts/2020-05-18-boat.md" in export()


def test_comments_lie_beside_their_text(db, export):
    ada = make_user(name="ada")
    post = make_post(slug="boat", published_at=AT)
    make_post(slug="quiet", published_at=AT)
    first = make_comment(
        post=post,
        source="Well said.\r\n\r\n> چائے",
        author="Grace",
        email="grace@example.org",
        url="https://grace.example/",
        created_at=AT,
        ip="192.0.2.7",
        user_agent="Lynx",
    )
    answer = make_comment(
        post=post,
        parent=first,
        user_id=ada.id,
        status=CommentStatus.SPAM,
        previous_status=CommentStatus.PENDING,
        reason="It is spam.",
        created_at=AT,
        edited_at=AT + timedelta(hours=1),
    )
    make_comment(
        post=post,
        kind=CommentKind.PINGBACK,
        status=CommentStatus.PENDING,
        created_at=AT,
    )

    files = export()
    assert "posts/2020-05-17-quiet.comments.json" not in files
    written = files["posts/2020-05-17-boat.comments.json"].decode()
    listed = json.loads(written)
    assert written == json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
    assert listed[0] == {
        "id": first.id,
        "parent": 0,
        "status": "1",
        "type": "comment",
        "user": "",
        "author": "Grace",
        "email": "grace@example.org",
        "url": "https://grace.example/",
        "date": "2020-05-17T08:30:00Z",
        "format": "markdown",
        "content": "Well said.\r\n\r\n> چائے",
    }
    said = ("id", "parent", "status", "previous", "user", "edited", "reason")
    assert [listed[1][name] for name in said] == [
        *(answer.id, first.id, "spam", "0", ada.id),
        *("2020-05-17T09:30:00Z", "It is spam."),
    ]
    assert (listed[2]["type"], listed[2]["status"]) == ("pingback", "0")

    again = export("--force", "--with-addresses")
    [origin, *_rest] = json.loads(again["posts/2020-05-17-boat.comments.json"])
    assert (origin["ip"], origin["user_agent"]) == ("192.0.2.7", "Lynx")


def test_the_site_is_said_in_one_file(db, export):
    ada = make_user(
        name="ada",
        display_name="Ada",
        slug="ada",
        email="ada@example.org",
        bio="Writes.",
        role=Role.EDITOR,
    )
    with write_transaction():
        site = settings()
        site.title, site.tagline, site.timezone = (
            "Slack Water",
            "By the sea",
            "Asia/Tokyo",
        )
        site.permalink_structure = "/%postname%/"
    harbour = make_category("Harbour", slug="harbour", description="By the sea.")
    boats = make_category("Boats", slug="boats", parent=harbour)
    tide = make_tag("Tide", slug="tide")
    log = make_series("The Log", slug="the-log")
    with write_transaction():
        redirects.lead("/topics/boats/", category_id=boats.id)
        session.add(
            MenuItem(menu=Menu.HEADER, target=MenuTarget.TAG, target_id=tide.id)
        )

    said = json.loads(export()["recto.json"])

    assert {name: said[name] for name in ("title", "link", "description")} == {
        "title": "Slack Water",
        "link": "http://localhost",
        "description": "By the sea",
    }
    assert (said["language"], said["timezone"]) == ("en", "Asia/Tokyo")
    assert said["settings"]["permalink_structure"] == "/%postname%/"
    [author] = said["authors"]
    assert author | {"created": ""} == {
        "id": ada.id,
        "login": "ada",
        "email": "ada@example.org",
        "display_name": "Ada",
        "slug": "ada",
        "url": "",
        "bio": "Writes.",
        "links": "",
        "role": "editor",
        "created": "",
    }
    assert [
        (each["taxonomy"], each["id"], each["slug"], each["parent"], each["name"])
        for each in said["terms"]
    ] == [
        ("category", harbour.id, "harbour", "", "Harbour"),
        ("category", boats.id, "boats", "harbour", "Boats"),
        ("post_tag", tide.id, "tide", "", "Tide"),
        ("series", log.id, "the-log", "", "The Log"),
    ]
    assert said["terms"][1]["aliases"] == ["/topics/boats"]
    assert [(each["target"], each["target_id"]) for each in said["menus"]] == [
        ("tag", tide.id)
    ]


def test_no_secret_of_an_account_is_written(db, export):
    user = make_user()

    assert not [
        path
        for path, data in export().items()
        if user.password_hash.encode() in data or b"argon2" in data
    ]


def test_two_exports_of_one_site_are_the_same(app, db, export):
    Library(app).add()
    make_comment(post=make_post(categories=[make_category()], tags=[make_tag()]))
    make_page()

    assert export(to="one") == export(to="two")


def test_it_is_one_moment_of_the_site(app, db, tmp_path, monkeypatch):
    monkeypatch.setattr(queries, "_PORTION", 1)
    post, late = make_post(slug="a", title="A"), make_post(slug="b", title="B")
    make_comment(post=late)
    session.rollback()

    def change(_number):
        with closing(sqlite3.connect(app.config["INSTANCE"] / "blog.sqlite")) as other:
            other.execute("UPDATE post SET title = 'Other', slug = 'other'")
            other.execute("DELETE FROM comment")
            other.commit()

    run.write(tmp_path, "http://localhost", NOW, change, with_origins=False)

    titles = {
        parted(path.read_bytes())[0]["title"] for path in tmp_path.glob("posts/*.md")
    }
    assert titles == {"A", "B"}
    assert len(list(tmp_path.glob("posts/*.comments.json"))) == 1
    session.rollback()
    assert session.get(type(post), post.id).title == "Other"


def test_more_than_a_portion_all_comes(db, export, monkeypatch):
    monkeypatch.setattr(queries, "_PORTION", 2)
    post = make_post(slug="boat", published_at=AT)
    made = [make_comment(post=post).id for _ in range(5)]
    tags = [make_tag().slug for _ in range(4)]
    for _ in range(3):
        make_post(published_at=AT)

    files = export()

    listed = json.loads(files["posts/2020-05-17-boat.comments.json"])
    assert [each["id"] for each in listed] == made
    assert [each["slug"] for each in json.loads(files["recto.json"])["terms"]] == tags
    assert len([path for path in files if path.endswith(".md")]) == 4


# There and back


def furnish(app):
    """One of everything that can be told of a text."""
    ada = make_user(name="ada", slug="ada", display_name="Ada", email="ada@example.org")
    ben = make_user(name="ben", slug="ben", display_name="Ben & Co")
    with write_transaction():
        site = settings()
        site.title, site.tagline, site.timezone = "Slack <Water>", "Sea", "Asia/Tokyo"
        site.permalink_structure = "/%postname%/"
    harbour = make_category("Harbour", slug="harbour", description="By the sea.")
    boats = make_category("Boats", slug="boats", parent=harbour)
    series = make_series("The Log", slug="the-log")
    library = Library(app)
    cover = library.add(
        saved(corners(), "PNG"), "boat.png", alt="A boat", caption="Sea"
    )
    card = library.add(saved(corners((60, 40)), "PNG"), "card.png")
    library.work()
    post = make_post(
        title="Slack: water & more",
        slug="slack",
        source=f"Words.\n\n![A boat]({cover.path})\n\n[Later](/late/)\n\n\n",
        published_at=AT,
        author=ada,
        categories=[harbour, boats],
        tags=[make_tag("چائے", slug="چائے")],
        excerpt="In short",
        sticky=True,
        series_id=series.id,
        series_position=2,
        cover_id=cover.id,
        social_picture_id=card.id,
        seo_title="For engines",
        seo_description="Said to engines",
        canonical_url="https://elsewhere.example/slack",
    )
    with write_transaction():
        session.add(Byline(post_id=post.id, user_id=ben.id, published_at=AT))
        redirects.lead("/old/slack/", post_id=post.id)
    _furnish_texts(ada, ben)
    _discuss(post, ada)


def _furnish_texts(ada, ben):
    later = NOW + timedelta(days=9)
    make_post(slug="late", published_at=later, password="sesame", comments_open=False)
    make_post(
        slug="h", source="<p>Hi <em>you</em></p>\n", format=Format.HTML, author=ben
    )
    make_post(title="", slug="note", source="A note", shape=Shape.NOTE)
    make_post(slug="link", shape=Shape.LINK, link_url="https://elsewhere.example/")
    for status in (Status.DRAFT, Status.PENDING, Status.PRIVATE, Status.TRASH):
        make_post(slug=f"{status}-1", status=status)
    make_post(title="Fresh", slug="", published_at=None)
    about = make_page(slug="about", position=3, author=ada)
    make_page(slug="team", parent_id=make_page(slug="us", parent_id=about.id).id)


def _discuss(post, ada):
    said = {"post": post, "reason": "It was decided.", "url": "https://grace.example/"}
    first = make_comment(**said, source="Well *said*.", author="G & Co", ip="192.0.2.7")
    make_comment(**said, source="Thanks", parent=first, user_id=ada.id)
    spam = {"status": CommentStatus.SPAM, "previous_status": CommentStatus.PENDING}
    make_comment(**said, source="Buy", **spam)


def test_an_export_that_moves_in_elsewhere_comes_out_again(
    app, export, tmp_path, empty_database
):
    with app.app_context():
        furnish(app)
        before = export("--with-addresses", to="before")
    (tmp_path / "other").mkdir()
    shutil.copy(empty_database, tmp_path / "other" / "blog.sqlite")
    other = make_app(tmp_path / "other")
    for arguments in (
        ("import", "markdown", tmp_path / "before"),
        ("export", "markdown", tmp_path / "after", "--with-addresses"),
    ):
        result = other.test_cli_runner().invoke(args=list(map(str, arguments)))
        assert result.exit_code == 0, (result.output, result.exception)
    dispose(other)

    after = content(tmp_path / "after")
    assert list(after) == list(before)
    of_the_site = ("recto.json", "media.json")
    assert [
        path
        for path in before
        if path not in of_the_site and after[path] != before[path]
    ] == []
    was, now = (json.loads(files["recto.json"]) for files in (before, after))
    said = ("title", "link", "description", "language", "timezone", "settings", "terms")
    assert {name: now[name] for name in said} == {name: was[name] for name in said}
    for name in ("id", "login", "email", "display_name", "slug", "role"):
        assert [each[name] for each in now["authors"]] == [
            each[name] for each in was["authors"]
        ]
    was, now = (json.loads(files["media.json"]) for files in (before, after))
    for name in ("id", "path", "name", "alt", "caption", "date", "sha256"):
        assert [each[name] for each in now] == [each[name] for each in was]


# The folder


def test_a_folder_of_others_is_left_alone(app, db, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear …")
    arguments = ["export", "markdown", str(tmp_path / "mine"), "--force"]

    result = app.test_cli_runner().invoke(args=arguments)

    assert result.exit_code == 1
    assert "holds something else" in result.output
    assert content(tmp_path / "mine") == {"letter.txt": "Dear …".encode()}


def test_an_earlier_export_is_replaced_only_when_told(app, db, export, tmp_path):
    post = make_post(slug="boat", published_at=AT)
    export()
    with write_transaction():
        post.slug = "ship"
    arguments = ["export", "markdown", str(tmp_path / "export")]

    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "--force replaces it" in result.output
    assert "posts/2020-05-17-boat.md" in content(tmp_path / "export")

    assert "posts/2020-05-17-boat.md" not in export("--force")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["export", "instance"]


def test_half_an_export_is_never_left(app, db, tmp_path, monkeypatch):
    make_post(slug="boat", published_at=AT)
    monkeypatch.setattr(names, "MAX_BYTES", 4_000)
    make_post(slug="b" * 300, published_at=AT)  # no disk takes such a name

    result = app.test_cli_runner().invoke(
        args=["export", "markdown", str(tmp_path / "export")]
    )

    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert sorted(each.name for each in tmp_path.iterdir()) == ["instance"]


def test_the_folder_is_for_its_owner_alone(db, export, tmp_path):
    export()

    assert (tmp_path / "export").stat().st_mode & 0o077 == 0
