"""The demonstration: a small paper from a harbour town that fills an empty site, so
that its first page is worth looking at. The texts lie in ``demo_posts``.
"""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ..accounts.models import Role, User
from ..comments import counts, drafts
from ..comments.models import Comment
from ..comments.models import Status as CommentStatus
from ..database import session, write_transaction
from ..posts import publishing, queries
from ..posts.models import Category, Kind, Post
from ..posts.terms import terms
from ..site.queries import settings
from ..text.sanitizer import POLICY_VERSION, Format

TEXTS = Path(__file__).with_name("demo_posts")
MAIL_HOST = "saltmere.example"  # reserved: no mail ever arrives there
UNNAMED = "A new publication"  # what a new database says of itself
# Pages are older than every post.
PAGES_DAYS = 430
LATEST_COMMENT = timedelta(minutes=20)
APPROVED_REASON = "Approved by Mina Harkness."
SHOWN_DEPTH = 7

Facts = dict[str, Any]


class Written(NamedTuple):
    """A post or page of the demonstration, rendered and ready to be stored."""

    facts: Facts
    kind: Kind
    content: publishing.Content


class Said(NamedTuple):
    """A comment of the demonstration, rendered and ready to be stored."""

    facts: Facts
    content: drafts.Content


def fill(now: datetime) -> int:
    """Write the demonstration into the database, once; the number of posts and pages.

    Its people cannot log in. Everything is dated back from ``now``.
    """
    publication = tomllib.loads((TEXTS / "publication.toml").read_text("utf-8"))
    names = {each["slug"]: each["name"] for each in publication["authors"]}
    written = [_written(facts, Kind.PAGE) for facts in publication["pages"]]
    written += [_written(facts, Kind.POST) for facts in publication["posts"]]
    said = [_said(facts, names) for facts in publication["comments"]]
    with write_transaction():
        _name_the_site(publication["site"])
        authors = {each["slug"]: _author(each, now) for each in publication["authors"]}
        categories = _categories(publication["categories"])
        posts: dict[str, Post] = {}
        for each in written:
            posts[each.facts["slug"]] = _store(each, authors, categories, posts, now)
        _store_comments(said, posts, authors, now)
    return len(written)


def _written(facts: Facts, kind: Kind) -> Written:
    file = next(TEXTS.glob(f"{facts['slug']}.*"))
    content = publishing.prepare(
        title=facts["title"],
        source=file.read_text("utf-8"),
        format=Format.HTML if file.suffix == ".html" else Format.MARKDOWN,
        excerpt=facts.get("excerpt", ""),
    )
    return Written(facts, kind, content)


def _said(facts: Facts, names: dict[str, str]) -> Said:
    user = facts.get("user")
    content = drafts.prepare(
        author=names[user] if user else facts["author"],
        email=_email(user or facts["name"].rstrip("0123456789")),
        url=facts.get("url", ""),
        source=facts["text"].strip(),
        names_required=False,
    )
    return Said(facts, content)


def _email(name: str) -> str:
    return f"{name}@{MAIL_HOST}"


def _name_the_site(facts: Facts) -> None:
    """Give the site the paper's name, unless its owner has named it."""
    site = settings()
    if site.title == UNNAMED:
        site.title, site.tagline = facts["title"], facts["tagline"]
        site.language = facts["language"]
    site.thread_comments_depth = max(site.thread_comments_depth, SHOWN_DEPTH)


def _author(facts: Facts, now: datetime) -> User:
    author = queries.author_named(facts["slug"])
    if author is None:
        author = User(
            name=facts["slug"],
            display_name=facts["name"],
            slug=facts["slug"],
            email=_email(facts["slug"]),
            bio=facts["bio"],
            role=Role(facts["role"]),
            created_at=now,
        )
        session.add(author)
        session.flush()
    return author


def _categories(rows: list[Facts]) -> dict[str, Category]:
    made: dict[str, Category] = {}
    for facts in rows:
        category = queries.category_named(facts["slug"]) or terms.make_category(
            facts["name"],
            slug=facts["slug"],
            parent=made.get(facts.get("parent", "")),
            description=facts["description"],
        )
        session.flush()  # those below it need its id
        made[facts["slug"]] = category
    return made


def _store(
    written: Written,
    authors: dict[str, User],
    categories: dict[str, Category],
    posts: dict[str, Post],
    now: datetime,
) -> Post:
    facts = written.facts
    at = _moment(facts, now)
    post = publishing.compose(
        authors[facts["author"]], written.kind, written.content, min(at, now)
    )
    post.slug = facts["slug"]
    if "parent" in facts:
        post.parent_id = posts[facts["parent"]].id
    session.flush()
    post.file_under(
        [categories[slug] for slug in facts.get("categories", ())],
        terms.tags_named(facts.get("tags", ())),
    )
    if facts.get("status") != "draft":
        publishing.publish(post, at)
    return post


def _moment(facts: Facts, now: datetime) -> datetime:
    """When a post came out, or will."""
    hour, minute = map(int, facts.get("at", "12:00").split(":"))
    day = now - timedelta(days=facts.get("days", PAGES_DAYS))
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _store_comments(
    said: list[Said], posts: dict[str, Post], authors: dict[str, User], now: datetime
) -> None:
    made: dict[str, Comment] = {}
    for facts, content in said:
        post = posts[facts["post"]]
        answered = made.get(facts.get("to", ""))
        author = authors.get(facts.get("user", ""))
        comment = Comment(
            post_id=post.id,
            parent_id=answered.id if answered else None,
            user_id=author.id if author else None,
            status=CommentStatus(facts.get("status", CommentStatus.APPROVED)),
            reason=facts.get("reason", APPROVED_REASON),
            author=content.author,
            email=content.email,
            url=content.url,
            source=content.source,
            html=content.html,
            folded=content.digest,
            policy_version=POLICY_VERSION,
            created_at=_said_at(post, facts["hours"], now),
        )
        session.add(comment)
        session.flush()  # those who answer it need its id
        made[facts["name"]] = comment
    for post_id in {comment.post_id for comment in made.values()}:
        counts.rebuild(post_id)


def _said_at(post: Post, hours: int, now: datetime) -> datetime:
    assert post.published_at is not None  # noqa: S101  only public posts are answered
    return min(post.published_at + timedelta(hours=hours), now - LATEST_COMMENT)
