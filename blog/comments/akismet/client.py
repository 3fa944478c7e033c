"""Akismet over HTTP, as https://akismet.com/developers/ describes it: the questions and
what its answers mean. When it is asked is ``second_opinion``'s.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from ... import fetcher
from ...fetcher import Answer, NoAnswer
from ...security import absolute_url
from ..models import Label

# The fields of a form; one of several values is sent as often.
Fields = Mapping[str, str | Sequence[str]]

DEADLINE_SECONDS = 3
MAX_BYTES = 256 * 1024
_LONGEST_REMARK = 300
_THANKS = b"Thanks for making the web a better place."
# Bad keys and accounts that are shared, suspended, unpaid or revoked: nothing that
# passes by itself.
_KEY_ALERTS = frozenset(
    {"10003", "10005", "10006", "10009", "10010", "10402", "10403", "10404"}
)

_REFUSALS = frozenset({401, 402, 403})


@dataclass(frozen=True)
class Remarks:
    """What stands in the headers of any answer; "" for what does not. ``alert`` is for
    the owner, ``debug_help`` says what was wrong with the question.
    """

    guid: str = ""
    pro_tip: str = ""
    error: str = ""
    alert_code: str = ""
    alert_message: str = ""
    debug_help: str = ""

    @property
    def alert(self) -> str:
        """The message with its number; "" if there is none."""
        return " ".join(filter(None, (self.alert_code, self.alert_message)))

    @property
    def known(self) -> dict[str, str]:
        """Those that are there, by name."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Verdict:
    """What it takes a comment for. ``recheck_seconds`` is after how long it wants to be
    asked once more before that counts; 0 mostly.
    """

    is_spam: bool
    remarks: Remarks
    recheck_seconds: int = 0

    @property
    def is_blatant(self) -> bool:
        """Whether it need not even be kept."""
        return self.is_spam and self.remarks.pro_tip == "discard"


@dataclass(frozen=True)
class Usage:
    """Calls of this month, by all sites of the key. ``limit`` is ``None`` for none."""

    used: int
    limit: int | None
    is_throttled: bool


@dataclass(frozen=True)
class SiteMonth:
    """What Akismet counted of this site in a month: ``missed`` is spam that people had
    to report, ``false_positives`` is what it wrongly took for spam.
    """

    spam: int
    ham: int
    missed: int
    false_positives: int


class Unanswered(Exception):
    """There was no answer, or none that means anything; the message says why.

    ``is_down`` where asking for another comment would not go better, and
    ``is_key_problem`` where it is for the owner to do something.
    """

    def __init__(
        self,
        reason: str,
        remarks: Remarks | None = None,
        *,
        is_down: bool = False,
        is_key_problem: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remarks = remarks or Remarks()
        self.is_down = is_down or is_key_problem
        self.is_key_problem = is_key_problem


def is_on() -> bool:
    """Whether there is a key, and so a second opinion."""
    return bool(current_app.config["AKISMET_KEY"])


def verify_key() -> bool:
    """Whether Akismet takes the key for this site.

    :raise Unanswered: if it does not say
    """
    answer = _post("1.1/verify-key", {"key": _key()})
    match answer.body.strip():
        case b"valid":
            return True
        case b"invalid":
            return False
    raise _misunderstood(answer)


def check(fields: Fields) -> Verdict:
    """What Akismet takes a comment for (comment-check).

    :raise Unanswered: if it does not say
    """
    answer = _post("1.1/comment-check", {"api_key": _key(), **_of_test(), **fields})
    remarks = _remarks(answer)
    match answer.body.strip():
        case b"true":
            return Verdict(True, remarks)
        case b"false" if not remarks.error:
            seconds = answer.headers.get("X-akismet-recheck-after", "")
            is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
            return Verdict(False, remarks, int(seconds) if is_number else 0)
    raise _misunderstood(answer)


def report(label: Label, fields: Fields) -> None:
    """Tell Akismet what a person said a comment is (submit-spam, submit-ham).

    :raise Unanswered: if it does not thank for it
    """
    answer = _post(f"1.1/submit-{label}", {"api_key": _key(), **_of_test(), **fields})
    if answer.body.strip() != _THANKS:
        raise _misunderstood(answer)


def usage() -> Usage:
    """How many calls the key has made this month, and how many it may.

    :raise Unanswered: if Akismet does not say
    """
    answer = _get("1.2/usage-limit")
    try:
        told: dict[str, Any] = json.loads(answer.body)
        limit = told["limit"]
        return Usage(
            used=int(told["usage"]),
            limit=None if str(limit).lower() == "none" else int(limit),
            is_throttled=bool(told["throttled"]),
        )
    except (ValueError, KeyError, TypeError):
        raise _misunderstood(answer) from None


def site_month(month: date) -> SiteMonth | None:
    """What it counted of this site in the month of a day; ``None`` if it has not yet
    (key-sites).

    :raise Unanswered: if Akismet does not say
    """
    name = f"{month:%Y-%m}"
    # The list is filtered by a part of the address, which others may share.
    host = urlsplit(absolute_url("/")).netloc
    answer = _get("1.2/key-sites", {"month": name, "filter": host, "limit": "500"})
    try:
        sites = json.loads(answer.body).get(name, [])
        mine = next((site for site in sites if _host(site["site"]) == host), None)
        if mine is None:
            return None
        return SiteMonth(
            int(mine["spam"]),
            int(mine["ham"]),
            int(mine["missed_spam"]),
            int(mine["false_positives"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _misunderstood(answer) from None


def _host(site: str) -> str:
    return urlsplit(site if "//" in site else f"//{site}").netloc


def _post(path: str, fields: Fields) -> Answer:
    return _asked(fetcher.post_form, path, fields)


def _get(path: str, fields: Fields | None = None) -> Answer:
    return _asked(fetcher.get, path, {"api_key": _key(), **(fields or {})})


def _asked(how: Callable[..., Answer], path: str, fields: Fields) -> Answer:
    try:
        answer = how(
            f"{current_app.config['AKISMET_URL']}/{path}",
            {"blog": absolute_url("/"), **fields},
            deadline_seconds=DEADLINE_SECONDS,
            max_bytes=MAX_BYTES,
            headers={"User-Agent": _user_agent()},
        )
    except NoAnswer as error:
        raise Unanswered(str(error), is_down=True) from None
    if answer.status != HTTPStatus.OK:
        raise _misunderstood(answer)
    return answer


def _misunderstood(answer: Answer) -> Unanswered:
    """Why an answer is none."""
    remarks = _remarks(answer)
    is_refused = answer.body.strip() == b"invalid" or answer.status in _REFUSALS
    reasons = [
        f"HTTP {answer.status}" if answer.status != HTTPStatus.OK else "",
        remarks.error,
        remarks.alert,
        remarks.debug_help,
    ]
    reason = ", ".join(filter(None, reasons))
    if not reason:
        reason = repr(answer.body[:40].decode(errors="replace"))
    return Unanswered(
        reason,
        remarks,
        is_down=answer.status == HTTPStatus.TOO_MANY_REQUESTS,
        is_key_problem=is_refused or remarks.alert_code in _KEY_ALERTS,
    )


def _remarks(answer: Answer) -> Remarks:
    def told(name: str) -> str:
        value = answer.headers.get(f"X-akismet-{name}", "")[:_LONGEST_REMARK]
        return re.sub(r"[^ -~]+", "?", value).strip()

    return Remarks(
        guid=told("guid"),
        pro_tip=told("pro-tip").lower(),
        error=told("error"),
        alert_code=told("alert-code"),
        alert_message=told("alert-msg"),
        debug_help=told("debug-help"),
    )


def _key() -> str:
    key: str = current_app.config["AKISMET_KEY"]
    return key


def _of_test() -> dict[str, str]:
    """Nothing that a test or a developer asks may teach Akismet anything."""
    return {"is_test": "1"} if current_app.testing or current_app.debug else {}


def _user_agent() -> str:
    name = f"Recto/{version('recto')}"
    return f"{name} | {name}"
