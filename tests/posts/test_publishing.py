import pytest

from blog.database import write_transaction
from blog.posts import publishing, queries
from blog.posts.models import Kind, Status
from blog.posts.terms import terms
from blog.text.sanitizer import Format
from tests.factories import DAY, HOUR, NOON, NOW, make_category, make_page, make_post


def content(**attributes):
    return publishing.prepare(
        **({"title": "T", "source": "Words.", "format": Format.MARKDOWN} | attributes)
    )


def test_what_was_typed_is_kept_and_rendered_once(db):
    typed = "A *word*.\r\n\r\n<!--more-->\r\n\r\nThe rest.\r\n"

    post = make_post(title="  Tea\nand rain ", source=typed)

    assert post.title == "Tea and rain"
    assert post.source == typed.replace("\r\n", "\n")
    assert post.lede == "<p>A <em>word</em>.</p>\n"
    assert "The rest." in post.html
    assert (post.summary, post.word_count) == ("A word. The rest.", 4)


def test_an_excerpt_of_the_writers_own_wins(db):
    assert content(excerpt="Mine.").summary == "Mine."


def test_a_post_gets_its_address_from_its_title(db):
    first, second = make_post(title="Élan vital!"), make_post(title="Élan vital!")

    assert (first.slug, second.slug) == ("elan-vital", "elan-vital-2")


def test_a_post_without_a_title_gets_an_address_too(db):
    post = make_post(title="")

    assert post.slug == f"post-{post.id}"


@pytest.mark.parametrize("title", ["Feed", "admin", "Page"])
def test_a_word_that_recto_uses_is_numbered(db, title):
    assert make_post(title=title).slug == f"{title.lower()}-2"


def test_a_page_called_by_a_year_does_not_hide_the_archive(db):
    assert make_page(title="2024").slug == "2024-2"


def test_pages_share_a_slug_only_below_different_parents(db):
    one, two = make_page(title="One"), make_page(title="Two")
    below = [make_page(title="Team", parent_id=parent.id) for parent in (one, two, two)]

    assert [page.slug for page in below] == ["team", "team", "team-2"]


def test_taking_back_and_publishing_again_keeps_the_address(db):
    post = make_post(title="Tea")
    with write_transaction():
        post.withdraw()
    assert not post.is_public(NOW)
    assert post.published_at == NOON

    with write_transaction():
        publishing.publish(post, NOON + HOUR)

    assert (post.slug, post.is_public(NOW)) == ("tea", True)


def test_a_scheduled_post_becomes_public_at_its_instant_by_itself(db):
    at = NOW + DAY
    post = make_post(published_at=at)

    assert post.is_scheduled(NOW)
    assert not post.is_public(at - HOUR)
    assert post.is_public(at)
    assert queries.page_of(queries.newest_first(at), 1, 5).items == [post]


@pytest.mark.parametrize("before", [Status.DRAFT, Status.PUBLIC])
def test_the_trash_gives_back_what_was_put_in(db, before):
    post = make_post(status=before)
    with write_transaction():
        post.trash(NOW)
        post.trash(NOW)  # twice is once
    assert (post.status, post.trashed_at) == (Status.TRASH, NOW)

    with write_transaction():
        publishing.restore(post)

    assert (post.status, post.trashed_status, post.trashed_at) == (before, None, None)


def test_a_restored_post_whose_address_was_taken_gets_another(db):
    post = make_post(title="Tea")
    with write_transaction():
        post.trash(NOW)
    make_post(title="Tea")

    with write_transaction():
        publishing.restore(post)

    assert post.slug == "tea-2"


@pytest.mark.parametrize(
    "slug", ["", "Tea", "a b", "../x", 'x"><img>', "feed", "x" * 300]
)
def test_an_address_that_cannot_be_is_explained(db, slug):
    assert publishing.slug_problem(make_post(), slug)


def test_a_taken_address_comes_with_a_free_one(db):
    make_post(title="Tea")

    problem = publishing.slug_problem(make_post(title="Rain"), "tea")

    assert "“tea-2”" in problem


def test_ones_own_address_is_no_problem(db):
    assert publishing.slug_problem(make_post(title="Tea"), "tea") is None


def test_each_save_counts(db):
    post = make_post()
    version = post.version
    with write_transaction():
        publishing.revise(post, content(source="New words."), NOW)

    assert (post.version, post.edited_at) == (version + 1, NOW)
    assert "New words." in post.html


def test_a_page_starts_without_comments(db):
    assert make_page().comments_open is False
    assert make_post().comments_open is True
    assert make_page().kind == Kind.PAGE


def test_tags_are_found_or_made_and_each_is_one(db):
    with write_transaction():
        tea = terms.make_tag("Tea")

    with write_transaction():
        found = terms.tags_named(["tea", " Rain ", "RAIN", "", "☂"])

    assert [tag.name for tag in found] == ["Tea", "Rain"]
    assert found[0] == tea


def test_a_category_cannot_lie_in_itself(db):
    top = make_category()
    below = make_category(parent=make_category(parent=top))

    with pytest.raises(terms.Loop), write_transaction():
        terms.move(top, below)
    with pytest.raises(terms.Loop), write_transaction():
        terms.move(top, top)


def test_what_lay_in_a_category_moves_up_when_it_goes(db):
    top = make_category()
    middle = make_category(parent=top)
    below = make_category(parent=middle)
    post = make_post(categories=[middle])

    with write_transaction():
        terms.delete_category(middle)

    assert below.parent_id == top.id
    assert post.categories == []


def test_names_that_make_one_slug_are_numbered(db):
    with write_transaction():
        slugs = [terms.make_category(name).slug for name in ("Tea", "tea", "☂", "☂")]

    assert slugs == ["tea", "tea-2", "category", "category-2"]


@pytest.mark.parametrize("status", [Status.PUBLIC, Status.DRAFT])
def test_what_lost_its_address_in_the_trash_gets_one_for_readers(db, status):
    post = make_post(title="Tea", slug="tea", status=status)
    with write_transaction():
        post.trash(NOW)
        post.slug = ""
        publishing.restore(post)

    assert post.slug == ("tea" if status == Status.PUBLIC else "")


def test_what_is_deleted_leaves_its_number_unused(db):
    posts = [make_post(), make_post()]
    last_id = posts[1].id
    with write_transaction() as session:
        session.delete(posts[1])

    assert make_post().id == last_id + 1
