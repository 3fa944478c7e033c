"""What the spam filter is asked about a comment, and what it learns from people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..site.models import Site
from .drafts import Content, Origin
from .models import Comment, Label, Status
from .spam import filter
from .spam.filter import Opinion
from .spam.samples import Sample


def opinion(content: Content, origin: Origin, site: Site) -> Opinion | None:
    """What the filter takes a new comment for; ``None`` if the owner turned it off."""
    if not site.spam_filter:
        return None
    return filter.judge(
        Sample(content.author, content.url, content.source, origin.signals)
    )


def follow(comment: Comment, before: Status) -> None:
    """Learn from what a moderator decided."""
    follow_all([(comment, before)])


def follow_all(moved: Iterable[tuple[Comment, Status]]) -> None:
    """Learn from what a moderator decided about comments, each with the status that it
    had: what is spam, and what is not after all. What is thrown away for other reasons
    teaches nothing.
    """
    put_back_all([(comment, _taught(comment, before)) for comment, before in moved])


def put_back(comment: Comment, label: Label | None) -> None:
    """Let the filter know this of a comment and nothing else."""
    put_back_all([(comment, label)])


def put_back_all(known: Iterable[tuple[Comment, Label | None]]) -> None:
    """The same for many comments, which costs the filter little more than one."""
    forgotten, learned = [], []
    for comment, label in known:
        if comment.learned == label:
            continue
        sample = _sample(comment)
        if comment.learned is not None:
            forgotten.append((sample, comment.learned))
        if label is not None:
            learned.append((sample, label))
        comment.learned = label
    if forgotten:
        filter.forget(forgotten)
    if learned:
        filter.learn(learned)


@contextmanager
def changing(*comments: Comment) -> Iterator[None]:
    """Around a change of comments' words, or of who says them: the filter forgets what
    it learned from them as they were, and learns them anew.
    """
    known = [(comment, comment.learned) for comment in comments]
    put_back_all([(comment, None) for comment in comments])
    yield
    put_back_all(known)


def _taught(comment: Comment, before: Status) -> Label | None:
    if comment.status == Status.SPAM:
        return Label.SPAM
    if comment.is_approved:
        return Label.HAM
    return None if before == Status.SPAM else comment.learned


def _sample(comment: Comment) -> Sample:
    return Sample(comment.author, comment.url, comment.source, comment.signals)
