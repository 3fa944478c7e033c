"""The spam filter on real comments: a source is never both learned and judged.

The comments are those of ``../shared/corpora/spam``. Good comments in scripts and
languages of which there are none are made of the others, letter by letter: the words
are no words, but they come back as often as words do.
"""

import hashlib
import json
import random
import re
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from blog import config
from blog.comments.models import Label
from blog.comments.spam import filter
from blog.comments.spam.features import tokens
from blog.comments.spam.filter import Opinion, Verdict
from blog.comments.spam.samples import Sample
from blog.comments.spam.weighing import MEMORY, Count, counted, weigh
from blog.database import write_transaction

from .publication import publication

CORPUS = Path(config.PROJECT).parent / "shared" / "corpora" / "spam"

# Of so many decisions, drawn so many times, a blog should be known.
FEW, DRAWS = 50, 3

ALPHABETS = {
    "Latin": "iklmonpqurstvwaxyzbcedfghj",
    "Greek": "αβγδεζηθικλμνξοπρστυφχψωλκ",
    "Hebrew": "אבגדהוזחטיכלמנסעפצקרשתםןףך",
    "Urdu": "ابپتٹثجچحخدڈذرڑزسشصضطظعغفق",
    "Thai": "กขคงจฉชซญฎฐฑฒณดตถทธนบปผฝพฟ",
    "Han": "",
}
TURNED = (
    ("wp-approved-andrea", "Latin"),
    ("wp-approved-bitcoinfrance", "Latin"),
    ("wp-approved-cc-archive", "Latin"),
    ("wp-approved-andrea", "Greek"),
    ("wp-approved-andrea", "Han"),
    ("wp-approved-bitcoinfrance", "Hebrew"),
    ("wp-approved-cc-archive", "Urdu"),
    ("wp-approved-cc-archive", "Thai"),
)
_WORD = re.compile(r"(?<![/.\w@])[a-z]+(?!\w*[/.:@])")


class Comment(NamedTuple):
    label: Label
    sample: Sample
    tokens: Sequence[str]


class Source(NamedTuple):
    """The comments of one blog; ``origin`` is whose they are if they were turned."""

    name: str
    origin: str
    language: str
    comments: Sequence[Comment]


class Figures(NamedTuple):
    """What became of comments with one label, in per cent."""

    comments: int
    published: float
    queued: float
    spam: float


class Memory:
    """What the table of the filter holds, without a database."""

    def __init__(self, counts: Mapping[str, Count] | None = None) -> None:
        self._counts = dict(counts or {})
        self._lessons: list[Comment] = []

    def learn(self, comments: Iterable[Comment]) -> "Memory":
        for comment in comments:
            self._lessons.append(comment)
            self._count(comment, 1)
        return self

    def without(self, comments: Iterable[Comment]) -> "Memory":
        """What it would know had it not learned these."""
        other = Memory(self._counts)
        unlearned = set(map(id, comments))
        for comment in self._lessons:
            if id(comment) in unlearned:
                other._count(comment, -1)
            else:
                other._lessons.append(comment)
        return other

    def _count(self, comment: Comment, by: int) -> None:
        is_spam = comment.label == Label.SPAM
        for token in counted(comment.tokens):
            spam, ham = self._counts.get(token, (0, 0))
            self._counts[token] = (spam + by * is_spam, ham + by * (not is_spam))

    def judge(self, comment: Comment) -> Opinion:
        latest = [each.label for each in self._lessons[-MEMORY:]]
        recent = (latest.count(Label.SPAM), latest.count(Label.HAM))
        return weigh(comment.tokens, self._counts, recent)

    def verdicts(self, comments: Iterable[Comment]) -> list[tuple[Label, Verdict]]:
        """What each is, and what the filter says."""
        return [(each.label, self.judge(each).verdict) for each in comments]


def figures(judged: Iterable[tuple[Label, Verdict]]) -> dict[Label, Figures]:
    """What becomes of comments, for each label that is among them."""
    verdicts: dict[Label, list[Verdict]] = {}
    for label, verdict in judged:
        verdicts.setdefault(label, []).append(verdict)
    return {
        label: Figures(
            len(found), *(100 * found.count(each) / len(found) for each in Verdict)
        )
        for label, found in verdicts.items()
    }


def sources(folder: Path = CORPUS) -> dict[str, Source]:
    """Every source, and the turned ones, by name."""
    found: dict[str, Source] = {}
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found[path.stem] = _source(path.stem, path.stem, rows[0]["lang"], rows)
    for origin, script in TURNED:
        if origin in found:
            rows = [
                {
                    "label": comment.label,
                    "author": turned(comment.sample.author, script),
                    "url": comment.sample.url,
                    "text": turned(comment.sample.text, script),
                }
                for comment in found[origin].comments
            ]
            name = f"{origin} in {script}"
            found[name] = _source(name, origin, script, rows)
    return found


def _source(
    name: str, origin: str, language: str, rows: Iterable[Mapping[str, str]]
) -> Source:
    comments = []
    for row in rows:
        sample = Sample(row["author"], row["url"], row["text"])
        comments.append(Comment(Label(row["label"]), sample, tokens(sample)))
    return Source(name, origin, language, comments)


def turned(text: str, script: str) -> str:
    """The text in letters of another script, addresses left as they are."""
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    if script != "Han":
        alphabet = ALPHABETS[script]
        text = _WORD.sub(
            lambda word: "".join(alphabet[ord(char) - 97] for char in word[0]), plain
        )
    else:
        text = _WORD.sub(lambda word: _ideograms(word[0]), plain)
    unspaced = {"Thai": "\u0e00-\u0e7f", "Han": "\u4e00-\u9fff"}.get(script)
    return (
        re.sub(rf"(?<=[{unspaced}]) (?=[{unspaced}])", "", text) if unspaced else text
    )


def _ideograms(word: str) -> str:
    digest = hashlib.sha256(word.encode()).digest()
    return "".join(
        chr(0x4E00 + 5 * digest[index] + index) for index in range(1 + len(word) // 5)
    )


Result = tuple[str, str, str, Label, Figures]


def results(known: Mapping[str, Source], most: int | None = None) -> Iterator[Result]:
    """For every protocol and source: what becomes of its comments; of at most so many,
    evenly taken.
    """
    real = {name: source for name, source in known.items() if name == source.origin}
    everything = Memory()
    for source in real.values():
        everything.learn(source.comments)
    calm = real["wp-approved-andrea"].comments
    for source in known.values():
        half = len(source.comments) // 2
        others = everything.without(real[source.origin].comments)
        protocols = [
            ("start model only", Memory(), source.comments),
            ("other sources", others, source.comments),
        ]
        if source.origin.startswith(("wp-sidtuli", "wp-unapproved")):
            blog = others.without(calm).learn(calm)
            protocols.append(("at a blog without spam", blog, source.comments))
        judged = {
            what: memory.verdicts(_some(comments, most))
            for what, memory, comments in protocols
        }
        if any(comment.label == Label.HAM for comment in source.comments):
            judged["and 50 of its own"] = list(_known_by_few(others, source, most))
        taught = others.learn(source.comments[:half])
        judged["and its first half"] = taught.verdicts(
            _some(source.comments[half:], most)
        )
        for what, verdicts in judged.items():
            for label, shares in figures(verdicts).items():
                yield what, source.name, source.language, label, shares


def _known_by_few(
    others: Memory, source: Source, most: int | None
) -> Iterator[tuple[Label, Verdict]]:
    """What is said of the rest when a few, drawn by lot, were decided about."""
    for seed in range(DRAWS):
        shuffled = random.Random(seed).sample(source.comments, len(source.comments))
        taught = others.without(()).learn(shuffled[:FEW])
        yield from taught.verdicts(_some(shuffled[FEW:], most))


def _some(comments: Sequence[Comment], most: int | None) -> Sequence[Comment]:
    return comments[:: -(-len(comments) // most)] if most else comments


def main() -> None:
    print(
        "| learned | source | language | label | comments | published | queued | spam |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    known = sources()
    for what, source, language, label, (count, *shares) in results(known):
        share = " | ".join(f"{each:.1f} %" for each in shares)
        print(f"| {what} | {source} | {language} | {label} | {count:,} | {share} |")
    print("\n| what | figure |\n|---|---|", flush=True)
    comments = [comment for source in known.values() for comment in source.comments]
    with publication(1):
        _bench_times(comments)


def _bench_times(comments: Sequence[Comment]) -> None:
    """A verdict, and a lesson within its write, in the database that has learned."""
    labelled = [(comment.sample, comment.label) for comment in comments]
    for start in range(0, len(labelled), 50):
        with write_transaction():
            filter.learn(labelled[start : start + 50])
    verdicts = [_milliseconds(lambda s=s: filter.judge(s)) for s, _ in labelled[::5]]
    lessons = []
    for each in labelled[::20]:
        with write_transaction():
            lessons.append(_milliseconds(lambda each=each: filter.learn([each])))
    for what, measured in (("a verdict", verdicts), ("learning a comment", lessons)):
        print(
            f"| {what}, {len(labelled):,} learned | {statistics.median(measured):.2f} "
            f"ms, 95 of 100 below {statistics.quantiles(measured, n=20)[-1]:.2f} ms |"
        )


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
