"""What the filter is shown of a comment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A comment as it was sent: ``text`` as typed, Markdown or HTML; ``signals`` are
    the comment form's words for what was odd about the way it came: ``honeypot``.
    """

    author: str
    url: str
    text: str
    signals: str = ""
