"""imports, other states of a post, feeds, search

There is no way back: passwords of posts and where things came from would be lost with
their columns. The backup that the upgrade made is the way.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# A table made anew, so that the id of a deleted row is never given to another.
NEVER_TWICE = {"recreate": "always", "table_kwargs": {"sqlite_autoincrement": True}}


def upgrade() -> None:
    _states()
    _comments_from_elsewhere()
    _settings_of_feeds()
    _people_without_address()
    _terms_are_told_apart()
    _redirects()
    _imports()
    _search()


def _states() -> None:
    with op.batch_alter_table("post") as batch:
        batch.add_column(
            sa.Column("password", sa.Text(), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("sticky", sa.Boolean(), nullable=False, server_default="0")
        )
        batch.add_column(
            sa.Column("guid", sa.Text(), nullable=False, server_default="")
        )
    post = sa.table("post", sa.column("id"), sa.column("guid"))
    connection = op.get_bind()
    for (post_id,) in connection.execute(sa.select(post.c.id)).all():
        connection.execute(
            post.update().where(post.c.id == post_id).values(guid=uuid4().urn)
        )
    op.create_index(
        "ix_post_sticky",
        "post",
        ["id"],
        sqlite_where=sa.text("sticky"),
        postgresql_where=sa.text("sticky"),
    )


def _comments_from_elsewhere() -> None:
    with op.batch_alter_table("comment") as batch:
        batch.add_column(
            sa.Column(
                "kind", sa.String(length=20), nullable=False, server_default="comment"
            )
        )
        batch.add_column(
            sa.Column(
                "format",
                sa.String(length=20),
                nullable=False,
                server_default="markdown",
            )
        )


def _settings_of_feeds() -> None:
    with op.batch_alter_table("site") as batch:
        batch.add_column(
            sa.Column(
                "posts_per_rss", sa.Integer(), nullable=False, server_default="10"
            )
        )
        batch.add_column(
            sa.Column(
                "rss_use_excerpt", sa.Boolean(), nullable=False, server_default="0"
            )
        )
        batch.add_column(
            sa.Column("blog_public", sa.Boolean(), nullable=False, server_default="1")
        )


def _people_without_address() -> None:
    with op.batch_alter_table("user", **NEVER_TWICE) as batch:
        batch.alter_column("email", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.execute(
        'UPDATE "user" SET seen_at = (SELECT max(seen_at) FROM user_session '
        'WHERE user_id = "user".id)'
    )
    with op.batch_alter_table("setup_link") as batch:
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_setup_link_user_id_user"),
            "user",
            ["user_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_index(op.f("ix_setup_link_user_id"), ["user_id"])


def _terms_are_told_apart() -> None:
    for table in ("category", "tag"):
        with op.batch_alter_table(table, **NEVER_TWICE):
            pass


def _redirects() -> None:
    op.create_table(
        "redirect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_redirect_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirect")),
        sa.UniqueConstraint("path", name=op.f("uq_redirect_path")),
    )
    op.create_index(op.f("ix_redirect_post_id"), "redirect", ["post_id"])


def _imports() -> None:
    op.create_table(
        "imported_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_item")),
    )
    op.create_index(
        op.f("ix_imported_item_site_kind_source_id_name"),
        "imported_item",
        ["site", "kind", "source_id", "name"],
        unique=True,
    )
    op.create_index(
        op.f("ix_imported_item_kind_row_id"), "imported_item", ["kind", "row_id"]
    )


def _search() -> None:
    """Empty; ``blog upgrade`` puts in what is missing, as search.index writes it."""
    for table, columns in (("post_words", "title, body"), ("comment_words", "body")):
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5({columns}, prefix='2 3', "
            "tokenize='unicode61 remove_diacritics 2')"
        )
