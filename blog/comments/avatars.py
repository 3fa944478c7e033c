"""Pictures that stand for people: drawn here, from a key that says nothing of them.

The key is a digest of the email address with the site's secret in it. Who has only the
key cannot try addresses on it, and the same person has another key on another site.
"""

import hmac
from functools import lru_cache

from flask import current_app

from ..text.folding import fold

# In bytes: as many as a picture is drawn from, and too many for two people to share.
KEY_BYTES = 12
# What the corner of a tile is filled with: quarters of a circle around each of the
# corners, a circle, two triangles, two arches. 32 units wide.
_SHAPES = (
    "M0 0h32a32 32 0 0 1-32 32z",
    "M32 0v32a32 32 0 0 1-32-32z",
    "M32 32h-32a32 32 0 0 1 32-32z",
    "M0 32v-32a32 32 0 0 1 32 32z",
    "M16 4a12 12 0 1 1 0 24a12 12 0 1 1 0-24z",
    "M0 32l32-32v32z",
    "M0 0l32 32h-32z",
    "M0 16a16 16 0 0 1 32 0v16h-32z",
    "M0 0h32v16a16 16 0 0 1-32 0z",
)
# Paper, two inks: quiet on a white page as on a dark one.
_PALETTES = (
    ("#d9c7b0", "#8c4a3b", "#33475b"),
    ("#c3cfc6", "#3f6b5c", "#a8693f"),
    ("#c5ccd9", "#3d5a80", "#b0723c"),
    ("#dcc3bd", "#96495a", "#41586b"),
    ("#cfc6da", "#5f4b8b", "#8f6a3a"),
    ("#bfd0d3", "#2f6672", "#9b4f3f"),
    ("#d8cdaa", "#7a6a2b", "#4b5d43"),
    ("#d3c4c9", "#7d4e6b", "#3f6470"),
)


def key(email: str, name: str) -> str:
    """The word that a commenter's picture is drawn from: the same for one address,
    however it is written; without an address, for one name.
    """
    return _key(current_app.config["SECRET_KEY"], email, name)


def picture(key: str) -> str | None:
    """An SVG for a key; ``None`` for what is none."""
    try:
        drawn = bytes.fromhex(key)
    except ValueError:
        return None
    if len(drawn) != KEY_BYTES or drawn.hex() != key:
        return None
    paper, *inks = _PALETTES[drawn[0] % len(_PALETTES)]
    shapes = "".join(
        f'<path transform="translate({x} {y})" fill="{inks[byte >> 7]}" '
        f'd="{_SHAPES[byte % len(_SHAPES)]}"/>'
        for byte, (x, y) in zip(
            drawn[1:5], ((0, 0), (32, 0), (0, 32), (32, 32)), strict=True
        )
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<path fill="{paper}" d="M0 0h64v64h-64z"/>{shapes}</svg>'
    )


@lru_cache(maxsize=4096)
def _key(secret: str, email: str, name: str) -> str:
    who = f"email:{fold(email)}" if email else f"name:{fold(name)}"
    digest = hmac.digest(f"avatar {secret}".encode(), who.encode(), "sha256")
    return digest[:KEY_BYTES].hex()
