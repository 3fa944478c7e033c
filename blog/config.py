"""What the operator sets: the ``BLOG_*`` environment, typed, refused by name if wrong.

What the owner sets in the browser (title, language, comments) is ``site/``.
"""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

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
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "WTF_CSRF_SSL_STRICT": False,  # the origin check is ours, in security.py
        "TEMPLATES_AUTO_RELOAD": False,
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
    """The address as a browser writes it, without a slash at its end."""
    port = _whole_number(env, "PORT", 8000, 1, 65535)
    given = env.get("BLOG_SITE_URL")
    if not given:
        return local_url(port)
    try:
        parts = urlsplit(given)
        host, own_port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        raise ConfigError(
            "BLOG_SITE_URL: an address such as https://example.org is expected."
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigError(
            "BLOG_SITE_URL: the site stands at the root of its host; no path is taken."
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
