"""moderation, spam, mail, jobs

There is no way back: the history of decisions, what the filter has learned and who
asked to be told of what would be lost with their tables. The backup that the upgrade
made is the way.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _comments()
    _threads()
    _settings()
    _events()
    _submissions()
    _filter()
    _subscriptions()
    _saved_filters()
    _jobs()


def _comments() -> None:
    # The table is made anew, and the id of a deleted comment must not be given again.
    never_twice = {"sqlite_autoincrement": True}
    with op.batch_alter_table("comment", table_kwargs=never_twice) as batch:
        batch.add_column(sa.Column("root_id", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column("thread_count", sa.Integer(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("score", sa.Double(), nullable=True))
        batch.add_column(sa.Column("learned", sa.String(length=20), nullable=True))
        batch.create_foreign_key(
            op.f("fk_comment_root_id_comment"),
            "comment",
            ["root_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_index(
        op.f("ix_comment_root_id_status_created_at_id"),
        "comment",
        ["root_id", "status", "created_at", "id"],
    )


def _threads() -> None:
    """Say of each comment with which one its thread begins, and how many are read."""
    comment = sa.table(
        "comment",
        *map(
            sa.column, ("id", "parent_id", "root_id", "thread_count", "kind", "status")
        ),
    )
    connection = op.get_bind()
    parents: dict[int, int | None] = {}
    approved = set()
    for id, parent_id, kind, status in connection.execute(
        sa.select(comment.c.id, comment.c.parent_id, comment.c.kind, comment.c.status)
    ):
        if kind == "comment":
            parents[id] = parent_id
            if status == "approved":
                approved.add(id)
    roots = dict(_roots(parents))
    counts: dict[int, int] = {}
    for id in approved:
        counts[roots[id]] = counts.get(roots[id], 0) + 1
    replies = [{"of": id, "root": root} for id, root in roots.items() if id != root]
    if replies:
        connection.execute(
            comment.update()
            .where(comment.c.id == sa.bindparam("of"))
            .values(root_id=sa.bindparam("root")),
            replies,
        )
    if counts:
        connection.execute(
            comment.update()
            .where(comment.c.id == sa.bindparam("of"))
            .values(thread_count=sa.bindparam("number")),
            [{"of": id, "number": number} for id, number in counts.items()],
        )
    begins = "root_id IS NULL AND thread_count > 0 AND kind = 'comment'"
    for name, condition in (
        ("threads", begins),
        ("read", "status || '' = 'approved' AND kind = 'comment'"),
        ("mentions", "status || '' = 'approved' AND kind != 'comment'"),
    ):
        op.create_index(
            f"ix_comment_{name}",
            "comment",
            ["post_id", "created_at", "id"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.add_column(
        "post",
        sa.Column("thread_count", sa.Integer(), nullable=False, server_default="0"),
    )
    op.execute(
        "UPDATE post SET thread_count = (SELECT count(*) FROM comment "
        f"WHERE comment.post_id = post.id AND {begins})"
    )


def _roots(parents: dict[int, int | None]) -> Iterator[tuple[int, int]]:
    """Each comment and the one at the top above it. A circle, which only a damaged
    import could hold, is cut at its smallest number.
    """
    roots: dict[int, int] = {}
    for id in sorted(parents):
        path = [id]
        seen = {id}
        while True:
            above = parents[path[-1]]
            if path[-1] in roots:
                root = roots[path[-1]]
                break
            if above is None or above not in parents:
                root = path[-1]
                break
            if above in seen:
                root = min(path[path.index(above) :])
                break
            path.append(above)
            seen.add(above)
        for each in path:
            roots[each] = root
    yield from roots.items()


def _settings() -> None:
    with op.batch_alter_table("site") as batch:
        for name, type, default in (
            ("page_comments", sa.Boolean(), "1"),
            ("comments_per_page", sa.Integer(), "50"),
            ("default_comments_page", sa.String(length=20), "newest"),
            ("comment_order", sa.String(length=20), "asc"),
            ("show_avatars", sa.Boolean(), "1"),
            ("comment_edit_minutes", sa.Integer(), "10"),
            ("comments_notify", sa.Boolean(), "1"),
            ("moderation_notify", sa.Boolean(), "1"),
            ("comment_subscriptions", sa.Boolean(), "1"),
            ("spam_filter", sa.Boolean(), "1"),
            ("akismet_discard", sa.Boolean(), "0"),
            ("comment_origin_days", sa.Integer(), "30"),
            ("comment_spam_days", sa.Integer(), "30"),
        ):
            batch.add_column(
                sa.Column(name, type, nullable=False, server_default=default)
            )


def _events() -> None:
    op.create_table(
        "comment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_event_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_comment_event_user_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_event")),
    )
    op.create_index(
        op.f("ix_comment_event_comment_id_id"), "comment_event", ["comment_id", "id"]
    )
    op.create_index(op.f("ix_comment_event_kind_at"), "comment_event", ["kind", "at"])
    op.create_index(op.f("ix_comment_event_user_id"), "comment_event", ["user_id"])


def _submissions() -> None:
    op.create_table(
        "comment_submission",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("reported", sa.String(length=20), nullable=True),
        sa.Column("status_then", sa.String(length=20), nullable=False),
        sa.Column("reason_then", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_submission_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_submission")),
    )
    op.create_index(
        op.f("ix_comment_submission_created_at"), "comment_submission", ["created_at"]
    )
    op.create_table(
        "akismet_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("key_is_valid", sa.Boolean(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("alert_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_at", sa.DateTime(), nullable=True),
        sa.Column("paused_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_akismet_state")),
    )
    op.create_table(
        "spam_tally",
        sa.Column("day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                *("spam", "wrong", "published", "missed", "judged", "unsure"),
                "discarded",
            )
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spam_tally")),
    )


def _filter() -> None:
    op.create_table(
        "spam_token",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("ham", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_spam_token")),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("mailed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_subscription_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "post_id", "email", name=op.f("uq_subscription_post_id_email")
        ),
        # Its id stands in links that were mailed.
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_subscription_email"), "subscription", ["email"])
    op.create_table(
        "notice",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_notice_subscription_id_subscription"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_notice_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "subscription_id", "comment_id", name=op.f("pk_notice")
        ),
    )
    op.create_index(op.f("ix_notice_comment_id"), "notice", ["comment_id"])
    op.create_table(
        "muted_address",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_muted_address")),
    )


def _saved_filters() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_saved_filter_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "user_id", "name", name=op.f("uq_saved_filter_user_id_name")
        ),
    )


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("run_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_state_run_at_id"), "job", ["state", "run_at", "id"])
    op.create_index(op.f("ix_job_key"), "job", ["key"])
    op.create_index(op.f("ix_job_kind_id"), "job", ["kind", "id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_job_waiting_key",
        "job",
        ["key"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
