"""What stands in letters about comments, and what does not."""

import re

import pytest

from blog.accounts.models import Role
from blog.comments.mail import letters, subscriptions
from blog.comments.models import Comment, Scope, Status, Subscription
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.posts.permalinks import comment_url
from blog.site.queries import settings
from blog.text.sanitizer import comment_html
from tests.factories import NOW, make_post, make_user
from tests.pages import parse

NASTY = (
    "Eve\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>",
    'Eve" <b onmouseover=alert(1)>x</b>',
    "\u202eevE",
    "=?utf-8?q?Eve?=",
    "=?utf-8?q?=0aBcc:_victim@example.org?=",
    "=?utf-8?q?=0d=0a=0d=0aBuy_here.?=",
)
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td"),
    *("p", "a", "br", "bdi", "blockquote"),
}


@pytest.fixture
def edith(db):
    return make_user(role=Role.EDITOR, display_name="Edith", email="edith@example.org")


@pytest.fixture
def grace(db):
    return make_user(role=Role.AUTHOR, display_name="Grace", email="grace@example.org")


@pytest.fixture
def post(grace):
    return make_post(author=grace, title="Tides")


def text_of(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(message):
    return message.get_body(("html",)).get_content()


def to(messages, name):
    [message] = [each for each in messages if each["To"].startswith(name)]
    return message


def subscribe(post, email, scope=Scope.THREAD):
    with write_transaction():
        subscription = Subscription(
            post_id=post.id,
            email=email,
            scope=scope,
            created_at=NOW,
            confirmed_at=NOW,
        )
        session.add(subscription)
    return subscription


def problems(html):
    """What in a letter's HTML is not of ours, or could run."""
    found = []
    for each in parse(html).iter():
        if not isinstance(each.tag, str):
            continue
        if each.tag not in ALLOWED:
            found.append(each.tag)
        found += [f"{each.tag} {name}" for name in each.attrib if name[:2] == "on"]
        if not re.match("(http://localhost/|$)", each.get("href") or ""):
            found.append(each.get("href"))
    return found


# To moderators


def test_a_moderator_reads_who_says_what_and_why_it_waits(office, post, edith):
    office.comment(
        post,
        status=Status.PENDING,
        text="One *thing*.\n\nAnd another: https://example.org/.",
    )
    letter = to(office.work(), "edith")

    assert letter["Subject"] == "[A new publication] Please moderate: “Tides”"
    assert letter["Reply-To"] == "ada@example.org"
    text = text_of(letter)
    for part in (
        "A comment on “Tides” is waiting for your decision.",
        "A reason.",
        "Email: ada@example.org\nIP address: 192.0.2.1\nWaiting in all: 1\n",
        "> One thing.\n>\n> And another: https://example.org/.\n",
    ):
        assert part in text
    for label, verb in (("Approve", "approve"), ("Spam", "spam"), ("Trash", "trash")):
        pattern = rf"{label}:\nhttp://localhost/moderate/[\w.-]+\?do={verb}\n"
        assert re.search(pattern, text), label
    assert problems(html_of(letter)) == []


def test_an_author_does_not_read_the_commenters_addresses(office, post, edith):
    office.comment(post, status=Status.PENDING)
    office.comment(post, text="Read at once.")

    for letter in office.work():
        if letter["To"].startswith("grace"):
            assert letter["Reply-To"] is None
            assert "ada@example.org" not in letter.as_string()
            assert "192.0.2.1" not in text_of(letter) + html_of(letter)


def test_each_moderator_has_links_of_their_own(office, post, edith):
    office.comment(post, status=Status.PENDING)
    links = [
        set(re.findall(r"/moderate/[\w.-]+", text_of(letter)))
        for letter in office.work()
    ]

    assert [len(each) for each in links] == [1, 1]
    assert links[0] != links[1]


@pytest.mark.parametrize(
    "email",
    [
        "not an address",
        "münchen@müller.example",
        "",
        "=?utf-8?q?=0abcc=3avictim?=@example.org",
    ],
)
def test_an_address_that_cannot_be_answered_is_no_reply_to(office, post, edith, email):
    comment = office.comment(post, status=Status.PENDING, email="")
    with write_transaction():
        session.get(Comment, comment.id).email = email

    assert to(office.work(), "edith")["Reply-To"] is None


# To the post's author


def test_the_author_can_answer_and_throw_out(office, grace):
    office.comment(make_post(author=grace, title="Tides"))
    [letter] = office.work()

    text = text_of(letter)
    assert letter["Subject"] == "[A new publication] New comment on “Tides”"
    assert re.search(r"Reply:\nhttp://localhost/moderate/[\w.-]+#reply\n", text)
    assert re.search(r"Spam:\nhttp://localhost/moderate/[\w.-]+\?do=spam\n", text)
    assert re.search(r"Trash:\nhttp://localhost/moderate/[\w.-]+\?do=trash\n", text)


def test_an_author_who_may_not_moderate_gets_no_such_links(office):
    carol = make_user(role=Role.CONTRIBUTOR, email="carol@example.org")
    office.comment(make_post(author=carol, title="Tides"))
    [letter] = office.work()

    assert "/moderate/" not in text_of(letter)
    assert "Read it on the page:" in text_of(letter)


# To readers


def test_a_notice_says_who_and_what_and_how_to_stop(office, post):
    subscription = subscribe(post, "bob@example.org")
    address = comment_url(office.comment(post, text="Well *said*."))
    letter = to(office.work(), "bob")

    page = f"http://localhost{subscriptions.path(subscription)}"
    assert letter["List-Unsubscribe"].strip() == f"<{page}/end>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Reply-To"] is None
    text = text_of(letter)
    assert "Ada commented on “Tides”." in text
    assert "> Well said." in text
    assert f"Read and reply:\nhttp://localhost{address}\n" in text
    assert f"Stop these emails:\n{page}/end\n" in text
    assert "ada@example.org" not in letter.as_string()
    assert "192.0.2.1" not in letter.as_string()
    assert problems(html_of(letter)) == []


def test_of_a_post_with_a_password_no_word_is_mailed(office, grace):
    post = make_post(author=grace, title="Tides", password="sesame")
    subscribe(post, "bob@example.org")
    office.comment(post, text="A secret.")
    letter = to(office.work(), "bob")

    assert "secret" not in text_of(letter) + html_of(letter)
    assert "That page has a password" in text_of(letter)


def test_the_letter_that_asks_back_holds_no_word_of_who_asked(office, post):
    comment = office.comment(
        post, author="BUY PILLS", email="victim@example.org", text="At spam.example!"
    )
    with write_transaction():
        subscriptions.wish(session.get(Comment, comment.id), Scope.REPLIES, office.now)
    letter = to(office.work(), "victim")

    assert letter["Subject"] == "[A new publication] Do you want mail about “Tides”?"
    whole = text_of(letter) + html_of(letter) + letter["Subject"]
    assert "PILLS" not in whole
    assert "spam.example" not in whole
    assert problems(html_of(letter)) == []


def ask_for_mine(office, email):
    with write_transaction():
        queue.add("comments.mine", f"mine:{email}", {"email": email}, office.now)


def test_the_way_to_ones_own_comments_goes_to_who_has_any(office, grace):
    office.comment(make_post(author=grace), user=grace)
    subscribe(make_post(), "bob@example.org")
    for email in ("grace@example.org", "bob@example.org", "nobody@example.org"):
        ask_for_mine(office, email)
    messages = office.work()

    assert sorted(each["To"] for each in messages) == [
        "bob@example.org",
        "grace@example.org",
    ]
    assert re.search(r"http://localhost/my-comments/[\w.-]+\n", text_of(messages[0]))


# Whatever people call themselves


@pytest.mark.parametrize("author", NASTY)
def test_a_name_is_no_header_and_no_markup(office, grace, edith, author):
    post = make_post(author=grace, title="A </title><script>1</script> \r\nX: y")
    subscribe(post, "bob@example.org")
    comment = office.comment(post, status=Status.PENDING, author="Eve")
    other = office.comment(post, text="Read.", author="Eve")
    with write_transaction():
        for each in (comment, other):
            session.get(Comment, each.id).author = author
            session.get(Comment, each.id).reason = f"Because of {author}"
    messages = office.work()

    assert len(messages) == 4
    for letter in messages:
        assert not {"Bcc", "X"} & set(letter.keys())
        assert letter.defects == []
        assert "\n" not in letter["Subject"]
        assert "Buy here." not in text_of(letter)
        assert "\u202e" not in letter["Subject"] + text_of(letter)
        assert problems(html_of(letter)) == []


def test_letters_in_arabic_run_from_right_to_left(office, grace):
    with write_transaction():
        settings().language = "ar"
        settings().title = "مجلة المد"
    post = make_post(author=grace, title="المد والجزر")
    subscribe(post, "bob@example.org")
    office.comment(post, author="ليلى", text="كلام جميل.")
    letter = to(office.work(), "bob")

    document = parse(html_of(letter))
    assert (document.get("lang"), document.get("dir")) == ("ar", "rtl")
    assert "ليلى" in letter["Subject"]
    assert "> كلام جميل." in text_of(letter)


def test_a_comment_keeps_its_paragraphs_quotes_and_code(db):
    source = (
        "One *two*.\n\n> Somebody’s words.\n>\n> And more.\n\n- a\n- b\n\n"
        "```\nx < 1\n  y\n```"
    )
    comment = Comment(html=comment_html(source))

    assert letters.words(comment) == (
        "One two.\n\n> Somebody’s words.\n\n> And more.\n\n– a\n\n– b\n\nx < 1\n  y"
    )


def test_a_long_comment_is_cut(db):
    comment = Comment(html="<p>" + "word " * 1000 + "</p>")

    assert len(letters.words(comment).split()) == 400
    assert letters.words(comment).endswith("word…")


@pytest.mark.html
def test_the_w3c_finds_nothing_wrong_with_the_letters(
    office, post, edith, html_checker
):
    subscribe(post, "bob@example.org")
    office.comment(post, status=Status.PENDING)
    office.comment(post, text="Read.")
    messages = office.work()

    assert len(messages) == 4
    for letter in messages:
        assert html_checker.errors(html_of(letter)) == [], letter["Subject"]
