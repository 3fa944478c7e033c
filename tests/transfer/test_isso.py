"""The database of Isso, read as threads and moved in."""

import sqlite3

import pytest

from blog.comments.models import Comment, Status
from blog.database import session
from blog.posts import permalinks
from blog.text.sanitizer import Format
from blog.transfer.records import Unreadable
from blog.transfer.sources.isso import Isso
from tests.factories import make_post
from tests.transfer.making import outcomes

# As isso/db/comments.py and threads.py make them.
TABLES = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE,
 title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY,
 parent INTEGER, created FLOAT NOT NULL, modified FLOAT, mode INTEGER,
 remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,
 likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL,
 notification INTEGER DEFAULT 0);
"""
COLUMNS = "tid, id, parent, created, mode, remote_addr, text, author, email, website"


@pytest.fixture
def database(tmp_path):
    """Makes a database of these threads and comments; its path."""

    def make(threads=(), comments=(), tables=TABLES):
        path = tmp_path / "comments.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(tables)
        connection.executemany("INSERT INTO threads VALUES (?, ?, ?)", threads)
        connection.executemany(
            f"INSERT INTO comments ({COLUMNS}, voters) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'')",
            comments,
        )
        connection.commit()
        connection.close()
        return path

    return make


def comment(id, *, tid=1, parent=None, mode=1, text="Some *words*.", **values):
    given = {
        "created": 1381432829.7,
        "remote_addr": "192.0.2.0",
        "author": "Peter",
        "email": "p@old.example",
        "website": "https://p.example/",
    } | values
    return (
        *(tid, id, parent, given["created"], mode, given["remote_addr"], text),
        *(given["author"], given["email"], given["website"]),
    )


def test_a_thread_has_all_that_was_said_in_it(database):
    path = database(
        [(1, "/tea/", "Tea"), (2, "/empty/", None)],
        [
            comment(1),
            comment(2, parent=1, mode=2),
            comment(3, mode=4, text="", author=None, email=None, website=None),
            comment(4, mode=9),
        ],
    )
    told = []
    [found] = Isso(path, told.append)

    assert (found.line, found.id, found.link, found.title) == (1, "1", "/tea/", "Tea")
    first, second, third, _ = found.comments
    assert (first.author, first.email, first.url) == (
        "Peter",
        "p@old.example",
        "https://p.example/",
    )
    assert (first.date_gmt, first.ip) == ("2013-10-10 19:20:29", "192.0.2.0")
    assert (first.content, first.format) == ("Some *words*.", Format.MARKDOWN)
    assert [each.approved for each in found.comments] == ["1", "0", "trash", ""]
    assert (first.parent, second.parent) == ("", "1")
    assert (third.author, third.content) == ("", "")
    assert told == [path.stat().st_size]


def test_what_should_not_stand_in_a_column_is_read_as_far_as_it_can_be(database):
    path = database(
        [(1, b"/tea\xff/", 5)],
        [comment(1, text=b"by\xfftes", created="never", mode="x", author=7)],
    )
    [found] = Isso(path)

    assert found.link == "/tea\N{REPLACEMENT CHARACTER}/"
    [said] = found.comments
    assert (said.content, said.author) == ("by\N{REPLACEMENT CHARACTER}tes", "7")
    assert (said.date_gmt, said.approved) == ("", "")


def test_a_database_moves_in_once(database, importer, db):
    here = make_post(slug="tea")
    path = database(
        [(1, permalinks.post_url(here), "Tea"), (2, "/gone/", "Gone")],
        [
            comment(1),
            comment(2, parent=1, text="Well, **no**."),
            comment(3, mode=2),
            comment(4, tid=2),
        ],
    )
    unchanged = path.read_bytes()

    report = importer.take(path, of="isso")

    assert outcomes(report, "comment") == {"imported": 3, "skipped": 1}
    assert report["skipped"][0]["reason"] == "its post is not here: /gone/"
    first, second, third = session.query(Comment).order_by(Comment.id)
    assert str(second.html).strip() == "<p>Well, <strong>no</strong>.</p>"
    assert (second.parent_id, second.format) == (first.id, Format.MARKDOWN)
    assert (first.status, third.status) == (Status.APPROVED, Status.PENDING)
    before = importer.dump()
    again = importer.take(path, of="isso")
    assert outcomes(again, "comment") == {"unchanged": 3, "skipped": 1}
    assert importer.dump() == before
    assert path.read_bytes() == unchanged


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ("CREATE TABLE other (id);", "no table “threads”"),
        ("CREATE TABLE threads (id, uri, title);", "no table “comments”"),
        (
            "CREATE TABLE threads (id, uri, title); CREATE TABLE comments (tid, id);",
            "“comments” has no “author”",
        ),
        (
            "CREATE VIEW threads AS WITH RECURSIVE n(id) AS "
            "(SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, 'uri' AS uri, 'title' AS title FROM n;",
            "no table “threads”",
        ),
        (
            "CREATE TABLE threads (id, uri, title AS (hex(zeroblob(100000000))));",
            "“threads” has no “title”",
        ),
        ("CREATE VIRTUAL TABLE threads USING fts5(uri, title);", "no table"),
    ],
)
def test_another_database_is_refused(tmp_path, tables, said):
    path = tmp_path / "comments.db"
    connection = sqlite3.connect(path)
    connection.executescript(tables)
    connection.close()

    with pytest.raises(Unreadable, match=r"line 1") as refusal:
        list(Isso(path))

    assert said in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"<disqus/>", b"SQLite format 3\0" + b"x" * 99])
def test_what_is_no_database_is_refused(tmp_path, data):
    path = tmp_path / "comments.db"
    path.write_bytes(data)

    with pytest.raises(Unreadable, match="line 1"):
        list(Isso(path))


def test_a_damaged_database_is_refused(database):
    path = database(
        [(n, f"/{n}/", "T") for n in range(1, 400)],
        [comment(n, tid=n) for n in range(1, 400)],
    )
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)

    with pytest.raises(Unreadable, match="line 1"):
        list(Isso(path))


def test_comments_of_a_thread_that_is_gone_belong_nowhere(database):
    [found] = Isso(database([], [comment(1, tid=7)]))

    assert (found.id, found.link, len(found.comments)) == ("7", "", 1)


def test_a_copy_of_a_database_with_a_log_is_read_and_nothing_made_beside_it(
    database, tmp_path
):
    path = database([(1, "/tea/", "Tea")], [comment(1)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()

    [found] = Isso(path)

    assert len(found.comments) == 1
    assert [each.name for each in tmp_path.glob("comments.db*")] == ["comments.db"]


def test_damaged_names_are_refused_like_all_other_damage(database):
    path = database([(1, "/tea/", "Tea")], [comment(1)])
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE threads", b"\x9a" * 20))

    with pytest.raises(Unreadable, match="line 1"):
        list(Isso(path))
