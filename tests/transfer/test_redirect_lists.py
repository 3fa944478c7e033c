"""Lists of redirects, in and out."""

import io
import json

import pytest

from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.site import redirects
from blog.site.models import Redirect
from blog.transfer.redirects import lists
from blog.transfer.redirects.lists import Line, Skipped, Unreadable
from tests.factories import make_post

# As the plugin writes it (redirection.me): models/file/csv.php.
CSV = b"""source,target,regex,code,type,hits,title,status
/old/,/new/,0,301,url,3,"A title, with a comma",active
"/two, three/",https://elsewhere.example/?a=1,0,302,url,0,,active
^/a/(.*),/b/$1,1,301,url,0,,active
/off/,/new/,0,301,url,0,,disabled
/gone/,,0,410,error,0,,active
/missing/,,0,404,error,0,,active
/see/,/new/,0,303,url,0,,active
/nowhere/,,0,301,url,0,,active
"""
PATTERN = "Patterns (regular expressions) are not supported."


def of(text):
    data = text if isinstance(text, bytes) else text.encode()
    return [tuple(each) for each in lists.read(data)]


def table():
    return {
        row.path: (row.to or row.post_id, row.status) for row in session.query(Redirect)
    }


def test_the_csv_of_redirection_is_read():
    wanted = [
        Line(2, "/old/", "/new/", 301),
        Line(3, "/two, three/", "https://elsewhere.example/?a=1", 302),
        Skipped(4, "^/a/(.*)", PATTERN),
        Skipped(5, "/off/", "It is turned off."),
        Line(6, "/gone/", "", 410),
        Skipped(7, "/missing/", "What is not there needs no redirect."),
        Skipped(8, "/see/", "There is no redirect of status 303."),
        Skipped(9, "/nowhere/", "It leads nowhere."),
    ]
    without_header = CSV.partition(b"\n")[2]

    assert of(CSV) == wanted
    assert of(b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")) == wanted
    assert [each[0] for each in of(without_header)] == [*range(1, 9)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/a,/b", [Line(1, "/a", "/b", 301)]),
        ("source,target\n/a,/b", [Line(2, "/a", "/b", 301)]),
        ("source,target,code\n/a,/b,308", [Line(2, "/a", "/b", 308)]),
    ],
)
def test_a_csv_may_have_fewer_columns(text, lines):
    assert of(text) == lines


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("/a /b", Line(1, "/a", "/b", 301)),
        ("/a\thttps://e.example/b", Line(1, "/a", "https://e.example/b", 301)),
        ("/a /b 302", Line(1, "/a", "/b", 302)),
        ("/a /b 301!", Line(1, "/a", "/b", 301)),
        ("/a /b;", Line(1, "/a", "/b", 301)),
        ('"/a" "/b";', Line(1, "/a", "/b", 301)),
        ("Redirect /a /b", Line(1, "/a", "/b", 302)),
        ("Redirect 301 /a /b", Line(1, "/a", "/b", 301)),
        ("Redirect permanent /a /b", Line(1, "/a", "/b", 301)),
        ("Redirect gone /a", Line(1, "/a", "", 410)),
        ("Redirect 410 /a", Line(1, "/a", "", 410)),
        ("RedirectPermanent /a /b", Line(1, "/a", "/b", 301)),
        ("rewrite ^/a$ /b permanent;", Line(1, "/a", "/b", 301)),
        ("rewrite ^/a/?$ /b redirect;", Line(1, "/a", "/b", 302)),
        ("rewrite ^/a/(.*)$ /b/$1 permanent;", Skipped(1, "^/a/(.*)$", PATTERN)),
        ("RedirectMatch 301 ^/a$ /b", Skipped(1, "301", PATTERN)),
        ("/a/* /b/:splat 301", Skipped(1, "/a/*", PATTERN)),
        ("/a/:id /b 301", Skipped(1, "/a/:id", PATTERN)),
        ("/a", Skipped(1, "/a", "It leads nowhere.")),
        (
            "/a /b Country=x",
            Skipped(1, "/a", "There is more in the line than two addresses."),
        ),
    ],
)
def test_a_line_with_two_addresses_is_read(line, read):
    assert of(f"{line}\n\n# a remark\n") == [read]


def test_the_json_of_redirection_is_read():
    plain = {"match_type": "url", "action_type": "url", "action_code": 301}
    rows = [
        plain | {"url": "/a", "action_data": {"url": "/b"}, "enabled": True},
        plain | {"url": "/c", "action_data": {"url": "/d"}, "enabled": False},
        plain | {"url": "/e", "action_data": {"url": "/f"}, "regex": True},
        plain | {"url": "/g", "match_type": "login", "action_data": {}},
        plain | {"url": "/h", "action_type": "random"},
        plain | {"url": "/i", "action_type": "error", "action_code": 410},
        "nonsense",
    ]
    assert of(json.dumps({"plugin": {}, "redirects": rows})) == [
        Line(1, "/a", "/b", 301),
        Skipped(2, "/c", "It is turned off."),
        Skipped(3, "/e", PATTERN),
        Skipped(4, "/g", "It depends on more than the address."),
        Skipped(5, "/h", "It does something else than lead on."),
        Line(6, "/i", "", 410),
        Skipped(7, "", "That is no redirect."),
    ]


@pytest.mark.parametrize(
    "data",
    [
        *(b"\xff\xfe", b"a\0b", b"{", b"[" * 100_000, b"{}", b'{"redirects": 3}'),
        *(b" " * (lists.MOST_BYTES + 1), b'"' + b"a," * 200_000),
    ],
    ids=range(8),
)
def test_what_is_no_list_is_refused(data):
    with pytest.raises(Unreadable):
        list(lists.read(data))


def test_a_list_may_be_empty():
    assert of(b"") == []


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(title):
    written = lists.written([("/old", "/new", 301, title)])

    assert f"'{title}" in written
    assert of(written) == [Line(2, "/old", "/new", 301)] or "\r" in title


# From a shell


def test_a_list_is_taken_over_once(app, tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(CSV)
    run = app.test_cli_runner().invoke

    told = run(args=["redirects", "import", str(file), "--dry-run"]).output
    assert told.splitlines()[-1] == "3 would be taken, 0 unchanged, 5 skipped."
    with app.app_context():
        assert table() == {}
    told = run(args=["redirects", "import", str(file)]).output
    assert told.splitlines()[0] == f"4: ^/a/(.*): {PATTERN}"
    assert told.splitlines()[-1] == "3 taken, 0 unchanged, 5 skipped."
    told = run(args=["redirects", "import", str(file)]).output
    assert told.splitlines()[-1] == "0 taken, 3 unchanged, 5 skipped."
    with app.app_context():
        assert table() == {
            "/old": ("/new/", 301),
            "/two, three": ("https://elsewhere.example/?a=1", 302),
            "/gone": (None, 410),
        }


def test_the_names_of_the_old_site_do_not_matter(app, tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(
        "https://old.example/a https://old.example/b\n"
        "https://old.example/c https://elsewhere.example/\n"
        "/admin/x /y\n/l /l\n"
    )
    told = app.test_cli_runner().invoke(args=["redirects", "import", str(file)]).output

    assert told.splitlines() == [
        "3: /admin/x: Recto itself needs the addresses that begin so.",
        "4: /l: That would lead back to where it began.",
        "2 taken, 0 unchanged, 2 skipped.",
    ]
    with app.app_context():
        wanted = {"/a": ("/b", 301), "/c": ("https://elsewhere.example/", 301)}
        assert table() == wanted


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_said_so(app, tmp_path, name):
    run = app.test_cli_runner().invoke
    result = run(args=["redirects", "import", str(tmp_path / name)])

    assert result.exit_code == 1
    assert "cannot be read" in result.output


def test_what_is_handed_on_is_taken_over_again(app, tmp_path):
    run = app.test_cli_runner().invoke
    with app.app_context():
        post = make_post(title="=Tea", slug="tea")
        id, address = post.id, permalinks.post_url(post)
        with write_transaction():
            redirects.lead("/a/", post_id=id)
            redirects.lead("/b,c/", to="https://elsewhere.example/?x=1,2")
            redirects.lead("/gone/", status=410)
            redirects.lead("/old/", "id=3", status=302, to="/new/")
        before = table()
        written = run(args=["redirects", "export"]).output
        assert f"/a,{address},0,301,url,0,'=Tea,active" in written
        with write_transaction():
            session.query(Redirect).delete()
        (tmp_path / "list.csv").write_text(written)
        run(args=["redirects", "import", str(tmp_path / "list.csv")])
        session.rollback()
        assert table() == before


# In the browser


def upload(admin, data, **fields):
    fields |= {"csrf_token": admin.token(), "file": (io.BytesIO(data), "list.csv")}
    return admin.post(
        "/admin/redirects/lists", data=fields, content_type="multipart/form-data"
    )


def test_a_list_is_taken_over_in_the_browser(app, admin, html_checker):
    answer = upload(admin, CSV)

    assert answer.status_code == 200
    assert "3 redirects were taken over. 0 were there already." in answer.text
    assert PATTERN in answer.text
    assert html_checker.errors(answer.text) == []
    assert upload(admin, b"/x /y").status_code == 303
    page = admin.get("/admin/redirects/lists").text
    assert html_checker.errors(page) == []
    export = admin.get("/admin/redirects/redirects.csv")
    assert export.mimetype == "text/csv"
    assert export.headers["Content-Disposition"].startswith("attachment")
    assert of(export.data)[-1] == Line(5, "/x", "/y", 301)


@pytest.mark.parametrize("data", [b"", b"\xff", b"{}"])
def test_what_is_no_list_is_said_so_in_the_browser(admin, html_checker, data):
    answer = upload(admin, data)

    assert answer.status_code == 422
    assert html_checker.errors(answer.text) == []
