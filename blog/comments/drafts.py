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
from ..text.sanitizer import MAX_COMMENT_BYTES, Format, comment_html
from .models import Comment, Kind
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
    """Where a comment came from. ``signals`` are words for what was odd about it;
    ``referrer`` and ``honeypot``, what a program filled in, are for Akismet alone.
    """

    user_id: int | None = None
    ip: str = ""
    user_agent: str = ""
    signals: str = ""
    referrer: str = ""
    honeypot: str = ""


def prepare(
    *,
    author: str,
    email: str,
    url: str,
    source: str,
    names_required: bool,
    email_required: bool = False,
    format: Format = Format.MARKDOWN,
) -> Content:
    """A visitor's input, cleaned and rendered. ``email_required`` is for who asks for
    mail where an address may be left out.

    :raise Invalid: naming every field that is missing or wrong
    :raise TooLong: if the text is; with all that is wrong besides
    :raise normalize.Unstorable: for characters that no text has
    """
    errors: dict[str, str] = {}
    author = _checked("author", author, errors)
    email = _checked("email", email, errors)
    url = _checked("url", url, errors)
    if names_required and not author:
        errors.setdefault("author", _("Please enter your name."))
    if (names_required or email_required) and not email:
        errors.setdefault("email", _("Please enter your email address."))
    return _rendered(author, email, url, source, format, errors)


def prepare_changed(
    comment: Comment,
    *,
    author: str,
    email: str,
    url: str,
    source: str,
    name_required: bool = False,
) -> Content:
    """Changes to a comment, cleaned and rendered in the format that it is written in.
    What was left as it was is not checked: an import brings what no form would take. A
    mention may be without words.

    :raise Invalid: naming every field that is wrong
    :raise TooLong: if the text is; with all that is wrong besides
    :raise normalize.Unstorable: for characters that no text has
    """
    errors: dict[str, str] = {}
    if author != comment.author:
        author = _checked("author", author, errors)
        if name_required and not author:
            errors.setdefault("author", _("Please enter your name."))
    if email != comment.email:
        email = _checked("email", email, errors)
    if url != comment.url:
        url = _checked("url", url, errors)
    is_as_it_was = clean_text(source) == clean_text(comment.source)
    return _rendered(
        author,
        email,
        url,
        source,
        comment.format,
        errors,
        may_be_empty=is_as_it_was or comment.kind != Kind.COMMENT,
    )


def prepare_as(user: User, source: str) -> Content:
    """The input of somebody who is logged in, under the account's name.

    :raise Invalid: if there is nothing in it
    :raise TooLong: if it is too long
    :raise normalize.Unstorable: for characters that no text has
    """
    email = (user.email or "").lower()
    return _rendered(
        user.display_name, email, user.url, source, Format.MARKDOWN, errors={}
    )


def checked_address(typed: str) -> str:
    """An email address as it is stored.

    :raise Invalid: if it is none, or there is none
    """
    errors: dict[str, str] = {}
    email = _checked("email", typed, errors)
    if not email:
        errors["email"] = _("Please enter your email address.")
    if errors:
        raise Invalid(errors)
    return email


def _rendered(
    author: str,
    email: str,
    url: str,
    source: str,
    format: Format,
    errors: dict[str, str],
    *,
    may_be_empty: bool = False,
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
    content = Content(author, email, url, source, comment_html(source, format))
    if not may_be_empty and not _is_seen(content.text):
        errors["comment"] = _("Please write a comment.")
    if errors:
        raise Invalid(errors)
    return content


def _is_seen(text: str) -> bool:
    """Whether anything of it is visible; mostly its first letters are."""
    return any(single_line(part, len(part)) for part in (text[:8], text) if part)


def _checked(field: str, value: str, errors: dict[str, str]) -> str:
    """The value as it is stored; or as it was typed, with what is wrong noted."""
    try:
        return _CLEAN[field](value)
    except ValueError as error:
        errors[field] = str(error)
        return value


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


_CLEAN: dict[str, Callable[[str], str]] = {
    "author": _author,
    "email": _email,
    "url": _url,
}
