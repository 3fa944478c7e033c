import pytest

from blog.database import session, write_transaction
from blog.posts import publishing, queries
from blog.posts.desk import editing
from blog.posts.desk.editing import Details, Refused, Stale, Step, Untitled, Visibility
from blog.posts.models import FINISHED, Kind, Post, Status
from blog.text.sanitizer import Format
from tests.factories import (
    HOUR,
    NOON,
    NOW,
    make_category,
    make_comment,
    make_page,
    make_post,
    make_tag,
    make_user,
)


def content(title="A title", source="Words."):
    return publishing.prepare(title=title, source=source, format=Format.MARKDOWN)


def details(author_id, **changes):
    wanted = {"slug": "", "published_at": None, "comments_open": True} | changes
    return Details(author_id=author_id, **wanted)


def save(post, step=Step.SAVE, *, text=None, version=None, now=NOW, **changes):
    kept = {
        "slug": post.slug,
        "published_at": post.published_at,
        "parent_id": post.parent_id,
    }
    decided = details(post.author_id, **(kept | changes))
    with write_transaction():
        editing.update_post(
            post,
            text or content(post.title, post.source),
            decided,
            step,
            by=post.author,
            seen_version=post.version if version is None else version,
            now=now,
        )
    return post


def create(step, *, kind=Kind.POST, text=None, **changes):
    user = make_user()
    with write_transaction():
        return editing.create(
            user, kind, text or content(), details(user.id, **changes), step, NOW
        )


def test_a_saved_draft_has_no_address_and_no_date(db):
    post = create(Step.SAVE)

    assert (post.status, post.slug, post.published_at) == (Status.DRAFT, "", None)


def test_publishing_without_a_date_is_now(db):
    post = create(Step.PUBLISH)

    assert (post.is_public(NOW), post.published_at, post.slug) == (True, NOW, "a-title")


def test_a_date_to_come_schedules(db):
    post = create(Step.PUBLISH, published_at=NOW + HOUR)

    assert post.is_scheduled(NOW)


def test_a_date_gone_by_is_kept(db):
    post = create(Step.PUBLISH, published_at=NOON)

    assert post.published_at == NOON


def test_a_draft_may_have_a_date_and_stays_a_draft(db):
    post = create(Step.SAVE, published_at=NOON)

    assert (post.status, post.published_at) == (Status.DRAFT, NOON)


def test_what_goes_public_needs_a_title(db):
    with pytest.raises(Untitled):
        create(Step.PUBLISH, text=content(title=""))

    assert queries.is_empty()


def test_saving_what_is_public_leaves_it_public(db):
    post = save(make_post(), text=content("Another"))

    assert (post.is_public(NOW), post.title, post.version) == (True, "Another", 2)


def test_emptying_the_date_of_what_is_public_keeps_its_moment(db):
    post = save(make_post(published_at=NOON), published_at=None)

    assert post.published_at == NOON


def test_emptying_the_date_of_what_is_scheduled_publishes_it_now(db):
    post = save(make_post(published_at=NOW + HOUR), Step.PUBLISH, published_at=None)

    assert post.published_at == NOW


def test_moving_the_date_moves_the_place_in_the_archives(db):
    category = make_category()
    post = make_post(categories=[category])

    save(post, category_ids=[category.id], published_at=NOON - HOUR)

    assert [link.published_at for link in post.category_links] == [NOON - HOUR]


def test_taking_back_saves_the_text_too(db):
    post = save(make_post(), Step.WITHDRAW, text=content("Another"))

    assert (post.status, post.title, post.published_at) == (
        Status.DRAFT,
        "Another",
        NOON,
    )


def test_what_is_trashed_and_restored_is_what_it_was(db):
    post = save(make_post(), Step.TRASH)
    assert (post.status, post.trashed_status) == (Status.TRASH, Status.PUBLIC)

    save(post, Step.RESTORE)

    assert (post.status, post.published_at) == (Status.PUBLIC, NOON)


def test_saving_in_the_trash_leaves_it_there(db):
    post = save(make_post(status=Status.TRASH), text=content("Another"))

    assert (post.status, post.title) == (Status.TRASH, "Another")


def test_publishing_from_the_trash_takes_it_out(db):
    post = save(make_post(status=Status.TRASH), Step.PUBLISH)

    assert (post.is_public(NOW), post.trashed_status) == (True, None)


def test_a_stale_version_changes_nothing(db):
    post = make_post()

    with pytest.raises(Stale):
        save(post, text=content("Mine"), version=7)

    assert (post.title, post.version) == ("A title", 1)


@pytest.mark.parametrize("slug", ["a b", "../x", 'x"><img>', "feed"])
def test_an_impossible_address_is_refused(db, slug):
    with pytest.raises(Refused) as refused:
        create(Step.SAVE, slug=slug)

    assert refused.value.field == "slug"
    assert queries.is_empty()


def test_a_taken_address_is_refused_by_hand_and_suffixed_by_title(db):
    make_post(slug="a-title")

    with pytest.raises(Refused) as refused:
        create(Step.PUBLISH, slug="a-title")
    post = create(Step.PUBLISH)

    assert "a-title-2" in refused.value.message
    assert post.slug == "a-title-2"


def test_categories_and_tags_are_exactly_those_chosen(db):
    one, two, known = make_category(), make_category(), make_tag("Tea", slug="tea")

    post = create(
        Step.SAVE, category_ids=[two.id, one.id], tag_names=["Coffee", "tea", "Tea"]
    )

    assert post.categories == [one, two]
    assert {tag.name for tag in post.tags} == {"Coffee", known.name}


def test_a_category_that_is_gone_is_refused(db):
    with pytest.raises(Refused) as refused:
        create(Step.SAVE, category_ids=[99])

    assert refused.value.field == "category_ids"


def test_a_page_has_a_parent_and_an_order(db):
    parent = make_page()

    page = create(Step.SAVE, kind=Kind.PAGE, parent_id=parent.id, position=3)

    assert (page.parent, page.position) == (parent, 3)


@pytest.mark.parametrize("below", ["itself", "child", "grandchild"])
def test_a_page_cannot_lie_below_itself(db, below):
    page = make_page()
    child = make_page(parent_id=page.id, slug="child")
    grandchild = make_page(parent_id=child.id, slug="grandchild")
    parent = {"itself": page, "child": child, "grandchild": grandchild}[below]

    with pytest.raises(Refused) as refused:
        save(page, parent_id=parent.id)

    assert refused.value.field == "parent_id"
    assert page.parent_id is None


def test_deleting_takes_comments_along_and_moves_pages_up(db):
    top = make_page(slug="top")
    middle = make_page(slug="middle", parent_id=top.id)
    leaf = make_page(slug="leaf", parent_id=middle.id)
    make_comment(post=middle)
    middle_id = middle.id

    with write_transaction():
        editing.delete(middle)

    assert session.get(Post, middle_id) is None
    assert session.get(Post, leaf.id).parent_id == top.id
    assert session.execute(db.text("select count(*) from comment")).scalar() == 0


def test_a_page_that_moves_up_to_a_taken_address_gets_another(db):
    make_page(title="Team", slug="team")
    about = make_page(title="About", slug="about")
    below = make_page(title="Team", slug="team", parent_id=about.id)
    with write_transaction():
        about.trash(NOW)

    with write_transaction():
        editing.delete(about)

    assert (below.parent_id, below.slug) == (None, "team-2")


# Who may read it


PROTECTED = {"visibility": Visibility.PROTECTED, "password": "sesame"}
PRIVATE = {"visibility": Visibility.PRIVATE}
LONG = "The beginning.\n\n<!--more-->\n\nThe rest of it."


def shown(post):
    """What lists, feeds and cards could say of its words."""
    return (post.password, post.lede, post.summary)


@pytest.mark.parametrize("step", [Step.SAVE, Step.PUBLISH, Step.SUBMIT, Step.WITHDRAW])
def test_a_password_takes_the_words_out_of_every_list(db, step):
    post = save(make_post(source=LONG), step, text=content(source=LONG), **PROTECTED)

    assert shown(post) == ("sesame", None, "")


def test_without_the_password_the_words_are_back(db):
    post = make_post(source=LONG, password="sesame")
    assert shown(post) == ("sesame", None, "")

    save(post, Step.PUBLISH, text=content(source=LONG))

    assert shown(post)[0] == ""
    assert "The beginning." in post.lede
    assert post.summary.startswith("The beginning.")


def test_a_new_post_is_protected_from_the_first(db):
    post = create(Step.PUBLISH, text=content(source=LONG), **PROTECTED)

    assert (post.status, shown(post)) == (Status.PUBLIC, ("sesame", None, ""))


def test_a_draft_keeps_its_password_until_it_is_out(db):
    post = create(Step.SAVE, **PROTECTED)

    assert (post.status, post.password) == (Status.DRAFT, "sesame")
    assert editing.visibility_of(post) == Visibility.PROTECTED


@pytest.mark.parametrize("step", [Step.SAVE, Step.PUBLISH])
@pytest.mark.parametrize("before", [Status.DRAFT, Status.PENDING, Status.PUBLIC])
def test_what_is_to_be_private_is_so_at_once(db, before, step):
    post = make_post(
        status=before, published_at=NOON if before == Status.PUBLIC else None
    )

    save(post, step, **PRIVATE)

    assert (post.status, post.slug) == (Status.PRIVATE, "a-title")
    assert post.published_at == (NOON if before == Status.PUBLIC else NOW)
    assert editing.visibility_of(post) == Visibility.PRIVATE


def test_what_is_private_has_no_password_and_stands_nowhere(db):
    category = make_category()
    post = make_post(password="sesame", sticky=True, source=LONG, categories=[category])

    save(
        post,
        Step.PUBLISH,
        **PRIVATE,
        password="sesame",
        sticky=True,
        category_ids=[category.id],
    )

    assert (post.password, post.sticky) == ("", False)
    assert [link.published_at for link in post.category_links] == [None]


@pytest.mark.parametrize("step", [Step.SAVE, Step.PUBLISH])
def test_what_was_private_goes_public_at_its_moment(db, step):
    post = save(make_post(status=Status.PRIVATE), step, published_at=None)

    assert (post.status, post.published_at) == (Status.PUBLIC, NOON)


def test_what_is_private_needs_a_title_as_what_is_public(db):
    with pytest.raises(Untitled):
        create(Step.SAVE, text=content(title=""), **PRIVATE)

    assert queries.is_empty()


def test_what_was_private_is_taken_back_like_any_other(db):
    post = save(make_post(status=Status.PRIVATE), Step.WITHDRAW, **PRIVATE)

    assert (post.status, post.published_at) == (Status.DRAFT, NOON)


@pytest.mark.parametrize("chosen", list(Visibility))
def test_a_restore_brings_back_what_was_chosen_last(db, chosen):
    post = save(make_post(), Step.TRASH, visibility=chosen, password="sesame")
    assert post.trashed_status in FINISHED

    save(post, Step.RESTORE, visibility=chosen, password="sesame")

    is_private = chosen == Visibility.PRIVATE
    assert post.status == (Status.PRIVATE if is_private else Status.PUBLIC)
    assert post.password == ("sesame" if chosen == Visibility.PROTECTED else "")


def test_saving_in_the_trash_finishes_nothing(db):
    post = make_post(status=Status.PRIVATE)
    save(post, Step.TRASH, **PRIVATE)

    save(post, **PRIVATE)

    assert (post.status, post.trashed_status) == (Status.TRASH, Status.PRIVATE)


def test_a_sticky_post_is_one_until_it_is_not(db):
    post = create(Step.PUBLISH, sticky=True)
    assert post.sticky

    save(post, Step.PUBLISH)

    assert not post.sticky


def test_a_page_is_not_sticky(db):
    assert not create(Step.PUBLISH, kind=Kind.PAGE, sticky=True).sticky


# Waiting for review


def test_a_draft_is_submitted_and_saved_while_it_waits(db):
    post = create(Step.SUBMIT)
    assert post.status == Status.PENDING

    save(post, text=content("Better"))

    assert (post.status, post.title) == (Status.PENDING, "Better")


@pytest.mark.parametrize("before", [*sorted(FINISHED), Status.TRASH])
def test_only_a_draft_is_submitted(db, before):
    post = make_post(status=before)
    chosen = editing.visibility_of(post)

    save(post, Step.SUBMIT, visibility=chosen)

    assert post.status == before


# As it stands


def test_a_category_is_added_to_the_others(db):
    one, two = make_category(), make_category()
    post = make_post(categories=[one])

    with write_transaction():
        added = [editing.file_also(post, two) for _ in range(2)]

    assert (added, post.categories, post.version) == ([True, False], [one, two], 2)
    assert {link.published_at for link in post.category_links} == {NOON}


def test_another_becomes_the_author(db):
    post, other = make_post(author=make_user()), make_user()

    with write_transaction():
        given = [editing.give(post, other) for _ in range(2)]

    assert (given, post.author_id, post.version) == ([True, False], other.id, 2)
