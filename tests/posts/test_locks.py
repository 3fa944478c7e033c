"""Posts for some: those with a password, and those behind the login."""

import re
from datetime import timedelta

import pytest

from blog import counters, signing
from blog.accounts import throttle
from blog.accounts.models import Role, User
from blog.comments.models import Comment
from blog.database import session, write_transaction
from blog.posts import locks
from blog.posts.models import Post, Status
from blog.posts.permalinks import post_url
from blog.posts.reading import MAX_KEYS
from blog.site.queries import settings
from tests.conftest import dispose, make_app
from tests.factories import (
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
from tests.pages import form_data, parse, text_of

PASSWORD = "open sesame"
WORDS = "Forty thieves"
COMMENT = {"author": "Ada", "email": "ada@example.org", "comment": "Well said."}


class Place:
    """Where a post stands; its row belongs to no session."""

    def __init__(self, post):
        self.id, self.url = post.id, post_url(post)

    @property
    def cookie(self):
        return f"opened-{self.id}"


@pytest.fixture
def closed(app):
    """A protected post with a comment."""
    with app.app_context():
        post = make_post(
            title="The cave",
            source=f"{WORDS} before. <!--more--> {WORDS} after.",
            excerpt=f"{WORDS} in short.",
            password=PASSWORD,
            categories=[make_category()],
            tags=[make_tag("Caves")],
        )
        make_comment(post=post, source="The donkeys wait.")
        return Place(post)


@pytest.fixture
def private(app):
    """A private post of somebody."""
    with app.app_context():
        post = make_post(title="The ledger", source=WORDS, status=Status.PRIVATE)
        return Place(post)


def unlock(client, place, password=PASSWORD, **sent):
    return client.post(f"/unlock/{place.id}", data={"post_password": password}, **sent)


def has_form(response):
    return any(
        each.get("name") == "post_password"
        for each in parse(response.text).iter("input")
    )


def classes(response):
    return {
        name
        for each in parse(response.text).iter()
        for name in (each.get("class") or "").split()
    }


def comments(app):
    with app.app_context():
        return session.query(Comment).count()


# Keys


def test_a_key_opens_its_own_post_alone(db):
    post, other = make_post(password=PASSWORD), make_post(password=PASSWORD)

    assert locks.opens(post, locks.key(post))
    assert not locks.opens(other, locks.key(post))


def test_a_new_password_makes_keys_worthless(db):
    post = make_post(password=PASSWORD)
    key = locks.key(post)
    with write_transaction():
        post.password = "another"

    assert not locks.opens(post, key)
    with write_transaction():
        post.password = PASSWORD
    assert locks.opens(post, key)


@pytest.mark.parametrize("value", [None, 1, [], [1], ["1", "x"], [1, None], {"a": 1}])
def test_what_is_no_key_opens_nothing(db, value):
    post = make_post(password=PASSWORD)

    assert not locks.opens(post, signing.sign("opened post", value))
    assert not locks.opens(post, signing.sign("another purpose", [post.id, "x"]))
    for token in (None, "", "nonsense", locks.key(post)[:-1]):
        assert not locks.opens(post, token)


def test_a_key_does_not_hold_the_password_or_what_it_could_be_guessed_by(db):
    one, two = make_post(password="a"), make_post(password="a")

    assert PASSWORD not in locks.key(make_post(password=PASSWORD))
    assert locks.key(one) != locks.key(two)


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [
        ("cafe\u0301", True),
        ("caf\u00e9", True),
        ("cafe", False),
        ("Caf\u00e9", False),
        ("", False),
        (" caf\u00e9\n", True),
        ("ca f\u00e9", False),
    ],
)
def test_a_password_is_compared_as_it_reads(db, typed, is_right):
    assert locks.is_password(make_post(password="caf\u00e9"), typed) is is_right


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [
        (None, False, False),
        (Role.SUBSCRIBER, False, False),
        (Role.CONTRIBUTOR, True, False),
        (Role.AUTHOR, True, False),
        (Role.EDITOR, True, True),
        (Role.ADMIN, True, True),
    ],
)
def test_a_private_post_is_for_its_author_and_for_editors(db, role, own, others):
    user = make_user(role=role) if role else None
    somebody = make_user()
    theirs = make_post(status=Status.PRIVATE, author=somebody)
    mine = make_post(status=Status.PRIVATE, author=user or somebody)

    assert locks.is_readable_by(user, mine, NOW) is own
    assert locks.is_readable_by(user, theirs, NOW) is others


# A post with a password


def test_a_closed_post_shows_its_title_and_no_word_of_it(visitor, closed):
    response = visitor.get(closed.url)

    assert response.status_code == 200
    assert "The cave" in response.text and "Caves" in response.text
    assert "Protected" in response.text and has_form(response)
    assert WORDS not in response.text
    assert "to read" not in response.text
    assert "The donkeys wait." not in response.text
    assert "1 Comment" in response.text
    head = parse(response.text).find("head")
    assert [e for e in head.iter("meta") if e.get("name") == "description"] == []
    assert {"e-content", "p-summary", "standfirst"} & classes(response) == set()
    assert "respond" not in {e.get("id") for e in parse(response.text).iter()}


def test_the_form_keeps_the_password_out_of_sight(visitor, closed):
    page = parse(visitor.get(closed.url).text)

    [field] = [e for e in page.iter("input") if e.get("name") == "post_password"]
    assert (field.get("type"), field.get("autocomplete")) == ("password", "off")
    label = next(e for e in page.iter("label") if e.get("for") == field.get("id"))
    assert text_of(label) == "Password"
    assert form_data(visitor.get(closed.url).text, "/unlock/") == {"post_password": ""}


def test_a_closed_post_is_the_same_for_everybody(visitor, admin, closed):
    response, insiders = visitor.get(closed.url), admin.get(closed.url)

    assert response.data == insiders.data
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Vary"] == "Cookie"
    assert "Set-Cookie" not in response.headers


def test_the_password_opens_the_post_to_that_browser(app, visitor, closed):
    response = unlock(visitor, closed)

    assert (response.status_code, response.location) == (303, closed.url)
    opened = visitor.get(closed.url)
    assert f"{WORDS} before." in opened.text and f"{WORDS} after." in opened.text
    assert f"{WORDS} in short." in opened.text
    assert "The donkeys wait." in opened.text
    assert "minute to read" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert not has_form(opened)
    assert WORDS not in app.test_client().get(closed.url).text


def test_the_key_is_a_cookie_that_no_script_reads(app, visitor, closed):
    cookie = unlock(visitor, closed).headers["Set-Cookie"]

    assert cookie.startswith(f"{closed.cookie}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=864000"} <= {
        *cookie.split("; ")
    }
    assert "Secure" not in cookie


def test_under_https_the_key_never_goes_in_the_clear(app, closed):
    secure = make_app(app.config["INSTANCE"], SITE_URL="https://localhost")
    client = secure.test_client()

    base = {"base_url": "https://localhost"}
    cookie = unlock(client, closed, **base).headers["Set-Cookie"]
    opened = client.get(closed.url, **base)
    dispose(secure)

    assert cookie.startswith(f"__Host-{closed.cookie}=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {*cookie.split("; ")}
    assert "Domain" not in cookie
    assert WORDS in opened.text


def test_a_wrong_password_is_told_on_the_same_page(visitor, closed):
    response = unlock(visitor, closed, "open barley")

    assert response.status_code == 403
    assert "That is not the password of this post." in response.text
    assert has_form(response) and WORDS not in response.text
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    canonical = parse(response.text).find(".//link[@rel='canonical']").get("href")
    assert canonical == f"http://localhost{closed.url}"
    assert not re.search("open barley", response.text)


def test_a_wrong_password_shows_nothing_even_to_who_has_the_key(visitor, closed):
    unlock(visitor, closed)

    response = unlock(visitor, closed, "")

    assert (response.status_code, WORDS in response.text) == (403, False)
    assert WORDS in visitor.get(closed.url).text


def test_a_new_password_closes_the_post_again(app, visitor, closed):
    unlock(visitor, closed)
    with app.app_context(), write_transaction():
        session.get(Post, closed.id).password = "close sesame"

    assert WORDS not in visitor.get(closed.url).text
    assert unlock(visitor, closed).status_code == 403
    unlock(visitor, closed, "close sesame")
    assert WORDS in visitor.get(closed.url).text


def test_people_behind_the_login_are_asked_for_the_password_too(admin, closed):
    assert WORDS not in admin.get(closed.url).text


def test_a_network_that_fails_too_often_waits(app, visitor, closed):
    for _ in range(throttle.NETWORK_FAILURES):
        assert unlock(visitor, closed, "wrong").status_code == 403

    response = unlock(visitor, closed)

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Too many attempts." in response.text
    assert WORDS not in response.text
    elsewhere = unlock(visitor, closed, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_right_passwords_are_not_counted(visitor, closed):
    for _ in range(throttle.NETWORK_FAILURES + 2):
        assert unlock(visitor, closed).status_code == 303


def test_the_counter_names_no_network(app, visitor, closed):
    unlock(visitor, closed, "wrong")

    assert (
        b"127.0.0.1" not in (app.config["INSTANCE"] / counters.FILE_NAME).read_bytes()
    )


def test_the_form_of_another_site_is_refused(visitor, closed):
    response = unlock(visitor, closed, headers={"Origin": "https://evil.example"})

    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


def test_a_body_too_large_for_a_password_is_refused(visitor, closed):
    assert unlock(visitor, closed, "x" * 10_000).status_code == 413


def test_the_form_has_no_page_of_its_own(visitor, closed):
    response = visitor.get(f"/unlock/{closed.id}")

    assert (response.status_code, response.location) == (303, closed.url)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_there_is_no_door_to_what_is_hidden(app, visitor, method):
    with app.app_context():
        hidden = [
            make_post(password=PASSWORD, published_at=None),
            make_post(password=PASSWORD, published_at=NOW + HOUR),
            make_post(password=PASSWORD, status=Status.PENDING),
            make_post(password=PASSWORD, status=Status.PRIVATE),
            make_post(password=PASSWORD, status=Status.TRASH),
        ]
        ids = [post.id for post in hidden]

    for id in [*ids, 99_999]:
        response = visitor.open(
            f"/unlock/{id}", method=method, data={"post_password": PASSWORD}
        )
        assert response.status_code == 404
        assert "Set-Cookie" not in response.headers


def test_a_post_without_password_needs_no_key(app, visitor):
    with app.app_context():
        place = Place(make_post(source=WORDS))

    response = unlock(visitor, place)

    assert (response.status_code, response.location) == (303, place.url)
    assert "Set-Cookie" not in response.headers


def test_a_browser_keeps_only_so_many_keys(visitor, closed):
    for number in range(1_000, 1_000 + MAX_KEYS + 5):
        visitor.set_cookie(f"opened-{number}", "x" * 80)
    visitor.set_cookie("visitor", "kept")

    unlock(visitor, closed)

    kept = [number for number in range(1_000, 1_100)
            if visitor.get_cookie(f"opened-{number}")]  # fmt: skip
    assert kept == [*range(1_006, 1_000 + MAX_KEYS + 5)]
    assert WORDS in visitor.get(closed.url).text
    assert visitor.get_cookie("visitor").value == "kept"


def test_a_page_can_have_a_password_too(app, visitor):
    with app.app_context():
        place = Place(make_page(source=WORDS, password=PASSWORD))

    assert "This page is protected" in visitor.get(place.url).text
    unlock(visitor, place)
    assert WORDS in visitor.get(place.url).text


def test_lists_and_neighbours_show_that_it_is_protected_and_no_words(
    app, visitor, closed
):
    with app.app_context():
        newer = Place(make_post(published_at=NOON + HOUR))
        with write_transaction():  # as nothing of ours would leave it
            post = session.get(Post, closed.id)
            post.summary, post.lede = WORDS, post.html

    home, neighbour = visitor.get("/"), visitor.get(newer.url)

    for page in (home, neighbour):
        assert "The cave" in page.text and "Protected" in page.text
        assert WORDS not in page.text
    [teaser] = [
        each for each in parse(home.text).iter("article") if "The cave" in text_of(each)
    ]
    assert "to read" not in text_of(teaser)
    assert "Enter the password" in text_of(teaser)
    [link] = [e for e in parse(neighbour.text).iter("a") if e.get("rel") == "prev"]
    assert text_of(link) == "Previous post The cave Protected"


def test_a_closed_post_takes_no_comment_and_gives_the_text_back(app, visitor, closed):
    response = visitor.post(f"/comments/{closed.id}", data=COMMENT)

    assert response.status_code == 403
    assert "Enter the post’s password above" in response.text
    assert "Well said." in response.text and has_form(response)
    assert WORDS not in response.text and "The donkeys wait." not in response.text
    assert comments(app) == 1


def test_an_open_post_takes_comments(app, visitor, closed):
    unlock(visitor, closed)

    response = visitor.post(f"/comments/{closed.id}", data=COMMENT)

    assert response.status_code == 303
    assert "Well said." in visitor.get(response.location).text
    assert comments(app) == 2
    stranger = app.test_client().get(response.location)
    assert "Well said." not in stranger.text


# A private post


@pytest.mark.parametrize("role", [None, "subscriber", "contributor", "author"])
def test_a_private_post_is_nothing_to_everybody_else(
    app, visitor, client_for, private, role
):
    client = client_for(role) if role else visitor
    with app.app_context():
        make_post(source=WORDS, title="The ledger", slug="paged", status=Status.PRIVATE)

    for hidden, nothing in (
        (private.url, "/2020/01/nothing/"),
        (private.url.rstrip("/"), "/2020/01/nothing"),
        (f"{private.url}2/", "/2020/01/nothing/2/"),
        (f"/?p={private.id}", "/?p=99999"),
        (f"/comments/{private.id}", "/comments/99999"),
        (f"/unlock/{private.id}", "/unlock/99999"),
    ):
        shown, expected = client.get(hidden), client.get(nothing)
        assert shown.status_code == 404, hidden
        assert shown.data == expected.data, hidden
        assert [*shown.headers.items()] == [*expected.headers.items()], hidden
    sent = client.post(f"/comments/{private.id}", data=COMMENT)
    unsent = client.post("/comments/99999", data=COMMENT)
    assert (sent.status_code, sent.data) == (404, unsent.data)
    assert comments(app) == 0


def test_a_worthless_session_learns_no_more(visitor, private):
    answers = []
    for path in (private.url, "/2020/01/nothing/"):
        visitor.set_cookie("session", "x" * 43)
        response = visitor.get(path)
        answers.append((response.status_code, response.data, [*response.headers]))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_a_private_post_is_there_for_those_who_may_read_it(client_for, private, role):
    client = client_for(role)

    response = client.get(private.url)

    assert response.status_code == 200
    assert WORDS in response.text and "Private" in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]
    near = client.get(private.url.rstrip("/"))
    assert (near.status_code, near.location) == (301, private.url)
    assert near.headers["Cache-Control"] == "no-store"
    assert client.get(f"/?p={private.id}").location == private.url
    assert client.get(f"/comments/{private.id}").location == f"{private.url}#respond"


def test_its_author_reads_it(app, client_for):
    client = client_for("contributor")
    with app.app_context():
        own = Place(
            make_post(
                source=WORDS,
                status=Status.PRIVATE,
                author=session.get(User, client.user_id),
                tags=[make_tag("Coffers", slug="coffers")],
            )
        )

    page = client.get(own.url)

    assert WORDS in page.text and "Coffers" in page.text
    # No way to lists that are not there, and none to what has no place in time.
    links = {each.get("href") for each in parse(page.text).iter("a")}
    assert not [each for each in links if each.startswith(("/tag/", "/author/"))]
    assert client.get("/tag/coffers/").status_code == 404


def test_a_private_post_has_no_neighbours_and_is_nobodys(app, admin, visitor, private):
    with app.app_context():
        newer = Place(make_post(published_at=NOON + HOUR))
        make_post(published_at=NOON - HOUR)

    rels = [e.get("rel") for e in parse(admin.get(private.url).text).iter("a")]
    assert "prev" not in rels and "next" not in rels
    for client in (admin, visitor):
        assert "The ledger" not in client.get(newer.url).text
        assert "The ledger" not in client.get("/").text


def test_those_who_may_read_it_comment_on_it(app, admin, private):
    response = admin.post(f"/comments/{private.id}", data=COMMENT)

    assert response.status_code == 303
    assert "Well said." in admin.get(private.url).text


def test_a_public_post_goes_before_a_private_page_of_the_same_address(app, admin):
    with app.app_context():
        with write_transaction():
            settings().permalink_structure = "/%postname%/"
        make_post(slug="tea", source="For all.")
        make_page(slug="tea", source=WORDS, status=Status.PRIVATE)

    response = admin.get("/tea/")

    assert "For all." in response.text
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Vary" not in response.headers


def test_a_draft_is_nothing_even_to_its_author(app, admin):
    with app.app_context():
        draft = make_post(slug="draft", published_at=None)
        url = post_url(draft)

    assert admin.get(url).status_code == 404
    assert admin.get(f"/?p={draft.id}").status_code == 404


def test_the_counter_forgets(db):
    for _ in range(throttle.NETWORK_FAILURES):
        assert locks.admit("192.0.2.1", NOW) == 0
    assert locks.admit("192.0.2.1", NOW) > 0

    later = NOW + timedelta(seconds=throttle.NETWORK_WINDOW_SECONDS)

    assert locks.admit("192.0.2.1", later) == 0
