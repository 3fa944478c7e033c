"""The database's way to this version: make it, or back it up and migrate it, all or
nothing. A damaged or a newer database is refused, never replaced.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from ..config import PROJECT
from ..database import db, write_gate

MIGRATIONS = PROJECT / "migrations"
REVISION = "SELECT version_num FROM alembic_version"
# Rows that a migration may take away, by table; others may not get fewer.
SHRINKING = frozenset({"alembic_version"})


class UpgradeError(Exception):
    """The database stays as it was; the message says why and what to do."""


class Upgraded(NamedTuple):
    """What was done. ``backup`` is ``None`` where there was nothing to lose."""

    before: str | None
    after: str
    backup: Path | None

    @property
    def changed(self) -> bool:
        """Whether anything was done at all."""
        return self.before != self.after


def upgrade(now: datetime, say: Callable[[str], None] = lambda _: None) -> Upgraded:
    """Bring the application's database to this version. Call it as often as you like.

    :raise UpgradeError: if the database is damaged, newer than this program, or a
        migration failed; nothing was changed
    """
    path = Path(db.engine.url.database or "")
    head = _head()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with write_gate()():
            return _upgrade(path, head, now, say)
    except OSError as error:
        raise UpgradeError(f"The database could not be upgraded ({error}).") from error


def _upgrade(
    path: Path, head: str, now: datetime, say: Callable[[str], None]
) -> Upgraded:
    if not path.exists():
        _create(path, head)
        return Upgraded(None, head, None)
    before = _current(path)
    if before == head:
        return Upgraded(before, head, None)
    backup = _back_up(path, before, now)
    say(f"Backup: {backup}")
    engine = create_engine(db.engine.url)
    try:
        _migrate(engine, head)
    finally:
        engine.dispose()
    return Upgraded(before, head, backup)


def _head() -> str:
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    if head is None:
        raise UpgradeError("The folder migrations/ is missing or empty.")
    return head


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _current(path: Path) -> str:
    """The revision of an existing database."""
    scripts = ScriptDirectory.from_config(_alembic()).walk_revisions()
    known = {script.revision for script in scripts}
    try:
        address = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
            check = connection.execute("PRAGMA quick_check(1)").fetchone()
            rows = connection.execute(REVISION).fetchall()
    except sqlite3.DatabaseError as error:
        raise UpgradeError(
            f"{path} cannot be read as a database of Recto ({error}). It was left as "
            "it is: put a backup in its place, or move it away to begin anew."
        ) from None
    if check != ("ok",):
        raise UpgradeError(
            f"{path} is damaged ({check[0]}). It was left as it is: put a backup in "
            "its place."
        )
    if len(rows) != 1:
        raise UpgradeError(f"{path} is no database of Recto. It was left as it is.")
    revision = str(rows[0][0])
    if revision not in known:
        raise UpgradeError(
            f"{path} was made by a newer Recto (revision {revision}). Install that one."
        )
    return revision


def _create(path: Path, head: str) -> None:
    """Make the database beside its place and move it there whole, so that a crash
    leaves none instead of half of one.
    """
    for rest in _companions(path):
        if rest.exists():
            raise UpgradeError(
                f"{path} is missing, but {rest.name} beside it holds what was written "
                "to it last. Put both back, or move this away, too, to begin anew."
            )
    draft = path.with_name(f"{path.name}.new")
    for leftover in (draft, *_companions(draft)):
        leftover.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = create_engine(f"sqlite:///{draft}")
    try:
        _migrate(engine, head)
        with engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            if raw is None:
                raise UpgradeError("The new database could not be opened.")
            raw.execute("PRAGMA journal_mode=WAL").fetchone()
    finally:
        engine.dispose()
    os.replace(draft, path)
    _sync_folder(path.parent)


def _companions(path: Path) -> Iterable[Path]:
    """What SQLite keeps beside a database that is in use, or was when it was killed."""
    return (path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def _migrate(engine: Engine, head: str) -> None:
    """Run every missing migration in one transaction, with foreign keys off: a table
    that is rebuilt would otherwise take its children with it.
    """
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if raw is None:
            raise UpgradeError("The database could not be opened.")
        raw.execute("PRAGMA foreign_keys=OFF")  # inside a transaction it does nothing
        connection = connection.execution_options(sqlite_begin="IMMEDIATE")
        try:
            with connection.begin():
                before = _row_counts(connection)
                config = _alembic()
                config.attributes["connection"] = connection
                command.upgrade(config, head)
                _check(connection, before)
        except UpgradeError:
            raise
        except Exception as error:
            raise UpgradeError(
                f"A migration failed and was undone ({error})."
            ) from error


def _row_counts(connection: Connection) -> dict[str, int]:
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0  # noqa: S608
        for name in inspect(connection).get_table_names()
    }


def _check(connection: Connection, before: dict[str, int]) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise UpgradeError(
            f"A migration was undone: rows of {orphans[0][0]} would have lost what "
            "they belong to."
        )
    after = _row_counts(connection)
    for table, count in before.items():
        if table not in SHRINKING and table in after and after[table] < count:
            raise UpgradeError(
                f"A migration was undone: {table} would have lost "
                f"{count - after[table]} rows."
            )


def _back_up(path: Path, revision: str, now: datetime) -> Path:
    """A checked copy of the database, in the folder ``backups`` beside it."""
    folder = path.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"before-upgrade-{now:%Y%m%dT%H%M%S%fZ}-{revision}.sqlite"
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _copy(path, target)
    except BaseException:
        target.unlink()
        raise
    _sync_file(target)
    _sync_folder(folder)
    return target


def _copy(path: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as source:
            source.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(target)) as copy:
            check = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise UpgradeError(
            f"No backup could be made ({error}), so the upgrade was not begun."
        ) from None
    if check != ("ok",):
        raise UpgradeError(
            f"The backup was not whole ({check[0]}), so the upgrade was not begun."
        )


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_sync_folder = _sync_file
