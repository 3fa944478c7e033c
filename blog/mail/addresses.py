"""Addresses as mail servers want them."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What a browser's own field for addresses takes (HTML, 4.10.5.1.5), so also a host that
# only one's own network knows.
_PLAIN = re.compile(rf"[\w.!#$%&'*+/=?^`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*", re.I | re.A)


def deliverable(typed: str) -> str | None:
    """The address with its host in ASCII and small letters; ``None`` if it is none.
    What stands before the @ may be of any script (RFC 6531), but may not look like an
    encoded word (RFC 2047): Python would write what that means, a line end for one.
    """
    if "=?" in typed:
        return None
    if _PLAIN.fullmatch(typed):
        name, _, host = typed.rpartition("@")
        return f"{name}@{host.lower()}"
    try:
        found = validate_email(
            typed, check_deliverability=False, globally_deliverable=False
        )
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain}"


def mail_host(url: str) -> str:
    """The host of a web address as mail writes it: a number in brackets (RFC 5321,
    4.1.3).
    """
    host = urlsplit(url).hostname or ""
    try:
        number = ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{number}]" if number.version == 6 else f"[{number}]"
