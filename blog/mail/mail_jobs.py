"""What the worker mails that belongs to no other feature."""

from collections.abc import Mapping
from datetime import datetime

from ..i18n import lazy_gettext as _l
from ..jobs.tasks import Handler, Task
from . import delivery, trial


def _send_trial(task: Task, now: datetime) -> None:
    # Each one asked for is another letter, whatever it is called in the queue.
    delivery.send(trial.letter(task, now), f"{task.key}:{task.id}", now)


HANDLERS: Mapping[str, Handler] = {trial.KIND: _send_trial}
LABELS = {trial.KIND: _l("Test letter")}
