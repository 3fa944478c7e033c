"""Once a day: revisions beyond those that are kept, and needless autosaves, go."""

from collections.abc import Mapping
from datetime import datetime

from ...i18n import lazy_gettext as _l
from ...jobs import queue
from ...jobs.tasks import Finish, Handler, Task
from . import pruning

KIND = "posts.revisions"


def keep_house(task: Task, now: datetime) -> Finish:
    """Do one portion, and have the rest done by a job of its own."""
    posts = pruning.posts_with_many(task.payload.get("above_id", 0))

    def finish(now: datetime) -> None:
        for post_id in posts:
            pruning.prune(post_id)
        has_more = pruning.drop_needless_autosaves(now)
        if has_more or len(posts) == pruning.POSTS_AT_ONCE:
            above = {"above_id": posts[-1]} if posts else dict(task.payload)
            queue.add(KIND, f"{KIND}:after-{task.id}", above, now)

    return finish


HANDLERS: Mapping[str, Handler] = {KIND: keep_house}
LABELS = {KIND: _l("Let go of old revisions")}
DAILY = (KIND,)
