"""The page behind the links in letters to readers, and one press in a mail program."""

import pytest

from blog.comments.mail import subscriptions
from blog.comments.models import Scope, Subscription
from blog.database import session, write_transaction
from blog.mail import delivery
from blog.posts.models import Status as PostStatus
from tests.factories import NOW, make_post
from tests.pages import parse, text_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def page(app):
    """The address of a subscription to a post, agreed to unless it is changed."""
    with app.app_context():
        post = make_post(title="Tides")
        with write_transaction():
            subscription = Subscription(
                post_id=post.id,
                email="ada@example.org",
                scope=Scope.THREAD,
                created_at=NOW,
                confirmed_at=NOW,
            )
            session.add(subscription)
        return subscriptions.path(subscription)


def change(app, **values):
    with app.app_context(), write_transaction():
        subscription = session.query(Subscription).one()
        for name, value in values.items():
            setattr(subscription, name, value)


def state(app):
    """(agreed, which, muted) of the only subscription."""
    with app.app_context():
        found = session.query(Subscription).one()
        is_on = found.confirmed_at is not None
        return is_on, str(found.scope), delivery.is_muted(found.email)


def heading(response):
    return text_of(next(parse(response.text).iter("h1")))


def buttons(response):
    return [text_of(each) for each in parse(response.text).iter("button")]


# Opening it


def test_opening_the_page_changes_nothing(app, visitor, page):
    change(app, confirmed_at=None, mailed_at=NOW)
    before = state(app)
    for path in (page, f"{page}/end", f"{page}?scope=thread"):
        assert visitor.get(path).status_code == 200
        assert visitor.head(path).status_code == 200
    for path in (f"{page}/silence", f"{page}/silence/end"):
        assert visitor.get(path).status_code == 404

    assert state(app) == before == (False, "thread", False)


def test_nobody_keeps_the_page_or_tells_where_it_was(visitor, page):
    response = visitor.get(page)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in response.headers
    assert "ada@example.org" not in response.text


@pytest.mark.parametrize(
    ("values", "title", "presses"),
    [
        (
            {"confirmed_at": None, "mailed_at": NOW},
            "Do you want mail about this?",
            [
                "Yes, about all comments",
                "Yes, but only about replies to me",
                "No, thank you",
                "Never mail me again",
            ],
        ),
        (
            {},
            "You get mail about this",
            ["Only replies to me", "Stop these emails", "Never mail me again"],
        ),
        (
            {"scope": Scope.REPLIES},
            "You get mail about this",
            ["Tell me about all comments", "Stop these emails", "Never mail me again"],
        ),
        (
            {"confirmed_at": None, "scope": Scope.REPLIES},
            "You get no mail about this",
            [
                "Yes, about replies to me",
                "Yes, about all comments",
                "Never mail me again",
            ],
        ),
    ],
)
def test_the_page_offers_what_can_be_done(app, visitor, page, values, title, presses):
    change(app, **values)
    response = visitor.get(page)

    assert heading(response) == title
    assert buttons(response) == presses
    assert "Tides" in response.text


def test_a_post_that_is_not_public_any_more_has_no_title_there(app, visitor, page):
    with app.app_context(), write_transaction():
        session.query(Subscription).one().post.status = PostStatus.PRIVATE

    assert "Tides" not in visitor.get(page).text


@pytest.mark.parametrize("word", ["x", "MQ.forged", "0"])
def test_a_link_that_is_not_whole_says_so(app, visitor, page, word):
    path = f"/subscriptions/{word}"
    assert heading(visitor.get(path)) == "This link is not complete"
    for end in ("", "/end", "/silence", "/silence/end"):
        assert visitor.post(f"{path}{end}", data=ONE_CLICK).status_code == 404
    assert state(app) == (True, "thread", False)


def test_a_subscription_that_is_gone_says_so(app, visitor, page):
    with app.app_context(), write_transaction():
        session.delete(session.query(Subscription).one())
    response = visitor.get(page)

    assert response.status_code == 404
    assert heading(response) == "There is nothing to change any more"
    assert visitor.post(f"{page}/end", data=ONE_CLICK).status_code == 200


# Pressing


@pytest.mark.parametrize("scope", ["thread", "replies"])
def test_yes_is_said_by_a_press(app, visitor, page, scope):
    change(app, confirmed_at=None, mailed_at=NOW)
    response = visitor.post(page, data={"scope": scope})

    assert (response.status_code, response.location) == (303, page)
    assert state(app) == (True, scope, False)


def test_a_press_on_nothing_changes_nothing(app, visitor, page):
    change(app, confirmed_at=None)
    for data in ({}, {"scope": "all"}):
        assert visitor.post(page, data=data).status_code == 303
    assert state(app) == (False, "thread", False)


def test_one_can_change_stop_and_have_it_back(app, visitor, page):
    visitor.post(page, data={"scope": "replies"})
    assert state(app) == (True, "replies", False)
    assert visitor.post(f"{page}/end").status_code == 303
    assert state(app) == (False, "replies", False)
    visitor.post(page, data={"scope": "replies"})
    assert state(app) == (True, "replies", False)


def test_never_again_can_be_taken_back(app, visitor, page):
    response = visitor.post(f"{page}/silence", follow_redirects=True)
    assert heading(response) == "You get no mail from here"
    assert buttons(response) == ["Allow mail again"]
    assert state(app) == (False, "thread", True)

    response = visitor.post(f"{page}/silence/end", follow_redirects=True)
    assert heading(response) == "You get no mail about this"
    assert state(app) == (False, "thread", False)


# Mail programs (RFC 8058)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_one_press_in_a_mail_program_ends_it(app, visitor, page, kind):
    response = visitor.post(f"{page}/end", data=ONE_CLICK, content_type=kind)

    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert "Set-Cookie" not in response.headers
    assert state(app) == (False, "thread", False)
    assert visitor.post(f"{page}/end", data=ONE_CLICK).status_code == 200


def test_another_site_cannot_press(app, visitor, page):
    for end in ("", "/end", "/silence"):
        response = visitor.post(
            f"{page}{end}",
            data=ONE_CLICK | {"scope": "replies"},
            headers={"Origin": "https://evil.example"},
        )
        assert response.status_code == 403
    assert state(app) == (True, "thread", False)


@pytest.mark.html
def test_the_w3c_finds_nothing_wrong(app, visitor, page, html_checker):
    pages = [visitor.get(page), visitor.get("/subscriptions/x")]
    change(app, confirmed_at=None)
    pages.append(visitor.get(page))
    pages.append(visitor.post(f"{page}/silence", follow_redirects=True))

    for each in pages:
        assert html_checker.errors(each.text) == []
