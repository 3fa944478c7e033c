from sqlalchemy import select

from blog.comments.models import Comment, Label, SpamToken
from blog.database import session
from tests.transfer.making import comment, item


def labels():
    return {
        row.author: row.learned
        for row in session.execute(select(Comment.author, Comment.learned))
    }


def test_the_filter_learns_what_the_old_owner_let_through_and_what_not(db, importer):
    importer.records(
        item(
            comments=[
                comment(id="1", author="Read", approved="1"),
                comment(id="2", author="Seller", approved="spam"),
                comment(id="3", author="Waiting", approved="0"),
                comment(id="4", author="Thrown away", approved="trash"),
                comment(id="5", author="A site", approved="1", type="pingback"),
            ]
        )
    )

    assert labels() == {
        "Read": Label.HAM,
        "Seller": Label.SPAM,
        "Waiting": None,
        "Thrown away": None,
        "A site": None,
    }


def test_it_learns_nothing_twice(db, importer):
    file = importer.file(item(comments=[comment(id="1", author="Read", approved="1")]))
    importer.take(file)
    importer.take(file)

    comments = session.scalars(select(Comment)).all()
    assert [each.learned for each in comments] == [Label.HAM]
    assert session.get(SpamToken, "").ham == 1
