"""What somebody typed, made into what can be stored: cleaned, checked, rendered.

The slow part of a comment. It runs outside any transaction.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from markupsafe import Markup

from ..accounts.models import User
from ..i18n import gettext as _
from ..text.folding import fold
from ..text.normalize import clean_text, http_url, single_line
from ..text.sanitizer import MAX_COMMENT_BYTES, comment_html
from .refusals import Invalid, TooLong

# WordPress's limits, in bytes of UTF-8, so that every comment can move in and out.
MAX_AUTHOR_BYTES = 245
MAX_EMAIL_BYTES = 100
MAX_URL_BYTES = 200
# More characters than any of these bytes can hold: nothing is cut before it is counted.
_LINE_LIMIT = 1_000

# Loose on purpose: only a mail that arrives proves an address. No spaces or brackets,
# so that it is safe in a mail's header, and a dot in the host.
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)+"
)


@dataclass(frozen=True)
class Content:
    """A comment's words and who says them, ready to be stored."""

    author: str
    email: str
    url: str
    source: str
    html: Markup

    @cached_property
    def digest(self) -> str:
        """The same for comments that a reader would call the same."""
        said = "\n".join((fold(self.source), fold(self.author), self.email.casefold()))
        return hashlib.sha256(said.encode()).hexdigest()

    @cached_property
    def text(self) -> str:
        """What a reader sees of it, without tags: ``vi<b></b>agra`` is one word."""
        return self.html.striptags()


@dataclass(frozen=True)
class Origin:
    """Where a comment came from. ``signals`` are words for what was odd about it."""

    user_id: int | None = None
    ip: str = ""
    user_agent: str = ""
    signals: str = ""


def prepare(
    *, author: str, email: str, url: str, source: str, names_required: bool
) -> Content:
    """A visitor's or a moderator's input, cleaned and rendered.

    :raise Invalid: naming every field that is missing or wrong
    :raise TooLong: if the text is; with all that is wrong besides
    :raise normalize.Unstorable: for characters that no text has
    """
    errors: dict[str, str] = {}

    def check(field: str, clean: Callable[[str], str], value: str) -> str:
        try:
            return clean(value)
        except ValueError as error:
            errors[field] = str(error)
            return value

    author = check("author", _author, author)
    email = check("email", _email, email)
    url = check("url", _url, url)
    if names_required and not author:
        errors.setdefault("author", _("Please enter your name."))
    if names_required and not email:
        errors.setdefault("email", _("Please enter your email address."))
    return _rendered(author, email, url, source, errors)


def prepare_as(user: User, source: str) -> Content:
    """The input of somebody who is logged in, under the account's name.

    :raise Invalid: if there is nothing in it
    :raise TooLong: if it is too long
    :raise normalize.Unstorable: for characters that no text has
    """
    return _rendered(user.display_name, (user.email or "").lower(), user.url, source, {})


def _rendered(
    author: str, email: str, url: str, source: str, errors: dict[str, str]
) -> Content:
    source = clean_text(source)
    size = len(source.encode())
    if size > MAX_COMMENT_BYTES:
        errors["comment"] = _(
            "This is too long by some %(surplus)s letters. Shorten it, or send it in "
            "parts.",
            surplus=ceil((size - MAX_COMMENT_BYTES) * len(source) / size),
        )
        raise TooLong(errors)
    html = comment_html(source)
    content = Content(author, email, url, source, html)
    if not single_line(content.text, MAX_COMMENT_BYTES):
        errors["comment"] = _("Please write a comment.")
    if errors:
        raise Invalid(errors)
    return content


def _author(value: str) -> str:
    return _line(value, MAX_AUTHOR_BYTES)


def _email(value: str) -> str:
    """Lower case, so that one person is one; no provider tells case apart."""
    email = _line(value, MAX_EMAIL_BYTES).lower()
    if email and not _EMAIL.fullmatch(email):
        raise ValueError(_("This is not an email address like name@example.org."))
    return email


def _url(value: str) -> str:
    typed = _line(value, MAX_URL_BYTES)
    url = http_url(typed)
    if typed and url is None:
        raise ValueError(_("This is not a web address like https://example.org."))
    return _line(url or "", MAX_URL_BYTES)


def _line(value: str, max_bytes: int) -> str:
    line = single_line(value[:_LINE_LIMIT], _LINE_LIMIT)
    if len(value) > _LINE_LIMIT or len(line.encode()) > max_bytes:
        raise ValueError(
            _("This is too long; %(limit)s bytes are taken.", limit=max_bytes)
        )
    return line
