"""The database: engine rules, the write gate, the one way to write, column types.

SQLite is used as measured to be safe with several processes: the driver never opens a
transaction by itself, reads are DEFERRED, writes are IMMEDIATE and pass a gate that one
process at a time holds from BEGIN to the end of COMMIT. SQLite up to 3.51.2 can lose
committed rows when two connections commit and checkpoint at one instant (sqlite.org,
"WAL-reset bug"); the gate keeps that instant from happening.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask_sqlalchemy import SQLAlchemy
from markupsafe import Markup
from sqlalchemy import DateTime, Engine, MetaData, String, Text, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, registry, scoped_session
from sqlalchemy.types import TypeDecorator

GATE_DEADLINE_SECONDS = 10.0
# A write takes one or two thousandths of a second; who sleeps longer between two looks
# leaves the gate open and unused. A look costs some millionths.
GATE_POLL_SECONDS = 0.000_2

PRAGMAS = (
    "busy_timeout=10000",
    "foreign_keys=ON",
    "synchronous=FULL",  # what was acknowledged survives a power cut
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=67108864",
    "cache_size=-16000",
    "mmap_size=0",  # memory mapping turns the WAL-reset bug into corruption
    "temp_store=MEMORY",
)


E = TypeVar("E", bound=StrEnum)


class GateTimeout(Exception):
    """Others kept writing for the whole deadline, or the gate itself cannot be used:
    its folder is missing or read-only. Nothing was written.
    """


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database; refuses a naive value."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class SafeHTML(TypeDecorator[Markup]):
    """HTML that was sanitised before it was stored; templates print it as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Markup | None, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, Markup):
            raise TypeError("sanitise before storing")
        return None if value is None else str(value)

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> Markup | None:
        return None if value is None else Markup(value)  # noqa: S704  stored clean


class Choice(TypeDecorator[E], Generic[E]):
    """One word of a closed set, stored as that word."""

    impl = String(20)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.words(value)


class Base(DeclarativeBase):
    """What every row is. Constraints get names, for migrations to speak of."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UTCDateTime, Markup: SafeHTML, str: Text},
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True

else:
    Model = db.Model

session: scoped_session[Session] = db.session  # type: ignore[assignment]


def set_pragmas(dbapi_connection: Any) -> None:
    """Make a new SQLite connection safe: ours to begin, and with every pragma set."""
    dbapi_connection.isolation_level = None  # the driver never emits BEGIN
    cursor = dbapi_connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute("PRAGMA " + pragma)
    cursor.close()


@event.listens_for(Engine, "do_connect")
def _connecting(
    dialect: Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
) -> None:
    """Let SQLite open what is there, and make nothing: an empty file in the place of a
    missing database would pass for a damaged one.
    """
    path = arguments[0] if dialect.name == "sqlite" else ":memory:"
    if path != ":memory:":
        arguments[0] = f"{Path(path).absolute().as_uri()}?mode=rw"
        options["uri"] = True


@event.listens_for(Engine, "connect")
def _connected(dbapi_connection: Any, _record: object) -> None:
    if dbapi_connection.__class__.__module__.partition(".")[0] == "sqlite3":
        set_pragmas(dbapi_connection)


@event.listens_for(Engine, "begin")
def _begun(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        # What is no write transaction cannot write, not by accident either.
        only_reads = "ON" if mode == "DEFERRED" else "OFF"
        connection.connection.cursor().execute(f"PRAGMA query_only={only_reads}")
        connection.exec_driver_sql("BEGIN " + mode)


class WriteGate:
    """One writer at a time, over all threads and processes that use one database.

    A lock file beside the database is locked, never the database itself: closing that
    would drop the locks SQLite holds on it. The kernel frees the lock of a killed
    process.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._holder = threading.local()

    @property
    def is_ours(self) -> bool:
        """Whether this thread holds it."""
        return getattr(self._holder, "inside", False)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the gate.

        :raise GateTimeout: when it stayed shut for ``GATE_DEADLINE_SECONDS``
        """
        if self.is_ours:
            raise RuntimeError("a write inside a write")
        deadline = time.monotonic() + GATE_DEADLINE_SECONDS
        if not self._threads.acquire(timeout=GATE_DEADLINE_SECONDS):
            raise GateTimeout(f"another thread kept {self._path}")
        try:
            descriptor = self._open()
            try:
                self._lock(descriptor, deadline)
                self._holder.inside = True
                yield
            finally:
                self._holder.inside = False
                os.close(descriptor)  # and with it the lock
        finally:
            self._threads.release()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise GateTimeout(str(error)) from error

    def _lock(self, descriptor: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise GateTimeout(f"another process kept {self._path}") from None
                time.sleep(GATE_POLL_SECONDS)
            else:
                return


_gates: dict[str, WriteGate] = {}
_gates_lock = threading.Lock()


def write_gate(engine: Engine | None = None) -> WriteGate:
    """The gate of an engine's database; of the application's when none is given."""
    engine = engine or db.engine
    path = f"{os.path.realpath(engine.url.database or '')}.lock"
    with _gates_lock:
        return _gates.setdefault(path, WriteGate(path))


@contextmanager
def write_transaction() -> Iterator[scoped_session[Session]]:
    """The only way to write: everything inside is committed together, or nothing is.

    Rows read before are reloaded inside, so what a rule is checked against is what the
    write replaces. Nothing slow belongs inside: rendering, hashing and the network come
    before or after.

    :raise RuntimeError: if changes were pending before, or one write encloses another
    :raise GateTimeout: if others kept writing for ten seconds
    """
    gate = write_gate()
    if gate.is_ours:
        raise RuntimeError("a write inside a write")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made before write_transaction()")
    session.commit()  # let go of the read snapshot
    session.expire_all()
    with gate():
        try:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
