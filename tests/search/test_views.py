"""The page on which readers search, and what it must never find."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from blog.database import session, write_transaction
from blog.posts import publishing
from blog.posts.models import Post, Status
from blog.search import queries
from blog.search.permalinks import search_url
from blog.site.queries import settings as site_settings
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
)
from tests.pages import parse, text_of

NOTHING = "Nothing found"


@pytest.fixture
def site(app):
    with app.app_context():
        yield app


def look(client, typed, number=1):
    return client.get(search_url(typed, number))


def found(client, typed, number=1):
    """The titles on a page of results, in order."""
    html = look(client, typed, number).text
    return [text_of(each) for each in parse(html).iter("h3") if each.get("id") is None]


def change(post, verb, *arguments):
    with write_transaction():
        getattr(session.get(Post, post.id), verb)(*arguments)


# What is found


def test_posts_and_pages_are_found_by_title_text_and_excerpt(site, visitor):
    make_post(title="Tides", source="High *water*.", excerpt="In short: moon.")
    make_page(title="Ferry times", source="One\n\n<!--nextpage-->\n\ntwo, with water.")

    assert found(visitor, "tides") == found(visitor, "moon") == ["Tides"]
    assert found(visitor, "two ferry") == ["Ferry times"]
    assert set(found(visitor, "water")) == {"Tides", "Ferry times"}
    assert found(visitor, "lighthouse") == []


def test_a_result_shows_title_passage_author_date_and_category(site, visitor):
    post = make_post(
        title="The <b>Tide</b>",
        source="Some 3 < 4 tide *words*.",
        categories=[make_category("Harbour")],
    )
    html = look(visitor, "tide").text

    assert "The &lt;b&gt;<mark>Tide</mark>&lt;/b&gt;</a></h3>" in html
    assert "Some 3 &lt; 4 <mark>tide</mark> words.</p>" in html
    assert f'href="/author/{post.author.slug}/"' in html
    assert f'datetime="{post.published_at.isoformat()}"' in html
    assert ">Harbour</a>" in html
    assert "1 result<" in html


def test_what_has_it_in_its_title_comes_first_and_of_equals_the_newest(site, visitor):
    for title, source, at in (
        ("Older", "a tide and words", NOON),
        ("Newest", "a tide and words", NOON + 2 * HOUR),
        ("Newer", "a tide and words", NOON + HOUR),
        ("Of a tide", "words and more words " * 100, NOON - DAY),
        ("Much of it", "tide tide tide tide", NOON - DAY),
    ):
        make_post(title=title, source=source, published_at=at)

    assert found(visitor, "tide") == [
        *("Of a tide", "Much of it"),
        *("Newest", "Newer", "Older"),
    ]


def test_a_word_in_the_title_weighs_more_than_in_the_text(site, visitor):
    make_post(title="Tide", source="high words")
    make_post(title="Words", source="high tide", published_at=NOON + HOUR)

    assert found(visitor, "high tide") == ["Tide", "Words"]


def test_the_word_itself_comes_before_what_begins_with_it(site, visitor):
    make_post(title="A", source="the articles and one more", published_at=NOON + HOUR)
    make_post(title="B", source="the art and one more")

    assert found(visitor, "art") == ["B", "A"]


def test_results_come_ten_a_page(site, visitor):
    for number in range(23):
        make_post(title=f"Tide {number}", published_at=NOON + number * HOUR)

    pages = [found(visitor, "tide", number) for number in (1, 2, 3)]
    titles = [title for page in pages for title in page]
    assert titles == [f"Tide {number}" for number in reversed(range(23))]
    assert [len(page) for page in pages] == [10, 10, 3]
    html = look(visitor, "tide", 2).text
    assert (
        "23 results" in html
        and "Page 2 of 3" in html
        and '<ol class="teasers" start="11">' in html
    )
    assert '<a class="newer" rel="prev" href="/search?q=tide">' in html
    assert '<a class="older" rel="next" href="/search?q=tide&amp;page=3">' in html
    assert "<title>Search: tide – Page 2 –" in html
    for number in (4, 10**18):
        assert look(visitor, "tide", number).status_code == 404
    for typed in ("0", "-1", "x", "٢", ""):
        assert visitor.get(f"/search?q=tide&page={typed}").status_code == 404


def test_what_is_in_very_many_posts_is_cut_and_said(site, visitor, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 3)
    monkeypatch.setattr(queries, "MOST_TITLES", 2)
    make_post(title="The oldest tide")
    for number in range(6):
        make_post(title=f"Post {number}", source="a tide")
    for number in range(6):  # later, and not for everybody
        make_post(title=f"Draft {number}", source="a tide", published_at=None)

    assert found(visitor, "tide")[0] == "The oldest tide"
    assert set(found(visitor, "tide")[1:]) == {f"Post {n}" for n in (2, 3, 4, 5)}
    assert "More than 3 results" in look(visitor, "tide").text
    assert "in very many posts" in look(visitor, "tide").text
    assert "very many" not in look(visitor, "oldest").text


@pytest.mark.parametrize(
    ("typed", "source", "marked"),
    [
        ("muller", "Frau Müller", "<mark>Müller</mark>"),
        ("oeuvre", "Une œuvre", "<mark>œuvre</mark>"),
        ("isparta", "Isparta’da ısparta", "<mark>ısparta</mark>"),
        ("كتاب", "قرأت الكتاب", "<mark>الكتاب</mark>"),
        ("می خواهم", "می‌خواهم", "<mark>می</mark>"),
        ("שלום", "שָׁלוֹם", "<mark>שָׁלוֹם</mark>"),
        ("हिन्दी", "यह हिन्दी है", "<mark>हिन्दी</mark>"),
        ("ไทย", "ภาษาไทยง่าย", "ภาษา<mark>ไทย</mark>ง่าย"),
        ("东京", "我在东京工作", "我在<mark>东京</mark>工作"),
        ("タワー", "東京タワーへ", "<mark>タワー</mark>"),
        ("한국", "나는 한국어를", "<mark>한국</mark>어를"),
    ],
)
def test_every_script_is_found_and_marked(site, visitor, typed, source, marked):
    make_post(title="T", source=source)
    make_post(title="Other", source="words पर ไม่ 我们 نه")

    assert found(visitor, typed) == ["T"]
    assert marked in look(visitor, typed).text


# What must never be found


def test_only_what_everybody_may_read_is_found(site, visitor, admin):
    words = {"title": "Hidden harbour", "source": "secret harbour"}
    states = {
        "draft": make_post(**words, published_at=None),
        "scheduled": make_post(**words, published_at=NOW + DAY),
        "trash": make_post(**words, status=Status.TRASH),
        "protected": make_post(**words, password="key"),
        "pending": make_post(**words, published_at=None),
        "private": make_post(**words, published_at=None),
        "page": make_page(**words, published_at=None),
        "protected page": make_page(**words, password="key"),
    }
    change(states["pending"], "submit")
    change(states["private"], "keep_private", NOON)
    make_comment(post=make_post(title="Public"), source="a harbour in a comment")

    for client in (visitor, admin):  # the same for all
        for typed in ("harbour", "hidden", "secret", '"secret harbour"', "harb"):
            html = look(client, typed).text
            assert NOTHING in html, typed
            assert "<mark>" not in html and 'class="teasers"' not in html
    assert found(visitor, "public") == ["Public"]


def test_results_follow_every_change(site, visitor):
    post = make_post(title="Tide", source="harbour")
    there = lambda: found(visitor, "harbour") == ["Tide"]  # noqa: E731

    assert there()
    change(post, "withdraw")
    assert not there()
    change(post, "publish", NOON)
    assert there()
    change(post, "trash", NOON)
    assert not there()
    change(post, "restore")
    assert there()
    change(post, "keep_private", NOON)
    assert not there()
    change(post, "publish", NOON)
    with write_transaction():
        session.get(Post, post.id).password = "key"
    assert not there()
    with write_transaction():
        session.get(Post, post.id).password = ""
    assert there()
    with write_transaction():
        session.delete(session.get(Post, post.id))
    assert not there()


def test_a_scheduled_post_is_found_from_its_hour_on(site, visitor, monkeypatch):
    at = NOW + DAY
    make_post(title="Tide", published_at=at)

    for moment, titles in ((at - HOUR, []), (at, ["Tide"])):
        monkeypatch.setattr("blog.search.views.utcnow", lambda moment=moment: moment)
        assert found(visitor, "tide") == titles


# The form


def test_the_form_keeps_what_was_typed(site, visitor):
    typed = 'a "b" <c> \u202e&amp; é'
    document = parse(look(visitor, typed).text)
    field = next(each for each in document.iter("input") if each.get("name") == "q")

    assert field.get("value") == typed
    assert (field.get("type"), field.get("dir")) == ("search", "auto")
    assert field.get("autofocus") is None


@pytest.mark.parametrize("path", ["/search", "/search?q=", "/search?q=%20&page=1"])
def test_without_words_there_is_the_form_and_a_hint(site, visitor, path):
    make_post()
    html = visitor.get(path).text

    assert "quotation marks" in html
    assert "autofocus" in html
    assert NOTHING not in html and "<mark>" not in html and "result" not in html


def test_where_nothing_is_found_there_are_ways_on(site, visitor):
    make_post(title="Ferry", categories=[make_category("Harbour", slug="harbour")])
    hidden = make_category("Merger", slug="merger")
    make_post(title="Of it", published_at=None, categories=[hidden])
    html = look(visitor, "zeppelin").text

    assert NOTHING in html
    assert 'href="/"' in html and 'href="/category/harbour/"' in html
    assert "Merger" not in html  # nothing public is about it
    assert "no word in it" not in html


def test_of_signs_alone_it_is_said_that_there_is_no_word(site, visitor):
    html = look(visitor, "?! ★ 🎉").text

    assert "There is no word in it" in html
    assert NOTHING not in html


def test_what_is_too_long_is_cut_and_said(site, visitor):
    make_post(title="Tide")
    typed = "tide " + "word " * 700
    answer = look(visitor, typed)

    assert len(typed) > 3_500
    assert answer.status_code == 200
    assert "Only the beginning" in answer.text
    assert len(answer.text) < 12_000
    assert look(visitor, "tide" * 1_000).status_code == 200
    assert "Only the beginning" not in look(visitor, "tide").text


garbage = st.one_of(
    st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80
    ),
    st.text(alphabet="\"*():^+-{}[],.'%_\\/;=&<> tideANDORNOTé東ก\u0301", max_size=80),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(typed=garbage)
def test_whatever_is_typed_gets_an_answer(site, visitor, typed):
    if session.query(Post).first() is None:
        make_post(title="Tide and NOT <b>", source='AND "OR" 東京 tide* é')

    assert look(visitor, typed).status_code == 200


def test_search_engines_are_kept_out_and_told_the_address(site, visitor):
    make_post(title="Tide")
    html = look(visitor, "high tide").text

    assert '<meta name="robots" content="noindex">' in html
    assert '<link rel="canonical" href="http://localhost/search?q=high+tide">' in html
    with write_transaction():
        site_settings().blog_public = False
    html = look(visitor, "high tide").text
    assert re.findall('name="robots" content="([^"]+)"', html) == ["noindex, nofollow"]


def test_every_public_page_leads_to_it(site, visitor):
    for path in ("/", "/nothing-is-here/", "/search"):
        assert 'href="/search"' in visitor.get(path).text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/?s=high+tide", "/search?q=high+tide"),
        ("/?s=", "/search"),
        ("/?s=tide&paged=2", "/search?q=tide&page=2"),
        ("/?s=%D8%A7%D9%84", "/search?q=%D8%A7%D9%84"),
        ("/search/", "/search"),
        ("/search/high+tide/", "/search?q=high+tide"),
        ("/search/high%20tide", "/search?q=high+tide"),
        ("/search/tide/page/3/", "/search?q=tide&page=3"),
        ("/search/a/b/", "/search?q=a%2Fb"),
        ("/search/%E6%9D%B1/", "/search?q=%E6%9D%B1"),
    ],
)
def test_wordpress_addresses_lead_there(site, visitor, old, new):
    answer = visitor.get(old)

    assert (answer.status_code, answer.location) == (301, new)


def test_there_are_no_feeds_of_searches(site, visitor):
    for path in ("/search/tide/feed/", "/search/tide/feed/rss2/", "/search/feed/"):
        assert visitor.get(path).status_code == 404


def test_as_many_questions_are_asked_for_many_results_as_for_few(site, visitor, db):
    statements = []
    event.listen(
        db.engine, "before_cursor_execute", lambda *args: statements.append(args[2])
    )

    def count():
        session.remove()
        statements.clear()
        assert look(visitor, "tide").status_code == 200
        return len(statements)

    make_post(title="Tide", categories=[make_category()])
    few = count()
    for _ in range(12):
        make_post(title="Tide", categories=[make_category(), make_category()])
    assert count() == few <= 10


def test_a_revised_post_shows_its_new_words(site, visitor):
    post = make_post(title="Tide", source="first")
    content = publishing.prepare(title="Tide", source="second", format=post.format)
    with write_transaction():
        publishing.revise(session.get(Post, post.id), content, NOON + timedelta(1))

    assert found(visitor, "first") == []
    assert "<mark>second</mark>" in look(visitor, "second").text
