"""What an export holds, read without our own code: what a walk is held against."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

WALKED = (
    "theme-unit-test.xml",
    "theme-test-data-ja.xml",
    "real-cc-labs-en.xml",
    "real-bitcoinfrance-fr.xml",
    "real-andrea-en.xml",
)
REPORTED = {"post_tag": "tag", "nav_menu_item": "menu_item"}
# Words in a row that are compared, to find what leaked.
RUN = 6


def local(tag):
    return tag.rpartition("}")[2]


def text(element, name):
    return next(
        ((each.text or "").strip() for each in element if local(each.tag) == name), ""
    )


def words(html):
    """The words of a piece of HTML, in order."""
    bare = re.sub(
        r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]*>", " ", html, flags=re.S
    )
    return re.findall(r"\w+", unescape(bare).casefold())


def every_word(html):
    """The words of a piece of HTML and of its tags, as a feed holds them."""
    return re.findall(r"\w+", unescape(html).casefold())


def runs(all_words):
    """Every few words in a row."""
    return {" ".join(all_words[n : n + RUN]) for n in range(len(all_words) - RUN + 1)}


class Comment:
    def __init__(self, element):
        self.id = text(element, "comment_id")
        self.parent = text(element, "comment_parent")
        self.type = text(element, "comment_type") or "comment"
        self.is_approved = text(element, "comment_approved") == "1"
        self.content = text(element, "comment_content")


class Item:
    def __init__(self, element):
        self.type = text(element, "post_type") or "post"
        self.id = text(element, "post_id")
        self.title = text(element, "title")
        self.link = text(element, "link")
        self.guid = text(element, "guid")
        self.status = text(element, "status")
        self.password = text(element, "post_password")
        self.excerpt = next(
            (each.text or "" for each in element if "excerpt/}" in each.tag), ""
        )
        self.content = next(
            (each.text or "" for each in element if "content/}" in each.tag), ""
        )
        stamp = text(element, "post_date_gmt")
        if stamp.startswith("0000"):
            stamp = text(element, "post_date")
        self.at = datetime.fromisoformat(stamp).replace(tzinfo=UTC) if stamp else None
        self.comments = [
            Comment(each) for each in element if local(each.tag) == "comment"
        ]

    @property
    def is_public(self):
        return (
            self.type in ("post", "page")
            and self.status == "publish"
            and self.at <= datetime.now(UTC)
        )

    @property
    def path(self):
        """The old address on the old host."""
        parts = urlsplit(self.link)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path

    @property
    def words(self):
        return words(f"{self.content} {self.excerpt}")

    def thread(self):
        """The id of each approved comment, and of the approved one it answers."""
        shown = {c.id: c for c in self.comments if c.is_approved}
        talk = {id: c for id, c in shown.items() if c.type == "comment"}
        return {
            id: (c.parent if id in talk and c.parent in talk else None)
            for id, c in shown.items()
        }


class Export:
    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.items = [Item(each) for each in self.root.iter("item")]

    @property
    def posts(self):
        """Public posts, the oldest first."""
        found = [i for i in self.items if i.is_public and i.type == "post"]
        return sorted(found, key=lambda item: (item.at, int(item.id or 0)))

    @property
    def pages(self):
        return [i for i in self.items if i.is_public and i.type == "page"]

    def counts(self):
        """How many there are of each kind of the report."""
        found = Counter()
        for element in self.root.iter():
            name = local(element.tag)
            if element.tag == "item":
                found[text(element, "post_type") or "post"] += 1
            elif name == "comment" and element.tag != name:
                found["comment"] += 1
            elif name in ("author", "category", "tag") and element.tag != name:
                found[name] += 1
            elif name == "term" and element.tag != name:
                found[text(element, "term_taxonomy")] += 1
        merged = Counter()
        for name, number in found.items():
            merged[REPORTED.get(name, name)] += number
        return merged

    def secrets(self):
        """Runs of words, by item, that stand in nothing that is public."""
        hidden, shown = [], set()
        for item in self.items:
            if item.type not in ("post", "page"):
                continue
            open_comments = item.is_public and not item.password
            if open_comments:
                shown |= runs(item.words) | runs(every_word(item.content))
            else:
                hidden.append((item.id, item.words))
            for comment in item.comments:
                if open_comments and comment.is_approved:
                    shown |= runs(words(comment.content))
                    shown |= runs(every_word(comment.content))
                else:
                    hidden.append((f"comment {comment.id}", words(comment.content)))
        found = defaultdict(set)
        for name, all_words in hidden:
            found[name] |= runs(all_words) - shown
        return {name: each for name, each in found.items() if each}


def old_path(link):
    """A link as people compare it: decoded, without host and last slash."""
    parts = urlsplit(link)
    return unquote(parts.path).rstrip("/") + (f"?{parts.query}" if parts.query else "")
