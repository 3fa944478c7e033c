"""What counts come to: evidence of several sorts, none of which convicts alone."""

import pytest

from benchmarks.spam import Comment, Memory
from blog.comments.models import Label
from blog.comments.spam.features import tokens
from blog.comments.spam.samples import Sample
from blog.comments.spam.weighing import PRAISE, RECENT, Verdict, weigh

HAM, SPAM = Label.HAM, Label.SPAM


def comment(text, label=HAM, author="", url="", signals=""):
    sample = Sample(author, url, text, signals)
    return Comment(label, sample, tokens(sample))


def verdict(memory, text, **more):
    return memory.judge(comment(text, **more)).verdict


@pytest.mark.parametrize(
    "text",
    [
        "Καλημέρα σας, πολύ ωραίο άρθρο για τη θάλασσα και τα νησιά.",
        "这篇文章写得很好，我学到了很多东西。",
        "یہ مضمون بہت اچھا ہے، شکریہ۔",
        "מאמר נהדר, תודה רבה על השיתוף.",
        "บทความนี้ดีมาก ขอบคุณครับ",
        "Muito bom o artigo, obrigado pela explicação sobre as marés.",
    ],
)
def test_what_nobody_has_read_before_is_neither_spam_nor_ham(text):
    english = Memory().learn(
        [comment(f"buy cheap pills number {n}", SPAM) for n in range(60)]
        + [comment(f"the tide in the harbour was high on day {n}") for n in range(60)]
    )

    for memory in (Memory(), english):
        assert verdict(memory, text) == Verdict.UNSURE
        assert (
            verdict(memory, text, author="Ada", url="http://ada.example/")
            == Verdict.UNSURE
        )


def test_a_script_known_from_spam_alone_convicts_nobody():
    memory = Memory().learn(
        [comment(f"代开发票请联系我们公司第{n}号", SPAM) for n in range(60)]
        + [comment(f"the tide was high on day {n}") for n in range(60)]
    )

    opinion = memory.judge(comment("请问这篇文章的作者是谁？我们都很喜欢。"))
    assert opinion.verdict == Verdict.UNSURE
    assert "~script:CJK" not in [
        clue.token for clue in opinion.clues if clue.weight > 0
    ]


def test_after_fifty_good_ones_a_blog_is_known():
    memory = Memory().learn(
        comment(f"Η παλίρροια στο λιμάνι ήταν ψηλή την ημέρα {n}", author="Νίκος")
        for n in range(50)
    )

    assert verdict(memory, "Η παλίρροια ήταν ψηλή και χθες στο λιμάνι.") == Verdict.HAM


PILLS = '<a href="http://pills.example/buy-cheap-viagra">buy viagra online</a>'


def test_the_start_model_knows_plain_spam():
    opinion = Memory().judge(
        comment(
            f"Buy viagra, cialis and levitra, no prescription {PILLS}",
            author="cheap viagra online",
            url="http://pills.example/",
        )
    )

    assert opinion.verdict == Verdict.SPAM
    assert opinion.score > 0.99
    assert opinion.clues[0].weight > 0


def test_a_blog_about_medicines_teaches_the_start_model_better():
    text = "Viagra was found by chance, as cialis was; levitra came later."
    assert Memory().judge(comment(text)).score > 0.5

    memory = Memory().learn(comment(f"{text} Case {n}.") for n in range(50))
    assert verdict(memory, text) == Verdict.HAM


def test_traps_add_and_never_decide():
    good = [comment(f"The tide in the harbour was high on day {n}") for n in range(50)]
    memory = Memory().learn(good)
    text = "The tide in the harbour was high again."
    trapped = comment(text, signals="honeypot no-stamp forged-stamp fast-stamp")

    assert memory.judge(trapped).score > memory.judge(comment(text)).score
    assert memory.judge(trapped).verdict != Verdict.SPAM
    assert verdict(Memory(), text, signals="honeypot") == Verdict.UNSURE


def test_one_sort_of_evidence_does_not_convict():
    memory = Memory().learn(
        [
            comment("the tide was high", author="Shoe Store", label=SPAM)
            for _ in range(99)
        ]
        + [comment("the tide was high", author="Ada Byron") for _ in range(99)]
    )

    assert verdict(memory, "the tide was high", author="Shoe Store") == Verdict.UNSURE


def test_good_times_make_the_filter_trust_and_spam_ends_that():
    found = tokens(Sample("", "", "the tide was high"))
    calm, after = weigh(found, {}, (0, 40)), weigh(found, {}, (5, 35))

    assert calm.score < after.score < weigh(found, {}, (20, 20)).score
    assert calm.clues[0].token == RECENT
    assert weigh(found, {}, (40, 0)).score == weigh(found, {}, (20, 20)).score


def test_counts_below_nothing_are_no_trouble():
    assert (
        weigh(["word:tide"], {"word:tide": (0, 0)}, (-3, -2)).verdict == Verdict.UNSURE
    )


def test_words_of_spam_use_up_the_trust_of_good_times():
    found = tokens(Sample("", "", "subscribe to the channel about the tide"))
    counts = {f"~word:{word}": (9, 0) for word in ("subscribe", "channel")}
    counts |= {"~word:tide": (0, 9), "~word:the": (20, 40), "~script:LATIN": (40, 40)}

    def trust(counts):
        clues = weigh(found, counts, (0, 40)).clues
        return next(-clue.weight for clue in clues if clue.token == RECENT)

    assert 0 < trust(counts) < trust({"~word:the": (20, 40)})


def test_a_person_who_is_known_needs_no_known_words():
    memory = Memory().learn(
        comment(f"the tide was high on day {n}", author="Grace Hopper")
        for n in range(50)
    )
    text = "Muito bom o artigo, obrigado pela aula"

    assert verdict(memory, text, author="Grace Hopper") == Verdict.HAM
    assert verdict(memory, text, author="Ada Byron") == Verdict.UNSURE


def test_a_few_words_need_no_known_language():
    memory = Memory().learn(comment(f"the tide was high on day {n}") for n in range(50))

    assert verdict(memory, "Muito bom!") == Verdict.HAM
    assert verdict(memory, "谢谢") == Verdict.UNSURE


PRAISED = (
    "I've been surfing online more than three hours today, yet I never found any "
    "interesting article like yours. Keep up the superb work, I have bookmarked your "
    "blog."
)


def test_ready_made_praise_is_no_reason_to_publish():
    memory = Memory().learn(comment(f"the tide was high on day {n}") for n in range(50))
    opinion = memory.judge(comment(PRAISED, author="Ada", url="http://ada.example/"))

    assert opinion.verdict == Verdict.UNSURE
    assert PRAISE in [clue.token for clue in opinion.clues]


def test_a_phrase_of_praise_in_a_long_text_says_nothing():
    text = f"{' '.join(f'tide{n}' for n in range(40))}, keep up the good work"

    clues = Memory().judge(comment(text)).clues
    assert PRAISE not in [clue.token for clue in clues]
