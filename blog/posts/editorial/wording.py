"""What a change of many is called, and what is said when it is done."""

from ...i18n import gettext as _
from ...i18n import ngettext
from ..shelving import Move
from .changes import Verb


def label(verb: Verb, name: str) -> str:
    """What is being done, for a bar that shows how far it is; ``name`` is what with."""
    match verb:
        case Verb.PUBLISH:
            return _("Publishing")
        case Verb.SUBMIT:
            return _("Submitting for review")
        case Verb.WITHDRAW:
            return _("Taking back to draft")
        case Verb.TRASH:
            return _("Moving to the trash")
        case Verb.RESTORE:
            return _("Restoring")
        case Verb.FILE:
            return _("Filing under “%(name)s”", name=name)
        case Verb.UNFILE:
            return _("Taking out of “%(name)s”", name=name)
        case Verb.TAG:
            return _("Adding tags: %(name)s", name=name)
        case Verb.UNTAG:
            return _("Taking tags off: %(name)s", name=name)
        case Verb.GIVE:
            return _("Giving to %(name)s", name=name)
        case Verb.OPEN:
            return _("Opening for comments")
        case Verb.CLOSE:
            return _("Closing for comments")
        case Verb.STICK:
            return _("Keeping at the top of the home page")
        case Verb.UNSTICK:
            return _("Taking from the top of the home page")
        case Verb.DELETE:
            return _("Deleting for good")


def changed(verb: Verb, number: int, name: str) -> str:
    """That so many were changed; not for moves, which ``moved`` tells of."""
    match verb:
        case Verb.FILE:
            return ngettext(
                "%(num)d is filed under “%(name)s” now.",
                "%(num)d are filed under “%(name)s” now.",
                number,
                name=name,
            )
        case Verb.UNFILE:
            return ngettext(
                "%(num)d is not filed under “%(name)s” any more.",
                "%(num)d are not filed under “%(name)s” any more.",
                number,
                name=name,
            )
        case Verb.TAG | Verb.UNTAG:
            return ngettext(
                "%(num)d has other tags now.", "%(num)d have other tags now.", number
            )
        case Verb.GIVE:
            return ngettext(
                "%(num)d belongs to %(name)s now.",
                "%(num)d belong to %(name)s now.",
                number,
                name=name,
            )
        case Verb.OPEN:
            return ngettext(
                "%(num)d is open for comments now.",
                "%(num)d are open for comments now.",
                number,
            )
        case Verb.CLOSE:
            return ngettext(
                "%(num)d is closed for comments now.",
                "%(num)d are closed for comments now.",
                number,
            )
        case Verb.STICK:
            return ngettext(
                "%(num)d stays at the top of the home page now.",
                "%(num)d stay at the top of the home page now.",
                number,
            )
        case _:
            return ngettext(
                "%(num)d stands in its place in time again.",
                "%(num)d stand in their place in time again.",
                number,
            )


def moved(way: Move, number: int) -> str:
    """That so many were moved."""
    match way:
        case Move.PUBLISH:
            return ngettext("%(num)d is published.", "%(num)d are published.", number)
        case Move.SUBMIT:
            return ngettext(
                "%(num)d waits for review.", "%(num)d wait for review.", number
            )
        case Move.WITHDRAW:
            return ngettext(
                "%(num)d is a draft; readers do not see it.",
                "%(num)d are drafts; readers do not see them.",
                number,
            )
        case Move.TRASH:
            return ngettext(
                "%(num)d is in the trash.", "%(num)d are in the trash.", number
            )
        case Move.RESTORE:
            return ngettext(
                "%(num)d is out of the trash.", "%(num)d are out of the trash.", number
            )
