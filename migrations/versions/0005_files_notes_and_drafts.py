"""redirects to files, when a note was changed, keys of the editors of new posts

There is no way back: what leads to files would lead nowhere. The backup that the
upgrade made is the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ONE_TARGET = (
    " + ".join(
        f"CASE WHEN {each} IS NULL THEN 0 ELSE 1 END"
        for each in (
            *("post_id", "category_id", "tag_id", "series_id", "user_id"),
            "media_id",
        )
    )
    + " = 1"
)


def upgrade() -> None:
    _redirects()
    op.add_column("note", sa.Column("edited_at", sa.DateTime(), nullable=True))
    _draft_keys()


def _redirects() -> None:
    # The table is made anew, and its old check does not come along.
    with op.batch_alter_table("redirect", recreate="always") as batch:
        batch.add_column(sa.Column("media_id", sa.Integer(), nullable=True))
        batch.create_index(batch.f("ix_redirect_media_id"), ["media_id"])
        batch.create_check_constraint("one_target", ONE_TARGET)
        batch.create_foreign_key(
            batch.f("fk_redirect_media_id_media_item"),
            "media_item",
            ["media_id"],
            ["id"],
            ondelete="CASCADE",
        )


def _draft_keys() -> None:
    op.create_table(
        "draft_key",
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_draft_key_author_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_draft_key_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("author_id", "key", name=op.f("pk_draft_key")),
    )
    op.create_index(op.f("ix_draft_key_post_id"), "draft_key", ["post_id"])
