"""The categories and tags of an export: which are here already, and which are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from ...database import session
from ...posts.models import Category, Tag
from ...posts.terms import terms as post_terms
from ...site import redirects
from ...text import excerpts, normalize, slugs
from .. import records
from ..models import ImportedItem
from . import identities, ours, readings
from .identities import Key, Left, Verdict
from .report import EDITED_HERE, REPEATED, Outcome, Report
from .survey import DEEPEST, FORMAT, MENU, TAXONOMIES, Survey, kind_of_term, model_of

Row = Category | Tag
# Why a term is not taken.
NO_POSTS = "no post is filed under anything of its kind"
SAID_OTHERWISE = "what a post looks like is said at the post"


@dataclass
class _Arrival:
    """A category or tag of the file, and what it became."""

    term: records.Term
    key: Key
    here: ImportedItem | None = None
    row: Row | None = None
    is_ours: bool = True


class Terms:
    """What is what: ``filed`` finds the rows of where an item is filed. Filled by
    ``write``; ``foretell`` only counts.
    """

    def __init__(self, survey: Survey, report: Report) -> None:
        self._survey = survey
        self._report = report
        self._by_slug: dict[tuple[str, str], int] = {}
        self._by_name: dict[tuple[str, str], int] = {}

    def filed(self, item: records.Item, taxonomy: str) -> list[int]:
        """The ids of the categories (or tags) of an item, each once."""
        found: dict[int, None] = {}
        for each in item.filed:
            if each.taxonomy == taxonomy and (each.slug or each.name):
                row_id = self._find(taxonomy, each.slug, each.name)
                assert row_id is not None  # noqa: S101  the survey has seen them all
                found[row_id] = None
        return list(found)

    def tagged(self, item: records.Item) -> list[int]:
        """The ids of the tags of an item, each once: also those of the site's own ways
        to file.
        """
        ways = [each for each in self._survey.taxonomies if model_of(each) is Tag]
        found = (id for taxonomy in ways for id in self.filed(item, taxonomy))
        return list(dict.fromkeys(found))

    def skip_others(self) -> None:
        """Count the terms that are not taken: formats, those of shops."""
        taken = self._survey.taxonomies
        own = (ours.SERIES,) if self._survey.has_series else ()
        for term in self._survey.terms:
            if term.taxonomy not in (*taken, *own, MENU):
                reason = SAID_OTHERWISE if term.taxonomy == FORMAT else NO_POSTS
                self._report.skip(kind_of_term(term.taxonomy), term.id, reason)
        for taxonomy in taken[len(TAXONOMIES) :]:
            self._report.say(
                f"Posts are filed by “{taxonomy}” as well; what it has became tags."
            )

    def foretell(self, taxonomy: str, arrivals: Sequence[_Arrival]) -> None:
        """Count what would become of categories (or tags)."""
        kind = model_of(taxonomy)
        every = identities.every(self._survey.site, kind_of_term(taxonomy))
        for each in arrivals:
            here = identities.of_that_name(each.key, every)
            self._count(each, self._verdict(each.term, here, _row(kind, here)))

    def arrivals(self, taxonomy: str) -> Sequence[_Arrival]:
        """Those the file describes, in the order of their numbers: the first category
        of a post leads its address, here as there.
        """
        return sorted(
            self._arrivals(taxonomy),
            key=lambda each: readings.number(each.term.id) or readings.MOST_ID + 1,
        )

    def write(self, taxonomy: str, arrivals: Sequence[_Arrival]) -> None:
        """Find or make them. Categories have to come all at once, for they lie in one
        another in any order.
        """
        kind = model_of(taxonomy)
        every = identities.every(self._survey.site, kind_of_term(taxonomy))
        changed = [each for each in arrivals if self._take(each, kind, every)]
        session.flush()
        for each in arrivals:
            assert each.row is not None  # noqa: S101  _take gave it one
            self._note(taxonomy, each.term.slug, each.term.name, each.row.id)
        if kind is Category:
            self._put_below(changed)
            session.flush()
        for each in changed:
            self._remember(each)

    def write_mentioned(self, taxonomy: str) -> None:
        """Find or make those that only items speak of. Names without a slug come last,
        for they may be names of those that have one.
        """
        kind = model_of(taxonomy)
        every = identities.every(self._survey.site, kind_of_term(taxonomy))
        for slug, name, line in self._mentioned(taxonomy):
            if self._find(taxonomy, slug, name) is not None:
                continue
            key = Key(kind_of_term(taxonomy), "", slug or name)
            here = identities.of_that_name(key, every)
            term = records.Term(line, taxonomy, "", slug, "", name, "")
            each = _Arrival(term, key, here, _row(kind, here))
            if each.row is None:
                self._find_or_make(each, kind)
                session.flush()
                self._remember(each)
                self._tell_made(kind, name or slug, line)
            assert each.row is not None  # noqa: S101  found or made
            self._note(taxonomy, slug, name, each.row.id)

    def foretell_mentioned(self, taxonomy: str) -> None:
        """Say what would be made because items speak of it."""
        kind = model_of(taxonomy)
        every = identities.every(self._survey.site, kind_of_term(taxonomy))
        for term in self._survey.terms:
            if term.taxonomy == taxonomy:
                self._note(taxonomy, term.slug, term.name, 0)
        for slug, name, line in self._mentioned(taxonomy):
            key = Key(kind_of_term(taxonomy), "", slug or name)
            is_here = _row(kind, identities.of_that_name(key, every)) is not None
            if not is_here and self._find(taxonomy, slug, name) is None:
                self._tell_made(kind, name or slug, line)
            self._note(taxonomy, slug, name, 0)

    def _arrivals(self, taxonomy: str) -> Iterator[_Arrival]:
        """Those the file describes, each once, as it says last."""
        kind = kind_of_term(taxonomy)
        terms = [each for each in self._survey.terms if each.taxonomy == taxonomy]
        last = {identities.of_term(kind, term): term for term in terms}
        for term in terms:
            key = identities.of_term(kind, term)
            if not key.name:
                self._report.skip(kind, term.id, "without a name")
            elif last[key] is not term:
                self._report.skip(kind, term.id, REPEATED)
            else:
                yield _Arrival(term, key)

    def _mentioned(self, taxonomy: str) -> list[tuple[str, str, int]]:
        found = [
            (mention.slug, mention.name, line)
            for mention, line in self._survey.mentions.items()
            if mention.taxonomy == taxonomy
        ]
        return sorted(found, key=lambda each: each[0] == "")

    def _note(self, taxonomy: str, slug: str, name: str, row_id: int) -> None:
        if slug:
            self._by_slug[taxonomy, slug] = row_id
        if name:
            self._by_name.setdefault((taxonomy, _folded(name)), row_id)

    def _find(self, taxonomy: str, slug: str, name: str) -> int | None:
        if slug:
            return self._by_slug.get((taxonomy, slug))
        return self._by_name.get((taxonomy, _folded(name)))

    def _take(
        self, each: _Arrival, kind: type[Row], every: dict[Key, ImportedItem]
    ) -> bool:
        """Give an arrival its row; whether that is new or changed by it."""
        each.here = identities.of_that_name(each.key, every)
        each.row = _row(kind, each.here)
        verdict = self._verdict(each.term, each.here, each.row)
        self._count(each, verdict)
        if each.row is None:
            self._find_or_make(each, kind)
        elif verdict is Verdict.CHANGED:
            each.row.name = self._name(each.term)
            each.row.description = _description(each.term)
        else:
            return False
        return True

    def _find_or_make(self, each: _Arrival, kind: type[Row]) -> None:
        """What has the slug already is taken for the same, and left as it is."""
        wanted = readings.slug(each.term.slug)
        name = self._name(each.term)
        sought = wanted or slugs.slugify(name)
        each.row = _with_slug(kind, sought)
        each.is_ours = each.row is None
        if each.row is None:
            each.row = _made(kind, name, wanted)
            each.row.description = _description(each.term)
            session.flush()  # the next may have the same slug
            ours.lead(each.term.meta, **{f"{kind.__tablename__}_id": each.row.id})
        if each.term.taxonomy not in TAXONOMIES and wanted:
            # Where WordPress has its archive, if its maker wished for nothing else.
            path = f"/{each.term.taxonomy}/{wanted}"
            if redirects.find(path) is None:
                redirects.lead(path, tag_id=each.row.id)

    def _put_below(self, arrivals: Sequence[_Arrival]) -> None:
        """Put categories below those that the file names, unless it goes in circles."""
        rows = session.execute(select(Category.id, Category.parent_id))
        above = {row.id: row.parent_id for row in rows}
        for each in arrivals:
            category = each.row
            if not isinstance(category, Category) or not each.is_ours:
                continue
            wanted = None
            if each.term.parent:
                wanted = self._find("category", each.term.parent, "")
                if wanted is None:
                    self._report.say(
                        f"The category “{category.name}” lies below "
                        f"“{each.term.parent}”, which is not in the file; it stays at "
                        "the top.",
                        each.term.line,
                    )
                elif _is_wrong(category.id, wanted, above):
                    wanted = None
                    self._report.say(
                        f"The category “{category.name}” would lie below itself, or "
                        "too deep; it stays at the top.",
                        each.term.line,
                    )
            category.parent_id = above[category.id] = wanted

    def _remember(self, each: _Arrival) -> None:
        assert each.row is not None  # noqa: S101  whoever calls gave it one
        identities.remember(
            each.here,
            self._survey.site,
            each.key,
            digest=_digest(each.term),
            row_id=each.row.id,
            left=_left(each.row) if each.is_ours else Left(0, identities.NOT_OURS),
        )

    def _verdict(
        self, term: records.Term, here: ImportedItem | None, row: Row | None
    ) -> Verdict:
        return identities.verdict(here, _digest(term), _left(row) if row else None)

    def _count(self, each: _Arrival, verdict: Verdict) -> None:
        kind = each.key.kind
        match verdict:
            case Verdict.NEW:
                self._report.became(kind, Outcome.IMPORTED)
            case Verdict.CHANGED:
                self._report.became(kind, Outcome.UPDATED)
            case Verdict.UNCHANGED:
                self._report.became(kind, Outcome.UNCHANGED)
            case Verdict.EDITED:
                self._report.skip(kind, each.term.id, EDITED_HERE)

    def _name(self, term: records.Term) -> str:
        whole = readings.name(term.name, len(term.name) + 1)
        name = readings.name(term.name, post_terms.NAME_LIMIT)
        if name != whole:
            self._report.say(
                f"A name was cut to {post_terms.NAME_LIMIT} characters: “{name}”.",
                term.line,
            )
        return name or readings.slug(term.slug) or "?"

    def _tell_made(self, kind: type[Row], name: str, line: int) -> None:
        self._report.say(
            f"The file does not describe the {kind.__tablename__} “{name}” that this "
            "is filed under; one of that name is made where there is none.",
            line,
        )


def _is_wrong(category_id: int, parent_id: int, above: dict[int, int | None]) -> bool:
    """Whether a category would lie below itself, or deeper than anything should."""
    here: int | None = parent_id
    for _ in range(DEEPEST):
        if here is None:
            return False
        if here == category_id:
            return True
        here = above.get(here)
    return True


def _made(kind: type[Row], name: str, slug: str | None) -> Row:
    """A new one under its old slug, or under one made from its name."""
    if slug is None and kind is Category:
        return post_terms.make_category(name)
    if slug is None:
        return post_terms.make_tag(name)
    row: Row = kind(name=name, slug=slug)
    session.add(row)
    return row


def _row(kind: type[Row], here: ImportedItem | None) -> Row | None:
    if here is None:
        return None
    return cast(Row | None, session.get(kind, here.row_id))


def _with_slug(kind: type[Row], slug: str) -> Row | None:
    return cast(Row | None, session.scalar(select(kind).where(kind.slug == slug)))


def _digest(term: records.Term) -> str:
    return identities.digest([term.slug, term.name, term.parent, term.description])


def _left(row: Row) -> Left:
    parent_id = row.parent_id if isinstance(row, Category) else None
    told = [row.name, row.slug, row.description, parent_id]
    return Left(0, identities.digest(told))


def _description(term: records.Term) -> str:
    """Its words; WordPress lets HTML stand in it."""
    return excerpts.plain(normalize.clean_text(term.description))


def _folded(name: str) -> str:
    return readings.name(name, len(name) + 1).casefold()
