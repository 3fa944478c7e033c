"""The comment form, and the moderators' forms."""

import re
from datetime import datetime
from typing import Self

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    EmailField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.i18n import DummyTranslations

from .. import signing
from ..i18n import lazy_gettext as _l
from ..mail import delivery
from ..posts.models import Post
from ..security import MAX_INTEGER
from ..site.queries import settings
from ..text.sanitizer import MAX_COMMENT_BYTES
from .drafts import MAX_AUTHOR_BYTES, MAX_EMAIL_BYTES, MAX_URL_BYTES
from .models import Comment, Scope
from .refusals import FORM, Refused

_STAMP = "comment form"
_WISHES = {
    "": _l("nothing"),
    Scope.REPLIES: _l("replies to my comment"),
    Scope.THREAD: _l("every new comment here"),
}
# Caches and open tabs keep a page for days. Older, it is only worth a note.
STAMP_DAYS = 7


class Form(FlaskForm):
    """What the forms about comments share: they say what was refused, at its field."""

    @classmethod
    def sent(cls) -> Self:
        """The form as this request filled it in."""
        return cls()

    @classmethod
    def empty(cls) -> Self:
        """The form with nothing in it, whatever this request sent."""
        return cls(formdata=None)

    def refuse(self, refused: Refused) -> None:
        """Say what is wrong, each sentence at its field."""
        for name, error in refused.errors.items():
            if name == FORM or name not in self:
                self.form_errors.append(error)
            else:
                self[name].errors = [*self[name].errors, error]

    def text(self, name: str) -> str:
        """What was typed into a field; "" if the field was not sent at all."""
        return str(self[name].data or "")


class CommentForm(Form):
    """What a reader fills in. It is part of a page that is the same for everybody, so
    it carries no token; stamp and honeypot never reject, they only leave a note.
    """

    class Meta:
        csrf = False

        def get_translations(self, form: BaseForm) -> DummyTranslations:
            """None: every sentence is ours, and WTForms would read a catalogue from
            the disk for every comment.
            """
            return DummyTranslations()

    comment = TextAreaField(
        _l("Comment"),
        render_kw={"rows": 8, "maxlength": MAX_COMMENT_BYTES, "dir": "auto"},
    )
    author = StringField(
        _l("Name"),
        render_kw={
            "maxlength": MAX_AUTHOR_BYTES,
            "autocomplete": "name",
            "dir": "auto",
        },
    )
    email = EmailField(
        _l("Email"),
        render_kw={
            "maxlength": MAX_EMAIL_BYTES,
            "autocomplete": "email",
            "dir": "ltr",
        },
    )
    # Not type=url: browsers would refuse what http_url() understands ("example.org").
    url = StringField(
        _l("Website"),
        render_kw={
            "maxlength": MAX_URL_BYTES,
            "autocomplete": "url",
            "inputmode": "url",
            "dir": "ltr",
        },
    )
    notify = SelectField(
        _l("Email me about"),
        choices=lambda: {word: str(label) for word, label in _WISHES.items()},
        validate_choice=False,
    )
    comment_parent = HiddenField()
    stamp = HiddenField()
    # Nobody sees it; a program that fills in every field gives itself away.
    subject = StringField(
        _l("Leave this empty"), render_kw={"autocomplete": "off", "tabindex": "-1"}
    )

    # What was typed, as it will be read; ``None`` unless that was asked for.
    preview: Markup | None = None

    @classmethod
    def blank(cls, post: Post, now: datetime) -> "CommentForm":
        """The form as it stands below a post."""
        form = cls.empty()
        form.stamp.data = _stamp(post, now)
        return form

    @property
    def wants_preview(self) -> bool:
        """Whether the text is only to be shown as it will be read."""
        return "preview" in request.form

    @property
    def offers_mail(self) -> bool:
        """Whether commenters may ask to be told of answers by mail."""
        return settings().comment_subscriptions and delivery.is_on()

    @property
    def wish(self) -> Scope | None:
        """What the commenter wants to be told of by mail; ``None`` for nothing, and
        where that is not offered.
        """
        typed = self.text("notify")
        return Scope(typed) if typed in set(Scope) and self.offers_mail else None

    @property
    def parent_id(self) -> int | None:
        """The number of the comment that is answered; ``None`` for none, and -1 for
        what is no number that a comment could have.
        """
        typed = self.text("comment_parent").strip()
        if typed in ("", "0"):
            return None
        is_id = re.fullmatch("[0-9]{1,19}", typed) and int(typed) <= MAX_INTEGER
        return int(typed) if is_id else -1

    def signals(self, post: Post, now: datetime) -> str:
        """Words for what is odd about the way it was sent; "" if nothing is."""
        found = ["honeypot"] if self.text("subject") else []
        match signing.read(_STAMP, self.text("stamp")):
            case [post.id, int(day)]:
                if not -1 <= now.toordinal() - day <= STAMP_DAYS:
                    found.append("old-stamp")
            case _:
                found.append("forged-stamp" if self.text("stamp") else "no-stamp")
        return " ".join(found)


class ReplyForm(Form):
    """A moderator's answer, under their own name."""

    comment = TextAreaField(
        _l("Reply"),
        render_kw={"rows": 6, "maxlength": MAX_COMMENT_BYTES, "required": True},
    )


class EditForm(Form):
    """A comment's words and who says them. ``version`` is what the moderator saw."""

    author = StringField(_l("Name"), render_kw={"maxlength": MAX_AUTHOR_BYTES})
    # Neither type=email nor type=url: what an import brought must not keep a browser
    # from sending the rest.
    email = StringField(
        _l("Email"), render_kw={"maxlength": MAX_EMAIL_BYTES, "inputmode": "email"}
    )
    url = StringField(
        _l("Website"), render_kw={"maxlength": MAX_URL_BYTES, "inputmode": "url"}
    )
    comment = TextAreaField(
        _l("Comment"),
        render_kw={"rows": 12, "maxlength": MAX_COMMENT_BYTES, "required": True},
    )
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the moderator began with; -1 if the field was tampered with."""
        typed = self.text("version")
        return int(typed) if re.fullmatch("[0-9]{1,9}", typed) else -1

    @classmethod
    def of(cls, comment: Comment) -> Self:
        """The form as it stands before anything is changed."""
        return cls(
            formdata=None,
            author=comment.author,
            email=comment.email,
            url=comment.url,
            comment=comment.source,
            version=comment.version,
        )


class OwnForm(EditForm):
    """A comment's words, to be changed by who wrote it. The address that says whose it
    is takes the place of a token. Whom it is from by mail stays as it was: the letter
    with the link goes there.
    """

    class Meta:
        csrf = False

    # WTForms leaves a field out that is None.
    email = None  # type: ignore[assignment]


class AddressForm(Form):
    """Where to send the link to one's own comments. Part of a page that is the same for
    everybody.
    """

    class Meta:
        csrf = False

    email = EmailField(
        _l("Email"),
        render_kw={
            "maxlength": MAX_EMAIL_BYTES,
            "autocomplete": "email",
            "required": True,
        },
    )


def _stamp(post: Post, now: datetime) -> str:
    return signing.sign(_STAMP, [post.id, now.toordinal()])
