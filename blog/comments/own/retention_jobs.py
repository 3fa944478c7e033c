"""Once a day: what was kept for long enough is forgotten."""

from collections.abc import Mapping
from datetime import datetime

from ...i18n import lazy_gettext as _l
from ...jobs import queue
from ...jobs.tasks import Finish, Handler, Task
from ...site.queries import settings
from . import retention

KIND = "comments.retention"


def keep_house(task: Task, now: datetime) -> Finish:
    """Do one portion, and have the rest done by a job of its own."""
    portion = retention.due(settings(), now)

    def finish(now: datetime) -> None:
        retention.clear(portion, settings(), now)
        if portion.has_more:
            queue.add(KIND, f"{KIND}:after-{task.id}", {}, now)

    return finish


HANDLERS: Mapping[str, Handler] = {KIND: keep_house}
LABELS = {KIND: _l("Forget what was kept for long enough")}
DAILY = (KIND,)
