"""The full-text index made whole: for a database from before there was one, and for
what was written around the session.
"""

from ..database import session, write_transaction
from ..search import index


def complete() -> int:
    """Put in every post, page and comment that the index lacks; how many those were.

    A few at a time, so that others who write need not wait. Call it as often as you
    like; what was begun and broken off goes on where it ended.

    :raise GateTimeout: if others kept writing for ten seconds
    """
    added = 0
    for each in index.INDEXES:
        last = 0
        while documents := index.missing(each, after=last):
            with write_transaction():
                added += index.add(each, documents)
            last = documents[-1].id
    session.rollback()
    return added
