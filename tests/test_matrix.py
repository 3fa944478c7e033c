"""Every address, asked in every way by everybody: who may come, and what a form needs.

The rules come from the application's own map, the answers from its table of
permissions, so that a new view is asked too, and one that says nothing fails.
"""

import hashlib
import sqlite3

import pytest

from blog.accounts import invitations
from blog.accounts.models import Role
from blog.accounts.permissions import TABLE, Reach
from blog.clock import utcnow
from blog.comments.models import Status as CommentStatus
from blog.database import db as database
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.media.models import MediaItem, MediaKind
from blog.posts.models import Status
from blog.posts.revisions import queries as post_revisions
from blog.posts.revisions import revisions
from blog.site import redirects
from tests import factories
from tests.factories import (
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.posts.company import make_series

ROLES = (None, *Role)
OBJECTS = {"post_id", "comment_id", "category_id", "tag_id", "series_id", "media_id"}
# What others added is there to look at for all who write.
LOOKED_AT = {"admin.media_item.edit"}
# What those get who may come: a page, a redirect, or what is wrong with an empty form.
FINE = {200, 201, 303, 409, 422}
# An address that is good once, of which the tests have none.
ONCE = {
    *(
        "admin.comments.undo",
        "admin.keeping.give_up",
        "admin.revisions.compare",  # which two, its form says
        "admin.lists.give_up",
    ),
    *(f"admin.imports.{each}" for each in ("show", "progress", "report")),
    *("admin.imports.cancel", "admin.imports.repeat"),
    *(f"admin.notes.{each}" for each in ("update", "resolve", "reopen", "delete")),
    "admin.previews.take_back",
    *("admin.series.put_earlier", "admin.series.put_later"),
    *("admin.templates.update", "admin.templates.delete"),
}
# For those alone who reach everything.
WHOLE = {
    *("admin.comments.ask_before_emptying", "admin.comments.empty"),
    *("admin.spam.index", "admin.spam.try_out"),
}
# The buttons of the forms that have several.
PRESSED = {"approve": "1", "selection": "approve"}
# Those below the lists that have others.
SELECTION = {
    "admin.posts.update_selection": "trash",
    "admin.pages.update_selection": "trash",
    "admin.users.update_selection": "disable",
}
# For anybody and without a session, so with the check of the origin alone.
WITHOUT_TOKEN = {
    "blog.comments.views.create",
    "blog.posts.views.unlock",
    *(f"blog.comments.mail.link_views.{name}" for name in ("decide", "reply")),
    *(
        f"blog.comments.mail.subscription_views.{name}"
        for name in ("update", "end", "silence", "end_silence")
    ),
    *(f"blog.comments.own.views.{name}" for name in ("save", "take_back", "put_back")),
    *(
        f"blog.comments.own.mailed_views.{name}"
        for name in ("send", "save", "anonymise", "delete")
    ),
}


class Site:
    """The application over a database that can be put back as it was."""

    def __init__(self, app):
        self.app = app
        self._file = app.config["INSTANCE"] / "blog.sqlite"

    def keep(self):
        """Remember this state as the one to come back to."""
        self._close()
        self._kept = self._file.read_bytes()
        self._digest = self.digest()

    def put_back(self):
        self._close()
        for end in ("-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        self._file.write_bytes(self._kept)

    def digest(self):
        connection = sqlite3.connect(self._file)
        dump = "\n".join(connection.iterdump())
        connection.close()
        return hashlib.sha256(dump.encode()).hexdigest()

    def has_changed(self):
        return self.digest() != self._digest

    def _close(self):
        with self.app.app_context():
            database.session.remove()
            database.engine.dispose()


@pytest.fixture
def site(app):
    return Site(app)


def things(owner):
    """The values that stand in addresses, for things of this person."""
    post = make_post(author=owner, status=Status.DRAFT, published_at=None)
    public = make_post(author=owner)
    comment = make_comment(post=public, status=CommentStatus.PENDING)
    category, tag = make_category(), make_tag()
    page = make_page(author=owner)
    file = MediaItem(
        kind=MediaKind.DOCUMENT,
        name="paper",
        extension="pdf",
        mime_type="application/pdf",
        size=1,
        digest="0" * 64,
        upload_digest="0" * 64,
        uploader_id=owner.id,
        created_at=utcnow(),
    )
    with write_transaction():
        session.add(file)
        queue.add("mail.test", "a job", {}, utcnow())
        revisions.record(post, owner, utcnow())
        invitation = invitations.invite("", Role.AUTHOR, owner, utcnow())
        redirects.lead("/led/", to="/elsewhere/")
    trashed = {"author": owner, "status": Status.TRASH, "published_at": None}
    return {
        "post_id": post.id,
        "page_id": page.id,
        "trashed_post_id": make_post(**trashed).id,
        "trashed_page_id": make_page(**trashed).id,
        "public_id": public.id,
        "room": "posts",
        "revision_id": post_revisions.newest(post).id,
        "comment_id": comment.id,
        "category_id": category.id,
        "tag_id": tag.id,
        "series_id": make_series().id,
        "user_id": make_user().id,
        "filter_id": 1,
        **dict.fromkeys(("note_id", "link_id", "view_id", "template_id"), 1),
        "invitation_id": invitation.id,
        "job_id": 1,
        "import_id": 1,
        "redirect_id": 1,
        "number": 1,
        "year": 2026,
        "month": 11,
        "filename": "css/base.css",
        "slug": "none",
        "path": "none",
        "token": "none",
        "media_id": file.id,
        "key": "none",
        "status": "spam",
    }


def address(rule, values):
    trashed = "trashed_" if rule.rule.endswith(("/deletion", "/restoration")) else ""
    if rule.endpoint.startswith("admin.posts.") and trashed:
        values = values | {"post_id": values["trashed_post_id"]}
    if rule.endpoint.startswith("admin.pages."):
        values = values | {"post_id": values[f"{trashed}page_id"]}
    if rule.endpoint.startswith("comments."):
        values = values | {"post_id": values["public_id"]}
    return rule.build({name: values[name] for name in rule.arguments})[1]


def doors(app):
    """Each rule with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def required(app, rule):
    return getattr(app.view_functions[rule.endpoint], "required_action", None)


def test_every_view_says_who_may_come_and_says_it_once(app):
    for endpoint, view in app.view_functions.items():
        marks = [
            getattr(view, "is_public", False),
            getattr(view, "is_anyone", False),
            hasattr(view, "required_action"),
        ]
        assert sum(marks) == 1, endpoint


def test_what_is_public_is_only_read(app):
    for rule, method in doors(app):
        if getattr(app.view_functions[rule.endpoint], "is_public", False):
            assert method == "GET", rule


def test_the_admin_is_behind_the_login(app):
    inside = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")
    ]
    assert len(inside) > 40
    for rule in inside:
        assert required(app, rule) is not None, rule


def may_come(role, action, *, is_own, rule):
    reach = Reach.NONE if role is None else TABLE[action][role]
    if rule.endpoint in WHOLE:
        return reach is Reach.ANY
    is_list = rule.endpoint in LOOKED_AT or not rule.arguments & OBJECTS
    return reach is Reach.ANY or (reach is Reach.OWN and (is_own or is_list))


def denied_with(role, action, method):
    if role is None:
        return 303 if method == "GET" else 401
    return 403 if TABLE[action][role] is Reach.NONE else 404


@pytest.mark.parametrize("whose", ["own", "others"])
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_everybody_gets_what_the_table_says(
    app, visitor, client_for, site, role, whose
):
    client = visitor if role is None else client_for(role)
    with app.app_context():
        owner = (
            database.session.get(factories.User, client.user_id)
            if whose == "own" and role
            else make_user(role=Role.EDITOR)
        )
        values = things(owner)
    token = "" if role is None else client.token()
    cookie = client.get_cookie("session")
    site.keep()

    wrong = []
    for rule, method in doors(app):
        path = address(rule, values)
        pressed = {"selection": SELECTION.get(rule.endpoint, PRESSED["selection"])}
        data = PRESSED | pressed | {"csrf_token": token} if method == "POST" else None
        action = required(app, rule)
        response = client.open(path, method=method, data=data)
        status = response.status_code
        if action is None:
            is_right = status < 500 and status not in (401, 403)
        elif may_come(role, action, is_own=whose == "own", rule=rule):
            is_right = status in FINE or (rule.endpoint in ONCE and status == 404)
        else:
            denial = denied_with(role, action, method)
            is_right = status == denial and not site.has_changed()
        if role is None and action is not None and method == "GET":
            is_right = is_right and response.location.startswith("/login?next=/admin/")
        if not is_right:
            wrong.append(f"{method} {path} ({rule.endpoint}): {status}")
        if method == "POST":
            site.put_back()
            if cookie is not None:  # some log out, or give another
                client.set_cookie("session", cookie.value)
    assert wrong == []


# Forms


def unsafe_doors(app):
    exempt = app.extensions["csrf"]._exempt_views
    assert exempt == WITHOUT_TOKEN
    assert not app.extensions["csrf"]._exempt_blueprints
    for rule, method in doors(app):
        view = app.view_functions[rule.endpoint]
        if method != "GET":
            name = f"{view.__module__}.{view.__name__}"
            yield rule, method, name in WITHOUT_TOKEN


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(
    app, admin, client_for, site
):
    with app.app_context():
        values = things(make_user())
    own, others = admin.token(), client_for("admin").token()
    site.keep()

    wrong, count = [], 0
    for rule, method, is_exempt in unsafe_doors(app):
        path = address(rule, values)
        attempts = [
            (403, own, {"Origin": "https://evil.example"}),
            (403, own, {"Sec-Fetch-Site": "cross-site"}),
            (403, own, {"Sec-Fetch-Site": "same-site"}),
        ]
        if not is_exempt:
            attempts += [
                (400, None, {}),
                (400, "", {}),
                (400, others, {}),
                (400, own[:-1], {}),
                (400, None, {"Referer": "http://localhost/", "Cookie2": "x"}),
            ]
        for status, token, headers in attempts:
            response = admin.open(
                path,
                method=method,
                data={} if token is None else {"csrf_token": token},
                headers=headers,
            )
            count += 1
            if response.status_code != status:
                wrong.append(f"{method} {path} {headers}: {response.status_code}")
        if site.has_changed():
            wrong.append(f"{method} {path} changed something")
            site.put_back()
    assert wrong == []
    assert count > 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/xml"])
def test_a_body_that_is_no_form_is_not_read(app, admin, site, kind):
    with app.app_context():
        values = things(make_user())
    token = admin.token()
    site.keep()

    for rule, method, _ in unsafe_doors(app):
        response = admin.open(
            address(rule, values),
            method=method,
            data=f'{{"csrf_token": "{token}"}}',
            content_type=kind,
            headers={"X-CSRFToken": token},
        )
        assert response.status_code == 415, rule
    assert not site.has_changed()
