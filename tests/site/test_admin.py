import pytest

from blog.database import session
from blog.site import forms
from blog.site.models import CommentOrder, DefaultPage, NeighbourScope
from blog.site.queries import settings
from blog.site.settings import EDITABLE
from tests.pages import form_data

PATH = "/admin/settings/"


def stored():
    session.rollback()
    session.refresh(settings())
    return settings()


def typed(admin, **changes):
    return form_data(admin.get(PATH).text, PATH) | changes


def test_settings_are_for_admins(client_for, visitor):
    assert visitor.get(PATH).status_code == 303
    assert client_for("editor").get(PATH).status_code == 403
    assert client_for("editor").send(PATH, {"title": "Mine"}).status_code == 403


def test_every_setting_stands_in_the_form(admin, db):
    assert sorted([*forms.COLUMNS, "permalink_structure"]) == sorted(EDITABLE)
    page = admin.get(PATH).text
    for name in EDITABLE:
        assert f'name="{name}"' in page


def test_saving_the_form_unchanged_changes_nothing(admin, db):
    before = {name: getattr(stored(), name) for name in EDITABLE}

    answer = admin.post(PATH, data=typed(admin))

    assert (answer.status_code, answer.location) == (303, PATH)
    assert {name: getattr(stored(), name) for name in EDITABLE} == before


def test_settings_are_saved(admin, db):
    data = typed(
        admin,
        title="  Tea   time ",
        tagline="Leaves & more",
        language="fa",
        timezone="Asia/Tehran",
        posts_per_page="7",
        neighbour_scope="category",
        posts_per_rss="20",
        rss_use_excerpt="y",
        comment_moderation="y",
        comment_max_links="0",
        moderation_keys="casino\r\npills\r\n",
        comments_per_page="20",
        default_comments_page="oldest",
        comment_order="desc",
        comment_edit_minutes="0",
        comment_origin_days="7",
        comment_spam_days="0",
        akismet_discard="y",
    )
    for name in ("page_comments", "show_avatars", "comments_notify", "spam_filter"):
        data.pop(name)
    data.pop("require_name_email")
    data.pop("blog_public")

    answer = admin.post(PATH, data=data)

    site = stored()
    assert answer.status_code == 303
    assert (site.title, site.tagline) == ("Tea time", "Leaves & more")
    assert (site.language, site.timezone) == ("fa", "Asia/Tehran")
    assert (site.posts_per_page, site.comment_max_links) == (7, 0)
    assert site.neighbour_scope == NeighbourScope.CATEGORY
    assert (site.posts_per_rss, site.rss_use_excerpt) == (20, True)
    assert not site.blog_public
    assert (site.comment_moderation, site.require_name_email) == (True, False)
    assert site.moderation_keys == "casino\npills"
    assert (site.comments_per_page, site.page_comments) == (20, False)
    assert (site.default_comments_page, site.comment_order) == (
        DefaultPage.OLDEST,
        CommentOrder.NEWEST_FIRST,
    )
    assert (
        site.comment_edit_minutes,
        site.comment_origin_days,
        site.comment_spam_days,
    ) == (0, 7, 0)
    assert (site.show_avatars, site.comments_notify, site.spam_filter) == (
        False,
        False,
        False,
    )
    assert (site.akismet_discard, site.moderation_notify) == (True, True)
    page = admin.get(PATH).text
    assert 'dir="rtl"' in page
    assert "The settings were saved." in page


@pytest.mark.parametrize(
    ("preset", "typed_structure", "structure"),
    [
        ("/%postname%/", "/ignored/", "/%postname%/"),
        ("custom", "/blog/%post_id%-%postname%", "/blog/%post_id%-%postname%"),
    ],
)
def test_a_structure_is_chosen_or_typed(admin, db, preset, typed_structure, structure):
    admin.post(
        PATH,
        data=typed(admin, permalink_preset=preset, permalink_structure=typed_structure),
    )

    assert stored().permalink_structure == structure
    page = admin.get(PATH).text
    assert "http://localhost" in page
    assert form_data(page, PATH)["permalink_preset"] == preset


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "},
        {"title": "\u200b\u202e"},
        {"title": "x" * 101},
        {"tagline": "x" * 201},
        {"language": "tlh"},
        {"timezone": "Mars/Olympus"},
        {"posts_per_page": "0"},
        {"posts_per_page": "101"},
        {"posts_per_page": "ten"},
        {"posts_per_page": ""},
        {"posts_per_page": "9" * 5000},
        {"posts_per_rss": "0"},
        {"posts_per_rss": "101"},
        {"posts_per_rss": ""},
        {"neighbour_scope": "universe"},
        {"permalink_preset": "/else/"},
        {"permalink_preset": "custom", "permalink_structure": "/%year%/"},
        {"permalink_preset": "custom", "permalink_structure": "/admin/%postname%"},
        {"permalink_preset": "custom", "permalink_structure": ""},
        {"close_comments_days_old": "-1"},
        {"thread_comments_depth": "0"},
        {"thread_comments_depth": "11"},
        {"comment_max_links": "1001"},
        {"comments_per_page": "0"},
        {"comments_per_page": "501"},
        {"default_comments_page": "middle"},
        {"comment_order": "random"},
        {"comment_edit_minutes": "-1"},
        {"comment_edit_minutes": "10081"},
        {"comment_origin_days": "-1"},
        {"comment_spam_days": "36501"},
        {"moderation_keys": "x" * 50_001},
    ],
)
def test_a_bad_setting_keeps_the_rest_of_the_form(admin, db, changes):
    before = {name: getattr(stored(), name) for name in EDITABLE}
    sent = typed(admin, disallowed_keys="Kept words") | changes

    answer = admin.post(PATH, data=sent)

    assert answer.status_code == 422
    assert "Kept words" in answer.text
    assert {name: getattr(stored(), name) for name in EDITABLE} == before


def test_fields_that_are_no_settings_change_nothing(admin, db):
    answer = admin.post(PATH, data=typed(admin, id="2", secret_key="x"))

    assert (answer.status_code, stored().id) == (303, 1)


def test_the_settings_take_no_other_requests(admin):
    assert admin.delete(PATH).status_code == 405
