# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import io
import time
from collections import Counter
from xml.etree import ElementTree

import pytest

from blog.transfer.records import Author, Filed, Item, Term, Unreadable
from blog.transfer.sources.wxr import Reader
from tests.corpora import files

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel>
"""
TAIL = "</channel></rss>"
ITEM = "<item><title>{0}</title><wp:post_id>{0}</wp:post_id></item>\n"


def read(text, seen=None):
    reader = Reader(
        io.BytesIO(text.encode()), [].append if seen is None else seen.append
    )
    return list(reader), reader


def test_an_item_with_all_that_it_can_have():
    [author, term, item], reader = read(
        HEAD
        + """<title>A &amp; B</title><link>https://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_id>7</wp:author_id><wp:author_login>ada</wp:author_login></wp:author>
<wp:tag><wp:tag_slug>tea</wp:tag_slug><wp:tag_name><![CDATA[Tea]]></wp:tag_name></wp:tag>
<item><title>Fish</title><dc:creator>ada</dc:creator><guid isPermaLink="false">g</guid>
<content:encoded><![CDATA[ a <b>b</b> ]]></content:encoded><excerpt:encoded>e</excerpt:encoded>
<wp:post_id> 5 </wp:post_id><wp:post_type>page</wp:post_type><wp:post_password> pw </wp:post_password>
<category domain="category" nicename="x-y">X</category>
<wp:postmeta><wp:meta_key>k</wp:meta_key><wp:meta_value>v</wp:meta_value></wp:postmeta>
<wp:comment><wp:comment_id>9</wp:comment_id><wp:comment_content>c</wp:comment_content>
<wp:commentmeta><wp:meta_key>m</wp:meta_key><wp:meta_value>n</wp:meta_value></wp:commentmeta>
</wp:comment></item>"""
        + TAIL
    )  # fmt: skip

    assert (reader.channel.title, reader.channel.link) == (
        "A & B",
        "https://old.example",
    )
    assert reader.channel.version == "1.2"
    assert isinstance(author, Author) and (author.id, author.login) == ("7", "ada")
    assert isinstance(term, Term)
    assert (term.taxonomy, term.slug, term.name) == ("post_tag", "tea", "Tea")
    assert isinstance(item, Item)
    assert (item.line, item.type, item.id, item.guid) == (10, "page", "5", "g")
    assert (item.content, item.password) == (" a <b>b</b> ", " pw ")
    assert (item.excerpt, item.creator) == ("e", "ada")
    assert item.filed == [Filed("category", "x-y", "X")]
    assert item.meta == [("k", "v")]
    [comment] = item.comments
    assert (comment.id, comment.content, comment.meta) == ("9", "c", [("m", "n")])


def test_a_name_is_what_its_namespace_says():
    items, _ = read(
        HEAD
        + ITEM.format(1)
        + '<item xmlns:wp="http://evil.example/"><wp:post_id>2</wp:post_id></item>'
        + '<item xmlns:x="http://wordpress.org/export/1.0/"><x:post_id>3</x:post_id></item>'
        + '<item><post_id xmlns="http://wordpress.org/export/1.1/">4</post_id></item>'
        + '<item><atom:link rel="hub"/><wp:post_id>5</wp:post_id><wp:post_id>6</wp:post_id></item>'
        + TAIL
    )  # fmt: skip

    assert [item.id for item in items] == ["1", "", "3", "4", "5"]


def test_prefixes_that_nobody_declared_mean_the_usual():
    items, _ = read("<rss><channel>" + ITEM.format(1) + TAIL)

    assert [item.id for item in items] == ["1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD.replace("<rss", '<!DOCTYPE rss [<!ENTITY x "y">]>\n<rss') + TAIL, "(?s)DOCTYPE.*line 2"),
        ("<html><body/></html>", "begins with <html>, line 1"),
        ("", "no element found, line 1"),
        ("word", "syntax error, line 1"),
        ("\n\n{}", "line 3"),
        ("<rss><channel><item><title>a</title></item></channel></rss>", "no export of WordPress.*line 1"),
        ("<rss><channel/></rss>", "no export of WordPress.*line 1"),
        (HEAD + "\n<item><title>a</item>" + TAIL, "mismatched tag, line 7"),
        (HEAD + "<item>" + "<a>" * 60, "More than 50 .*line 6"),
        (HEAD + ITEM.format(1)[:30], "line 6"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_line(text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(text)


def test_a_file_cut_short_gives_what_is_whole_and_says_what_is_lost():
    whole = HEAD + "".join(ITEM.format(n) for n in range(1, 4))
    items, reader = read(whole + "<item>\n<title>cut sho")

    assert [item.id for item in items] == ["1", "2", "3"]
    [loss] = reader.losses
    assert loss.line == 10
    assert "no element found" in loss.text and "line 9 is lost" in loss.text


def test_progress_is_every_byte_of_the_file_once():
    seen = []
    text = HEAD + ITEM.format(1) * 20_000 + TAIL
    read(text, seen)

    assert len(seen) > 3
    assert sum(seen) == len(text)


def test_a_hundred_thousand_open_elements_take_no_time():
    started = time.perf_counter()
    with pytest.raises(Unreadable):
        read(HEAD + "<x>" * 200_000)

    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("path", files("wxr", "*.xml"), ids=lambda path: path.name)
def test_every_corpus_is_read_as_another_parser_reads_it(path):
    try:
        tree = ElementTree.parse(path)
    except ElementTree.ParseError:
        tree = None
    with path.open("rb") as file:
        reader = Reader(file)
        if path.name == "importer-malformed.xml":
            with pytest.raises(Unreadable, match="line 90"):
                list(reader)
            return
        items = [record for record in reader if isinstance(record, Item)]

    assert all("broken here" not in loss.text for loss in reader.losses)
    if tree is None:
        assert items  # mended
        return
    assert reader.losses == []
    found = list(tree.iter("item"))
    assert len(items) == len(found)
    assert [item.title for item in items] == [
        (item.findtext("title") or "").strip() for item in found
    ]
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    assert Counter(item.content for item in items) == Counter(
        item.findtext(content) or "" for item in found
    )
