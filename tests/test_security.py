"""What every request passes and every answer carries."""

import hashlib
import re
import sqlite3
from io import BytesIO

import pytest
from flask import Request, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from blog import database
from blog.comments.models import Comment
from blog.database import GateTimeout, session
from blog.i18n import gettext
from blog.posts.models import Post
from blog.security import (
    MAX_INTEGER,
    PRIVATE_CSP,
    PUBLIC_CSP,
    anyone,
    max_body,
    public,
    safe_redirect_target,
)
from tests import factories
from tests.conftest import dispose, make_app
from tests.factories import (
    PASSWORD,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
)
from tests.locks import held_elsewhere
from tests.pages import Client, form_data
from tests.servers import Server

COMMENT = {"author": "Ada", "email": "ada@example.org", "comment": "Well said."}


def csp(rules):
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


PUBLIC = {
    "Content-Security-Policy": csp(PUBLIC_CSP),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
        "interest-cohort=()"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
}
PRIVATE = PUBLIC | {
    "Content-Security-Policy": csp(PRIVATE_CSP),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# What says something about this one answer.
OWN = {
    *("Content-Type", "Content-Length", "Location", "Allow", "Vary", "Set-Cookie"),
    *("Retry-After", "Last-Modified", "ETag", "Date", "Content-Disposition"),
    *("Clear-Site-Data", "Accept-Ranges"),
}
HTML = "text/html; charset=utf-8"


def add_views(app):
    """Views that go wrong, each in its own way."""

    def at(path, **kwargs):
        def add(view):
            app.add_url_rule(f"/x/{view.__name__}", view_func=view, **kwargs)
            return view

        return add(path)

    def raising(name, error, mark=public):
        def view():
            raise error

        view.__name__ = name
        at(mark(view))

    raising("bug", ZeroDivisionError("secret detail"))
    raising("gate", GateTimeout())
    raising("pool", PoolTimeout())
    raising("unique", IntegrityError("INSERT", {}, Exception("UNIQUE")))

    def template():
        gettext("the locale is asked for first")
        return session.execute(text("SELECT * FROM no_such_table")).all()

    template.__name__ = "no_table"
    at(public(template))

    @anyone
    @max_body(100)
    def small():
        return Response("small", mimetype="text/plain")

    at(small, methods=["POST"])
    return app


@pytest.fixture
def app(app):
    add_views(app)
    return app


def own_headers(response):
    return {k: v for k, v in response.headers if k not in OWN}


def dump(app):
    """A digest of all that the database says."""
    connection = sqlite3.connect(app.config["INSTANCE"] / "blog.sqlite")
    digest = hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
    connection.close()
    return digest


# Headers


@pytest.fixture
def post_id(app):
    with app.app_context():
        return make_post(slug="hello").id


@pytest.mark.parametrize(
    ("path", "status", "cache"),
    [
        ("/", 200, "no-cache"),
        ("/?p=1", 301, "no-cache"),
        ("/?page=1", 301, "no-cache"),
        ("/category/none/", 404, "no-cache"),
        ("/nothing/here", 404, "no-cache"),
        ("/static/css/base.css", 200, "no-cache"),
        ("/static/css/base.css?v=wrong", 200, "no-cache"),
        ("/static/none.css", 404, "no-cache"),
        ("/x/bug", 500, "no-store"),
        ("/x/unique", 500, "no-store"),
        ("/x/no_table", 500, "no-store"),
        ("/x/gate", 503, "no-store"),
        ("/x/pool", 503, "no-store"),
    ],
)
def test_a_public_answer_has_exactly_these_headers(
    visitor, post_id, path, status, cache
):
    response = visitor.get(path)

    assert response.status_code == status
    assert own_headers(response) == PUBLIC | {"Cache-Control": cache}
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/admin/", 303),
        ("GET", "/login", 200),
        ("GET", "/logout", 405),
        ("POST", "/login", 400),
        ("POST", "/", 405),
        ("POST", "/admin/settings/", 401),
        ("BREW", "/", 405),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/setup/none", 404),
        ("POST", "/comments/99", 404),
        ("POST", "/x/small", 400),
    ],
)
def test_any_other_answer_has_exactly_these(visitor, method, path, status):
    response = visitor.open(path, method=method)

    assert response.status_code == status
    expected = PRIVATE
    if path.startswith("/setup/"):
        expected = PRIVATE | {"Referrer-Policy": "no-referrer"}
    assert own_headers(response) == expected


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/posts/new", "/admin/none", "/admin/settings/"]
)
def test_the_rooms_behind_the_login_are_stored_by_nobody(admin, path):
    response = admin.get(path)

    if path == "/admin/none":  # which is a reader's address as well as any
        assert own_headers(response) == PUBLIC | {"Cache-Control": "no-cache"}
    else:
        assert own_headers(response) == PRIVATE


@pytest.mark.parametrize("rules", [PUBLIC_CSP, PRIVATE_CSP])
def test_the_content_security_policy_makes_no_exceptions(rules):
    assert rules["default-src"] == "'none'"
    assert not re.search(r"unsafe|nonce|sha256|\*", csp(rules))
    # Films, and those only after a press (embeds.js).
    others = [each for each in csp(rules).split() if "://" in each]
    assert [each.rstrip(";") for each in others] == [
        "https://www.youtube-nocookie.com",
        "https://player.vimeo.com",
    ]


def test_a_page_under_https_tells_browsers_to_stay(app):
    secure = make_app(app.config["INSTANCE"], SITE_URL="https://example.org")
    response = secure.test_client().get("/", base_url="https://example.org")

    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    dispose(secure)


def test_a_file_under_its_own_address_is_kept_for_ever(visitor):
    page = visitor.get("/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert addresses
    for address in addresses:
        headers = visitor.get(address).headers
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


# Hosts and origins


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]", "[::1]:8000"],
)
def test_own_hosts_are_answered(visitor, host):
    assert visitor.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example:80@localhost",
        "localhost:",
        "localhost:80:80",
        "localhost:http",
        "localhost/",
        "localhost, evil.example",
        "localhost\x00",
        "[::1",
        "[::2]",
        "::1",
        "a" * 8000,
        "é",
    ],
)
@pytest.mark.parametrize("path", ["/", "/none", "/admin/", "/login", "/static/none"])
def test_other_hosts_are_refused(visitor, host, path):
    response = visitor.get(path, environ_overrides={"HTTP_HOST": host})

    assert response.status_code == 400
    assert "evil" not in response.text
    assert "Location" not in response.headers


def test_a_request_without_a_host_is_refused(app):
    def start(status, headers):
        assert status == "400 BAD REQUEST"

    environ = Client(app).get("/").request.environ
    del environ["HTTP_HOST"]
    with app.app_context():
        b"".join(app.wsgi_app(environ, start))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_ask_under_any_host(visitor, path):
    assert visitor.get(path, headers={"Host": "10.0.0.7:9"}).text == "ok\n"


def test_a_host_that_a_proxy_forwards_is_not_believed(app):
    behind = make_app(app.config["INSTANCE"], TRUSTED_PROXIES=1)
    page = behind.test_client().get(
        "/admin/",
        headers={
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Port": "666",
            "X-Original-URL": "/login",
        },
    )

    assert page.location == "/login?next=/admin/"
    dispose(behind)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:9000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost@evil.example"}, 403),
        ({"Origin": "localhost"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null, http://localhost"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(visitor, post_id, headers, status):
    passes = 415 if status == 200 else status
    response = visitor.post(
        f"/comments/{post_id}", headers=headers, data="x", content_type="text/plain"
    )

    assert response.status_code == passes
    assert visitor.get("/", headers=headers).status_code == 200


def test_the_origin_is_that_of_the_port_that_was_asked(visitor, post_id):
    for port, status in ((9000, 415), (9001, 403)):
        response = visitor.post(
            f"/comments/{post_id}",
            headers={"Origin": f"http://localhost:{port}"},
            base_url="http://localhost:9000",
            data="x",
            content_type="text/plain",
        )
        assert response.status_code == status


# Redirects


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/admin/",
        "/admin/posts/?q=a%20b&page=2",
        "/admin/posts/?q=%D8%A7%D9%84",
        "/a//b",
        "/2026/11/hello/#comment-3",
    ],
)
def test_paths_of_this_site_are_gone_to(target):
    assert safe_redirect_target(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/%2Fevil.example",
        "/%252Fevil.example",
        "/%5Cevil.example",
        "/%255Cevil.example",
        "%2F%2Fevil.example",
        "/\tevil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/\n/evil.example",
        "/%0d%0aLocation:%20//evil.example",
        "/%00",
        " //evil.example",
        " /evil.example",
        "\x00/evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http://localhost@evil.example",
        "http://localhost.evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a b",
        "//evil\u3002example",
        "/\u3002evil",
        "/\ud800",
        "?next=/",
        "#top",
        ".//evil.example",
    ],
)
def test_everything_else_is_not(target):
    assert safe_redirect_target(target, "/admin/") == "/admin/"


# Bodies


def test_a_body_over_the_limit_is_refused_with_a_page(visitor, post_id):
    response = visitor.post(
        f"/comments/{post_id}", data=COMMENT | {"comment": "x" * 300_000}
    )

    assert response.status_code == 413
    assert "That is too large" in response.text


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_the_limit_is_that_of_the_view(visitor, kind):
    data = {"a": "x" * 200}
    if kind == "urlencoded":
        response = visitor.post("/x/small", data=data)
    else:
        response = visitor.post(
            "/x/small", data=data, content_type="multipart/form-data"
        )

    # Before its CSRF token was looked for, which needs the whole form.
    assert response.status_code == 413


def test_a_body_to_no_address_is_bounded_too(visitor):
    assert visitor.post("/none/", data={"a": "x" * 300_000}).status_code == 413


@pytest.mark.parametrize("number", ["\0", "%00", "a\0b"])
def test_characters_that_no_text_has_are_refused(visitor, post_id, number):
    path = "/" + number.replace("\0", "%00")
    assert visitor.get(path).status_code == 400
    assert visitor.get(f"/?page={path[1:]}").status_code == 400
    assert visitor.get(f"/?{path[1:]}=1").status_code == 400


@pytest.mark.parametrize("field", ["author", "comment", "url", "unknown"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart"])
def test_a_form_with_such_characters_saves_nothing(app, visitor, post_id, field, kind):
    before = dump(app)
    content_type = "multipart/form-data" if kind == "multipart" else kind
    response = visitor.post(
        f"/comments/{post_id}",
        data=COMMENT | {field: "a\0b"},
        content_type=content_type,
    )

    assert response.status_code == 400
    assert dump(app) == before


@pytest.mark.parametrize("half", [b"%ED%A0%80", b"\xed\xa0\x80", b"%FF", b"\xff"])
@pytest.mark.parametrize("field", [b"comment", b"author", b"email"])
def test_half_a_character_is_refused(app, visitor, post_id, half, field):
    form = {b"author": b"Ada", b"email": b"ada@example.org", b"comment": b"Well"}
    form[field] += half
    response = visitor.post(
        f"/comments/{post_id}",
        data=b"&".join(name + b"=" + value for name, value in form.items()),
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 400
    with app.app_context():
        assert session.query(Comment).count() == 0


@pytest.mark.parametrize(
    "lines",
    [
        b"Transfer-Encoding: chunked",
        b"Content-Length: 1073741824",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Content-Length: -1",
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length: 4x",
    ],
)
def test_bodies_of_a_doubtful_length_save_nothing(live, lines):
    server, path = live
    form = b"author=Ada&email=ada%40example.org&comment=" + b"x" * 3000
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)
    answer = server.raw(
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n%s\r\n\r\n%s"
        % (path, lines, body)
    )
    status = int(answer.split()[1])

    if lines.startswith(b"Transfer-Encoding: chunked"):
        assert status == 411
        assert b"does not say how long it is" in answer
    elif b"1073741824" in lines:
        assert status == 413
    else:
        assert status in (400, 411, 501)
    assert count_comments(server.instance) == 0


def test_a_long_text_of_somebody_logged_out_gets_its_answer(live):
    server, _ = live
    form = b"body=" + b"x" * 3_000_000
    answer = server.raw(
        b"POST /admin/posts/new HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(form), form)
    )

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"your text is still there" in answer


def test_a_body_cut_short_saves_nothing(live):
    server, path = live
    answer = server.raw(
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n"
        b"\r\nauthor=Ada&email=ada%%40example.org&comment=Well" % path,
        half_closed=True,
    )

    assert answer == b"" or int(answer.split()[1]) == 400
    assert count_comments(server.instance) == 0


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close"
        b"\r\n\r\n",
    ],
)
def test_a_request_names_this_site(live, head):
    server, _ = live
    if b"\r\nHost" not in head:
        head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = server.raw(head)

    assert b"evil.example" not in answer
    # An absolute address is for proxies; its path alone counts here.
    assert int(answer.split()[1]) == (200 if b"http:" in head else 400)


@pytest.fixture(scope="module")
def live(tmp_path_factory, empty_database):
    """A real server, and the path at which its one post takes comments."""
    instance = tmp_path_factory.mktemp("live")
    (instance / "blog.sqlite").write_bytes(empty_database.read_bytes())
    app = make_app(instance)
    with app.app_context():
        path = f"/comments/{make_post().id}".encode()
    dispose(app)
    with Server(instance, "gunicorn", "wsgi:app", "--workers", "1") as server:
        yield server, path


def count_comments(instance):
    connection = sqlite3.connect(instance / "blog.sqlite")
    [count] = connection.execute("SELECT count(*) FROM comment").fetchone()
    connection.close()
    return count


# Addresses


@pytest.mark.parametrize(
    "path",
    [
        "/page/0/",
        "/page/2/",
        f"/page/{MAX_INTEGER}/",
        f"/page/{MAX_INTEGER + 1}/",
        f"/page/{10**30}/",
        "/page/-1/",
        "/page/٣/",
        "/page/1e3/",
        "/?page=0",
        "/?page=-1",
        "/?page=2",
        "/?page=x",
        "/?page=",
        "/?page=1.0",
        "/?page=٣",
        "/?page=99999999999999999999",
        f"/?page={MAX_INTEGER}",
        f"/comments/{MAX_INTEGER}",
        f"/comments/{MAX_INTEGER + 1}",
        f"/comments/{10**40}",
        "/comments/٣",
        "/comments/-1",
        "/comments/0",
        "/0000/",
        "/9999/",
        "/٢٠٢٦/",
        f"/?p={10**17}",
        "/%",
        "/%zz",
        "/%ff",
        "/%ED%A0%80",
        "/..%2f..%2fetc/passwd",
        "/static/..%2f..%2fconfig.py",
        "/static/%2e%2e/config.py",
        "/static//etc/passwd",
        "/static/css",
        "/static/" + "a" * 300,
        "/" + "a" * 5000,
        "/" + "a/" * 500,
        "/tag/" + "ا" * 200 + "/",
        "/category/" + "x/" * 100,
        "/.env",
        "/wp-login.php",
    ],
)
def test_an_odd_address_is_just_not_there(visitor, post_id, path):
    assert visitor.get(path, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["/?page=1", "/?page=01", "/page/1/", "/page/01/"])
def test_the_first_page_has_one_address(visitor, post_id, path):
    response = visitor.get(path)

    assert (response.status_code, response.location) == (301, "/")


@pytest.mark.parametrize("path", ["/", "/login", "/none", "/static/css/base.css"])
def test_head_is_get_without_a_body(visitor, path):
    get, head = visitor.get(path), visitor.head(path)

    assert head.status_code == get.status_code
    assert head.data == b""
    assert own_headers(head) == own_headers(get)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", "GET"), ("/comments/1", "GET, POST"), ("/admin/settings/", "GET, POST")],
)
def test_options_names_the_methods(admin, post_id, path, allowed):
    response = admin.options(path)

    assert response.status_code == 200
    assert response.data == b""
    assert response.allow.as_set() == {
        method.lower() for method in (*allowed.split(", "), "HEAD", "OPTIONS")
    }


@pytest.mark.parametrize("method", ["BREW", "TRACE", "CONNECT", "PROPFIND", "PATCH"])
def test_an_unknown_method_is_not_allowed(visitor, post_id, method):
    response = visitor.open("/", method=method)

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
)
def test_a_method_is_what_it_says_it_is(app, visitor, post_id, name):
    before = dump(app)
    response = visitor.get(f"/comments/{post_id}?_method=POST", headers={name: "POST"})
    assert response.status_code == 303
    response = visitor.post("/logout?_method=DELETE", headers={name: "GET"})
    assert response.status_code in (303, 400)
    assert dump(app) == before


# Cookies and safety of reading


@pytest.fixture
def addresses(app):
    """An address for every rule that can be read, with things that exist."""
    with app.app_context():
        category, tag = make_category(), make_tag()
        post = make_post(categories=[category], tags=[tag], slug="a-post")
        page = make_page(slug="a-page")
        rows = {
            name
            for rule in app.url_map.iter_rules()
            for name in rule.arguments
            if name.endswith("_id")
        }
        comment = make_comment(post=post)
        author = post.author
        values = dict.fromkeys(rows, 1) | {
            "post_id": post.id,
            "comment_id": comment.id,
            "category_id": category.id,
            "tag_id": tag.id,
            "number": 1,
            "year": post.published_at.year,
            "month": post.published_at.month,
            "filename": "css/base.css",
            "token": "none",
            "path": "a-page",
            "key": "none",
            "status": "spam",
            "room": "posts",
            "user_id": author.id,
        }
        # By how an endpoint begins: tag_page, tag_rss.
        slugs = {"tag": tag.slug, "author": author.slug}
        paths = {"category": category.slug}
        page_id = page.id
    found = []
    for rule in app.url_map.iter_rules():
        word = rule.endpoint.rpartition(".")[2].partition("_")[0]
        known = values | {
            "slug": slugs.get(word, "none"),
            "path": paths.get(word, "a-page"),
        }
        if rule.endpoint.startswith("admin.pages."):
            known["post_id"] = page_id
        if "GET" in rule.methods and not rule.rule.startswith("/x/"):
            found.append(rule.build({n: known[n] for n in rule.arguments})[1])
    return found


def test_reading_changes_nothing(app, visitor, admin, addresses):
    for path in ("/admin/", "/admin/comments/"):
        admin.get(path)  # what the first visit notes
    before = dump(app)
    answered = {}
    for client in (visitor, admin):
        for path in addresses:
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                response = client.open(path, method=method)
                assert response.status_code < 500, path
                answered[path] = response.status_code
                assert dump(app) == before, f"{method} {path}"

    fine = [path for path, status in answered.items() if status == 200]
    # The others lead on, as old addresses of feeds do, or are there for forms alone.
    assert len(fine) > 0.5 * len(addresses), answered


def test_public_pages_know_nobody(app, visitor, admin, addresses):
    adapter = app.url_map.bind("localhost")
    shown = 0
    for path in addresses:
        endpoint, _ = adapter.match(path)
        if not getattr(app.view_functions[endpoint], "is_public", False):
            continue
        plain, known = visitor.get(path), admin.get(path)
        assert plain.data == known.data, path
        for response in (plain, known):
            assert "Set-Cookie" not in response.headers, path
            assert "csrf" not in response.text.lower() or "static" in path
        shown += 1
    assert shown > 10


# When the database fails


def test_a_failure_gives_a_number_and_no_detail(visitor, caplog):
    response = visitor.get("/x/bug")

    reference = re.search(r"<code>([0-9a-f]{12})</code>", response.text)[1]
    assert f"failure {reference}" in caplog.text
    assert "ZeroDivisionError: secret detail" in caplog.text
    assert "secret detail" not in response.text
    assert "ZeroDivisionError" not in response.text


def test_a_wrong_statement_is_a_failure_and_not_a_busy_moment(visitor):
    response = visitor.get("/x/no_table")

    assert response.status_code == 500
    assert "no_such_table" not in response.text


def test_who_writes_at_a_busy_moment_is_told_to_come_back(
    app, visitor, post_id, monkeypatch
):
    monkeypatch.setattr(database, "GATE_DEADLINE_SECONDS", 0.05)
    before = dump(app)
    with held_elsewhere(app.config["INSTANCE"] / "blog.sqlite.lock"):
        response = visitor.post(f"/comments/{post_id}", data=COMMENT)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "your text is still there" in response.text
    assert dump(app) == before


def test_a_busy_moment_is_explained_in_the_sites_own_page(app, visitor):
    with app.app_context(), factories.write_transaction():
        session.execute(text("UPDATE site SET title = 'The Gazette'"))

    assert "The Gazette" in visitor.get("/x/gate").text
    assert "The Gazette" not in visitor.get("/x/pool").text


def remove(file):
    file.unlink()


def empty(file):
    file.write_bytes(b"")


def scramble(file):
    file.write_bytes(b"not a database " * 1000)


@pytest.mark.parametrize("harm", [remove, scramble])
@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 503), ("/none", 503), ("/login", 200), ("/x/bug", 500), ("/admin/", 303)],
)
def test_without_a_database_there_are_still_pages(app, harm, path, status):
    with app.app_context():
        database.db.engine.dispose()
    for file in app.config["INSTANCE"].glob("blog.sqlite*"):
        harm(file)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    response = client.get(path)

    # A login page asks for the site's title, a redirect to it for nothing.
    assert response.status_code == (503 if path == "/login" else status)
    if response.status_code == 503:
        assert "Busy for a moment" in response.text
        assert response.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.get("/static/css/base.css").status_code == 200


def test_an_error_page_that_fails_gives_way_to_a_plain_one(app):
    with app.app_context():
        database.db.engine.dispose()
    for file in app.config["INSTANCE"].glob("blog.sqlite*"):
        file.unlink()
    client = app.test_client()

    for method, path, status in (
        ("POST", "/", 405),
        ("GET", "/static/none", 404),
        ("GET", "/logout", 405),
    ):
        response = client.open(path, method=method)
        assert response.status_code == status
        assert "last" not in response.text
        assert "Go to the home page" in response.text
        assert own_headers(response)["X-Content-Type-Options"] == "nosniff"


def test_the_codes_of_a_broken_disk_mean_busy(app, visitor):
    for name in ("FULL", "READONLY", "IOERR_FSYNC", "CORRUPT", "CANTOPEN", "BUSY"):
        cause = sqlite3.OperationalError(name)
        cause.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")

        def broken(cause=cause):
            raise DBAPIError("UPDATE", {}, cause)

        app.view_functions["bug"] = public(broken)
        assert visitor.get("/x/bug").status_code == 503


def test_what_was_typed_before_a_new_login_can_be_sent_again(app, client_for):
    writer = client_for("author", name="writer")
    page = form_data(writer.get("/admin/posts/new").text, "/admin/posts/", "save")
    writer.delete_cookie("session")  # it ended
    writer.log_in("writer", PASSWORD)  # in another tab
    typed = page | {"title": "Of tea", "body": "One.\n\nTwo, “quoted” & <b>."}

    stale = writer.post(
        "/admin/posts/new", data=typed, headers={"Origin": "http://localhost"}
    )

    assert stale.status_code == 400
    again = form_data(stale.text, "/admin/posts/")
    assert again == typed | {"csrf_token": again["csrf_token"]}
    assert writer.post("/admin/posts/new", data=again).status_code == 303
    with app.app_context():
        post = session.query(Post).one()
        assert (post.title, post.source) == ("Of tea", typed["body"])


def test_a_form_that_nobody_vouches_for_is_not_offered_again(client_for):
    writer = client_for("author")
    typed = {
        "csrf_token": "of another day",
        "title": "Of tea",
        "body": "x",
        "save": "1",
    }

    refused = writer.post("/admin/posts/new", data=typed)

    assert refused.status_code == 400
    assert "Of tea" not in refused.text


def test_a_password_is_not_shown_again(visitor):
    typed = {"csrf_token": "old", "username": "ada", "password": "a secret of Ada's"}

    refused = visitor.post("/login", data=typed, headers={"Origin": "http://localhost"})

    assert refused.status_code == 400
    assert "a secret" not in refused.text


FORMS = ["/login", "/admin/account/", "/admin/posts/new"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("field", ["username", "title", "display_name", "unknown"])
def test_a_form_with_a_file_is_refused(admin, path, field):
    data = {"csrf_token": admin.token(), field: (BytesIO(b"words"), "a.txt")}

    assert admin.post(path, data=data).status_code == 415


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("kind", ["x-www-form-urlencoded", "form-data"])
def test_a_form_with_very_many_fields_is_refused(admin, path, kind):
    data = {"csrf_token": admin.token()} | {f"a{n}": "x" for n in range(1_000)}
    kind = f"{'multipart' if kind == 'form-data' else 'application'}/{kind}"

    assert admin.post(path, data=data, content_type=kind).status_code == 413


def test_a_field_without_a_name_is_refused(app, visitor, post_id):
    before = dump(app)
    response = visitor.post(
        f"/comments/{post_id}",
        data=b"--b\r\nContent-Disposition: form-data\r\n\r\nwords\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
    )

    assert response.status_code == 400
    assert dump(app) == before


def test_the_form_of_a_stranger_is_not_read(visitor, monkeypatch):
    def read(self):
        raise AssertionError("it was")

    monkeypatch.setattr(Request, "form", property(read))

    assert visitor.post("/admin/posts/new", data={"a": "1"}).status_code == 401


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "HEAD"])
def test_a_file_that_is_not_there(visitor, method):
    response = visitor.open("/static/none.css", method=method)

    assert response.status_code == (200 if method == "OPTIONS" else 404)
