"""A browser for the journeys. Tests here carry the mark ``browser``."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests import checkers
from tests.factories import PASSWORD

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once. A test opens its own ``browser.new_context()``."""
    executable = checkers.chromium_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=list(checkers.CHROMIUM_FLAGS)
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh visitor's tab; a mistake in the page's scripts fails the test."""
    context = browser.new_context()
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    context.close()
    assert mistakes == []


@pytest.fixture(scope="module")
def admin_state(site, browser):
    """The cookies of the first admin of the module's ``site``."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto(site.setup_link)
    for name, value in (
        ("username", "harbourmaster"),
        ("display_name", "The Harbourmaster"),
        ("email", "harbour@example.org"),
        ("password", PASSWORD),
    ):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/admin/")
    state = context.storage_state()
    context.close()
    return state
