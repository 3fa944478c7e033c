"""A site whose texts are as awkward as they get, and what must not be read anywhere."""

from blog.comments.models import Kind as CommentKind
from blog.comments.models import Status as CommentStatus
from blog.database import write_transaction
from blog.posts import publishing
from blog.posts.models import Status
from blog.text.sanitizer import Format
from tests.factories import (
    DAY,
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

SECRET = "canary"
AWKWARD = (
    "Tom & Jerry <script>alert(1)</script> &amp; &lt;b&gt;",
    "]]> <![CDATA[ ]]&gt; <!-- -- --> <?xml version='1.0'?>",
    "سلام\u200cها \u202eabc\u202c שלום",
    "👩\u200d👧 🇩🇪 𝒜 \U0010ffff",
    "\x01\x08\x0b\x1b[2J\x7f\x85\ufffe\uffff\ufdd0",
    "&nbsp; &copy=2 &#0; &#x1F; &unknown; %s {{ 7 * 7 }} {% raw %}",
    "a" * 20_000,
    "漢字 かな " * 2_000,
)


def make_awkward_site():
    """Posts, pages, terms, people and comments, each with a text that is hard to carry.
    Every kind has one without any text at all.
    """
    parent = make_category(name=AWKWARD[0], slug="c-0", description=AWKWARD[1])
    for number, text in enumerate(AWKWARD):
        writer = make_user(
            display_name=text[:200], slug=f"w-{number}", bio=text[:200], url=""
        )
        post = make_post(
            title=text,
            source=f"{text}\n\n[x](/y) `{text[:50]}`\n\n<!--more-->\n\n{text[::-1]}",
            author=writer,
            published_at=NOON + number * HOUR,
            categories=[
                make_category(name=text[:200], slug=f"d-{number}", parent=parent)
            ],
            tags=[
                make_tag(name=text[:200], slug=f"t-{number}", description=text[:200]),
                make_tag(name=text[:200], slug=f"u-{number}"),
            ],
            slug=f"post-{number}",
        )
        make_comment(post=post, author=text[:200], source=text)
        make_comment(post=post, author="", source="One without a name.")
    make_post(title="", source="", slug="no-words", author=writer)
    page = make_page(title=AWKWARD[1], source=AWKWARD[2], comments_open=True)
    make_comment(
        post=page, kind=CommentKind.PINGBACK, url="http://e.example/?a=1&b=<2>"
    )
    make_page(title="Below", parent_id=page.id, slug="below")
    make_post(
        title="In HTML & pages",
        source='<p>One</p><!--nextpage--><p>Two <a href="#h-x">x</a></p>',
        format=Format.HTML,
        guid="http://old.example/?p=7&x='y'",
        tags=[make_tag(name="Only protected", slug="only-protected")],
    )
    make_post(title="Numbered", guid="17", published_at=NOON - HOUR)
    return page


def make_secrets():
    """Something in every state that is not for everybody, each with the secret in it
    and in a comment on it. The titles that are for everybody lack it.
    """
    secret = {"source": f"{SECRET} words", "excerpt": f"{SECRET} excerpt"}
    found = [
        make_post(title=f"{SECRET} draft", status=Status.DRAFT, **secret),
        make_post(title=f"{SECRET} new", published_at=None, slug="new", **secret),
        make_post(title=f"{SECRET} trash", status=Status.TRASH, **secret),
        make_post(title=f"{SECRET} later", published_at=NOW + DAY, **secret),
        make_page(title=f"{SECRET} page", status=Status.DRAFT, **secret),
        make_page(title=f"{SECRET} later page", published_at=NOW + DAY, **secret),
    ]
    for title in (f"{SECRET} pending", f"{SECRET} private"):
        post = make_post(title=title, published_at=None, **secret)
        with write_transaction():
            if "pending" in title:
                post.submit()
            else:
                publishing.keep_private(post, NOON)
        found.append(post)
    hidden_tag = make_tag(name=f"{SECRET} tag", slug="hidden")
    hidden_category = make_category(name=f"{SECRET} category", slug="hidden")
    with write_transaction():
        for post in found:
            post.file_under([hidden_category], [hidden_tag])
    found += [protected_post(), protected_post(make=make_page, title="Protected page")]
    for post in found:
        make_comment(post=post, source=f"{SECRET} comment", author=f"{SECRET} person")
    public = make_post(title="Public", slug="public")
    for status in set(CommentStatus) - {CommentStatus.APPROVED}:
        make_comment(post=public, source=f"{SECRET} {status}", status=status)
    return found


def protected_post(make=make_post, title="Protected", **attributes):
    """A public post with a password, as the editor saves it."""
    post = make(title=title, comments_open=True, **attributes)
    content = publishing.prepare(
        title=title,
        source=f"{SECRET} words <!--more--> {SECRET}",
        format=Format.MARKDOWN,
        excerpt=f"{SECRET} excerpt",
    )
    with write_transaction():
        post.password = "sesame"
        publishing.revise(post, content, NOON)
    return post
