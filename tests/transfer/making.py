"""Exports made for one test, and what it takes to move them in."""

import itertools
import json
import sqlite3
from html import escape

from blog.database import session
from blog.posts.models import Post

_numbers = itertools.count(1)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
TAIL = "</channel>\n</rss>\n"
SITE = {
    "title": "The Old Site",
    "link": "https://old.example",
    "description": "Where it all began",
    "language": "en-US",
    "wp:wxr_version": "1.2",
    "wp:base_site_url": "https://old.example",
    "wp:base_blog_url": "https://old.example",
}


def element(name, text, attributes=""):
    return f"<{name}{attributes}>{escape(str(text), quote=False)}</{name}>\n"


def author(login, **values):
    number = next(_numbers)
    values = {
        "author_id": number,
        "author_login": login,
        "author_email": f"{login}@old.example.org",
        "author_display_name": login.title(),
    } | {f"author_{key}": value for key, value in values.items()}
    return _wrapped("wp:author", {f"wp:{k}": v for k, v in values.items()})


def category(slug, *, parent="", name=None, id=None, description=""):
    return _wrapped(
        "wp:category",
        {
            "wp:term_id": next(_numbers) if id is None else id,
            "wp:category_nicename": slug,
            "wp:category_parent": parent,
            "wp:cat_name": slug.title() if name is None else name,
            "wp:category_description": description,
        },
    )


def tag(slug, *, name=None, id=None):
    return _wrapped(
        "wp:tag",
        {
            "wp:term_id": next(_numbers) if id is None else id,
            "wp:tag_slug": slug,
            "wp:tag_name": slug.title() if name is None else name,
        },
    )


def term(taxonomy, slug, **values):
    values = {"term_taxonomy": taxonomy, "term_slug": slug, "term_name": slug} | values
    return _wrapped("wp:term", {f"wp:{k}": v for k, v in values.items()})


def item(*, filed=(), comments=(), meta=(), **values):
    """A published post of May 2020; values by WordPress's names without prefixes."""
    number = values.get("post_id", next(_numbers) + 1000)
    name = values.get("post_name", f"post-{number}")
    values = {
        "title": f"Post {number}",
        "link": f"https://old.example/2020/05/{name}/",
        "creator": "ada",
        "guid": f"https://old.example/?p={number}",
        "encoded": "<p>Some words.</p>",
        "excerpt": "",
        "post_id": number,
        "post_date": "2020-05-04 12:00:00",
        "post_date_gmt": "2020-05-04 12:00:00",
        "post_name": name,
        "status": "publish",
        "post_type": "post",
        "post_parent": 0,
        "menu_order": 0,
        "comment_status": "open",
        "post_password": "",
        "is_sticky": 0,
    } | values
    names = {
        "title": "title",
        "link": "link",
        "guid": "guid",
        "pubDate": "pubDate",
        "creator": "dc:creator",
        "encoded": "content:encoded",
        "excerpt": "excerpt:encoded",
    }
    text = "<item>\n"
    for key, value in values.items():
        if value is not None:
            text += element(names.get(key, f"wp:{key}"), value)
    for taxonomy, slug, label in filed:
        attributes = f' domain="{taxonomy}"'
        attributes += f' nicename="{escape(slug)}"' if slug else ""
        text += element("category", label, attributes)
    text += _meta("post", meta)
    return text + "".join(comments) + "</item>\n"


def page(**values):
    number = values.setdefault("post_id", next(_numbers) + 1000)
    name = values.setdefault("post_name", f"page-{number}")
    values.setdefault("link", f"https://old.example/{name}/")
    return item(post_type="page", **values)


def comment(*, meta=(), **values):
    number = next(_numbers) + 5000
    values = {
        "id": number,
        "author": "Grace",
        "author_email": "grace@old.example.org",
        "author_url": "",
        "author_IP": "192.0.2.7",
        "date": "2020-05-05 08:00:00",
        "date_gmt": "2020-05-05 08:00:00",
        "content": f"Remark {number}.",
        "approved": "1",
        "type": "comment",
        "parent": 0,
        "user_id": 0,
    } | values
    fields = "".join(element(f"wp:comment_{k}", v) for k, v in values.items())
    return f"<wp:comment>\n{fields}{_meta('comment', meta)}</wp:comment>\n"


def export(*records, channel=()):
    """The text of an export with these records in it."""
    said = "".join(element(k, v) for k, v in (SITE | dict(channel)).items())
    return HEAD + said + "".join(records) + TAIL


def _wrapped(name, values):
    return f"<{name}>\n{''.join(element(k, v) for k, v in values.items())}</{name}>\n"


def _meta(of, pairs):
    return "".join(
        f"<wp:{of}meta>{element('wp:meta_key', key)}"
        f"{element('wp:meta_value', value)}</wp:{of}meta>\n"
        for key, value in pairs
    )


class Importer:
    """Moves exports into the site of one test."""

    def __init__(self, app, folder):
        self.app = app
        self.folder = folder
        self.database = app.config["INSTANCE"] / "blog.sqlite"

    def file(self, *records, channel=()):
        path = self.folder / "export.xml"
        path.write_text(export(*records, channel=channel), "utf-8")
        return path

    def run(self, path, *options, of="wordpress"):
        """What the command answers."""
        return self.app.test_cli_runner().invoke(
            args=["import", of, str(path), *map(str, options)]
        )

    def take(self, path, *options, of="wordpress"):
        """The report on a file that can be read; its numbers add up."""
        written = self.folder / "report.json"
        result = self.run(path, "--report", str(written), *options, of=of)
        assert result.exit_code == 0, (result.output, result.exception)
        report = json.loads(written.read_text("utf-8"))
        for kind, count in report["kinds"].items():
            in_file = count.pop("in_file")
            assert in_file == sum(count.values()), kind
            count["in_file"] = in_file
            skipped = [each for each in report["skipped"] if each["kind"] == kind]
            assert len(skipped) == count["skipped"], kind
        return report

    def records(self, *records, channel=()):
        """The report on an export of these records."""
        return self.take(self.file(*records, channel=channel))

    def dump(self):
        """Everything in the database."""
        connection = sqlite3.connect(self.database)
        try:
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            return list(connection.iterdump())
        finally:
            connection.close()


def outcomes(report, kind):
    """The numbers of a kind that are not zero, but for ``in_file``."""
    count = report["kinds"][kind]
    return {name: n for name, n in count.items() if n and name != "in_file"}


def titled(title):
    """The one post or page of that title."""
    return session.query(Post).filter_by(title=title).one()
