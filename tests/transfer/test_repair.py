# ruff: noqa: E501 — a case is easier to compare when it stays on one line
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.transfer.records import Loss
from blog.transfer.sources.repair import NOTES_OF_A_KIND, Mender


class Drip(io.BytesIO):
    """A file that gives a few bytes at a time, so that every mark gets cut in two."""

    def __init__(self, data, size):
        super().__init__(data)
        self.size = size

    def read(self, _size=-1):
        return super().read(self.size)


def mended(data, size=1 << 20):
    mender = Mender(Drip(data, size))
    return "".join(mender), mender.losses


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<a>b</a>", "<a>b</a>"),
        ("Fish & Chips", "Fish &amp; Chips"),
        ('<a href="?b&c=1">', '<a href="?b&amp;c=1">'),
        ("&amp; &lt; &#8217; &#x41;", "&amp; &lt; ’ A"),
        ("&#60;b&#62;", "&lt;b&gt;"),
        ("a&mdash;b&nbsp;c", "a—b\xa0c"),
        ("&unheardof;", "&amp;unheardof;"),
        ("&#0;&#xb;&#xffff;", "\ufffd"),
        ("a ]]> b", "a ]]&gt; b"),
        ("<![CDATA[a & b <!-- c --> ]] > ]]>d & e",
         "<![CDATA[a & b <!-- c --> ]] > ]]>d &amp; e"),
        ("<![CDATA[a]]>]]>", "<![CDATA[a]]>]]&gt;"),
        ("<!-- a -- & b -->c", "c"),
        ("<!-- a\n\n -->c", "\n\nc"),
        ("a\x0b\x00b\x1f", "ab"),
        ("<![CDATA[never ended & so", "<![CDATA[never ended & so"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_text_that_xml_refuses_is_mended(typed, read, size):
    assert mended(typed.encode(), size)[0] == read


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("\ufeffé".encode(), "é"),
        ("é".encode("utf-16"), "é"),
        ('<?xml encoding="iso-8859-1"?>é'.encode("latin-1"), '<?xml encoding="iso-8859-1"?>é'),
        ('<?xml encoding="UTF-8"?>é “x”'.encode("cp1252"), '<?xml encoding="UTF-8"?>é “x”'),
        ('<?xml encoding="UTF-16"?>é'.encode(), '<?xml encoding="UTF-16"?>é'),
        ('<?xml encoding="klingon"?>é'.encode(), '<?xml encoding="klingon"?>é'),
        ('<?xml encoding="hex"?>é'.encode(), '<?xml encoding="hex"?>é'),
        ("日本".encode()[:-1], "日æœ"),
    ],
)  # fmt: skip
def test_a_wrong_or_missing_declaration_costs_no_letter(data, read):
    assert mended(data)[0] == read


def test_what_was_mended_is_said_with_its_line():
    _, losses = mended(b"a\n<!-- \n --> &\n<![CDATA[\n]]>\x0b &shy; \xe9\n&\n")

    assert sorted(losses) == [
        Loss(3, "“&” stands alone; it was read as “&amp;”."),
        Loss(5, "A character that no text holds was left out."),
        Loss(5, "The text is not UTF-8; it was read as Windows-1252."),
        Loss(5, "XML does not know “&shy;”; it was read as in HTML."),
        Loss(6, "“&” stands alone; it was read as “&amp;”."),
    ]


def test_a_file_that_is_wrong_on_every_line_says_so_a_few_times():
    _, losses = mended(b"&\n" * 10_000)

    assert len(losses) == NOTES_OF_A_KIND + 1
    assert losses[-1].text.endswith("And so on.")


@pytest.mark.parametrize("bad", [b"\xcf\xf0", b"\xe9\n", b"\0", b"\0\n"])
def test_a_file_of_nothing_but_what_is_wrong_is_read_in_one_pass(bad):
    started = time.process_time()
    mended(bad * 200_000)

    assert time.process_time() - started < 5  # a byte after the other it took hours


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
def test_letters_of_windows_among_others_keep_their_places(size):
    data = "a é\n".encode() + b"\xe9\xe8\n\xe6\x97 " + "日\n".encode() + b"\xe6\x97"
    read, losses = mended(data, size)

    assert read == "a é\néè\næ— 日\næ—"
    assert [loss.line for loss in losses][:2] == [2, 3]


@given(st.text(alphabet="<>!-[]CDATA&;amp#x41\n é", max_size=200), st.integers(1, 50))
def test_pieces_make_no_difference(text, size):
    whole, drops = mended(text.encode()), mended(text.encode(), size)

    assert whole[0] == drops[0]
    assert sorted(whole[1]) == sorted(drops[1])
    assert whole[0].count("\n") == text.count("\n")
