"""The bars of what somebody has asked for, on every page of the admin."""

from typing import NamedTuple

from flask import Blueprint, current_app, jsonify
from werkzeug import Response

from ..accounts import guard
from ..accounts.guard import requires
from ..accounts.permissions import Action
from ..errors import in_json
from . import progress
from .models import Job

bp = Blueprint("progress", __name__, url_prefix="/progress")


class Bar(NamedTuple):
    """A job as a bar; ``total`` is 0 if nobody can tell how much is to be done."""

    id: int
    label: str
    about: str
    done: int
    total: int


@bp.get("")
@requires(Action.ENTER)
@in_json
def index() -> Response:
    """What runs or waits for the person at the browser, for a script."""
    return jsonify(jobs=[bar._asdict() for bar in bars()])


@bp.app_context_processor
def _bars() -> dict[str, object]:
    return {"progress_bars": bars}


def bars() -> list[Bar]:
    """What runs or waits for the person at the browser, what was asked first first."""
    user = guard.current_user()
    return [] if user is None else [_bar(job) for job in progress.of_user(user.id)]


def _bar(job: Job) -> Bar:
    label = current_app.extensions["job_labels"].get(job.kind, job.kind)
    return Bar(job.id, str(label), job.about, job.done, job.total)
