"""Static files under addresses that change with their content, so that browsers may
keep each for ever.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from .security import public

FOREVER = "public, max-age=31536000, immutable"
HASH_LENGTH = 10


def init_app(app: Flask) -> None:
    """Add the hash to every address of a static file, and say how long it holds."""
    public(app.view_functions["static"])
    folder = Path(app.static_folder or "")

    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            file = folder / values["filename"]
            values.setdefault("v", _digest(file, file.stat().st_mtime_ns))

    def set_lifetime(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 206, 304):
            file = folder / (request.view_args or {})["filename"]
            if not file.is_file():  # asked for its OPTIONS, which anything has
                return response
            # During an upgrade an address may be asked for before its content is here.
            is_its_own = request.args.get("v") == _digest(file, file.stat().st_mtime_ns)
            response.headers["Cache-Control"] = FOREVER if is_its_own else "no-cache"
        return response

    app.url_defaults(add_hash)
    app.after_request(set_lifetime)


@lru_cache(maxsize=256)
def _digest(file: Path, _modified: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:HASH_LENGTH]
