"""Permalink structures, read from links."""

from datetime import datetime

import pytest

from blog.transfer.importing.addresses import Standing, Votes

AT = datetime(2020, 5, 14, 7, 8, 9)


def standing(path, slug="some-tea", number="123", at=AT, **values):
    return Standing(path=path, slug=slug, id=number, local=at, **values)


def structure(*standings):
    votes = Votes()
    for each in standings:
        votes.see(each)
    return votes.structure()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2020/05/14/some-tea/", "/%year%/%monthnum%/%day%/%postname%/"),
        ("/2020/05/some-tea/", "/%year%/%monthnum%/%postname%/"),
        ("/2020/05/some-tea", "/%year%/%monthnum%/%postname%"),
        ("/some-tea/", "/%postname%/"),
        ("/some-tea.html", "/%postname%.html"),
        ("/archives/123", "/archives/%post_id%"),
        ("/post-123.html", "/post-%post_id%.html"),
        ("/123-some-tea/", "/%post_id%-%postname%/"),
        ("/some-tea-123/", "/%postname%-%post_id%/"),
        ("/blog/2020/05/some-tea/", "/blog/%year%/%monthnum%/%postname%/"),
        ("/index.php/2020/05/some-tea/", "/index.php/%year%/%monthnum%/%postname%/"),
        ("/drinks/hot/some-tea/", "/%category%/%postname%/"),
        ("/ada/some-tea/", "/%author%/%postname%/"),
        ("/2020-05-14/some-tea/", "/%year%-%monthnum%-%day%/%postname%/"),
        ("/2020/05/14/07/08/09/123/",
         "/%year%/%monthnum%/%day%/%hour%/%minute%/%second%/%post_id%/"),
        ("/something/else/", None),
        ("/", None),
    ],
)  # fmt: skip
def test_a_structure_is_read_from_a_link(path, expected):
    found = structure(
        standing(
            path,
            categories=frozenset({("drinks", "hot")}),
            author=frozenset({"ada"}),
        )
    )

    assert found == expected


def test_words_in_other_scripts_are_compared_decoded():
    path = "/%e3%83%86%e3%82%b9%e3%83%88/"
    assert structure(standing(path, slug="テスト")) == "/%postname%/"


def test_the_structure_of_most_posts_wins():
    both = standing("/2020/05/05/a/", "a", at=datetime(2020, 5, 5))
    assert structure(both) == "/%year%/%monthnum%/%day%/%postname%/"
    assert (
        structure(
            both,
            standing("/2020/09/05/b/", "b", at=datetime(2020, 5, 9)),
            standing("/2020/07/06/c/", "c", at=datetime(2020, 6, 7)),
        )
        == "/%year%/%day%/%monthnum%/%postname%/"
    )


def test_a_common_structure_wins_over_a_word_that_fits_as_well():
    always = {"categories": frozenset({("news",)})}
    posts = [standing(f"/news/{slug}/", slug, **always) for slug in "ab"]
    assert structure(*posts) == "/%category%/%postname%/"
    posts.append(standing("/news/c/", "c", categories=frozenset({("other",)})))
    assert structure(*posts) == "/news/%postname%/"


def test_plain_addresses_have_no_structure():
    votes = Votes()
    votes.see(standing("/some-tea/"))
    assert votes.structure() == "/%postname%/"
    votes.see_plain()
    assert votes.structure() is None


def test_a_puzzle_is_given_up():
    path = "/" + "/".join(["05"] * 200) + "/some-tea/"
    assert structure(standing(path, at=datetime(2005, 5, 5, 5, 5, 5))) is None
    assert structure(standing("/" + "-".join(["05"] * 5000) + "-123/")) is None
