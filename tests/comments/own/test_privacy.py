"""The page on privacy: it says what is on, and nothing that is not."""

import re

import pytest

from blog.database import write_transaction
from blog.site.queries import settings
from tests.factories import make_post
from tests.pages import parse, text_of


def set_site(app, **changes):
    with app.app_context(), write_transaction():
        for name, value in changes.items():
            setattr(settings(), name, value)


def words(visitor):
    page = visitor.get("/privacy")
    assert page.status_code == 200
    main = next(parse(page.text).iter("main"))
    return text_of(main)


def turn_on_mail(app):
    app.config["SMTP_URL"] = "smtp://localhost:2525"


def turn_on_akismet(app):
    app.config["AKISMET_KEY"] = "abcdef012345"


def nothing(_app):
    pass


@pytest.mark.parametrize(
    ("change", "there", "not_there"),
    [
        (nothing, "are kept for 30 days", "are kept with it"),
        (nothing, "is deleted after 30 days", "until somebody here deletes it"),
        (nothing, "Comments do not leave this server.", "Akismet"),
        (nothing, "This site sends no mail.", "My comments"),
        (nothing, "drawn here", "Gravatar"),
        (nothing, "A filter on this server", "Akismet"),
        (nothing, "For 10 minutes after", "At any time you can see"),
        (turn_on_mail, "At any time you can see", "This site sends no mail."),
        (turn_on_mail, "or answers to them", "do not leave this server"),
        (turn_on_mail, "are told of new comments by mail", "sends no mail"),
        (turn_on_akismet, "This site uses Akismet", "Comments do not leave"),
    ],
)
def test_it_tells_what_is_on(app, visitor, change, there, not_there):
    change(app)
    said = words(visitor)

    assert there in said
    assert not_there not in said


@pytest.mark.parametrize(
    ("setting", "value", "there", "not_there"),
    [
        ("comment_origin_days", 7, "are kept for 7 days", "30 days, so"),
        ("comment_origin_days", 0, "are kept with it", "Then they are deleted"),
        ("comment_spam_days", 1, "is deleted after 1 day.", "30 days."),
        ("comment_spam_days", 0, "until somebody here deletes it", "thrown away is de"),
        ("show_avatars", False, "When you write a comment", "drawn here"),
        ("spam_filter", False, "When you write a comment", "A filter on this server"),
        ("comment_edit_minutes", 0, "What you can do", "minutes after"),
    ],
)
def test_it_follows_the_settings(app, visitor, setting, value, there, not_there):
    set_site(app, **{setting: value})
    said = words(visitor)

    assert there in said
    assert not_there not in said


def test_it_is_the_same_for_everybody(app, visitor, admin):
    page = visitor.get("/privacy")

    assert page.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in page.headers
    assert page.text == admin.get("/privacy").text


def test_every_page_and_the_comment_form_lead_there(app, visitor):
    turn_on_akismet(app)
    with app.app_context():
        make_post()
    home = visitor.get("/").text
    post = visitor.get(re.search(r'<h2[^>]*><a [^>]*href="([^"]+)"', home)[1]).text

    for page, number in ((home, 1), (post, 2)):
        links = [a for a in parse(page).iter("a") if a.get("href") == "/privacy"]
        assert len(links) == number


@pytest.mark.html
def test_it_is_valid_html(app, visitor, html_checker):
    assert html_checker.errors(visitor.get("/privacy").text) == []
    turn_on_mail(app)
    turn_on_akismet(app)
    assert html_checker.errors(visitor.get("/privacy").text) == []
