"""What people type about themselves."""

from collections.abc import Iterable
from typing import TypedDict
from urllib.parse import urlsplit

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField, TextAreaField, URLField
from wtforms.fields import Field
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..site.queries import settings
from ..text.normalize import MAX_URL_LENGTH, clean_text, http_url, single_line
from . import links, passwords, queries, users
from .models import Invitation, User

MAX_EMAIL = 254
MAX_BIO = 2_000
REQUIRED = _l("This is needed.")


def one_line(value: str | None) -> str:
    return single_line(value or "", users.MAX_DISPLAY_NAME)


class Form(FlaskForm):
    """A form about ``user``, or about somebody who is not known yet."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(obj=user)  # type: ignore[no-untyped-call]
        self._user = user


class LoginForm(Form):
    """A name and a password; whether they are right is not the form's business."""

    username = StringField(
        _l("Username"),
        filters=[lambda value: users.normalised_name(value or "")],
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(REQUIRED)],
        render_kw={"autocomplete": "current-password"},
    )


class NameForm(Form):
    """A login name that is new."""

    username = StringField(
        _l("Username"),
        description=_l("You log in with it. Letters a to z, digits, hyphens."),
        filters=[lambda value: users.normalised_name(value or "")],
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )

    def validate_username(self, field: Field) -> None:
        if not users.is_name(field.data):
            raise ValidationError(
                _("3 to 32 of these, please: a to z, digits, - and _.")
            )
        if queries.by_name(field.data) is not None:
            raise ValidationError(_("Somebody else has this name."))


class SetupForm(NameForm):
    """Who the first admin is."""

    display_name = StringField(
        _l("Your name"),
        description=_l("Readers see it above what you write."),
        filters=[one_line],
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("Readers never see it."),
        validators=[DataRequired(REQUIRED), Length(max=MAX_EMAIL)],
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 15 characters: a few words in a row, for example."),
        validators=[InputRequired(REQUIRED)],
        render_kw={"autocomplete": "new-password"},
    )

    @property
    def person(self) -> dict[str, str]:
        """Who it is, by the names of ``users.create``."""
        return {
            "name": self.username.data or "",
            "display_name": self.display_name.data or "",
            "email": self.email.data or "",
        }

    def validate_email(self, field: Field) -> None:
        take_email(field, None)

    def validate_password(self, field: Field) -> None:
        check_password(field, self.person.values())


class Profile(TypedDict):
    """What ``users.describe`` wants to know."""

    display_name: str
    email: str | None
    url: str
    bio: str
    links: str


class ProfileForm(Form):
    """What a person says of themselves."""

    display_name = StringField(
        _l("Name"),
        description=_l("Readers see it above what you write."),
        filters=[one_line],
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("Readers never see it."),
        validators=[Length(max=MAX_EMAIL)],
        render_kw={"autocomplete": "email"},
    )
    url = URLField(
        _l("Website"),
        validators=[Length(max=MAX_URL_LENGTH)],
        render_kw={"autocomplete": "url"},
    )
    bio = TextAreaField(
        _l("About you"),
        description=_l("A few sentences for the page of your posts."),
        filters=[lambda value: clean_text(value or "").strip()],
        validators=[Length(max=MAX_BIO)],
        render_kw={"dir": "auto", "rows": 4},
    )
    links = TextAreaField(
        _l("Elsewhere"),
        description=_l("An address a line, with a name behind it if you like."),
        filters=[lambda value: clean_text(value or "").strip()],
        validators=[Length(max=links.MOST * MAX_URL_LENGTH)],
        render_kw={"dir": "auto", "rows": 3, "spellcheck": "false"},
    )

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._person = user
        # Of an imported author nobody may know it; once known it stays.
        self.email.flags.required = user.email is not None

    @property
    def values(self) -> Profile:
        """What they say, by the names of ``users.describe``."""
        return {
            "display_name": self.display_name.data or "",
            "email": self.email.data or None,
            "url": self.url.data or "",
            "bio": self.bio.data or "",
            "links": self.links.data or "",
        }

    def validate_email(self, field: Field) -> None:
        if (field.data or "").strip():
            take_email(field, self._person)
        elif self._person.email is not None:
            raise ValidationError(str(REQUIRED))
        else:
            field.data = ""

    def validate_url(self, field: Field) -> None:
        if not (field.data or "").strip():
            field.data = ""
            return
        address = http_url(field.data)
        if address is None:
            raise ValidationError(_("An address such as https://example.org, please."))
        field.data = address

    def validate_links(self, field: Field) -> None:
        kept = links.normalised(field.data)
        if kept is None:
            raise ValidationError(
                _("Begin each line with an address such as https://example.org.")
            )
        if len(kept.splitlines()) > links.MOST:
            raise ValidationError(_("At most %(num)d, please.", num=links.MOST))
        field.data = kept


class PasswordForm(Form):
    """One's password, changed by somebody who knows the present one."""

    current_password = PasswordField(
        _l("Present password"),
        validators=[InputRequired(REQUIRED)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _l("New password"),
        description=_l("At least 15 characters: a few words in a row, for example."),
        validators=[InputRequired(REQUIRED)],
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        _l("New password, once more"),
        validators=[InputRequired(REQUIRED)],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_password(self, field: Field) -> None:
        check_password(field, users.known_of(self._user) if self._user else ())

    def validate_password_again(self, field: Field) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("This is not the same as above."))


class ChoosePasswordForm(PasswordForm):
    """One's password, chosen by somebody who has a link for it."""

    # It may have been forgotten, or there never was one.
    current_password = None  # type: ignore[assignment]


def check_password(field: Field, known: Iterable[str]) -> None:
    """Refuse a password that is not good enough, given what others know of a person."""
    host = urlsplit(current_app.config["SITE_URL"]).hostname or ""
    found = passwords.problems(field.data, [*known, settings().title, host])
    if found:
        raise ValidationError(" ".join(found))


def take_email(field: Field, owner: User | None) -> None:
    """Put the address as it is stored into the field, if it is one and is free."""
    address = users.normalised_email(field.data or "")
    if address is None:
        raise ValidationError(_("An address such as name@example.org, please."))
    if queries.by_email(address) not in (None, owner):
        raise ValidationError(_("Somebody else has this address."))
    field.data = address


class ForgottenForm(Form):
    """Where a link for choosing a new password goes."""

    email = EmailField(
        _l("E-mail address"),
        description=_l("The one of your account here."),
        validators=[DataRequired(REQUIRED), Length(max=MAX_EMAIL)],
        render_kw={"autocomplete": "email"},
    )

    def validate_email(self, field: Field) -> None:
        address = users.normalised_email(field.data or "")
        if address is None:
            raise ValidationError(_("An address such as name@example.org, please."))
        field.data = address


class InvitedForm(SetupForm):
    """Who somebody is that was invited. A letter's address is known already."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__()
        self._invited = invitation.email
        if invitation.email:
            del self.email

    @property
    def person(self) -> dict[str, str]:
        """Who it is, by the names of ``invitations.accept``."""
        return {
            "name": self.username.data or "",
            "display_name": self.display_name.data or "",
            "email": (self.email.data or "") if self.email else self._invited,
        }
