import pytest

from blog.text import figures
from blog.text.pictures import Picture
from blog.text.sanitizer import Format, House, clean_post, lede_html, post_html

BOAT = Picture(
    12,
    "/media/12/boat.jpg",
    3000,
    2000,
    (320, 640),
    ("webp", "jpeg"),
    "A boat",
    False,
    3,
)
DOT = Picture(7, "/media/7/dot.png", 9, 9, (), (), "", False, 1)
FRAME = Picture(8, "/media/8/frame.png", 600, 90, (320,), ("png",), "lines", True, 1)
LIBRARY = {each.id: each for each in (BOAT, DOT, FRAME)}
HOUSE = House(lambda ids: {each: LIBRARY[each] for each in ids if each in LIBRARY})


def html_of(source, format=Format.MARKDOWN):
    return str(post_html(source, format, HOUSE)).strip()


def test_a_picture_comes_in_every_size_and_format():
    html = html_of("It ![the boat](/media/12/boat.jpg) swims.")

    assert html == (
        '<p>It <picture><source type="image/webp" srcset="'
        "/media/12/boat-320.webp?v=3 320w, /media/12/boat-640.webp?v=3 640w"
        f'" sizes="{figures.SIZES}">'
        '<img src="/media/12/boat.jpg?v=3" alt="the boat" width="3000" height="2000" '
        'decoding="async" srcset="/media/12/boat-320.jpeg?v=3 320w, '
        "/media/12/boat-640.jpeg?v=3 640w, /media/12/boat.jpg?v=3 3000w"
        f'" sizes="{figures.SIZES}"></picture> swims.</p>'
    )


def test_only_the_first_picture_is_loaded_at_once():
    html = html_of(
        "![a](/media/12/boat.jpg)\n\n![b](/media/12/boat.jpg)\n\n![c](/media/7/dot.png)"
    )

    first, *others = html.split("<img")[1:]
    assert "lazy" not in first
    assert ["lazy" in each for each in others] == [True, True]


def test_what_has_no_variants_is_one_picture_with_its_size():
    assert html_of("a ![](/media/7/dot.png)") == (
        '<p>a <img src="/media/7/dot.png?v=1" alt="" width="9" height="9" '
        'decoding="async"></p>'
    )


@pytest.mark.parametrize(
    ("source", "alt"),
    [
        ("![mine](/media/12/boat.jpg)", "mine"),
        ("![](/media/12/boat.jpg)", "A boat"),
        ("![](/media/8/frame.png)", ""),
        ("![mine](/media/8/frame.png)", "mine"),
        ('![a "b" <c>](/media/12/boat.jpg)', "a &quot;b&quot; &lt;c&gt;"),
    ],
)
def test_the_alternative_text_is_the_writers_or_else_the_librarys(source, alt):
    assert f'alt="{alt}"' in html_of(source)


def test_a_picture_alone_is_a_figure_and_its_title_the_caption():
    html = html_of('![a](/media/12/boat.jpg "A boat & *more*")')

    assert html.startswith("<figure><picture>")
    assert html.endswith(
        "</picture><figcaption>A boat &amp; *more*</figcaption></figure>"
    )
    assert "title=" not in html


def test_a_picture_alone_may_lead_somewhere():
    html = html_of("[![a](/media/12/boat.jpg)](https://e.org/)")

    assert html.startswith('<figure><a href="https://e.org/"><picture>')
    assert html.endswith("</picture></a></figure>")


def test_a_figure_of_the_writers_own_is_left_alone():
    html = html_of(
        '<figure class="alignwide"><img src="/media/12/boat.jpg" class="alignwide">'
        "<figcaption>Words</figcaption></figure>",
        Format.HTML,
    )

    assert html.count("<figure") == html.count("<figcaption") == 1
    assert f'sizes="{figures.WIDE_SIZES}"' in html


def test_a_wide_picture_alone_makes_a_wide_figure():
    html = html_of(
        '<p><img class="alignfull" src="/media/12/boat.jpg"></p>', Format.HTML
    )

    assert html.startswith('<figure class="alignfull"><picture>')
    assert f'sizes="{figures.WIDE_SIZES}"' in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "![a <b>](/media/99/gone.jpg)",
            "<figure><em>a &lt;b&gt;</em></figure>",
        ),
        (
            '![a](/media/99/gone.jpg "Seen *once*")',
            "<figure><em>a</em><figcaption>Seen *once*</figcaption></figure>",
        ),
        (
            '![](/media/99/gone.jpg "Seen once")',
            "<figure><figcaption>Seen once</figcaption></figure>",
        ),
        (
            "[![a](/media/99/gone.jpg?v=2)](https://e.org/)",
            '<figure><a href="https://e.org/"><em>a</em></a></figure>',
        ),
        ("[![](/media/99/gone.jpg)](https://e.org/)", ""),
        ("![](/media/99/gone.jpg)", ""),
        (
            "It ![the boat](/media/99/gone.jpg) swims.",
            "<p>It <em>the boat</em> swims.</p>",
        ),
    ],
)
def test_a_picture_that_is_gone_leaves_its_words(source, html):
    assert html_of(source) == html


def test_what_another_site_shows_is_a_link_to_it():
    assert (
        html_of("![a](https://e.org/media/99/gone.jpg)")
        == '<p><a href="https://e.org/media/99/gone.jpg">a</a></p>'
    )


def test_nobody_chooses_files_for_the_browser_but_the_library():
    html = html_of(
        '<picture><source srcset="https://evil.example/a" type="image/png">'
        '<img src="/media/12/boat.jpg" srcset="https://evil.example/b 1w"></picture>',
        Format.HTML,
    )

    assert "evil" not in html
    assert html.count("<source") == 1


def test_what_is_dressed_can_be_dressed_again():
    html = html_of(
        '![a](/media/12/boat.jpg "b")\n\nc ![d](/media/8/frame.png)\n\nhttps://vimeo.com/12345'
    )

    assert html_of(html, Format.HTML) == html


def test_without_the_library_the_picture_is_still_there():
    html = html_of("a ![b](/media/12/boat.jpg)")

    assert str(clean_post(html)) == (
        '<p>a <img src="/media/12/boat.jpg?v=3" alt="b" width="3000" height="2000"></p>'
    )


def test_a_first_part_has_its_pictures():
    assert "<picture>" in lede_html("![a](/media/12/boat.jpg)", Format.MARKDOWN, HOUSE)


def test_the_files_of_a_text_are_found():
    html = (
        '<a href="/media/5/paper.pdf">p</a> <img src="/media/12/boat.jpg?v=3" '
        'srcset="/media/12/boat-320.webp 320w"> /media/x/y /media/0/a.jpg '
        '<a href="/media/5/paper.pdf#page=2">p</a>'
    )

    assert figures.media_ids(html) == [5, 12]


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube"),
        ("https://youtu.be/dQw4w9WgXcQ?t=3", "youtube"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "youtube"),
        ("https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=1", "youtube"),
        ("https://vimeo.com/123456789", "vimeo"),
        ("https://player.vimeo.com/video/123456789", "vimeo"),
        ("https://www.youtube.com/@somebody", "link"),
        ("https://www.youtube.com/watch?v=short", "link"),
        ("https://vimeo.com/about", "link"),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "link"),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "link"),
        ("https://example.org/", "link"),
    ],
)
def test_an_address_alone_in_its_paragraph_is_a_card(address, service):
    written = address.replace("&", "&amp;")
    link = f'<a href="{written}">{written}</a>'

    assert html_of(f"a\n\n{address}\n\nb") == (
        f'<p>a</p>\n<p class="embed embed-{service}">{link}</p>\n<p>b</p>'
    )


@pytest.mark.parametrize(
    "source",
    [
        "see https://example.org/",
        "[words](https://example.org/)",
        "- https://example.org/",
        "https://example.org/\nhttps://example.org/",
    ],
)
def test_an_address_among_words_is_a_link(source):
    assert "embed" not in html_of(source)
