"""CommonMark and GitHub's Markdown, example by example."""

import json
import re

import pytest

from blog.text import markdown
from blog.text.tokens import Comment, End, Start, Text, tokens
from tests.corpora import corpus

# What is otherwise on purpose, and why. By the numbers of the examples.
BARE_LINKS = "an address is a link also where nobody marked it, as GitHub has it"
HTTPS = "www. leads to https, which nearly every site has"
NO_FORMS = "the box of a task is a character: a post holds no form"
STRUCK = "what is no longer so is <s>; <del> says that a text was edited"
LANGUAGE = "what names no language is not written into a class"
NEWER = "CommonMark 0.31 reads comments as HTML does; GitHub's text is of 0.29"
SANITISER = "the sanitiser takes these tags away; Markdown lets them through"
OTHER_SCHEMES = "only http and https lead anywhere"

OTHERWISE = {
    "commonmark-spec.json": {
        144: LANGUAGE,
        **dict.fromkeys((602, 608, 611, 612), BARE_LINKS),
    },
    "gfm-spec.json": {
        114: LANGUAGE,
        **dict.fromkeys((279, 280), NO_FORMS),
        491: STRUCK,
        **dict.fromkeys((610, 616, 619, 620), BARE_LINKS),
        **dict.fromkeys((621, 622, 623, 624, 625, 626, 627), HTTPS),
        628: OTHER_SCHEMES,
        **dict.fromkeys((645, 646), NEWER),
        653: SANITISER,
    },
}
OURS = frozenset({"highlight"})


def meaning(html):
    """Tags, attributes and words, without what Recto adds: names of headings, colours
    of code, and alignment said in another way.
    """
    found = []
    for token in tokens(html):
        match token:
            case Start("span", attributes) if "class" in attributes:
                pass
            case End("span"):
                pass
            case Start(name, attributes):
                kept = dict(attributes)
                if re.fullmatch("h[1-6]", name):
                    kept.pop("id", None)
                if kept.get("class") in OURS:
                    del kept["class"]
                style = kept.pop("style", "")
                if style:
                    kept["align"] = style.removeprefix("text-align:")
                found.append((name, kept))
            case End(name):
                found.append(f"/{name}")
            case Text(text):
                if found and isinstance(found[-1], tuple) and found[-1][0] == "#text":
                    text = found.pop()[1] + text
                found.append(("#text", text))
            case Comment(text):
                found.append(("#comment", text))
    squeezed = [
        (each[0], " ".join(each[1].split())) if each[0] == "#text" else each
        for each in found
    ]
    return [each for each in squeezed if each != ("#text", "")]


@pytest.mark.parametrize("name", sorted(OTHERWISE))
def test_markdown_is_what_the_specification_says(name):
    differing = {
        example["example"]
        for example in json.loads((corpus("markdown") / name).read_text("utf-8"))
        # The text of the specification shows tabs as arrows.
        if meaning(markdown.render_post(example["markdown"].replace("→", "\t")))
        != meaning(example["html"].replace("→", "\t"))
    }

    assert differing == set(OTHERWISE[name])
