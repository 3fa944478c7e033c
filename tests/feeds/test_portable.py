import re

import pytest

from blog.feeds import portable
from blog.text.sanitizer import Format, post_html

PAGE = "http://localhost/2026/05/tea/"


@pytest.mark.parametrize(
    "written, whole",
    [
        ('<a href="/about/">a</a>', '<a href="http://localhost/about/">a</a>'),
        ('<a href="#fn-1">1</a>', f'<a href="{PAGE}#fn-1">1</a>'),
        ('<a href="milk/">m</a>', f'<a href="{PAGE}milk/">m</a>'),
        ('<a href="?x=1">m</a>', f'<a href="{PAGE}?x=1">m</a>'),
        (
            '<img alt="a" src="/media/a.png">',
            '<img alt="a" src="http://localhost/media/a.png">',
        ),
        ('<q cite="/a">q</q>', '<q cite="http://localhost/a">q</q>'),
        ('<a href="https://e.example/?a=1&amp;b=2">e</a>', None),
        ('<a href="mailto:a@e.example">e</a>', None),
        ('<code>&lt;a href="/x"&gt;</code> href="/x"', None),
        ('<p title=" href=&quot;/x&quot;">p</p>', None),
        ("<p>no address</p>", None),
    ],
)
def test_addresses_become_whole(app, written, whole):
    with app.app_context():
        assert portable.absolute(written, PAGE) == (whole or written)


def test_an_address_keeps_its_references(app):
    with app.app_context():
        assert (
            portable.absolute('<a href="/?a=1&amp;copy=2">a</a>', PAGE)
            == '<a href="http://localhost/?a=1&amp;copy=2">a</a>'
        )


def test_everything_the_sanitiser_writes_becomes_whole(app):
    source = (
        '<p><a href="/a?b=1&c=%22" title="a > b &quot;">x</a> <a href="d/e">y</a>'
        '<blockquote cite="/q" dir="rtl">'
        '<img src="m/é.png" alt="&lt;a href=&quot;/n&quot;">'
        "</blockquote>"
    )
    html = post_html(source, Format.HTML)

    with app.app_context():
        whole = portable.absolute(html, PAGE)

    addresses = re.findall(r'(?:href|cite|src)="([^"]*)"', whole)
    assert len(addresses) == 4
    assert all(each.startswith("http://localhost/") for each in addresses)
    assert whole.count("/n") == html.count("/n")
    assert type(whole) is str


@pytest.mark.parametrize(
    "guid",
    [
        "http://old.example/?p=12",
        "HTTP://old.example/?p=12&x=y",
        "https://old.example/ä b",
        "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "tag:blogger.com,1999:blog-1.post-2",
    ],
)
def test_an_iri_stays_as_it_is(guid):
    assert portable.iri(guid) == guid


@pytest.mark.parametrize(
    "guid, iri",
    [
        ("12", "urn:guid:12"),
        ("/?p=12", "urn:guid:%2F%3Fp%3D12"),
        ("a b: c", "urn:guid:a%20b%3A%20c"),
        ("ä", "urn:guid:%C3%A4"),
    ],
)
def test_what_is_no_iri_becomes_one(guid, iri):
    assert portable.iri(guid) == iri


def test_only_what_xml_allows_is_left():
    text = "".join(map(chr, range(0x20))) + "\ufffe\uffff\ufffd\ud7ff\ue000\U0001f600"

    assert portable.legal(text) == "\t\n\r\ufffd\ud7ff\ue000\U0001f600"
