"""Addresses of comments, of their pages, and of pictures."""

import re
from types import SimpleNamespace

import pytest

from blog.comments.models import Kind, Status
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.models import Status as PostStatus
from blog.posts.permalinks import PRESETS, post_url
from blog.site.queries import settings
from tests.comments.questions import asked
from tests.comments.talk import chain, flat, one_thread, write
from tests.factories import DAY, NOW, make_comment, make_page, make_post, make_user
from tests.pages import parse, text_of


def set_site(app, **changes):
    with app.app_context(), write_transaction():
        for name, value in changes.items():
            setattr(settings(), name, value)


@pytest.fixture
def talk(app):
    """A post with seven threads, two on a page."""
    set_site(app, comments_per_page=2)
    with app.app_context():
        post = make_post(slug="tea", source="One.\n\n<!--nextpage-->\n\nTwo.")
        return SimpleNamespace(id=post.id, url=post_url(post), ids=write(post, flat(7)))


def shown(page):
    return [int(id) for id in re.findall(r'id="comment-(\d+)"', page)]


def link(page, rel):
    nav = next(
        each
        for each in parse(page).iter("nav")
        if "comment-paging" in (each.get("class") or "")
    )
    return next((a.get("href") for a in nav.iter("a") if a.get("rel") == rel), None)


# Pages


def test_the_post_shows_the_newest_and_leads_to_the_older(visitor, talk):
    page = visitor.get(talk.url).text

    assert shown(page) == talk.ids[4:]
    assert link(page, "prev") == f"{talk.url}comment-page-2/#comments"
    assert link(page, "next") is None
    older = visitor.get(f"{talk.url}comment-page-2/").text
    assert shown(older) == talk.ids[2:4]
    assert link(older, "prev") == f"{talk.url}comment-page-1/#comments"
    assert link(older, "next") == f"{talk.url}#comments"
    assert "Page 2 of 3" in older
    assert f'<link rel="canonical" href="http://localhost{talk.url}">' in older
    assert "noindex" not in older
    title = next(e for e in parse(older).iter() if e.get("id") == "comments-title")
    assert text_of(title) == "7 Comments"


@pytest.mark.parametrize(
    ("path", "status", "leads_to"),
    [
        ("comment-page-1/", 200, None),
        ("comment-page-1", 301, "comment-page-1/"),
        ("comment-page-01/", 301, "comment-page-1/"),
        ("comment-page-3/", 302, ""),
        ("comment-page-4/", 302, ""),
        ("comment-page-0/", 302, ""),
        ("comment-page-999999999/", 302, ""),
        ("comment-page-9999999999/", 404, None),
        ("comment-page-x/", 404, None),
        ("2/", 200, None),
        ("2/comment-page-1/", 404, None),
        ("comment-page-4/?replytocom=1", 302, "?replytocom=1"),
        ("?cpage=1", 301, "comment-page-1/"),
        ("?cpage=9", 302, ""),
        ("?thread=999", 302, ""),
        ("?thread=x", 200, None),
        ("?mentions=2", 302, ""),
    ],
)
def test_addresses_of_pages(visitor, talk, path, status, leads_to):
    response = visitor.get(talk.url + path)

    assert response.status_code == status
    assert response.location == (None if leads_to is None else talk.url + leads_to)


@pytest.mark.parametrize("structure", [*PRESETS, "/%category%/x/%postname%"])
def test_pages_work_with_every_structure(app, visitor, talk, structure):
    set_site(app, permalink_structure=structure)
    with app.app_context():
        url = post_url(session.get_one(Post, talk.id))

    page = visitor.get(url).text

    older = link(page, "prev").removesuffix("#comments")
    assert older.endswith("/") == url.endswith("/")
    assert shown(visitor.get(older).text) == talk.ids[2:4]
    assert visitor.get(f"/c/{talk.ids[0]}").location.startswith(url.rstrip("/"))


def test_a_page_of_that_very_name_wins(app, visitor, talk):
    with app.app_context():
        parent = make_page(slug="about")
        make_page(slug="comment-page-1", parent_id=parent.id, title="Mine")

    assert "Mine" in visitor.get("/about/comment-page-1/").text


def test_wordpress_names_a_page_in_the_query_too(app, visitor, talk):
    response = visitor.get(f"/?p={talk.id}&cpage=1")

    assert response.location == f"{talk.url}?cpage=1"
    assert visitor.get(response.location).location == f"{talk.url}comment-page-1/"


def test_a_reply_is_written_on_the_page_one_reads(visitor, talk):
    page = visitor.get(f"{talk.url}comment-page-1/").text
    answer = f"{talk.url}comment-page-1/?replytocom={talk.ids[0]}"

    assert f'href="{answer}#respond"' in page
    form = visitor.get(answer).text
    assert f'name="comment_parent" value="{talk.ids[0]}"' in form
    assert "Leave a reply to" in form


def test_what_is_not_on_the_page_can_be_answered_all_the_same(visitor, talk):
    page = visitor.get(f"{talk.url}?replytocom={talk.ids[0]}").text

    assert talk.ids[0] not in shown(page)
    assert f'name="comment_parent" value="{talk.ids[0]}"' in page


def test_a_form_that_is_wrong_comes_back_beside_what_it_answers(visitor, talk):
    data = {"comment": "", "comment_parent": str(talk.ids[0])}

    response = visitor.post(f"/comments/{talk.id}", data=data)

    assert response.status_code == 422
    assert shown(response.text) == talk.ids[:2]


def test_above_a_short_page_there_is_no_second_way_on(app, visitor, talk):
    assert visitor.get(talk.url).text.count("comment-paging") == 1
    set_site(app, comments_per_page=6)
    with app.app_context():
        write(session.get_one(Post, talk.id), flat(16))

    page = visitor.get(talk.url).text

    assert page.count("comment-paging") == 2


@pytest.mark.parametrize("shape", [one_thread, chain], ids=lambda s: s.__name__)
def test_the_rest_of_a_long_thread_is_a_step_away(app, visitor, shape):
    with app.app_context():
        post = make_post()
        ids, url = write(post, shape(450)), post_url(post)

    page = visitor.get(url).text

    (more,) = re.findall(r'class="more-replies"><a href="([^"]+)">([^<]+)', page)
    assert more == (
        f"{url}?thread={ids[0]}&amp;portion=2#comment-{ids[201]}",
        "Show 249 more replies",
    )
    later = visitor.get(f"{url}?thread={ids[0]}&portion=2").text
    assert shown(later) == [ids[0], *ids[201:401]]
    assert link(later, "prev") == f"{url}?thread={ids[0]}#comments"
    assert link(later, "next") == f"{url}?thread={ids[0]}&portion=3#comments"
    assert f'href="/c/{ids[0]}">All comments</a>' in later
    assert f'<link rel="canonical" href="http://localhost{url}">' in later
    reply = f"{url}?thread={ids[0]}&amp;portion=2&amp;replytocom={ids[201]}#respond"
    assert reply in later


def test_how_many_questions_a_page_asks_is_the_same_for_one_and_for_hundreds(
    app, visitor
):
    found = []
    for number in (2, 120):
        with app.app_context():
            url = post_url(post := make_post())
            write(
                post, [n and (n - 1) // 2 * 2 if n % 2 else None for n in range(number)]
            )
        found.append(asked(app, lambda url=url: visitor.get(url)))

    assert found[0] == found[1]


@pytest.mark.html
def test_pages_and_portions_are_valid_html(app, visitor, html_checker):
    set_site(app, comments_per_page=12, thread_comments_depth=3)
    with app.app_context():
        post = make_post()
        ids = write(post, [*one_thread(250), *flat(30)])
        write(post, flat(201), kind=Kind.PINGBACK)
        url = post_url(post)
    for path in (
        url,
        f"{url}comment-page-1/",
        f"{url}?thread={ids[0]}&portion=2",
        f"{url}?mentions=2",
    ):
        assert html_checker.errors(visitor.get(path).text) == [], path


# One comment


def test_a_comment_has_an_address_that_does_not_depend_on_pages(app, visitor, talk):
    address = f"/c/{talk.ids[0]}"

    places = []
    for per_page in (2, 3, 50):
        set_site(app, comments_per_page=per_page)
        response = visitor.get(address)
        assert response.status_code == 302
        places.append(response.location)

    assert places == [
        f"{talk.url}comment-page-1/#comment-{talk.ids[0]}",
        f"{talk.url}comment-page-1/#comment-{talk.ids[0]}",
        f"{talk.url}#comment-{talk.ids[0]}",
    ]
    assert f'href="{address}"' in visitor.get(talk.url).text


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_what_is_not_read_has_none(app, visitor, admin, status):
    with app.app_context():
        comment_id = make_comment(status=status).id

    for client in (visitor, admin):
        assert client.get(f"/c/{comment_id}").status_code == 404


@pytest.mark.parametrize(
    "attributes",
    [
        {"status": PostStatus.DRAFT, "published_at": None},
        {"status": PostStatus.PRIVATE},
        {"status": PostStatus.TRASH},
        {"published_at": NOW + DAY},
    ],
)
def test_nor_has_what_stands_below_a_post_that_is_not_for_everybody(
    app, visitor, admin, attributes
):
    with app.app_context():
        comment = make_comment(post=make_post(slug="a-secret", **attributes))
        comment_id = comment.id

    for client in (visitor, admin):
        response = client.get(f"/c/{comment_id}")
        assert response.status_code == 404
        assert "secret" not in response.text


def test_below_a_protected_post_it_leads_to_the_form_for_the_password(app, visitor):
    set_site(app, comments_per_page=1)
    with app.app_context():
        post = make_post(password="x")
        (first, *_rest), url = write(post, flat(3)), post_url(post)

    where = visitor.get(f"/c/{first}").location

    response = visitor.get(where, follow_redirects=True)
    assert response.request.path == url
    assert "post_password" in response.text
    assert "Reader 0" not in response.text


@pytest.mark.parametrize("id", ["0", "999", "9" * 19, "9" * 40, "x", "-1"])
def test_a_number_of_nothing_is_nothing(visitor, id):
    assert visitor.get(f"/c/{id}").status_code == 404


def test_anybody_may_store_where_a_comment_is_and_must_ask_again(visitor, talk):
    response = visitor.get(f"/c/{talk.ids[0]}")

    assert response.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in response.headers


def test_a_mention_has_an_address_too(app, visitor):
    with app.app_context():
        post = make_post()
        ids, url = write(post, flat(201), kind=Kind.TRACKBACK), post_url(post)

    assert visitor.get(f"/c/{ids[0]}").location == f"{url}#comment-{ids[0]}"
    assert visitor.get(f"/c/{ids[200]}").location == (
        f"{url}?mentions=2#comment-{ids[200]}"
    )
    assert f"{url}?mentions=2#mentions-title" in visitor.get(url).text
    assert shown(visitor.get(f"{url}?mentions=2").text) == [ids[200]]


# Who it is


def test_the_author_of_the_post_and_those_who_write_here_are_marked(app, visitor):
    with app.app_context():
        author = make_user()
        post = make_post(author=author)
        others = [make_user(role=role) for role in ("editor", "subscriber")]
        for user in (author, *others):
            make_comment(post=post, user_id=user.id, author=user.display_name)
        make_comment(post=post)
        url = post_url(post)

    page = parse(visitor.get(url).text)

    whos = [text_of(e) for e in page.iter("span") if e.get("class") == "comment-who"]
    assert [who.split()[-1] for who in whos][0:2] == ["Author", "Staff"]
    assert whos[2].startswith("Person") and "Staff" not in whos[2]
    assert whos[3] == "Ada"


def test_a_picture_stands_beside_each_comment_if_the_owner_wants(app, visitor, talk):
    page = visitor.get(talk.url).text
    pictures = [
        each for each in parse(page).iter("img") if each.get("class") == "avatar"
    ]

    assert len({each.get("src") for each in pictures}) == 3
    for each in pictures:
        assert (each.get("alt"), each.get("width"), each.get("height")) == (
            "",
            "40",
            "40",
        )
        assert each.get("loading") == "lazy"
    assert "reader4@example.org" not in page
    set_site(app, show_avatars=False)
    assert "/avatar/" not in visitor.get(talk.url).text


def test_a_picture_is_drawn_once_and_kept(visitor, talk, app):
    (src, *_rest) = re.findall(r'src="(/avatar/[^"]+)"', visitor.get(talk.url).text)

    assert asked(app, lambda: visitor.get(src)) == 0
    response = visitor.get(src)
    assert response.mimetype == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]
    assert visitor.get("/avatar/none.svg").status_code == 404
