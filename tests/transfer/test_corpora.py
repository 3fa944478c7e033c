"""Every export that we have goes in twice; the second time changes nothing."""

import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from blog.comments.models import Comment, Kind, Status
from blog.database import session
from blog.posts.models import Post
from tests.corpora import files
from tests.transfer.making import outcomes

REFUSED = {"importer-malformed.xml": "line 90"}
NAMES = {"nav_menu_item": "menu_item", "post_tag": "tag"}
WORDPRESS = re.compile(r"\{https?://wordpress\.org/export/[^/}]+/\}")


@pytest.mark.parametrize("path", files("wxr", "*.xml"), ids=lambda path: path.stem)
def test_every_export_goes_in_once(db, importer, path):
    if path.name in REFUSED:
        before = importer.dump()
        result = importer.run(path)
        assert result.exit_code == 1
        assert REFUSED[path.name] in result.output
        assert importer.dump() == before
        return

    first = importer.take(path)
    expected = counted(path)
    if expected is not None:
        kinds = first["kinds"].items()
        assert {kind: n["in_file"] for kind, n in kinds if n["in_file"]} == expected
    for kind in ("author", "category", "tag", "post", "page", "comment"):
        # An item that stands twice is the only reason to leave anything of these out.
        reasons = {each["reason"] for each in first["skipped"] if each["kind"] == kind}
        assert reasons <= {"repeated", "not taken yet"}, kind
        assert set(outcomes(first, kind)) <= {"imported", "skipped"}

    conversations_add_up(first)
    before = importer.dump()
    second = importer.take(path)
    assert importer.dump() == before
    for kind, count in first["kinds"].items():
        expected = {"unchanged": count["imported"], "skipped": count["skipped"]}
        assert outcomes(second, kind) == {k: n for k, n in expected.items() if n}


def counted(path):
    """How many there are of each kind, or ``None`` where the file is no XML."""
    try:
        channel = ElementTree.parse(path).getroot().find("channel")
    except ElementTree.ParseError:
        return None
    found = Counter()
    for child in channel:
        name = WORDPRESS.sub("wp:", child.tag)
        inside = {}
        for each in child:
            inside.setdefault(WORDPRESS.sub("wp:", each.tag), each.text or "")
        if name == "item":
            found[inside.get("wp:post_type", "") or "post"] += 1
            tags = (WORDPRESS.sub("wp:", each.tag) for each in child)
            found["comment"] += sum(tag == "wp:comment" for tag in tags)
        elif name in ("wp:author", "wp:category", "wp:tag"):
            found[name[3:]] += 1
        elif name == "wp:term":
            found[inside["wp:term_taxonomy"]] += 1
    merged = Counter()
    for name, number in found.items():
        merged[NAMES.get(name, name)] += number
    return dict(+merged)


def conversations_add_up(report):
    """Every comment that was taken is there, and the numbers at posts and threads are
    those of what is read.
    """
    kinds = report["kinds"]
    taken = kinds.get("comment", {"imported": 0})["imported"]
    rows = session.execute(
        select(Comment.id, Comment.post_id, Comment.root_id, Comment.status)
    ).all()
    assert len(rows) == taken
    read = [row for row in rows if row.status == Status.APPROVED]
    by_post = Counter(row.post_id for row in read)
    by_thread = Counter(row.root_id or row.id for row in read)
    posts = session.execute(select(Post.id, Post.comment_count))
    assert {row.id: row.comment_count for row in posts if row.comment_count} == by_post
    threads = select(Comment.id, Comment.thread_count).where(
        Comment.kind == Kind.COMMENT, Comment.thread_count > 0
    )
    mentions = set(
        session.scalars(select(Comment.id).where(Comment.kind != Kind.COMMENT))
    )
    assert dict(map(tuple, session.execute(threads))) == {
        id: number for id, number in by_thread.items() if id not in mentions
    }
