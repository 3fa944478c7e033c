"""What a moderator reads of a clue."""

import pytest

from blog.comments.spam import start
from blog.comments.spam.reasons import phrase, reason
from blog.comments.spam.weighing import Clue


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("word:casino", "the word “casino”"),
        ("~pair:payday loan", "the words “payday loan”"),
        ("person:ada ada.example", "the writer “ada ada.example”"),
        ("name:seo", "“seo” in the name"),
        ("name:<3 words>", "a name of three words"),
        ("name:<none>", "no name"),
        ("site:<.ru>", "“.ru” in the writer’s address"),
        ("site:ada.example", "“ada.example” in the writer’s address"),
        ("site:<home page>", "a home page"),
        ("link:bit.ly", "“bit.ly” in links"),
        ("link:<many>", "many links"),
        ("guest:<bbcode>", "BBCode"),
        ("shape:<length 7>", "its length"),
        ("signal:honeypot", "the hidden field was filled in"),
        ("~script:GREEK", "the script Greek"),
        ("recent", "hardly any spam of late"),
        ("praise", "praise that fits below any post"),
        ("of a later version", "of a later version"),
    ],
)
def test_a_token_in_words(app, token, words):
    with app.test_request_context():
        assert phrase(token) == words


def test_a_clue_says_what_it_speaks_for(app):
    with app.test_request_context():
        assert reason(Clue("word:casino", 1.5)) == "the word “casino” (for spam)"
        assert reason(Clue("word:tide", -1.5)) == "the word “tide” (against spam)"


def test_every_shape_of_the_start_model_has_words(app):
    with app.test_request_context():
        for token in start.COUNTS:
            assert "<" not in phrase(token), token
