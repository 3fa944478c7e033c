import pytest

from blog.database import write_transaction
from blog.posts import publishing, shelving
from blog.posts.desk.editing import Untitled
from blog.posts.models import FINISHED, Kind, Status
from blog.posts.shelving import Move
from tests.factories import HOUR, NOON, NOW, make_category, make_page, make_post

STATES = [*Status]


def moved(move, post, now=NOW):
    with write_transaction():
        return shelving.carry_out(move, post, now)


def undone(post, past):
    with write_transaction():
        return shelving.undo(post, past)


def in_state(status, **attributes):
    has_date = status not in (Status.DRAFT, Status.PENDING)
    return make_post(
        status=status, published_at=NOON if has_date else None, **attributes
    )


def facts(post):
    return (
        *(post.status, post.trashed_status, post.trashed_at, post.published_at),
        *(post.slug, [link.published_at for link in post.category_links]),
    )


@pytest.mark.parametrize(
    ("move", "became"),
    [
        (Move.PUBLISH, {Status.DRAFT: Status.PUBLIC, Status.PENDING: Status.PUBLIC}),
        (Move.SUBMIT, {Status.DRAFT: Status.PENDING}),
        (
            Move.WITHDRAW,
            dict.fromkeys({*FINISHED, Status.PENDING}, Status.DRAFT),
        ),
        (Move.TRASH, dict.fromkeys(set(Status) - {Status.TRASH}, Status.TRASH)),
        (Move.RESTORE, {}),
    ],
)
@pytest.mark.parametrize("status", [each for each in Status if each != Status.TRASH])
def test_a_move_does_its_own_thing_or_nothing(db, move, became, status):
    post = in_state(status)

    past = moved(move, post)

    assert post.status == became.get(status, status)
    assert (past is not None) == (status in became)
    assert post.version == (2 if status in became else 1)


@pytest.mark.parametrize("before", [each for each in Status if each != Status.TRASH])
def test_what_comes_out_of_the_trash_is_what_it_was(db, before):
    post = in_state(before)
    moved(Move.TRASH, post)

    moved(Move.RESTORE, post)

    assert (post.status, post.trashed_status) == (before, None)


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("move", list(Move))
def test_every_move_is_undone_without_a_trace(db, before, move):
    post = in_state(before, categories=[make_category()])
    stood = facts(post)

    past = moved(move, post)

    if past is not None:
        assert facts(post) != stood
        assert undone(post, past)
    assert facts(post) == stood


def test_what_was_moved_again_is_not_undone(db):
    post = in_state(Status.DRAFT)
    past = moved(Move.PUBLISH, post)
    moved(Move.TRASH, post)

    assert not undone(post, past)
    assert post.status == Status.TRASH


def test_what_comes_back_to_a_taken_address_gets_another(db):
    post = make_post(title="Tea")
    past = moved(Move.TRASH, post)
    make_post(title="Tea")

    undone(post, past)

    assert (post.status, post.slug) == (Status.PUBLIC, "tea-2")


def test_a_page_that_comes_back_keeps_clear_of_its_sisters(db):
    page = make_page(title="Team")
    past = moved(Move.TRASH, page)
    make_page(title="Team")

    undone(page, past)

    assert (page.kind, page.slug) == (Kind.PAGE, "team-2")


def test_a_draft_is_published_at_its_own_date_or_now(db):
    dated = make_post(status=Status.DRAFT)
    undated = in_state(Status.PENDING)

    moved(Move.PUBLISH, dated)
    moved(Move.PUBLISH, undated)

    assert (dated.published_at, undated.published_at) == (NOON, NOW)


def test_what_has_no_title_is_not_published(db):
    post = make_post(title="", published_at=None)

    with pytest.raises(Untitled), write_transaction():
        shelving.carry_out(Move.PUBLISH, post, NOW)

    assert post.status == Status.DRAFT


def test_publishing_from_the_trash_takes_a_draft_out(db):
    post = in_state(Status.DRAFT)
    moved(Move.TRASH, post)

    moved(Move.PUBLISH, post)

    assert (post.is_public(NOW), post.trashed_status) == (True, None)


def test_publishing_from_the_trash_leaves_private_what_was(db):
    post = in_state(Status.PRIVATE)
    moved(Move.TRASH, post)

    moved(Move.PUBLISH, post)

    assert post.status == Status.PRIVATE


def test_a_scheduled_post_that_is_published_stays_scheduled(db):
    post = make_post(published_at=NOW + HOUR)

    assert moved(Move.PUBLISH, post) is None
    assert post.is_scheduled(NOW)


def test_a_password_stays_through_every_move(db):
    post = make_post(password="sesame", source="Hidden.")

    for move in (Move.WITHDRAW, Move.SUBMIT, Move.PUBLISH, Move.TRASH, Move.RESTORE):
        moved(move, post)

    assert (post.password, post.summary, post.lede) == ("sesame", "", None)
    assert publishing.slug_problem(post, post.slug) is None


def test_what_was_written_on_since_is_not_shown_by_an_undo(db):
    post = make_post(status=Status.PUBLIC)
    past = moved(Move.WITHDRAW, post)
    with write_transaction():
        post.version += 1  # somebody else saved remarks that are not for readers

    assert not undone(post, past)
    assert post.status == Status.DRAFT
