"""A judge that passes everything is no judge: each must find a known mistake."""

import pytest

from tests import checkers

GOOD = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'">
    <title>A good page</title>
  </head>
  <body><main><h1>A good page</h1><p>Ein Gruß, سلام.</p></main></body>
</html>
"""
BAD = GOOD.replace("<p>", '<img src="/cat.png"><p>')


@pytest.mark.html
def test_the_html_checker_finds_only_the_mistake(html_checker):
    assert html_checker.errors(GOOD) == []
    [error] = html_checker.errors(BAD.encode())
    assert "must have an “alt” attribute" in error


def test_axe_finds_only_the_mistake_under_a_strict_policy(page):
    page.set_content(GOOD)
    assert checkers.run_axe(page) == []

    page.set_content(BAD)
    [finding] = checkers.run_axe(page)
    assert finding.startswith("image-alt:")


def test_a_missing_tool_skips_the_test(monkeypatch):
    monkeypatch.delenv("RECTO_REQUIRE_TOOLS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        checkers.require("no-such-program")


def test_a_missing_tool_fails_the_test_where_all_are_required(monkeypatch):
    monkeypatch.setenv("RECTO_REQUIRE_TOOLS", "1")

    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        checkers.require("no-such-program")
