"""redirects to files

There is no way back: what leads to files would lead nowhere. The backup that the upgrade
made is the way.
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
