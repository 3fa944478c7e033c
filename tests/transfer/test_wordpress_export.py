"""What goes out as an export of WordPress is well-formed, says everything, and comes
back the same.
"""

import io
import re
import shutil
import sqlite3
import stat
from contextlib import closing, contextmanager
from xml.etree import ElementTree

import pytest
from lxml import etree
from markupsafe import Markup
from sqlalchemy import select

from blog.comments.models import Comment, Kind, Status
from blog.database import session, write_transaction
from blog.media.models import MediaItem
from blog.posts.editorial import notes
from blog.posts.models import Post, Series, Shape
from blog.posts.models import Status as PostStatus
from blog.posts.navigation import menus
from blog.site import redirects
from blog.site.models import Menu, MenuItem, MenuTarget
from blog.text.sanitizer import Format
from blog.transfer.exporting.wordpress import run
from blog.transfer.sources.wxr import Reader
from tests.conftest import dispose, make_app
from tests.corpora import files
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.media.drawing import corners, saved
from tests.transfer.making import Importer, author, item

SMALL = ("theme-unit-test", "real-cc-labs-en", "importer-e2e-comprehensive")
REFUSED = "importer-malformed"
WP = "{http://wordpress.org/export/1.2/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
# When it was made is all that two exports of one site may differ in.
MADE = re.compile(r"<pubDate>[^\n]*</pubDate>\n")


def export(app, dest, *options):
    """The text of an export, without the time at which it was made."""
    result = app.test_cli_runner().invoke(
        args=["export", "wordpress", str(dest), *options]
    )
    assert result.exit_code == 0, (result.output, result.exception)
    return MADE.sub("", dest.read_text("utf-8"), count=1)


@pytest.fixture
def second(tmp_path, empty_database):
    """Another site, empty, to be entered: ``with second() as importer``."""

    @contextmanager
    def entered():
        folder = tmp_path / "second"
        folder.mkdir()
        shutil.copy(empty_database, folder / "blog.sqlite")
        app = make_app(folder)
        with app.app_context():
            yield Importer(app, folder)
        dispose(app)

    return entered


def items(path):
    """The items of an export by their titles, read by a parser that is not ours."""
    channel = etree.parse(str(path)).getroot().find("channel")
    return {item.findtext("title"): item for item in channel.findall("item")}


def fields(element, of="post"):
    return [
        (each.findtext(f"{WP}meta_key"), each.findtext(f"{WP}meta_value"))
        for each in element.findall(f"{WP}{of}meta")
    ]


def everything(app):
    """A site with one of everything, and a file behind its picture."""
    ada = make_user(name="ada", display_name="Ada & “Co”", email="ada@example.org")
    grace = make_user(name="grace", slug="hopper", bio="Wrote\na compiler.")
    with write_transaction():
        grace = session.merge(grace)
        grace.url = "https://grace.example/"
        grace.links = "https://social.example/@grace Social"
    picture = the_picture(app, grace)
    rivers = make_category("Rivers & <lakes>", slug="rivers", description="Wet & wide")
    seine = make_category("Сена", slug="сена", parent=rivers)
    tag = make_tag("R&B", slug="r-b", description="Words")
    series = Series(name="A walk", slug="a-walk", description="In parts")
    with write_transaction():
        session.add(series)
    whole = make_post(
        title="Tea & <i>cake</i> ]]> 🍰 שלום",
        source="# One\n\nFirst *words*.\n\n<!--more-->\n\nMore ]]> `<b>`\nand on."
        "\n\n<!--nextpage-->\n\n![A boat](/media/1/boat.jpg)",
        excerpt="In short",
        slug="tea",
        author=ada,
        categories=[rivers, seine],
        tags=[tag],
        sticky=True,
        seo_title="Tea",
        seo_description="All of tea",
        canonical_url="https://elsewhere.example/tea",
        cover_id=picture.id,
        social_picture_id=picture.id,
        series_id=series.id,
        series_position=3,
        guid="https://old.example/?p=9",
        edited_at=NOW - HOUR,
        comments_open=False,
    )
    with write_transaction():
        whole = session.merge(whole)
        whole.credit(ada.id, [grace.id])
        redirects.lead(f"/{NOON:%Y/%m}/old-tea/", post_id=whole.id)
        redirects.lead("/", "p=777", post_id=whole.id)
        redirects.lead("/lakes/", category_id=rivers.id)
        redirects.lead("/rhythm/", tag_id=tag.id)
        redirects.lead("/walks/", series_id=series.id)
        redirects.lead("/people/grace/", user_id=grace.id)
        redirects.lead("/files/boat.jpg", media_id=picture.id)
        first = notes.add(whole, ada, "Really?", NOON, quote="words")
        notes.add(whole, grace, "Yes.", NOON + HOUR, parent=first)
        notes.resolve(first, grace, NOON + DAY)
    others(ada)
    talk(whole, ada)
    entries(whole, rivers, tag, series, grace)


def the_picture(app, user):
    folder = app.config["INSTANCE"].parent / "uploads" / "media" / "1"
    folder.mkdir(parents=True)
    (folder / "boat.jpg").write_bytes(saved(corners((640, 480)), "JPEG"))
    picture = MediaItem(
        kind="image",
        name="boat",
        slug="boat",
        extension="jpg",
        mime_type="image/jpeg",
        size=1000,
        digest="0" * 64,
        upload_digest="0" * 64,
        width=640,
        height=480,
        alt="A boat & its crew",
        caption="Seen <once>",
        uploader_id=user.id,
        created_at=NOON,
    )
    with write_transaction():
        session.add(picture)
    return picture


def others(ada):
    make_post(title="Later", author=ada, slug="later", published_at=NOW + 30 * DAY)
    make_post(title="Draft", author=ada, published_at=None, status=PostStatus.DRAFT)
    make_post(title="Empty", author=ada, source="", published_at=None)
    make_post(title="Waits", author=ada, published_at=None, status=PostStatus.PENDING)
    make_post(title="Mine", author=ada, slug="mine", status=PostStatus.PRIVATE)
    make_post(title="Thrown", author=ada, slug="thrown", status=PostStatus.TRASH)
    make_post(title="Locked", author=ada, slug="locked", password="<]]>'\" 7")
    make_post(title="", author=ada, slug="note", shape=Shape.NOTE, source="In passing.")
    make_post(
        title="Elsewhere",
        author=ada,
        slug="elsewhere",
        shape=Shape.LINK,
        link_url="https://elsewhere.example/a?b=1&c=2",
    )
    make_post(
        title="As HTML",
        author=ada,
        slug="as-html",
        format=Format.HTML,
        source="<p>One\ntwo</p>\n\nthree <b>four</b>",
    )
    above = make_page(title="Above", author=ada, slug="above", position=2)
    make_page(title="Below", author=ada, slug="below", parent_id=above.id, position=-1)


def talk(post, user):
    first = make_comment(
        post=post,
        source="Well *said*, ]]> & <b>",
        author="Ann & Bob",
        url="https://ann.example/",
        ip="192.0.2.7",
        user_agent="A browser",
        reason="Somebody approved it.",
    )
    make_comment(post=post, parent=first, user_id=user.id, edited_at=NOON + 2 * HOUR)
    make_comment(post=post, source="Wait", status=Status.PENDING, signals="fast")
    make_comment(post=post, source="Buy", status=Status.SPAM)
    make_comment(
        post=post,
        source="Gone",
        status=Status.TRASH,
        previous_status=Status.APPROVED,
    )
    make_comment(post=post, source="A link", kind=Kind.PINGBACK, email="", author="B")


def entries(post, category, tag, series, user):
    with write_transaction():
        menus.add(Menu.HEADER, MenuTarget.HOME, label="Start")
        menus.add(Menu.HEADER, MenuTarget.POST, post.id)
        menus.add(Menu.HEADER, MenuTarget.CATEGORY, category.id, label="R & L")
        menus.add(Menu.HEADER, MenuTarget.TAG, tag.id)
        menus.add(Menu.FOOTER, MenuTarget.SERIES, series.id)
        menus.add(Menu.FOOTER, MenuTarget.AUTHOR, user.id)
        menus.add(Menu.FOOTER, MenuTarget.URL, url="https://elsewhere.example/")


def test_a_site_with_one_of_everything_comes_back_the_same(
    app, db, importer, second, tmp_path
):
    everything(app)
    first = export(app, tmp_path / "first.xml")

    with second() as other:
        report = other.take(tmp_path / "first.xml", "--media", tmp_path / "uploads")
        again = export(other.app, tmp_path / "again.xml")
        skipped = report["skipped"]
        leads = session.execute(select(MenuItem.label, MenuItem.target)).all()

    assert again == first
    assert skipped == []
    assert [tuple(each) for each in leads] == [
        ("Start", MenuTarget.HOME),
        ("", MenuTarget.POST),
        ("R & L", MenuTarget.CATEGORY),
        ("", MenuTarget.TAG),
        ("", MenuTarget.SERIES),
        ("", MenuTarget.AUTHOR),
        ("", MenuTarget.URL),
    ]


def test_moving_it_in_twice_changes_nothing(app, db, second, tmp_path):
    everything(app)
    export(app, tmp_path / "first.xml")

    with second() as other:
        other.take(tmp_path / "first.xml", "--media", tmp_path / "uploads")
        before = other.dump()
        other.take(tmp_path / "first.xml", "--media", tmp_path / "uploads")
        assert other.dump() == before


def test_two_parsers_and_our_reader_find_the_same(app, db, tmp_path):
    everything(app)
    path = tmp_path / "site.xml"
    export(app, path)

    ours = list(Reader(io.BytesIO(path.read_bytes())))
    simple = ElementTree.parse(path).getroot().find("channel")
    whole = items(path)
    titles = [item.findtext("title") or "" for item in simple.findall("item")]
    assert [each.title for each in ours if hasattr(each, "filed")] == titles
    assert len(ours) == len([each for each in simple if len(each)])
    assert simple.findtext(f"{WP}wxr_version") == "1.2"
    assert set(whole) == set(titles)


def test_what_wordpress_has_a_place_for_stands_there(app, db, tmp_path):
    everything(app)
    path = tmp_path / "site.xml"
    export(app, path)
    found = items(path)
    tea = next(item for title, item in found.items() if title and "cake" in title)

    assert tea.findtext("title") == ("Tea &amp; &lt;i&gt;cake&lt;/i&gt; ]]&gt; 🍰 שלום")
    assert tea.findtext("guid") == "https://old.example/?p=9"
    assert tea.findtext(f"{WP}is_sticky") == "1"
    assert tea.findtext(f"{WP}comment_status") == "closed"
    assert tea.findtext(f"{WP}post_date_gmt") == f"{NOON:%Y-%m-%d %H:%M:%S}"
    content = tea.findtext(CONTENT)
    assert "<em>words</em>" in content
    assert "<!--more-->" in content
    assert "<!--nextpage-->" in content
    assert '<img src="http://localhost/media/1/boat.jpg?v=1" alt="A boat"' in content
    assert "srcset" not in content
    filed = [
        (each.get("domain"), each.get("nicename")) for each in tea.iter("category")
    ]
    assert filed == [
        ("category", "rivers"),
        ("category", "%d1%81%d0%b5%d0%bd%d0%b0"),
        ("post_tag", "r-b"),
        ("series", "a-walk"),
        ("author", "cap-grace"),
    ]
    said = dict(fields(tea))
    assert said["_thumbnail_id"] == "1000001"
    assert said["_wp_old_slug"] == "old-tea"
    assert said["_yoast_wpseo_title"] == "Tea"
    assert said["_recto_series_position"] == "3"
    picture = found["boat"]
    assert picture.findtext(f"{WP}post_id") == "1000001"
    assert picture.findtext(f"{WP}attachment_url") == (
        "http://localhost/media/1/boat.jpg"
    )
    assert {
        title: found[title].findtext(f"{WP}status")
        for title in ("Later", "Draft", "Waits", "Mine", "Thrown", "Above")
    } == {
        "Later": "future",
        "Draft": "draft",
        "Waits": "pending",
        "Mine": "private",
        "Thrown": "trash",
        "Above": "publish",
    }
    assert found["Draft"].findtext(f"{WP}post_date_gmt") == "0000-00-00 00:00:00"
    assert found["Thrown"].findtext(f"{WP}post_name") == "thrown__trashed"
    assert found["Locked"].findtext(f"{WP}post_password") == "<]]>'\" 7"
    above = found["Above"].findtext(f"{WP}post_id")
    assert found["Below"].findtext(f"{WP}post_parent") == above
    assert [
        (each.findtext(f"{WP}comment_type"), each.findtext(f"{WP}comment_approved"))
        for each in tea.findall(f"{WP}comment")
    ] == [
        ("comment", "1"),
        ("comment", "1"),
        ("comment", "0"),
        ("comment", "spam"),
        ("comment", "trash"),
        ("pingback", "1"),
    ]


def test_no_password_of_a_person_is_in_it(app, db, tmp_path):
    user = make_user(name="ada")
    assert user.password_hash not in export(app, tmp_path / "site.xml")


def test_what_was_edited_in_wordpress_counts(app, db, second, tmp_path):
    make_post(title="A post", slug="a-post", source="As *written*.")
    path = tmp_path / "site.xml"
    export(app, path)
    text = path.read_text("utf-8")
    path.write_text(text.replace("As <em>written</em>.", "As <b>edited</b>."), "utf-8")

    with second() as other:
        other.take(path)
        post = session.query(Post).one()
        assert post.html == "<p>As <b>edited</b>.</p>"
        assert post.format == Format.HTML


@pytest.mark.parametrize(
    "text",
    [
        "a\x0bb \x01 c",
        "]]>]]]]>>",
        "👩‍👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "\u202eabc\u202c \u200fdef \u2067ghi\u2069",
        "&amp; &#x1F; &lt;![CDATA[ <![CDATA[ x ]]>",
        "<!-- wp:html --> <!--more--> <!--nextpage-->",
        "a word " * 150_000,
    ],
    ids=["controls", "cdata", "emoji", "bidi", "entities", "marks", "a megabyte"],
)
def test_hard_texts_survive(app, db, second, tmp_path, text):
    post = make_post(title="Hard", slug="hard")
    with write_transaction():
        post = session.merge(post)
        post.source = text
        post.html = post.html + Markup.escape(text)
    comment = make_comment(post=post, source=text[:2000])
    assert comment.source == text[:2000]
    first = tmp_path / "first.xml"
    export(app, first)
    etree.parse(str(first), etree.XMLParser(huge_tree=True))

    with second() as other:
        other.take(first)
        found = session.query(Post).one()
        legal = re.sub("[\x01\x0b]", "", text)
        assert found.source == legal
        assert session.query(Comment).one().source == legal[:2000].strip()


@pytest.mark.parametrize(
    "fields",
    [
        {"_recto_note": "["},
        {"_recto_note": "[1]"},
        {"_recto_note": '{"text": "a\\u0000\\ud800b", "created_at": ""}'},
        {"_recto_note": '{"text": "a", "created_at": "2020-05-04 12:00:00"}'},
        {"_recto_shape": "link"},
        {"_recto_shape": "a shape"},
        {"_recto_link_url": "javascript:alert(1)", "_recto_shape": "link"},
        {"_recto_created_at": "yesterday", "_recto_series_position": "first"},
        {"_recto_old_path": "//elsewhere.example/"},
        {"_recto_format": "word", "_recto_source": "a"},
    ],
)
def test_fields_that_somebody_made_up_do_no_harm(db, importer, fields):
    made_up = {"_recto_format": "html"} | fields
    importer.records(author("ada"), item(title="A post", meta=made_up.items()))

    post = session.query(Post).one()
    assert post.html == "<p>Some words.</p>"
    assert (post.shape, post.link_url) == (Shape.ARTICLE, "")


def test_nul_is_left_out(app, db, tmp_path):
    post = make_post(title="Hard", slug="hard")
    with write_transaction():
        session.merge(post).title = "a\0b"
    export(app, tmp_path / "site.xml")
    assert list(items(tmp_path / "site.xml")) == ["ab"]


def test_an_empty_site_makes_an_export_that_says_so(app, db, second, tmp_path):
    first = export(app, tmp_path / "first.xml")
    assert items(tmp_path / "first.xml") == {}
    with second() as other:
        other.take(tmp_path / "first.xml")
        assert export(other.app, tmp_path / "again.xml") == first


def test_a_file_is_replaced_only_when_that_is_wanted(app, db, tmp_path):
    path = tmp_path / "site.xml"
    path.write_text("mine", "utf-8")
    invoke = app.test_cli_runner().invoke

    refused = invoke(args=["export", "wordpress", str(path)])
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert path.read_text("utf-8") == "mine"

    export(app, path, "--force")
    assert items(path) == {}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob(".site*")] == []


def test_what_cannot_be_written_is_said(app, db, tmp_path):
    dest = tmp_path / "nowhere" / "site.xml"
    result = app.test_cli_runner().invoke(args=["export", "wordpress", str(dest)])
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.output


def test_all_of_it_is_one_state_of_the_database(app, db, importer):
    make_post(title="Before")
    session.rollback()
    pieces = run.written(NOW)
    said = next(pieces) + next(pieces)
    with closing(sqlite3.connect(importer.database)) as connection:
        connection.execute("UPDATE post SET title = 'After'")
        connection.commit()

    said += "".join(pieces)
    assert "Before" in said
    assert "After" not in said


def test_standard_output_gets_the_same(app, db, tmp_path):
    make_post(title="A post")
    result = app.test_cli_runner().invoke(args=["export", "wordpress", "-"])
    assert MADE.sub("", result.stdout, count=1) == export(app, tmp_path / "site.xml")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path.stem in SMALL else pytest.mark.corpora_all)
        for path in files("wxr", "*.xml")
        if path.stem != REFUSED
    ],
    ids=lambda path: path.stem,
)
def test_real_exports_come_back_the_same(db, app, importer, second, tmp_path, path):
    importer.take(path)
    first = export(app, tmp_path / "first.xml")

    with second() as other:
        other.take(tmp_path / "first.xml")
        assert export(other.app, tmp_path / "again.xml") == first
