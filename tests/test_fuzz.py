"""Nonsense for every door, from everybody: no answer is a failure of ours.

What is sent is drawn from a seed, so that a run can be repeated. ``FUZZ_REQUESTS``
makes it longer, ``FUZZ_SEED`` another one.
"""

import io
import json
import logging
import os
import random
import re
from urllib.parse import quote, urlencode

import pytest

from blog.accounts import passwords, queries, users
from blog.accounts.models import Role
from blog.comments.models import Status as CommentStatus
from blog.database import write_transaction
from blog.posts.models import Status
from blog.site.queries import settings
from tests import pages
from tests.factories import (
    PASSWORD,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "800"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

WORDS = (
    *("", " ", "0", "1", "2", "-1", "007", "1.5", "1e9", "9" * 19, "9" * 5_000),
    *("٣", "１", "²", "true", "null", "None", "[]", "{}", "on", "all", "draft"),
    *("a", "é", "e\u0301", "ß", "ﬁ", "İ", "שלום", "سلام\u200cها", "漢字", "👩\u200d👧"),
    *("\u202eabc", "\u200b", "\ufeff", "\ufffe", "\U000e0041", "a" + "\u0301" * 500),
    *("\0", "a\0b", "\r\nX: b", "\x1b[2J", "\x85", "\u2028", "%", "%00", "%zz"),
    *("<script>alert(1)</script>", '"><img src=x onerror=a()>', "{{ 7 * 7 }}"),
    *("%(name)s", "%s", "{0}", "' OR 1=1 --", "*", "../../etc/passwd", "//evil.test"),
    *("javascript:alert(1)", "http://[::1", "http://a:99999999/", "https://é.test"),
    *("a@b", "a@a.test", "a" * 300 + "@a.test", '"a b"@a.test', "@", "a@[::1]"),
    *("2026-02-30T10:00", "2026-11-24T10:00", "0001-01-01T00:00", "9999-12-31T23:59"),
    *("/%postname%/", "/%year%/%postname%", "/é/%postname%/", "%category%", "html"),
    *("a," * 900, "[" * 3_000, "&#" * 2_000, "<" * 3_000, "é" * 3_000, " " * 5_000),
)
BODIES = (
    *(b"", b"&", b"=", b"a", b"%zz=%", b"a=%ff%fe", b"\xff\xfe", b"\0", b"a=\0", b"[]"),
    *(b"[1]", b"{}", b'{"a": {"b": []}}', b'"\\ud800"', b"{", b"[" * 5_000),
    *(
        b"a=1&" * 900,
        b"a=1;" * 900,
        b"--b\r\n\r\n",
        b"--b--",
        b"\r\n--b",
        b"--b\r\n\r\n--b",
    ),
    "username=é".encode("utf-16"),
    b'--b\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\nx\r\n--b--',
)
TYPES = (
    *(None, "application/json", "text/plain", "application/x-www-form-urlencoded"),
    *("multipart/form-data", "multipart/form-data; boundary=b", "a/b/c", ";", "é"),
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=" + "b" * 300,
)
HEADERS = (
    *(("Cookie", value) for value in ("session=a", "visitor=a.b.c", "device=é", ";=;")),
    *(("User-Agent", value) for value in ("", "\xe9\x85", "a" * 5_000, "<b>")),
    *(("Accept-Language", value) for value in ("xx-yy;q=a", "*", "en;q=99999")),
    *(("Range", value) for value in ("bytes=0-0,1-1", "bytes=-1", "a=b", "bytes=9-1")),
    *(("If-None-Match", value) for value in ("*", '"', 'W/"a"', ",")),
    *(("If-Modified-Since", value) for value in ("a", "Mon, 99 Foo 0000")),
    *(("Origin", value) for value in ("null", "http://localhost", "//evil.test", "é")),
    *(("Referer", "é"), ("X-Forwarded-For", "é,,"), ("X-Forwarded-Host", "evil.test")),
    *(("Host", value) for value in ("", "evil.test", "localhost:a", "[::1", "é")),
)
METHODS = (*["GET"] * 6, *["POST"] * 3, "HEAD", "OPTIONS", "PUT", "DELETE")
# What stands in an address that leads somewhere.
USUAL = {
    "year": ("2026", "0001", "9999"),
    "month": ("11", "01", "12", "00"),
    "filename": ("css/base.css", "css", "none"),
    "path": ("hello", "about", "1"),
}
QUERY = (
    *("p", "page", "page_id", "next", "status", "replytocom", "held", "select", "v"),
    *("key", "a[]", "é"),
)
SHOWN = (
    *("/login", "/hello/", "/admin/", "/admin/posts/", "/admin/posts/new"),
    *("/admin/posts/1/", "/admin/posts/2/", "/admin/posts/3/", "/admin/pages/new"),
    *("/admin/pages/4/", "/admin/categories/", "/admin/categories/1/", "/admin/tags/"),
    *("/admin/tags/1/", "/admin/comments/", "/admin/comments/1/edit"),
    *("/admin/comments/1/reply", "/admin/settings/", "/admin/account/"),
    *("/admin/account/password", "/admin/posts/3/deletion", "/admin/users/"),
    *("/admin/users/new", "/admin/users/1/", "/admin/users/1/deletion"),
    *("/admin/tags/merger?ids=1", "/admin/categories/placement?ids=1"),
)


class Fuzzer:
    """Draws requests: (who, path, what the test client is to send)."""

    def __init__(self, app, clients):
        self.app = app
        self.draw = random.Random(SEED)
        self.rules = [rule.rule for rule in app.url_map.iter_rules()]
        self.clients = clients
        self.forms = {client: list(forms_of(client)) for client in clients}

    def word(self):
        words = self.draw.choices(WORDS, k=self.draw.choice((1, 1, 1, 2)))
        return "".join(words)

    def path(self):
        def value(match):
            name = match[0].strip("<>").rpartition(":")[2]
            usual = self.draw.choice(USUAL.get(name, "12345"))
            return quote(usual if self.draw.random() < 0.8 else self.word())

        path = re.sub("<[^>]+>", value, self.draw.choice(self.rules))
        if self.draw.random() < 0.2:
            path += self.draw.choice(("/", "//", "%", "%ff", "%2F", "\\", ";", ".css"))
        return path + self.query()

    def query(self):
        names = self.draw.choices(QUERY, k=self.draw.choice((0, 0, 1, 3)))
        return "?" + urlencode([(name, self.word()) for name in names])

    def anything(self):
        """Any method, address, header and body."""
        client = self.draw.choice(self.clients)
        number = self.draw.choice((0, 0, 0, 1, 2))
        sent = {"headers": dict(self.draw.choices(HEADERS, k=number))}
        sent["method"] = self.draw.choice(METHODS)
        if sent["method"] not in ("GET", "HEAD", "OPTIONS"):
            sent["data"] = self.draw.choice(BODIES)
            sent["content_type"] = self.draw.choice(TYPES)
            sent["headers"]["X-CSRFToken"] = client.csrf
        return client, self.path(), sent

    def spoilt_form(self):
        """A form of one of the pages, with some fields that are not as they were."""
        client = self.draw.choice(self.clients)
        action, fields, buttons = self.draw.choice(self.forms[client])
        data = dict(fields)
        if buttons:
            data[self.draw.choice(buttons)] = "1"
        for name in self.draw.sample(sorted(data), min(len(data), 3)):
            if name == "csrf_token":
                continue
            kind = self.draw.randrange(8)
            if kind == 0:
                del data[name]
            elif kind == 1:
                data[name] = [self.word() for _ in range(20)]
            else:
                data[name] = self.word()
        data.setdefault(self.word(), self.word())
        data["csrf_token"] = client.csrf
        return client, action + self.query(), self.wrapped(data, client)

    def wrapped(self, data, client):
        """The form as one of the kinds of body that there are."""
        kind = self.draw.randrange(12)
        if kind == 0:
            headers = {"X-CSRFToken": client.csrf}
            content = {"data": json.dumps(data), "content_type": "application/json"}
            return {"method": "POST", "headers": headers} | content
        if kind == 1:
            name = self.draw.choice(sorted(data.keys() - {"csrf_token"}))
            data[name] = (io.BytesIO(b"words"), "a.txt")
        types = ("multipart/form-data", "application/x-www-form-urlencoded")
        content_type = types[kind % 2]
        return {"method": "POST", "data": data, "content_type": content_type}


def forms_of(client):
    """The forms that POST on the pages one may see: (action, fields, buttons)."""
    for path in SHOWN:
        page = client.get(path)
        for form in pages.parse(page.text).iter("form"):
            if page.status_code == 200 and form.get("method") == "post":
                named = [each for each in form.iter() if each.get("name")]
                fields = {
                    each.get("name"): each.get("value") or (each.text or "").strip()
                    for each in named
                    if each.tag != "button"
                }
                buttons = [each.get("name") for each in named if each.tag == "button"]
                yield form.get("action"), fields, buttons


def furnish():
    """One of everything. Clocks far from ours, so that days end at other hours."""
    with write_transaction():
        settings().timezone = "Pacific/Kiritimati"
        settings().permalink_structure = "/%postname%/"
    everybody = {"author": make_user(role=Role.EDITOR)}
    category, tag = make_category(slug="1"), make_tag(slug="1")
    public = make_post(slug="hello", categories=[category], tags=[tag], **everybody)
    make_post(published_at=None, status=Status.DRAFT, **everybody)
    make_post(published_at=None, status=Status.TRASH, **everybody)
    make_page(slug="about", **everybody)
    for status in CommentStatus:
        make_comment(post=public, status=status)


def log_in_again(app, client):
    """Let a person in as what they were, whatever the admin's forms made of them and
    however often the others failed to log in.
    """
    role = Role(client.name.removeprefix("the-"))
    with app.app_context():
        user = queries.by_name(client.name) or make_user(name=client.name)
        with write_transaction():
            user.role, user.disabled_at = role, None
            users.set_password(user, passwords.hashed(PASSWORD))
    app.config["LIMITS"] = False
    client.log_in(client.name, PASSWORD)
    app.config["LIMITS"] = True
    client.csrf = client.token()


@pytest.fixture
def fuzzer(app, visitor, client_for):
    with app.app_context():
        furnish()
    visitor.name, visitor.csrf = "", visitor.token("/login")
    clients = [visitor]
    for role in Role:
        client = client_for(role, name=f"the-{role}")
        client.name, client.csrf = f"the-{role}", client.token()
        clients.append(client)
    for client in clients:
        client.inspects = False
    return Fuzzer(app, clients)


def test_nothing_that_is_sent_makes_a_failure(fuzzer, caplog):
    failures = []
    for number in range(REQUESTS):
        caplog.clear()
        client, path, sent = (fuzzer.anything, fuzzer.spoilt_form)[number % 2]()
        response = client.open(path, **sent)
        logged = [each for each in caplog.records if each.levelno >= logging.ERROR]
        if response.status_code >= 500 or logged:
            reason = [str(each.exc_info[1]) for each in logged if each.exc_info]
            failures.append((response.status_code, path[:200], str(sent)[:400], reason))
        if client.name and client.get_cookie("session") is None:  # it has logged out
            log_in_again(fuzzer.app, client)
    assert failures == []
