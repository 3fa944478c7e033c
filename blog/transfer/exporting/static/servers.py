"""What web servers are told besides the files: where old addresses lead, what a feed
is, and what browsers may do. Each reads its own file, and none needs any.
"""

import html
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from ....feeds.formats import Format
from ....security import COMMON_HEADERS, PUBLIC_CSP, csp_header
from ....site.models import GONE
from . import files

HEADERS = COMMON_HEADERS | {
    "Content-Security-Policy": csp_header(PUBLIC_CSP),
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_NOT_FOUND = "/404.html"
_FOREVER = "public, max-age=31536000"

_NGINX = """\
# Into the block "http", once, with the folder of the site in the place of FOLDER:
#
#   map_hash_max_size 65536;
#   map_hash_bucket_size 1024;
#   map $uri $recto_moved { include FOLDER/redirects.map; }
#   map $request_uri $recto_asked { include FOLDER/redirects-queries.map; }
#
# Into the block "server": root FOLDER; include FOLDER/nginx.conf;

index index.xml index.html;
error_page 404 410 /404.html;
absolute_redirect off;
if ($recto_asked ~ "^301 (.+)$") { return 301 $1; }
if ($recto_asked ~ "^302 (.+)$") { return 302 $1; }
if ($recto_asked ~ "^410") { return 410; }
if ($recto_moved ~ "^301 (.+)$") { return 301 $1; }
if ($recto_moved ~ "^302 (.+)$") { return 302 $1; }
if ($recto_moved ~ "^410") { return 410; }
charset utf-8;
charset_types text/css text/plain text/xml application/javascript application/json
  application/xml application/rss+xml application/atom+xml application/feed+json;
location ~ /\\. { return 404; }
location / { try_files $uri $uri/index.html =404; }
"""

_APACHE = """\
Options -Indexes -MultiViews
DirectoryIndex index.xml index.html
ErrorDocument 404 /404.html
AddType image/avif .avif
AddType image/webp .webp
AddCharset utf-8 .html .xml .json .css .js .txt
"""


class Moved(NamedTuple):
    """An old address, as path and query, and where it leads: for good (301), for now
    (302), or nowhere any more (410).
    """

    path: str
    query: str
    status: int
    to: str

    @property
    def answer(self) -> str:
        return f"{self.status} {self.to}".strip()


def write(
    folder: Path,
    moved: Collection[Moved],
    names: Collection[PurePosixPath],
) -> None:
    """Write the servers' own files, and a page for each old address and each feed whose
    place is free.
    """
    plain = [each for each in moved if not each.query]
    asked = [each for each in moved if each.query]
    feeds = sorted(name for name in names if name.name == files.XML)
    for name, text in (
        ("redirects.map", _map((unquote(each.path), each.answer) for each in plain)),
        (
            "redirects-queries.map",
            _map((f"{each.path}?{each.query}", each.answer) for each in asked),
        ),
        ("nginx.conf", _NGINX + _nginx_headers() + _nginx_feeds()),
        (".htaccess", _APACHE + _apache(plain, asked)),
        ("_redirects", _netlify(plain, feeds)),
        ("_headers", _headers()),
        (".nojekyll", ""),  # for GitHub Pages, which leaves out what begins with "_"
    ):
        (folder / name).write_text(text, "utf-8")
    _write_stubs(folder, plain, feeds, names)


def _map(rows: Iterable[tuple[str, str]]) -> str:
    """For nginx: with and without a slash at the end, as the application takes both."""
    lines: dict[str, str] = {}
    for path, to in rows:
        lines.setdefault(path, to)
    for path, to in list(lines.items()):
        if "?" not in path:
            other = path.rstrip("/") if path.endswith("/") else f"{path}/"
            lines.setdefault(other, to)
    # In where it leads "$" would be a variable; in what is asked for it is none.
    return "".join(
        f"{_quoted(path)} {_quoted(to.replace('$', '%24'))};\n"
        for path, to in sorted(lines.items())
        if path
    )


def _quoted(text: str) -> str:
    """As nginx reads a text. A line break, which may stand there as %0A, would begin
    another line.
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\r\n]", "", escaped) + '"'


def _nginx_headers() -> str:
    return "".join(f'add_header {name} "{value}";\n' for name, value in HEADERS.items())


def _nginx_feeds() -> str:
    return "".join(
        f"location ~ /{start}({end})?$ {{ types {{ }} default_type {media_type}; "
        f"try_files $uri $uri/{files.XML} =404; }}\n"
        for start, end, media_type in (
            (re.escape(each.suffix), re.escape(files.XML), each.media_type)
            for each in Format
        )
    )


def _apache(
    plain: Collection[Moved],
    asked: Collection[Moved],
) -> str:
    lines = [f'<Files "{files.XML}">', f"ForceType {Format.RSS.media_type}", "</Files>"]
    lines += ['<If "%{REQUEST_URI} =~ m#/feed/atom/#">']
    lines += [f"ForceType {Format.ATOM.media_type}", "</If>"]
    lines += ["<IfModule mod_headers.c>"]
    lines += [f'Header set {name} "{value}"' for name, value in HEADERS.items()]
    lines += ["</IfModule>", '<Files "feed.json">']
    lines += [f"ForceType {Format.JSON.media_type}", "</Files>"]
    lines += ["<IfModule mod_rewrite.c>", "RewriteEngine On"]
    for each in asked:
        lines.append(f'RewriteCond %{{QUERY_STRING}} "^{re.escape(each.query)}$"')
        lines.append(_rule(each, ",QSD"))
    lines += [_rule(each) for each in plain]
    return "\n".join([*lines, "</IfModule>", ""])


def _rule(moved: Moved, more: str = "") -> str:
    path = re.escape(unquote(moved.path).strip("/")).replace('"', '\\"')
    path = re.sub(r"\\?[\r\n]", "", path)
    if moved.status == GONE:
        return f'RewriteRule "^{path}/?$" - [G]'
    to = moved.to.replace("%", "\\%").replace("$", "\\$").replace('"', "%22")
    return f'RewriteRule "^{path}/?$" "{to}" [R={moved.status},L,NE{more}]'


def _netlify(plain: Iterable[Moved], feeds: Iterable[PurePosixPath]) -> str:
    """For Netlify and Cloudflare Pages; without the queries, which both cannot read."""
    # With "!" it goes before the page that stands there for other servers.
    rows = [f"/{name.parent}/ /{name} 200!" for name in feeds]
    rows += [f"{each.path} {each.to or _NOT_FOUND} {each.status}" for each in plain]
    return "\n".join([*rows, ""])


def _headers() -> str:
    """For Netlify and Cloudflare Pages."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    lines += ["/static/*", f"  Cache-Control: {_FOREVER}"]
    for each in Format:
        end = files.XML if each.suffix.endswith("/") else ""
        for start in ("/", "/*/"):
            lines.append(f"{start}{each.suffix}{end}")
            lines.append(f"  Content-Type: {each.media_type}; charset=utf-8")
    return "\n".join([*lines, ""])


def _write_stubs(
    folder: Path,
    plain: Iterable[Moved],
    feeds: Iterable[PurePosixPath],
    names: Collection[PurePosixPath],
) -> None:
    """For servers that read none of it."""
    leading = [
        (files.stub(each.path), _leading_on(each.to)) for each in plain if each.to
    ]
    for name in feeds:
        format = Format.ATOM if name.parent.name == "atom" else Format.RSS
        page = _leading_on(f"/{name}", format.media_type)
        leading.append((name.with_name(files.PAGE), page))
    for stub, page in leading:
        if stub is None or stub in names:
            continue
        place = folder / stub
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("x", encoding="utf-8") as file:
                file.write(page)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue  # something stands there, and goes first


def _leading_on(to: str, media_type: str = "") -> str:
    """A page that leads on at once; and says where the feed is to who wants one."""
    address = html.escape(to)
    feed = (
        f'<link rel="alternate" type="{media_type}" href="{address}">\n'
        if media_type
        else ""
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{address}</title>\n"
        f'<meta http-equiv="refresh" content="0; url={address}">\n'
        f'<link rel="canonical" href="{address}">\n{feed}'
        f'<a href="{address}">{address}</a>\n'
    )
