"""What differs between two texts, and that it never takes long to say."""

import random
import time

import pytest

from blog.text import differences
from blog.text.differences import Mark
from tests import corpora

MARKDOWN = corpora.files("markdown", "blog-*/**/*.md")[:40]


def shown(old, new):
    """Both texts at once, "[-gone-]" and "{+come+}"."""
    signs = {
        Mark.SAME: "{}",
        Mark.DELETED: "[-{}-]",
        Mark.INSERTED: "{{+{}+}}",
    }
    return "".join(
        signs[piece.mark].format(piece.text)
        for passage in differences.passages(old, new)
        for piece in passage.pieces
    )


def sides(old, new):
    """The two texts as the passages have them."""
    found = differences.passages(old, new)
    return tuple(
        "".join(piece.text for passage in found for piece in getattr(passage, side))
        for side in ("old", "new")
    )


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("", "", ""),
        ("", "New.", "{+New.+}"),
        ("Old.", "", "[-Old.-]"),
        ("One fine day.", "One rainy day.", "One [-fine-]{+rainy+} day."),
        ("It isn't so", "It wasn't so", "It [-isn't-]{+wasn't+} so"),
        (
            "The cat and a dog slept here",
            "The cow, a hen slept here",
            "The [-cat and -]{+cow, +}a [-dog-]{+hen+} slept here",
        ),
        ("One red fox ran", "One blue cat ran", "One [-red fox-]{+blue cat+} ran"),
        ("a\n\nb\n", "a\n\nx\n\nb\n", "a\n\n{+x\n\n+}b\n"),
        ("今日は晴れです。", "今日は雨です。", "今日は[-晴れ-]{+雨+}です。"),
        ("สวัสดีครับ", "สวัสดีค่ะ", "สวัสดี[-ครับ-]{+ค่ะ+}"),
        ("यह हिन्दी है", "यह हिंदी है", "यह [-हिन्दी-]{+हिंदी+} है"),
        ("שלום לכולם", "שלום עולם", "שלום [-לכולם-]{+עולם+}"),
        (
            "Nothing of this stays.",
            "Wholly other words here!",
            "[-Nothing of this stays.-]{+Wholly other words here!+}",
        ),
    ],
)
def test_words_are_marked(old, new, wanted):
    assert shown(old, new) == wanted


def test_both_texts_are_whole_in_what_is_shown():
    chance = random.Random(5)
    for _ in range(500):
        old, new = (
            "".join(chance.choices("ab \n,字", k=chance.randint(0, 24)))
            for _ in range(2)
        )
        assert sides(old, new) == (old, new)


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.stem[:40])
def test_of_a_real_post_only_the_changed_paragraph_is_marked(path):
    old = path.read_text("utf-8").replace("\r\n", "\n")
    lines = old.split("\n")
    longest = max(range(len(lines)), key=lambda index: len(lines[index]))
    lines[longest] += " Zwölf neue Wörter"
    new = "\n".join(lines)

    found = [each for each in differences.passages(old, new) if not each.is_same]

    assert sides(old, new) == (old, new)
    assert [piece.text for piece in found[0].pieces if piece.mark != "same"] == [
        " Zwölf neue Wörter"
    ]
    assert len(found) == 1


def test_a_longest_common_subsequence_is_as_long_as_the_table_says():
    chance = random.Random(7)
    for _ in range(300):
        old, new = (chance.choices("abcd", k=chance.randint(1, 12)) for _ in range(2))
        found = differences._longest_common(old, new)
        assert len(found) == length_by_table(old, new)
        assert all(old[i] == new[j] for i, j in found)
        assert found == sorted(set(found))


def length_by_table(old, new):
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            longer = max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else longer
    return table[-1][-1]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("", "two words", (2, 0)),
        ("one two three", "one three", (0, 1)),
        ("a b c", "c b a", (0, 0)),
        ("今日は晴れ", "今日は雨", (1, 2)),
        ("same, words!", "same words", (0, 0)),
    ],
)
def test_words_are_counted_wherever_they_stand(old, new, wanted):
    assert differences.count(old, new) == wanted


SIZE = 2 * 1024 * 1024


def lines_of_words(seed):
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(5_000)]
    made = (" ".join(chance.choices(words, k=12)) for _ in range(33_000))
    return "\n".join(made)[:SIZE]


def letters(alphabet, size, seed):
    return "".join(random.Random(seed).choices(alphabet, k=size))


HOSTILE = {
    "two books": lambda: (lines_of_words(1), lines_of_words(2)),
    "one long line": lambda: (
        lines_of_words(1).replace("\n", " "),
        lines_of_words(2).replace("\n", " "),
    ),
    "a word in a long line": lambda: (
        lines_of_words(1).replace("\n", " "),
        lines_of_words(1).replace("\n", " ").replace(" w4 ", " other ", 1),
    ),
    "two letters": lambda: (letters("a\nb", SIZE, 1), letters("a\nb", SIZE, 2)),
    "characters": lambda: (
        letters("一二三", 600_000, 1),
        letters("一二三", 600_000, 2),
    ),
    "as long as is looked into": lambda: (
        letters("ab ", 59_000, 1),
        letters("ab ", 59_000, 2),
    ),
    "every second line": lambda: tuple(
        "\n".join(text for i in range(19_000) for text in (str(i), f"x a {word} c {i}"))
        for word in ("b", "q")
    ),
    "the other way round": lambda: (
        "\n".join(map(str, range(40_000))),
        "\n".join(map(str, range(40_000, 0, -1))),
    ),
}


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_no_two_texts_take_long(kind):
    old, new = HOSTILE[kind]()
    begun = time.process_time()
    differences.passages(old, new)
    differences.count(old, new)

    # A quarter of that, alone on a machine; tests share theirs with others.
    assert time.process_time() - begun < 1.5
