"""What was looked for is marked in the text as its writer spelled it."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from blog.search.snippets import marked, matches, passage
from blog.search.words import terms


def mark(typed, text):
    return str(marked(text, terms(typed)))


def show(typed, *texts):
    return str(passage(terms(typed), *texts))


@pytest.mark.parametrize(
    ("typed", "text", "html"),
    [
        ("tide", "High tide.", "High <mark>tide</mark>."),
        ("tid", "High tides", "High <mark>tides</mark>"),
        ('"tid"', "High tides", "High tides"),
        ("muller", "Frau Müller", "Frau <mark>Müller</mark>"),
        ("muller", "Frau Mu\u0308ller!", "Frau <mark>Mu\u0308ller</mark>!"),
        ("elev", "Élève", "<mark>Élève</mark>"),
        ("strasse", "die Straße", "die <mark>Straße</mark>"),
        ("oeuvre", "une œuvre", "une <mark>œuvre</mark>"),
        ("hiver", "l’hiver", "l’<mark>hiver</mark>"),
        ("office", "the oﬃce", "the <mark>oﬃce</mark>"),
        ("soft", "so\u00adft ice", "<mark>so\u00adft</mark> ice"),
        ("istanbul", "İstanbul", "<mark>İstanbul</mark>"),
        ("كتاب", "قرأت الكتاب", "قرأت <mark>الكتاب</mark>"),
        ("كتاب", "كِتَابٌ جديد", "<mark>كِتَابٌ</mark> جديد"),
        ("الكتاب", "كتاب", "<mark>كتاب</mark>"),
        ("שלום", "שָׁלוֹם עולם", "<mark>שָׁלוֹם</mark> עולם"),
        ("हिन्दी", "यह हिन्दी है", "यह <mark>हिन्दी</mark> है"),
        ("东京", "我在东京都工作", "我在<mark>东京</mark>都工作"),
        ("京", "东京都", "东<mark>京</mark>都"),
        ("ﾀﾜｰ", "東京タワー", "東京<mark>タワー</mark>"),
        ("검색", "검색을", "<mark>검색</mark>을"),
        ("ภาษ", "เรียนภาษาไทย", "เรียน<mark>ภาษ</mark>าไทย"),
        ("ท", "ที่", "<mark>ที่</mark>"),
        ("iphone手机", "新 iPhone手机壳", "新 <mark>iPhone手机</mark>壳"),
        ("node.js", "node, node.js js", "node, <mark>node.js</mark> js"),
        ('"high tide"', "tide high, high tide", "tide high, <mark>high tide</mark>"),
        ("c++ c#", "C, C++ and C#", "C, <mark>C++</mark> and <mark>C#</mark>"),
        ("c", "in C++", "in <mark>C++</mark>"),
        ("東京 京都", "東京都", "<mark>東京都</mark>"),
        ('"東京 タワー"', "東京 タワーへ", "<mark>東京 タワー</mark>へ"),
        ("2026-11", "2026-11-24", "<mark>2026-11</mark>-24"),
        ("tide", "<b>tide</b> & co", "&lt;b&gt;<mark>tide</mark>&lt;/b&gt; &amp; co"),
        ("amp lt mark", "amp <mark>", "<mark>amp</mark> &lt;<mark>mark</mark>&gt;"),
        ("", "tide", "tide"),
        ("tide", "", ""),
    ],
)
def test_it_is_marked(typed, text, html):
    assert mark(typed, text) == html


def test_a_passage_is_cut_around_the_place_with_most_of_the_words():
    filler = "lorem ipsum dolor sit amet " * 20
    text = f"{filler}a tide here {filler}the high tide comes {filler}"
    shown = show("high tide", text)

    assert "the <mark>high</mark> <mark>tide</mark> comes" in shown
    assert shown.startswith("…") and shown.endswith("…")
    assert 28 <= len(shown.split()) <= 32
    before, _, after = shown.partition("<mark>")
    assert 5 < len(before.split()) < len(after.split())


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("tide " + "word " * 50, "<mark>tide</mark> word", "word…"),
        ("word " * 50 + "tide.", "…word", "<mark>tide</mark>."),
        ("a tide.", "a <mark>tide</mark>.", "a <mark>tide</mark>."),
        ("word, " * 50 + "tide" + ", word" * 50, "…word, word", "word…"),
    ],
)
def test_a_passage_uses_its_room(text, start, end):
    shown = show("tide", text)

    assert shown.startswith(start) and shown.endswith(end)
    assert len(shown.split()) == min(30, len(text.split()))


def test_in_scripts_without_spaces_a_letter_counts_half():
    text = "今天天气很好" * 30 + "东京" + "我们去公园" * 30
    shown = show("东京", text)

    assert "<mark>东京</mark>" in shown
    assert len(re.sub("<[^>]+>|…", "", shown)) == 60


def test_of_several_texts_the_first_that_holds_it_is_shown():
    assert show("tide", "a tide", "a tide too") == "a <mark>tide</mark>"
    assert show("tide", "nothing", "a tide too") == "a <mark>tide</mark> too"
    assert show("tide", "the whole text", "its summary") == "its summary"
    assert show("tide", "", "") == ""
    assert show("tide", "a", "word " * 50).split() == ["word"] * 29 + ["word…"]


def test_a_word_at_the_end_of_a_novel_is_found():
    assert "<mark>tide</mark>" in show("tide", "word " * 90_000 + "tide", "summary")


def test_a_word_that_never_ends_does_not_fill_the_page():
    for text in (
        *("x" * 50_000 + " tide", "tide" * 20_000, "tide." * 20_000),
        *("x" * 50_000 + ".tide", "high " + "word " * 50 + "x." * 9_000 + "high.tide"),
    ):
        shown = show("high tide", text)
        assert len(re.sub("<[^>]+>", "", shown)) < 600
        assert "<mark>tide" in shown


texts = st.text(
    alphabet="tide TIDE<>&\"'.,\n東京都กิ ่é\u0301\u00ad\u200dكتابال🎉", max_size=120
)


@settings(max_examples=500, deadline=None)
@given(typed=texts, text=texts)
def test_marks_change_nothing_but_marks(typed, text):
    found = terms(typed)
    html = marked(text, found)

    assert isinstance(html, Markup)
    assert re.sub("</?mark>", "", html) == str(escape(text))
    assert "<mark></mark>" not in html
    inside = re.sub("</?mark>|^…|…$", "", passage(found, text, ""))
    assert inside in str(escape(text))
    for start, end, term in matches(text, found):
        assert 0 <= start < end <= len(text)
        assert 0 <= term < len(found)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_a_text_that_is_looked_for_is_marked(text):
    found = terms(text)
    if found:
        assert {match.term for match in matches(text, found)} == set(range(len(found)))


@pytest.mark.parametrize(
    "pump", ["tide ", "tide.", "東", "東京", "é ", "x", "\u0301", "ก\u0e34", "<mark>"]
)
def test_marking_is_linear(pump):
    text = pump * (100_000 // len(pump))
    asked = "tide 東京 ti x กิ " + " ".join(f"tide{n}" for n in range(20))

    start = time.process_time()
    passage(terms(asked), text, text)
    marked(text, terms(asked))

    assert time.process_time() - start < 2
