"""An export from its first to its last line. Whoever runs it holds one state of the
database meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ....accounts.models import User
from ....database import session
from ....posts.models import Category, Series, Tag
from ....security import absolute_url
from ....site.models import MenuItem
from ....site.queries import settings
from ...importing import ours
from . import elements, files, menus, old, queries
from .elements import Meta, element, group
from .numbers import Numbers, numbers
from .posts import Beside, Posts

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"
 xmlns:recto="urn:recto:export">
<channel>
"""
_TAIL = "</channel>\n</rss>\n"


def written(now: datetime) -> Iterator[str]:
    """The whole file, in pieces."""
    site = settings()
    zone = ZoneInfo(site.timezone)
    yield _HEAD
    yield from _channel(now)
    people = queries.users()
    logins = {user.id: user.name for user in people}
    numbered = numbers()
    yield from _people(people, numbered)
    entries = queries.entries()
    yield from _terms(numbered, entries)
    session.expunge_all()  # what was written is not held
    for page in queries.files():
        paths = queries.old_paths("media_id", [file.id for file in page])
        for file in page:
            old_ones = paths.get(file.id, ())
            yield files.written(file, old_ones, numbered, logins, zone)
    posts = Posts(numbered, logins, zone, now)
    for some in queries.posts():
        ids = [post.id for post in some]
        beside = Beside(
            queries.old_paths("post_id", ids),
            queries.notes(ids),
            queries.Talk(ids),
        )
        for post in some:
            yield from posts.written(post, beside)
    yield from menus.written(entries, numbered)
    yield _TAIL


def _channel(now: datetime) -> Iterator[str]:
    site = settings()
    address = absolute_url("")
    yield element("title", elements.words(site.title))
    yield element("link", address)
    yield element("description", elements.words(site.tagline))
    yield element("pubDate", elements.feed_date(now))
    yield element("language", site.language)
    yield "<wp:wxr_version>1.2</wp:wxr_version>\n"
    yield element("wp:base_site_url", address)
    yield element("wp:base_blog_url", address)
    yield element("generator", "Recto")


def _people(people: Iterable[User], numbered: Numbers) -> Iterator[str]:
    paths = queries.old_paths("user_id")
    for user in people:
        said = [
            element("wp:author_id", numbered.users[user.id]),
            element("wp:author_login", user.name),
            element("wp:author_email", user.email or ""),
            element("wp:author_display_name", elements.words(user.display_name)),
            element("wp:author_first_name"),
            element("wp:author_last_name"),
        ]
        # WordPress has no fields of people in an export.
        told = {"slug": user.slug, "url": user.url, "bio": user.bio}
        for name, value in {**told, "links": user.links}.items():
            said += _own(name, value)
        for path in paths.get(user.id, ()):
            said += _own("old_path", old.quoted(path))
        yield group("wp:author", said)


def _own(name: str, value: str) -> list[str]:
    attribute = elements.attribute("name", name)
    return [element("recto:meta", value, attribute)] if value else []


def _terms(numbered: Numbers, entries: Sequence[MenuItem]) -> Iterator[str]:
    yield from _categories(numbered)
    paths = queries.old_paths("tag_id")
    for tag in queries.tags():
        said = [
            element("wp:term_id", numbered.tags[tag.id]),
            element("wp:tag_slug", elements.slug(tag.slug)),
            *_described("wp:tag_name", "wp:tag_description", tag),
            *elements.metas("term", old.metas(paths.get(tag.id, ()))),
        ]
        yield group("wp:tag", said)
    paths = queries.old_paths("series_id")
    for each in queries.series():
        fields = old.metas(paths.get(each.id, ()))
        number, slug = numbered.series[each.id], elements.slug(each.slug)
        names = _described("wp:term_name", "wp:term_description", each)
        yield _term(ours.SERIES, number, slug, names, fields)
    used = {entry.menu for entry in entries}
    for menu, number in numbered.menus.items():
        if menu in used:
            name = element("wp:term_name", menus.NAMES[menu])
            yield _term("nav_menu", number, menu, [name], ())


def _categories(numbered: Numbers) -> Iterator[str]:
    categories = queries.categories()
    slugs = {each.id: elements.slug(each.slug) for each in categories}
    paths = queries.old_paths("category_id")
    for each in categories:
        said = [
            element("wp:term_id", numbered.categories[each.id]),
            element("wp:category_nicename", slugs[each.id]),
            element("wp:category_parent", slugs.get(each.parent_id or 0, "")),
            *_described("wp:cat_name", "wp:category_description", each),
            *elements.metas("term", old.metas(paths.get(each.id, ()))),
        ]
        yield group("wp:category", said)


def _term(
    taxonomy: str, number: int, slug: str, names: Iterable[str], fields: Iterable[Meta]
) -> str:
    said = [
        element("wp:term_id", number),
        element("wp:term_taxonomy", taxonomy),
        element("wp:term_slug", slug),
        element("wp:term_parent"),
        *names,
        *elements.metas("term", fields),
    ]
    return group("wp:term", said)


def _described(
    name: str, description: str, term: Category | Tag | Series
) -> Iterator[str]:
    yield element(name, elements.words(term.name))
    yield element(description, elements.words(term.description))
