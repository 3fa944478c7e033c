"""A test client that inspects every page it opens, so that none regresses quietly.

On each HTML answer: parseable, ``lang`` and ``dir``, a title that begins with the one
h1, unique ids, labelled controls, forms with an action, CSRF tokens where they belong,
nothing inline that the Content-Security-Policy would stop, nothing of another host.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import html5lib
from flask.testing import FlaskClient

XHTML = "{http://www.w3.org/1999/xhtml}"
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
# Elements whose address the browser asks for by itself.
LOADING = {
    "img": "src",
    "script": "src",
    "iframe": "src",
    "audio": "src",
    "video": "src",
    "source": "src",
    "embed": "src",
    "object": "data",
}


@lru_cache(8)
def parse(html):
    """The document of an HTML text, elements without namespace; only to be read."""
    return html5lib.parse(html, namespaceHTMLElements=False)


def text_of(element):
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def problems(html, path=""):
    """What is wrong with a page, a sentence each."""
    document = parse(html)
    everything = [each for each in document.iter() if isinstance(each.tag, str)]
    found = []
    if not document.get("lang") or document.get("dir") not in ("ltr", "rtl"):
        found.append("the document has no lang or no dir")
    heads = [text_of(each) for each in everything if each.tag == "h1"]
    title = text_of(document.find("head/title"))
    if len(heads) != 1:
        found.append(f"{len(heads)} h1: {heads}")
    elif not title.startswith(heads[0]):
        found.append(f"the title {title!r} does not begin with the h1 {heads[0]!r}")
    ids = [each.get("id") for each in everything if each.get("id") is not None]
    found += [
        f"the id {each!r} stands twice" for each in {i for i in ids if ids.count(i) > 1}
    ]
    found += [f"empty id on {each.tag}" for each in everything if each.get("id") == ""]
    labelled = {each.get("for") for each in everything if each.tag == "label"}
    wrapped = {
        control
        for label in everything
        if label.tag == "label"
        for control in label.iter()
    }
    for each in everything:
        for name in each.attrib:
            if name.startswith("on") or name == "style":
                found.append(f"inline {name} on {each.tag}")
        if each.tag == "style" or (
            each.tag == "script"
            and not each.get("src")
            and each.get("type") not in ("application/json", "application/ld+json")
        ):
            found.append(f"inline {each.tag}")
        if each.tag in LOADING and urlsplit(each.get(LOADING[each.tag]) or "").netloc:
            found.append(f"{each.tag} of another host: {each.get(LOADING[each.tag])}")
        if (
            each.tag == "link"
            and each.get("rel") in ("stylesheet", "icon", "preload")
            and urlsplit(each.get("href") or "").netloc
        ):
            found.append(f"link of another host: {each.get('href')}")
        if each.tag == "img" and each.get("alt") is None:
            found.append("a picture without alt")
        if (
            each.tag in ("input", "select", "textarea")
            and each.get("type") not in UNLABELLED
            and each.get("id") not in labelled
            and each not in wrapped
            and not each.get("aria-label")
            and not each.get("aria-labelledby")
        ):
            found.append(f"{each.tag} {each.get('name')!r} has no label")
        if each.tag == "form":
            found += _form_problems(each, path)
    return found


def _form_problems(form, path):
    method = (form.get("method") or "get").lower()
    fields = {each.get("name"): each for each in form.iter("input")}
    if not form.get("action"):
        return [f"a {method} form without an action"]
    needs_token = method == "post" and path.startswith(("/admin", "/login", "/setup"))
    if needs_token and "csrf_token" not in fields:
        return [f"the form to {form.get('action')} has no CSRF token"]
    if method == "get" and "csrf_token" in fields:
        return ["a CSRF token in a GET form"]
    return []


class Client(FlaskClient):
    """Somebody with a browser. Each request gets a context of its own, so that nothing
    leaks from one to the next.
    """

    user_id = None
    inspects = True
    _token = _token_of = None

    def open(self, *args, **kwargs):
        kwargs.setdefault("buffered", True)  # and so a file that is sent is closed
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if (
            self.inspects
            and response.mimetype == "text/html"
            and response.request.method not in ("HEAD", "OPTIONS")
            and not 300 <= response.status_code < 400
        ):
            found = problems(response.text, response.request.path)
            assert not found, f"{response.request.path}: {found}"
        return response

    def token(self, path="/admin/account/"):
        """A CSRF token as the forms of this person's pages carry it; a session has one
        for as long as it lasts, so whoever is logged in looks once.
        """
        session = self.get_cookie("session")
        if session is None or session.value != self._token_of:
            self._token = field(self.get(path).text, "csrf_token")
            self._token_of = session and session.value
        return self._token

    def log_in(self, name, password, **fields):
        """Log in through the form; the answer."""
        return self.post(
            "/login",
            data={
                "csrf_token": self.token("/login"),
                "username": name,
                "password": password,
            }
            | fields,
        )

    def send(self, path, data=None, *, token_from="/admin/account/", **kwargs):
        """POST a form of the admin, with a CSRF token as its page would have it."""
        data = {"csrf_token": self.token(token_from)} | (data or {})
        return self.post(path, data=data, **kwargs)


def field(html, name):
    """The value of the first field of that name."""
    for each in parse(html).iter("input"):
        if each.get("name") == name:
            return each.get("value")
    raise LookupError(f"no field {name!r}")


def form_data(html, action_part="", button=None):
    """What a browser sends for the first form whose action holds ``action_part``."""
    for form in parse(html).iter("form"):
        if action_part not in (form.get("action") or ""):
            continue
        data = {}
        for each in form.iter():
            name = each.get("name") if isinstance(each.tag, str) else None
            if not name:
                continue
            if each.tag == "textarea":
                data[name] = (each.text or "").removeprefix("\n")
            elif each.tag == "select":
                chosen = [
                    o for o in each.iter("option") if o.get("selected") is not None
                ]
                option = chosen[0] if chosen else next(each.iter("option"), None)
                if option is not None:
                    data[name] = option.get("value", text_of(option))
            elif each.tag == "input":
                kind = each.get("type", "text")
                if kind in ("checkbox", "radio") and each.get("checked") is None:
                    continue
                if kind not in ("submit", "button", "file"):
                    value = each.get("value", "on" if kind == "checkbox" else "")
                    if name in data and kind == "checkbox":
                        known = (
                            data[name] if isinstance(data[name], list) else [data[name]]
                        )
                        data[name] = [*known, value]
                    else:
                        data[name] = value
        if button:
            data[button] = "1"
        return data
    raise LookupError(f"no form to {action_part!r}")
