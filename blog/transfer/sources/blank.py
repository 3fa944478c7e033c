"""A record that says nothing yet, for sources that fill in the little they know."""

from ..records import Comment, Item


def item(type: str, id: str) -> Item:
    """An item on line 1 of which only its type and what identifies it are known."""
    return Item(
        line=1,
        title="",
        link="",
        pub_date="",
        creator="",
        guid="",
        content="",
        excerpt="",
        id=id,
        date="",
        date_gmt="",
        modified_gmt="",
        comment_status="",
        name="",
        status="",
        parent="",
        menu_order="",
        type=type,
        password="",
        is_sticky="",
        attachment_url="",
        filed=[],
        meta=[],
        comments=[],
    )


def comment(line: int, id: str) -> Comment:
    """A comment of which only that is known."""
    return Comment(
        line=line,
        id=id,
        author="",
        email="",
        url="",
        ip="",
        date="",
        date_gmt="",
        content="",
        approved="1",
        type="",
        parent="",
        user_id="",
        meta=[],
    )
