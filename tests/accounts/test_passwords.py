"""Passwords: right ones are, bad ones are refused with the reason."""

import time

import pytest

from blog.accounts import passwords

GOOD = "four words in a row"


def test_a_hash_is_argon2id_with_our_parameters():
    assert passwords.hashed(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_never_has_the_same_hash():
    assert passwords.hashed(GOOD) != passwords.hashed(GOOD)


def test_only_the_right_password_is_right():
    stored = passwords.hashed(GOOD)

    assert passwords.is_right(GOOD, stored)
    assert not passwords.is_right(GOOD + " ", stored)
    assert not passwords.is_right(GOOD.upper(), stored)
    assert not passwords.is_right("", stored)


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$v=19$m=1"])
def test_no_password_is_right_where_there_is_no_hash(stored):
    assert not passwords.is_right(GOOD, stored)


def test_one_keyboards_accent_is_anothers():
    stored = passwords.hashed("un caf\u00e9 sans sucre")

    assert passwords.is_right("un cafe\u0301 sans sucre", stored)


def test_looking_for_nobody_takes_as_long():
    stored = passwords.hashed(GOOD)

    def seconds(hash):
        times = []
        for _ in range(5):
            begun = time.thread_time()
            passwords.is_right("another long password", hash)
            times.append(time.thread_time() - begun)
        return min(times)

    assert 0.5 < seconds(None) / seconds(stored) < 2


def test_a_hash_with_other_parameters_is_outdated():
    assert not passwords.is_outdated(passwords.hashed(GOOD))
    assert passwords.is_outdated(
        "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43
    )


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "83920174658291047362",
        "x" * 8 + "a slow green river",
        "میں نے آج ایک خط لکھا",
        "今日は良い天気ですね、散歩に行きましょう",
        "-" * 3 + "Tr0ub4dor&3 & friends",
        "a" + "\N{PILE OF POO}" + " is also a character",
    ],
)
def test_good_passwords_are_taken(password):
    assert passwords.problems(password, ["Recto", "ada", "ada@example.org"]) == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "At least 15"),
        ("fourteen chars", "At least 15"),
        ("a good one " * 30, "At most 256"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabcabc", "repeats"),
        ("passwordpassword", "repeats"),
        ("PasswordpAssword", "repeats"),
        ("12345678901234567890", "row"),
        ("123456789012345", "row"),
        ("abcdefghijklmnopqrstuvwxyz", "row"),
        ("zyxwvutsrqponmlkjih", "row"),
        ("qwertyuiopasdfghjkl", "row"),
        ("QWERTYUIOP1234567890", "row"),
        ("111111222222333333", "row"),
        ("thegreatgazette", "names"),
        ("The Great Gazette", "names"),
        ("ada.lovelace@example.org", "names"),
        ("great-gazette-2026", "names"),
        ("adalovelace1234567890", "names"),
    ],
)
def test_bad_passwords_are_refused_with_the_reason(password, word):
    known = ["The Great Gazette", "ada", "Ada Lovelace", "ada.lovelace@example.org"]

    [problem] = passwords.problems(password, known)

    assert word in problem


@pytest.mark.parametrize(
    ("length", "problem_count"), [(14, 1), (15, 0), (256, 0), (257, 1)]
)
def test_the_limits_themselves_are_fine(length, problem_count):
    password = " ".join(f"word{number * number}" for number in range(60))[:length]

    assert len(passwords.problems(password)) == problem_count
