"""Blogger's export: its entries, and what of them moves in."""

import io
import re

import pytest

from blog.comments.models import Comment, Status
from blog.database import session
from blog.posts.models import Post
from blog.transfer.records import Item, Unreadable
from blog.transfer.sources.blogger import Blogger
from tests.corpora import corpus
from tests.transfer.making import outcomes, titled

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"
 xmlns:app="http://purl.org/atom/app#" xmlns:blogger="http://schemas.google.com/blogger/2018">
<id>tag:blogger.com,1999:blog-1.archive</id><title>Tides</title>
<link rel="alternate" href="http://tides.blogspot.com/"/>
"""
KIND = (
    '<category scheme="http://schemas.google.com/g/2005#kind" '
    'term="http://schemas.google.com/blogger/2008/kind#{}"/>'
)
AUTHOR = (
    "<author><name>{0}</name><uri>https://www.blogger.com/profile/{0}</uri>"
    "<email>noreply@blogger.com</email></author>"
)


def entry(kind, number, inside="", *, of="post", author="Ada", content="Words."):
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.{of}-{number}</id>"
        f"<published>2010-11-27T08:21:00.000-08:00</published>{KIND.format(kind)}"
        f"<title>Title {number}</title><content>{content}</content>"
        f"{AUTHOR.format(author)}{inside}</entry>\n"
    )


def at(path):
    return f'<link rel="alternate" href="http://tides.blogspot.com{path}"/>'


def on(number, parent=None):
    said = f'<thr:in-reply-to ref="tag:blogger.com,1999:blog-1.post-{number}"/>'
    if parent:
        said += f'<link rel="related" href="https://x/feeds/1/comments/{parent}"/>'
    return said


def label(name):
    return f'<category scheme="http://www.blogger.com/atom/ns#" term="{name}"/>'


@pytest.fixture
def feed(tmp_path):
    path = tmp_path / "blog.xml"
    path.write_text(
        FEED
        + entry("comment", 31, on(11), author="Ben", content="Well said.")
        + entry("settings", "x")
        + entry("post", 11, at("/2010/11/steel.html") + label("Sea") + label("Cold"))
        + entry("post", 12, "<app:control><app:draft>yes</app:draft></app:control>")
        + entry("page", 13, at("/p/about.html"), of="page")
        + entry("comment", 32, on(11, 31), author="Ada", content="Thanks.")
        + entry("comment", 33, on(99))
        + "</feed>"
    )
    return path


def test_posts_come_with_their_comments_wherever_these_stand(feed):
    with feed.open("rb") as file:
        source = Blogger(file)
        items = [each for each in source if isinstance(each, Item)]

    steel, draft, about, absent = items
    assert (steel.name, steel.date_gmt) == ("steel", "2010-11-27 16:21:00")
    assert [each.name for each in steel.filed] == ["Sea", "Cold"]
    assert [(c.id, c.parent) for c in steel.comments] == [("31", ""), ("32", "31")]
    assert (draft.status, draft.link) == ("draft", "")
    assert (about.type, about.name) == ("page", "about")
    assert [comment.id for comment in absent.comments] == ["33"]
    assert source.channel.link == "http://tides.blogspot.com"


def read(*entries):
    """The records of a file of these entries."""
    return list(Blogger(io.BytesIO((FEED + "".join(entries) + "</feed>").encode())))


def test_who_wrote_is_known_by_name_and_profile():
    author, item, comment_above = read(
        entry("post", 1, author="Ada").replace("profile/Ada", "profile/123"),
        entry("post", 2, author="Ada").replace("profile/Ada", "profile/123"),
        entry("comment", 3, on(1), author="Ada").replace("profile/Ada", "profile/123"),
    )

    assert (author.id, author.login, author.email) == ("123", "Ada", "")
    assert (item.creator, comment_above.creator) == ("Ada", "Ada")
    [comment] = item.comments
    assert (comment.user_id, comment.email) == ("123", "")


def test_times_are_those_of_the_blogs_clock_and_in_utc():
    _, item = read(entry("post", 1))

    assert (item.date, item.date_gmt) == ("2010-11-27 08:21:00", "2010-11-27 16:21:00")


def test_what_was_removed_is_in_the_trash():
    removed = '<gd:extendedProperty name="blogger.contentRemoved" value="true"/>'
    _, item = read(
        entry("post", 1),
        entry("comment", 2, on(1) + removed),
        entry("comment", 3, on(1)),
    )

    assert [each.approved for each in item.comments] == ["trash", "1"]


def test_a_jump_break_is_where_lists_end():
    content = "Before&lt;a name=&#39;more&#39;&gt;&lt;/a&gt;after&lt;a name=x&gt;"
    _, item = read(entry("post", 1, content=content))

    assert item.content == "Before<!--more-->after<a name=x>"


@pytest.mark.parametrize(
    ("word", "of_post", "of_comment"),
    [
        ("LIVE", "publish", "1"),
        ("DRAFT", "draft", "0"),
        ("SCHEDULED", "future", "0"),
        ("SOFT_TRASHED", "trash", "trash"),
        ("PENDING", "draft", "0"),
        ("SPAM", "draft", "spam"),
        ("NEW_ONE", "draft", "0"),
    ],
)
def test_what_takeout_says_of_an_entry_is_its_status(word, of_post, of_comment):
    said = f"<blogger:status>{word}</blogger:status>"
    _, item = read(entry("post", 1, said), entry("comment", 2, said + on(1)))

    assert item.status == of_post
    assert [each.approved for each in item.comments] == [of_comment]


def test_titles_and_labels_are_text():
    _, item = read(
        entry("post", 1, label("R&amp;amp;D")).replace("Title 1", "a &lt;b> c")
    )

    assert item.title == "a &lt;b&gt; c"
    assert [each.name for each in item.filed] == ["R&amp;amp;D"]


def test_names_are_what_their_namespaces_say():
    other = '<x:status xmlns:x="http://evil.example/">SOFT_TRASHED</x:status>'
    named = (
        '<y:status xmlns:y="http://schemas.google.com/blogger/2018">DRAFT</y:status>'
    )
    _, first, second = read(entry("post", 1, other), entry("post", 2, named))

    assert (first.status, second.status) == ("publish", "draft")


def test_a_file_that_breaks_off_gives_what_stands_before():
    reader = Blogger(io.BytesIO((FEED + entry("post", 1) + "<entry>").encode()))

    assert [each.id for each in reader if isinstance(each, Item)] == ["1"]
    [loss] = reader.losses
    assert loss.line == 7
    assert "What begins on line 7 is lost." in loss.text


def test_blogger_moves_in_once_and_its_addresses_hold(importer, db, feed, visitor):
    report = importer.take(feed, of="blogger")

    assert outcomes(report, "post") == {"imported": 2}
    assert outcomes(report, "page") == {"imported": 1}
    assert outcomes(report, "comment") == {"imported": 2, "skipped": 1}
    assert report["skipped"][-1]["reason"] == "its post is not in the file"
    assert visitor.get("/2010/11/steel.html").status_code == 200
    assert visitor.get("/p/about.html").status_code == 301
    answer = session.query(Comment).filter_by(source="Thanks.").one()
    assert session.get(Comment, answer.parent_id).source == "Well said."
    assert sorted(tag.name for tag in titled("Title 11").tags) == ["Cold", "Sea"]
    again = importer.take(feed, of="blogger")
    assert outcomes(again, "post") == {"unchanged": 2}
    assert outcomes(again, "comment") == {"unchanged": 2, "skipped": 1}


def test_what_takeout_writes_is_read_as_well(importer, db, tmp_path):
    path = tmp_path / "feed.atom"
    path.write_text(
        FEED
        + """<entry><id>tag:blogger.com,1999:blog-1.post-5</id>
<blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>
<author><name>Ada</name></author><title>Ebb</title><content type="html">Low.</content>
<blogger:filename>/2020/05/ebb.html</blogger:filename>
<published>2020-05-17T08:30:00Z</published></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-6</id>
<blogger:parent>tag:blogger.com,1999:blog-1.post-5</blogger:parent>
<blogger:type>COMMENT</blogger:type><blogger:status>SPAM</blogger:status>
<author><name>Pills</name></author><content>Buy</content></entry></feed>"""
    )
    report = importer.take(path, of="blogger")

    assert outcomes(report, "post") == outcomes(report, "comment") == {"imported": 1}
    assert titled("Ebb").slug == "ebb"
    assert session.query(Comment).one().status == Status.SPAM


def test_what_an_author_says_below_posts_is_theirs(importer, db, tmp_path):
    path = tmp_path / "blog.xml"
    profile = {"Ada": "profile/123", "Ben": "profile/456"}
    text = entry("post", 11, at("/2010/11/steel.html"), author="Ada")
    text += entry("comment", 31, on(11), author="Ada", content="Mine.")
    text += entry("comment", 32, on(11), author="Ben", content="Yours.")
    for name, number in profile.items():
        text = text.replace(f"profile/{name}", number)
    path.write_text(FEED + text + "</feed>")

    importer.take(path, of="blogger")

    post = titled("Title 11")
    assert (post.author.name, post.author.slug) == ("ada", "ada")
    by_source = {each.source: each for each in session.query(Comment)}
    assert by_source["Mine."].user_id == post.author_id
    assert by_source["Yours."].user_id is None
    assert by_source["Yours."].url == "https://www.blogger.com/profile/456"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<rss></rss>", "it begins with <rss>, line 1"),
        ("\n<feed><entry><title>x</title></entry></feed>", r"\(line 1\)"),
        ("", "line 1"),
        ('<!DOCTYPE feed [<!ENTITY a "b">]><feed/>', "DOCTYPE"),
        ("<feed>" + "<entry>" * 60, "More than 50 elements"),
    ],
)
def test_what_is_no_export_is_refused_with_its_line(text, said):
    with pytest.raises(Unreadable, match=said):
        list(Blogger(io.BytesIO(text.encode())))


def test_the_corpus_moves_in(importer, db):
    path = corpus("other-exports") / "blogger-pelican.xml"
    kinds = re.findall(r"2008/kind#(post|page|comment)\"", path.read_text("utf-8"))
    report = importer.take(path, of="blogger")

    for kind in ("post", "page", "comment"):
        assert report["kinds"][kind]["in_file"] == kinds.count(kind) > 0
        assert report["kinds"][kind]["imported"] == kinds.count(kind)
    assert session.query(Post).count() == 4
    before = importer.dump()
    importer.take(path, of="blogger")
    assert importer.dump() == before
