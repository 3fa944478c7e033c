"""The first pass over an export: what is in it, without holding any of its texts.

What the second pass needs to know beforehand stands here: people and terms, which item
is the last of its key, which numbers and slugs are used, and how addresses were made.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from ...posts import permalinks
from ...posts.models import Category, Kind, Tag
from ...text import slugs, wordpress
from .. import records
from . import addresses, identities, ours, readings, zones
from .identities import Key

# By WordPress's name: what is taken.
TAXONOMIES: dict[str, type[Category] | type[Tag]] = {
    "category": Category,
    "post_tag": Tag,
}
TAKEN = frozenset(Kind)
ATTACHMENT = "attachment"
# A menu is a term, and its entries are items.
MENU, MENU_ITEM = "nav_menu", "nav_menu_item"
# What looks like a way to file posts, and says something else of them: what they look
# like, who wrote them as well (the plugin Co-Authors Plus).
FORMAT, CO_AUTHOR = "post_format", "author"
# Neither filed nor read by anybody.
NO_TAXONOMIES = frozenset(
    {MENU, FORMAT, CO_AUTHOR, "link_category", "wp_theme", "wp_template_part_area"}
    | {"wp_pattern_category", "language", "post_translations", "term_language"}
    | {"term_translations"}
)
# What has a way of its own, and never becomes a page.
NEVER_KEPT = TAKEN | {ATTACHMENT, MENU_ITEM, "revision"}
# What WordPress keeps for itself, and what is no post of its own.
NOT_WRITTEN = frozenset({"auto-draft", "inherit"})
# Fields that are understood, and two that say who had the editor open.
_USED_FIELDS = frozenset(
    {"_wp_trash_meta_status", "_wp_trash_meta_time", "_wp_desired_post_slug"}
    | {"_wp_trash_meta_comments_status", "_edit_lock", "_edit_last"}
    | {"_thumbnail_id", "_wp_attached_file", "_wp_attachment_metadata"}
    | {"_wp_attachment_image_alt", "_wp_old_slug", "_wp_old_date"}
    | {"_yoast_wpseo_title", "_yoast_wpseo_metadesc", "_yoast_wpseo_canonical"}
    | {"_yoast_wpseo_opengraph-image-id", "_yoast_wpseo_opengraph-image"}
)
# WordPress keeps a field for each page that it once asked another site about.
_OEMBED = "_oembed_"
_MOST_FIELDS = 5_000
_MOST_HOSTS = 1_000
# Levels of categories and of pages. Nobody goes deeper; each level costs every reader.
DEEPEST = 50


class Mention(NamedTuple):
    """A category or tag as an item speaks of it."""

    taxonomy: str
    slug: str
    name: str


@dataclass
class Survey:
    """What an export holds. ``counts`` are by kind, as in the report."""

    kept: frozenset[str] = frozenset()  # the owner's own types that become pages
    channel: records.Channel = field(default_factory=records.Channel)
    counts: Counter[str] = field(default_factory=Counter)
    authors: list[records.Author] = field(default_factory=list)
    terms: list[records.Term] = field(default_factory=list)
    # Who and what posts and pages speak of, and on which line first.
    creators: dict[str, int] = field(default_factory=dict)
    mentions: dict[Mention, int] = field(default_factory=dict)
    has_series: bool = False  # as Recto writes them
    nobodys: int = 0  # posts and pages that name no author
    highest_post: int = 0
    highest_comment: int = 0
    # Where files lay, if not at the site itself; "www." is left out.
    file_hosts: set[str] = field(default_factory=set)
    shortcodes: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    votes: addresses.Votes = field(default_factory=addresses.Votes)
    clocks: zones.Clocks = field(default_factory=zones.Clocks)
    # By the number of a post, those of the files that were uploaded to it, with where
    # each stands among them.
    _uploaded: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _last: dict[bytes, int] = field(default_factory=dict)
    _public_slugs: set[bytes] = field(default_factory=set)
    _own_taxonomies: set[str] = field(default_factory=set)
    _category_paths: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """What the old site is known by."""
        return identities.site_of(self.channel)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts at which the old site answered, without "www."."""
        links = map(
            readings.link,
            (self.channel.link, self.channel.base_blog_url, self.channel.base_site_url),
        )
        return frozenset(bare(link.host) for link in links if link and link.host)

    @property
    def taxonomies(self) -> list[str]:
        """The ways in which its posts are filed; the usual ones first, used or not."""
        return [*TAXONOMIES, *sorted(self._own_taxonomies)]

    def zone(self) -> ZoneInfo | None:
        """The time zone of the old site; ``None`` if nothing tells."""
        if self.channel.timezone in available_timezones():
            return ZoneInfo(self.channel.timezone)
        name = self.clocks.zone(self.channel.language)
        return None if name is None else ZoneInfo(name)

    def holds(self, key: Key) -> bool:
        """Whether an item of that key is in the file."""
        return key.hash in self._last

    def is_last(self, key: Key, item: records.Item) -> bool:
        """Whether an item is the last of its key."""
        return self._last.get(key.hash) == item.line

    def kind_of(self, item: records.Item) -> Kind | None:
        """What an item becomes that somebody wrote; ``None`` for everything else."""
        if item.type in self.kept:
            return Kind.PAGE
        return Kind(item.type) if item.type in TAKEN else None

    def uploaded_to(self, number: str) -> list[str]:
        """The numbers of the files that were uploaded to a post, in their order."""
        return [str(id) for _, id in sorted(self._uploaded.get(number, ()))]

    def is_public_slug(self, kind: str, slug: str) -> bool:
        """Whether a published item of that kind has the slug."""
        return identities.hash_of(kind, slug) in self._public_slugs

    def take(self, record: records.Author | records.Term | records.Item) -> None:
        """Take in one record of the file."""
        match record:
            case records.Author():
                self.counts["author"] += 1
                self.authors.append(record)
            case records.Term():
                self.counts[kind_of_term(record.taxonomy)] += 1
                self.terms.append(record)
            case records.Item():
                self._take_item(record)

    def _take_item(self, item: records.Item) -> None:
        ours.unfold(item)
        self.has_series |= ours.is_ours(item)
        if item.type != records.ABSENT:
            self.counts[kind_of_item(item)] += 1
        self.counts["comment"] += len(item.comments)
        self._last[identities.of_item(item).hash] = item.line
        self._see_clocks(item)
        for comment in item.comments:
            self._see_clocks(comment)
        if self.kind_of(item) is not None and item.status not in NOT_WRITTEN:
            self._take_written(item)
        elif item.type == ATTACHMENT:
            self._take_file(item)

    def _take_file(self, item: records.Item) -> None:
        link = readings.link(item.attachment_url)
        if link and link.host and len(self.file_hosts) < _MOST_HOSTS:
            self.file_hosts.add(bare(link.host))
        number, parent = readings.number(item.id), readings.number(item.parent)
        if number is not None and parent is not None:
            place = (readings.position(item.menu_order), number)
            self._uploaded.setdefault(str(parent), []).append(place)
        self._count_fields(item)

    def _see_clocks(self, record: records.Item | records.Comment) -> None:
        gmt = readings.shown(record.date_gmt)
        self.clocks.see(readings.shown(record.date), gmt)

    def _take_written(self, item: records.Item) -> None:
        self.highest_post = max(self.highest_post, readings.number(item.id) or 0)
        for comment in item.comments:
            number = readings.number(comment.id) or 0
            self.highest_comment = max(self.highest_comment, number)
        if item.creator:
            self.creators.setdefault(item.creator, item.line)
        else:
            self.nobodys += 1
        if item.type == Kind.POST:
            for filed in item.filed:
                if filed.taxonomy in NO_TAXONOMIES:
                    continue
                if filed.taxonomy == ours.SERIES and ours.is_ours(item):
                    continue
                if filed.slug or filed.name:
                    mention = Mention(filed.taxonomy, filed.slug, filed.name)
                    self.mentions.setdefault(mention, item.line)
                    if filed.taxonomy not in TAXONOMIES:
                        self._own_taxonomies.add(filed.taxonomy)
        if item.body is records.Body.WORDPRESS:
            self.shortcodes.update(wordpress.shortcodes(item.content))
        self._count_fields(item)
        if item.status == "publish":
            self._take_published(item)

    def _count_fields(self, item: records.Item) -> None:
        for meta in (item.meta, *(comment.meta for comment in item.comments)):
            for key, _ in meta:
                if key.startswith(ours.PREFIX):
                    continue
                key = f"{_OEMBED}…" if key.startswith(_OEMBED) else key
                is_new = key not in self.fields
                if key and key not in _USED_FIELDS:
                    room = len(self.fields) < _MOST_FIELDS
                    self.fields[key if room or not is_new else "…"] += 1

    def _take_published(self, item: records.Item) -> None:
        slug = readings.slug(item.name)
        if slug is not None:
            self._public_slugs.add(identities.hash_of(item.type, slug))
        link = readings.link(item.link)
        if item.type != Kind.POST or link is None:
            return
        if link.query:
            self.votes.see_plain()
            return
        self.votes.see(
            addresses.Standing(
                path=link.path,
                slug=slug or "",
                id=item.id,
                local=readings.shown(item.date),
                categories=self._paths(item),
                author=frozenset({item.creator.lower(), slugs.slugify(item.creator)}),
            )
        )

    def _paths(self, item: records.Item) -> frozenset[tuple[str, ...]]:
        """The paths of an item's categories, as they stand in addresses."""
        if not self._category_paths:
            self._category_paths = _category_paths(self.terms)
        filed = [
            each.slug
            for each in item.filed
            if each.taxonomy == "category" and each.slug
        ]
        if not filed:
            return frozenset({(permalinks.UNCATEGORISED,)})
        return frozenset(
            self._category_paths.get(slug, (readings.slug(slug) or slug,))
            for slug in filed
        )


def survey(reader: records.Source, kept: Collection[str] = ()) -> Survey:
    """Read a file through once. Items of the types ``kept`` become pages.

    :raise records.Unreadable: if nothing of it can be taken
    """
    found = Survey(frozenset(kept).difference(NEVER_KEPT))
    for record in reader:
        found.take(record)
    found.channel = reader.channel
    return found


def kind_of_item(item: records.Item) -> str:
    """What an item is called in the report."""
    return "menu_item" if item.type == MENU_ITEM else item.type


def kind_of_term(taxonomy: str) -> str:
    """What a term is called in the report."""
    kind = TAXONOMIES.get(taxonomy)
    return taxonomy if kind is None else kind.__tablename__


def model_of(taxonomy: str) -> type[Category] | type[Tag]:
    """What its terms become: of a way of the site's own, tags."""
    return TAXONOMIES.get(taxonomy, Tag)


def bare(host: str) -> str:
    """A host by the name that it has without "www."."""
    return host.removeprefix("www.")


def _category_paths(terms: list[records.Term]) -> dict[str, tuple[str, ...]]:
    """The path of each category by its slug; those above it come first."""
    parents = {each.slug: each.parent for each in terms if each.taxonomy == "category"}
    paths: dict[str, tuple[str, ...]] = {}
    for slug in parents:
        line: list[str] = []
        above = slug
        while above in parents and above not in line and len(line) < DEEPEST:
            line.append(above)
            above = parents[above]
        paths[slug] = tuple(readings.slug(each) or each for each in reversed(line))
    return paths
