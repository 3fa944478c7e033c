"""The form that blocks somebody from a comment of theirs."""

from collections.abc import Mapping, Sequence
from typing import Self

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField

from ...i18n import gettext as _
from ...i18n import lazy_gettext as _l
from ...text.folding import fold
from ...text.normalize import single_line
from .blocking import SHORTEST_WORD, Trait, Which

_WORD_LIMIT = 100
_LISTS = {
    Which.DISALLOWED: _l("It goes straight to the trash"),
    Which.MODERATION: _l("It waits for approval"),
}


class BlockForm(FlaskForm):
    """By what, with which consequence, and whether for what waits already."""

    traits = SelectMultipleField(
        _l("Everything from"), choices=lambda: {str(each): str(each) for each in Trait}
    )
    word = StringField(
        _l("Everything that contains this word or phrase"),
        render_kw={"maxlength": _WORD_LIMIT, "list": "words", "autocomplete": "off"},
    )
    which = RadioField(
        _l("What should happen to it"),
        choices=lambda: {str(word): str(label) for word, label in _LISTS.items()},
        default=Which.DISALLOWED,
    )
    move = BooleanField(
        _l("Move what is waiting now to the trash as well"), default=True
    )

    @classmethod
    def sent(cls) -> Self:
        """The form as this request filled it in."""
        return cls()

    @classmethod
    def empty(cls) -> Self:
        """The form before anything is chosen."""
        return cls(formdata=None)

    @property
    def typed_word(self) -> str:
        """The word in one line; "" if there is none."""
        return single_line(self.word.data or "", _WORD_LIMIT)

    @property
    def list(self) -> Which:
        """The list that was chosen."""
        return Which(self.which.data)

    @property
    def moves(self) -> bool:
        """Whether what waits is to be moved; nothing is, to where it is already."""
        return bool(self.move.data) and self.list == Which.DISALLOWED

    def lines(self, offered: Mapping[Trait, Sequence[str]]) -> Sequence[str]:
        """The lines that were chosen of those that the comment offers."""
        chosen = [Trait(each) for each in self.traits.data or ()]
        lines = [line for trait in chosen for line in offered.get(trait, ())]
        return [*lines, self.typed_word] if self.typed_word else lines

    def check(self, offered: Mapping[Trait, Sequence[str]]) -> bool:
        """Whether something was chosen that can be blocked; what is wrong is noted."""
        if not self.validate():
            return False
        if self.typed_word and len(fold(self.typed_word)) < SHORTEST_WORD:
            self.word.errors = [
                _("Nearly every comment contains that. Enter something longer.")
            ]
        elif not self.lines(offered):
            self.form_errors.append(_("Choose something, or enter a word."))
        return not self.errors and not self.form_errors
