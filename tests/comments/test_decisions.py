from typing import NamedTuple

import pytest

from blog.accounts.models import Role
from blog.comments import decisions, drafts
from blog.comments.decisions import History
from blog.comments.drafts import Origin
from blog.comments.models import Status
from blog.site.queries import settings
from tests.factories import NOON, make_comment, make_post, make_user

KNOWN = History(was_approved=True)
UNKNOWN = History()


class Said(NamedTuple):
    """What a moderator sees of a decision."""

    status: Status
    reason: str


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


def decide(post, site, *, user=None, known=KNOWN, origin=None, opinion=None, **changes):
    return Said(
        *decisions.decide(
            content(**changes), origin or Origin(), post, site, user, known, opinion
        )[:2]
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
        "This person’s first comment.",
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

    assert decision.reason == "Contains 3 links."


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

    assert decision.status == Status.TRASH
    assert decision.reason in (
        "Contains “viagra”, which is disallowed.",
        "Comes from an address or a browser that is disallowed.",
    )


@pytest.mark.parametrize("sent", MATCHES)
def test_moderated_words_are_held(post, site, sent):
    site.moderation_keys = "viagra"

    decision = decide(post, site, **sent)

    assert decision.status == Status.PENDING
    assert decision.reason in (
        "Contains “viagra”, which waits for approval.",
        "Comes from an address or a browser that waits for approval.",
    )


@pytest.mark.parametrize("keys", ["ada@", "192.0.2"])
def test_an_address_is_not_told_to_every_moderator(post, site, keys):
    site.disallowed_keys = keys

    said = decide(post, site, origin=Origin(ip="192.0.2.7"))

    assert said == (
        Status.TRASH,
        "Comes from an address or a browser that is disallowed.",
    )


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

    assert decisions.history(content(author="ada  l."), None).was_approved


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

    assert not decisions.history(content(**changes), None).was_approved


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_only_approved_comments_make_somebody_known(db, status):
    make_comment(status=status)

    assert not decisions.history(content(), None).was_approved


def test_a_person_with_an_account_is_known_by_it(db):
    user = make_user(role=Role.SUBSCRIBER)
    before = decisions.history(content(), user)
    make_comment(user_id=user.id, author="Another name")

    assert (before, decisions.history(content(), user)) == (UNKNOWN, KNOWN)


@pytest.mark.parametrize(
    "name",
    ["Grace Hopper", "grace  hopper", "Grаcе Hорреr", "Grace-Hopper", "Gráce Hopper"],
)
def test_a_visitor_with_the_name_of_an_editor_waits(post, site, name):
    make_user(role=Role.EDITOR, display_name="Grace Hopper")
    site.comment_previously_approved = False
    known = decisions.history(content(author=name), None)

    decision = decide(post, site, author=name, known=known)

    assert decision == (
        Status.PENDING,
        "Goes by “Grace Hopper” without being logged in.",
    )


@pytest.mark.parametrize("role", [Role.SUBSCRIBER, Role.ADMIN])
def test_a_visitor_with_the_email_of_an_account_waits(db, role):
    make_user(role=role, email="Grace@example.org", display_name="Grace")

    known = decisions.history(content(email="GRACE@example.org"), None)

    assert known.imitates == "Grace"


def test_a_visitor_may_share_the_name_of_a_subscriber(db):
    make_user(role=Role.SUBSCRIBER, display_name="Ada")

    assert decisions.history(content(), None).imitates == ""


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
    assert decisions.network(ip) == network
