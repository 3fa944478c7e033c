"""What a publication without a post takes over of the old site's settings."""

from babel import Locale, UnknownLocaleError

from ...i18n import LANGUAGES, language_name
from ...posts import permalinks, queries
from ...site import settings as site_settings
from ...site.models import Site
from ...site.queries import settings
from . import readings
from .report import Report
from .survey import Survey

TITLE_LIMIT = 100
TAGLINE_LIMIT = 200
# Chinese is written in two scripts, and a region tells in which.
_SIMPLIFIED = frozenset({"zh", "zh_cn", "zh_sg", "zh_hans", "zh_hans_cn"})
_WORDS = {
    "title": "title",
    "tagline": "tagline",
    "language": "language",
    "timezone": "time zone",
    "permalink_structure": "permalink structure",
}


class Adoption:
    """The settings of the old site, as far as the file tells. Only where nothing was
    written yet, and only where they were never changed, do they become ours; the report
    says what they were otherwise.
    """

    def __init__(self, survey: Survey, report: Report) -> None:
        self._survey = survey
        self._report = report
        self._values = self._read()

    def foretell(self) -> None:
        """Say what would be taken over, and what not."""
        self._decide()

    def write(self) -> None:
        """Take over what can be."""
        site_settings.change(settings(), self._decide())

    def _decide(self) -> dict[str, object]:
        is_empty = queries.is_empty()
        site = settings()
        taken: dict[str, object] = {}
        for name, value in self._values.items():
            own = getattr(site, name)
            if own == value:
                continue
            if is_empty and own == _default(name):
                taken[name] = value
                self._report.say(
                    f"The {_WORDS[name]} becomes “{value}”, as it was there."
                )
            else:
                self._report.say(
                    f"The {_WORDS[name]} of the old site was “{value}”; here it stays "
                    f"“{own}”."
                )
        return taken

    def _read(self) -> dict[str, str]:
        channel = self._survey.channel
        zone = self._survey.zone()
        values = {
            "title": readings.name(channel.title, TITLE_LIMIT),
            "tagline": readings.name(channel.description, TAGLINE_LIMIT),
            "language": self._language(channel.language),
            "timezone": zone.key if zone else "",
            "permalink_structure": self._structure(),
        }
        return {name: value for name, value in values.items() if value}

    def _language(self, tag: str) -> str:
        """The language that the tag means, if we know it, else ""."""
        wanted = tag.replace("-", "_").lower()
        known = {each.lower(): each for each in LANGUAGES}
        if wanted in _SIMPLIFIED:
            return "zh_Hans"
        found = known.get(wanted) or known.get(wanted.partition("_")[0], "")
        if tag and not found:
            self._report.say(
                f"The language of the old site was {_named(tag)}, which Recto does not "
                f"know yet; here it stays {language_name(settings().language)}."
            )
        return found

    def _structure(self) -> str:
        """The permalink structure, if it is one that we can have, else ""."""
        structure = self._survey.votes.structure()
        if structure is None:
            return ""
        problem = permalinks.structure_problem(structure)
        if problem is None:
            return structure
        self._report.say(
            f"The permalink structure of the old site was “{structure}”, which cannot "
            f"be kept; old links are led to the new addresses. {problem}"
        )
        return ""


def _default(name: str) -> object:
    """What a setting is before anybody changes it."""
    default = Site.__table__.columns[name].default
    return None if default is None else default.arg


def _named(tag: str) -> str:
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return f"“{tag[:20]}”"
    return locale.english_name or f"“{tag[:20]}”"
