"""What web servers make of the files that are written for them."""

import http.client
import shutil
import subprocess
import time
from pathlib import PurePosixPath

import pytest

from blog.transfer.exporting.static import servers
from blog.transfer.exporting.static.servers import Moved
from tests.checkers import missing
from tests.servers import free_port

CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;
events {{}}
http {{
  access_log off; default_type application/octet-stream;
  types {{ text/html html; text/xml xml; application/json json; }}
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
  fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  map_hash_max_size 65536; map_hash_bucket_size 1024;
  map $uri $recto_moved {{ include {site}/redirects.map; }}
  map $request_uri $recto_asked {{ include {site}/redirects-queries.map; }}
  server {{ listen 127.0.0.1:{port}; root {site}; include {site}/nginx.conf; }}
}}
"""
MOVED = [
    Moved("/old/tea.html", "", 301, "/tea/"),
    Moved("/old/%DA%86/", "", 301, "/%DA%86/#comment-1"),
    Moved('/a%22b$c%5C;}/', "", 301, "/tea/?a=$b"),
    Moved("/two%0Alines", "", 301, "/tea/"),
    Moved("/for-now", "", 302, "https://example.org/x?a=1"),
    Moved("/burnt", "", 410, ""),
    Moved("/", "p=7", 301, "/tea/"),
]  # fmt: skip
ANSWERS = {
    "/": (200, "text/html"),
    "/tea/": (200, "text/html"),
    "/tea": (200, "text/html"),
    "/feed/": (200, "application/rss+xml"),
    "/tea/feed/": (200, "application/rss+xml"),
    "/feed/atom/": (200, "application/atom+xml"),
    "/feed.json": (200, "application/feed+json"),
    "/none": (404, "text/html"),
    "/.htaccess": (404, "text/html"),
    "/old/tea.html": (301, "/tea/"),
    "/old/tea.html?utm=1": (301, "/tea/"),
    "/old/%DA%86": (301, "/%DA%86/#comment-1"),
    "/a%22b$c%5C;}/": (301, "/tea/?a=%24b"),
    "/for-now/": (302, "https://example.org/x?a=1"),
    "/burnt": (410, "text/html"),
    "/?p=7": (301, "/tea/"),
    "/?p=8": (200, "text/html"),
}


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    for name in ("index.html", "404.html", "tea/index.html", "feed/index.xml",
                 "feed/atom/index.xml", "tea/feed/index.xml", "feed.json"):  # fmt: skip
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("here")
    names = [PurePosixPath(each.relative_to(site)) for each in site.rglob("*.*")]
    servers.write(site, MOVED, names)
    return site


@pytest.fixture
def nginx(folder, tmp_path):
    """The port of a real one."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        missing("nginx is not installed")
    port = free_port()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=tmp_path, site=folder, port=port)
    )
    command = [program, "-e", str(tmp_path / "start.log"), "-c", str(configuration)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    for _ in range(100):
        assert process.poll() is None, (tmp_path / "start.log").read_text()
        try:
            ask(port, "/")
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(10)


def ask(port, path):
    """The status, and where it leads or what it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    to = answer.headers.get("Location")
    return answer.status, to or answer.headers.get_content_type()


def test_nginx_finds_pages_feeds_and_old_addresses(nginx):
    assert {path: ask(nginx, path) for path in ANSWERS} == ANSWERS


def test_a_page_stands_where_an_address_led_on(folder):
    for path, to in (
        ("old/tea.html", "/tea/"),
        ("for-now/index.html", "https://example.org/x?a=1"),
        ("old/چ/index.html", "/%DA%86/#comment-1"),
        ("feed/index.html", "/feed/index.xml"),
    ):
        assert f'content="0; url={to}"' in (folder / path).read_text("utf-8")
    assert not (folder / "burnt").exists()
    assert (folder / "index.html").read_text() == "here"


def test_apache_and_netlify_get_a_line_for_each(folder):
    apache = (folder / ".htaccess").read_text("utf-8").splitlines()
    netlify = (folder / "_redirects").read_text("utf-8").splitlines()

    assert 'RewriteRule "^old/tea\\.html/?$" "/tea/" [R=301,L,NE]' in apache
    assert 'RewriteRule "^burnt/?$" - [G]' in apache
    at = apache.index('RewriteCond %{QUERY_STRING} "^p=7$"')
    assert apache[at + 1] == 'RewriteRule "^/?$" "/tea/" [R=301,L,NE,QSD]'
    assert netlify[:3] == [
        "/feed/atom/ /feed/atom/index.xml 200!",
        "/feed/ /feed/index.xml 200!",
        "/tea/feed/ /tea/feed/index.xml 200!",
    ]
    assert "/for-now https://example.org/x?a=1 302" in netlify
    assert not any("p=7" in line for line in netlify)
