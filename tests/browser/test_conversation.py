"""A whole conversation by mail: a guest, the post’s author who never logs in, and a
mail program. Real mail over SMTP, a real server with its worker, a real browser.
"""

import http.client
import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from blog.accounts.models import Role
from blog.comments.models import Comment, Status, Subscription
from blog.database import session
from blog.jobs.models import Job, State
from blog.posts.permalinks import post_url
from tests.factories import make_post, make_user
from tests.servers import Server, free_port

GUEST, AUTHOR = "ada@example.org", "grace@example.org"
PATIENCE_SECONDS = 30


class Mailbox:
    """What came for one address, each letter looked at once."""

    def __init__(self, smtp, address):
        self.smtp, self.address, self.seen = smtp, address, 0

    @property
    def letters(self):
        return [each for each in self.smtp.messages if each["To"] == self.address]

    def next(self, subject):
        """The next letter, which must be about that."""
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.letters) <= self.seen:
            assert time.monotonic() < until, f"no letter: {subject}"
            time.sleep(0.05)
        letter = self.letters[self.seen]
        self.seen += 1
        assert letter["Subject"] == f"[A new publication] {subject}"
        return letter


def link(letter, label):
    """The address below a label in the text."""
    text = letter.get_body(("plain",)).get_content()
    return re.search(rf"^{label}:\r?\n(\S+)", text, re.MULTILINE)[1]


@pytest.fixture
def place(app, smtp):
    """A site with one post; the server, where the post stands, and the database."""
    with app.app_context():
        grace = make_user(role=Role.AUTHOR, display_name="Grace", email=AUTHOR)
        path = post_url(make_post(author=grace, title="Tides"))
    port = free_port()
    line = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    settings = {"BLOG_SMTP_URL": smtp.url}
    instance = app.config["INSTANCE"]
    with Server(instance, "blog", *line, port=port, **settings) as server:
        yield server, path, app
    assert server.process.returncode == 0


def rows(app):
    """What a program that only looks at links must not change."""
    with app.app_context():
        wishes = session.query(Subscription).all()
        return (
            [(each.status, each.version) for each in session.query(Comment)],
            [(each.confirmed_at, each.scope) for each in wishes],
        )


def scan(server, address):
    """Open a link as a program does that looks for viruses in mail."""
    path = address.partition(f":{server.port}")[2]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for method in ("HEAD", "GET"):
        connection.request(method, path, headers={"User-Agent": "scanner"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    connection.close()


def press_in_a_mail_program(server, letter):
    """One-click, as RFC 8058 has it: a POST with no cookies and no origin."""
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip(" <>")
    path = address.partition(f":{server.port}")[2]
    body = "List-Unsubscribe=One-Click"
    answer = server.raw(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


def everything_done(app):
    """Wait until nothing is left to be done now."""
    until = time.monotonic() + PATIENCE_SECONDS
    due = Job.state == State.WAITING
    while True:
        with app.app_context():
            left = session.query(Job).filter(due, Job.run_at <= datetime.now(UTC))
            if left.count() == 0:
                return
        assert time.monotonic() < until, "the worker does not get on"
        time.sleep(0.05)


def reply(page, address, text):
    page.goto(address)
    page.get_by_label("Reply").fill(text)
    page.get_by_role("button", name="Publish the reply").click()
    expect(page.get_by_role("status")).to_have_text("Your reply is published.")


def test_a_conversation_by_mail(place, smtp, page):
    server, path, app = place
    guest, author = Mailbox(smtp, GUEST), Mailbox(smtp, AUTHOR)
    site = f"http://127.0.0.1:{server.port}"

    # A guest says something, and wants to hear of answers.
    page.goto(f"{site}{path}")
    form = page.locator("#respond form")
    form.locator("[name=comment]").fill("I rowed out at dawn and saw the tide turn.")
    form.locator("[name=author]").fill("Ada")
    form.locator("[name=email]").fill(GUEST)
    form.locator("[name=notify]").select_option("replies")
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator(".held")).to_contain_text("saw the tide turn")

    # The guest is asked back. To open the link is not to say yes.
    wish = link(guest.next("Do you want mail about “Tides”?"), "Answer yes or no")
    before = rows(app)
    scan(server, wish)
    assert rows(app) == before
    page.goto(wish)
    page.get_by_role("button", name="Yes, about replies to me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get mail about this")

    # The author approves it from the mail. To open that link is not to approve.
    held = author.next("Please moderate: “Tides”")
    approval = link(held, "Approve")
    before = rows(app)
    scan(server, approval)
    assert rows(app) == before
    page.goto(approval)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This comment is approved"
    )
    guest.next("Your comment on “Tides” was approved")

    # The author answers there, and the guest hears of it.
    reply(page, approval, "It turns earlier every day.")
    notice = guest.next("Grace replied to you on “Tides”")
    page.goto(link(notice, "Read and reply"))
    expect(page.locator("#comments")).to_contain_text("It turns earlier every day.")

    # The guest has had enough: one press, and the next answer is not mailed.
    press_in_a_mail_program(server, notice)
    reply(page, approval, "By some fifty minutes.")
    everything_done(app)

    assert guest.seen == len(guest.letters) == 3
    assert author.seen == len(author.letters) == 1
    with app.app_context():
        statuses = [each.status for each in session.query(Comment)]
    assert statuses == [Status.APPROVED] * 3
