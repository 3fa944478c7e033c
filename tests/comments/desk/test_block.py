"""Blocking somebody from a comment of theirs."""

import pytest

from blog.comments.desk import blocking
from blog.comments.desk.blocking import Trait
from blog.comments.models import Comment, CommentEvent, Status
from blog.database import session, write_transaction
from blog.site.queries import settings
from tests.factories import make_comment
from tests.pages import form_data, parse, text_of

QUEUE = "/admin/comments/"


@pytest.fixture
def shop(app):
    """The id of a waiting comment with everything that can be blocked."""
    return made(
        app,
        author="Cheap lamps",
        email="shop@lamps.example",
        url="https://www.lamps.example/buy",
        ip="192.0.2.77",
        source="Buy a lamp at https://oil.example/now or https://lamps.example",
    )


def made(app, status=Status.PENDING, **attributes):
    with app.app_context():
        return make_comment(status=status, **attributes).id


def status(app, comment_id):
    with app.app_context():
        return session.get_one(Comment, comment_id).status


def keys(app):
    with app.app_context():
        return settings().disallowed_keys, settings().moderation_keys


def change(app, **values):
    with app.app_context(), write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


def block(client, comment_id, **chosen):
    chosen = {"which": "disallowed_keys", "move": "y"} | chosen
    return client.send(f"{QUEUE}{comment_id}/block/", chosen)


# What is offered


def test_a_comment_offers_everything_that_it_can_be_known_by(app, shop):
    with app.app_context():
        assert blocking.traits(session.get_one(Comment, shop)) == {
            Trait.EMAIL: ["shop@lamps.example"],
            Trait.HOST: ["lamps.example"],
            Trait.LINKS: ["oil.example"],
            Trait.ADDRESS: ["192.0.2.77"],
            Trait.NETWORK: ["192.0.2."],
        }


@pytest.mark.parametrize("url", ["https://e/", "https://www.e/", "https://e./"])
def test_a_host_that_would_stand_in_every_comment_is_not_offered(app, url):
    with app.app_context():
        comment = make_comment(email="", url=url, ip="", source="https://a/")
        assert blocking.traits(comment) == {}


def test_what_a_comment_lacks_is_not_offered(app):
    with app.app_context():
        bare = make_comment(email="", url="", ip="", source="Hello.")
        assert blocking.traits(bare) == {}


@pytest.mark.parametrize(
    ("ip", "lines"),
    [
        ("2001:db8:1:2:3:4:5:6", ["2001:db8:1:2:"]),
        ("2001:db8::5", ["2001:db8::", "2001:db8:0:0:"]),
        ("unknown", []),
    ],
)
def test_a_network_is_how_its_addresses_begin(app, ip, lines):
    with app.app_context():
        comment = make_comment(ip=ip)
        assert blocking.traits(comment).get(Trait.NETWORK, []) == lines


def test_the_page_says_how_much_waits_of_each(app, admin, shop):
    made(app, ip="192.0.2.5")
    made(app, email="shop@lamps.example", status=Status.SPAM)

    page = admin.get(f"{QUEUE}{shop}/block/").text

    labels = [
        text_of(label)
        for label in parse(page).iter("label")
        if label.get("for", "").startswith("trait-")
    ]
    assert labels == [
        "Email: shop@lamps.example 1 waits",
        "Website: lamps.example 1 waits",
        "Sites linked to: oil.example 1 waits",
        "IP address: 192.0.2.77 1 waits",
        "Addresses near it: 192.0.2. 2 wait",
    ]
    offered = [option.get("value") for option in parse(page).iter("option")]
    assert "lamp" in offered


# Blocking


@pytest.mark.parametrize(
    ("trait", "line"),
    [
        ("email", "shop@lamps.example"),
        ("host", "lamps.example"),
        ("links", "oil.example"),
        ("address", "192.0.2.77"),
        ("network", "192.0.2."),
    ],
)
@pytest.mark.parametrize("which", ["disallowed_keys", "moderation_keys"])
def test_what_is_chosen_becomes_a_line_of_the_list(
    app, admin, shop, trait, line, which
):
    response = block(admin, shop, traits=[trait], which=which)

    expected = (line, "") if which == "disallowed_keys" else ("", line)
    assert response.status_code == 303
    assert keys(app) == expected


def test_several_and_a_word_are_added_below_what_was_there_once(app, admin, shop):
    change(app, disallowed_keys="casino\nLAMPS.example")

    block(admin, shop, traits=["email", "host"], word="  cheap   lamp ")

    assert keys(app)[0] == "casino\nLAMPS.example\nshop@lamps.example\ncheap lamp"


def test_what_waits_of_it_goes_to_the_trash_if_wanted(app, admin, shop):
    near, far = made(app, ip="192.0.2.5"), made(app, ip="198.51.100.5")
    read = made(app, ip="192.0.2.6", status=Status.APPROVED)

    response = block(admin, shop, traits=["network"])

    told = text_of(parse(admin.get(response.location).text))
    assert "Blocked: 192.0.2.. 2 waiting comments moved to the trash." in told
    assert [status(app, each) for each in (shop, near, far, read)] == [
        *("trash", "trash", "pending", "approved")
    ]


@pytest.mark.parametrize(
    "chosen", [{"move": ""}, {"which": "moderation_keys", "move": "y"}]
)
def test_what_waits_stays_where_it_is_otherwise(app, admin, shop, chosen):
    form = {"which": "disallowed_keys", "traits": ["network"]} | chosen
    form = {name: value for name, value in form.items() if value}
    admin.send(f"{QUEUE}{shop}/block/", form)

    assert status(app, shop) == Status.PENDING


def test_looking_first_blocks_nothing_and_keeps_what_was_chosen(app, admin, shop):
    made(app, source="A lamp.", status=Status.APPROVED)

    page = block(admin, shop, traits=["email"], word="lamp", look="1")

    told = text_of(parse(page.text))
    assert page.status_code == 200
    assert "1 waiting comment is affected." in told
    assert "Of the last 200 that were approved it would have stopped 1." in told
    assert form_data(page.text, "/block")["word"] == "lamp"
    assert form_data(page.text, "/block")["traits"] == "email"
    assert keys(app) == ("", "")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({}, "Choose something, or enter a word."),
        ({"word": "x"}, "Nearly every comment contains that. Enter something longer."),
        ({"word": " \u200b"}, "Choose something, or enter a word."),
        ({"traits": ["nothing"]}, "Nothing was saved yet."),
        ({"traits": ["email"], "which": "title"}, "Nothing was saved yet."),
    ],
)
def test_what_blocks_nothing_or_everything_is_refused(
    app, admin, shop, chosen, sentence
):
    response = block(admin, shop, **chosen)

    assert response.status_code == 422
    assert sentence in response.text
    assert keys(app) == ("", "")


def test_a_block_is_taken_back_with_all_that_it_did(app, admin, shop):
    change(app, disallowed_keys="casino")
    page = admin.get(block(admin, shop, traits=["email"]).location).text
    change(app, disallowed_keys="casino\nshop@lamps.example\npoker")

    undo = next(
        form.get("action")
        for form in parse(page).iter("form")
        if "/undo/" in form.get("action")
    )
    admin.send(undo)

    assert keys(app)[0] == "casino\npoker"
    assert status(app, shop) == Status.PENDING


def test_what_stood_in_the_list_before_stays_when_a_block_is_taken_back(
    app, admin, shop
):
    change(app, disallowed_keys="shop@lamps.example")
    page = admin.get(block(admin, shop, traits=["email"]).location).text
    undo = next(
        form.get("action")
        for form in parse(page).iter("form")
        if "/undo/" in form.get("action")
    )
    admin.send(undo)

    assert keys(app)[0] == "shop@lamps.example"


def test_the_history_says_who_blocked_and_what(app, admin, shop):
    block(admin, shop, traits=["email"], which="moderation_keys")

    with app.app_context():
        [event] = session.query(CommentEvent)
        assert event.user_id == admin.user_id
        assert event.details == (
            '{"list": "moderation_keys", "words": ["shop@lamps.example"]}'
        )
    assert "shop@lamps.example" in admin.get(f"{QUEUE}{shop}/").text


# Who may


@pytest.mark.parametrize(("role", "code"), [("author", 403), ("editor", 200)])
def test_editors_block_and_authors_do_not(app, client_for, shop, role, code):
    client = client_for(role)

    assert client.get(f"{QUEUE}{shop}/block/").status_code == code
    assert ("/block/" in client.get(f"{QUEUE}?status=all").text) == (code == 200)
    block(client, shop, traits=["email"])
    assert (keys(app)[0] != "") == (code == 200)


def test_a_comment_that_is_gone_blocks_nobody(admin):
    assert admin.get(f"{QUEUE}9/block/").status_code == 404
    assert block(admin, 9, traits=["email"]).status_code == 404


def test_the_page_is_valid(app, admin, shop, html_checker):
    pages = [
        admin.get(f"{QUEUE}{shop}/block/").text,
        block(admin, shop).text,
        block(admin, shop, traits=["email"], look="1").text,
    ]

    assert [html_checker.errors(page) for page in pages] == [[], [], []]
