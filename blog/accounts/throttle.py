"""How often somebody may try to log in.

Three budgets. A network may fail twenty times in a quarter of an hour. An account that
is tried from unknown browsers answers slower and slower. A browser in which its owner
has logged in before has a budget of its own for that account: however hard strangers
try, they cannot lock the owner out.

An attempt counts as failed when it begins and is taken back when it succeeds, so a
hundred at once are a hundred.
"""

import ipaddress
from datetime import datetime
from typing import NamedTuple

from .. import counters

NETWORK_FAILURES = 20
NETWORK_WINDOW_SECONDS = 15 * 60
FREE_FAILURES = 3
LONGEST_WAIT_SECONDS = 15 * 60


class Attempt(NamedTuple):
    """Somebody at ``address`` says to be ``name``; ``device`` is the browser's id if
    that person has logged in with it before."""

    name: str
    address: str | None
    device: str | None = None


def admit(attempt: Attempt, now: datetime) -> int:
    """Count an attempt; zero when it may be made, else the seconds to wait."""
    if attempt.device is not None:
        return _slow_down(_device_key(attempt), now)
    wait = counters.take(
        _network_key(attempt),
        limit=NETWORK_FAILURES,
        window_seconds=NETWORK_WINDOW_SECONDS,
        now=now,
    )
    if wait:
        return wait
    wait = _slow_down(_account_key(attempt.name), now)
    if wait:
        counters.give_back(_network_key(attempt))  # no password was tried
    return wait


def succeeded(attempt: Attempt) -> None:
    """Take back what ``admit`` counted, and what failed before it."""
    if attempt.device is not None:
        counters.forget(_device_key(attempt))
    else:
        counters.give_back(_network_key(attempt))
        counters.forget(_account_key(attempt.name))


def forget(name: str) -> None:
    """Let the account be tried at once again."""
    counters.forget(_account_key(name))


def admit_change(user_id: int, now: datetime) -> int:
    """Like ``admit``, for the present password asked of somebody logged in."""
    return _slow_down(f"password:{user_id}", now)


def change_succeeded(user_id: int) -> None:
    counters.forget(f"password:{user_id}")


def _slow_down(key: str, now: datetime) -> int:
    return counters.back_off(
        key, free=FREE_FAILURES, cap_seconds=LONGEST_WAIT_SECONDS, now=now
    )


def _account_key(name: str) -> str:
    return f"login:account:{name}"


def _device_key(attempt: Attempt) -> str:
    return f"login:device:{attempt.device}:{attempt.name}"


def _network_key(attempt: Attempt) -> str:
    return f"login:network:{network(attempt.address)}"


def network(address: str | None) -> str:
    """The part of an address that its holder cannot change at will: all of an IPv4
    address, the first half of an IPv6 address."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
    return str(ip)
