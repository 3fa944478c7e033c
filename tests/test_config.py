"""The environment: every variable, right and wrong."""

import logging
import os
import stat
import subprocess
import sys

import pytest

from blog import config
from blog.config import ConfigError, from_env, hosts

KEY = "k" * config.MIN_SECRET_BYTES


@pytest.fixture
def read(tmp_path):
    """``read(BLOG_X="…")``: the configuration of an environment of exactly this."""

    def ask(**env):
        return from_env({"BLOG_INSTANCE": str(tmp_path), "BLOG_SECRET_KEY": KEY} | env)

    return ask


def test_nothing_has_to_be_set(tmp_path):
    settings = from_env({"BLOG_INSTANCE": str(tmp_path)})

    assert settings["INSTANCE"] == tmp_path
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/blog.sqlite"
    assert settings["TRUSTED_PROXIES"] == 0
    assert settings["LIMITS"] is True


def test_an_empty_variable_is_one_that_is_not_set(read):
    empty = dict.fromkeys(config.KNOWN - {"BLOG_INSTANCE", "BLOG_SECRET_KEY"}, "")

    assert read(**empty, PORT="") == read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("PORT", " 80"),
        ("PORT", "٨٠"),
        ("PORT", "80.0"),
        ("PORT", "000000000000080"),
        ("BLOG_SITE_URL", "example.org"),
        ("BLOG_SITE_URL", "//example.org"),
        ("BLOG_SITE_URL", "ftp://example.org"),
        ("BLOG_SITE_URL", "https://"),
        ("BLOG_SITE_URL", "https://:443"),
        ("BLOG_SITE_URL", "https://me@example.org"),
        ("BLOG_SITE_URL", "https://:secret@example.org"),
        ("BLOG_SITE_URL", "https://@example.org"),
        ("BLOG_SITE_URL", "https://exa mple.org"),
        ("BLOG_SITE_URL", "https://example..org"),
        ("BLOG_SITE_URL", "https://example.org:port"),
        ("BLOG_SITE_URL", "https://example.org:99999"),
        ("BLOG_SITE_URL", "https://[::1"),
        ("BLOG_SITE_URL", "https://[example]"),
        ("BLOG_SITE_URL", "https://example.org/blog"),
        ("BLOG_SITE_URL", "https://example.org/?a=b"),
        ("BLOG_SITE_URL", "https://example.org/#top"),
        ("BLOG_SITE_URL", "https://a\udcffb.example"),
        ("BLOG_DATABASE_URL", "blog.sqlite"),
        ("BLOG_DATABASE_URL", "sqlite://"),
        ("BLOG_DATABASE_URL", "sqlite:///:memory:"),
        ("BLOG_DATABASE_URL", "sqlite:///relative.sqlite"),
        ("BLOG_DATABASE_URL", "sqlite:////a/b.sqlite?mode=ro"),
        ("BLOG_DATABASE_URL", "sqlite+aiosqlite:////a/b.sqlite"),
        ("BLOG_DATABASE_URL", "postgresql://localhost/blog"),
        ("BLOG_SECRET_KEY", "k" * (config.MIN_SECRET_BYTES - 1)),
        ("BLOG_TRUSTED_PROXIES", "-1"),
        ("BLOG_TRUSTED_PROXIES", "10"),
        ("BLOG_TRUSTED_PROXIES", "00000000099999999"),
        ("BLOG_TRUSTED_PROXIES", "one"),
        ("BLOG_LIMITS", "no"),
        ("BLOG_LIMITS", "OFF"),
    ],
)
def test_a_wrong_value_is_refused_by_name(read, name, value):
    with pytest.raises(ConfigError, match=name):
        read(**{name: value})


@pytest.mark.parametrize(
    ("given", "site_url", "names"),
    [
        ("https://example.org", "https://example.org", {"example.org"}),
        ("https://example.org/", "https://example.org", {"example.org"}),
        ("HTTPS://Example.ORG", "https://example.org", {"example.org"}),
        ("https://example.org:443", "https://example.org", {"example.org"}),
        ("http://example.org:80", "http://example.org", {"example.org"}),
        ("https://example.org:8443", "https://example.org:8443", {"example.org"}),
        ("https://bücher.example", "https://xn--bcher-kva.example",
         {"xn--bcher-kva.example"}),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443",
         {"[2001:db8::1]"}),
        ("https://[2001:db8:0:0::1]", "https://[2001:db8::1]", {"[2001:db8::1]"}),
        ("http://192.0.2.7", "http://192.0.2.7", {"192.0.2.7"}),
        ("http://localhost:9000", "http://localhost:9000", config.LOOPBACK_HOSTS),
        ("http://[::1]:9000", "http://[::1]:9000", config.LOOPBACK_HOSTS),
    ],
)  # fmt: skip
def test_the_address_is_kept_as_browsers_write_it(read, given, site_url, names):
    assert read(BLOG_SITE_URL=given)["SITE_URL"] == site_url
    assert hosts(site_url) == names


def test_the_port_stands_in_the_address_nobody_set(read):
    assert read(PORT="9000")["SITE_URL"] == "http://127.0.0.1:9000"
    assert hosts("http://127.0.0.1:9000") == {"127.0.0.1", "localhost", "[::1]"}


def test_the_database_may_lie_elsewhere(read, tmp_path):
    url = f"sqlite:///{tmp_path}/else where.sqlite"

    assert read(BLOG_DATABASE_URL=url)["SQLALCHEMY_DATABASE_URI"] == url


@pytest.mark.parametrize(("given", "limits"), [("on", True), ("off", False)])
def test_limits_can_be_lifted(read, given, limits):
    assert read(BLOG_LIMITS=given)["LIMITS"] is limits


def test_proxies_are_counted(read):
    assert read(BLOG_TRUSTED_PROXIES="2")["TRUSTED_PROXIES"] == 2


def test_an_unknown_variable_is_warned_of_and_others_are_left_alone(read, caplog):
    caplog.set_level(logging.WARNING)
    read(BLOG_SITE_ULR="https://example.org", OTHER="x")

    assert caplog.messages == [
        "BLOG_SITE_ULR is not a setting of Recto; it has no effect."
    ]


def test_a_missing_instance_is_made_for_its_owner_alone(read, tmp_path):
    folder = tmp_path / "a" / "b"
    read(BLOG_INSTANCE=str(folder))

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_instance_that_is_no_folder_is_refused(read, tmp_path):
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(ConfigError, match="BLOG_INSTANCE"):
        read(BLOG_INSTANCE=str(file))
    with pytest.raises(ConfigError, match="BLOG_INSTANCE"):
        read(BLOG_INSTANCE=str(file / "below"))


# The secret key


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    env = {"BLOG_INSTANCE": str(tmp_path)}
    key = from_env(env)["SECRET_KEY"]

    assert len(key) >= config.MIN_SECRET_BYTES
    assert from_env(env)["SECRET_KEY"] == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secret_key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    code = "from blog.config import from_env; print(from_env()['SECRET_KEY'])"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            env=os.environ | {"BLOG_INSTANCE": str(tmp_path)},
        )
        for _ in range(4)
    ]

    assert len({each.communicate()[0] for each in processes}) == 1
    assert [each.returncode for each in processes] == [0] * 4
    assert os.listdir(tmp_path) == ["secret_key"]


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe" * 40])
def test_a_key_that_was_spoilt_is_refused_and_kept(tmp_path, content):
    file = tmp_path / "secret_key"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match="secret_key"):
        from_env({"BLOG_INSTANCE": str(tmp_path)})
    assert file.read_bytes() == content


def test_a_key_may_come_from_a_file(read, tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{KEY}-of-a-file\n")

    settings = read(BLOG_SECRET_KEY="", BLOG_SECRET_KEY_FILE=str(file))
    assert settings["SECRET_KEY"] == f"{KEY}-of-a-file"
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("content", [None, b"short", b"\xff" * 40])
def test_a_file_that_holds_no_key_is_refused(read, tmp_path, content):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError, match="BLOG_SECRET_KEY_FILE"):
        read(BLOG_SECRET_KEY="", BLOG_SECRET_KEY_FILE=str(file))


def test_two_keys_are_one_too_many(read, tmp_path):
    with pytest.raises(ConfigError, match="BLOG_SECRET_KEY_FILE"):
        read(BLOG_SECRET_KEY_FILE=str(tmp_path / "key"))


def test_a_key_is_counted_in_bytes(read):
    assert read(BLOG_SECRET_KEY="ключ" * 4)["SECRET_KEY"] == "ключ" * 4


def test_the_command_line_names_what_is_wrong():
    done = subprocess.run(
        [sys.executable, "-m", "blog.cli", "upgrade"],
        env=os.environ | {"BLOG_LIMITS": "maybe"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert done.stderr == "Error: BLOG_LIMITS: one of on, off is expected.\n"
