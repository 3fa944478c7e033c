"""The site as files: everything that anybody may read, and nothing else."""

import json
import re
import shutil
import threading
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from blog.accounts.models import Role
from blog.clock import utcnow
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.posts.models import Status
from blog.posts.permalinks import post_url
from blog.site import redirects
from blog.site.queries import settings
from blog.transfer import static_cli
from blog.transfer.exporting.static import files, links, run
from tests.conftest import dispose, make_app
from tests.factories import (
    DAY,
    NOON,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.media.conftest import Library
from tests.media.drawing import corners, saved
from tests.posts.company import make_series
from tests.transfer.served import Served
from tests.transfer.served import links as links_of

# What stands nowhere but in what is not for everybody.
SECRETS = ("Xylograph", "xylo@example.org", "192.0.2.77", "xylo-draft")
SECRET = "Xylograph"


def furnish(app):
    """One of everything."""
    ada = make_user(
        name="ada", slug="ada", display_name="Ada", bio="Writes.", email=SECRETS[1]
    )
    ben = make_user(name="ben", slug="ben", display_name="Ben", role=Role.EDITOR)
    with write_transaction():
        site = settings()
        site.title, site.posts_per_page, site.comments_per_page = "Slack Water", 2, 2
        site.page_comments = True
    harbour = make_category("Harbour", slug="harbour", description="By the sea.")
    boats = make_category("Boats", slug="boats", parent=harbour)
    tide, chai = make_tag("Tide", slug="tide"), make_tag("چائے", slug="چائے")
    library = Library(app)
    picture = library.add(saved(corners((900, 700)), "JPEG"), "boat.jpg", alt="A boat")
    hidden = library.add(saved(corners((60, 40)), "PNG"), "xylo-draft.png")
    library.work()
    posts = [
        make_post(
            title=f"Tide {number}",
            slug=f"tide-{number}",
            source=f"Low water, number {number}. ![A boat]({picture.path})",
            published_at=NOON - number * 120 * DAY,
            author=ada,
            categories=[boats],
            tags=[tide, chai],
        )
        for number in range(5)
    ]
    series = make_series("The Log", slug="the-log")
    with write_transaction():
        posts[1].series_id, posts[2].series_id = series.id, series.id
    make_post(title="چائے خانہ", slug="چائے-خانہ", source="گرم چائے", author=ben)
    make_post(
        title="In parts",
        slug="in-parts",
        source="One.\n\n<!--nextpage-->\n\n"
        f"Two, see [that](/?p={posts[0].id}), [a search](/search?q=tea), "
        f"[the year](/{NOON.year}/?utm_source=x) and [home](/#top).",
    )
    about = make_page(title="About", slug="about", source="Who we are.")
    make_page(title="Crew", slug="crew", parent_id=about.id)
    make_post(title="Under lock", slug="locked", source=SECRET, password="sesame")
    for status in (Status.DRAFT, Status.PENDING, Status.PRIVATE, Status.TRASH):
        make_post(
            title=f"{SECRET} {status}",
            source=f"{SECRET} ![]({hidden.path})",
            status=status,
        )
    make_post(title=f"{SECRET} soon", published_at=utcnow() + DAY)
    for number in range(5):
        first = make_comment(post=posts[0], source=f"Word {number}.", email=SECRETS[1],
                             ip=SECRETS[2])  # fmt: skip
    make_comment(post=posts[0], parent=first, source="A reply.")
    for status in (CommentStatus.PENDING, CommentStatus.SPAM, CommentStatus.TRASH):
        make_comment(post=posts[0], source=SECRET, status=status)
    with write_transaction():
        redirects.lead("/old/tide.html", post_id=posts[0].id)
        redirects.lead("/old/تide", post_id=posts[1].id)
        redirects.lead("/", "p=4711", post_id=posts[2].id)
        redirects.lead("/wp-content/boat.jpg", media_id=picture.id)
        redirects.lead("/for-now/", to="/about/", status=302)
        redirects.lead("/elsewhere/", to="https://example.org/x?a=1#b")
        redirects.lead("/burnt/", status=410)
        boats.slug = "small-boats"
    return {"posts": [post_url(post) for post in posts], "picture": picture.path}


class Site:
    """The application, and its export as it is served."""

    def __init__(self, app, served, output, known):
        self.app, self.served, self.output = app, served, output
        self.posts, self.picture = known["posts"], known["picture"]

    def application(self, path):
        answer = self.app.test_client().get(path, base_url="http://localhost")
        return answer.get_data()

    def redirects(self, name="redirects.map"):
        text = (self.served.folder / name).read_text("utf-8")
        found = re.findall(r'^"(.*)" "(301|302|410) ?(.*)";$', text, re.MULTILINE)
        assert len(found) == text.count("\n")
        self.statuses = {path: int(status) for path, status, _ in found}
        return {path: to for path, _, to in found}

    def pages(self):
        """(path, text) of every written page that is one of the site's."""
        for file in sorted(self.served.folder.rglob("*.html")):
            text = file.read_text("utf-8")
            if 'http-equiv="refresh"' not in text:
                path = file.relative_to(self.served.folder).as_posix()
                yield "/" + quote(path.removesuffix("index.html")), text


def exported(app, dest, *options):
    with app.app_context():
        return app.test_cli_runner().invoke(
            args=["export", "static", str(dest), *options]
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory, empty_database):
    instance = tmp_path_factory.mktemp("static") / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        known = furnish(app)
    dest = instance.parent / "public"
    result = exported(app, dest)
    assert result.exit_code == 0, (result.output, result.exception)
    with Served(dest) as served:
        yield Site(app, served, result.output, known)
    dispose(app)


def test_lists_feeds_and_files_are_what_the_application_answers(site):
    addresses = {
        "/": "text/html",
        "/page/2/": "text/html",
        "/category/harbour/": "text/html",
        "/category/harbour/small-boats/page/2/": "text/html",
        "/tag/tide/": "text/html",
        "/tag/%DA%86%D8%A7%D8%A6%DB%92/": "text/html",
        "/author/ada/page/3/": "text/html",
        "/series/the-log/": "text/html",
        f"/{NOON.year}/": "text/html",
        f"/{NOON:%Y/%m}/": "text/html",
        "/about/crew/": "text/html",
        "/feed.json": "application/json",
        "/category/harbour/feed.json": "application/json",
        "/robots.txt": "text/plain",
        site.picture: "image/jpeg",
        site.picture.replace(".jpg", "-640.avif"): "image/avif",
        "/static/css/base.css": "text/css",
    }
    for path, media_type in addresses.items():
        got = site.served.get(path)

        assert got == (200, media_type, site.application(path)), path


@pytest.mark.parametrize(
    "address",
    ["/feed/", "/feed/atom/", "/comments/feed/", "/tag/tide/feed/", "/author/ada/feed/",
     "/series/the-log/feed/atom/", "{post}feed/", "/sitemap.xml"],
)  # fmt: skip
def test_feeds_and_the_sitemap_are_xml_as_the_application_writes_it(site, address):
    path = address.format(post=site.posts[0])
    file = f"{path}index.xml" if path.endswith("/") else path
    status, media_type, body = site.served.get(file)

    assert (status, body) == (200, site.application(path))
    assert media_type in ("application/xml", "text/xml")
    ElementTree.fromstring(body)


def test_a_post_is_what_the_application_answers_but_for_the_form(site):
    for path in (site.posts[0], f"{site.posts[0]}comment-page-1/", "/about/"):
        ours = site.served.page(path)
        theirs = site.application(path).decode()
        start = '<section class="comments"'

        assert ours.partition(start)[0] == theirs.partition(start)[0]
        assert "comment-form" not in ours
        words = re.compile(r'<div class="comment-text[^>]*>(.*?)</div>', re.DOTALL)
        assert words.findall(ours) == words.findall(theirs)
    assert "Comments are closed." in site.served.page(site.posts[0])


def test_every_link_of_every_page_leads_to_a_file_or_a_redirect(site):
    known, asked = site.redirects(), site.redirects("redirects-queries.map")
    checked = set()
    texts = list(site.pages())
    texts += [
        (f"/static/css/{file.name}", file.read_text("utf-8"))
        for file in (site.served.folder / "static" / "css").glob("*.css")
    ]
    for path, text in texts:
        for link in links_of(text, path):
            bare = link.partition("?")[0]
            target = asked.get(link) or known.get(bare) or bare
            if target not in checked:
                assert site.served.get(target)[0] == 200, (link, "in", path)
                checked.add(target)

    assert len(texts) > 50
    assert len(checked) > 80


def test_old_addresses_lead_where_the_application_leads(site):
    known = site.redirects()

    assert known["/old/tide.html"] == site.posts[0]
    assert known["/old/تide"] == known["/old/تide/"] == site.posts[1]
    assert known["/wp-content/boat.jpg"] == site.picture
    assert known["/category/boats"] == "/category/harbour/small-boats/"
    assert known["/rss.xml"] == "/feed/"
    assert known["/c/1"] == f"{site.posts[0]}comment-page-1/#comment-1"
    assert "/search" not in known and "/search/" not in known
    assert known["/elsewhere"] == "https://example.org/x?a=1#b"
    assert (known["/for-now"], known["/burnt"]) == ("/about/", "")
    assert site.statuses["/old/tide.html"] == 301
    assert (site.statuses["/for-now"], site.statuses["/burnt"]) == (302, 410)
    asked = site.redirects("redirects-queries.map")
    assert asked["/?p=4711"] == site.posts[2]
    apache = (site.served.folder / ".htaccess").read_text("utf-8")
    assert f'RewriteRule "^old/tide\\.html/?$" "{site.posts[0]}" [R=301,L,NE]' in apache
    assert 'RewriteCond %{QUERY_STRING} "^p=4711$"' in apache
    netlify = (site.served.folder / "_redirects").read_text("utf-8").splitlines()
    assert f"/old/tide.html {site.posts[0]} 301" in netlify
    assert "/burnt /404.html 410" in netlify
    assert 'RewriteRule "^burnt/?$" - [G]' in apache
    assert "/feed/ /feed/index.xml 200!" in netlify


def test_without_a_map_a_page_leads_on(site):
    for path, to in (
        ("/old/tide.html", site.posts[0]),
        ("/c/1", f"{site.posts[0]}comment-page-1/#comment-1"),
        ("/rss/", "/feed/"),
        ("/elsewhere", "https://example.org/x?a=1#b"),
        ("/feed/", "/feed/index.xml"),
    ):
        page = site.served.page(path)

        assert f'content="0; url={to}"' in page
        assert f'rel="canonical" href="{to}"' in page
    for path in ("/wp-content/boat.jpg", "/burnt"):  # no page is a picture
        assert site.served.get(path)[0] == 404


def test_nothing_can_be_sent_and_nobody_logs_in(site):
    for path, text in site.pages():
        assert not re.search(r'method="post"', text), path
        assert "/my-comments" not in text and "/login" not in text, path
        assert "replytocom" not in text, path
    assert not (site.served.folder / "my-comments").exists()


def test_nothing_is_in_it_that_is_not_for_everybody(site):
    for file in site.served.folder.rglob("*"):
        found = file.read_bytes().lower() if file.is_file() else b""
        for secret in SECRETS:
            assert secret.lower().encode() not in found, file
            assert secret.lower() not in str(file.name).lower()


def test_a_protected_post_has_its_title_alone_and_is_reported(site):
    path = f"/{NOON:%Y/%m}/locked/"
    page = site.served.page(path)

    assert "Its words are not part of this copy of the site." in page
    assert "<form" not in page
    assert f"1 protected: only the title is there:\n- {path}" in site.output
    assert "leading nowhere" not in site.output
    assert "without a file" not in site.output


def test_the_page_for_what_is_not_there_is_a_file_too(site):
    assert "Page not found" in site.served.page("/404.html")


def test_privacy_promises_what_files_can_keep(site):
    page = site.served.page("/privacy")

    assert "made of files" in page
    assert "IP address" not in page and "cookie only" not in page


def test_pages_of_files_are_right_html(site, html_checker):
    for path in ("/", "/search", "/privacy", site.posts[0], f"/{NOON:%Y/%m}/locked/"):
        assert html_checker.errors(site.served.page(path)) == [], path


def test_the_index_holds_the_words_of_every_open_post(site):
    folder = site.served.folder / "search"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    rows = [
        row
        for number in range(len(index["words"]))
        for row in json.loads((folder / f"words-{number}.json").read_text("utf-8"))
    ]
    texts = json.loads((folder / "texts-0.json").read_text("utf-8"))
    posts = {word: numbers[::2] for word, *numbers in rows}

    assert index["count"] == len(texts) == 9
    assert sorted(texts[each][1] for each in posts["tide"]) == [
        f"Tide {number}" for number in range(5)
    ]
    assert [texts[each][1] for each in posts["چاءے".replace("ء", "ی")]] == ["چائے خانہ"]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


# Where it goes


def test_only_an_export_is_replaced_and_only_when_asked(app, tmp_path):
    with app.app_context():
        make_post(title="One")
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "thesis.txt").write_text("mine")
    file.write_text("mine")
    empty = tmp_path / "empty"
    empty.mkdir()

    assert exported(app, empty).exit_code == 0
    again = exported(app, empty)
    (empty / "left.txt").write_text("of the last export")

    assert (again.exit_code, "--force replaces it" in again.output) == (1, True)
    assert exported(app, empty, "--force").exit_code == 0
    assert not (empty / "left.txt").exists()
    for place, word in ((full, "something else"), (file, "is a file")):
        refused = exported(app, place, "--force")
        assert (refused.exit_code, word in refused.output) == (1, True)
    assert (full / "thesis.txt").read_text() == "mine"
    assert {each.name for each in tmp_path.iterdir()} == {
        *("instance", "full", "file", "empty")
    }


def test_what_cannot_be_written_leaves_nothing_behind(app, tmp_path):
    (tmp_path / "file").write_text("")

    result = exported(app, tmp_path / "file" / "public")

    assert (result.exit_code, "cannot be written" in result.output) == (1, True)


def test_another_address_is_in_every_page(app, tmp_path):
    with app.app_context():
        path = post_url(make_post(title="One"))

    result = exported(app, tmp_path / "public", "--url", "https://New.example/")

    assert result.exit_code == 0
    feed = (tmp_path / "public" / "feed" / "index.xml").read_text("utf-8")
    assert f"https://new.example{path}" in feed and "localhost" not in feed
    page = (tmp_path / "public" / path.strip("/") / "index.html").read_text("utf-8")
    assert f'<link rel="canonical" href="https://new.example{path}">' in page
    assert app.config["SITE_URL"] == "http://localhost" and not app.config["FROZEN"]
    refused = exported(app, tmp_path / "other", "--url", "https://a.example/blog")
    assert (refused.exit_code, "--url: the site" in refused.output) == (1, True)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "structure", ["/archives/%post_id%", "/%year%/%postname%.html", "/%postname%"]
)
def test_addresses_without_a_slash_at_the_end_are_found(app, tmp_path, structure):
    with app.app_context():
        with write_transaction():
            settings().permalink_structure = structure
        post = make_post(title="One", source="Words here.\n\n<!--nextpage-->\n\nMore.")
        make_comment(post=post)
        path = post_url(post)
    exported(app, tmp_path / "public")

    with Served(tmp_path / "public") as served:
        assert served.get(path)[:2] == (200, "text/html")
        assert "Words here." in served.page(path)
        assert "More." in served.page(f"{path}/2")
        assert served.get(f"{path}/feed/index.xml")[0] == 200


# Names


@pytest.mark.parametrize(
    ("path", "media_type", "name"),
    [
        ("/", "text/html", "index.html"),
        ("/tea/", "text/html", "tea/index.html"),
        ("/tea", "text/html", "tea/index.html"),
        ("/tea.html", "text/html", "tea.html/index.html"),
        ("/feed/", "application/rss+xml", "feed/index.xml"),
        ("/feed.json", "application/feed+json", "feed.json"),
        ("/%DA%86/", "text/html", "چ/index.html"),
        ("/a%20b/", "text/html", "a b/index.html"),
    ],
)
def test_a_file_is_called_as_a_server_looks_for_it(path, media_type, name):
    assert files.named(path, media_type) == PurePosixPath(name)


@pytest.mark.parametrize(
    "path", ["/../a", "/a/%2e%2e/b", "/a%2Fb/", "/a%00", "/%ff/", "/" + "a" * 256]
)
def test_what_no_file_can_be_called_is_refused(path):
    with pytest.raises(files.Unwritable):
        files.named(path, "text/html")


def test_names_that_some_disks_do_not_tell_apart_are_reported(app, tmp_path):
    long = "چ" * 130
    with app.app_context():
        for slug in ("tea", "Tea", long):
            make_post(title=slug, slug=slug)
    result = exported(app, tmp_path / "public")

    assert "differs from" in result.output and "capital letters" in result.output
    assert "longer than 255 bytes" in result.output


def test_what_leads_nowhere_is_reported_with_the_page_it_is_in(app, tmp_path):
    with app.app_context():
        draft = make_post(title="Draft", slug="draft", status=Status.DRAFT)
        with write_transaction():
            redirects.lead("/was-out/", post_id=draft.id)
        path = post_url(
            make_post(source="[Gone](/gone/), [desk](/admin/), [out](/was-out/).")
        )
    result = exported(app, tmp_path / "public")

    assert f"- /gone/, in {path}" in result.output
    assert f"- /admin/, in {path}" in result.output
    assert f"- /was-out/, in {path}" in result.output
    assert not (tmp_path / "public" / "admin").exists()


@pytest.mark.parametrize(
    ("text", "media_type", "found"),
    [
        ('<a title="a > b" href="/a?x=1&amp;y">', "text/html", ["/a?x=1&y"]),
        ("<img src='/b' srcset='/c 1w, /d 2w'>", "text/html", ["/b", "/c", "/d"]),
        ('<form method="post" action="/e">', "text/html", []),
        ("<code>&lt;a href=\"/f\"&gt;</code>", "text/html", []),
        ('a { background: url("/g") }', "text/css", ["/g"]),
        ('import { h } from "./h.js"', "text/javascript", ["./h.js"]),
        ("<loc>/i</loc>", "application/xml", ["/i"]),
        ('<a href="/j">', "application/rss+xml", []),
    ],
)  # fmt: skip
def test_links_are_found(text, media_type, found):
    assert list(links.of(text, media_type)) == found


# Conversations, and the moment


def test_a_long_conversation_stands_on_one_page(app, tmp_path, monkeypatch):
    monkeypatch.setattr("blog.comments.pages.REPLIES_A_PAGE", 5)
    monkeypatch.setattr("blog.comments.pages.PORTION", 5)
    with app.app_context():
        post = make_post()
        path = post_url(post)
        first = make_comment(post=post)
        replies = [make_comment(post=post, parent=first) for _ in range(12)]
        last = replies[-1].id
    assert "?thread=" in app.test_client().get(path).text
    exported(app, tmp_path / "public")

    page = (tmp_path / "public" / path.strip("/") / "index.html").read_text("utf-8")
    assert "?thread=" not in page and f'id="comment-{last}"' in page
    known = (tmp_path / "public" / "redirects.map").read_text("utf-8")
    assert f'"/c/{last}" "302 {path}#comment-{last}";' in known


def test_what_is_published_meanwhile_is_not_in_it(app, tmp_path):
    def publish():
        with app.app_context():
            make_post(title="Meanwhile", published_at=NOON + timedelta(hours=1))

    def advance(done, _known):
        if done == 1:
            writer = threading.Thread(target=publish)
            writer.start()
            writer.join()

    with app.app_context():
        make_post(title="Before")
        with static_cli._frozen("http://localhost"):
            report = run.write(
                static_cli._asking(), tmp_path, "http://localhost", utcnow(), advance
            )
        session.rollback()

        assert [post.title for post in session.query(type(make_post()))][:2] == [
            *("Before", "Meanwhile")
        ]
    assert report.searched == 1
    assert "Meanwhile" not in "".join(
        file.read_text("utf-8") for file in tmp_path.rglob("*.html")
    )
