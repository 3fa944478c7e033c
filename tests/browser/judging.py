"""What a page must stand before it is shown to anybody."""

from blog.accounts.sessions import cookie_name
from tests import checkers

NARROW = "phone, dark"
VIEWS = {
    "desk, light": {"viewport": {"width": 1280, "height": 900}},
    NARROW: {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
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


def submitted(page, form):
    """The page that answers a form, sent as it is."""
    with page.expect_response(is_a_page) as answered:
        form.evaluate(
            "form => { form.noValidate = true;"
            " form.requestSubmit(form.querySelector('button:not([type=button])')) }"
        )
    return answered.value


def is_a_page(answer):
    """Whether it is what a browser shows at last."""
    return answer.request.is_navigation_request() and answer.status != 303


def send(page, address, fields):
    """The page that answers a form with these fields, which needs to stand nowhere."""
    with page.expect_response(is_a_page) as answered:
        page.evaluate(
            """([address, fields]) => {
                const form = document.createElement("form");
                const token = document.querySelector("[name=csrf_token]");
                form.method = "post";
                form.action = address;
                for (const [name, value] of fields) {
                    const field = document.createElement("input");
                    Object.assign(field, { type: "hidden", name, value });
                    form.append(field);
                }
                if (token) form.append(token.cloneNode());
                document.body.append(form);
                form.submit();
            }""",
            [address, fields],
        )
    return answered.value
