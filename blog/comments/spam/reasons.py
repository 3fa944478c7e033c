"""What a clue means, in words for a moderator."""

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from .features import PLAIN, Kind
from .weighing import PRAISE, RECENT, Clue

_SIGNALS = {
    "honeypot": _l("the hidden field was filled in"),
    "no-stamp": _l("sent without the form"),
    "forged-stamp": _l("sent with a forged form"),
    "old-stamp": _l("sent with an old form"),
    "fast-stamp": _l("sent faster than anybody writes"),
}
_TEXT = {
    "<link>": _l("a link in HTML"),
    "<bare link>": _l("an address in the text"),
    "<only a link>": _l("nothing but an address"),
    "<no link>": _l("no link"),
    "<bbcode>": _l("BBCode"),
    "<spelled address>": _l("an address spelled out"),
    "<hidden>": _l("invisible characters inside words"),
    "<mixed scripts>": _l("letters of two scripts in one word"),
    "<capitals>": _l("capitals"),
    "<exclamations>": _l("many exclamation marks"),
    "<paragraphs>": _l("paragraphs"),
    "<question>": _l("a question"),
    "<brackets>": _l("brackets"),
    "<quotation>": _l("a quotation"),
    "<smiley>": _l("a smiley"),
    "<dots>": _l("dots"),
}
_ADDRESS = {
    "<home page>": _l("a home page"),
    "<page>": _l("a page near the top"),
    "<deep page>": _l("a deep page"),
    "<many words>": _l("many words in the address"),
    "<hyphens>": _l("hyphens in the host"),
    "<script>": _l("a script’s address"),
    "<digits>": _l("numbers in the host"),
    "<words>": _l("a link on words"),
    "<own site>": _l("a link to the writer’s own site"),
    "<many>": _l("many links"),
}
_NAME = {
    "<none>": _l("no name"),
    "<1 words>": _l("a name of one word"),
    "<2 words>": _l("a name of two words"),
    "<3 words>": _l("a name of three words"),
    "<many words>": _l("a name of many words"),
    "<address>": _l("an address as the name"),
    "<small letters>": _l("a name of words in small letters"),
    "<digits>": _l("numbers in the name"),
    "<signs>": _l("signs in the name"),
    "<full name>": _l("a full name"),
    "<of the site>": _l("named as the site"),
    "<own name>": _l("a site in the writer’s name"),
}


def reason(clue: Clue) -> str:
    """A clue in words, and what it speaks for."""
    what = phrase(clue.token)
    if clue.weight > 0:
        return _("%(what)s (for spam)", what=what)
    return _("%(what)s (against spam)", what=what)


def phrase(token: str) -> str:
    """A token in words."""
    kind, _sign, value = token.removeprefix(PLAIN).partition(":")
    match kind:
        case Kind.WORD:
            return _("the word “%(word)s”", word=value)
        case Kind.PAIR:
            return _("the words “%(words)s”", words=value)
        case Kind.PERSON:
            return _("the writer “%(name)s”", name=value)
        case Kind.NAME:
            return str(
                _NAME.get(value) or _("“%(part)s” in the name", part=_bare(value))
            )
        case Kind.SITE:
            said = _("“%(part)s” in the writer’s address", part=_bare(value))
            return str(_ADDRESS.get(value) or said)
        case Kind.LINK:
            return str(
                _ADDRESS.get(value) or _("“%(part)s” in links", part=_bare(value))
            )
        case Kind.SCRIPT:
            return _("the script %(name)s", name=value.capitalize())
        case Kind.SIGNAL:
            return str(_SIGNALS.get(value, value))
        case Kind.SHAPE | Kind.GUEST:
            return str(_TEXT.get(value) or _("its length"))
    if kind == PRAISE:
        return _("praise that fits below any post")
    return _("hardly any spam of late") if kind == RECENT else token


def _bare(value: str) -> str:
    return value[1:-1] if value.startswith("<") else value
