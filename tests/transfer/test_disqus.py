"""Disqus's export, read as threads."""

import io
from collections import Counter
from xml.etree import ElementTree

import pytest

from blog.transfer.records import Unreadable
from blog.transfer.sources.disqus import Disqus
from tests.corpora import files

HEAD = """<?xml version="1.0"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
"""
TAIL = "</disqus>"
NAMES = {"d": "http://disqus.com"}
DSQ = "{http://disqus.com/disqus-internals}"


def thread(id="2", link="https://old.example/a/", identifier="", title="A"):
    return (
        f'<thread dsq:id="{id}"><id>{identifier}</id><forum>mine</forum>'
        f"<link>{link}</link><title>{title}</title></thread>\n"
    )


def post(id, *, thread="2", parent="", extra="", author="<name>Peter</name>"):
    above = f'<parent dsq:id="{parent}"/>' if parent else ""
    return (
        f'<post dsq:id="{id}"><id/><message><![CDATA[<p>Remark {id}.</p>]]></message>'
        f"<createdAt>2013-10-10T19:20:29Z</createdAt>{extra}"
        f"<author>{author}</author><ipAddress>192.0.2.7</ipAddress>"
        f'<thread dsq:id="{thread}"/>{above}</post>\n'
    )


def source(text):
    return Disqus(io.BytesIO(text.encode()))


def read(*elements):
    return list(source(HEAD + "".join(elements) + TAIL))


def test_a_thread_has_all_that_was_said_in_it():
    reader = source(
        HEAD
        + thread(identifier="7 https://old.example/?p=7", title="A &amp; B")
        + post(
            "4",
            author="<name>Peter</name><email>p@old.example</email>"
            "<isAnonymous>true</isAnonymous>",
        )
        + post("5", parent="4", author="<name/><username>grace</username>")
        + TAIL
    )
    [found] = reader

    assert reader.channel.title == "disqus:mine"
    assert (found.line, found.id, found.link) == (3, "2", "https://old.example/a/")
    assert (found.title, found.identifier) == ("A & B", "7 https://old.example/?p=7")
    first, second = found.comments
    assert (first.line, first.id, first.parent) == (4, "4", "")
    assert (first.author, first.email) == ("Peter", "p@old.example")
    assert (first.ip, first.date_gmt) == ("192.0.2.7", "2013-10-10 19:20:29")
    assert (first.content, first.approved) == ("<p>Remark 4.</p>", "1")
    assert (second.author, second.parent) == ("grace", "4")


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ("<isDeleted>false</isDeleted><isSpam>false</isSpam>", "1"),
        ("<isSpam>true</isSpam><isDeleted>true</isDeleted>", "spam"),
        ("<isDeleted>true</isDeleted><isApproved>false</isApproved>", "trash"),
        ("<isApproved>false</isApproved>", "0"),
        ("<isApproved>true</isApproved>", "1"),
    ],
)
def test_what_disqus_says_of_a_comment_is_its_status(extra, status):
    [found] = read(thread(), post("4", extra=extra))

    assert [each.approved for each in found.comments] == [status]


def test_threads_without_comments_are_left_out_and_comments_without_threads_are_not():
    found = read(thread("2"), thread("3"), post("4"), post("5", thread="99"))

    assert [(each.id, each.link) for each in found] == [
        ("2", "https://old.example/a/"),
        ("99", ""),
    ]


def test_a_file_that_breaks_off_gives_what_stands_before():
    reader = source(HEAD + thread() + post("4") + '<post dsq:id="5">')
    [found] = reader

    assert [each.id for each in found.comments] == ["4"]
    [loss] = reader.losses
    assert loss.line == 5
    assert "What begins on line 5 is lost." in loss.text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1"),
        ("no XML", "line 1"),
        ("<rss/>", "line 1"),
        ("\n" + HEAD + TAIL, "line 2"),
        (HEAD + "<thread", "line 3"),
        (
            '<!DOCTYPE disqus [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<disqus/>',
            "line 1",
        ),
        (HEAD + "\n" + "<a>" * 100, "line 4"),
    ],
)
def test_what_is_no_export_is_refused_with_its_line(text, line):
    with pytest.raises(Unreadable) as refusal:
        list(source(text))

    assert f"{line}" in str(refusal.value)


def test_an_export_of_another_namespace_is_refused():
    with pytest.raises(Unreadable, match="no export of Disqus"):
        list(source('<disqus xmlns="http://evil.example/"/>'))


@pytest.mark.parametrize("path", files("other-exports", "disqus-*.xml"), ids=str)
def test_every_comment_of_real_exports_is_read(path):
    """Counted once more by another reader of XML."""
    root = ElementTree.parse(path).getroot()
    posts = root.findall("d:post", NAMES)
    below = Counter(each.find("d:thread", NAMES).get(f"{DSQ}id") for each in posts)
    spam = sum(each.findtext("d:isSpam", "", NAMES) == "true" for each in posts)
    above = {
        each.get(f"{DSQ}id"): parent.get(f"{DSQ}id")
        for each in posts
        if (parent := each.find("d:parent", NAMES)) is not None
    }

    with path.open("rb") as file:
        reader = Disqus(file)
        found = list(reader)

    assert reader.losses == []
    assert {each.id: len(each.comments) for each in found} == below
    comments = [comment for each in found for comment in each.comments]
    assert sum(each.approved == "spam" for each in comments) == spam
    assert {each.id: each.parent for each in comments if each.parent} == above
