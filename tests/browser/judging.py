"""What a page must stand before it is shown to anybody."""

from blog.accounts.sessions import cookie_name
from tests import checkers

VIEWS = {
    "desk, light": {"viewport": {"width": 1280, "height": 900}},
    "phone, dark": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


def judge(page, html_checker, html=None):
    """What the judges find wrong with the page as it now is."""
    found = html_checker.errors(html or page.context.request.get(page.url).text())
    found += checkers.run_axe(page)
    wide = page.evaluate(
        "() => { const page = document.documentElement;"
        " return page.scrollWidth - page.clientWidth }"
    )
    if wide > 0:
        found.append(f"the page scrolls {wide} px sideways")
    return found


def enter(stage, page, who):
    """Log somebody in, whose session is among the facts of the stage."""
    cookie = {"name": cookie_name(stage.app, "session"), "url": stage.url}
    page.context.add_cookies([cookie | {"value": stage.facts[who]}])
