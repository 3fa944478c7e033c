"""Letters on their way: to real servers, good and bad."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import trustme

from blog.config import ConfigError, MailServer, Tls, from_env, mail_server
from blog.database import db as database
from blog.database import session, write_transaction
from blog.jobs.tasks import GiveUp, TryLater, Unavailable
from blog.mail import delivery, transmission
from blog.mail.letters import Action, Letter, Quote
from blog.mail.models import MutedAddress
from blog.site.queries import settings
from blog.text.normalize import single_line
from tests.mail import smtp as servers
from tests.mail.smtp import PASSWORD, USER, Mode, SmtpServer

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
LETTER = Letter(
    to="ada@example.org",
    subject="Grüße: “Tide”",
    lead=("Somebody answered you.", "It is public."),
    quotes=(Quote("Zoë", NOW, "One\n> two\n\nthree", "http://localhost/c/7"),),
    facts=(("Post", "Tide & <b>time</b>"), ("Address", "192.0.2.1")),
    actions=(Action("Approve", "http://localhost/moderate/abc"),),
    footer=("You asked for this.",),
    reply_to="zoe@example.org",
    unsubscribe_url="http://localhost/subscriptions/abc",
)
TEXT = """\
Somebody answered you.

It is public.

Post: Tide & <b>time</b>
Address: 192.0.2.1

Zoë wrote on November 25, 2026, 8:30\u202fAM:

> One
> > two
>
> three

http://localhost/c/7

Approve:
http://localhost/moderate/abc

--\x20
A new publication
http://localhost/

You asked for this.

Stop these emails:
http://localhost/subscriptions/abc
"""


UNWELCOME = transmission.UNWELCOME_SECONDS
SILENT = transmission.SILENT_SECONDS


@pytest.fixture
def post_office(db, app, smtp):
    app.config["SMTP_URL"] = smtp.url
    return smtp


def send(letter=LETTER, seed="a seed", now=NOW):
    delivery.send(letter, seed, now)


def html_of(message):
    return message.get_body(("html",)).get_content()


def test_a_letter_arrives_as_text_and_html(post_office):
    send()

    [message] = post_office.messages
    assert post_office.letters == [TEXT]
    assert message.get_content_type() == "multipart/alternative"
    assert {name: str(value) for name, value in message.items()
            if name not in ("Content-Type", "Message-ID", "X-Peer", "X-MailFrom",
                            "X-RcptTo")} == {
        "From": "A new publication <comments@localhost>",
        "To": "ada@example.org",
        "Subject": "Grüße: “Tide”",
        "Date": "Wed, 25 Nov 2026 08:30:00 +0000",
        "Auto-Submitted": "auto-generated",
        "Reply-To": "zoe@example.org",
        "List-Unsubscribe": "<http://localhost/subscriptions/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
    }  # fmt: skip
    [envelope] = post_office.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "comments@localhost",
        ["ada@example.org"],
    )
    assert post_office.names == ["localhost"]
    assert envelope.original_content.isascii()
    assert max(map(len, envelope.original_content.splitlines())) <= 998


def test_a_short_letter_has_no_holes(post_office):
    send(Letter(to="ada@example.org", subject="Hello", lead=("One.",)))

    assert post_office.letters == [
        "One.\n\n-- \nA new publication\nhttp://localhost/\n"
    ]
    assert "List-Unsubscribe" not in post_office.messages[0]
    assert "Reply-To" not in post_office.messages[0]


def test_what_people_wrote_is_quoted_in_text_and_escaped_in_html(post_office):
    nasty = "<script>alert(1)</script>&\r-- \u2028Approve: http://evil.example\x85end"
    send(
        replace(
            LETTER,
            quotes=(Quote("<b>Zoë</b>", NOW, nasty),),
            lead=("<i>Tide</i>",),
            facts=(("Post", "</td>\nApprove: x"),),
            footer=("<u>x</u>",),
            subject="<s>x</s>",
        )
    )

    [text] = post_office.letters
    quoted = "<script>alert(1)</script>&\n> --\x20\n> Approve: http://evil.example"
    assert f"\n> {quoted}\n> end\n" in text
    assert "\nPost: </td> Approve: x\n" in text
    html = html_of(post_office.messages[0])
    for tag in ("<script", "<b>", "<i>", "<u>", "<s>"):
        assert tag not in html
    assert "&lt;b&gt;Zoë&lt;/b&gt;</bdi> wrote on" in html
    assert html.count("</td>") == html.count("<td")


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x85"])
def test_no_header_can_be_written_by_who_comments(post_office, app, sign):
    attack = f"Hi{sign}Bcc: victim@example.org{sign}{sign}<b>body"
    with write_transaction():
        settings().title = attack
    send(replace(LETTER, subject=attack, reply_to=f"a@example.org{sign}Bcc: b@x.org"))

    [message] = post_office.messages
    assert "Bcc" not in message
    assert "Reply-To" not in message
    assert message["Subject"] == single_line(attack, 200)
    assert message["From"].addresses[0].display_name == message["Subject"]
    assert post_office.envelopes[0].rcpt_tos == ["ada@example.org"]


@pytest.mark.parametrize(
    "words",
    [
        "تعليق جديد على «المدّ والجزر» من شخص اسمه طويل جدًا كي يُطوى السطر أكثر من مرة",
        "「潮汐」の記事に新しいコメントがあります。とても長い題名なので何行にも折り返されます。"
        * 2,
        'קוראים, “quotes”, and "straight" ones; commas, too <x@y>',
        "👩‍👩‍👧 " * 20,
        "a" * 199,
    ],
)
def test_titles_and_subjects_in_every_script_arrive_whole(post_office, words):
    with write_transaction():
        settings().title = words
    send(replace(LETTER, subject=words, lead=(words,)))

    [envelope] = post_office.envelopes
    assert envelope.original_content.isascii()
    assert servers.words(envelope, "Subject") == single_line(words, 200)
    name, _, address = servers.words(envelope, "From").rpartition(" ")
    assert name.strip('"').replace("\\", "") == single_line(words, 100)
    assert address == "<comments@localhost>"
    assert post_office.letters[0].startswith(single_line(words, 1000))


@pytest.mark.parametrize(
    ("language", "direction", "align"), [("fa", "rtl", "right"), ("ja", "ltr", "left")]
)
def test_a_letter_is_in_the_language_of_the_site(
    post_office, language, direction, align
):
    with write_transaction():
        settings().language = language
    send()

    html = html_of(post_office.messages[0])
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert f'align="{align}"' in html


def test_the_html_of_a_letter_is_right(post_office, html_checker):
    send()

    old = ("obsolete", "should be used", "“align”", "“valign”", "“width”")
    errors = html_checker.errors(html_of(post_office.messages[0]))
    assert [each for each in errors if not any(word in str(each) for word in old)] == []


@pytest.mark.parametrize(
    ("site_url", "mail_from", "sender", "name"),
    [
        ("https://a.example.org", "", "comments@a.example.org", "a.example.org"),
        ("https://xn--bcher-kva.example", "", "comments@xn--bcher-kva.example",
         "xn--bcher-kva.example"),
        ("http://127.0.0.1:8000", "", "comments@[127.0.0.1]", "[127.0.0.1]"),
        ("http://[::1]:8000", "", "comments@[IPv6:::1]", "[IPv6:::1]"),
        ("https://example.org", "news@mail.example.org", "news@mail.example.org",
         "example.org"),
    ],
)  # fmt: skip
def test_who_a_letter_is_from(post_office, app, site_url, mail_from, sender, name):
    app.config.update(SITE_URL=site_url, MAIL_FROM=mail_from)
    send()

    assert post_office.envelopes[0].mail_from == sender
    assert post_office.messages[0]["From"].addresses[0].addr_spec == sender
    assert post_office.names == [name]
    host = sender.partition("@")[2]
    assert post_office.messages[0]["Message-ID"].endswith(f"@{host}>")


def test_a_letter_sent_twice_is_one_letter_to_its_reader(post_office):
    for seed in ("one", "one", "two"):
        send(seed=seed)

    ids = [message["Message-ID"] for message in post_office.messages]
    assert ids[0] == ids[1] != ids[2]
    assert "one" not in ids[0]


@pytest.mark.parametrize(
    ("to", "recipient", "options"),
    [
        ("ada@bücher.example", "ada@xn--bcher-kva.example", []),
        ("ada@faß.example", "ada@xn--fa-hia.example", []),  # IDNA 2008, not 2003
        ("Ada.Lovelace+x@Example.ORG", "Ada.Lovelace+x@example.org", []),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp", ["SMTPUTF8", "BODY=8BITMIME"]),
        ("me@mailserver", "me@mailserver", []),
        ("me@mail.local", "me@mail.local", []),
    ],
)
def test_addresses_of_every_script(post_office, to, recipient, options):
    send(replace(LETTER, to=to, reply_to=to))

    [envelope] = post_office.envelopes
    assert envelope.rcpt_tos == [recipient]
    assert [each for each in envelope.mail_options if "SIZE" not in each] == options
    assert f"\r\nReply-To: {recipient}\r\n".encode() in envelope.original_content


def test_where_smtputf8_is_not_spoken_nothing_of_that_script_is_sent(db, app):
    server = SmtpServer(enable_SMTPUTF8=False).start()
    app.config["SMTP_URL"] = server.url
    with pytest.raises(GiveUp, match="no addresses of that script"):
        send(replace(LETTER, to="用户@例え.jp"))
    send()
    server.stop()

    assert len(server.messages) == 1


@pytest.mark.parametrize("to", ["", "nobody", "a@b@c", "a b@x.org", "a@x.org,b@x.org"])
def test_what_is_no_address_gets_no_letter(post_office, to):
    with pytest.raises(GiveUp):
        send(replace(LETTER, to=to))

    assert post_office.attempts == 0


def test_who_has_forbidden_mail_gets_none(post_office):
    assert not delivery.is_muted("ada@example.org")
    for _ in range(2):
        with write_transaction():
            delivery.mute("Ada@Example.org", NOW)
    send()
    assert delivery.is_muted("ada@example.org")
    assert post_office.attempts == 0
    [row] = session.query(MutedAddress)
    assert "ada" not in row.digest

    with write_transaction():
        delivery.unmute("ada@EXAMPLE.org")
    send()
    assert len(post_office.messages) == 1


def test_no_transaction_is_open_while_the_network_is_waited_for(db, app, rude_smtp):
    pool, seen = database.engine.pool, []

    def look(connection, is_over):
        seen.append(pool.checkedout())
        connection.close()

    app.config["SMTP_URL"] = rude_smtp(look).url
    assert settings().title
    assert pool.checkedout() == 1
    with pytest.raises(Unavailable):
        send()

    assert seen == [0]


def test_while_mail_is_off_nothing_is_sent(db):
    assert not delivery.is_on()
    with pytest.raises(GiveUp, match="Mail is off"):
        send()


# Servers that refuse


@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        (Mode.LATER, TryLater, "451 4.7.1 greylisted"),
        (Mode.NEVER, GiveUp, "550 5.1.1 nobody of that name"),
        (Mode.SPIT_OUT, GiveUp, "554 5.7.1 looks like spam"),
    ],
)
def test_a_refusal_concerns_one_letter(post_office, mode, error, words):
    post_office.mode = mode
    with pytest.raises(error, match=words):
        send()
    post_office.mode = Mode.TAKE
    send()

    assert len(post_office.messages) == 1


def test_a_server_that_wants_nobody_is_left_alone_for_a_while(post_office):
    post_office.mode = Mode.BUSY
    for _ in range(3):
        with pytest.raises(Unavailable, match="421 4") as trouble:
            send()

    assert trouble.value.prefix == "mail."
    assert SILENT - 2 <= trouble.value.seconds <= SILENT + 1
    assert post_office.attempts == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_login(db, app):
    server = SmtpServer(
        auth_require_tls=False, auth_required=True, authenticator=servers.known_user
    ).start()
    app.config["SMTP_URL"] = server.url.replace(
        "//", f"//{quote(USER)}:{quote(PASSWORD, safe='')}@"
    )
    send()
    assert len(server.messages) == 1

    app.config["SMTP_URL"] = server.url.replace("//", f"//{quote(USER)}:wrong@")
    with pytest.raises(Unavailable, match="535") as trouble:
        send()
    server.stop()
    assert trouble.value.seconds == UNWELCOME
    assert "wrong" not in str(trouble.value)


# Servers that are not there, or not right


def test_where_nobody_listens_all_letters_wait(db, app):
    app.config["SMTP_URL"] = f"smtp://127.0.0.1:{servers.closed_port()}"
    with pytest.raises(Unavailable, match="Connection refused") as trouble:
        send()

    assert trouble.value.seconds == SILENT


def test_a_host_that_has_no_address(db, app):
    app.config["SMTP_URL"] = "smtp://mail.invalid?starttls=no"
    with pytest.raises(Unavailable):
        send()


@pytest.mark.parametrize(
    "how",
    [servers.say_nothing, servers.drip, servers.drip_after_the_letter, servers.flood],
)
def test_a_server_that_hangs_holds_a_letter_five_seconds_and_the_next_not_at_all(
    db, app, rude_smtp, how
):
    server = rude_smtp(how)
    app.config["SMTP_URL"] = server.url
    began = time.monotonic()
    with pytest.raises(Unavailable):
        send()
    assert time.monotonic() - began < transmission.DEADLINE_SECONDS + 0.5
    began = time.monotonic()
    with pytest.raises(Unavailable):
        send()

    assert time.monotonic() - began < 0.5
    assert server.connections == 1
    deadline = time.monotonic() + 2
    while [thread for thread in threading.enumerate() if thread.name == "letter"]:
        assert time.monotonic() < deadline, "somebody still talks to it"
        time.sleep(0.05)


@pytest.mark.parametrize("how", [servers.hang_up, servers.speak_http])
def test_what_is_no_mail_server(db, app, rude_smtp, how):
    app.config["SMTP_URL"] = rude_smtp(how).url
    with pytest.raises(Unavailable):
        send()


# TLS


def with_tls(authority, *names, implicit=False):
    context = servers.tls_context(authority, *names)
    if implicit:
        return SmtpServer(ssl=context).start()
    return SmtpServer(tls_context=context, require_starttls=True).start()


@pytest.mark.parametrize("implicit", [True, False])
def test_a_line_is_encrypted_and_its_certificate_looked_at(
    db, app, authority, implicit
):
    good = with_tls(authority, "127.0.0.1", implicit=implicit)
    other = with_tls(authority, "mail.example.org", implicit=implicit)
    stranger = with_tls(trustme.CA(), "127.0.0.1", implicit=implicit)
    app.config["SMTP_URL"] = f"{good.url}?starttls=yes" if not implicit else good.url
    send()
    for server in (other, stranger):
        url = server.url if implicit else f"{server.url}?starttls=yes"
        app.config["SMTP_URL"] = url
        with pytest.raises(Unavailable, match="certificate verify failed") as trouble:
            send()
        assert trouble.value.seconds == UNWELCOME
    for server in (good, other, stranger):
        server.stop()

    assert len(good.messages) == 1
    assert other.messages == stranger.messages == []


def test_where_there_is_no_starttls_nothing_is_said_in_the_open(post_office, app):
    app.config["SMTP_URL"] = f"{post_office.url}?starttls=yes"
    with pytest.raises(Unavailable, match="STARTTLS"):
        send()

    assert post_office.attempts == 0


def test_a_server_that_hangs_in_the_middle_of_tls(db, app, rude_smtp):
    server = rude_smtp(servers.drip)
    app.config["SMTP_URL"] = server.url.replace("smtp:", "smtps:")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        send()

    assert time.monotonic() - began < transmission.DEADLINE_SECONDS + 0.5


# What the operator sets


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, Tls.STARTTLS)),
        ("smtp://u%40x:p%2F%3A@mail.example.org:25/",
         MailServer("mail.example.org", 25, Tls.STARTTLS, "u@x", "p/:")),
        ("smtps://u:p@mail.example.org",
         MailServer("mail.example.org", 465, Tls.IMPLICIT, "u", "p")),
        ("smtp://localhost", MailServer("localhost", 587, Tls.NONE)),
        ("smtp://[::1]:25", MailServer("::1", 25, Tls.NONE)),
        ("smtp://127.0.0.1?starttls=yes",
         MailServer("127.0.0.1", 587, Tls.STARTTLS)),
        ("smtp://mail?starttls=no", MailServer("mail", 587, Tls.NONE)),
        ("smtp://bücher.example",
         MailServer("xn--bcher-kva.example", 587, Tls.STARTTLS)),
    ],
)  # fmt: skip
def test_mail_servers(url, server):
    assert mail_server(url) == server
    assert "p/:" not in repr(mail_server("smtp://u:p%2F%3A@x"))


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example.org", "http://x", "smtp://", "smtp://x:port", "smtp://x:99999"),
        *("smtp://u@x", "smtp://:secret@x", "smtp://x/path", "smtp://x#y"),
        *("smtp://x?starttls=maybe", "smtp://x?tls=no", "smtp://u:%0asecret@x"),
        *("smtp://u:%ffsecret@x", "smtp://u:sécret@x", "smtp://x:0"),
    ],
)
def test_a_wrong_mail_server_is_refused_by_name_and_without_its_password(url):
    with pytest.raises(ConfigError, match="BLOG_SMTP_URL: an address such as") as wrong:
        from_env({"BLOG_SMTP_URL": url})

    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize(
    "address", ["nobody", "a@", "@x.org", "a b@x.org", "Ada <a@x.org>", "ü@x.org"]
)
def test_a_wrong_sender_is_refused_by_name(address):
    with pytest.raises(ConfigError, match="BLOG_MAIL_FROM"):
        from_env({"BLOG_MAIL_FROM": address})


def test_mail_is_off_unless_it_is_set_up():
    assert from_env({})["SMTP_URL"] == ""
    set_up = from_env(
        {"BLOG_SMTP_URL": "smtp://x", "BLOG_MAIL_FROM": "news@bücher.example"}
    )
    assert set_up["SMTP_URL"] == "smtp://x"
    assert set_up["MAIL_FROM"] == "news@xn--bcher-kva.example"
