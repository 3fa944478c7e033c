"""What the operator sets: the ``BLOG_*`` environment, typed, refused by name if wrong.

What the owner sets in the browser (title, language, comments) is ``site/``.
"""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

log = logging.getLogger(__name__)

KNOWN = frozenset(
    {
        "BLOG_INSTANCE",
        "BLOG_SITE_URL",
        "BLOG_DATABASE_URL",
        "BLOG_SECRET_KEY",
        "BLOG_SECRET_KEY_FILE",
        "BLOG_TRUSTED_PROXIES",
        "BLOG_LIMITS",
        "BLOG_SMTP_URL",
        "BLOG_MAIL_FROM",
        "BLOG_AKISMET_KEY",
        "BLOG_AKISMET_URL",
    }
)
# The names of this machine to itself; whoever means one of them means each.
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
DEFAULT_PORTS = {"http": 80, "https": 443}
MIN_SECRET_BYTES = 32
# Everything that is not an editor or an upload; those raise it for themselves.
MAX_BODY_BYTES = 256 * 1024
THREADS = 4
PROJECT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """The environment is unusable; the message names the variable."""


class Tls(StrEnum):
    """How the line to the mail server is kept from others."""

    STARTTLS = "starttls"  # begun in the open, then always encrypted
    IMPLICIT = "tls"  # encrypted from the first byte
    NONE = "none"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. The password stays out of every message."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


def from_env(environ: Mapping[str, str] | None = None) -> dict[str, object]:
    """Flask configuration from the environment.

    :raise ConfigError: if a value is wrong, naming the variable
    """
    env = os.environ if environ is None else environ
    for name in sorted(env):
        if name.startswith("BLOG_") and name not in KNOWN:
            log.warning("%s is not a setting of Recto; it has no effect.", name)
    instance = _instance(env)
    return {
        "INSTANCE": instance,
        "SITE_URL": _site_url(env),
        "SQLALCHEMY_DATABASE_URI": _database_url(env, instance),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            # One connection a thread and none to spare: a queue that is full says
            # so after five seconds instead of piling up.
            "pool_size": THREADS,
            "max_overflow": 0,
            "pool_timeout": 5,
        },
        "SECRET_KEY": _secret_key(env, instance),
        "TRUSTED_PROXIES": _whole_number(env, "BLOG_TRUSTED_PROXIES", 0, 0, 9),
        "LIMITS": _choice(env, "BLOG_LIMITS", {"on": True, "off": False}, "on"),
        "AKISMET_KEY": _akismet_key(env),
        "AKISMET_URL": _akismet_url(env),
        "SMTP_URL": _smtp_url(env),
        "MAIL_FROM": _mail_from(env),
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "WTF_CSRF_SSL_STRICT": False,  # the origin check is ours, in security.py
        "TEMPLATES_AUTO_RELOAD": False,
        # Whether pages are made to be kept as files: nothing can be sent from those.
        "FROZEN": False,
    }


def _instance(env: Mapping[str, str]) -> Path:
    folder = Path(env.get("BLOG_INSTANCE") or PROJECT / "instance").absolute()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"BLOG_INSTANCE: {folder} is not a folder.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"BLOG_INSTANCE: {folder} cannot be made ({error.strerror})."
        ) from None
    return folder


def _site_url(env: Mapping[str, str]) -> str:
    port = _whole_number(env, "PORT", 8000, 1, 65535)
    given = env.get("BLOG_SITE_URL")
    return site_url(given, "BLOG_SITE_URL") if given else local_url(port)


def site_url(given: str, name: str) -> str:
    """The address of a site as a browser writes it, without a slash at its end.

    :raise ConfigError: if it is none; the message begins with ``name``
    """
    try:
        parts = urlsplit(given)
        host, own_port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        raise ConfigError(
            f"{name}: an address such as https://example.org is expected."
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(
            f"{name}: the site stands at the root of its host; no path is taken."
        )
    if own_port in (None, DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{own_port}"


def _ascii_host(host: str) -> str:
    """The host as it stands in a request; empty when it is none.

    :raise ValueError: if it is none either, as the libraries say it
    """
    if ":" in host:
        return f"[{ip_address(host)}]"
    encoded = host.encode("idna").decode("ascii").lower()
    return encoded if re.fullmatch(r"[a-z0-9.-]*[a-z0-9]", encoded) else ""


def local_url(port: int) -> str:
    """The site's address as long as nobody has set one."""
    return f"http://127.0.0.1:{port}"


def hosts(site_url: str) -> frozenset[str]:
    """The hosts, without a port, that a request for the site may name."""
    host = urlsplit(site_url).netloc
    host = re.sub(r":[0-9]+$", "", host)
    return LOOPBACK_HOSTS if host in LOOPBACK_HOSTS else frozenset({host})


def mail_server(url: str) -> MailServer:
    """The server that an address names: ``smtp://USER:PASSWORD@HOST:587``, always with
    STARTTLS but for this machine or ``?starttls=no``, or ``smtps://…:465``.

    :raise ValueError: if it names none
    """
    parts = urlsplit(url)
    host, port = _ascii_host(parts.hostname or ""), parts.port
    user = unquote(parts.username or "", errors="strict")
    password = unquote(parts.password or "", errors="strict")
    options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    starttls = options.pop("starttls", "no" if host in LOOPBACK_HOSTS else "yes")
    if (
        parts.scheme not in ("smtp", "smtps")
        or not host
        or port == 0
        or options
        or starttls not in ("yes", "no")
        or parts.path not in ("", "/")
        or parts.fragment
        or bool(user) != bool(password)
        or not re.fullmatch("[ -~]*", user + password)
    ):
        raise ValueError(parts.scheme)
    plain = Tls.STARTTLS if starttls == "yes" else Tls.NONE
    is_smtps = parts.scheme == "smtps"
    tls, usual_port = (Tls.IMPLICIT, 465) if is_smtps else (plain, 587)
    return MailServer(host.strip("[]"), port or usual_port, tls, user, password)


def _smtp_url(env: Mapping[str, str]) -> str:
    url = env.get("BLOG_SMTP_URL") or ""
    try:
        if url:
            mail_server(url)
    except ValueError:
        # Without what was given: a password may be in it.
        raise ConfigError(
            "BLOG_SMTP_URL: an address such as smtp://USER:PASSWORD@mail.example.org "
            "is expected; write signs such as @ and / in a password as %40 and %2F."
        ) from None
    return url


def _mail_from(env: Mapping[str, str]) -> str:
    given = env.get("BLOG_MAIL_FROM") or ""
    if not given:
        return ""
    try:
        name, _, host = Address(addr_spec=given).addr_spec.rpartition("@")
        address = f"{name}@{host.encode('idna').decode('ascii').lower()}"
    except (ValueError, MessageError, IndexError):
        address = ""
    if not re.fullmatch(r"[!-~]+@[!-~]+", address):
        raise ConfigError(
            "BLOG_MAIL_FROM: an address such as comments@example.org is expected."
        )
    return address


def _database_url(env: Mapping[str, str], instance: Path) -> str:
    given = env.get("BLOG_DATABASE_URL")
    if not given:
        return f"sqlite:///{instance / 'blog.sqlite'}"
    try:
        url = make_url(given)
    except ArgumentError:
        url = None
    # A file, as several processes share it; a full path, as each may have another
    # working directory.
    if (
        url is None
        or url.drivername != "sqlite"
        or not (url.database or "").startswith("/")
        or url.query
    ):
        raise ConfigError(
            "BLOG_DATABASE_URL: sqlite:////FULL/PATH, with four slashes, is expected."
        )
    return given


def _secret_key(env: Mapping[str, str], instance: Path) -> str:
    key = env.get("BLOG_SECRET_KEY")
    file = env.get("BLOG_SECRET_KEY_FILE")
    if key and file:
        raise ConfigError("BLOG_SECRET_KEY and BLOG_SECRET_KEY_FILE: set one of them.")
    name = "BLOG_SECRET_KEY"
    if file:
        name = "BLOG_SECRET_KEY_FILE"
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{name}: {file} cannot be read.") from None
    elif not key:
        name = "the file secret_key in the instance folder"
        key = _own_secret_key(instance / "secret_key")
    if len(key.encode()) < MIN_SECRET_BYTES:
        raise ConfigError(f"{name}: at least {MIN_SECRET_BYTES} bytes are needed.")
    return key


def _own_secret_key(file: Path) -> str:
    """Read the site's own key, or make it, readable by its owner alone."""
    try:
        if not file.exists():
            _write_new(file, secrets.token_urlsafe(48))
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"BLOG_INSTANCE: {file} cannot be used ({error}).") from None


def _write_new(file: Path, text: str) -> None:
    """Put ``text`` there whole or not at all; the first of several writers wins."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _akismet_key(env: Mapping[str, str]) -> str:
    """The key that asks Akismet; empty where nobody is to be asked."""
    key = env.get("BLOG_AKISMET_KEY") or ""
    if key and not re.fullmatch(r"[0-9A-Za-z]{6,64}", key):
        raise ConfigError(
            "BLOG_AKISMET_KEY: letters and digits are expected, as akismet.com shows."
        )
    return key


def _akismet_url(env: Mapping[str, str]) -> str:
    """Where Akismet is asked, without a slash at its end. The key and what readers
    wrote go there, so in the clear to this machine alone.
    """
    given = env.get("BLOG_AKISMET_URL") or "https://rest.akismet.com"
    try:
        parts = urlsplit(given)
        host, _port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        host = ""
    if (
        not host
        or not (parts.scheme == "https" or host in LOOPBACK_HOSTS)
        or parts.scheme not in DEFAULT_PORTS
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ConfigError(
            "BLOG_AKISMET_URL: an address such as https://rest.akismet.com is expected."
        )
    return given.rstrip("/")


def _whole_number(
    env: Mapping[str, str], name: str, default: int, least: int, most: int
) -> int:
    text = env.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise ConfigError(f"{name}: a whole number from {least} to {most} is expected.")
    return int(text)


def _choice(
    env: Mapping[str, str], name: str, choices: Mapping[str, bool], default: str
) -> bool:
    try:
        return choices[env.get(name) or default]
    except KeyError:
        raise ConfigError(f"{name}: one of {', '.join(choices)} is expected.") from None
