"""The filter on real comments it has not seen; all figures: ``benchmarks/spam.py``."""

import pytest

from benchmarks.spam import results, sources
from blog.comments.models import Label
from tests.corpora import corpus

# Blogs whose comments are compared with spam sent to blogs. Comments on videos say
# nothing but “nice song”, and so does their spam: there the filter asks.
BLOGS = ("wp-approved", "disqus")


@pytest.fixture(scope="module")
def found():
    known = sources(corpus("spam"))
    return list(results(known, most=450))


def figures(found, protocol, label):
    chosen = {
        source: figures
        for what, source, _, its_label, figures in found
        if what == protocol and its_label == label
    }
    assert chosen
    return chosen


def test_spam_of_a_source_never_seen_is_not_published(found):
    for source, each in figures(found, "other sources", Label.SPAM).items():
        assert each.published <= 2, source


@pytest.mark.parametrize(
    "protocol",
    ["start model only", "other sources", "and 50 of its own", "and its first half"],
)
def test_good_comments_are_not_called_spam_in_any_script(found, protocol):
    for source, each in figures(found, protocol, Label.HAM).items():
        assert each.spam <= 0.5, source


def test_scripts_never_seen_are_not_decided(found):
    for what, source, script, label, each in found:
        if what == "other sources" and " in " in source and script != "Latin":
            assert label == Label.HAM
            # Some are in English for the most part.
            assert each.published <= 1, source
            assert each.spam == 0, source


@pytest.mark.parametrize(
    "protocol, most", [("and 50 of its own", 12), ("and its first half", 10)]
)
def test_once_it_is_known_most_of_a_blog_is_published(found, protocol, most):
    for source, each in figures(found, protocol, Label.HAM).items():
        if source.startswith(BLOGS):
            assert each.queued <= most, source


def test_spam_of_a_known_sort_is_called_spam(found):
    known = figures(found, "and its first half", Label.SPAM)

    assert known["wp-sidtuli-old"].spam > 50
    assert known["wp-sidtuli-old"].published == 0
