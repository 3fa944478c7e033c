"""The people of an export: who has an account here, and who gets one."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from ...accounts import queries, users
from ...accounts.models import Role, User
from ...database import session
from ...text import slugs
from .. import records
from ..models import ImportedItem
from . import identities, ours, readings
from .identities import Key, Left, Verdict
from .report import EDITED_HERE, REPEATED, Outcome, Report
from .survey import Survey

MOST_NAME = 32
# Who is the author of what names none, where there is no admin yet.
NOBODY = "imported"


class People:
    """Who is who: ``wrote`` finds the account of a login of the old site, ``said`` that
    of its number. Filled by ``write``; ``foretell`` only counts.
    """

    def __init__(self, survey: Survey, report: Report, now: datetime) -> None:
        self._survey = survey
        self._report = report
        self._now = now
        self._by_login: dict[str, int] = {}
        self._by_number: dict[str, int] = {}
        self._nobody: int | None = None
        self._mapped: set[int] = set()

    def wrote(self, login: str) -> int:
        """The id of who wrote as ``login``."""
        found = self.known(login) or self._nobody
        assert found is not None  # noqa: S101  the survey has seen every login
        return found

    def known(self, login: str) -> int | None:
        """The id of who is ``login``, who may have written nothing; ``None`` if nobody
        is.
        """
        return self._by_login.get(login) or self._by_login.get(login.lower())

    def said(self, number: str) -> int | None:
        """The id of who has that number at the old site; ``None`` for a visitor."""
        return self._by_number.get(number)

    def foretell(self) -> None:
        """Count what would become of everybody."""
        every = identities.every(self._survey.site, "author")
        for author, key in self._authors():
            here = identities.of_that_name(key, every)
            self._count(author, _verdict(author, here, _row(here)))
        for login, line in self._mentioned().items():
            if _row(identities.of_that_name(Key("author", "", login), every)) is None:
                self._tell_made(login, line)

    def write(self) -> None:
        """Find or make everybody."""
        every = identities.every(self._survey.site, "author")
        self._mapped = {here.row_id for here in every.values()}
        for author, key in self._authors():
            self._take(author, key, identities.of_that_name(key, every))
        for login, line in self._mentioned().items():
            key = Key("author", "", login)
            here = identities.of_that_name(key, every)
            user = _row(here)
            if user is None:
                user, left = self._found_or_made(login, "", "", line)
                identities.remember(
                    here,
                    self._survey.site,
                    key,
                    digest=identities.digest(login),
                    row_id=user.id,
                    left=left,
                )
                self._tell_made(login, line)
            self._by_login[login] = user.id
        if self._survey.nobodys:
            self._nobody = (_first_admin() or self._nobody_in_person()).id

    def _authors(self) -> Iterator[tuple[records.Author, Key]]:
        """Everybody the file describes, each once, as it says last."""
        last: dict[Key, records.Author] = {}
        for author in self._survey.authors:
            last[identities.of_author(author)] = author
        for author in self._survey.authors:
            key = identities.of_author(author)
            if not key.name:
                self._report.skip("author", author.id, "without a name")
            elif last[key] is not author:
                self._report.skip("author", author.id, REPEATED)
            else:
                yield author, key

    def _mentioned(self) -> dict[str, int]:
        """Who wrote something without being described, and the line of the first."""
        described = {
            word
            for author in self._survey.authors
            for word in (author.login, author.login.lower())
        }
        return {
            login: line
            for login, line in self._survey.creators.items()
            if login not in described and login.lower() not in described
        }

    def _take(
        self, author: records.Author, key: Key, here: ImportedItem | None
    ) -> None:
        user = _row(here)
        verdict = _verdict(author, here, user)
        self._count(author, verdict)
        left: Left | None = None
        if user is None:
            user, left = self._found_or_made(
                key.name,
                author.email,
                author.display_name,
                author.line,
                slug=ours.slug(author),
            )
            if left.digest != identities.NOT_OURS:
                ours.apply_to_user(user, author)
        elif verdict is Verdict.CHANGED:
            display_name = readings.name(author.display_name, users.MAX_DISPLAY_NAME)
            user.display_name = display_name or user.display_name
            user.email = self._free_email(author.email, author.line, user) or user.email
            left = _left(user)
        if left is not None:
            identities.remember(
                here,
                self._survey.site,
                key,
                digest=_digest(author),
                row_id=user.id,
                left=left,
            )
        self._by_login[author.login] = user.id
        self._by_login.setdefault(author.login.lower(), user.id)
        if author.id:
            self._by_number[author.id] = user.id

    def _count(self, author: records.Author, verdict: Verdict) -> None:
        match verdict:
            case Verdict.NEW:
                self._report.became("author", Outcome.IMPORTED)
            case Verdict.CHANGED:
                self._report.became("author", Outcome.UPDATED)
            case Verdict.UNCHANGED:
                self._report.became("author", Outcome.UNCHANGED)
            case Verdict.EDITED:
                self._report.skip("author", author.id, EDITED_HERE)

    def _tell_made(self, login: str, line: int) -> None:
        self._report.say(
            f"The file says nothing of “{login}”, who wrote this; an author of that "
            "name is made where there is none.",
            line,
        )

    def _found_or_made(
        self, login: str, email: str, display_name: str, line: int, slug: str = ""
    ) -> tuple[User, Left]:
        """Whose account it is, or a new one that cannot log in yet."""
        found = self._account(login, email)
        if found is not None:
            self._mapped.add(found.id)
            return found, Left(0, identities.NOT_OURS)
        name = _free_name(login)
        user = User(
            name=name,
            display_name=readings.name(display_name, users.MAX_DISPLAY_NAME)
            or readings.name(login, users.MAX_DISPLAY_NAME)
            or name,
            slug=_free_slug(slug or login),
            email=self._free_email(email, line, None),
            role=Role.AUTHOR,
            created_at=self._now,
        )
        session.add(user)
        session.flush()
        self._mapped.add(user.id)
        return user, _left(user)

    def _account(self, login: str, email: str) -> User | None:
        """Who has the e-mail address, or logs in so; nobody whom another person of the
        old site has become.
        """
        address = users.normalised_email(email) if email else None
        accounts = (
            queries.by_email(address) if address else None,
            queries.by_name(users.normalised_name(login)),
        )
        return next(
            (user for user in accounts if user and user.id not in self._mapped), None
        )

    def _free_email(self, email: str, line: int, own: User | None) -> str | None:
        if not email:
            return None
        address = users.normalised_email(email)
        if address is None:
            self._report.say(f"“{email[:100]}” is no e-mail address; left out.", line)
            return None
        if queries.by_email(address) not in (None, own):
            self._report.say(f"Somebody else has the address {address} here.", line)
            return None
        return address

    def _nobody_in_person(self) -> User:
        found = queries.by_name(NOBODY)
        if found is None:
            found, _ = self._found_or_made(NOBODY, "", "Imported", 0)
        return found


def _verdict(
    author: records.Author, here: ImportedItem | None, user: User | None
) -> Verdict:
    return identities.verdict(here, _digest(author), _left(user) if user else None)


def _digest(author: records.Author) -> str:
    return identities.digest([author.login, author.email, author.display_name])


def _left(user: User) -> Left:
    """A person who has a password by now decides alone what they are called."""
    told = [user.name, user.display_name, user.email, user.password_hash is None]
    return Left(0, identities.digest(told))


def _row(here: ImportedItem | None) -> User | None:
    return None if here is None else session.get(User, here.row_id)


def _first_admin() -> User | None:
    return session.scalar(
        select(User)
        .where(User.role == Role.ADMIN, User.disabled_at.is_(None))
        .order_by(User.id)
        .limit(1)
    )


def _free_name(login: str) -> str:
    """A login name as near as possible to the old one."""
    plain = unicodedata.normalize("NFKD", login).encode("ascii", "ignore").decode()
    name = re.sub("[^a-z0-9_-]+", "-", plain.lower()).strip("-")[:MOST_NAME].strip("-")
    if len(name) < 3:
        name = f"author-{name}".strip("-")
    candidate, number = name, 1
    while queries.by_name(candidate) is not None:
        number += 1
        ending = f"-{number}"
        candidate = name[: MOST_NAME - len(ending)] + ending
    return candidate


def _free_slug(login: str) -> str:
    """The address that this author had at the old site, where it is free."""
    wanted = slugs.slugify(login) or "author"
    candidate, number = wanted, 1
    while queries.by_slug(candidate) is not None:
        number += 1
        candidate = slugs.suffixed(wanted, number)
    return candidate
