"""The transactional outbox: one row for each thing that is to be done later."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Choice, Model


class State(StrEnum):
    """Where a job stands. One that a worker has taken is still ``WAITING``."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # given up


_UNFINISHED = "state = 'waiting'"


class Job(Model):
    """Something to be done outside of the request that caused it, at least once.

    ``kind`` names the handler, ``payload`` is JSON for it. ``key`` names the deed: of
    those that wait no two have the same. ``about`` says to the owner in one line what
    it is. ``run_at`` is when it is due; a worker that takes it moves that to the end of
    its lease, so that it is due again should the worker die. ``attempts`` counts those,
    and tells the lease of one worker from that of the next. ``error`` is what went
    wrong last. ``done`` of ``total`` steps are finished; a job whose work has no steps
    has ``total`` 0. ``user_id`` is who wants to see how far it is.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "state", "run_at", "id"),
        Index(None, "key"),
        Index(
            "uq_job_waiting_key",
            "key",
            unique=True,
            sqlite_where=text(_UNFINISHED),
            postgresql_where=text(_UNFINISHED),
        ),
        Index(None, "kind", "id"),
        Index(None, "user_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[str] = mapped_column(default="{}")
    about: Mapped[str] = mapped_column(default="")
    state: Mapped[State] = mapped_column(Choice(State), default=State.WAITING)
    run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
