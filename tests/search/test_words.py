"""What is a word, what is asked of the index, and that both sides agree on it."""

import sqlite3
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.search.words import (
    MAX_CHARACTERS,
    MAX_WORDS,
    indexed,
    is_too_long,
    question,
    terms,
)

FTS = (
    "CREATE VIRTUAL TABLE found USING fts5(title, body, prefix='2 3', "
    "tokenize='unicode61 remove_diacritics 2')"
)


@pytest.fixture(scope="module")
def fts():
    """``fts(typed, text)``: whether FTS5 finds the text, as the migration made it."""
    connection = sqlite3.connect(":memory:")
    connection.execute(FTS)

    def found(typed, text):
        asked = question(typed)
        if asked is None:
            return False
        connection.execute("DELETE FROM found")
        connection.execute("INSERT INTO found VALUES ('', ?)", (indexed(text),))
        asked = "SELECT 1 FROM found WHERE found MATCH ?", (asked,)
        return connection.execute(*asked).fetchone() is not None

    yield found
    connection.close()


# As typed, and a text in which a reader would expect it.
FOUND = [
    # German, French, Turkish, Polish, Greek, Russian, Norwegian
    ("muller", "Frau Müller kommt"),
    ("MÜLLER", "frau muller kommt"),
    ("strasse", "In der Straße"),
    ("oeuvre", "Les œuvres complètes"),
    ("Œuvre", "oeuvre"),
    ("hiver", "C’est l’hiver"),
    ("l'hiver", "en hiver, d’hiver"),
    ("eleve", "Élève"),
    ("istanbul", "İSTANBUL"),
    ("ISPARTA", "ısparta"),
    ("ısparta", "Isparta"),
    ("lodz", "Łódź"),
    ("αθηναι", "Ἀθῆναι"),
    ("елка", "Ёлка"),
    ("smorrebrod", "Smørrebrød"),
    # Arabic, Persian, Urdu
    ("كتاب", "قرأت الكتاب أمس"),
    ("الكتاب", "هذا كتاب"),
    ("کتاب", "كِتَابٌ"),
    ("مدرسه", "مدرسة كبيرة"),
    ("احمد", "أحمد"),
    ("می خواهم", "می\u200cخواهم"),
    ("می\u200cخواهم", "می خواهم"),
    ("یہ", "يه"),
    ("مسئلہ", "مسيله"),
    ("۱۴۰۳", "1403"),
    # Hebrew, Hindi, Bengali, Tamil
    ("שלום", "שָׁלוֹם עולם"),
    ("צה״ל", "של צה\"ל"),
    ("हिन्दी", "मैं हिन्दी बोलता हूँ"),
    ("हिन्", "हिन्दी"),
    ("বাংলা", "আমি বাংলায় গান গাই"),
    ("தமிழ்", "தமிழ் மொழி"),
    # Without spaces: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese
    ("东京", "我在东京都工作"),
    ("京", "我在东京"),
    ("东京都工作", "我在东京都工作"),
    ("𠮷野", "𠮷野家"),
    ("タワー", "東京タワーへ"),
    ("ﾀﾜｰ", "東京タワー"),
    ("が", "これが本"),
    ("검색", "검색을 하다"),
    ("한국", "나는 한국어를"),
    ("ภาษา", "เรียนภาษาไทยทุกวัน"),
    ("ไทย", "เรียนภาษาไทยทุกวัน"),
    ("ພາສາ", "ຮຽນພາສາລາວ"),
    ("ភាសា", "រៀនភាសាខ្មែរ"),
    ("ဘာသာ", "မြန်မာဘာသာစကား"),
    ("iPhone手机", "新的 iPhone手机壳"),
    ("ภาษา" * 12 + "2024ปี", "ภาษา" * 12 + "2024ปี"),
    ('"' + "东京" * 25 + ' tower"', "东京" * 25 + " tower"),
    # What began to be typed; numbers; names with signs
    ("harb", "The harbour"),
    ("high wat", "High water"),
    ("2026", "in 2026"),
    ("2026-11-24", "On 2026-11-24, at noon"),
    ("node.js", "with Node.js"),
    ("c++", "in C++ and C#"),
    ("C#", "in C++ and C#"),
    ("c", "in C++"),
    ("\"modern c++ code\"", "Modern C++ code"),
    ("snake_case", "a snake_case name"),
    ("Ada's", "Ada’s book"),
    ("Ada’s", "Ada wrote"),
    ("don't", "I don’t know"),
    ("soft", "so\u00adft"),
    ('"high water"', "at high water"),
    ("“high water”", "at high water"),
    ("«high water»", "at high water"),
    ("water high", "at high water"),
    ('"東京 タワー"', "東京 タワーへ"),
    ('"الكتاب الجديد"', "هذا الكتاب الجديد"),
]  # fmt: skip
NOT_FOUND = [
    ("हद", "हिन्दी"),  # its vowel signs are letters, too
    ("हन्दी", "हिन्दी"),
    ("कि", "क"),
    ("か", "が"),
    ("京东", "东京"),
    ("东都", "东京都"),
    ("국한", "한국"),
    ("c#", "in C"),
    ("c++", "vitamin C"),
    ('"water high"', "at high water"),
    ('"high wat"', "high water"),  # what is in quotation marks is whole
    ("high low", "high water"),
    ("arbour", "harbour"),
    ("1.2", "2.1"),
    ("h", "harbour"),  # one letter is no beginning yet
    ('"東京 タワー"', "東京都 タワー"),
    ("ada@example.org", "ada at example.org"),
    ("🎉", "🎉"),
]


@pytest.mark.parametrize(("typed", "text"), FOUND)
def test_a_reader_finds(fts, typed, text):
    assert fts(typed, text)


@pytest.mark.parametrize(("typed", "text"), NOT_FOUND)
def test_a_reader_does_not_find(fts, typed, text):
    assert not fts(typed, text)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-", "?!…", '"', '""', "* ( ) : ^ +", "。「」", "\u0301", "\ue000"],
)
def test_without_a_word_nothing_is_asked(typed):
    assert question(typed) is None
    assert terms(typed) == []


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("tide", '("tide" OR "tide"*)'),
        ('"tide"', '"tide"'),
        ("high tide", '"high" AND ("tide" OR "tide"*)'),
        ("tide tide TIDE", '("tide" OR "tide"*)'),
        ("tide high tide", '("tide" OR "tide"*) AND "high"'),
        ("a NOT b AND 1 OR NEAR",
         '"a" AND "not" AND "b" AND "and" AND "1" AND "or" AND ("near" OR "near"*)'),
        ("title:tide", '("title tide" OR "title tide"*)'),
        ('tide" OR 1=1 --', '"tide" AND "or" AND "1"'),  # each is asked once
        ("NEAR(a b, 2) ^tide*",
         '"near" AND "a" AND "b" AND "2" AND ("tide" OR "tide"*)'),
        ('"high water', '"high" AND ("water" OR "water"*)'),
        ("東京都", '"東京 京都"'),
        ("東", '"東"*'),
        ("x", '"x"'),
    ],
)  # fmt: skip
def test_operators_are_words(typed, asked):
    assert question(typed) == asked


def test_what_is_confidential_is_found_by_who_may_see_it(fts):
    connection = sqlite3.connect(":memory:")
    connection.execute(FTS)
    hidden = indexed("ada@example.org 192.0.2.7", is_confidential=True)
    row = (f"{indexed('Ada likes tea')} {hidden}",)
    connection.execute("INSERT INTO found VALUES ('', ?)", row)

    def found(typed, **how):
        asked = "SELECT 1 FROM found WHERE found MATCH ?", (question(typed, **how),)
        return connection.execute(*asked).fetchone() is not None

    for typed in ("ada@example.org", "example", "192.0.2.7", "192.0.2", "ada@ex"):
        assert found(typed, confidential_too=True), typed
        assert not found(typed), typed
    assert found("likes example", confidential_too=True)
    assert found("ada tea") and found("ada tea", confidential_too=True)
    assert not found("\uef00example")
    connection.close()


def test_a_question_is_bounded():
    numbered = " ".join(f"w{number}" for number in range(1000))

    assert len(terms(numbered)) == MAX_WORDS
    [term] = terms(numbered.replace(" ", "."))
    assert len(term.words) == MAX_WORDS
    assert is_too_long(numbered) and is_too_long(numbered[:MAX_CHARACTERS])
    assert not is_too_long(" ".join(numbered.split()[:MAX_WORDS]))
    assert not is_too_long("tide " * MAX_WORDS * 3)
    assert len(question("東" * 3_500)) < 300
    assert question("a" * MAX_CHARACTERS + " tide") == question("a" * MAX_CHARACTERS)


words_like = st.one_of(
    st.text(max_size=60),
    st.text(
        alphabet="\"*():^+-{}[],.'’“”«» \tANDORNOTEé東กहि\u0301\u200cal#", max_size=60
    ),
    st.lists(
        st.sampled_from(
            ["AND", "OR", "NOT", "NEAR(", ")", '"', '""', "*", "^", ":", "title:",
             "c++", "tide", "l'eau", "東京", "हिन्दी", "الكتاب", "\ue000", "\0",
             "\ud800", "-"]
        ),
        max_size=20,
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(typed=words_like, text=words_like)
def test_whatever_is_typed_sqlite_understands(fts, typed, text):
    fts(typed, text)


@settings(max_examples=400, deadline=None)
@given(text=words_like)
def test_a_text_is_found_by_itself(fts, text):
    if question(text) is not None:
        assert fts(text, text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_sqlite_changes_nothing_of_a_word(text):
    connection = sqlite3.connect(":memory:")
    connection.execute(FTS)
    connection.execute("CREATE VIRTUAL TABLE each USING fts5vocab(found, 'instance')")
    connection.execute("INSERT INTO found VALUES ('', ?)", (indexed(text),))
    rows = connection.execute("SELECT term FROM each ORDER BY offset").fetchall()
    connection.close()

    assert [term for (term,) in rows] == indexed(text).split()


@pytest.mark.parametrize(
    "pump", ["a", "a ", "東", "'", "a'", '"', '" ', "c++", "หิ", "."]
)
def test_cutting_is_linear(pump):
    text = pump * (200_000 // len(pump))

    start = time.process_time()
    indexed(text)
    question(text)

    assert time.process_time() - start < 2
