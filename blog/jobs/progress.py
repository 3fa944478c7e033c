"""How far the work is that somebody has asked for."""

from collections.abc import Sequence

from sqlalchemy import select

from ..database import session
from .models import Job, State

SHOWN = 10


def of_user(user_id: int) -> Sequence[Job]:
    """What runs or waits because somebody asked for it, what was asked first first; no
    more than a page shows.
    """
    jobs = select(Job).where(Job.state == State.WAITING, Job.user_id == user_id)
    return session.scalars(jobs.order_by(Job.id).limit(SHOWN)).all()
