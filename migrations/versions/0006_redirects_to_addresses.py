"""redirects to any address, with a status of their own, and addresses that are gone

There is no way back: what leads to an address would lead nowhere. The backup that the
upgrade made is the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TARGETS = " + ".join(
    f'CASE WHEN "{each}" IS NULL THEN 0 ELSE 1 END'
    for each in (
        *("post_id", "category_id", "tag_id", "series_id", "user_id"),
        *("media_id", "to"),
    )
)


def upgrade() -> None:
    # The table is made anew, and its old check does not come along.
    with op.batch_alter_table("redirect", recreate="always") as batch:
        batch.add_column(sa.Column("to", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("status", sa.Integer(), nullable=False, server_default="301")
        )
        batch.add_column(sa.Column("made_at", sa.DateTime(), nullable=True))
        batch.create_index(batch.f("ix_redirect_to"), ["to"])
        batch.create_check_constraint(
            "one_target", f"{TARGETS} = CASE WHEN status = 410 THEN 0 ELSE 1 END"
        )
        batch.create_check_constraint(
            "known_status", "status IN (301, 302, 307, 308, 410)"
        )
