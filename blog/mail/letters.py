"""A letter: what is said in it, and the message that mail programs get."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from flask import current_app

from ..i18n import direction, language_tag
from ..site.queries import settings
from ..text.normalize import single_line
from .addresses import deliverable

LINE_LIMIT = 1_000
SUBJECT_LIMIT = 200
NAME_LIMIT = 100

# Seven bits, so that no server on the way has to be asked whether it takes eight.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_POLICY_UTF8 = policy.SMTPUTF8.clone(cte_type="7bit")


@dataclass(frozen=True)
class Quote:
    """What somebody wrote; ``text`` is plain."""

    name: str
    when: datetime
    text: str
    url: str = ""


@dataclass(frozen=True)
class Action:
    """Something the reader can do, at an address of the site."""

    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """Everything in it is plain text; the templates escape and quote it.

    Paragraphs, then facts, what others wrote, buttons, and small print. Somebody who
    answers writes to ``reply_to``; ``unsubscribe_url`` takes a POST without a body that
    anybody minds (RFC 8058).
    """

    to: str
    subject: str
    lead: Sequence[str]
    quotes: Sequence[Quote] = ()
    facts: Sequence[tuple[str, str]] = ()
    actions: Sequence[Action] = ()
    footer: Sequence[str] = ()
    reply_to: str = ""
    unsubscribe_url: str = ""


@dataclass(frozen=True)
class Envelope:
    """Whom a message is from and for, as the servers on the way see it. Addresses that
    are not ASCII need servers that take them (RFC 6531).
    """

    sender: str
    recipient: str

    @property
    def is_international(self) -> bool:
        """Whether the servers on the way must take UTF-8."""
        return not (self.sender + self.recipient).isascii()


def compose(
    letter: Letter, envelope: Envelope, message_id: str, now: datetime
) -> EmailMessage:
    """The message, in the site's language; text and HTML say the same."""
    letter = _flattened(letter)
    is_utf8 = envelope.is_international
    message = EmailMessage(policy=_POLICY_UTF8 if is_utf8 else _POLICY)
    message["From"] = _mailbox(envelope.sender, _header(settings().title, NAME_LIMIT))
    message["To"] = _mailbox(envelope.recipient)
    message["Subject"] = _header(letter.subject, SUBJECT_LIMIT)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers
    reply_to = deliverable(letter.reply_to)
    if reply_to is not None and (is_utf8 or reply_to.isascii()):
        message["Reply-To"] = _mailbox(reply_to)
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_rendered("mail/letter.txt", letter))
    message.add_alternative(_rendered("mail/letter.html", letter), subtype="html")
    return message


def message_id(seed: str, host: str) -> str:
    """The id of the letter about a deed: the same each time it is sent, so that a mail
    program shows it once, and nothing that others can guess.
    """
    key = current_app.config["SECRET_KEY"].encode()
    digest = hmac.digest(key, f"message-id {seed}".encode(), "sha256").hex()
    return f"<{digest[:40]}@{host}>"


def _mailbox(address: str, name: str = "") -> Address:
    user, _, host = address.rpartition("@")
    return Address(name, user, host)


def _rendered(template: str, letter: Letter) -> str:
    return current_app.jinja_env.get_template(template).render(
        letter=letter, language=language_tag(), direction=direction()
    )


def _flattened(letter: Letter) -> Letter:
    """The letter with nothing in it that could begin a line, or a header, of its own.
    A quoted text keeps its lines.
    """
    return replace(
        letter,
        subject=single_line(letter.subject, SUBJECT_LIMIT),
        lead=[_line(each) for each in letter.lead],
        quotes=[replace(each, name=_line(each.name)) for each in letter.quotes],
        facts=[(_line(label), _line(value)) for label, value in letter.facts],
        actions=[Action(_line(each.label), each.url) for each in letter.actions],
        footer=[_line(each) for each in letter.footer],
    )


def _header(text: str, limit: int) -> str:
    """The text as it may stand in a header. Of what looks like an encoded word (RFC
    2047, "=?utf-8?q?=0a?="), Python would write what it means, be it a line end.
    """
    return single_line(text, limit).replace("=?", "= ?")


def _line(text: str) -> str:
    return single_line(text, LINE_LIMIT)
