"""What a form does not offer is not taken (OWASP: mass assignment).

Each form is sent twice from the same state: once as its page offers it, and once with a
field for everything that the database could hold. Then the same is stored, or nothing.
"""

import re
import sqlite3

import pytest

from blog.accounts import invitations
from blog.accounts.models import Role, User
from blog.clock import utcnow
from blog.comments.models import Status as CommentStatus
from blog.database import Model, db, session, write_transaction
from blog.posts.models import Status
from blog.site import redirects
from blog.site.models import Redirect
from tests.factories import (
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.pages import form_data, parse
from tests.posts.company import make_part, make_picture, make_series
from tests.test_matrix import Site

# The names of fields and buttons that are no columns, of all forms there are.
OF_FORMS = {
    *("body", "visibility", "post_password", "co_author_ids", "category_ids", "series"),
    *("username", "new_role", "email_verified", "is_admin", "heir_id", "shared"),
    *("save", "publish", "submit", "withdraw", "trash", "restore", "approve", "spam"),
    *("delete", "despite", "return", "is_sticky", "media_uses", "bylines", "author"),
}
VALUES = {
    "role": "admin",
    "new_role": "admin",
    "status": "public",
    "previous_status": "approved",
    "trashed_status": "public",
    "kind": "page",
    "visibility": "private",
    "format": "html",
    "shape": "link",
    "email": "evil@example.org",
    "url": "https://evil.example/",
    "link_url": "https://evil.example/",
    "canonical_url": "https://evil.example/",
}
# What differs from one time to the next.
CHANGING = re.compile(
    r"urn:uuid:[0-9a-f-]+|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.+:\d]*"
    r"|[$]argon2id[^']*|[0-9a-f]{32,}"
    r"|(?<=')[\w-]{43}(?=')|\"(csrf_token|_flashes)\".*"
)


def value(name):
    if name in VALUES:
        return VALUES[name]
    if name.endswith("_at"):
        return "2020-02-02T02:02"
    return "1" if name.endswith(("_id", "_ids")) or name.startswith("is_") else "7"


def form_at(page, action):
    """The first form of a page whose action holds ``action``."""
    forms = parse(page).iter("form")
    return next(each for each in forms if action in (each.get("action") or ""))


def unoffered(page, action):
    """Every field that a form could have and has not."""
    columns = {
        column.name for table in Model.metadata.tables.values() for column in table.c
    }
    offered = {each.get("name") for each in form_at(page, action).iter()}
    return {name: value(name) for name in (columns | OF_FORMS) - offered}


def stored(app):
    """Every row of the database, but for times and what is drawn by lot."""
    connection = sqlite3.connect(app.config["INSTANCE"] / "blog.sqlite")
    rows = [
        CHANGING.sub("…", line)
        for line in connection.iterdump()
        if not line.startswith(('INSERT INTO "login"', 'INSERT INTO "counter"'))
    ]
    connection.close()
    return rows


def things(user):
    """What the forms below are about; all of it is this person's."""
    draft = make_post(author=user, status=Status.DRAFT, published_at=None)
    public = make_post(author=user, title="Out")
    comment = make_comment(post=public, status=CommentStatus.PENDING)
    inviter = make_user(role=Role.ADMIN)
    with write_transaction():
        invitation = invitations.invite("", Role.CONTRIBUTOR, inviter, utcnow())
        link = invitations.link(invitation)
        redirects.lead("/led/", to="/elsewhere/")
    redirect = session.query(Redirect).one()
    return {
        "draft": draft.id,
        "public": public.id,
        "page": make_page(author=user).id,
        "comment": comment.id,
        "media": make_picture(uploader_id=user.id).id,
        "series": make_part(make_series(), author=user).series_id,
        "category": make_category().id,
        "tag": make_tag().id,
        "redirect": redirect.id,
        "other": make_user(role=Role.AUTHOR).id,
        "me": user.id,
        "invitation": link.removeprefix("http://localhost"),
    }


# Who, the page of the form, what its action holds, what is typed.
FORMS = [
    ("contributor", "/admin/posts/new", "/posts/new", {"title": "New", "save": "1"}),
    (
        "contributor",
        "/admin/posts/{draft}/",
        "/posts/{draft}/",
        {"title": "T", "save": "1"},
    ),
    (
        "contributor",
        "/admin/posts/{draft}/",
        "/posts/{draft}/",
        {"body": "B", "submit": "1"},
    ),
    ("contributor", "/admin/editorial/{draft}/quick", "/quick", {"title": "Q"}),
    ("contributor", "/admin/editorial/{draft}/", "/notes/", {"note": "A note"}),
    ("contributor", "/admin/editorial/{draft}/", "/previews/", {"label": "For Bea"}),
    ("contributor", "/admin/editorial/{draft}/", "/copy", {}),
    ("contributor", "/admin/account/", "/account/", {"display_name": "Other"}),
    ("contributor", "/admin/media/{media}/", "/media/{media}/", {"name": "Other"}),
    ("subscriber", "/admin/account/", "/account/", {"display_name": "Other"}),
    ("author", "/admin/posts/new", "/posts/new", {"title": "New", "publish": "1"}),
    ("author", "/admin/posts/{public}/", "/posts/{public}/", {"title": "T"}),
    ("author", "/admin/editorial/{public}/quick", "/quick", {"title": "Q"}),
    (
        "author",
        "/admin/comments/{comment}/edit",
        "/comments/{comment}/edit",
        {"comment": "Otherwise."},
    ),
    (
        "author",
        "/admin/comments/{comment}/reply",
        "/comments/{comment}/reply",
        {"comment": "An answer."},
    ),
    ("editor", "/admin/pages/{page}/", "/pages/{page}/", {"title": "T"}),
    ("editor", "/admin/pages/new", "/pages/new", {"title": "New", "save": "1"}),
    ("editor", "/admin/series/{series}/", "/series/{series}/", {"name": "Other"}),
    (
        "editor",
        "/admin/categories/{category}/",
        "/categories/{category}/",
        {"name": "Other"},
    ),
    ("editor", "/admin/tags/{tag}/", "/tags/{tag}/", {"name": "Other"}),
    ("editor", "/admin/media/{media}/", "/media/{media}/", {"name": "Other"}),
    ("editor", "/admin/account/", "/account/", {"display_name": "Other"}),
    ("admin", "/admin/users/{me}/", "/users/{me}/", {"display_name": "Other"}),
    ("admin", "/admin/users/{other}/", "/users/{other}/", {"display_name": "Other"}),
    ("admin", "/admin/settings/", "/settings/", {"title": "Other"}),
    (
        "admin",
        "/admin/redirects/{redirect}/",
        "/redirects/{redirect}/",
        {"to": "/new/", "status": "302"},
    ),
    ("admin", "/admin/users/invitations/", "/invitations/", {"role": "subscriber"}),
    (
        None,
        "{invitation}",
        "/invitation/",
        {
            "username": "newcomer",
            "display_name": "New",
            "email": "new@example.org",
            "password": "words nobody would guess at all",
        },
    ),
    (
        None,
        "/comments/{public}",
        "/comments/{public}",
        {"comment": "Well said.", "author": "Ada", "email": "ada@example.org"},
    ),
]
NAMES = [f"{role}: {path} {' '.join(typed)}" for role, path, _action, typed in FORMS]


def send(client, path, action, typed, *, is_crafted):
    """Open the page at ``path``, type, and send the form, crafted or as it is."""
    page = client.get(path, follow_redirects=True).text
    data = form_data(page, action) | typed
    if is_crafted:
        data = unoffered(page, action) | data
    return client.post(form_at(page, action).get("action"), data=data)


@pytest.mark.parametrize(("role", "path", "action", "typed"), FORMS, ids=NAMES)
def test_what_a_form_does_not_offer_is_not_taken(
    app, visitor, client_for, role, path, action, typed
):
    client = visitor if role is None else client_for(role)
    with app.app_context():
        me = make_user() if role is None else db.session.get(User, client.user_id)
        numbers = things(me)
    form = path.format_map(numbers), action.format_map(numbers), typed
    site = Site(app)
    site.keep()
    before = stored(app)

    honest = send(client, *form, is_crafted=False)
    with_it = stored(app)
    site.put_back()
    other = app.test_client() if role is None else client
    crafted = send(other, *form, is_crafted=True)

    assert honest.status_code in (200, 303)
    assert with_it != before
    assert crafted.status_code in (honest.status_code, 403, 404)
    after = stored(app)
    assert after == before or sorted(set(after) ^ set(with_it)) == []


def test_a_form_is_told_what_it_does_not_offer(client_for):
    page = client_for("contributor").get("/admin/posts/new").text

    crafted = unoffered(page, "/posts/new")

    wanted = {"author_id", "status", "published_at", "sticky", "kind", "password"}
    assert crafted.keys() >= wanted | {"co_author_ids", "visibility", "publish"}
    assert not crafted.keys() & {"title", "body", "csrf_token"}
