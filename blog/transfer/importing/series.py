"""The series of an export of Recto. Nobody else's says in which order parts stand."""

from sqlalchemy import select

from ...database import session
from ...posts.models import Series
from ...posts.terms.terms import NAME_LIMIT
from ...text import excerpts, normalize
from .. import records
from . import ours, readings
from .report import Outcome, Report
from .survey import Survey


class SeriesOfOurs:
    """Which series is which: ``ids`` by slug, filled by ``write``. One whose slug is
    taken already is the same, and is left as it is.
    """

    def __init__(self, survey: Survey, report: Report) -> None:
        self._survey = survey
        self._report = report
        self.ids: dict[str, int] = {}

    def foretell(self) -> None:
        """Count what would become of them."""
        for term, row in self._terms():
            self._count(row)
            if readings.slug(term.slug) is None:
                self._report.say("A series has a slug that no address can hold.")

    def write(self) -> None:
        """Find or make them, in the file's order."""
        for term, row in self._terms():
            self._count(row)
            slug = readings.slug(term.slug)
            if row is None and slug is not None:
                row = Series(
                    name=readings.name(term.name, NAME_LIMIT) or slug,
                    slug=slug,
                    description=excerpts.plain(normalize.clean_text(term.description)),
                )
                session.add(row)
                session.flush()
                ours.lead(term.meta, series_id=row.id)
            if row is not None:
                self.ids[term.slug] = row.id

    def _terms(self) -> list[tuple[records.Term, Series | None]]:
        if not self._survey.has_series:
            return []
        terms = [each for each in self._survey.terms if each.taxonomy == ours.SERIES]
        slugs = [readings.slug(each.slug) or "" for each in terms]
        found = session.scalars(select(Series).where(Series.slug.in_(slugs)))
        rows = {row.slug: row for row in found}
        return [(term, rows.get(slug)) for term, slug in zip(terms, slugs, strict=True)]

    def _count(self, row: Series | None) -> None:
        self._report.became(ours.SERIES, Outcome.UNCHANGED if row else Outcome.IMPORTED)
