"""What an admin types about other people."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields import Field
from wtforms.validators import DataRequired, Length, ValidationError

from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..paging import whole_number
from ..text import slugs
from . import queries
from .forms import (
    MAX_EMAIL,
    REQUIRED,
    Form,
    NameForm,
    ProfileForm,
    check_password,
    one_line,
    take_email,
)
from .models import Role, User
from .succession import Shared

# So that the browser does not fill in the admin's own.
_NOT_MINE = {"autocomplete": "off"}


class Person(TypedDict):
    """What ``users.create`` wants to know."""

    name: str
    display_name: str
    email: str
    role: Role


def role_names() -> Mapping[Role, str]:
    """What the roles are called, from the least right to the most."""
    return {
        Role.SUBSCRIBER: _("Subscriber"),
        Role.CONTRIBUTOR: _("Contributor"),
        Role.AUTHOR: _("Author"),
        Role.EDITOR: _("Editor"),
        Role.ADMIN: _("Admin"),
    }


def _described_roles() -> Mapping[Role, str]:
    return {
        Role.SUBSCRIBER: _("Subscriber: has a profile, and writes nothing"),
        Role.CONTRIBUTOR: _("Contributor: writes drafts, which others publish"),
        Role.AUTHOR: _("Author: publishes posts, and moderates what is said on them"),
        Role.EDITOR: _("Editor: everybody’s posts, pages, comments, categories, tags"),
        Role.ADMIN: _("Admin: all of that, and people and settings"),
    }


class _RoleField(RadioField):
    """One of the roles, each with what it may do."""

    data: Role | None

    def __init__(self, **kwargs: object) -> None:
        super().__init__(_l("Role"), coerce=_role, **kwargs)  # type: ignore[arg-type]
        self.type = "RadioField"  # what the form macros know it by
        self.choices = _described_roles()  # type: ignore[assignment]


def _role(text: object) -> Role | None:
    return None if text in (None, "", "None") else Role(str(text))


def _person_id(text: object) -> int:
    return whole_number(str(text))


class NewPersonForm(NameForm):
    """Somebody new; without a password they get a link for choosing one."""

    display_name = StringField(
        _l("Name"),
        description=_l("Readers see it above what they write."),
        filters=[one_line],
        validators=[DataRequired(REQUIRED)],
        render_kw=_NOT_MINE,
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("Readers never see it."),
        validators=[DataRequired(REQUIRED), Length(max=MAX_EMAIL)],
        render_kw=_NOT_MINE,
    )
    role = _RoleField(default=Role.AUTHOR, validators=[DataRequired(REQUIRED)])
    password = PasswordField(
        _l("Password"),
        description=_l(
            "Leave it empty: you get a link then, for you to pass on, with which they "
            "choose a password that nobody else knows."
        ),
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.username.description = _(
            "They log in with it, and it stays. Letters a to z, digits, hyphens."
        )
        self.username.render_kw = _NOT_MINE | {"autocapitalize": "none"}

    @property
    def person(self) -> Person:
        """Who it is, by the names of ``users.create``."""
        return {
            "name": self.username.data or "",
            "display_name": self.display_name.data or "",
            "email": self.email.data or "",
            "role": self.role.data or Role.SUBSCRIBER,
        }

    def validate_email(self, field: Field) -> None:
        take_email(field, None)

    def validate_password(self, field: Field) -> None:
        if field.data:
            known = self.person
            check_password(
                field, [known["name"], known["display_name"], known["email"]]
            )


class PersonForm(ProfileForm):
    """Everything about somebody that can be changed; not one's own role."""

    slug = StringField(
        _l("Address as an author"),
        description=_l("The old one leads to the new one."),
        filters=[lambda value: (value or "").strip()],
        validators=[DataRequired(REQUIRED)],
        render_kw=_NOT_MINE | {"spellcheck": "false"},
    )
    role = _RoleField(validators=[DataRequired(REQUIRED)])

    def __init__(self, user: User, *, is_own: bool) -> None:
        super().__init__(user)
        self._old_slug = user.slug
        if is_own:
            del self.role
            return
        self.role.description = _("A new role logs them out.")
        self.display_name.description = _("Readers see it above what they write.")
        self.bio.label.text = _("About them")
        self.bio.description = _("A few sentences for the page of their posts.")
        for field in (self.display_name, self.email, self.url):
            field.render_kw = _NOT_MINE

    @property
    def new_role(self) -> Role | None:
        """The role that was chosen; ``None`` where there was no choice."""
        return self.role.data if self.role is not None else None

    def validate_slug(self, field: Field) -> None:
        if field.data == self._old_slug:
            return
        slug = slugs.slugify(field.data)
        if slug != field.data:
            example = slug or _("a-word-or-two")
            raise ValidationError(
                _("Use letters, digits and hyphens, such as “%(slug)s”.", slug=example)
            )
        if slug == self._person.name:
            raise ValidationError(
                _("That would tell everybody with what name they log in.")
            )
        if queries.by_slug(slug) is not None:
            raise ValidationError(_("Another author has this address."))


def _fates() -> Mapping[Shared, str]:
    return {
        Shared.KEEP: _("It stays"),
        Shared.HAND_OVER: _("The other name takes its place"),
        Shared.LEAVE: _("It goes"),
    }


class HeirForm(Form):
    """Who gets what a person wrote who is deleted."""

    heir_id = SelectField(_l("Give their posts to"), coerce=_person_id, default=0)
    shared = SelectField(
        _l("Where their name stands beside the author’s"), default=Shared.LEAVE
    )
    fates: tuple[Shared, ...] = (Shared.LEAVE, Shared.HAND_OVER)

    def __init__(self, user: User, heirs: Sequence[User]) -> None:
        super().__init__(None)
        others = {heir.id: heir.display_name for heir in heirs if heir is not user}
        self.heir_id.choices = {"": _("Choose a person")} | others  # type: ignore[assignment]
        self.heir_id.flags.required = True
        names = _fates()
        self.shared.choices = {each.value: names[each] for each in self.fates}

    @property
    def heir(self) -> User | None:
        """Who was chosen, if still there."""
        return queries.by_id(self.heir_id.data) if self.heir_id.data else None

    @property
    def what_of_shared(self) -> Shared:
        """What becomes of their place beside other authors."""
        return Shared(self.shared.data)

    def refuse(self) -> None:
        """Say that somebody must be chosen."""
        self.heir_id.errors = [_("Choose who gets them.")]


class TakeoverForm(HeirForm):
    """Who gets what a person wrote who keeps the account."""

    shared = SelectField(
        _l("Where their name stands beside the author’s"), default=Shared.KEEP
    )
    fates = (Shared.KEEP, Shared.HAND_OVER, Shared.LEAVE)

    def validate_heir_id(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose who gets them."))


class InvitationForm(Form):
    """Whom to invite, and to what."""

    email = EmailField(
        _l("E-mail address"),
        validators=[Length(max=MAX_EMAIL)],
        render_kw=_NOT_MINE,
    )
    role = _RoleField(default=Role.AUTHOR, validators=[DataRequired(REQUIRED)])

    def __init__(self) -> None:
        super().__init__()
        self.email.description = _(
            "Left empty, you get a link to hand on: whoever opens it first is in."
        )

    @property
    def chosen_role(self) -> Role:
        """The role, once the form is valid."""
        return self.role.data or Role.SUBSCRIBER

    def validate_email(self, field: Field) -> None:
        field.data = (field.data or "").strip()
        if field.data:
            take_email(field, None)
