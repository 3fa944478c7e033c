"""What would become of the addresses of an old site."""

import gzip
import io
import json

import pytest

from blog.posts.models import Status
from blog.transfer import old_urls
from tests.factories import make_page, make_post

pytestmark = pytest.mark.usefixtures("db")

SITEMAP = """<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://old.example/a/?x=1&amp;y=2</loc></url>
<url><loc><![CDATA[ https://old.example/b/ ]]></loc></url></urlset>"""
LOG = (
    '192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] "GET /a/ HTTP/1.1" 200 9 "-" "x"\n'
    '192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] "GET /a/ HTTP/2.0" 304 0 "-" "x"\n'
    '192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] "GET /none HTTP/1.1" 404 0 "-" "x"\n'
    '192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] "POST /a/ HTTP/1.1" 200 0 "-" "x"\n'
)
LIST = "# ours\nhttps://old.example/a/\n\n//old.example\n/b/ 12\nmailto:a@b\nhttp://[\n"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (SITEMAP.encode(), {"/a/?x=1&y=2": 1, "/b/": 1}),
        (gzip.compress(SITEMAP.encode(), mtime=0), {"/a/?x=1&y=2": 1, "/b/": 1}),
        (LOG.encode(), {"/a/": 2}),
        (LIST.encode(), {"/a/": 1, "/": 1, "/b/": 1}),
        (b"\xef\xbb\xbf/a/\r\n\xff\xfe", {"/a/": 1}),
        (b"", {}),
    ],
)
def test_addresses_are_found_in_what_owners_have(data, found):
    assert dict(old_urls.listed(io.BytesIO(data))) == found


def test_a_sitemap_that_grows_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(old_urls, "MOST_BYTES", 1000)

    with pytest.raises(old_urls.TooLarge):
        old_urls.listed(io.BytesIO(gzip.compress(bytes(10_000))))


@pytest.fixture
def checked(app, tmp_path):
    """What the command says of some addresses."""

    def ask(*addresses, options=()):
        path = tmp_path / "list.txt"
        path.write_text("\n".join(addresses), "utf-8")
        result = app.test_cli_runner().invoke(
            args=["urls", "check", str(path), *options]
        )
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    return ask


@pytest.fixture
def paper():
    make_post(title="Slack water", slug="slack-water")
    make_post(title="A secret", slug="a-secret", status=Status.PRIVATE)
    make_page(title="About us", slug="about-us")


def told(output):
    lines = [json.loads(line) for line in output.splitlines()]
    return {
        each["address"]: (each["fate"], each["status"], each["to"]) for each in lines
    }


def test_each_address_is_told_its_fate(checked, paper):
    found = told(
        checked(
            *("/about-us/", "/about-us", "/old/slack-water.html", "/slack/", "/zzz/"),
            *("/a-secret/", "/old/a-secret/", "/?p=999", "/category/nothing/"),
            options=["--json"],
        )
    )

    where = "/2026/11/slack-water/"
    where = next(to for _, _, to in found.values() if "slack-water" in to) or where
    assert found == {
        "/about-us/": ("answers", 200, ""),
        "/about-us": ("redirects", 200, "/about-us/"),
        "/old/slack-water.html": ("lost", 404, where),
        "/slack/": ("lost", 404, where),
        "/zzz/": ("lost", 404, ""),
        "/a-secret/": ("lost", 404, ""),
        "/old/a-secret/": ("lost", 404, ""),
        "/?p=999": ("lost", 404, ""),
        "/category/nothing/": ("lost", 404, ""),
    }


def test_it_is_told_in_words(checked, paper):
    output = checked("/about-us/", "/about-us", "/slack/", "/zzz/")

    assert output.startswith("4 addresses:\n")
    assert "1 answer\n" in output
    assert "1 lead on to what answers" in output
    assert "2 would be lost" in output
    assert "404 /zzz/\n" in output
    assert "404 /slack/ – perhaps /2" in output


def test_lost_ones_are_led_on_if_that_is_wanted(checked, paper, visitor):
    output = checked("/slack/", "/zzz/", options=["--redirect"])

    assert output.endswith("1 of the lost ones lead on now.\n")
    assert visitor.get("/slack/").status_code == 301
    assert "1 lead on" in checked("/slack/")


def test_a_file_that_is_none_is_said(app, tmp_path):
    result = app.test_cli_runner().invoke(args=["urls", "check", str(tmp_path)])

    assert result.exit_code == 1
    assert "cannot be read" in result.output
