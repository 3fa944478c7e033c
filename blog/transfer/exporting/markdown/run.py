"""The course of an export to Markdown. It reads only, and one state of the database."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ....media.models import MediaItem
from ....media.store import store
from ....posts.models import Kind, Post
from ....site.models import Redirect
from ....site.queries import settings
from . import lists, names, queries, remarks, site, texts

# The file that says what the folder is.
SITE = "recto.json"
MEDIA = "media.json"

# Told after every portion: how many more texts are written.
Advance = Callable[[int], None]


@dataclass
class Report:
    """What was written. ``missing`` are files that the library has lost."""

    posts: int = 0
    pages: int = 0
    comments: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


def write(
    folder: Path, address: str, now: datetime, advance: Advance, *, with_origins: bool
) -> Report:
    """Write the site at ``address`` to an empty folder.

    ``with_origins``: also from which network addresses and with which browsers comments
    were sent.

    :raise OSError: if something cannot be written
    """
    report = Report()
    lists.write_object(folder / SITE, site.site(settings(), address))
    report.files = lists.write(folder / MEDIA, _files(folder, report))
    pages = names.Pages(queries.page_tree())
    for portion in queries.posts():
        ids = [post.id for post in portion]
        discussed = queries.with_comments(ids)
        aliases = queries.old_addresses(Redirect.post_id, ids)
        for post in portion:
            path = _place(folder, pages, post)
            text = texts.text(post, aliases.get(post.id, ()), now)
            path.with_name(path.name + texts.ENDINGS[post.format]).write_bytes(text)
            if post.id in discussed:
                report.comments += _comments(path, post.id, with_origins)
            if post.kind == Kind.PAGE:
                report.pages += 1
            else:
                report.posts += 1
        advance(len(portion))
    return report


def _place(folder: Path, pages: names.Pages, post: Post) -> Path:
    """Where the file of a post goes, without an ending."""
    if post.kind == Kind.PAGE:
        path = names.free(folder / "pages", pages.of_page(post.id), post.id)
    else:
        at = post.published_at
        day = at.astimezone(ZoneInfo(settings().timezone)).date() if at else None
        path = names.free(
            folder / "posts", names.of_post(post.slug, post.id, day), post.id
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _comments(path: Path, post_id: int, with_origins: bool) -> int:
    """Write the comments beside the text; how many they are."""
    return lists.write(
        path.with_name(f"{path.name}.comments.json"),
        (
            remarks.remark(comment, with_origin=with_origins)
            for comment in queries.comments(post_id)
        ),
    )


def _files(folder: Path, report: Report) -> Iterator[dict[str, Any]]:
    """Copy the files of the library, and give the entries of their list."""
    for item, fields in site.files():
        target = folder / fields["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(item, target)
        except FileNotFoundError:
            report.missing.append(fields["path"])
        yield fields


def _copy(item: MediaItem, target: Path) -> None:
    with store().open(item.digest) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file)
