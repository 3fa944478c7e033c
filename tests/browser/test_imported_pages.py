"""Pages of imported sites before the judges. What people wrote elsewhere is theirs; all
around it is ours, and sound whatever they wrote.
"""

import re

import lxml.html
import pytest

from tests import checkers
from tests.conftest import dispose, make_app
from tests.corpora import corpus
from tests.servers import Server
from tests.transfer.exports import WALKED, Export

PAGES = 14  # of each site, spread over it
# The others wait for ``make corpora``.
QUICK = "theme-unit-test.xml"
SITES = [
    pytest.param(name, marks=() if name == QUICK else pytest.mark.corpora_all)
    for name in WALKED
]


@pytest.mark.html
@pytest.mark.parametrize("name", SITES)
def test_all_around_an_imported_text_is_sound(
    browser, html_checker, tmp_path, empty_database, name
):
    path = corpus("wxr") / name
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "blog.sqlite").write_bytes(empty_database.read_bytes())
    app = make_app(instance)
    result = app.test_cli_runner().invoke(args=["import", "wordpress", str(path)])
    assert result.exit_code == 0, result.output
    dispose(app)
    export = Export(path)
    items = [*export.posts, *export.pages]
    sample = [*items[:: max(1, len(items) // PAGES)], *protected(items)]
    context = browser.new_context(viewport={"width": 390, "height": 800})
    found = {}
    line = ("gunicorn", "--workers", "1", "wsgi:app")
    with Server(instance, *line) as site:
        page = context.new_page()
        for address in ["/", *(item.path for item in sample)]:
            page.goto(f"http://127.0.0.1:{site.port}{address}")
            html = page.context.request.get(page.url).text()
            problems = html_checker.errors(without_texts(html))
            problems += checkers.run_axe(page, ".e-content")
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            if wide > 390:
                problems.append(f"the page scrolls {wide - 390} px sideways")
            if problems:
                found[address] = problems
    context.close()

    assert found == {}


def protected(items):
    return [item for item in items if item.password]


def without_texts(html):
    """The page with what people wrote elsewhere taken out of it."""
    document = lxml.html.document_fromstring(html)
    for text in document.xpath(
        "//*[contains(concat(' ', @class, ' '), ' e-content ')]"
    ):
        for child in list(text):
            text.remove(child)
        text.text = "text"
    body = lxml.html.tostring(document, encoding="unicode")
    return "<!doctype html>" + re.sub(r"^<!doctype[^>]*>", "", body, flags=re.I)
