"""How Alembic reaches the database: over the connection that ``blog upgrade`` opened,
with foreign keys off and one transaction for the whole run, or, for writing a new
migration, over one of its own that only reads.
"""

from pathlib import Path

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.types import TypeDecorator

from blog import create_app
from blog.database import Base, db

FULL_TEXT = ("post_words", "comment_words")


def render_item(kind, item, autogen_context):
    """Write our column types as what they are in the database, so that a migration says
    the same whatever becomes of the program.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        autogen_context.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl_instance!r}"
    return False


def include_name(name, kind, parents):
    """Leave out the tables of the full-text index and what SQLite keeps behind them;
    they are no models, and migrations make them by hand.
    """
    return not (kind == "table" and (name or "").startswith(FULL_TEXT))


OPTIONS = {
    "target_metadata": Base.metadata,
    "render_as_batch": True,
    "compare_type": True,
    # Alembic believes that SQLite cannot roll DDL back; with a BEGIN of our own it can.
    "transactional_ddl": True,
    "transaction_per_migration": False,
    "render_item": render_item,
    "include_name": include_name,
}


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        context.configure(connection=connection, **OPTIONS)
        context.run_migrations()  # inside the caller's transaction
        return
    if context.is_offline_mode() or not hasattr(
        context.config.cmd_opts, "autogenerate"
    ):
        raise SystemExit("Use “blog upgrade”: it makes a backup first.")
    app = create_app()
    with app.app_context():
        engine = db.engine
    if not Path(engine.url.database).exists():
        engine = create_engine("sqlite://")  # for the first migration of all
    with engine.connect() as own:
        context.configure(connection=own, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
