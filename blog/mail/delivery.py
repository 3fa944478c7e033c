"""The post office: whether there is one, who takes no mail, and sending a letter."""

import hmac
from datetime import datetime

from flask import current_app
from sqlalchemy import delete

from ..config import MailServer, mail_server
from ..database import session
from ..jobs.tasks import GiveUp
from . import letters
from .addresses import deliverable, mail_host
from .letters import Envelope, Letter
from .models import MutedAddress
from .transmission import transmit


def is_on() -> bool:
    """Whether mail can be sent: the operator has named a server."""
    return bool(current_app.config["SMTP_URL"])


def server() -> MailServer | None:
    """The server that takes our mail; ``None`` while mail is off."""
    url = current_app.config["SMTP_URL"]
    return mail_server(url) if url else None


def sender() -> str:
    """Whom mail comes from: what the operator set, or ``comments@`` the site's host."""
    return (
        current_app.config["MAIL_FROM"]
        or f"comments@{mail_host(current_app.config['SITE_URL'])}"
    )


def send(letter: Letter, message_id_seed: str, now: datetime) -> None:
    """Hand a letter to the mail server, within five seconds. Who has forbidden mail
    gets none, silently.

    It ends the read transaction before it goes on the network. Of two letters with one
    seed, a mail program shows one.

    :raise GiveUp: if mail is off, or this letter can never be delivered
    :raise TryLater: if it cannot be delivered now
    :raise Unavailable: if the mail server takes none
    """
    post_office = server()
    if post_office is None:
        raise GiveUp("Mail is off.")
    recipient = deliverable(letter.to)
    if recipient is None:
        raise GiveUp("That is no address that mail can be sent to.")
    if is_muted(letter.to):
        session.rollback()
        return
    envelope = Envelope(sender(), recipient)
    host = sender().rpartition("@")[2]
    message = letters.compose(
        letter, envelope, letters.message_id(message_id_seed, host), now
    )
    session.rollback()
    own_host = mail_host(current_app.config["SITE_URL"])
    transmit(post_office, own_host, envelope, message)


def is_muted(email: str) -> bool:
    """Whether the address wants no mail from here at all."""
    return session.get(MutedAddress, digest(email)) is not None


def mute(email: str, now: datetime) -> None:
    """Send nothing to the address any more, whoever enters it."""
    known_as = digest(email)
    if session.get(MutedAddress, known_as) is None:
        session.add(MutedAddress(digest=known_as, created_at=now))


def unmute(email: str) -> None:
    """Its owner takes mail again."""
    session.execute(delete(MutedAddress).where(MutedAddress.digest == digest(email)))


def digest(email: str) -> str:
    """A name of the address that nobody can read without the site's key."""
    plain = (deliverable(email) or email.strip()).casefold()
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, f"muted {plain}".encode(), "sha256").hex()
