"""The lists behind the login: what they are narrowed to, and how they are turned."""

from urllib.parse import parse_qs, urlsplit

import pytest

from blog.accounts.models import User
from blog.comments import events
from blog.comments.decisions import Rule
from blog.comments.models import Comment, EventKind, Kind, SavedFilter, Status
from blog.database import session, write_transaction
from blog.posts.models import Post
from blog.posts.models import Status as PostStatus
from blog.site.queries import settings
from tests.comments.questions import asked
from tests.factories import DAY, HOUR, NOON, make_comment, make_post, make_user
from tests.pages import form_data, parse, text_of

QUEUE = "/admin/comments/"


@pytest.fixture
def mixed(app):
    """What waits: two comments at one post, one at another, and a mention of it."""
    with app.app_context():
        tides, lamps = make_post(title="Tides"), make_post(title="Lamps & more")
        rows = [
            {"post": tides, "author": "Ada", "source": "The harbour was dark."},
            {"post": tides, "author": "Bob", "source": "A lamp would help."},
            {"post": lamps, "author": "Cleo", "source": "A lamp too many."},
            {
                "post": lamps,
                "author": "The Gazette",
                "url": "https://gazette.example/lamps",
                "kind": Kind.PINGBACK,
                "email": "",
                "source": "[…] the harbour and its lamp […]",
            },
        ]
        for number, row in enumerate(rows):
            comment = {"email": f"{row['author'].lower()}@example.org"} | row
            make_comment(
                **comment,
                status=Status.PENDING,
                ip=f"192.0.2.{number + 1}",
                created_at=NOON + number * HOUR,
            )
        return tides.id, lamps.id


def listed(client, **query):
    """The names in a list, in its order."""
    return names(client.get(QUEUE, query_string=query).text)


def names(html):
    lists = [e for e in parse(html).iter("ol") if e.get("class") == "queue"]
    return [text_of(each.find(".//strong/bdi")) for each in lists for each in each]


def counts(html):
    nav = next(e for e in parse(html).iter("nav") if e.get("class") == "tabs")
    return [int(text_of(link).split()[-1]) for link in nav.iter("a")]


# What is shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["The Gazette", "Cleo", "Bob", "Ada"]),
        ({"sort": "oldest"}, ["Ada", "Bob", "Cleo", "The Gazette"]),
        ({"kind": "comments"}, ["Cleo", "Bob", "Ada"]),
        ({"kind": "mentions"}, ["The Gazette"]),
        ({"q": "lamp"}, ["The Gazette", "Cleo", "Bob"]),
        ({"q": "LAMP  help"}, ["Bob"]),
        ({"q": "ada"}, ["Ada"]),
        ({"q": "bob@example.org"}, ["Bob"]),
        ({"q": "192.0.2.3"}, ["Cleo"]),
        ({"q": "gazette.example"}, ["The Gazette"]),
        ({"q": "lamp", "kind": "comments", "sort": "oldest"}, ["Bob", "Cleo"]),
        ({"q": "nowhere"}, []),
        ({"q": "", "kind": "", "post": "", "sort": ""}, ["The Gazette", "Cleo"]),
    ],
)
def test_a_list_is_narrowed_and_turned_round(admin, mixed, query, expected):
    assert listed(admin, **query)[: len(expected) or None] == expected


def test_a_list_is_narrowed_to_one_post(admin, mixed):
    tides, lamps = mixed

    page = admin.get(f"{QUEUE}?post={lamps}")

    assert names(page.text) == ["The Gazette", "Cleo"]
    assert "Only what was said below Lamps & more." in text_of(parse(page.text))
    assert listed(admin, post=tides, q="lamp") == ["Bob"]


def test_counts_follow_what_the_list_is_narrowed_to(app, admin, mixed):
    tides, _lamps = mixed
    with app.app_context():
        make_comment(post=make_post(), source="A lamp.", status=Status.SPAM)

    assert counts(admin.get(QUEUE).text) == [4, 0, 1, 0, 4]
    assert counts(admin.get(f"{QUEUE}?q=lamp").text) == [3, 0, 1, 0, 3]
    assert counts(admin.get(f"{QUEUE}?q=lamp&post={tides}").text) == [1, 0, 0, 0, 1]
    assert counts(admin.get(f"{QUEUE}?kind=mentions").text) == [1, 0, 0, 0, 1]
    assert counts(admin.get(f"{QUEUE}?q=nowhere").text) == [0] * 5


def test_the_form_says_what_is_shown_and_keeps_the_rest(admin, mixed):
    tides, _lamps = mixed
    query = {"status": "all", "post": str(tides), "q": "lamp", "sort": "oldest"}

    page = admin.get(QUEUE, query_string=query).text

    nothing = dict.fromkeys(("kind", "held", "since", "until"), "")
    assert form_data(page, QUEUE) == nothing | query


def test_every_way_on_keeps_what_the_list_is_narrowed_to(app, admin):
    with app.app_context():
        post = make_post()
        for number in range(41):
            make_comment(
                post=post, source="A lamp.", created_at=NOON + number * HOUR / 60
            )
        post_id = post.id
    wanted = {"q": ["lamp"], "kind": ["comments"], "sort": ["oldest"]}
    query = {"status": "approved", "post": post_id, "page": 2} | wanted

    document = parse(admin.get(QUEUE, query_string=query).text)

    links = [
        link.get("href")
        for part in document.iter()
        if part.get("class") in ("tabs", "paging", "actions select-all")
        for link in part.iter("a")
    ]
    assert len(links) == 5 + 2 + 1
    for link in links:
        kept = parse_qs(urlsplit(link).query)
        assert {name: kept[name] for name in wanted} == wanted, link
        assert kept["post"] == [str(post_id)]
    forms = [form for form in document.iter("form") if form.get("method") == "post"]
    for form in forms:
        if form.get("action").startswith(QUEUE):
            sent = {each.get("name"): each.get("value") for each in form.iter("input")}
            assert (sent["q"], sent["page"], sent["sort"]) == ("lamp", "2", "oldest")


def test_the_ways_to_older_and_newer_are_told_apart(app, admin):
    with app.app_context():
        post = make_post()
        for _ in range(41):
            make_comment(post=post)

    for order, labels in (
        ("newest", ["Newer comments", "Older comments"]),
        ("oldest", ["Older comments", "Newer comments"]),
    ):
        page = parse(admin.get(f"{QUEUE}?status=all&sort={order}&page=2").text)
        paging = next(e for e in page.iter("nav") if e.get("class") == "paging")
        assert [text_of(link) for link in paging.iter("a")] == labels


def test_nothing_found_says_so_and_leads_back(admin, mixed):
    page = admin.get(f"{QUEUE}?status=spam&kind=comments&sort=oldest").text

    empty = next(e for e in parse(page).iter("p") if e.get("class") == "empty")
    assert text_of(empty) == "Nothing here fits your filters. Clear filters"
    assert empty.find("a").get("href") == f"{QUEUE}?status=spam&sort=oldest"


@pytest.mark.parametrize(
    "words",
    [
        *("?!", '"', "'", "*", "a OR b", "NEAR(a b)", "body:x", "-", "()", "%", "^x"),
        "x" * 3500,
        "lamp " * 700,
        '" OR 1=1 --',
        "\u202e\u200b",
        "🏮",
        "灯",
    ],
)
def test_a_search_for_anything_has_an_answer(admin, mixed, words):
    assert admin.get(QUEUE, query_string={"q": words}).status_code == 200


def test_a_search_without_a_word_finds_nothing(admin, mixed):
    assert listed(admin, q="?!") == []
    assert len(listed(admin, q="  ")) == 4


@pytest.mark.parametrize(
    "query",
    [
        *("kind=x", "kind=pingback", "post=x", "post=-1", "post=0", "sort=x"),
        *("held=x", "by=x", "by=0", "since=x", "since=0001-01-01", "until=9999-12-31"),
    ],
)
def test_what_is_no_list_is_not_found(admin, query):
    assert admin.get(f"{QUEUE}?{query}").status_code == 404


def test_a_post_that_is_gone_has_an_empty_list(admin, mixed):
    page = admin.get(f"{QUEUE}?post=999999").text

    assert names(page) == []
    assert "a post that is not here any more" in page


def test_each_kind_is_told(app, admin):
    with app.app_context():
        for kind in Kind:
            make_comment(kind=kind, author=str(kind))

    page = parse(admin.get(f"{QUEUE}?status=all").text)

    told = {
        text_of(label.find(".//bdi")): [
            text_of(e) for e in label.iter("span") if e.get("class") == "badge"
        ]
        for label in page.iter("label")
        if label.get("for", "").startswith("select-")
    }
    assert told == {
        "comment": [],
        "pingback": ["Pingback"],
        "trackback": ["Trackback"],
    }


def test_each_comment_leads_to_what_else_was_said_of_its_post(admin, mixed):
    _tides, lamps = mixed

    page = admin.get(f"{QUEUE}?q=cleo&sort=oldest").text

    assert f'href="{QUEUE}?post={lamps}&amp;q=cleo&amp;sort=oldest"' in page
    assert "only this post" not in admin.get(f"{QUEUE}?post={lamps}").text


def test_the_list_of_posts_leads_to_what_was_said_of_each(app, admin, client_for):
    with app.app_context():
        post = make_post()
        make_comment(post=post, author="Ada")
        post_id = post.id
    link = f"{QUEUE}?status=all&post={post_id}"

    assert link.replace("&", "&amp;") in admin.get("/admin/posts/").text
    assert listed(admin, status="all", post=post_id) == ["Ada"]
    assert QUEUE not in main(client_for("contributor").get("/admin/posts/").text)


def main(html):
    return html.partition("<main")[2]


def test_comments_of_posts_that_are_not_public_are_listed_as_usual(app, admin):
    with app.app_context():
        for status in (PostStatus.PRIVATE, PostStatus.DRAFT, PostStatus.PENDING):
            make_comment(post=make_post(status=status), author=str(status))
        make_comment(post=make_post(password="sesame"), author="protected")

    assert sorted(listed(admin, status="all")) == [
        *("draft", "pending", "private", "protected")
    ]


def test_the_list_asks_as_often_for_many_as_for_one(app, admin):
    numbers = []
    for more in (1, 30):
        with app.app_context():
            post = make_post()
            for _ in range(more):
                make_comment(post=post, source="A lamp.", kind=Kind.PINGBACK)
        path = f"{QUEUE}?status=all&q=lamp&kind=mentions&sort=oldest"
        numbers.append(asked(app, lambda path=path: admin.get(path)))

    assert numbers[0] == numbers[1] < 10


# Why it was held, who wrote it, and when


def came(app, rule, **attributes):
    with app.app_context():
        comment = make_comment(
            **({"author": rule, "status": Status.PENDING} | attributes)
        )
        with write_transaction():
            comment = session.get_one(Comment, comment.id)
            details = {"rule": rule, "score": 0.5}
            events.record(comment, EventKind.RECEIVED, "", NOON, details=details)
        return comment.id


@pytest.mark.parametrize(
    ("held", "rules"),
    [
        ("links", {"comment_max_links"}),
        ("words", {"moderation_keys", "disallowed_keys"}),
        ("first", {"comment_previously_approved"}),
        ("filter", {"spam_filter"}),
        ("imitation", {"imitation"}),
        ("all", {"comment_moderation"}),
        ("akismet", set()),
    ],
)
def test_a_list_is_narrowed_to_what_a_rule_held(app, admin, held, rules):
    for rule in Rule:
        came(app, rule)

    assert set(listed(admin, held=held)) == rules


def test_a_list_is_narrowed_to_what_akismet_held(app, admin):
    for verdict, status in (("spam", Status.PENDING), ("ham", Status.APPROVED)):
        comment_id = came(app, verdict)
        with app.app_context(), write_transaction():
            comment = session.get_one(Comment, comment_id)
            comment.status = status
            before = Status.PENDING
            events.record(comment, EventKind.AKISMET, "", NOON, before=before)

    assert listed(admin, held="akismet", status="all") == ["spam"]


def test_a_list_is_narrowed_to_one_writer_without_an_address_in_it(app, admin, mixed):
    came(app, "Robert", email="bob@example.org")

    page = admin.get(f"{QUEUE}?by=2")

    assert sorted(names(page.text)) == ["Bob", "Robert"]
    assert "Only what Bob wrote." in text_of(parse(page.text))
    assert listed(admin, by="999999") == []


def test_who_sees_no_addresses_does_not_learn_who_wrote_both(app, author):
    said(app, author, author="Cleo", email="secret@example.net")

    assert listed(author, by="1") == []


def test_a_list_is_narrowed_to_days_of_the_site(app, admin):
    with app.app_context():
        with write_transaction():
            settings().timezone = "Asia/Tokyo"  # nine hours ahead
        post = make_post()
        for hour in (14, 15):
            make_comment(
                post=post, author=f"at {hour}", created_at=NOON.replace(hour=hour)
            )
    day = NOON.date().isoformat()

    assert listed(admin, status="all", until=day) == ["at 14"]
    assert listed(admin, status="all", since=day) == ["at 15", "at 14"]
    later = (NOON.date() + DAY).isoformat()
    assert listed(admin, status="all", since=later) == ["at 15"]


# Kept under a name


def test_a_filter_is_kept_under_a_name_found_and_given_up(app, admin, client_for):
    query = {"q": "lamp & oil", "held": "links", "status": "spam"}
    page = admin.get(QUEUE, query_string=query | {"page": "1"}).text
    data = form_data(page, f"{QUEUE}filters/") | {"name": "  Lamp  sellers "}

    response = admin.post(f"{QUEUE}filters/", data=data)

    page = admin.get(QUEUE).text
    link = next(
        link for link in parse(page).iter("a") if text_of(link) == "Lamp sellers"
    )
    kept = {name: value for name, [value] in parse_qs(link.get("href")[17:]).items()}
    assert response.status_code == 303
    assert kept == query
    assert "Lamp sellers" not in client_for("editor").get(QUEUE).text
    assert client_for("editor").send(f"{QUEUE}filters/1/deletion").status_code == 404
    assert admin.send(f"{QUEUE}filters/1/deletion").status_code == 303
    assert "Lamp sellers" not in admin.get(QUEUE).text


def test_a_filter_of_the_same_name_takes_its_place(app, admin):
    for words in ("one", "two"):
        admin.send(f"{QUEUE}filters/", {"name": "Mine", "q": words})

    with app.app_context():
        assert [each.query for each in session.query(SavedFilter)] == ["q=two"]


def test_a_filter_needs_a_name_and_there_is_an_end_of_them(app, admin, monkeypatch):
    monkeypatch.setattr("blog.comments.desk.keeping.MOST", 1)
    for name, sentence in (
        (" ", "Give it a name; nothing was saved yet."),
        ("One", "Saved as “One”."),
        ("Two", "You have saved 1 already."),
        ("One", "Saved as “One”."),
    ):
        response = admin.send(f"{QUEUE}filters/", {"name": name, "q": "x"})
        assert sentence in admin.get(response.location).text


# What nobody may find


@pytest.fixture
def author(app, client_for):
    """An author who may moderate below a post of theirs, and see no addresses."""
    client = client_for("author")
    with app.app_context():
        client.post_id = make_post(author=session.get_one(User, client.user_id)).id
    return client


def said(app, client, **attributes):
    with app.app_context():
        post = session.get_one(Post, client.post_id)
        make_comment(post=post, status=Status.PENDING, **attributes)


@pytest.mark.parametrize(
    "words",
    [
        *("secret", "secret@example.net", "example.net", "198.51.100.7", "198"),
        *("Cleo secret", '"Cleo secret"'),
    ],
)
def test_who_may_not_see_an_address_does_not_find_by_it(app, author, admin, words):
    said(app, author, author="Cleo", email="secret@example.net", ip="198.51.100.7")

    page = author.get(QUEUE, query_string={"q": words}).text

    assert names(page) == []
    assert counts(page) == [0] * 5
    assert listed(author, q="cleo") == ["Cleo"]
    if '"' not in words:
        assert listed(admin, q=words) == ["Cleo"]


def test_who_may_not_see_an_address_finds_what_they_see(app, author):
    said(
        app,
        author,
        author="Cleo",
        url="https://cleo.example",
        email="secret@example.net",
        source="Write to secret@example.net or cleo.example.",
    )

    for words in ("cleo", "cleo.example", "secret@example.net", "write"):
        assert listed(author, q=words) == ["Cleo"]


def test_a_post_of_somebody_else_shows_nothing(app, author):
    with app.app_context():
        post = make_post(
            title="Not yet told", author=make_user(), status=PostStatus.DRAFT
        )
        make_comment(post=post, source="A lamp.", status=Status.PENDING)
        post_id = post.id

    for query in (f"post={post_id}", "q=lamp", f"post={post_id}&status=all&q=lamp"):
        page = author.get(f"{QUEUE}?{query}").text
        assert names(page) == []
        assert "Not yet told" not in page


# Doing something there


def test_a_press_comes_back_to_the_same_list(app, admin, mixed):
    path = f"{QUEUE}?kind=comments&q=lamp&sort=oldest"
    page = admin.get(path).text
    data = form_data(page, QUEUE + "2", "approve")

    response = admin.post(f"{QUEUE}2", data=data)

    assert response.location == f"{path}#comment-3"
    assert names(admin.get(path).text) == ["Cleo"]


def test_undo_comes_back_to_the_same_list(app, admin, mixed):
    path = f"{QUEUE}?kind=comments&q=lamp&sort=oldest"
    query = {"kind": "comments", "q": "lamp", "sort": "oldest"}
    page = admin.get(admin.send(f"{QUEUE}2", query | {"trash": "1"}).location).text
    undo = next(
        form.get("action")
        for form in parse(page).iter("form")
        if "/undo/" in form.get("action")
    )

    response = admin.send(undo)

    assert response.location == f"{path}#comment-2"
    assert listed(admin, **query) == ["Bob", "Cleo"]


def test_editing_and_replying_come_back_to_the_same_list(app, admin, mixed):
    path = f"{QUEUE}?kind=comments&q=lamp"
    for room, typed in (("edit", {"author": "Robert"}), ("reply", {})):
        page = admin.get(f"{QUEUE}2/{room}?kind=comments&q=lamp").text
        data = form_data(page, f"/{room}") | {"comment": "A lamp."} | typed
        action = next(
            form.get("action")
            for form in parse(page).iter("form")
            if f"/{room}" in form.get("action")
        )

        assert admin.post(action, data=data).location == f"{path}#comment-2"


def test_a_hundred_are_approved_at_once_and_put_back(app, admin):
    with app.app_context():
        post = make_post()
        ids = [
            make_comment(post=post, status=Status.PENDING, source="A lamp.").id
            for _ in range(101)
        ]
    query = {"q": "lamp", "page": "6"}

    response = admin.send(
        f"{QUEUE}selection", query | {"ids": ids[:100], "selection": "approve"}
    )

    assert response.location == f"{QUEUE}?q=lamp"
    page = admin.get(response.location).text
    assert "100 comments approved." in page
    assert counts(page) == [1, 100, 0, 0, 101]
    undo = next(
        form.get("action")
        for form in parse(page).iter("form")
        if "/undo/" in form.get("action")
    )
    response = admin.send(undo)
    assert response.location == f"{QUEUE}?q=lamp&page=6#comment-1"
    assert counts(admin.get(response.location).text) == [101, 0, 0, 0, 101]


def test_a_mention_is_moderated_and_not_answered(app, admin, mixed):
    page = admin.get(f"{QUEUE}?kind=mentions").text
    assert f"{QUEUE}4/edit" in page and f"{QUEUE}4/reply" not in page

    assert admin.get(f"{QUEUE}4/reply").status_code == 409
    response = admin.send(f"{QUEUE}4/reply", {"comment": "Thank you."})

    assert response.status_code == 409
    assert form_data(response.text, "/reply")["comment"] == "Thank you."
    admin.send(f"{QUEUE}4", {"approve": "1"})
    with app.app_context():
        assert session.get_one(Comment, 4).status == Status.APPROVED
        assert session.get_one(Comment, 4).post.comment_count == 1


def test_a_mention_is_edited(app, admin, mixed):
    page = admin.get(f"{QUEUE}4/edit").text
    data = form_data(page, "/edit") | {"author": "The Times", "comment": ""}

    assert admin.post(f"{QUEUE}4/edit", data=data).status_code == 303

    with app.app_context():
        mention = session.get_one(Comment, 4)
        assert (mention.author, mention.html, mention.kind) == (
            "The Times",
            "",
            Kind.PINGBACK,
        )


@pytest.mark.parametrize(
    ("format", "told", "html"),
    [
        ("markdown", "Written in Markdown.", "<strong>b</strong>"),
        ("html", "Written in HTML, as it was imported.", "**b**"),
    ],
)
def test_a_comment_is_edited_in_its_own_format(app, admin, format, told, html):
    with app.app_context():
        comment_id = make_comment(format=format).id
    page = admin.get(f"{QUEUE}{comment_id}/edit").text
    assert told in page

    admin.post(
        f"{QUEUE}{comment_id}/edit",
        data=form_data(page, "/edit") | {"comment": "**b**"},
    )

    with app.app_context():
        assert html in session.get_one(Comment, comment_id).html


def test_what_an_import_brought_does_not_stop_who_may_not_see_it(app, author):
    said(app, author, email="me at home", source="Before.")
    page = author.get(f"{QUEUE}1/edit").text

    response = author.post(
        f"{QUEUE}1/edit", data=form_data(page, "/edit") | {"comment": "After."}
    )

    assert response.status_code == 303
    with app.app_context():
        comment = session.get_one(Comment, 1)
        assert (comment.source, comment.email) == ("After.", "me at home")


@pytest.mark.html
@pytest.mark.parametrize(
    "path",
    [
        f"{QUEUE}?kind=mentions&q=lamp&sort=oldest",
        f"{QUEUE}?post=2",
        f"{QUEUE}?q=nowhere",
        f"{QUEUE}4/edit",
        f"{QUEUE}spam/deletion?q=lamp",
    ],
)
def test_the_pages_are_valid_html(admin, mixed, html_checker, path):
    assert html_checker.errors(admin.get(path).text) == []
