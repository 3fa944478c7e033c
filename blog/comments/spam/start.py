"""The start model: what a site knows before its first decision, from ``start.txt`` and
``praise.txt``.

It is added to what the site decides, so that its own experience takes over.
"""

import re
from pathlib import Path

from ...text.folding import fold

# For how many comments of either label the model stands.
COMMENTS = 20

_PARTS = re.compile(r",\s*")


def _read(path: Path) -> dict[str, tuple[int, int]]:
    """In how many comments of spam and of ham each token counts as met."""
    counts: dict[str, tuple[int, int]] = {}
    kinds: list[str] = []
    count = (0, 0)
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("="):
            *kinds, spam, ham = line[1:].split()
            count = (int(spam), int(ham))
        elif not line.startswith("#"):
            for typed in filter(None, _PARTS.split(line.strip())):
                value = typed if typed.startswith("<") else fold(typed)
                counts.update((f"{kind}:{value}", count) for kind in kinds)
    return counts


def _pairs(path: Path) -> frozenset[str]:
    lines = path.read_text("utf-8").splitlines()
    kept = (line for line in lines if not line.startswith("#"))
    return frozenset(
        f"pair:{pair.strip()}" for line in kept for pair in line.strip(",").split(",")
    )


COUNTS = _read(Path(__file__).with_name("start.txt"))
# Pairs of words of the praise that programs put together.
PRAISE = _pairs(Path(__file__).with_name("praise.txt"))
KNOWN = PRAISE.union(COUNTS)
# Of what is counted, the words that speak of spam by themselves; and the pairs of words
# that do beside a link.
BANNED = frozenset(
    token
    for token, (spam, ham) in COUNTS.items()
    if spam >= 3 and not ham and ":<" not in token and not token.startswith("signal:")
)
BANNED_WITH_LINK = BANNED | {
    token
    for token, (spam, ham) in COUNTS.items()
    if token.startswith("pair:") and spam > ham
}
