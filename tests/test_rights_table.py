"""What belongs to others is not there: every address of the admin with a number in it,
asked by who may not, for things that there are.

``test_matrix`` derives its answers from the table of permissions; here they are written
down by hand, a line for each address, so that one that is new has to be thought about.
"""

import pytest

from blog.accounts import invitations
from blog.accounts.models import Role
from blog.clock import utcnow
from blog.comments.desk import keeping as comment_lists
from blog.comments.models import SavedFilter
from blog.comments.models import Status as CommentStatus
from blog.comments.moderation import Verb as CommentVerb
from blog.database import db, session, write_transaction
from blog.jobs import queue
from blog.posts.editorial import copies, keeping, notes, previews
from blog.posts.editorial import queries as editorial
from blog.posts.editorial.changes import Verb
from blog.posts.editorial.models import PreviewLink, SavedView, Template
from blog.posts.models import Kind, Status
from blog.posts.revisions import queries as kept
from blog.posts.revisions import revisions
from tests.factories import (
    DAY,
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)
from tests.posts.company import make_part, make_picture, make_series
from tests.test_matrix import Site, doors
from tests.test_unoffered_fields import stored

# What a contributor gets, and what an author gets.
HIDDEN = (404, 404)  # they have such things, and this is not theirs
FORBIDDEN = (403, 403)  # they have nothing to do with such things at all
AUTHORS = (403, 404)  # authors have such things, and this is not theirs
SHOWN = (200, 200)  # there for all who write

TABLE = {
    **dict.fromkeys(
        (
            *("autosaves.keep", "autosaves.show", "autosaves.delete"),
            *("conversion.ask", "conversion.convert"),
            *("editorial.show", "editorial.duplicate"),
            "lists.give_up",
            *(f"notes.{each}" for each in ("add", "update", "delete")),
            *(f"notes.{each}" for each in ("resolve", "reopen")),
            *(f"posts.{each}" for each in ("edit", "update", "preview", "restore")),
            *(f"posts.{each}" for each in ("ask_before_deleting", "delete", "trash")),
            *(f"posts.{each}" for each in ("preview_edited", "submit", "withdraw")),
            *("previews.make", "previews.take_back"),
            *("quick.edit", "quick.update"),
            *(f"revisions.{each}" for each in ("index", "show", "compare", "rename")),
            "revisions.restore",
            *(f"media_item.{each}" for each in ("update", "replace", "make_sizes")),
            *("media_item.ask_before_deleting", "media_item.delete"),
        ),
        HIDDEN,
    ),
    **dict.fromkeys(
        (
            *("posts.publish", "editorial.decide", "comments.update"),
            *(f"comment.{each}" for each in ("show", "edit", "save")),
            *("comment.new_reply", "comment.reply", "keeping.give_up"),
        ),
        AUTHORS,
    ),
    **dict.fromkeys(
        (
            "editorial.keep_template",
            *("templates.update", "templates.delete"),
            *("block.choose", "block.block"),
            *("person.show", "person.export"),
            *("person.ask_before_erasing", "person.erase"),
            *("outbox.abandon", "outbox.retry", "redirects.edit", "redirects.update"),
            *(f"imports.{each}" for each in ("show", "progress", "report", "cancel")),
            "imports.repeat",
            *(f"pages.{each}" for each in ("edit", "update", "preview", "restore")),
            *(f"pages.{each}" for each in ("ask_before_deleting", "delete", "trash")),
            *(f"pages.{each}" for each in ("preview_edited", "publish", "withdraw")),
            *(f"series.{each}" for each in ("edit", "update", "merge", "delete")),
            *("series.put_earlier", "series.put_later", "series.ask_before_deleting"),
            *("terms.edit_category", "terms.update_category"),
            *("terms.ask_before_deleting_category", "terms.delete_category"),
            *("terms.edit_tag", "terms.update_tag"),
            *("terms.ask_before_deleting_tag", "terms.delete_tag"),
            *(f"users.{each}" for each in ("edit", "update", "disable", "enable")),
            *("users.ask_before_deleting", "users.delete", "users.end_sessions"),
            *("users.make_link", "users.end_link"),
            *("portraits.edit", "portraits.update", "portraits.remove"),
            *("takeovers.ask", "takeovers.take_over"),
            *(f"invitations.{each}" for each in ("show", "send_again", "take_back")),
        ),
        FORBIDDEN,
    ),
    "media_item.edit": SHOWN,
}
STATES = {
    "draft": {"status": Status.DRAFT, "published_at": None},
    "pending": {"status": Status.PENDING, "published_at": None},
    "private": {"status": Status.PRIVATE},
    "scheduled": {"published_at": NOW + DAY},
    "public": {},
    "trashed": {"status": Status.TRASH, "published_at": None},
}


@pytest.fixture
def site(app):
    return Site(app)


def numbered(app):
    """Each address of the admin with a number in it, with each of its methods."""
    for rule, method in doors(app):
        numbers = {name for name in rule.arguments if name.endswith("_id")}
        if rule.endpoint.startswith("admin.") and numbers:
            yield rule, method, rule.endpoint.removeprefix("admin.")


def around(post, owner):
    """The numbers of what belongs to a post of this person."""
    now = utcnow()
    with write_transaction():
        revisions.record(post, owner, now)
        note = notes.add(post, owner, "Between us.", now)
        session.flush()
        if post.status != Status.TRASH:
            previews.make(post, owner, "", 7, now)
        session.flush()
    links = session.query(PreviewLink).filter_by(post_id=post.id).all()
    return {
        "post_id": post.id,
        "revision_id": kept.newest(post).id,
        "note_id": note.id,
        "link_id": links[0].id if links else 1,
    }


def belongings(owner, state):
    """The numbers of everything that a person can have, and some of the house's."""
    part = make_part(make_series(), author=owner, **STATES[state])
    public = make_post(author=owner)
    comment = make_comment(post=public, status=CommentStatus.PENDING)
    page = make_page(author=owner, **STATES[state])
    with write_transaction():
        keeping.keep(owner, Kind.POST, "Mine", "status=draft")
        comment_lists.keep(owner, "Mine", "status=spam")
        copies.keep_as_template(public, "Ours", utcnow())
        queue.add("mail.test", "a job", {}, utcnow())
        invitation = invitations.invite("", Role.ADMIN, owner, utcnow())
    return {
        **around(part, owner),
        "page_id": page.id,
        "series_id": part.series_id,
        "comment_id": comment.id,
        "media_id": make_picture(uploader_id=owner.id).id,
        "category_id": make_category().id,
        "tag_id": make_tag().id,
        "user_id": make_user().id,
        "view_id": session.query(SavedView).one().id,
        "filter_id": session.query(SavedFilter).one().id,
        "template_id": session.query(Template).one().id,
        "invitation_id": invitation.id,
        "job_id": 1,
        "import_id": 1,
        "redirect_id": 1,
        "room": "posts",
    }


def address(rule, numbers):
    if rule.endpoint.startswith("admin.pages."):
        numbers = numbers | {"post_id": numbers["page_id"]}
    return rule.build({name: numbers[name] for name in rule.arguments})[1]


FILLED = {"selection": "approve", "approve": "1", "despite": "1", "version": "1"}


def test_every_address_with_a_number_is_in_the_table(app):
    assert {name for _rule, _method, name in numbered(app)} == TABLE.keys()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("role", "column"), [(Role.CONTRIBUTOR, 0), (Role.AUTHOR, 1)], ids=str
)
def test_what_is_somebody_elses_is_not_there(
    app, client_for, site, role, column, state
):
    person = client_for(role)
    with app.app_context():
        numbers = belongings(make_user(role=Role.EDITOR), state)
    token = person.token()
    site.keep()

    wrong = []
    for rule, method, name in numbered(app):
        path = address(rule, numbers)
        data = FILLED | {"csrf_token": token} if method == "POST" else None
        query = {"old": numbers["revision_id"]} if name == "revisions.compare" else None
        response = person.open(path, method=method, data=data, query_string=query)
        is_right = response.status_code == TABLE[name][column]
        if not is_right or (method == "POST" and site.has_changed()):
            wrong.append(f"{method} {path} ({name}): {response.status_code}")
            site.put_back()
    assert wrong == []


@pytest.mark.parametrize("name", ["revision_id", "note_id", "link_id"])
@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.AUTHOR, Role.EDITOR], ids=str)
def test_ones_own_post_is_no_way_to_what_belongs_to_another(
    app, client_for, site, role, name
):
    person = client_for(role)
    with app.app_context():
        me = db.session.get(type(make_user()), person.user_id)
        mine = around(make_post(author=me, **STATES["draft"]), me)
        other = make_user(role=Role.EDITOR)
        theirs = around(make_post(author=other, **STATES["draft"]), other)
    numbers = mine | {name: theirs[name], "room": "posts"}
    token = person.token()
    site.keep()

    asked = 0
    for rule, method, _name in numbered(app):
        if name in rule.arguments:
            data = {"csrf_token": token, "note": "No"} if method == "POST" else None
            path = rule.build({each: numbers[each] for each in rule.arguments})[1]
            response = person.open(path, method=method, data=data)
            assert (response.status_code, path) == (404, path)
            assert not site.has_changed()
            asked += 1
    assert asked > 0


def test_no_other_revision_is_compared_with_ones_own(app, client_for):
    person = client_for(Role.CONTRIBUTOR)
    with app.app_context():
        me = db.session.get(type(make_user()), person.user_id)
        mine = around(make_post(author=me, **STATES["draft"]), me)
        other = make_user(role=Role.EDITOR)
        theirs = around(make_post(author=other, **STATES["draft"]), other)
    path = f"/admin/posts/{mine['post_id']}/revisions/comparison"
    own, others = mine["revision_id"], theirs["revision_id"]

    assert person.get(f"{path}?old={own}&new={own}").status_code == 200
    assert person.get(f"{path}?old={others}").status_code == 404
    assert person.get(f"{path}?old={own}&new={others}").status_code == 404


def test_no_note_answers_one_on_another_post(app, client_for, site):
    person = client_for(Role.CONTRIBUTOR)
    with app.app_context():
        me = db.session.get(type(make_user()), person.user_id)
        mine = around(make_post(author=me, **STATES["draft"]), me)
        other = make_user(role=Role.EDITOR)
        theirs = around(make_post(author=other, **STATES["draft"]), other)
    sent = {"note": "An answer", "parent_id": theirs["note_id"]}
    person.token()
    site.keep()

    path = f"/admin/editorial/{mine['post_id']}/notes/"
    assert person.send(path, sent).status_code == 404
    assert not site.has_changed()
    with app.app_context():
        assert len(editorial.notes(mine["post_id"])) == 1


SEVERAL = {
    "/admin/posts/selection": [each.value for each in Verb],
    "/admin/posts/selection/deletion": ["delete"],
    "/admin/comments/selection": [*(each.value for each in CommentVerb), "delete"],
    "/admin/media/selection/deletion": ["delete"],
    "/admin/media/selection/sizes": ["sizes"],
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.AUTHOR], ids=str)
@pytest.mark.parametrize("path", SEVERAL)
def test_no_list_of_numbers_leads_to_what_is_somebody_elses(
    app, client_for, role, path, state
):
    person = client_for(role)
    with app.app_context():
        numbers = belongings(make_user(role=Role.EDITOR), state)
    name = {"posts": "post_id", "comments": "comment_id", "media": "media_id"}
    ids = str(numbers[name[path.split("/")[2]]])
    chosen = {"category_id": str(numbers["category_id"]), "tags": "evil"}
    others = {"author_id": str(person.user_id), "confirmed": "1"}
    before = stored(app)

    for verb in SEVERAL[path]:
        sent = {"ids": ids, "selection": verb} | chosen | others
        answer = person.send(path, sent)
        assert answer.status_code in (303, 403, 404), verb
    person.send(path, {"all": "1", "selection": SEVERAL[path][0]} | chosen | others)

    assert stored(app) == before
