import time

import pytest

from blog.text import normalize
from blog.text.normalize import Unstorable, clean_text, http_url, single_line


def test_text_is_composed_and_its_lines_end_alike():
    assert clean_text("e\u0301\r\nb\rc\td\x07\x9f") == "é\nb\nc\td"


@pytest.mark.parametrize(
    "marks",
    [
        "\u0301" * 16_000 + "\u0327" * 16_000,
        "\u0301\u0327" * 16_000,
        "\u0f73" * 20_000,
        "\uff9e\u0301" * 12_000,
    ],
)
def test_nothing_but_marks_takes_no_seconds(marks):
    start = time.process_time()
    text = clean_text(f"a{marks}z")

    assert time.process_time() - start < 0.2
    assert len(text) <= 32
    assert text[-1] == "z"
    assert clean_text(text) == text


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\udfff"])
def test_what_no_database_stores_is_refused(text):
    for function in (clean_text, lambda value: single_line(value, 10)):
        with pytest.raises(Unstorable):
            function(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("\u202eadmin\u202c", "admin"),
        ("a\u2028b\x85c", "a b c"),
        ("\u3164\u2800", ""),
        ("\u200d\u200c", ""),
        ("\ufeffa\u200bb\u00adc\ufffe", "abc"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("हिन्दी", "हिन्दी"),
        ("Z" + "\u0317" * 500 + "a", "Z" + "\u0317" * 4 + "a"),
        ("a" * 99, "a" * 50),
        ("a" * 49 + "x\u0331\u0317", "a" * 49),
    ],
)
def test_a_name_is_one_visible_line(typed, name):
    assert single_line(typed, 50) == name


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        (" HTTP://Example.ORG/A ", "http://example.org/A"),
        ("example.org", "https://example.org"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("https://exa\u200bmple.org\u202e", "https://example.org"),
        ("https://bücher.example/ü", "https://bücher.example/ü"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_web_addresses(typed, url):
    assert http_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        *("", "javascript:alert(1)", "java\u200bscript:alert(1)", "\x01javascript:x"),
        *("data:text/html,x", "mailto:a@b.c", "https:evil.example", "//evil.example"),
        *("/\\evil.example", "http://", "http:///x", "http://a@b.example", "none", "."),
        *("http://u:p@b.example", "http://a b.example", "http://a\\b.example"),
        *(
            'http://a.example/"onclick=',
            "http://<b>.example",
            "http://[::1",
            "http://.",
        ),
        *(
            "http://a。example",
            "http://a..example",
            "http://a.example:99999",
            "ftp://a.b",
        ),
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_web_address(typed):
    assert http_url(typed) is None


@pytest.mark.parametrize(
    "pump", ["a.", "a-", "-", "\u0301", " ", "\u200d", "a@", "/", "["]
)
def test_names_and_addresses_are_read_fast(pump):
    text = pump * (200_000 // len(pump))

    start = time.process_time()
    single_line(text, 100)
    http_url(text)
    http_url(f"http://{text[: normalize.MAX_URL_LENGTH - 10]}")
    clean_text(text)

    assert time.process_time() - start < 0.5
