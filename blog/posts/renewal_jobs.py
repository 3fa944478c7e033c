"""The worker renders posts again whose pictures have changed."""

from collections.abc import Mapping
from datetime import datetime

from ..i18n import lazy_gettext as _l
from ..jobs.tasks import Finish, Handler, Task
from . import renewal


def _render(task: Task, now: datetime) -> Finish | None:
    media_id: int = task.payload["media"]
    # A file that is gone is noted nowhere: then the job says which texts had it.
    had_it: list[int] = task.payload.get("posts", [])
    if had_it:
        posts = renewal.some(had_it[: renewal.AT_ONCE])
    else:
        posts = renewal.showing(media_id, task.payload["after"])
    made = [(post.id, post.version, renewal.rendered(post)) for post in posts]

    def finish(now: datetime) -> None:
        for post_id, version, content in made:
            renewal.renew(post_id, version, content)
        if had_it:
            renewal.go_on_without(media_id, had_it[renewal.AT_ONCE :], now)
        elif len(made) == renewal.AT_ONCE:
            renewal.ask(media_id, now, after=made[-1][0])

    return finish if made or had_it else None


HANDLERS: Mapping[str, Handler] = {renewal.KIND: _render}
LABELS = {renewal.KIND: _l("Show a changed file in texts")}
