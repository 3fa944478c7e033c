"""Ghost's export: read as records, and moved in."""

import io
import itertools
import json
from datetime import UTC, datetime

import lxml.html
import pytest

from blog.accounts.models import User
from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.media.models import MediaItem
from blog.posts.models import Kind, Post, Status
from blog.posts.navigation import menus
from blog.site.models import Menu
from blog.transfer import records
from blog.transfer.importing.run import Import
from blog.transfer.importing.survey import survey
from blog.transfer.importing.uploads import opened
from blog.transfer.records import Body, Unreadable
from blog.transfer.sources import ghost_tables
from blog.transfer.sources.formats import FORMATS
from blog.transfer.sources.ghost import Ghost
from tests.corpora import files
from tests.media.drawing import corners, saved
from tests.transfer.making import outcomes, titled

_numbers = itertools.count(1)


def hexed(number):
    """A number as newer versions write it."""
    return f"5ba6141c5ca02a2e{number:08x}"


def post(**values):
    number = next(_numbers)
    return {
        "id": hexed(number),
        "uuid": f"uuid-{number}",
        "title": f"Post {number}",
        "slug": f"post-{number}",
        "html": "<p>Some words.</p>",
        "type": "post",
        "status": "published",
        "visibility": "public",
        "created_at": "2020-05-01T10:00:00.000Z",
        "published_at": "2020-05-04T12:30:00.000Z",
        "updated_at": "2020-05-05T09:00:00.000Z",
    } | values


def setting(key, value):
    return {"id": hexed(next(_numbers)), "key": key, "value": value}


ADA = {"id": "1", "name": "Ada L", "slug": "ada", "email": "ada@old.example"}
GRACE = {"id": "2", "name": "Grace H", "slug": "grace", "email": "grace@old.example"}


def export(*posts, settings=(), version="5.82.0", **tables):
    data = {
        "posts": list(posts),
        "settings": [setting("title", "Old & New"), *settings],
    }
    return {"db": [{"meta": {"version": version}, "data": data | tables}]}


def source(document, **options):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Ghost(io.BytesIO(text), **options)


def read(document, **options):
    """The records of an export, by their kinds, and what its reader says."""
    reader = source(document, **options)
    found = {"author": [], "losses": reader.losses, "channel": None}
    for record in reader:
        kind = (
            record.type
            if isinstance(record, records.Item)
            else record.taxonomy
            if isinstance(record, records.Term)
            else "author"
        )
        found.setdefault(kind, []).append(record)
    found["losses"] = [loss.text for loss in reader.losses]
    found["channel"] = reader.channel
    return found


def only(document, kind="post"):
    (item,) = read(document)[kind]
    return item


def take(document, media=None):
    """The report on an export that is moved in."""
    found = survey(source(document))
    run = Import(found, utcnow(), opened(media))
    for step in run.steps(lambda: source(document)):
        with write_transaction():
            step.write()
    assert run.report.adds_up, run.report.table()
    return run.report.as_json()


# What a file says


def test_the_site_says_its_name_its_language_and_the_time_on_its_clocks():
    document = export(
        post(),
        settings=[
            setting("description", "Words"),
            setting("locale", "de"),
            setting("timezone", "Europe/Berlin"),
        ],
    )
    found = read(document)
    channel = found["channel"]
    assert (channel.title, channel.description) == ("Old &amp; New", "Words")
    assert (channel.language, channel.version) == ("de", "5.82.0")
    assert channel.timezone == "Europe/Berlin"
    (item,) = found["post"]
    assert (item.date_gmt, item.date) == ("2020-05-04 12:30:00", "2020-05-04 14:30:00")
    assert survey(source(document)).zone().key == "Europe/Berlin"


def test_without_the_name_of_a_zone_nothing_is_made_of_its_clocks():
    for settings in ((), [setting("timezone", "Mars/Olympus")], [setting("lang", 7)]):
        item = only(export(post(), settings=settings))
        assert (item.date_gmt, item.date) == ("2020-05-04 12:30:00", "")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: {"db": [{"meta": {"version": "3"}, "data": data}]},
        lambda data: {"meta": {"version": "3"}, "data": data},
        lambda data: {"data": data},
        lambda data: data,
    ],
)
def test_an_export_has_one_of_several_shapes(wrap):
    assert only(wrap({"posts": [post(title="T")]})).title == "T"


def test_several_databases_are_a_loss():
    one = {"data": {"posts": [post()]}}
    assert read({"db": [one, one]})["losses"] == [
        "The file holds several databases; the first was read."
    ]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({"published_at": 1_427_878_800_000}, "2015-04-01 09:00:00"),
        ({"published_at": "1427878800000"}, "2015-04-01 09:00:00"),
        ({"published_at": 1_427_878_800}, "2015-04-01 09:00:00"),
        ({"published_at": "2020-05-17 08:30:00"}, "2020-05-17 08:30:00"),
        ({"published_at": "2020-05-17T08:30:00.000+02:00"}, "2020-05-17 06:30:00"),
        ({"published_at": None}, "2020-05-01 10:00:00"),
        ({"published_at": "soon"}, "2020-05-01 10:00:00"),
        ({"published_at": 10**400}, "2020-05-01 10:00:00"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "2020-05-01 10:00:00"),
        ({"published_at": ["2020"], "created_at": True}, ""),
    ],
)
def test_times_are_written_in_many_ways(values, written):
    assert only(export(post(**values))).date_gmt == written


@pytest.mark.parametrize(
    ("values", "type", "status"),
    [
        ({}, "post", "publish"),
        ({"type": "page"}, "page", "publish"),
        ({"page": 1, "type": None}, "page", "publish"),
        ({"page": True}, "page", "publish"),
        ({"page": 0, "type": None}, "post", "publish"),
        ({"status": "draft"}, "post", "draft"),
        ({"status": "scheduled"}, "post", "future"),
        ({"status": "sent"}, "post", "publish"),
        ({"visibility": "members"}, "post", "private"),
        ({"visibility": "paid"}, "post", "private"),
        ({"visibility": "tiers", "status": "draft"}, "post", "draft"),
        ({"visibility": "status:free"}, "post", "private"),
        ({"visibility": None}, "post", "publish"),
    ],
)
def test_types_and_statuses(values, type, status):
    item = only(export(post(**values)), type)
    assert item.status == status


def test_what_was_not_for_everybody_is_counted():
    found = read(
        export(
            *(post(visibility=name) for name in ("members", "paid", "paid", "public")),
            post(status="sent"),
        )
    )
    assert found["losses"] == [
        "What was not for everybody became private: paid (2), members (1).",
        "Letters to subscribers that did not stand on the site are taken as published "
        "(1).",
    ]


def test_a_post_is_known_by_its_number():
    new = only(export(post(id=hexed(77), uuid="u-77", slug="a")))
    assert (new.id, new.guid, new.name) == (hexed(77), hexed(77), "a")
    old = only(export(post(id=77, uuid="u-77", slug="a")))
    assert (old.id, old.guid) == ("77", "u-77")
    bare = only(export(post(id=None, uuid=None, slug="a")))
    assert (bare.id, bare.guid) == ("a", "")


def test_words_that_look_like_html_stay_words():
    item = only(export(post(title="The <b> & its &amp;", custom_excerpt="a < b")))
    assert item.title == "The &lt;b&gt; &amp; its &amp;amp;"
    assert item.excerpt == "a &lt; b"


@pytest.mark.parametrize(
    ("settings", "values", "link"),
    [
        ((), {}, "/a/"),
        ((), {"type": "page"}, "/a/"),
        ((), {"status": "draft"}, ""),
        ((), {"status": "sent", "uuid": "u-1"}, "/email/u-1/"),
        ((), {"slug": ""}, ""),
        ([("permalinks", "/:year/:month/:day/:slug/")], {}, "/2020/05/04/a/"),
        ([("permalinks", "/:author/:slug/")], {}, "/ada/a/"),
        ([("permalinks", "/:year/:slug/")], {"type": "page"}, "/a/"),
        ([("permalinks", "/nothing/")], {}, "/a/"),
    ],
)
def test_where_it_stood(settings, values, link):
    document = export(
        post(
            slug="a", author_id="1", **{k: v for k, v in values.items() if k != "slug"}
        )
        | values,
        settings=[setting(*pair) for pair in settings],
        users=[ADA],
    )
    assert only(document, values.get("type", "post")).link == link


def test_addresses_with_dates_are_the_permalinks_of_the_site():
    permalinks = [setting("permalinks", "/:year/:month/:day/:slug/")]
    document = export(post(), post(), settings=permalinks)
    structure = survey(source(document)).votes.structure()
    assert structure == "/%year%/%monthnum%/%day%/%postname%/"
    assert survey(source(export(post()))).votes.structure() == "/%postname%/"


def test_where_the_owner_says_where_the_site_stood_addresses_are_whole():
    document = export(
        post(
            slug="a",
            feature_image="https://old.example/content/images/a.jpg",
            html='<img src="__GHOST_URL__/content/images/a.jpg">',
        ),
        post(feature_image="https://cdn.example/b.jpg"),
        settings=[setting("navigation", '[{"label": "A", "url": "/a/"}]')],
    )
    found = read(document, address="https://old.example/")
    assert found["channel"].link == "https://old.example"
    assert found["post"][0].link == "https://old.example/a/"
    assert [each.attachment_url for each in found["attachment"]] == [
        "https://old.example/content/images/a.jpg",
        "https://cdn.example/b.jpg",
    ]
    assert found["nav_menu_item"][0].field("_menu_item_type") == "post_type"
    # What it is known by is the same as without.
    bare = export(post(feature_image="/content/images/a.jpg"))
    assert found["attachment"][0].id == only(bare, "attachment").id


def test_what_somebody_may_miss_is_named():
    found = read(export(post(), snippets=[{}, {}], subscribers=[{}], roles=[{}]))
    assert found["losses"] == [
        "Tables that are not taken: snippets (2), subscribers (1)."
    ]


def test_people_and_who_wrote_what():
    first, second, third = post(author_id="2"), post(author_id="1"), post(author_id=9)
    page = post(type="page", authors=[ADA, GRACE])
    joined = [
        {"post_id": first["id"], "author_id": "2", "sort_order": 1},
        {"post_id": first["id"], "author_id": "1", "sort_order": 0},
        {"post_id": first["id"], "author_id": "8", "sort_order": 0},
    ]
    found = read(
        export(first, second, third, page, users=[ADA, GRACE], posts_authors=joined)
    )
    assert [(each.id, each.login, each.email) for each in found["author"]] == [
        ("1", "ada", "ada@old.example"),
        ("2", "grace", "grace@old.example"),
    ]
    assert [each.creator for each in found["post"]] == ["ada", "ada", ""]
    assert [[each.slug for each in item.filed] for item in found["post"]] == [
        ["grace"],
        [],
        [],
    ]
    assert (found["page"][0].creator, found["page"][0].filed) == ("ada", [])
    assert found["losses"] == [
        "Pages of several authors belong to the first of them alone (1)."
    ]


def test_tags_in_their_order_without_those_of_the_theme():
    tags = [
        {"id": "a", "name": "R&D", "slug": "r-d", "description": "Both"},
        {"id": "b", "name": "Sea", "slug": "sea", "visibility": "public"},
        {"id": "c", "name": "#wide", "slug": "hash-wide", "visibility": "internal"},
    ]
    one = post()
    joined = [
        {"post_id": one["id"], "tag_id": tag, "sort_order": order}
        for tag, order in (("a", 2), ("b", 1), ("c", 0), ("z", 3))
    ]
    found = read(export(one, tags=tags, posts_tags=joined))
    assert [(each.slug, each.name) for each in found["post_tag"]] == [
        ("r-d", "R&amp;D"),
        ("sea", "Sea"),
    ]
    assert [each.slug for each in found["post"][0].filed] == ["sea", "r-d"]
    assert found["losses"] == ["Tags for the site’s own use were left out: #wide (1)."]


def test_tags_and_authors_that_stand_inside_of_posts():
    inside = {"tags": [{"id": "t", "name": "T", "slug": "t"}], "authors": [ADA]}
    found = read({"posts": [post(**inside), post(**inside), post(tags=[{}, 7])]})
    assert [each.slug for each in found["post_tag"]] == ["t"]
    assert [each.login for each in found["author"]] == ["ada"]
    assert [each.creator for each in found["post"]] == ["ada", "ada", ""]
    assert [len(each.filed) for each in found["post"]] == [1, 1, 0]


# Texts


def text_of(**values):
    item = only(export(post(**values)))
    return item.body, item.content


def test_the_html_of_the_site_is_the_text():
    mobiledoc = json.dumps({"version": "0.3.1", "sections": [], "cards": []})
    assert text_of(html="<p>Seen</p>", mobiledoc=mobiledoc, markdown="No") == (
        Body.HTML,
        "<p>Seen</p>",
    )


def lexical(*children):
    return json.dumps({"root": {"children": list(children)}})


CALLOUT = {"type": "callout", "calloutText": "Mind", "calloutEmoji": ""}
CARD = '<div class="kg-card kg-callout-card"><div>Mind</div></div>'
MADE = '<div class="callout callout-note"><p>Mind</p></div>'


def test_cards_come_from_the_document():
    assert text_of(html=CARD, lexical=lexical(CALLOUT)) == (Body.HTML, MADE)


def test_a_document_with_what_nobody_knows_is_no_better_than_the_html():
    found = read(export(post(html=CARD, lexical=lexical(CALLOUT, {"type": "poll"}))))
    assert found["post"][0].content == CARD
    assert found["losses"] == []


@pytest.mark.parametrize("html", [None, "", 7, ["x"]])
def test_without_html_there_is_the_document(html):
    doc = lexical({"type": "poll", "text": "Which?"}, {"type": "email", "html": "Hi"})
    found = read(export(post(html=html, lexical=doc)))
    assert found["post"][0].content == "<p>Which?</p>"
    assert found["losses"] == [
        "Cards that nobody knows; their words stay: poll (1).",
        "Cards that were not for every reader were left out: email (1).",
    ]


def test_markdown_of_the_oldest_versions():
    values = {
        "html": None,
        "markdown": "![b](/content/images/2014/b.jpg)\n\n__GHOST_URL__/x",
    }
    found = read(export(post(**values), version="003"))
    assert (found["post"][0].body, found["post"][0].content) == (
        Body.MARKDOWN,
        "![b](/content/images/2014/b.jpg)\n\n/x",
    )
    assert [each.attachment_url for each in found["attachment"]] == [
        "/content/images/2014/b.jpg"
    ]


def test_plain_words_are_the_last_resort():
    found = read(
        export(
            post(html="", lexical="{broken", plaintext="One <1>\n\nTwo"),
            post(html=None, lexical=None, plaintext=None),
        )
    )
    assert [each.content for each in found["post"]] == [
        "<p>One &lt;1&gt;</p><p>Two</p>",
        "",
    ]
    assert found["losses"] == [
        "Texts could not be read; only their plain words came (1)."
    ]


def test_parts_for_members_alone_are_left_out():
    gated = (
        '<p>Open</p><!--kg-gated-block:begin nonMember:false memberSegment:"" -->'
        "<p>Secret</p><!--kg-gated-block:end--><!--kg-gated-block:begin "
        "nonMember:true --><p>Too</p><!--kg-gated-block:end-->"
        "<!-- kg-gated-block:begin nonMember:false --><p>Unclosed"
    )
    found = read(export(post(html=gated)))
    assert found["post"][0].content == "<p>Open</p><p>Too</p>"
    assert found["losses"] == [
        "Cards that were not for every reader were left out: html (2)."
    ]


def test_a_document_cannot_smuggle_them_in_either():
    gated = '<!--kg-gated-block:begin nonMember:false memberSegment:"a>b" -->No'
    card = {"type": "html", "html": f"<p>Yes</p>{gated}"}
    assert text_of(html=None, lexical=lexical(card))[1].strip() == "<p>Yes</p>"


def test_headings_keep_the_names_that_links_lead_to():
    heading = {
        "type": "extended-heading",
        "tag": "h2",
        "children": [{"type": "text", "text": "A & B", "format": 1}],
    }
    html = f'<h2 id="a-b"><strong>A &amp; B</strong></h2>{CARD}<h3 id="x">Gone</h3>'
    assert text_of(html=html, lexical=lexical(heading, heading, CALLOUT))[1] == (
        '<h2 id="a-b"><strong>A &amp; B</strong></h2>'
        f"<h2><strong>A &amp; B</strong></h2>{MADE}"
    )


def test_addresses_of_the_site_become_paths():
    html = (
        '<p><a href="__GHOST_URL__">a</a><a href="__GHOST_URL__/b/#c">b</a>'
        '<img src="__GHOST_URL__/content/images/size/w600/2020/05/a.jpg">'
        '<img src="/content/images/size/w30h20/format/webp/2020/05/a.jpg"></p>'
    )
    assert text_of(html=html)[1] == (
        '<p><a href="/">a</a><a href="/b/#c">b</a>'
        '<img src="/content/images/2020/05/a.jpg">'
        '<img src="/content/images/2020/05/a.jpg"></p>'
    )


def test_players_become_links():
    html = '<iframe src="https://maps.example/1" title="Map"></iframe>'
    assert text_of(html=html)[1] == '<p><a href="https://maps.example/1">Map</a></p>'


# Files and fields


def test_pictures_come_before_what_shows_them_and_once():
    document = export(
        post(
            feature_image="__GHOST_URL__/content/images/2020/05/cover.jpg",
            html='<img src="/content/images/in.png">'
            '<a href="/content/files/a.pdf">p</a>',
            og_image="https://cdn.example/og.jpg",
        ),
        post(feature_image="/content/images/2020/05/cover.jpg"),
    )
    found = read(document)
    assert [each.attachment_url for each in found["attachment"]] == [
        "/content/images/2020/05/cover.jpg",
        "https://cdn.example/og.jpg",
        "/content/images/in.png",
        "/content/files/a.pdf",
    ]
    cover, shared, *_ = found["attachment"]
    one, two = found["post"]
    assert one.field("_thumbnail_id") == two.field("_thumbnail_id") == cover.id
    assert one.field("_yoast_wpseo_opengraph-image-id") == shared.id
    assert len({each.id for each in found["attachment"]}) == 4
    kinds = [each.type for each in source(document) if isinstance(each, records.Item)]
    assert kinds == ["attachment"] * 4 + ["post", "post"]


def test_what_is_said_of_a_post_elsewhere():
    one = post(meta_title="For & engines", custom_excerpt="Short", featured=1)
    meta = {
        "post_id": one["id"],
        "meta_title": "Older",
        "meta_description": "In short",
        "feature_image_alt": "A boat",
        "feature_image_caption": "By <b>me</b>",
    }
    one |= {"canonical_url": "https://first.example/a", "feature_image": "/c.jpg"}
    found = read(export(one, post(type="page", featured=1), posts_meta=[meta]))
    (item,), (cover,) = found["post"], found["attachment"]
    assert item.is_sticky == "1"
    assert found["page"][0].is_sticky == ""
    assert item.field("_yoast_wpseo_title") == "For &amp; engines"
    assert item.field("_yoast_wpseo_metadesc") == "In short"
    assert item.field("_yoast_wpseo_canonical") == "https://first.example/a"
    assert cover.field("_wp_attachment_image_alt") == "A boat"
    assert cover.excerpt == "By <b>me</b>"


def test_code_for_pages_is_never_taken():
    found = read(
        export(
            post(codeinjection_head="<script>1</script>", codeinjection_foot="x"),
            post(codeinjection_foot="<script>2</script>"),
            settings=[
                setting("codeinjection_head", "<style>"),
                setting("ghost_foot", ""),
            ],
        )
    )
    assert found["losses"] == ["Code for the head or foot of pages is never taken (3)."]
    assert not any("script" in str(each) for each in found["post"])


def test_comments_of_members_who_are_known():
    one = post()
    said = {"post_id": one["id"], "created_at": "2023-01-02T03:04:05.000Z"}
    comments = [
        said
        | {"id": "c1", "member_id": "m", "status": "published", "html": "<p>1</p>"},
        said
        | {"id": "c2", "member_id": "m", "status": "hidden", "html": "2"}
        | {"parent_id": "c1", "in_reply_to_id": None},
        said | {"id": "c3", "member_id": "m", "status": "deleted", "html": "3"},
        said | {"id": "c4", "member_id": "gone", "status": "published", "html": "4"},
    ]
    members = [{"id": "m", "name": "Mary S", "email": "mary@old.example"}]
    found = read(export(one, comments=comments, members=members))
    assert [
        (c.id, c.author, c.email, c.approved, c.parent, c.content, c.date_gmt)
        for c in found["post"][0].comments
    ] == [
        (
            "c1",
            "Mary S",
            "mary@old.example",
            "1",
            "",
            "<p>1</p>",
            "2023-01-02 03:04:05",
        ),
        ("c2", "Mary S", "mary@old.example", "0", "c1", "2", "2023-01-02 03:04:05"),
    ]
    assert found["losses"] == [
        "Comments that were deleted there were left out (1).",
        "Comments were left out, as the file does not say who wrote them (1).",
    ]


def test_rows_that_stand_twice_come_once():
    one = post()
    found = read(export(one, one, users=[ADA, ADA]))
    assert len(found["post"]) == len(found["author"]) == 1
    assert found["losses"] == [
        "Rows that “users” holds twice were left out (1).",
        "Rows that “posts” holds twice were left out (1).",
    ]


# Files that are none


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "line 1"),
        (b"<rss/>", "line 1"),
        (b"[]", "line 1"),
        (b"null", "line 1"),
        (b'{"db": []}', "line 1"),
        (b'{"db": [7]}', "line 1"),
        (b'{"db": {"data": {}}}', "line 1"),
        (b'{"data": {"users": []}}', "line 1"),
        (b'{"data": {"posts": 7}}', "line 1"),
        (b'{"data":\n {"posts":\n [}', "line 3"),
        (b"[" * 200_000, "line 1"),
        (b'{"data": ' * 200_000, "line 1"),
        (b'{"posts": [' + b"1" * 5_000 + b"]}", "line 1"),
        (b"PK\x03\x04\x00\x00", "line 1"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_what_is_no_export_is_refused_with_its_line(data, line):
    with pytest.raises(Unreadable, match=line):
        list(source(data))


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(ghost_tables, "MOST_BYTES", 1024 * 1024)
    big = json.dumps(export(post(html="x" * 1024 * 1024))).encode()
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        list(source(big))


def test_progress_is_the_bytes_that_were_read():
    data = json.dumps(export(post(html="x" * 3_000_000))).encode()
    told = []
    list(Ghost(io.BytesIO(data), told.append))
    assert sum(told) == len(data) and len(told) > 1


def test_bytes_that_are_no_text_are_a_loss():
    data = json.dumps(export(post(title="Caf?"))).encode().replace(b"Caf?", b"Caf\xe9")
    found = read(data)
    assert found["post"][0].title == "Caf\ufffd"
    assert found["losses"][0].startswith("Bytes that are no text")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_in_other_encodings(encoding):
    text = json.dumps(export(post(title="Café")), ensure_ascii=False)
    assert only(text.encode(encoding)).title == "Café"


def test_what_no_database_can_hold_is_gone():
    item = only(export(post(title="a\0b\ud800c", html="<p>\0\udfff</p>")))
    assert (item.title, item.content) == ("a\ufffdb\ufffdc", "<p>\ufffd\ufffd</p>")


def test_infinity_and_not_a_number_are_nothing():
    data = json.dumps(export(post(published_at=float("nan"), title=float("inf"))))
    assert only(data.encode()).title == ""


WRONG = [
    None,
    True,
    7,
    -1.5,
    10**30,
    [],
    ["a"],
    [[]],
    {},
    {"a": "b"},
    "",
    "x",
    "[[",
    "\0",
]
TABLES = sorted(ghost_tables._TAKEN)


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_no_value_of_a_wrong_type_breaks_it(db, value):
    """Wherever it stands: the rest is moved in."""
    sound = post(title="Sound", slug="sound")
    fields = {
        *sound,
        *("lexical", "mobiledoc", "markdown", "plaintext", "feature_image", "featured"),
        *("author_id", "tags", "authors", "author", "page", "custom_excerpt", "key"),
        *("post_id", "tag_id", "sort_order", "name", "email", "value", "member_id"),
        *("canonical_url", "og_image", "meta_title", "codeinjection_head", "parent_id"),
    }
    bad = [dict.fromkeys(fields, value)]
    bad += [
        sound | {"id": hexed(n), "slug": f"s{n}", name: value}
        for n, name in enumerate(sorted(fields - {"id", "slug"}), start=100)
    ]
    settings = [
        setting(name, value)
        for name in ("title", "navigation", "timezone", "locale", "permalinks")
    ]
    tables = {
        name: [value, *bad] for name in TABLES if name not in ("posts", "settings")
    }
    take(export(sound, value, *bad, settings=settings, **tables))
    assert titled_once("Sound", "sound").status == Status.PUBLIC
    for name in TABLES:
        if name != "posts":
            read({"data": {"posts": [sound], name: value}})


def titled_once(title, slug):
    return session.query(Post).filter_by(title=title, slug=slug).one()


# Moving in


def test_an_export_is_moved_in_whole(app, db, tmp_path):
    folder = tmp_path / "content" / "images" / "2020" / "05"
    folder.mkdir(parents=True)
    (folder / "cover.png").write_bytes(saved(corners((90, 60)), "PNG"))
    (folder / "in.png").write_bytes(saved(corners((60, 90)), "PNG"))
    one = post(
        title="One",
        slug="one",
        author_id="1",
        feature_image="__GHOST_URL__/content/images/2020/05/cover.png",
        feature_image_alt="A boat",
        html="<p>See</p><img alt='In' "
        'src="__GHOST_URL__/content/images/size/w600/2020/05/in.png">',
        featured=True,
        custom_excerpt="Tom & Ann",
        meta_title="For engines",
    )
    about = post(title="About", slug="about", type="page", author_id="1")
    hidden = post(title="Hidden", slug="hidden", visibility="paid", author_id="1")
    later = post(title="Later", slug="later", status="draft", published_at=None)
    document = export(
        one,
        about,
        hidden,
        later,
        users=[ADA],
        tags=[{"id": "t", "name": "Sea", "slug": "sea"}],
        posts_tags=[{"post_id": one["id"], "tag_id": "t"}],
        settings=[
            setting(
                "navigation",
                json.dumps(
                    [
                        {"label": "Home", "url": "/"},
                        {"label": "About", "url": "__GHOST_URL__/about/"},
                        {"label": "Sea", "url": "/tag/sea/"},
                        {"label": "Else", "url": "https://else.example/"},
                    ]
                ),
            ),
            setting("secondary_navigation", '[{"label": "One", "url": "/one"}]'),
        ],
    )
    report = take(document, tmp_path / "content")
    assert outcomes(report, "post") == {"imported": 3}
    assert outcomes(report, "page") == {"imported": 1}
    assert outcomes(report, "attachment") == {"imported": 2}
    assert outcomes(report, "menu_item") == {"imported": 5}
    assert report["skipped"] == []

    row = titled("One")
    assert (row.slug, row.status, row.sticky) == ("one", Status.PUBLIC, True)
    assert row.published_at == datetime(2020, 5, 4, 12, 30, tzinfo=UTC)
    assert (row.excerpt, row.seo_title) == ("Tom & Ann", "For engines")
    assert (row.author.name, row.guid) == ("ada", one["id"])
    assert [tag.slug for tag in row.tags] == ["sea"]
    cover = session.get(MediaItem, row.cover_id)
    assert (cover.name, cover.alt) == ("cover", "A boat")
    assert titled("About").kind == Kind.PAGE
    assert titled("Hidden").status == Status.PRIVATE
    assert titled("Later").status == Status.DRAFT
    assert session.query(User).filter_by(name="ada").one().password_hash is None

    session.rollback()
    shown = menus.for_readers(utcnow())
    assert [(e.label, e.address) for e in shown[Menu.HEADER]] == [
        ("Home", "/"),
        ("About", "/about/"),
        ("Sea", "/tag/sea/"),
        ("Else", "https://else.example/"),
    ]
    assert [(e.label, e.address) for e in shown[Menu.FOOTER]] == [("One", "/one/")]

    visitor = app.test_client()
    assert visitor.get("/one/").status_code == 200
    assert visitor.get("/about/").status_code == 200
    assert visitor.get("/hidden/").status_code == 404
    assert visitor.get("/later/").status_code == 404
    old = visitor.get("/content/images/2020/05/in.png")
    assert old.status_code in (301, 308)
    assert visitor.get(old.location).mimetype == "image/png"
    page = lxml.html.document_fromstring(visitor.get("/one/").text)
    (shown,) = page.xpath("//img[@alt='In']/@src")
    picture = visitor.get(shown, follow_redirects=True)
    assert picture.mimetype.startswith("image/")


def test_a_second_run_changes_nothing_and_a_changed_post_is_updated(db, importer):
    one, two = post(slug="one", title="One"), post(slug="two", title="Two")
    document = export(
        one, two, users=[ADA], tags=[{"id": "t", "name": "T", "slug": "t"}]
    )
    take(document)
    before = importer.dump()
    again = take(document)
    assert importer.dump() == before
    assert outcomes(again, "post") == {"unchanged": 2}
    one |= {"html": "<p>Now else</p>", "slug": "uno"}
    changed = take(document)
    assert outcomes(changed, "post") == {"unchanged": 1, "updated": 1}
    assert titled("One").slug == "uno"


def test_numbers_of_old_versions_are_kept(db):
    take(export(post(id=1200, slug="a", title="A")))
    assert titled("A").id == 1200


def test_comments_are_moved_in_below_what_they_answer(app, db):
    one = post(slug="one", title="One")
    said = {"post_id": one["id"], "member_id": "m", "status": "published"}
    comments = [
        said | {"id": hexed(2), "parent_id": hexed(1), "html": "<p>Reply</p>"},
        said | {"id": hexed(1), "html": "<p>First</p>"},
    ]
    document = export(
        one, comments=comments, members=[{"id": "m", "name": "Mary", "email": ""}]
    )
    assert outcomes(take(document), "comment") == {"imported": 2}
    assert outcomes(take(document), "comment") == {"unchanged": 2}
    page = app.test_client().get("/one/").text
    assert page.index("First") < page.index("Reply")


# Real ones


def counted(path):
    """How many there are of each kind, and where public ones stood."""
    document = json.loads(path.read_bytes())
    document = document["db"][0] if "db" in document else document
    data = document.get("data", document)
    posts = [each.get("data", each) for each in data["posts"]]
    tags = {
        tag["slug"]
        for each in posts
        for tag in (t.get("data", t) for t in each.get("tags", []))
        if tag["slug"]
    }
    authors = {each["author"]["data"]["slug"] for each in posts if "author" in each}
    files = {each["feature_image"] for each in posts if each.get("feature_image")}
    pages = sum(each.get("page") == 1 for each in posts)
    counts = {
        "author": len(data["users"]) if "db" in path.read_text()[:20] else len(authors),
        "tag": len(data.get("tags", [])) or len(tags),
        "post": len(posts) - pages,
        "page": pages,
        "attachment": len(files),
    }
    paths = [f"/{each['slug']}/" for each in posts if each["status"] == "published"]
    return {kind: number for kind, number in counts.items() if number}, paths


@pytest.mark.parametrize(
    "path",
    [
        *files("other-exports", "ghost-*.json"),
        *files("other-exports", "ghost/*.json"),
    ],
    ids=lambda path: path.stem,
)
def test_every_export_goes_in_once(app, db, importer, path):
    expected, paths = counted(path)
    report = take(path.read_bytes())
    in_file = {kind: n["in_file"] for kind, n in report["kinds"].items()}
    menus = ("nav_menu", "menu_item")
    assert {k: n for k, n in in_file.items() if n and k not in menus} == expected
    for kind in ("author", "tag", "post", "page"):
        assert outcomes(report, kind).get("skipped") is None, kind
    visitor = app.test_client()
    for each in paths:
        assert visitor.get(each).status_code == 200, each
    before = importer.dump()
    second = take(path.read_bytes())
    assert importer.dump() == before
    for kind, count in report["kinds"].items():
        expected = {"unchanged": count["imported"], "skipped": count["skipped"]}
        assert outcomes(second, kind) == {k: n for k, n in expected.items() if n}


def test_the_formats_know_it():
    assert FORMATS["ghost"] is Ghost
