"""The judges of feeds and sitemaps: the schemas of the formats, and a feed reader.

``check_feeds(client)`` asks them about every feed and sitemap that a site leads to.
"""

import json
import random
import re
import warnings
from functools import cache, lru_cache
from urllib.parse import urlsplit

import feedparser
import jsonschema
import lxml.html
from lxml import etree
from referencing import Registry, Resource

from blog.feeds.portable import iri
from tests.corpora import corpus

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SUFFIXES = ("feed/", "feed/atom/", "feed.json")
MEDIA_TYPES = dict(
    zip(
        SUFFIXES,
        ("application/rss+xml", "application/atom+xml", "application/feed+json"),
        strict=True,
    )
)
ASKED_TWICE = 60
# Most posts have no comments; the feeds of so many are seen in every format.
EMPTY_ONES = 20
# What XML 1.0 cannot hold; JSON could, but nobody wants it.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DATE_ARCHIVE = re.compile(r"/[0-9]{4}/(?:[0-9]{2}/)?")


# One document


@cache
def atom_schema():
    return etree.RelaxNG(etree.parse(str(corpus("web-formats") / "atom.rng")))


@cache
def sitemap_schema(name):
    return etree.XMLSchema(etree.parse(str(corpus("web-formats") / f"{name}.xsd")))


@cache
def json_schema():
    folder = corpus("web-formats")
    first, second = (
        json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("feed-1", "feed")
    )
    return jsonschema.Draft4Validator(
        second,
        registry=Registry().with_resource(
            "https://json.schemastore.org/feed-1", Resource.from_contents(first)
        ),
        format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER,
    )


@lru_cache(maxsize=8)
def parsed(text):
    """What a feed reader makes of an RSS or Atom feed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the reader's own code
        return feedparser.parse(text.encode())


def feed_problems(text, suffix, shared=()):
    """What is wrong with a feed in the format of ``suffix``, a sentence each."""
    if suffix == "feed.json":
        return json_problems(text, shared)
    found = [f"holds {each!r}" for each in ILLEGAL.findall(text)]
    try:
        document = etree.fromstring(text.encode())
    except etree.XMLSyntaxError as error:
        return [*found, f"no XML: {error}"]
    if suffix == "feed/atom/" and not atom_schema().validate(document):
        found += [str(error) for error in atom_schema().error_log]
    feed = parsed(text)
    if feed.bozo:
        found.append(f"the feed reader stumbles: {feed.bozo_exception!r}")
    version = {"feed/": "rss20", "feed/atom/": "atom10"}[suffix]
    if feed.version != version:
        found.append(f"read as {feed.version!r}")
    for entry in feed.entries:
        for name in ("id", "link", "title", "author", "published_parsed"):
            if not entry.get(name):
                found.append(f"an entry without {name}: {entry.get('link')}")
    return found + id_problems([entry.get("id") for entry in feed.entries], shared)


def json_problems(text, shared=()):
    try:
        document = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    found = [
        f"{error.json_path}: {error.message}"
        for error in json_schema().iter_errors(document)
    ]
    ids = [item.get("id") for item in document.get("items", ())]
    return found + id_problems(ids, shared)


def id_problems(ids, shared=()):
    return [
        f"the id {each!r} stands twice"
        for each in {*ids} - {*shared}
        if ids.count(each) > 1
    ]


def sitemap_problems(text):
    """What is wrong with a sitemap or an index of sitemaps."""
    document = etree.fromstring(text.encode())
    name = "siteindex" if document.tag == f"{SITEMAP}sitemapindex" else "sitemap"
    schema = sitemap_schema(name)
    return [] if schema.validate(document) else [str(e) for e in schema.error_log]


def places(text):
    """The addresses in a sitemap or an index."""
    return [each.text for each in etree.fromstring(text.encode()).iter(f"{SITEMAP}loc")]


# A whole site


def check_feeds(client, *, shared=(), at_most=None):
    """Visit what a site's sitemap and feeds lead to, and every feed and sitemap of it,
    or ``at_most`` so many, from all over it.

    All must be valid, and say in each format the same; the first ``ASKED_TWICE`` must
    answer a second time with 304. Only the ``shared`` ids may belong to two posts.
    What they hold comes back: ``{path: text}``.
    """
    site = Site(client, shared)
    site.visit_sitemaps()
    site.visit_page(site.waiting.pop(0))  # home
    anywhere = random.Random(1)
    while site.waiting and (at_most is None or len(site.documents) < at_most):
        site.visit_page(site.waiting.pop(anywhere.randrange(len(site.waiting))))
    assert site.problems == []
    return site.documents


class Site:
    def __init__(self, client, shared=()):
        self.client = client
        self.shared = {iri(each) for each in shared} | {*shared}
        self.documents = {}
        self.problems = []
        self.empty = 0
        self.waiting = ["/"]
        self._seen = {"/"}

    def visit_sitemaps(self):
        text = self._document("/sitemap.xml", "application/xml")
        self._note("/sitemap.xml", sitemap_problems(text))
        found = places(text)
        if f"{SITEMAP}sitemapindex" == etree.fromstring(text.encode()).tag:
            parts, found = found, []
            for part in parts:
                text = self._document(path_of(part), "application/xml")
                self._note(path_of(part), sitemap_problems(text))
                found += places(text)
        for url in found:
            self._wait(path_of(url))

    def visit_page(self, path):
        # The address of a comment leads to where it stands.
        answer = self.client.get(path, follow_redirects=path.startswith("/c/"))
        if answer.status_code != 200:
            self._note(path, [f"answers {answer.status_code}"])
            return
        page = lxml.html.document_fromstring(answer.text)
        for link in page.iterfind(".//link[@rel='alternate']"):
            if link.get("type") in MEDIA_TYPES.values():
                self._visit_feed(link.get("href"))
        for link in page.iterfind(".//a[@href]"):
            if DATE_ARCHIVE.fullmatch(link.get("href")):
                self._wait(link.get("href"))

    def _visit_feed(self, path):
        base = re.sub("feed/(atom/)?$|feed[.]json$", "", path)
        if f"{base}feed/" in self.documents:
            return
        ids = set()
        for suffix, media_type in MEDIA_TYPES.items():
            text = self._document(base + suffix, media_type)
            self._note(base + suffix, feed_problems(text, suffix, self.shared))
            if suffix == "feed.json":
                entries = json.loads(text)["items"]
                ids.add(tuple(iri(entry["id"]) for entry in entries))
                links = [entry["url"] for entry in entries]
            else:
                entries = parsed(text).entries
                ids.add(tuple(iri(entry.id) for entry in entries))
                links = [entry.link for entry in entries]
            for link in links:
                self._wait(path_of(link))
            if not links and suffix == "feed/":
                self.empty += 1
                if self.empty > EMPTY_ONES:
                    return
        if len(ids) > 1:
            self._note(base, [f"its formats name their entries differently: {ids}"])

    def _document(self, path, media_type):
        answer = self.client.get(path)
        self.documents[path] = answer.text
        if answer.content_type != f"{media_type}; charset=utf-8":
            self._note(path, [f"is {answer.content_type}"])
        if answer.status_code != 200:
            self._note(path, [f"answers {answer.status_code}"])
        if len(self.documents) <= ASKED_TWICE:
            self._ask_again(path, answer)
        return answer.text

    def _ask_again(self, path, answer):
        again = self.client.get(
            path,
            headers={
                name: answer.headers[validator]
                for name, validator in (
                    ("If-None-Match", "ETag"),
                    ("If-Modified-Since", "Last-Modified"),
                )
                if validator in answer.headers
            },
        )
        if again.status_code != 304:
            self._note(path, [f"answers {again.status_code} when asked again"])

    def _note(self, path, problems):
        self.problems += [f"{path}: {problem}" for problem in problems]

    def _wait(self, path):
        if path not in self._seen:
            self._seen.add(path)
            self.waiting.append(path)


def path_of(url):
    return urlsplit(url).path
