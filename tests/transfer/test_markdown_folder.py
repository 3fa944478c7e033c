"""Folders of Markdown, as the generators of static sites read them: read as records,
and moved in.
"""

import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.media.models import MediaItem
from blog.site.queries import settings
from blog.transfer.importing.run import Import
from blog.transfer.importing.survey import survey
from blog.transfer.importing.uploads import opened
from blog.transfer.records import Author, Body, Item, Term, Unreadable
from blog.transfer.sources.markdown import MARKDOWN, MarkdownFolder
from tests.corpora import corpus
from tests.media.drawing import corners, saved
from tests.transfer.making import Importer, outcomes, titled

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = ("blog-hexo-unit-test", "blog-fahdlabs-ar", "ghost-jekyll-fixtures")
LARGE = ("blog-benbalter-en", "blog-rust-lang-en", "blog-ruby-lang-ru")


def written(folder, files):
    """A folder with these files in it; texts, or bytes."""
    for place, content in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Makes a folder of files and reads it: the source, with its items by their ids."""

    def read(files):
        source = MarkdownFolder(written(tmp_path / "blog", files), now=NOW)
        records = list(source)
        source.items = {each.id: each for each in records if isinstance(each, Item)}
        source.terms = [each for each in records if isinstance(each, Term)]
        source.authors = [each for each in records if isinstance(each, Author)]
        return source

    return read


def lost(source):
    return [loss.text for loss in source.losses]


def take(folder, media=None):
    """The report on a folder that was moved in."""
    found = survey(MarkdownFolder(folder, now=NOW))
    run = Import(found, utcnow(), opened(media or folder))
    for step in run.steps(lambda: MarkdownFolder(folder, now=NOW)):
        with write_transaction():
            step.write()
    report = run.report.as_json()
    for kind, count in report["kinds"].items():
        in_file = count.pop("in_file")
        assert in_file == sum(count.values()), kind
        count["in_file"] = in_file
    session.expire_all()
    return report


# Four generators


def test_jekyll_puts_posts_below_their_dates_and_pages_at_their_names(folder):
    source = folder(
        {
            "_config.yml": "title: The Old Site\nurl: https://old.example\n"
            "description: Words\ntimezone: Asia/Tokyo\n",
            "_posts/2020-05-17-boat.md": "---\ntitle: A boat\nlayout: post\n"
            "date: 2020-05-17 08:30:00 +0900\ncategories: News Boats\n"
            "tags: [tea, C++]\n---\nWords.\n",
            "_drafts/later.md": "---\ntitle: Later\n---\nSoon.\n",
            "about.md": "---\ntitle: About\n---\nUs.\n",
            "README.md": "# How this is made\n",
        }
    )

    assert (source.channel.title, source.channel.link) == (
        "The Old Site",
        "https://old.example",
    )
    assert source.channel.timezone == "Asia/Tokyo"
    boat = source.items["_posts/2020-05-17-boat.md"]
    assert boat.link == "https://old.example/news/boats/2020/05/17/boat.html"
    assert (boat.name, boat.type, boat.status) == ("boat", "post", "publish")
    assert (boat.date, boat.date_gmt) == ("2020-05-17 08:30:00", "2020-05-16 23:30:00")
    assert [(each.taxonomy, each.slug) for each in boat.filed] == [
        ("category", "news"),
        ("category", "boats"),
        ("post_tag", "tea"),
        ("post_tag", "cplusplus"),
    ]
    assert (boat.body, boat.content) == (Body.MARKDOWN, "Words.\n")
    later = source.items["_drafts/later.md"]
    assert (later.type, later.status) == ("post", "draft")
    about = source.items["about.md"]
    assert (about.type, about.link) == ("page", "https://old.example/about.html")
    assert lost(source) == [
        "“README.md” was not taken: it tells of the folder.",
    ]


@pytest.mark.parametrize(
    ("permalink", "path"),
    [
        ("pretty", "/tea/2020/05/17/boat/"),
        ("none", "/tea/boat.html"),
        ("ordinal", "/tea/2020/138/boat.html"),
        ("/blog/:year/:i_month/:title", "/blog/2020/5/boat"),
        ("/:short_year/:month/:day/:slug/", "/20/05/17/boat/"),
    ],
)
def test_jekyll_has_named_permalinks_and_patterns(folder, permalink, path):
    source = folder(
        {
            "_config.yml": f"permalink: {permalink}\n",
            "_posts/2020-05-17-boat.md": "---\ncategory: Tea\n---\nWords.\n",
        }
    )

    assert source.items["_posts/2020-05-17-boat.md"].link == path


def test_jekyll_may_say_permalinks_of_posts_alone(folder):
    source = folder(
        {
            "_config.yml": "permalink: pretty\ndefaults:\n- scope:\n    type: posts\n"
            "  values:\n    permalink: /p/:title\n",
            "_posts/2020-05-17-boat.md": "---\n---\nWords.\n",
        }
    )

    assert source.items["_posts/2020-05-17-boat.md"].link == "/p/boat"


def test_hugo_puts_texts_at_their_folders(folder):
    source = folder(
        {
            "hugo.toml": 'baseURL = "https://old.example/blog/"\ntitle = "Old"\n'
            'defaultContentLanguage = "en"\n[permalinks]\nnews = "/:year/:slug/"\n',
            "content/posts/My Boat.md": "+++\ntitle = 'Boat'\ndate = 2020-05-17\n"
            "tags = ['tea']\naliases = ['/old/boat/', 'older']\n+++\nWords.\n",
            "content/posts/tea/index.md": '{\n"title": "Tea",\n'
            '"date": "2020-05-18"\n}\n![A cup](cup.png)\n',
            "content/posts/tea/cup.png": b"\x89PNG",
            "content/news/storm.md": "---\ntitle: Storm\nslug: big-storm\n"
            "date: 2020-05-19T10:00:00Z\n---\nWind.\n",
            "content/posts/tea.fr.md": "---\ntitle: Thé\ndate: 2020-05-18\n"
            "---\nMots.\n",
            "content/posts/_index.md": "---\ntitle: Posts\n---\n",
            "content/about.md": "---\ntitle: About\nweight: 3\n---\nUs.\n",
        }
    )

    texts = {k: v for k, v in source.items.items() if v.type != "attachment"}
    assert {place: (each.type, each.link) for place, each in texts.items()} == {
        "content/about.md": ("page", "https://old.example/blog/about/"),
        "content/news/storm.md": ("post", "https://old.example/blog/2020/big-storm/"),
        "content/posts/My Boat.md": ("post", "https://old.example/blog/posts/my-boat/"),
        "content/posts/_index.md": ("page", "https://old.example/blog/posts/"),
        "content/posts/tea.fr.md": ("post", "https://old.example/blog/fr/posts/tea/"),
        "content/posts/tea/index.md": ("post", "https://old.example/blog/posts/tea/"),
    }
    boat = source.items["content/posts/My Boat.md"]
    assert boat.meta == [
        ("_recto_old_path", "/old/boat/"),
        ("_recto_old_path", "/older"),
    ]
    assert source.items["content/about.md"].menu_order == "3"
    cup = source.items["/blog/posts/tea/cup.png"]
    assert (cup.type, cup.attachment_url) == (
        "attachment",
        "/content/posts/tea/cup.png",
    )
    assert lost(source) == []


def test_hexo_needs_no_first_line_and_nests_categories(folder):
    source = folder(
        {
            "_config.yml": "title: Hexo\nurl: http://old.example\nroot: /\n"
            "permalink: :year/:month/:day/:title/\nsource_dir: source\n"
            "public_dir: public\n",
            "source/_posts/boat.md": "title: Boat\ndate: 2020-05-17 08:30:00\n"
            "categories:\n- [Sea, Boats]\n- [Tea]\nsticky: 10\npassword: tea\n"
            "---\nWords.\n",
            "source/_posts/json.md": '"title": "JSON",\n"date": "2020-05-18"\n'
            ";;;\nIt.\n",
            "source/about/index.md": "title: About\ncomments: false\n---\nUs.\n",
        }
    )

    boat = source.items["source/_posts/boat.md"]
    assert boat.link == "http://old.example/2020/05/17/boat/"
    assert (boat.is_sticky, boat.password) == ("1", "tea")
    assert [(each.slug, each.parent) for each in source.terms] == [
        ("sea", ""),
        ("boats", "sea"),
        ("tea", ""),
    ]
    assert source.items["source/_posts/json.md"].title == "JSON"
    about = source.items["source/about/index.md"]
    assert (about.type, about.link) == ("page", "http://old.example/about/")
    assert about.comment_status == "closed"


def test_zola_has_paths_taxonomies_and_links_by_file(folder):
    source = folder(
        {
            "config.toml": 'base_url = "https://old.example"\ntitle = "Zola"\n',
            "content/blog/2020-05-17-boat.md": "+++\ntitle = 'Boat'\n[taxonomies]\n"
            "tags = ['tea']\ncategories = ['sea']\n[extra]\nmood = 'calm'\n+++\n"
            "See [the cup](@/blog/cup.md#top).\n",
            "content/blog/cup.md": "+++\ntitle = 'Cup'\ndate = 2020-05-18T10:00:00Z\n"
            "path = 'c/u/p'\nupdated = 2020-06-01\ndraft = true\n+++\nTea.\n",
        }
    )

    boat = source.items["content/blog/2020-05-17-boat.md"]
    assert boat.link == "https://old.example/blog/boat/"
    assert [each.name for each in boat.filed] == ["sea", "tea"]
    assert boat.content == "See [the cup](/c/u/p/#top).\n"
    assert boat.meta == [("mood", "calm")]
    cup = source.items["content/blog/cup.md"]
    assert (cup.link, cup.status) == ("https://old.example/c/u/p/", "draft")
    assert cup.modified_gmt == "2020-06-01 00:00:00"


# What is odd


def test_two_texts_of_one_slug_are_both_there(db, tmp_path):
    folder = written(
        tmp_path / "blog",
        {
            "a/same.md": "---\ntitle: One\ndate: 2020-05-17\n---\n1\n",
            "b/same.md": "---\ntitle: Two\ndate: 2020-05-18\n---\n2\n",
        },
    )

    report = take(folder)

    assert outcomes(report, "post") == {"imported": 2}
    assert {titled("One").slug, titled("Two").slug} == {"same", "same-2"}


def test_what_is_broken_still_comes_in(folder):
    source = folder(
        {
            "2020-05-17-boat.md": "---\ntitle: a: b\ntags: [x]\n---\nWords.\n",
            "big.md": b"x" * (5 * 1024 * 1024 + 1),
            "notes.mdx": "# No",
            "photo.md": b"\xff\xfe\x00",
            "zero.md": b"a\x00b",
            "plain.html": "<p>No head</p>",
        }
    )

    boat = source.items["2020-05-17-boat.md"]
    assert (boat.title, boat.content) == ("a: b", "Words.\n")
    assert [each.name for each in boat.filed] == ["x"]
    assert lost(source) == [
        "“big.md” was not taken: it is larger than 5 MB.",
        "“photo.md” was not taken: it is no text in UTF-8.",
        "“plain.html” was not taken: nothing stands above its text, as a generator "
        "wants it.",
        "“zero.md” was not taken: it is no text.",
        "1 × .mdx was not taken: only Markdown is read.",
        "“2020-05-17-boat.md”, line 2: its YAML is broken.",
    ]


def test_addresses_that_are_none_are_left_out(folder):
    source = folder(
        {
            "a.md": "---\ntitle: A\ndate: 2020-05-17\naliases: ['http://[x', /old/]\n"
            "url: http://[y\ncover: http://[z\n---\n[a](http://[x) ![](//[y)\n",
        }
    )

    assert list(source.items) == ["a.md"]
    assert source.items["a.md"].link == "/a/"
    assert ("_recto_old_path", "/old/") in source.items["a.md"].meta


def test_pages_are_filed_nowhere_and_the_report_says_so(db, tmp_path):
    folder = written(
        tmp_path / "blog",
        {"pages/about.md": "---\ntitle: About\ntags: [tea]\nmood: calm\n---\nUs.\n"},
    )

    report = take(folder)

    assert outcomes(report, "page") == {"imported": 1}
    assert "Fields that are not taken: tags (1), mood (1)." in report["lines"]


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "secret.md").write_text("---\ntitle: Secret\n---\n")
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "out.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "blog" / "up").symlink_to(tmp_path)
    (tmp_path / "blog" / "self").symlink_to(tmp_path / "blog" / "self")

    source = folder({"in.md": "# In\n\nWords.\n"})

    assert list(source.items) == ["in.md"]
    assert source.items["in.md"].title == "In"
    assert source.items["in.md"].content == "\nWords.\n"
    assert lost(source) == [
        "“out.md” leads out of the folder and was not read.",
        "“self” leads out of the folder and was not read.",
        "“up” leads out of the folder and was not read.",
    ]


def test_a_folder_without_texts_is_refused(tmp_path):
    with pytest.raises(Unreadable):
        list(MarkdownFolder(written(tmp_path / "blog", {"a.txt": "x"})))
    with pytest.raises(Unreadable):
        list(MarkdownFolder(tmp_path / "nowhere"))


def test_a_zip_is_read_as_its_folder(tmp_path):
    files = {"site/_posts/2020-05-17-boat.md": "---\ntitle: Boat\n---\nWords.\n"}
    with zipfile.ZipFile(tmp_path / "blog.zip", "w") as archive:
        for place, text in files.items():
            archive.writestr(place, text)

    zipped = list(MarkdownFolder(tmp_path / "blog.zip"))
    plain = list(MarkdownFolder(written(tmp_path / "blog", files)))

    assert zipped == plain
    assert zipped[0].link == "/2020/05/17/boat.html"


def test_a_post_of_tomorrow_waits(folder):
    source = folder({"a.md": "---\ntitle: A\ndate: 2026-06-02T10:00:00Z\n---\nx\n"})

    assert source.items["a.md"].status == "future"


def test_a_source_can_be_read_twice(folder):
    source = folder({"a.md": "---\ntitle: A\nauthor: Ada\ndate: x\n---\n![](b.png)\n"})
    before = list(source.losses)

    again = list(source)

    assert [type(each) for each in again] == [Author, Item]
    assert source.losses == before


# Moved in


def test_what_a_text_shows_comes_along_and_old_addresses_lead_to_it(
    db, visitor, tmp_path
):
    folder = written(
        tmp_path / "blog",
        {
            "hugo.toml": 'baseURL = "https://old.example"\n',
            "content/post/tea/index.md": "---\ntitle: Tea\ndate: 2020-05-18\n"
            "cover: cover.png\naliases: [/cups/]\n---\n"
            "![A cup](cup.png 'Cup') and [more](../boat/) `![](cup.png)`\n",
            "content/post/tea/cup.png": saved(corners((40, 30)), "PNG"),
            "content/post/tea/cover.png": saved(corners((50, 30)), "PNG"),
            "content/post/boat.md": "---\ntitle: Boat\ndate: 2020-05-17\n---\n"
            "![](/images/sea.png)\n",
            "static/images/sea.png": saved(corners((60, 30)), "PNG"),
        },
    )

    report = take(folder)

    assert outcomes(report, "attachment") == {"imported": 3}
    paths = {item.width: item.path for item in session.scalars(select(MediaItem))}
    tea, boat = titled("Tea"), titled("Boat")
    assert tea.source == (
        f"![A cup]({paths[40]} 'Cup') and [more](/post/boat/) `![](cup.png)`\n"
    )
    assert boat.source == f"![]({paths[60]})\n"
    assert tea.cover.width == 50
    assert settings().permalink_structure == "/post/%postname%/"
    for path, to in (
        ("/cups/", "/post/tea/"),
        ("/post/tea/cup.png", paths[40]),
        ("/images/sea.png", paths[60]),
    ):
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (301, to)


def counted(folder):
    """How many texts are in a folder, without reading any."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.suffix in MARKDOWN | {".html"} for path in found)


@pytest.mark.parametrize("name", [*SMALL, "multiscript-fpb"])
def test_every_text_of_a_small_blog_is_read(name):
    folder = corpus("markdown") / name
    source = MarkdownFolder(folder, now=NOW)
    items = [each for each in source if isinstance(each, Item)]

    texts = [each for each in items if each.type != "attachment"]
    assert len(texts) == counted(folder)
    assert len({each.line for each in items}) == len(items)
    assert all(each.title and each.name for each in texts)


@pytest.mark.corpora_all
@pytest.mark.parametrize("name", LARGE)
def test_every_text_of_a_large_blog_is_read(name):
    test_every_text_of_a_small_blog_is_read(name)


@pytest.mark.parametrize("name", SMALL)
def test_a_small_blog_goes_in_once_and_its_old_links_lead_on(db, app, visitor, name):
    goes_in_once(app, visitor, corpus("markdown") / name)


@pytest.mark.corpora_all
@pytest.mark.parametrize("name", LARGE)
def test_a_large_blog_goes_in_once_and_its_old_links_lead_on(db, app, visitor, name):
    goes_in_once(app, visitor, corpus("markdown") / name)


def goes_in_once(app, visitor, folder):
    importer = Importer(app, folder)
    first = take(folder)
    kinds = first["kinds"]
    assert kinds["post"]["in_file"] + kinds["page"]["in_file"] == counted(folder)
    assert set(outcomes(first, "post")) == {"imported"}
    before = importer.dump()

    second = take(folder)

    assert importer.dump() == before
    for kind, count in first["kinds"].items():
        expected = {"unchanged": count["imported"], "skipped": count["skipped"]}
        assert outcomes(second, kind) == {k: n for k, n in expected.items() if n}
    source = MarkdownFolder(folder, now=NOW)
    for item in source:
        if isinstance(item, Item) and item.status == "publish":
            answers(visitor, item.link)


def answers(visitor, link):
    """An old address answers, at once or after one redirect."""
    found = visitor.get(link)
    if found.status_code in (301, 302, 308):
        found = visitor.get(found.location)
    assert found.status_code == 200, link


@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_command_takes_texts_and_files_from_one_place(db, app, tmp_path, is_zipped):
    files = {
        "_config.yml": "title: Old\nurl: https://old.example\n",
        "_posts/2020-05-17-boat.md": "---\ntitle: Boat\n---\n![](/assets/a.png)\n",
        "assets/a.png": saved(corners((40, 30)), "PNG"),
    }
    source = written(tmp_path / "blog", files)
    if is_zipped:
        source = tmp_path / "blog.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for place, content in files.items():
                archive.writestr(f"blog-main/{place}", content)

    result = app.test_cli_runner().invoke(args=["import", "markdown", str(source)])

    assert result.exit_code == 0, (result.output, result.exception)
    session.rollback()
    picture = session.scalars(select(MediaItem)).one()
    assert titled("Boat").source == f"![]({picture.path})\n"
    assert settings().title == "Old"
