"""The guard: who is let in, and what the others are told."""

import pytest
from flask import Blueprint, Response, jsonify
from sqlalchemy import select, update

from blog.accounts import guard
from blog.accounts.guard import requires
from blog.accounts.models import Role, User
from blog.accounts.permissions import Action
from blog.database import session, write_transaction
from blog.security import anyone, public
from tests.conftest import dispose, make_app
from tests.factories import PASSWORD, make_user


def plain(text):
    return Response(text, mimetype="text/plain")


@pytest.fixture
def app(app):
    """The site with a few more views."""
    more = make_app(app.config["INSTANCE"])
    bp = Blueprint("more", __name__)

    @bp.get("/x/public")
    @public
    def open_to_all():
        return plain("public")

    @bp.get("/x/leak")
    @public
    def leak():
        return f"hello {guard.current_user()}"

    @bp.get("/x/anyone")
    @anyone
    def own_answer():
        return jsonify(guard.current_user() is not None)

    @bp.route("/x/settings", methods=("GET", "POST"))
    @requires(Action.SETTINGS)
    def settings():
        return plain("settings")

    @bp.get("/x/of/<int:owner_id>")
    @requires(Action.PUBLISH)
    def thing(owner_id):
        guard.ensure(Action.PUBLISH, owner_id or None)
        return plain("thing")

    @bp.get("/x/demote")
    @requires(Action.PUBLISH)
    def demoted_meanwhile():
        user = guard.current_user()
        with write_transaction():
            session.execute(update(User).values(role=Role.CONTRIBUTOR))
        with write_transaction():
            guard.ensure(Action.PUBLISH, user.id)
        return plain("thing")

    @bp.get("/x/undeclared")
    def undeclared():
        return plain("undeclared")

    more.register_blueprint(bp)
    yield more
    dispose(more)


def test_a_visitor_is_asked_to_log_in_and_comes_back(visitor):
    response = visitor.get("/x/settings?a=1&b=2")

    assert response.status_code == 303
    assert response.location == "/login?next=/x/settings?a%3D1%26b%3D2"


def test_what_a_visitor_sends_is_not_thrown_away_by_a_redirect(app, visitor):
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False

    response = visitor.post("/x/settings", data={"text": "long"})

    assert response.status_code == 401
    assert "your text is still there" in response.text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("subscriber", 403),
        ("contributor", 403),
        ("author", 403),
        ("editor", 403),
        ("admin", 200),
    ],
)
def test_only_who_may_is_let_in(client_for, role, status):
    assert client_for(role).get("/x/settings").status_code == status


@pytest.mark.parametrize("role", [None, "admin"])
def test_a_view_that_says_nothing_is_open_to_nobody(visitor, client_for, role, caplog):
    client = client_for(role) if role else visitor

    assert client.get("/x/undeclared").status_code == 404
    assert "more.undeclared does not say who may come" in caplog.text


def test_open_views_are_open(visitor, client_for):
    assert visitor.get("/x/public").text == "public"
    assert visitor.get("/x/anyone").json is False
    assert client_for("author").get("/x/anyone").json is True


def test_a_public_page_cannot_even_ask_who_is_there(client_for, caplog):
    client = client_for("admin")
    client.inspects = False

    assert client.get("/x/leak").status_code == 500
    assert "a public page is the same for all" in caplog.text


def test_ones_own_things_and_others(client_for):
    author, editor = client_for("author"), client_for("editor")

    def statuses(client):
        return [
            client.get(f"/x/of/{owner}").status_code
            for owner in (author.user_id, editor.user_id, 0)
        ]

    assert statuses(author) == [200, 404, 404]
    assert statuses(editor) == [200, 200, 200]


def test_a_right_is_asked_for_again_inside_the_write(client_for):
    assert client_for("author").get("/x/demote").status_code == 404


def test_outside_a_request_nobody_is_there(db):
    assert guard.current_user() is None


def test_who_is_there_is_asked_once(app, db):
    make_user(name="ada")
    client = app.test_client()
    client.log_in("ada", PASSWORD)
    token = client.get_cookie("session").value
    asked = []
    db.event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))

    with app.test_request_context("/x/anyone", headers={"Cookie": f"session={token}"}):
        names = {guard.current_user().name for _ in range(3)}

    assert names == {"ada"}
    assert len([each for each in asked if each.startswith("SELECT")]) == 1
    assert session.scalars(select(User.name)).all() == ["ada"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_nothing_is_nobody_is_asked_to_log_in(visitor, method):
    response = getattr(visitor, method)("/x/\N{SNOWMAN}/nothing/")

    assert response.status_code in (404, 405)
