from datetime import timedelta

import pytest

from blog.accounts.models import Role
from blog.comments import drafts, moderation
from blog.comments.drafts import Origin
from blog.comments.models import Comment, Status
from blog.comments.moderation import History, Past, Verb
from blog.database import write_transaction
from blog.posts.models import Kind
from blog.site.queries import settings
from tests.factories import DAY, NOON, NOW, make_comment, make_post, make_user

KNOWN = History(was_approved=True)
UNKNOWN = History()


@pytest.fixture
def site(db):
    """The settings, to be changed for a decision without being saved."""
    site = settings()
    db.session.expunge(site)
    return site


@pytest.fixture
def post(db):
    return make_post()


def content(
    source="Well said.", author="Ada", email="ada@example.org", url="", required=False
):
    return drafts.prepare(
        author=author, email=email, url=url, source=source, names_required=required
    )


def decide(post, site, *, user=None, known=KNOWN, origin=None, **changes):
    return moderation.decide(
        content(**changes), origin or Origin(), post, site, user, known
    )


# Decisions


def test_a_known_commenter_is_approved(post, site):
    assert decide(post, site) == (
        Status.APPROVED,
        "The same person was approved before.",
    )


def test_an_unknown_commenter_waits(post, site):
    assert decide(post, site, known=UNKNOWN) == (
        Status.PENDING,
        "The first comment of this person.",
    )


def test_an_unknown_commenter_is_approved_where_the_owner_says_so(post, site):
    site.comment_previously_approved = False

    assert decide(post, site, known=UNKNOWN) == (Status.APPROVED, "No rule held it.")


def test_every_comment_waits_where_the_owner_says_so(post, site):
    site.comment_moderation = True

    assert decide(post, site).status == Status.PENDING


@pytest.mark.parametrize("role", list(Role))
def test_the_author_of_the_post_is_approved(site, role):
    author = make_user(role=role)
    post = make_post(author=author)
    site.comment_moderation, site.disallowed_keys = True, "well"

    assert decide(post, site, user=author).status == Status.APPROVED


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMIN, Status.APPROVED),
        (Role.EDITOR, Status.APPROVED),
        (Role.AUTHOR, Status.PENDING),
        (Role.CONTRIBUTOR, Status.PENDING),
        (Role.SUBSCRIBER, Status.PENDING),
    ],
)
def test_who_may_moderate_is_approved(post, site, role, status):
    site.comment_moderation = True

    assert decide(post, site, user=make_user(role=role)).status == status


def test_a_disabled_moderator_is_nobody(post, site):
    site.comment_moderation = True
    user = make_user(role=Role.EDITOR, disabled_at=NOON)

    assert decide(post, site, user=user).status == Status.PENDING


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("one https://a.example", Status.APPROVED),
        ("two https://a.example and www.b.example", Status.PENDING),
        ("[a](https://a.example) <a href='https://b.example'>b</a>", Status.PENDING),
        ('[a](https://a.example "<a href=") once', Status.APPROVED),
        ("`https://a.example` `https://b.example`", Status.APPROVED),
    ],
)
def test_two_links_are_held_counted_after_auto_linking(post, site, source, status):
    assert site.comment_max_links == 2

    assert decide(post, site, source=source).status == status


def test_no_number_of_links_is_held_at_zero(post, site):
    site.comment_max_links = 0

    decision = decide(post, site, source="https://a.example " * 5)

    assert decision.status == Status.APPROVED


def test_the_number_of_links_is_the_reason(post, site):
    decision = decide(post, site, source="https://a.example " * 3)

    assert decision.reason == "Holds 3 links."


MATCHES = [
    {"source": "Buy VIAGRA now"},
    {"source": "buy vi<b></b>agra"},
    {"source": "buy vi**agr**a"},
    {"source": "buy ｖｉａｇｒａ"},
    {"source": "buy vi\u200bagra"},
    {"source": "buy víagrá"},
    {"source": "cheapviagraonline"},
    {"author": "Viagra Shop"},
    {"email": "viagra@example.org"},
    {"url": "https://viagra.example"},
    {"origin": Origin(user_agent="ViagraBot/1.0")},
]


@pytest.mark.parametrize("sent", MATCHES)
def test_disallowed_words_send_it_to_the_trash(post, site, sent):
    site.disallowed_keys = "\n  \nother\n viagra \n"
    site.comment_moderation = True

    decision = decide(post, site, **sent)

    assert decision == (Status.TRASH, "Holds “viagra”, which is disallowed.")


@pytest.mark.parametrize("sent", MATCHES)
def test_moderated_words_are_held(post, site, sent):
    site.moderation_keys = "viagra"

    decision = decide(post, site, **sent)

    assert decision == (Status.PENDING, "Holds “viagra”, which waits for approval.")


@pytest.mark.parametrize("keys", ["", "\n\n", "  ", "\u200b", "viagra"])
def test_words_that_do_not_occur_hold_nothing(post, site, keys):
    site.disallowed_keys = site.moderation_keys = keys

    assert decide(post, site).status == Status.APPROVED


@pytest.mark.parametrize(
    ("key", "is_found"),
    [
        ("192.168.0.1", True),
        ("192.168.", True),
        ("192.168", True),
        ("192.16", False),
        ("168.0", False),
        ("2001:db8", False),
    ],
)
def test_addresses_are_compared_from_the_front_in_whole_parts(
    post, site, key, is_found
):
    site.disallowed_keys = key

    decision = decide(post, site, origin=Origin(ip="192.168.0.1"))

    assert (decision.status == Status.TRASH) == is_found


@pytest.mark.parametrize(
    "order",
    [
        ("disallowed_keys", "holds", Status.TRASH),
        ("comment_moderation", True, Status.PENDING),
    ],
)
def test_what_overrides_what(post, site, order):
    setting, value, status = order
    site.moderation_keys = "well"
    setattr(site, setting, value)

    assert decide(post, site, source="well holds").status == status


# History


def test_name_and_email_approved_before_are_known(db):
    make_comment(author="Ada L.", email="ada@example.org")

    assert moderation.history(content(author="ada  l."), None).was_approved


@pytest.mark.parametrize(
    "changes",
    [
        {"author": "Bob"},
        {"email": "bob@example.org"},
        {"email": ""},
        {"author": ""},
    ],
)
def test_neither_alone_is_enough(db, changes):
    make_comment(author="Ada", email="ada@example.org")
    make_comment(author="", email="")

    assert not moderation.history(content(**changes), None).was_approved


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_only_approved_comments_make_somebody_known(db, status):
    make_comment(status=status)

    assert not moderation.history(content(), None).was_approved


def test_a_person_with_an_account_is_known_by_it(db):
    user = make_user(role=Role.SUBSCRIBER)
    before = moderation.history(content(), user)
    make_comment(user_id=user.id, author="Another name")

    assert (before, moderation.history(content(), user)) == (UNKNOWN, KNOWN)


@pytest.mark.parametrize(
    "name",
    ["Grace Hopper", "grace  hopper", "Grаcе Hорреr", "Grace-Hopper", "Gráce Hopper"],
)
def test_a_visitor_with_the_name_of_an_editor_waits(post, site, name):
    make_user(role=Role.EDITOR, display_name="Grace Hopper")
    site.comment_previously_approved = False
    known = moderation.history(content(author=name), None)

    decision = decide(post, site, author=name, known=known)

    assert decision == (
        Status.PENDING,
        "Goes by “Grace Hopper” without being logged in.",
    )


@pytest.mark.parametrize("role", [Role.SUBSCRIBER, Role.ADMIN])
def test_a_visitor_with_the_email_of_an_account_waits(db, role):
    make_user(role=role, email="Grace@example.org", display_name="Grace")

    known = moderation.history(content(email="GRACE@example.org"), None)

    assert known.imitates == "Grace"


def test_a_visitor_may_share_the_name_of_a_subscriber(db):
    make_user(role=Role.SUBSCRIBER, display_name="Ada")

    assert moderation.history(content(), None).imitates == ""


# Open or closed


@pytest.mark.parametrize(
    ("days", "age", "is_open"),
    [
        (0, 5000 * DAY, True),
        (14, 14 * DAY, True),
        (14, 14 * DAY + timedelta(seconds=1), False),
        (14, -DAY, True),
    ],
)
def test_comments_close_by_age_judged_when_asked(site, days, age, is_open):
    post = make_post(published_at=NOW - age)
    site.close_comments_days_old = days

    assert moderation.is_open(post, site, NOW) == is_open


def test_pages_and_undated_drafts_do_not_age(site):
    site.close_comments_days_old = 1
    page = make_post(kind=Kind.PAGE, comments_open=True, published_at=NOW - 99 * DAY)
    draft = make_post(published_at=None)

    assert moderation.is_open(page, site, NOW)
    assert moderation.is_open(draft, site, NOW)


def test_a_closed_post_is_closed(site):
    assert not moderation.is_open(make_post(comments_open=False), site, NOW)


# What moderators do


@pytest.mark.parametrize(
    ("verb", "before", "after", "reason"),
    [
        (Verb.APPROVE, Status.PENDING, Status.APPROVED, "Approved by Grace."),
        (
            Verb.HOLD,
            Status.APPROVED,
            Status.PENDING,
            "Put back into the queue by Grace.",
        ),
        (Verb.SPAM, Status.PENDING, Status.SPAM, "Called spam by Grace."),
        (Verb.TRASH, Status.APPROVED, Status.TRASH, "Trashed by Grace."),
        (Verb.RESTORE, Status.SPAM, Status.PENDING, "Taken back by Grace."),
    ],
)
def test_a_moderator_and_the_reason(db, verb, before, after, reason):
    comment = make_comment(status=before)

    moderation.carry_out(verb, comment, make_user(display_name="Grace"))

    assert (comment.status, comment.reason) == (after, reason)


def test_undoing_brings_everything_back(db):
    comment = make_comment(status=Status.TRASH, previous_status=Status.SPAM, reason="x")
    past = Past(comment.id, Status.APPROVED, Status.TRASH, Status.SPAM, "x")

    with write_transaction():
        comment.approve("y")
        assert moderation.undo(comment, past)
    assert (comment.status, comment.previous_status, comment.reason) == (
        Status.TRASH,
        Status.SPAM,
        "x",
    )


def test_undoing_leaves_alone_what_somebody_moved_since(db):
    comment = make_comment(status=Status.SPAM)
    past = Past(comment.id, Status.APPROVED, Status.PENDING, None, "")

    assert not moderation.undo(comment, past)
    assert comment.status == Status.SPAM


def test_deleting_moves_the_replies_up(db):
    top = make_comment()
    middle = make_comment(post=top.post, parent=top, status=Status.TRASH)
    reply = make_comment(post=top.post, parent=middle)

    with write_transaction():
        moderation.delete([middle])

    assert reply.parent_id == top.id


def test_deleting_many_moves_the_replies_to_what_is_left_above_them(db):
    top = make_comment()
    gone = [top]
    for _ in range(4):
        gone.append(make_comment(post=top.post, parent=gone[-1], status=Status.SPAM))
    reply = make_comment(post=top.post, parent=gone[-1])
    orphan = make_comment(
        post=top.post, parent=make_comment(post=top.post, status=Status.SPAM)
    )

    with write_transaction():
        number = moderation.delete([*gone[1:], orphan.parent])

    assert number == 5
    assert (reply.parent_id, orphan.parent_id) == (top.id, None)
    assert db.session.query(Comment).count() == 3


def test_a_loop_of_parents_can_be_deleted(db):
    post = make_post()
    one, two = (make_comment(post=post, status=Status.SPAM) for _ in range(2))
    reply = make_comment(post=post, parent=one)
    with write_transaction():
        one.parent_id, two.parent_id = two.id, one.id

    with write_transaction():
        assert moderation.delete([one, two]) == 2

    assert reply.parent_id is None


def test_the_count_is_what_is_shown(db):
    post = make_post()
    for status in Status:
        make_comment(post=post, status=status)
    parent = make_comment(post=post)
    make_comment(post=post, parent=parent)

    with write_transaction():
        parent.hold("")
        moderation.recount(post.id)

    assert post.comment_count == 2


def test_a_trashed_post_and_its_restoration_leave_the_comments_as_they_were(db):
    post = make_post()
    comments = [make_comment(post=post, status=status) for status in Status]

    with write_transaction():
        post.trash(NOW)
    with write_transaction():
        post.restore()

    assert [comment.status for comment in comments] == list(Status)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_household_shares_a_network(ip, network):
    assert moderation.network(ip) == network
