"""What the worker does for the library: it makes pictures' sizes, and sweeps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from ..database import write_transaction
from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from ..jobs import queue
from ..jobs.tasks import Finish, Handler, Task, TryLater
from . import developing, queries, variants
from .store import store

SWEEP = "media.sweep"
# A file is in the store before its row is written, and a slow upload takes hours.
GRACE = timedelta(days=1)


def make_variants(task: Task, now: datetime) -> Finish | None:
    """Make the sizes of one picture. A worker that dies leaves files without a row."""
    media_id: int = task.payload["media_id"]
    problem = ""
    try:
        batch = variants.make(media_id, partial(_tell, task))
    except developing.Failed as error:
        if not error.is_final and task.attempts < variants.ATTEMPTS:
            raise TryLater(error.message) from error
        problem = error.message
    except FileNotFoundError as error:
        if task.attempts < variants.ATTEMPTS:
            raise TryLater(str(error)) from error
        problem = _("The file is missing from the site’s folder.")
    if problem:
        batch = variants.gave_up(media_id, problem)
    if batch is None:
        return None
    found = batch
    return lambda _now: variants.write(found)


def _tell(task: Task, done: int) -> None:
    with write_transaction():
        queue.progress(task, done)


def sweep(task: Task, now: datetime) -> None:
    """Delete what no row speaks of: rests of uploads, of deleted and replaced files."""
    before = now - GRACE
    store().sweep_drafts(before)
    for digests in store().older_than(before):
        for digest in set(digests) - queries.in_use(digests):
            store().delete_if_older(digest, before)


HANDLERS: Mapping[str, Handler] = {variants.KIND: make_variants, SWEEP: sweep}
LABELS = {
    variants.KIND: _l("Make the sizes of a picture"),
    SWEEP: _l("Delete files that nothing uses"),
}
DAILY = (SWEEP,)
