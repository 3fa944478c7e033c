from blog.database import write_transaction
from blog.posts import permalinks
from blog.site.queries import settings
from tests.factories import (
    NOON,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
)
from tests.feeds.site import protected_post
from tests.pages import parse

OF_THE_SITE = [
    ("application/rss+xml", "Recto", "/feed/"),
    ("application/atom+xml", "Recto (Atom)", "/feed/atom/"),
    ("application/feed+json", "Recto (JSON)", "/feed.json"),
    ("application/rss+xml", "Comments for Recto", "/comments/feed/"),
]


def set_site(**values):
    with write_transaction():
        for name, value in values.items():
            setattr(settings(), name, value)


def feeds(answer):
    return [
        (link.get("type"), link.get("title"), link.get("href"))
        for link in parse(answer.text).find("head").iter("link")
        if link.get("rel") == "alternate"
    ]


def test_every_public_page_leads_to_the_feeds_of_the_site(app, visitor, admin):
    with app.app_context():
        set_site(title="Recto")
        path = permalinks.post_url(make_page(comments_open=False))

    assert feeds(visitor.get("/")) == feeds(visitor.get(path)) == OF_THE_SITE
    assert feeds(visitor.get("/login")) == feeds(admin.get("/admin/")) == []
    assert 'href="/feed/">Feed</a>' in visitor.get("/").text


def test_an_archive_leads_to_its_own_feed(app, visitor):
    with app.app_context():
        set_site(title="Recto", posts_per_page=1)
        tea = make_category("Tea", slug="tea", parent=make_category(slug="drinks"))
        warm = make_tag("Warm", slug="warm")
        for _ in range(2):
            make_post(categories=[tea], tags=[warm])
        year = permalinks.year_url(NOON.year)

    for path, base, title in (
        ("/category/drinks/tea/", "/category/drinks/tea/", "Tea – Recto"),
        ("/tag/warm/", "/tag/warm/", "Warm – Recto"),
        ("/tag/warm/page/2/", "/tag/warm/", "Warm – Recto"),
        (year, year, f"{NOON.year} – Recto"),
    ):
        assert feeds(visitor.get(path)) == [
            *OF_THE_SITE,
            ("application/rss+xml", title, f"{base}feed/"),
        ]
        assert visitor.get(f"{base}feed/").status_code == 200


def test_the_second_page_of_home_leads_to_the_feeds_of_the_site(app, visitor):
    with app.app_context():
        set_site(title="Recto", posts_per_page=1)
        make_post()
        make_post()

    assert feeds(visitor.get("/page/2/")) == OF_THE_SITE


def test_a_post_leads_to_the_feed_of_its_comments_if_it_has_any_or_may(app, visitor):
    with app.app_context():
        set_site(title="Recto")
        opened = make_post(title="Open", comments_open=True)
        closed = make_post(title="Closed", comments_open=False)
        spoken = make_post(title="Said", comments_open=False)
        make_comment(post=spoken)
        paths = [permalinks.post_url(post) for post in (opened, closed, spoken)]

    found = [feeds(visitor.get(path))[len(OF_THE_SITE) :] for path in paths]

    kind = "application/rss+xml"
    assert found == [
        [(kind, "Comments on: Open", f"{paths[0]}feed/")],
        [],
        [(kind, "Comments on: Said", f"{paths[2]}feed/")],
    ]


def test_a_protected_post_leads_to_no_feed_of_its_comments(app, visitor):
    with app.app_context():
        set_site(title="Recto")
        post = protected_post()
        make_comment(post=post)
        path = permalinks.post_url(post)

    assert feeds(visitor.get(path)) == OF_THE_SITE
