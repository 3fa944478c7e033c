"""What stands above the texts of static sites, in all its forms, whole and broken."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.transfer.sources import front_matter
from blog.transfer.sources.dates import moment
from blog.transfer.sources.front_matter import Form, Problem, read


@pytest.mark.parametrize(
    ("source", "form", "fields"),
    [
        ("---\na: b\nc: [d, e]\n---\n", Form.YAML, {"a": "b", "c": ["d", "e"]}),
        ("---\na: no\nb: 010\nc: 2020-05-17\n...\n", Form.YAML, None),
        ("--- \na:\n- b\n--- \n", Form.YAML, {"a": ["b"]}),
        ("---\na:\n\tb: c\n---\n", Form.YAML, {"a": {"b": "c"}}),
        ('+++\na = "b"\n[c]\nd = 1\n+++\n', Form.TOML, {"a": "b", "c": {"d": 1}}),
        ('{\n"a": "b"\n}\n', Form.JSON, {"a": "b"}),
        (';;;\n"a": "b"\n;;;\n', Form.JSON, {"a": "b"}),
        ('"a": "b",\n"c": ["d"]\n;;;\n', Form.HEXO, {"a": "b", "c": ["d"]}),
        ("title: a\ntags:\n- b\n---\n", Form.HEXO, {"title": "a", "tags": ["b"]}),
        ("Title: a: b\nDate: c\n\n", Form.PELICAN, {"title": "a: b", "date": "c"}),
    ],
)
def test_a_head_has_many_forms(source, form, fields):
    head = read(source + "The text\n")

    if fields is None:
        fields = {"a": "no", "b": "010", "c": "2020-05-17"}
    assert (head.form, head.fields, head.text) == (form, fields, "The text\n")
    assert head.ends == source.count("\n") + 1
    assert head.problems == []


@pytest.mark.parametrize(
    "source",
    [
        "Words.\n",
        "",
        "---\n\nProse: between two lines.\nAnd more of it\n",
        "---\nProse\n---\nmore\n",
        "Note: this is prose.\n\nMore\n",
        "A heading\n---\n\nMore\n",
        "{not: json}\n",
        "+++ more\n",
    ],
)
def test_what_only_looks_like_a_head_is_text(source):
    head = read(source)

    assert (head.form, head.fields, head.text) == (Form.NONE, {}, source)


@pytest.mark.parametrize(
    ("source", "fields", "line"),
    [
        ("---\nok: 1\ntitle: a: b\nlast: [x]\n---\n", None, 3),
        ('+++\nok = "1"\ntitle = "a: b\nlast = ["x"]\n+++\n', None, 3),
        ('{\n"ok": "1",\n"title": "a: b",\n"last": ["x"\n}\n', False, 5),
        ("---\ntitle: !!python/name:os.system\nx: [\n---\n", False, 4),
        ("---\na: " + "[" * 9000 + "\n---\n", False, 2),
    ],
)
def test_of_a_broken_head_comes_what_can_be_read(source, fields, line):
    head = read(source + "The text\n")

    assert head.text == "The text\n"
    assert [problem.line for problem in head.problems] == [line]
    if fields is None:
        assert head.fields == {"ok": "1", "title": "a: b", "last": ["x"]}


def test_a_head_without_an_end_is_text():
    head = read("---\ntitle: a\nWords\n")

    assert head.text == "---\ntitle: a\nWords\n"
    assert head.problems == [Problem(1, "the head that “---” opens has no end")]


def test_nothing_in_a_head_makes_an_object():
    head = read("---\na: !!python/object/apply:os.getpid []\n---\n")

    assert head.fields == {"a": []}


def test_words_that_repeat_themselves_end_somewhere():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    head = read("---\n" + "\n".join(lines) + "\n---\n")

    assert len(front_matter.words(head.fields["a3"])) <= 1000
    assert front_matter.words(head.fields["a11"]) == []


@given(st.text(alphabet="-+;{}[]\"':=\n abc#&*!|>\t", max_size=80))
def test_any_text_can_be_read(text):
    for start in ("", "---\n", "+++\n", "{", ";;;\n", "title: x\n"):
        head = read(start + text + "\n---\nwords")
        assert (start + text + "\n---\nwords").endswith(head.text)


@pytest.mark.parametrize(
    ("text", "local", "utc"),
    [
        ("2020-05-17", "2020-05-17 00:00:00", None),
        ("2020-5-7 8:30", "2020-05-07 08:30:00", None),
        ("2020/05/17 08:30:15", "2020-05-17 08:30:15", None),
        ("2020-05-17T08:30:00.123Z", "2020-05-17 08:30:00", "2020-05-17 08:30:00"),
        ("2020-05-17 08:30 +0900", "2020-05-17 08:30:00", "2020-05-16 23:30:00"),
        ("2020-05-17T08:30:00+03:00", "2020-05-17 08:30:00", "2020-05-17 05:30:00"),
        ("2020-05-17 08:30:00 PST", "2020-05-17 08:30:00", None),
        ("May 17, 2020", "2020-05-17 00:00:00", None),
        ("17 may 2020 8:30 pm", "2020-05-17 20:30:00", None),
        (
            "Sun, 17 May 2020 08:30:00 +0200",
            "2020-05-17 08:30:00",
            "2020-05-17 06:30:00",
        ),
        ("1589704200", "2020-05-17 08:30:00", "2020-05-17 08:30:00"),
    ],
)
def test_dates_have_many_forms(text, local, utc):
    found = moment(text)

    assert str(found.local) == local
    assert (found.utc and str(found.utc)) == utc


@pytest.mark.parametrize(
    "text", ["", "soon", "2020-13-45", "0000-00-00", "9999-12-31T23:59:59-05:00"]
)
def test_what_is_no_date_is_none(text):
    assert moment(text) is None


def test_a_date_without_a_zone_is_one_of_the_sites_clock():
    found = moment("2020-05-17 08:30", ZoneInfo("Asia/Tokyo"))

    assert found.utc.replace(tzinfo=UTC) == datetime(2020, 5, 16, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [("true", True), ("No", False), ("0", False), (True, True), ("maybe", None)],
)
def test_a_field_may_say_yes_or_no(value, said):
    assert front_matter.flag(value) is said
