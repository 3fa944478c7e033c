"""What each kind of person comes for, in a real browser against a real server; with
JavaScript and without.
"""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.servers import DemoSite

ADMIN = "harbourmaster"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def person(request, browser, tmp_path):
    """A browser of one's own in front of a site of one's own."""
    with DemoSite(tmp_path / "instance") as site:
        context = browser.new_context(
            base_url=site.url,
            java_script_enabled=request.param,
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.site = site
        page.has_scripts = request.param
        mistakes, strangers = [], []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on(
            "console", lambda line: line.type == "error" and mistakes.append(line.text)
        )
        page.on(
            "request",
            lambda request: (
                request.url.startswith(site.url) or strangers.append(request.url)
            ),
        )
        yield page
        context.close()
    assert site.process.returncode == 0
    assert [each for each in mistakes if "Failed to load resource" not in each] == []
    assert strangers == []


def heading(page):
    return page.get_by_role("heading", level=1)


def test_the_main_job(person):
    page = person
    read_to_the_older_post_and_back(page)
    post_url = comment_with_a_mistake_first(page)
    become_the_first_admin(page)
    approve_the_comment(page, post_url)
    write_schedule_and_publish(page)
    take_back_and_restore(page)
    log_out(page)


def read_to_the_older_post_and_back(page):
    page.goto("/")
    page.locator("article h2 a").first.click()
    newest = heading(page).inner_text()
    expect(page).to_have_title(beginning(newest))

    older = page.get_by_role("link", name="Previous post")
    expect(older).to_have_attribute("rel", "prev")
    older.click()
    expect(heading(page)).not_to_have_text(newest)

    page.get_by_role("link", name="Next post").click()
    expect(heading(page)).to_have_text(newest)
    expect(page.get_by_role("link", name="Next post")).to_have_count(0)


def comment_with_a_mistake_first(page):
    post_url = page.url
    first = page.locator("#comments .comment").first
    whom = first.locator(".comment-author").first.inner_text()
    first.get_by_role("link", name="Reply").first.click()
    expect(page.locator("#respond h3")).to_contain_text(f"Leave a reply to {whom}")

    form = page.locator("#respond form")
    form.locator("#comment").fill("The tide *waits* for https://example.org/tides.")
    form.locator("#author").fill("Ada Reader")
    form.locator("#email").fill("ada@reader")  # a browser lets it pass
    with page.expect_response(lambda answer: "/comments/" in answer.url) as answered:
        form.get_by_role("button", name="Post Comment").click()
    assert answered.value.status == 422

    form = page.locator("#respond form")
    expect(page.locator("#respond [role=alert]")).to_be_visible()
    expect(form.locator("#comment")).to_have_value(
        "The tide *waits* for https://example.org/tides."
    )
    expect(form.locator("#email")).to_be_focused()
    form.locator("#email").fill("ada@example.org")
    form.get_by_role("button", name="Post Comment").click()

    held = page.locator(".held")
    expect(held).to_contain_text("Your comment is awaiting moderation.")
    expect(held).to_contain_text("The tide waits for")
    page.goto(post_url)  # nobody else sees it
    expect(page.locator("#comments")).not_to_contain_text("Ada Reader")
    return post_url


def become_the_first_admin(page):
    page.goto(page.site.setup_link)
    page.locator("[name=username]").fill(ADMIN)
    page.locator("[name=display_name]").fill("The Harbourmaster")
    page.locator("[name=email]").fill("harbour@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_url(f"{page.site.url}/admin/")
    log_out(page)
    assert page.goto(page.site.setup_link).status == 404

    page.goto("/admin/comments/")
    page.get_by_label("Username").fill(ADMIN)
    page.get_by_label("Password").fill("not the password at all")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{page.site.url}/admin/comments/")


def approve_the_comment(page, post_url):
    item = page.locator(".queued", has_text="Ada Reader")
    expect(item).to_contain_text("This person’s first comment.")
    item.get_by_role("button", name="Approve").click()
    expect(page.locator(".queued", has_text="Ada Reader")).to_have_count(0)

    page.goto(post_url)
    comment = page.locator(".comment-body", has_text="Ada Reader")
    expect(comment).to_contain_text("The tide waits for")
    expect(
        comment.get_by_role("link", name="https://example.org/tides")
    ).to_have_attribute("rel", "nofollow ugc noopener")


def write_schedule_and_publish(page):
    page.goto("/")
    page.locator("article h2 a").first.click()
    newest_url, newest = page.url, heading(page).inner_text()

    page.goto("/admin/posts/new")
    page.get_by_label("Title", exact=True).fill("A lamp at the end of the mole")
    page.locator("[name=body]").fill("It *burns* all night.\n\n## By hand\n\nMostly.")
    tomorrow = datetime.now() + timedelta(days=1)
    page.locator("[name=published_at]").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.locator("button[name=publish]").click()
    expect(page.locator("main")).to_contain_text("Scheduled")
    page.goto(newest_url)
    expect(page.get_by_role("link", name="Next post")).to_have_count(0)

    page.goto("/admin/posts/")
    page.get_by_role("link", name="A lamp at the end of the mole", exact=True).click()
    page.locator("[name=published_at]").fill("")
    page.locator("button[name=publish]").click()

    page.goto(newest_url)
    page.get_by_role("link", name="Next post").click()
    expect(heading(page)).to_have_text("A lamp at the end of the mole")
    expect(page.locator(".e-content em")).to_have_text("burns")
    expect(page.get_by_role("link", name="Previous post")).to_contain_text(newest)


def take_back_and_restore(page):
    post_url = page.url
    page.goto("/admin/posts/")
    page.get_by_role("link", name="A lamp at the end of the mole", exact=True).click()
    page.locator("button[name=trash]").click()
    assert page.goto(post_url).status == 404

    page.goto("/admin/posts/?status=trash")
    page.locator("tr", has_text="A lamp").get_by_role("button", name="Restore").click()
    assert page.goto(post_url).status == 200


def log_out(page):
    page.goto("/admin/")
    if page.get_by_role("button", name="Menu").is_visible():
        page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/")
    expect(page.get_by_label("Password")).to_be_visible()


def beginning(text):
    return re.compile("^" + re.escape(text))
