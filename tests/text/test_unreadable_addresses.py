"""Addresses that Python refuses to read, with an error: no text may fail by one."""

import pytest

from blog.text import embeds, figures, policies
from blog.text.sanitizer import Format, House, lede_html, post_html

# A bracket before the host or without its other half, and letters that NFKC makes a
# "/", "?" or "#" of, which would end the host elsewhere (bugs.python.org/issue36216).
UNREADABLE = (
    "https://a[@e.com",
    "https://℀@e.com/",
    "https://e.com℀.org/",
    "https://e.com＃@bank.com/",
    "http://[",
    "http://[::1",
    "http://[v1.x",
    "//[",
)
each_address = pytest.mark.parametrize("address", UNREADABLE)
HOUSE = House(lambda ids: {})


@each_address
def test_they_are_no_address(address):
    assert policies.site_address(address) is None


@each_address
@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize(
    "written",
    [
        '<a href="{}">words</a>',
        '<img src="{}" alt="words">',
        '<figure><a href="{}">words</a></figure>',
        '<video src="{}">words</video>',
        '<audio><source src="{}"></audio> words',
        '<iframe src="{}"></iframe> words',
        '<object data="{}"></object> words',
        '<blockquote cite="{}">words</blockquote>',
        "words\n\n{}\n\nwords",
        "[words]({})",
        "[words](<{}>)",
        "![words]({})",
        "words <{}>",
        "[words][1]\n\n[1]: {}",
    ],
)
def test_a_text_with_one_is_shown_without_it_as_a_link(address, format, written):
    source = written.format(address)

    for html in (post_html(source, format, HOUSE), lede_html(source, format, HOUSE)):
        assert "words" in html
        assert f'href="{address}' not in html
        assert f'src="{address}' not in html


@each_address
def test_a_player_of_one_is_dropped_and_what_stands_around_it_stays(address):
    html = f'<p>before</p><video src="{address}"></video><p>after</p>'

    assert embeds.as_links(html, paragraphs=True) == "<p>before</p><p>after</p>"


@each_address
def test_one_is_nobodys_film(address):
    assert figures._service(address) == "link"
