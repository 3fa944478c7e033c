"""What a writer does in a browser."""

from blog.database import session
from tests.pages import form_data, parse, text_of


def reloaded(row):
    """The row as it is stored now."""
    session.rollback()
    session.refresh(row)
    return row


def open_editor(client, path, button="save", **typed):
    """What a browser sends after ``typed`` was typed into the form at ``path``."""
    return form_data(client.get(path).text, path, button) | typed


def undo(client, path):
    """Press the button of the notice on the page at ``path``; where that leads."""
    page = client.get(path).text
    action = next(
        each.get("action")
        for each in parse(page).iter("form")
        if "/undo/" in each.get("action")
    )
    return client.post(action, data=form_data(page, action)).location


def titles(page):
    """The titles in a list of posts, from the top."""
    return [
        text_of(each)
        for each in parse(page).iter()
        if each.tag in ("a", "span") and each.get("class") == "title"
    ]


def tabs(page):
    """The numbers at the tabs of a list, by their labels."""
    nav = next(each for each in parse(page).iter("nav") if each.get("class") == "tabs")
    rows = (text_of(each).rpartition(" ") for each in nav.iter("a"))
    return {label: int(number) for label, _, number in rows}


def notices(client, path):
    """What a page says of what just happened."""
    return [
        text_of(each.find("p"))
        for each in parse(client.get(path).text).iter("div")
        if (each.get("class") or "").split()[:1] == ["notice"]
    ]
