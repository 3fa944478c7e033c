"""Links for those without an account."""

import re
from datetime import timedelta

import pytest

from blog.accounts.models import Role
from blog.database import write_transaction
from blog.posts.editorial import previews
from blog.posts.editorial.models import PreviewLink
from blog.posts.models import Byline, Status
from blog.posts.permalinks import post_url
from tests.factories import DAY, NOW, User, make_post, make_user, session
from tests.pages import form_data

STATES = {
    "draft": {"published_at": None},
    "pending": {"status": Status.PENDING, "published_at": None},
    "private": {"status": Status.PRIVATE},
    "scheduled": {"published_at": NOW + DAY},
    "protected draft": {"published_at": None, "password": "sesame"},
}


def make_link(client, post, **typed):
    path = f"/admin/editorial/{post.id}/previews/"
    answer = client.send(path, {"days": "7", "label": "Ada"} | typed)
    session.rollback()
    found = re.search(r"http://localhost(/preview/[\w-]{43})\"", answer.text)
    return found and found[1]


@pytest.mark.parametrize("state", STATES)
def test_who_has_the_link_reads_what_is_stored_now(admin, visitor, db, state):
    post = make_post(title="Tides", source="It turned.", **STATES[state])
    link = make_link(admin, post)

    page = visitor.get(link)

    assert (page.status_code, "It turned." in page.text) == (200, True)
    assert "This is not published yet." in page.text
    assert ("respond" in page.text, "Back to the editor" in page.text) == (False, False)
    headers = page.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers
    with write_transaction():
        post.title = "High water"
    assert "High water" in visitor.get(link).text


def test_once_it_is_public_the_link_leads_there(admin, visitor, db):
    post = make_post(title="Tides")
    link = make_link(admin, post)

    answer = visitor.get(link)

    assert (answer.status_code, answer.location) == (303, post_url(post))


@pytest.mark.parametrize("end", ["expired", "revoked", "trashed", "cut", "unknown"])
def test_a_link_that_is_none_any_more_is_not_found(admin, visitor, db, end):
    post = make_post(published_at=None)
    link = make_link(admin, post)
    row = session.query(PreviewLink).one()
    if end == "revoked":
        path = f"/admin/editorial/{post.id}/previews/{row.id}/deletion"
        assert admin.send(path).status_code == 303
    with write_transaction():
        if end == "expired":
            row.expires_at = NOW - timedelta(seconds=1)
        elif end == "trashed":
            post.trash(NOW)
    link = {"cut": link[:-1], "unknown": "/preview/none"}.get(end, link)

    assert visitor.get(link).status_code == 404


@pytest.mark.parametrize("loss", ["role", "byline", "gave it away", "account"])
def test_a_link_ends_when_who_made_it_may_not_read_the_post(
    client_for, visitor, db, loss
):
    client = client_for("editor" if loss in ("role", "account") else "author")
    maker = session.get(User, client.user_id)
    owner = maker if loss == "gave it away" else make_user()
    lines = [Byline(user_id=maker.id)] if loss == "byline" else []
    post = make_post(author=owner, bylines=lines, source="Secret.", published_at=None)
    heir = make_user()
    link = make_link(client, post)
    assert "Secret." in visitor.get(link).text

    with write_transaction():
        if loss == "role":
            maker.role = Role.CONTRIBUTOR
        elif loss == "byline":
            post.credit(owner.id)
        elif loss == "gave it away":
            post.credit(heir.id)
        else:
            session.delete(maker)
    answer = visitor.get(link)

    assert (answer.status_code, "Secret." in answer.text) == (404, False)


def test_for_whom_a_link_is_turns_no_words_around_it(admin, db):
    make_link(admin, make_post(published_at=None), label="\u202eAda\u2066\r\n")

    assert session.query(PreviewLink).one().label == "Ada"


def test_only_the_digest_is_kept_and_the_link_is_shown_once(admin, db):
    post = make_post(published_at=None)
    link = make_link(admin, post, days="30", label="Ada, fact check")
    row = session.query(PreviewLink).one()

    token = link.rpartition("/")[2]
    assert (len(row.token_hash), token in row.token_hash) == (64, False)
    assert timedelta(days=29) < row.expires_at - NOW < timedelta(days=31)
    page = admin.get(f"/admin/editorial/{post.id}/").text
    assert ("Ada, fact check" in page, token in page) == (True, False)


@pytest.mark.parametrize(
    "typed", [{"days": "9000"}, {"days": "x"}, {"label": "x" * 101}]
)
def test_a_wrong_form_makes_none_and_comes_back(admin, db, typed):
    post = make_post(published_at=None)
    sent = {"days": "1", "label": "For Ada"} | typed

    answer = admin.send(f"/admin/editorial/{post.id}/previews/", sent)

    assert answer.status_code == 422
    assert form_data(answer.text, "/previews/")["label"] == sent["label"]
    assert session.query(PreviewLink).count() == 0


def test_fifty_links_are_enough(admin, db, monkeypatch):
    monkeypatch.setattr(previews, "MOST", 1)
    post = make_post(published_at=None)

    assert make_link(admin, post) is not None
    assert make_link(admin, post) is None


def test_a_link_to_what_is_somebody_elses_is_not_made_nor_taken_back(client_for, db):
    client = client_for("contributor")
    theirs = make_post(author=make_user(role="editor"), published_at=None)
    mine = make_post(author=session.get(User, client.user_id), published_at=None)
    with write_transaction():
        previews.make(theirs, theirs.author, "", 7, NOW)
    row = session.query(PreviewLink).one()

    for path in (
        f"/admin/editorial/{theirs.id}/previews/",
        f"/admin/editorial/{theirs.id}/previews/{row.id}/deletion",
        f"/admin/editorial/{mine.id}/previews/{row.id}/deletion",
    ):
        assert client.send(path, {"days": "1"}).status_code == 404, path
    assert session.query(PreviewLink).count() == 1
