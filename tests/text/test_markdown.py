import json
from pathlib import Path

import pytest

from blog.text import markdown

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
SPEC = CORPORA / "markdown" / "commonmark-spec.json"


@pytest.mark.skipif(not SPEC.exists(), reason=f"no corpora in {CORPORA}")
def test_every_example_of_the_specification_renders():
    for example in json.loads(SPEC.read_text("utf-8")):
        assert isinstance(markdown.render_post(example["markdown"]), str)
        assert isinstance(markdown.render_comment(example["markdown"]), str)


def test_the_more_mark_survives():
    assert "<!--more-->" in markdown.render_post("a\n\n<!--more-->\n\nb")


def test_raw_html_is_left_to_the_sanitiser():
    assert markdown.render_post("<div>*a*</div>") == "<div>*a*</div>"


def test_pictures_inside_alt_texts_end_somewhere():
    nested = "![a" * 3_000 + "](https://e.org/)" * 3_000

    assert "https://e.org/" in markdown.render_post(nested)


def test_long_code_is_not_coloured():
    assert "hl-" not in markdown.render_post(f"```python\n{'x = 1 ' * 10_000}\n```")
