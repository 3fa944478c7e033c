import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.text.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE\u0301"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("كِتَاب", "کتاب"),
        ("کـــتاب", "کتاب"),
        ("أحمد", "احمد"),
        ("مدرسة", "مدرسه"),
        ("مسئلہ", "مسيله"),
        ("می\u200cخواهم", "می خواهم"),
        ("٤٢", "42"),
        ("Ёж", "еж"),
        ("Ἀθῆναι", "αθηναι"),
        ("שָׁלוֹם", "שלום"),
        ("v\u200bi\u00ada\u202egra", "viagra"),
        ("it’s “so”", 'it\'s "so"'),
        ("Œuvre, Æon", "oeuvre, aeon"),
        ("a\x01b\x7f", "a b\x7f"),
        ("a \n\t b", "a b"),
    ],
)
def test_texts_a_reader_calls_the_same_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("कि", "क"), ("ที่", "ท"), ("が", "か"), ("a", "b")]
)
def test_vowels_that_make_another_word_stay(one, other):
    assert fold(one) != fold(other)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80))
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("pump", ["a\u0301", "\u0301", " ", "\u200c", "ﷺ", "각"])
def test_folding_is_linear(pump):
    start = time.process_time()
    fold(pump * 20_000)

    assert time.process_time() - start < 0.5
