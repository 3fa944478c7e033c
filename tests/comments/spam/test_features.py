"""What the filter sees in a comment, in every script."""

import pytest

from blog.comments.spam.features import MAX_TOKENS, learned, tokens
from blog.comments.spam.samples import Sample


def seen(text="", author="", url="", signals=""):
    return tokens(Sample(author, url, text, signals))


def words(text):
    """The words and pairs of a comment that leads nowhere."""
    return [
        token.partition(":")[2]
        for token in seen(text)
        if token.startswith(("~word:", "~pair:"))
    ]


def test_words_are_folded_and_paired():
    assert words("Fine <b>Café</b>, isn’t it?") == [
        *("fine", "cafe", "isn't", "it"),
        *("fine cafe", "cafe isn't", "isn't it"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Καλημέρα, ωραία ιδέα", ["καλημερα", "ωραια", "ιδεα"]),
        ("שלום לכולם", ["שלום", "לכולם"]),
        ("کيا حال ہے", ["کیا", "حال", "ہے"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("支持一下", ["支持", "持一", "一下"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("ありがとう", ["あり", "りが", "がと", "とう"]),
    ],
)
def test_every_script_has_words(text, expected):
    found = words(text)
    assert found[: len(expected)] == expected


def test_words_of_a_comment_with_an_address_are_other_words():
    assert "~word:fine" in seen("Fine")
    assert "word:fine" in seen("Fine", url="https://ada.example")
    assert "word:fine" in seen("Fine, see www.ada.example")
    assert learned(["~word:fine", "name:ada"]) == {
        "~word:fine",
        "word:fine",
        "name:ada",
    }


def test_addresses_are_host_ending_depth_and_words():
    found = seen(url="HTTP://www.Cheap-Best-Shoes.example/a/nike-air-max-2014.php?id=1")

    assert [token for token in found if token.startswith("site:")] == [
        *("site:cheap-best-shoes.example", "site:<.example>"),
        *("site:cheap", "site:best", "site:shoes", "site:nike", "site:air"),
        *("site:max", "site:php", "site:<deep page>", "site:<many words>"),
        *("site:<hyphens>", "site:<script>"),
    ]
    assert "site:<home page>" in seen(url="https://ada.example/")
    assert not any(token.startswith("site:") for token in seen(url="http://"))


def test_links_are_counted_and_how_they_are_written():
    one = seen('See <a href="https://ada.example/">cheap pills</a>', url="ada.example")
    assert {"link:<1>", "link:<words>", "link:<own site>", "guest:<link>"} <= set(one)
    bare = seen("https://ada.example/x https://bob.example/y https://eve.example")
    assert {"link:<3 or 4>", "shape:<bare link>", "shape:<only a link>"} <= set(bare)
    assert "link:<words>" not in bare
    assert "shape:<no link>" in seen("No link.")


@pytest.mark.parametrize(
    ("author", "shape"),
    [
        ("", "<none>"),
        ("Ada Lovelace", "<full name>"),
        ("cheap shoes online now", "<many words>"),
        ("cheap shoes", "<small letters>"),
        ("shoes.example", "<address>"),
        ("Casino & Poker", "<signs>"),
    ],
)
def test_names_have_a_shape(author, shape):
    assert f"name:{shape}" in seen(author=author)


def test_a_writer_may_be_called_as_the_site():
    shoes = "http://shoes.example"
    assert "name:<of the site>" in seen(author="cheap shoes", url=shoes)
    assert "name:<of the site>" not in seen(author="Ada", url=shoes)
    person = seen(author="Ada Byron", url="http://adabyron.example")
    assert "name:<own name>" in person
    assert "name:<of the site>" not in person


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("[url=http://x.example]x[/url]", "<bbcode>"),
        ("via\u200bgra", "<hidden>"),
        ("vi\u0430gra", "<mixed scripts>"),
        ("BUY THIS NOW PLEASE", "<capitals>"),
        ("Now! Now! Now!", "<exclamations>"),
        ("One.\n\nTwo.", "<paragraphs>"),
        ("Why？", "<question>"),
        ("Go to cheappills dot com now", "<spelled address>"),
    ],
)
def test_texts_have_a_shape(text, shape):
    assert f"shape:{shape}" in seen(text)


@pytest.mark.parametrize(
    "text",
    ["หนังสือ\u200bดี", "شکریہ \u200fکل", "日本語のテスト", "iPhoneの画面", "10 µm"],
)
def test_what_a_script_needs_is_not_odd(text):
    assert not {"shape:<hidden>", "shape:<mixed scripts>"} & set(seen(text))


def test_a_dot_may_be_spoken_of():
    assert "shape:<spelled address>" not in seen("C# and dot net, a dot com bubble")


def test_signals_are_tokens():
    assert seen(signals="honeypot no-stamp")[:2] == [
        "signal:honeypot",
        "signal:no-stamp",
    ]


def test_no_comment_has_more_tokens_than_a_question_may_hold():
    assert len(seen(" ".join(f"word{number}x" for number in range(5000)))) == MAX_TOKENS


def test_the_words_the_start_model_knows_are_seen_in_a_long_text_too():
    found = seen(" ".join(f"w{number}" for number in range(150)) + " a spell caster")

    assert {"~pair:spell caster"} <= set(found)
    assert len(found) == MAX_TOKENS


@pytest.mark.parametrize(
    "text",
    [
        "<" * 9000,
        "<a " * 3000,
        "[url" * 3000,
        "http://" * 2000,
        "!" * 9000,
        "\x00\ud800",
    ],
)
def test_odd_texts_are_read_too(text):
    assert all(token.encode() for token in seen(text, author=text, url=text))
