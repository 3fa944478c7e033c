"""Comments that come from elsewhere, brought below the posts they are about."""

from collections import Counter
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from blog.comments.models import Comment, Status
from blog.database import session, write_transaction
from blog.posts import permalinks
from blog.posts.models import Post
from blog.site import redirects
from tests.corpora import corpus
from tests.factories import make_comment, make_page, make_post
from tests.transfer.making import author, item, outcomes, titled
from tests.transfer.test_disqus import DSQ, HEAD, NAMES, TAIL, post, thread

BUSIEST = 20


@pytest.fixture
def disqus(importer, tmp_path):
    """Moves in a file of these threads and posts; the report."""

    def take(*elements, options=()):
        path = tmp_path / "disqus.xml"
        path.write_text(HEAD + "".join(elements) + TAIL, "utf-8")
        return importer.take(path, *options, of="disqus")

    return take


def said():
    session.expire_all()
    return session.query(Comment).order_by(Comment.created_at, Comment.id).all()


def test_a_thread_comes_below_its_post(disqus, db):
    here = make_post(slug="tea", comments_open=False)
    address = f"https://old.example{permalinks.post_url(here)}"

    report = disqus(
        thread(link=address),
        post("8", parent="7"),
        post("7", author="<name>Grace</name><email>Grace@Old.example</email>"),
        post("9", extra="<isSpam>true</isSpam><isDeleted>true</isDeleted>"),
        post("10", extra="<isDeleted>true</isDeleted>"),
        post("11", extra="<isApproved>false</isApproved>"),
    )

    assert outcomes(report, "comment") == {"imported": 5}
    assert {kind for kind, n in report["kinds"].items() if n["in_file"]} == {"comment"}
    by_source = {each.source: each for each in said()}
    first = by_source["<p>Remark 7.</p>"]
    assert (first.author, first.email, first.ip) == (
        "Grace",
        "grace@old.example",
        "192.0.2.7",
    )
    assert first.created_at == datetime(2013, 10, 10, 19, 20, 29, tzinfo=UTC)
    assert by_source["<p>Remark 8.</p>"].parent_id == first.id
    assert [by_source[f"<p>Remark {n}.</p>"].status for n in (7, 8, 9, 10, 11)] == [
        Status.APPROVED,
        Status.APPROVED,
        Status.SPAM,
        Status.TRASH,
        Status.PENDING,
    ]
    assert {each.post_id for each in said()} == {here.id}
    assert session.get(Post, here.id).comment_count == 2
    assert session.get(Post, here.id).comments_open is False


@pytest.mark.parametrize(
    "address",
    [
        "http://www.elsewhere.example{path}",
        "https://old.example{bare}?utm_source=feed&utm_medium=rss",
        "https://old.example{bare}.html",
        "https://old.example{path}index.html",
        "{path}",
        "{path}#disqus_thread",
        "https://old.example//{bare}",
        "https://old.example/?p=77",
        "https://old.example/?utm_source=x&p=77",
        "https://old.example/an/old/way/",
        "https://old.example/an/old/way.html?ref=x",
        "https://old.example/somewhere/else/TEA.html".lower(),
    ],
)
def test_the_post_is_found_by_its_address(disqus, db, address):
    make_post(slug="coffee")
    here = make_post(slug="tea")
    with write_transaction():
        redirects.lead("/an/old/way", post_id=here.id)
        redirects.lead("/", "p=77", post_id=here.id)
    path = permalinks.post_url(here)
    link = address.format(path=path, bare=path.rstrip("/"))

    report = disqus(thread(link=link.replace("&", "&amp;")), post("4"))

    assert outcomes(report, "comment") == {"imported": 1}
    assert [each.post_id for each in said()] == [here.id]


@pytest.mark.parametrize(
    "identifier", ["77 https://old.example/?p=77", "{path}", "?p=77"]
)
def test_the_post_is_found_by_what_its_site_called_it(disqus, db, identifier):
    here = make_post(slug="tea")
    named = identifier.format(path=permalinks.post_url(here))
    with write_transaction():
        redirects.lead("/", "p=77", post_id=here.id)

    disqus(thread(link="https://old.example/gone/", identifier=named), post("4"))

    assert [each.post_id for each in said()] == [here.id]


def test_a_number_of_the_old_site_does_not_name_what_has_that_number_here(disqus, db):
    here = make_post(slug="tea")
    named = f"{here.id} https://old.example/?p={here.id}"

    report = disqus(
        thread(link="https://old.example/gone/", identifier=named), post("4")
    )

    assert outcomes(report, "comment") == {"skipped": 1}


def test_a_page_is_found_as_well(disqus, db):
    page = make_page(slug="about")

    disqus(thread(link="http://old.example/about"), post("4"))

    assert [each.post_id for each in said()] == [page.id]


def test_a_slug_of_several_names_none(disqus, db):
    make_post(slug="tea")
    make_page(slug="tea", parent_id=make_page(slug="above").id)

    report = disqus(thread(link="https://old.example/x/tea/"), post("4"))

    assert outcomes(report, "comment") == {"skipped": 1}


def test_what_finds_no_post_is_told_by_its_address(disqus, db):
    report = disqus(
        thread("2", link="https://old.example/gone/"),
        thread("3", link="https://old.example/"),
        *(post("4"), post("5"), post("6", thread="3"), post("7", thread="99")),
    )

    assert outcomes(report, "comment") == {"skipped": 4}
    assert Counter(each["reason"] for each in report["skipped"]) == {
        "its post is not here: https://old.example/gone/": 2,
        "its post is not here: https://old.example/": 1,
        "its post is not here: thread 99": 1,
    }
    assert [line for line in report["lines"] if "not here" in line] == [
        "line 3: Its post is not here: https://old.example/gone/ (comments: 2)",
        "line 4: Its post is not here: https://old.example/ (comments: 1)",
        "line 1: Its post is not here: thread 99 (comments: 1)",
    ]


def test_a_second_run_changes_nothing_and_brings_what_is_new(disqus, db, importer):
    here = make_post(slug="tea")
    link = permalinks.post_url(here)
    elements = [thread(link=link), post("4"), post("5", parent="4")]
    assert outcomes(disqus(*elements), "comment") == {"imported": 2}
    before = importer.dump()

    assert outcomes(disqus(*elements), "comment") == {"unchanged": 2}
    assert importer.dump() == before
    again = disqus(*elements, post("6", parent="5"))
    assert outcomes(again, "comment") == {"imported": 1, "unchanged": 2}
    first, second, third = said()
    assert (second.parent_id, third.parent_id) == (first.id, second.id)


def test_what_was_edited_here_stays(disqus, db):
    here = make_post(slug="tea")
    link = permalinks.post_url(here)
    disqus(thread(link=link), post("4"), post("5"))
    with write_transaction():
        kept = said()[0]
        kept.author, kept.version = "Edited", kept.version + 1

    report = disqus(
        thread(link=link),
        post("4", author="<name>Changed</name>"),
        post("5", extra="<isDeleted>true</isDeleted>"),
    )

    assert outcomes(report, "comment") == {"updated": 1, "skipped": 1}
    assert report["skipped"][0]["reason"] == "edited here"
    assert [(each.author, each.status) for each in said()] == [
        ("Edited", Status.APPROVED),
        ("Peter", Status.TRASH),
    ]


def test_a_post_that_comes_later_gets_its_comments_then(disqus, db):
    elements = [thread(link="https://old.example/blog/tea.html"), post("4")]
    assert outcomes(disqus(*elements), "comment") == {"skipped": 1}

    make_post(slug="tea")

    assert outcomes(disqus(*elements), "comment") == {"imported": 1}


def test_two_addresses_of_a_post_are_one_conversation(disqus, db):
    here = make_post(slug="tea")
    link = permalinks.post_url(here)

    disqus(
        thread("2", link=f"http://old.example{link}"),
        thread("3", link=f"https://www.old.example{link}?utm_source=x"),
        *(post("4"), post("5", thread="3"), post("6", thread="3", parent="5")),
    )

    assert [each.post_id for each in said()] == [here.id] * 3
    assert session.get(Post, here.id).comment_count == 3


def test_numbers_are_not_kept(disqus, db):
    """What has a number here keeps it, whatever the other program counted."""
    here = make_post(slug="tea")
    make_comment(post=here, source="Ours.")

    disqus(thread(link=permalinks.post_url(here)), post("867400773"), post("1"))

    assert {each.source: each.id for each in session.query(Comment)} == {
        "Ours.": 1,
        "<p>Remark 867400773.</p>": 2,
        "<p>Remark 1.</p>": 3,
    }


def test_a_dry_run_foretells_it_and_writes_nothing(disqus, db, importer):
    here = make_post(slug="tea")
    before = importer.dump()

    report = disqus(
        thread(link=permalinks.post_url(here)), post("4"), options=["--dry-run"]
    )

    assert outcomes(report, "comment") == {"imported": 1}
    assert importer.dump() == before


def test_markup_is_cleaned_and_what_is_too_large_is_left_out(disqus, db):
    here = make_post(slug="tea")
    evil = post("4").replace("<p>Remark 4.</p>", "<p onclick=x>Hi<script>x</script>")
    large = post("5").replace("Remark 5.", "x" * 3_000_000)

    report = disqus(thread(link=permalinks.post_url(here)), evil, large)

    assert outcomes(report, "comment") == {"imported": 1, "skipped": 1}
    assert report["skipped"][0]["reason"] == "too large"
    assert [str(each.html) for each in said()] == ["<p>Hi</p>"]


def test_a_post_that_moved_in_is_found_by_its_old_number(disqus, db, importer):
    taken = make_post(id=77, slug="coffee")
    importer.records(
        author("ada"),
        item(post_id=77, post_name="tea", title="Tea"),
        item(post_id=78, post_name="milk"),
    )

    disqus(
        thread(link="https://old.example/x", identifier="77 http://old.example/?p=77"),
        thread("3", link="https://old.example/?p=78"),
        *(post("4"), post("5", thread="3")),
    )

    assert taken.id != titled("Tea").id
    assert {each.source: each.post_id for each in said()} == {
        "<p>Remark 4.</p>": titled("Tea").id,
        "<p>Remark 5.</p>": 78,
    }


def test_the_filter_learns_from_them_once(disqus, db):
    here = make_post(slug="tea")
    elements = [
        thread(link=permalinks.post_url(here)),
        post("4"),
        post("5", extra="<isSpam>true</isSpam>"),
    ]
    disqus(*elements)

    assert all(each.learned is not None for each in said())


def test_a_real_export_comes_below_real_posts(db, importer):
    """Posts at the addresses of its busiest threads; all else is counted by another
    reader.
    """
    path = corpus("other-exports") / "disqus-real-benbalter.xml"
    root = ElementTree.parse(path).getroot()
    links = {
        each.get(f"{DSQ}id"): each.findtext("d:link", "", NAMES)
        for each in root.findall("d:thread", NAMES)
    }
    posts = root.findall("d:post", NAMES)
    below = Counter(each.find("d:thread", NAMES).get(f"{DSQ}id") for each in posts)
    slugs = Counter()
    for id, number in below.items():
        slugs[_slug(links[id])] += number
    busiest = dict(slugs.most_common(BUSIEST))
    ids = {slug: make_post(slug=slug, title=slug).id for slug in busiest}

    report = importer.take(path, of="disqus")

    taken = sum(busiest.values())
    assert report["kinds"]["comment"]["in_file"] == len(posts) == 1145
    assert outcomes(report, "comment") == {
        "imported": taken,
        "skipped": len(posts) - taken,
    }
    rows = said()
    assert Counter(each.post_id for each in rows) == {
        ids[slug]: number for slug, number in busiest.items()
    }
    texts = {
        each.get(f"{DSQ}id"): each.findtext("d:message", "", NAMES).strip()
        for each in posts
    }
    expected = Counter(
        (
            texts[each.get(f"{DSQ}id")],
            texts.get(parent.get(f"{DSQ}id")) if parent is not None else None,
        )
        for each in posts
        if _slug(links[each.find("d:thread", NAMES).get(f"{DSQ}id")]) in busiest
        for parent in [each.find("d:parent", NAMES)]
    )
    sources = {each.id: each.source for each in rows}
    assert Counter((each.source, sources.get(each.parent_id)) for each in rows) == (
        expected
    )
    before = importer.dump()
    again = importer.take(path, of="disqus")
    assert outcomes(again, "comment") == {
        "unchanged": taken,
        "skipped": len(posts) - taken,
    }
    assert importer.dump() == before


def _slug(link):
    return link.split("?")[0].rstrip("/").rpartition("/")[2].removesuffix(".html")
