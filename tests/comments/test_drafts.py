import pytest

from blog.comments import drafts
from blog.comments.models import Kind
from blog.comments.refusals import Invalid, TooLong
from blog.text.normalize import Unstorable
from blog.text.sanitizer import Format
from tests.factories import make_comment, make_user

VALID = {
    "author": "Ada",
    "email": "ada@example.org",
    "url": "",
    "source": "Well said.",
    "names_required": True,
}


@pytest.fixture(autouse=True)
def context(db):
    """Messages are translated, which needs an application."""


def prepare(**changes):
    return drafts.prepare(**(VALID | changes))


def errors(**changes):
    with pytest.raises(Invalid) as caught:
        prepare(**changes)
    return caught.value.errors


def test_a_comment_is_cleaned_and_rendered():
    content = prepare(
        author=" Ada \u202e Lovelace ",
        email=" Ada@Example.ORG ",
        url="example.org/me",
        source="one\r\ntwo",
    )

    assert content.author == "Ada Lovelace"
    assert content.email == "ada@example.org"
    assert content.url == "https://example.org/me"
    assert content.source == "one\ntwo"
    assert content.html.startswith("<p>one<br>")


@pytest.mark.parametrize("nothing", ["", "  ", "\t\n", "\u200b\u200d", "\u2800"])
@pytest.mark.parametrize("field", ["author", "email"])
def test_name_and_email_are_required(field, nothing):
    assert list(errors(**{field: nothing})) == [field]


def test_name_and_email_may_be_optional():
    content = prepare(author="", email="", names_required=False)

    assert (content.author, content.email) == ("", "")


@pytest.mark.parametrize(
    "nothing",
    ["", " \n\t ", "\u200b", "\u200d\ufeff", "\u3164", "<b></b>", "<!-- hidden -->"],
)
def test_a_comment_without_words_is_refused(nothing):
    assert list(errors(source=nothing)) == ["comment"]


@pytest.mark.parametrize("few", ["👍", "…", "0", "<nothing>", "&nbsp;x"])
def test_few_words_are_enough(few):
    assert prepare(source=few).source == few


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "a b@example.org",
        "ada@example..org",
        "ada@example.org, bob@example.org",
        "ada@example.org\nBcc: bob@example.org",
        '"><script>@example.org',
    ],
)
def test_what_is_no_email_address_is_refused(email):
    assert list(errors(email=email)) == ["email"]


@pytest.mark.parametrize(
    "email", ["a@b.test", "ada+news@example.co.uk", "ада@пример.рф", "o'neil@x.ie"]
)
def test_every_shape_of_address_is_taken(email):
    assert prepare(email=email).email == email


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "none", "ftp://example.org", "//x"],
)
def test_what_is_no_web_address_is_refused(url):
    assert list(errors(url=url)) == ["url"]


def test_everything_wrong_is_named_at_once():
    assert sorted(errors(author="", email="x", url="y", source="")) == [
        "author",
        "comment",
        "email",
        "url",
    ]


@pytest.mark.parametrize(
    ("field", "fits", "limit"),
    [
        ("author", "é" * 122 + "a", 245),
        ("email", "a" * 88 + "@example.org", 100),
        ("url", "https://example.org/" + "a" * 180, 200),
        ("source", "é" * 32_767 + "a", 65_535),
    ],
)
def test_lengths_are_counted_in_bytes_and_nothing_is_cut(field, fits, limit):
    assert len(fits.encode()) == limit
    assert getattr(prepare(**{field: fits}), field) == fits

    longer = fits + "a" if field != "email" else "a" + fits
    assert list(errors(**{field: longer})) == [
        "comment" if field == "source" else field
    ]


def test_a_text_that_is_too_long_says_so():
    with pytest.raises(TooLong, match="too long by some 1 letters"):
        prepare(source="a" * 65_536)
    with pytest.raises(TooLong, match="too long by some 7233 letters"):
        prepare(source="ب" * 40_000)


def test_a_name_of_any_length_is_refused_at_once():
    assert list(errors(author="a\u0300" * 100_000)) == ["author"]


@pytest.mark.parametrize("broken", ["a\0b", "a\ud800b"])
def test_half_characters_are_refused(broken):
    with pytest.raises(Unstorable):
        prepare(source=broken)


def test_an_account_speaks_under_its_own_name():
    user = make_user(
        display_name="Grace", email="Grace@Example.org", url="https://g.org"
    )

    content = drafts.prepare_as(user, "Hello.")

    assert content.author == "Grace"
    assert (content.email, content.url) == ("grace@example.org", "https://g.org")


def test_a_comment_may_be_written_in_html():
    content = prepare(source="One <em>two</em>\nthree\n\n*four*", format=Format.HTML)

    shown = "".join(content.html.split("\n"))
    assert shown == "<p>One <em>two</em><br>three</p><p>*four*</p>"


def changed(comment, **changes):
    said = {
        "author": comment.author,
        "email": comment.email,
        "url": comment.url,
        "source": comment.source,
    }
    return drafts.prepare_changed(comment, **(said | changes))


@pytest.mark.parametrize(
    ("format", "shown"),
    [(Format.MARKDOWN, "<strong>now</strong>"), (Format.HTML, "**now**")],
)
def test_a_change_is_read_in_the_format_of_the_comment(format, shown):
    comment = make_comment(format=format)

    assert shown in changed(comment, source="Right **now**.").html


def test_what_an_import_brought_is_no_obstacle_where_it_is_left_alone():
    odd = {"author": "a\u202eb" * 200, "email": "me at home", "url": "ftp://x"}
    comment = make_comment(source="<img src=x>", format=Format.HTML, **odd)

    content = changed(comment)
    assert (content.author, content.email, content.url) == tuple(odd.values())
    assert changed(comment, source="Words.\r\n").source == "Words.\n"
    for field, value in odd.items():
        with pytest.raises(Invalid) as caught:
            changed(comment, **{field: value + "!"})
        assert list(caught.value.errors) == [field]
    with pytest.raises(Invalid):
        changed(comment, source="")


@pytest.mark.parametrize("kind", [Kind.PINGBACK, Kind.TRACKBACK])
def test_a_mention_may_be_without_words(kind):
    assert changed(make_comment(kind=kind), source="").html == ""


@pytest.mark.parametrize(
    "twin", [{"source": "WELL  said."}, {"author": "ada"}, {"source": "Well said.\n"}]
)
def test_the_same_words_have_the_same_digest(twin):
    assert prepare().digest == prepare(**twin).digest


@pytest.mark.parametrize(
    "other", [{"source": "Well said!"}, {"author": "Bob"}, {"email": "b@example.org"}]
)
def test_other_words_have_another_digest(other):
    assert prepare().digest != prepare(**other).digest
