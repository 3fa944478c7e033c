"""A paper in the middle of its week, with something of everything behind the login."""

from blog.accounts import invitations
from blog.accounts.models import Role
from blog.clock import utcnow
from blog.comments.models import Status as CommentStatus
from blog.database import session, write_transaction
from blog.mail import trial
from blog.media import portraits, uses
from blog.posts import publishing
from blog.posts.editorial import copies, notes
from blog.posts.editorial import queries as editorial
from blog.posts.models import Post, Status
from blog.posts.navigation import menus
from blog.posts.revisions import queries as history
from blog.posts.revisions import revisions
from blog.site import missed, redirects
from blog.site.models import GONE, Menu, MenuTarget, Redirect
from blog.text.sanitizer import Format
from blog.transfer import imports
from blog.transfer.importing.report import Outcome, Report
from blog.transfer.imports import Stage, State
from tests.factories import (
    NOON,
    make_category,
    make_comment,
    make_login,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.posts.company import credit, make_part, make_picture, make_series

WORDS = """Slack water, *twice* a day.[^1]

| high | low |
|---|---|
| 6:10 | 12:20 |

> [!NOTE]
> Mind the mole.

[^1]: And at night.
"""
OLD_HTML = "<p>Old <b>words</b> of <i>another</i> site.</p>\n<div>And more.</div>"


def furnish():
    """Fill the database; the numbers of what is in it, and who may log in."""
    owner = make_user(role=Role.ADMIN, display_name="Mina")
    writer = make_user(role=Role.CONTRIBUTOR, display_name="Ada", links="https://a.org")
    category = make_category(name="Harbour")
    below = make_category(name="Tides", parent=category)
    tag, other_tag = make_tag(name="salt"), make_tag(name="سمندر")
    picture = make_picture("boat")
    unused = make_picture("line", alt="A line", caption="Seen once")
    series = make_series(name="The voyage")
    post = make_post(
        title="Slack water",
        source=WORDS,
        author=owner,
        categories=[category],
        tags=[tag, other_tag],
        cover_id=picture.id,
        series_id=series.id,
        series_position=1,
        sticky=True,
    )
    make_part(series, 2, title="The second day")
    credit(post, writer)
    page = make_page(title="About", author=owner)
    make_page(title="The mole", author=owner, parent_id=page.id)
    old = make_post(title="Old", source=OLD_HTML, format=Format.HTML, author=owner)
    waiting = make_post(
        title="پانی", author=writer, status=Status.PENDING, published_at=None
    )
    make_post(title="", source="A note", author=owner, shape="note")
    gone = make_post(title="Gone", author=owner, status=Status.TRASH)
    gone_page = make_page(title="Gone", author=owner, status=Status.TRASH)
    comment = make_comment(post=post)
    make_comment(post=post, parent=comment, status=CommentStatus.PENDING)
    make_comment(post=post, status=CommentStatus.TRASH, source="Gone")
    spam = make_comment(
        post=post, status=CommentStatus.SPAM, author="Buy", ip="192.0.2.7"
    )
    numbers = _edited(post, page, owner, writer)
    with write_transaction():
        uses.record(post.id, [picture.id])
        portraits.give(writer, unused)
        menus.add(Menu.HEADER, MenuTarget.HOME)
        menus.add(Menu.HEADER, MenuTarget.POST, page.id)
        menus.add(Menu.HEADER, MenuTarget.CATEGORY, category.id)
        trial.ask_for(owner, utcnow())
        invited = invitations.invite("new@example.org", Role.AUTHOR, owner, utcnow())
    rows = {
        **{"owner": owner, "writer": writer, "post": post, "page": page, "old": old},
        **{"waiting": waiting, "gone": gone, "gone_page": gone_page, "tag": tag},
        **{"other_tag": other_tag, "category": category, "below": below},
        **{"series": series, "picture": picture, "unused": unused, "spam": spam},
        **{"comment": comment, "invitation": invited},
    }
    logins = {"admin": make_login(owner), "contributor": make_login(writer)}
    numbers |= _imports() | _redirects(post)
    return {name: row.id for name, row in rows.items()} | numbers | logins


def _edited(post, page, owner, writer):
    """Saves, an autosave, notes, and a template."""
    for each, source in ((post, f"{WORDS}\nMore."), (page, "More."), (post, WORDS)):
        content = publishing.prepare(
            title=each.title, source=source, format=Format.MARKDOWN
        )
        with write_transaction():
            revisions.revise(session.get_one(Post, each.id), content, owner, utcnow())
    with write_transaction():
        kept = session.get_one(Post, post.id)
        revisions.autosave(
            kept,
            owner,
            utcnow(),
            version=kept.version,
            title="Slack water again",
            source=f"{WORDS}\nAnd more.",
            format=Format.MARKDOWN,
            excerpt="",
        )
        notes.add(kept, writer, "Is it **twice**?", NOON, quote="twice a day")
        copies.keep_as_template(kept, "Tide table", NOON)
    newer, *_, older = history.latest(kept, 10)
    (template,) = editorial.templates(kept.kind)
    return {"revision": older.id, "newer": newer.id, "template": template.id}


def _imports():
    """One that is done, one that stopped, and one that waits and that nobody does."""
    report = Report()
    report.met("post", 61)
    for outcome, number in ((Outcome.IMPORTED, 40), (Outcome.UNCHANGED, 20)):
        for _ in range(number):
            report.became("post", outcome)
    report.skip("post", "7", "repeated")
    for n in range(60):
        report.say("A moment that no calendar has: “2020-02-30”.", 100 + n)
    report.lack("https://old.example/wp-content/uploads/2020/05/boat.jpg", 12)
    report.close()
    numbers = {}
    for name, stage, error in (
        ("import", Stage.DONE, ""),
        ("stopped", Stage.FAILED, "This is no export of WordPress, line 2."),
        ("stuck", Stage.MOVING, ""),
    ):
        with imports.new() as folder:
            folder.sent.write_bytes(b"<rss/>")
            folder.write(
                State(
                    name="old.xml",
                    format="wordpress",
                    person="Mina",
                    is_trial=name == "import",
                    fetches=False,
                    asked_at=NOON,
                    stage=stage,
                    error=error,
                )
            )
            if stage == Stage.DONE:
                folder.keep_report(report.as_json())
            numbers[name] = folder.id
    return numbers


def _redirects(post):
    """To a post, to elsewhere and to nothing; and what was asked for in vain."""
    with write_transaction():
        redirects.lead("/old/tides/", post_id=post.id)
        redirects.lead("/shop/", to="https://shop.example/", status=302)
        redirects.lead("/gone/", status=GONE)
    missed.note("/nothing/", "https://www.example.org/a/page", "client", NOON)
    return {"redirect": session.query(Redirect).order_by(Redirect.id).first().id}
