import time

import pytest

from blog.text import markdown


def rendered(source, **titles):
    return (
        markdown.render_post(source, titles) if titles else markdown.render_post(source)
    )


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_a_quotation_that_begins_with_a_mark_is_a_callout(kind):
    html = rendered(f"> [!{kind.upper()}]\n> Mind *that*.")

    assert html == (
        f'<div class="callout callout-{kind}">\n'
        f'<p class="callout-title">{kind.title()}</p>\n'
        "<p>Mind <em>that</em>.</p>\n</div>\n"
    )


def test_a_callout_has_the_title_its_writer_gave_it():
    html = rendered("> [!note] Before you *go*\n> Lock the door.")

    assert '<p class="callout-title">Before you <em>go</em></p>\n<p>Lock' in html


def test_a_callout_without_a_title_gets_the_one_of_the_site():
    assert '"callout-title">Hinweis</p>' in rendered("> [!NOTE]\n> x", note="Hinweis")


def test_a_callout_may_hold_only_its_title():
    html = rendered("> [!TIP] Go early")

    assert html.count("<p") == 1
    assert "callout-tip" in html


@pytest.mark.parametrize(
    "source",
    ["> [!OTHER]\n> x", "> x\n> [!NOTE]", "[!NOTE] x", "> - [!NOTE] x", "> # [!NOTE]"],
)
def test_what_is_no_callout_stays_what_it_is(source):
    assert "callout" not in rendered(source)


def test_callouts_stand_in_one_another_and_in_lists():
    html = rendered("> [!NOTE]\n> a\n>\n> > [!TIP]\n> > b\n\n- > [!WARNING]\n  > c")

    assert html.count("</div>") == html.count("<div") == 3
    assert "blockquote" not in html


def test_tasks_are_boxes_that_are_read_aloud():
    html = rendered("- [ ] one\n- [x] *two*\n- [X] three\n- [-] four\n- [] five")

    assert '<li class="task">\u2610\u00a0one</li>' in html
    assert '<li class="task">\u2611\u00a0<em>two</em></li>' in html
    assert '<li class="task">\u2611\u00a0three</li>' in html
    assert "<li>[-] four</li>\n<li>[] five</li>" in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "See www.e.org/a_b_c.",
            'See <a href="https://www.e.org/a_b_c">www.e.org/a_b_c</a>.',
        ),
        ("ada@e.org.", '<a href="mailto:ada@e.org">ada@e.org</a>.'),
        ("(www.e.org)", '(<a href="https://www.e.org">www.e.org</a>)'),
        ("a.b@c.d-", "a.b@c.d-"),
        ("www.", "www."),
        ("www.e", "www.e"),
        ("awww.e.org @e.org a@e", "awww.e.org @e.org a@e"),
        ("`www.e.org`", "<code>www.e.org</code>"),
        ("[www.e.org](/x)", '<a href="/x">www.e.org</a>'),
        ('<a href="/x">a@e.org</a>', '<a href="/x">a@e.org</a>'),
    ],
)
def test_addresses_that_nobody_marked_are_links(source, html):
    assert rendered(source) == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    "source",
    [
        "www." * 15_000,
        "a@" * 30_000,
        "a.b@c." * 10_000,
        "www.a.b " * 8_000,
        "a" * 60_000 + "@b.c",
        "> [!NOTE]\n\n" * 6_000,
        "> [!NOTE]\n> " * 6_000,
        "- [ ] " * 10_000,
        "- [ ] a\n" * 8_000,
    ],
    ids=lambda source: repr(source[:14]),
)
def test_long_and_hostile_texts_take_no_long(source):
    began = time.perf_counter()
    rendered(source)

    assert time.perf_counter() - began < 4
