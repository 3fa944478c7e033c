"""media, revisions, series, bylines, notes, invitations, menus

There is no way back: earlier versions of texts and what is known of uploads would be
lost with their tables. The backup that the upgrade made is the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# A table made anew; the id of a deleted row must not be given to another.
NEVER_TWICE = {"sqlite_autoincrement": True}
ONE_TARGET = (
    " + ".join(
        f"CASE WHEN {each} IS NULL THEN 0 ELSE 1 END"
        for each in ("post_id", "category_id", "tag_id", "series_id", "user_id")
    )
    + " = 1"
)


def upgrade() -> None:
    _people()
    _media()
    _series()
    _posts()
    _revisions()
    _editorial()
    _redirects()
    _menus()
    _jobs()
    _settings()


def _people() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inviter_id"],
            ["user.id"],
            name=op.f("fk_invitation_inviter_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_invitation_user_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_invitation_inviter_id"), "invitation", ["inviter_id"])
    op.create_index(op.f("ix_invitation_user_id"), "invitation", ["user_id"])
    with op.batch_alter_table("user", table_kwargs=NEVER_TWICE) as batch:
        batch.add_column(
            sa.Column("links", sa.Text(), nullable=False, server_default="")
        )


def _media() -> None:
    op.create_table(
        "media_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("upload_digest", sa.Text(), nullable=False),
        sa.Column("likeness", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("is_animated", sa.Boolean(), nullable=False),
        sa.Column("is_transparent", sa.Boolean(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("is_decorative", sa.Boolean(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploader_id"],
            ["user.id"],
            name=op.f("fk_media_item_uploader_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_media_item_created_at_id"), "media_item", ["created_at", "id"]
    )
    op.create_index(op.f("ix_media_item_digest"), "media_item", ["digest"])
    op.create_index(
        op.f("ix_media_item_kind_created_at_id"),
        "media_item",
        ["kind", "created_at", "id"],
    )
    op.create_index(op.f("ix_media_item_likeness"), "media_item", ["likeness"])
    op.create_index(
        op.f("ix_media_item_upload_digest"), "media_item", ["upload_digest"]
    )
    op.create_index(op.f("ix_media_item_uploader_id"), "media_item", ["uploader_id"])
    op.create_table(
        "media_variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media_item.id"],
            name=op.f("fk_media_variant_media_id_media_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_variant")),
        sa.UniqueConstraint(
            "media_id",
            "format",
            "width",
            name=op.f("uq_media_variant_media_id_format_width"),
        ),
    )
    op.create_index(op.f("ix_media_variant_digest"), "media_variant", ["digest"])
    op.create_table(
        "portrait",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media_item.id"],
            name=op.f("fk_portrait_media_id_media_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_portrait_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_portrait")),
    )
    op.create_index(op.f("ix_portrait_media_id"), "portrait", ["media_id"])
    op.create_table(
        "media_use",
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media_item.id"],
            name=op.f("fk_media_use_media_id_media_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_media_use_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("media_id", "post_id", name=op.f("pk_media_use")),
    )
    op.create_index(op.f("ix_media_use_post_id"), "media_use", ["post_id"])


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
        sqlite_autoincrement=True,
    )


def _posts() -> None:
    op.create_table(
        "byline",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_byline_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_byline_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "user_id", name=op.f("pk_byline")),
    )
    op.create_index(
        op.f("ix_byline_user_id_published_at_post_id"),
        "byline",
        ["user_id", "published_at", "post_id"],
    )
    with op.batch_alter_table("post", table_kwargs=NEVER_TWICE) as batch:
        batch.add_column(
            sa.Column(
                "shape", sa.String(length=20), nullable=False, server_default="article"
            )
        )
        batch.add_column(
            sa.Column("link_url", sa.Text(), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("seo_title", sa.Text(), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("seo_description", sa.Text(), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("canonical_url", sa.Text(), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("cover_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("social_picture_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column(
                "series_position", sa.Integer(), nullable=False, server_default="0"
            )
        )
        batch.create_index(batch.f("ix_post_cover_id"), ["cover_id"])
        batch.create_index(
            "ix_post_series", ["series_id", "series_position", "published_at", "id"]
        )
        batch.create_index(batch.f("ix_post_social_picture_id"), ["social_picture_id"])
        batch.create_foreign_key(
            batch.f("fk_post_series_id_series"),
            "series",
            ["series_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_foreign_key(
            batch.f("fk_post_cover_id_media_item"),
            "media_item",
            ["cover_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_foreign_key(
            batch.f("fk_post_social_picture_id_media_item"),
            "media_item",
            ["social_picture_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _revisions() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("words_added", sa.Integer(), nullable=False),
        sa.Column("words_removed", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_revision_author_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_revision_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_revision_author_id"), "revision", ["author_id"])
    op.create_index(op.f("ix_revision_post_id_id"), "revision", ["post_id", "id"])
    op.create_index(
        "uq_revision_autosave",
        "revision",
        ["post_id", "author_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'autosave'"),
        postgresql_where=sa.text("kind = 'autosave'"),
    )


def _editorial() -> None:
    op.create_table(
        "submission",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_submission_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_submission_user_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_user_id"), "submission", ["user_id"])
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_saved_view_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "kind", "name", name=op.f("uq_saved_view_user_id_kind_name")
        ),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_note_author_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["note.id"],
            name=op.f("fk_note_parent_id_note"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_note_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"],
            ["user.id"],
            name=op.f("fk_note_resolved_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_note_author_id"), "note", ["author_id"])
    op.create_index(op.f("ix_note_parent_id"), "note", ["parent_id"])
    op.create_index(op.f("ix_note_post_id_id"), "note", ["post_id", "id"])
    op.create_table(
        "preview_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_preview_link_author_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
            name=op.f("fk_preview_link_post_id_post"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_preview_link_token_hash")),
    )
    op.create_index(op.f("ix_preview_link_post_id"), "preview_link", ["post_id"])


def _redirects() -> None:
    with op.batch_alter_table("redirect") as batch:
        batch.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("tag_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch.alter_column("post_id", existing_type=sa.Integer(), nullable=True)
        batch.create_index(batch.f("ix_redirect_category_id"), ["category_id"])
        batch.create_index(batch.f("ix_redirect_series_id"), ["series_id"])
        batch.create_index(batch.f("ix_redirect_tag_id"), ["tag_id"])
        batch.create_index(batch.f("ix_redirect_user_id"), ["user_id"])
        batch.create_check_constraint("one_target", ONE_TARGET)
        batch.create_foreign_key(
            batch.f("fk_redirect_tag_id_tag"),
            "tag",
            ["tag_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_foreign_key(
            batch.f("fk_redirect_user_id_user"),
            "user",
            ["user_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_foreign_key(
            batch.f("fk_redirect_category_id_category"),
            "category",
            ["category_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_foreign_key(
            batch.f("fk_redirect_series_id_series"),
            "series",
            ["series_id"],
            ["id"],
            ondelete="CASCADE",
        )


def _menus() -> None:
    op.create_table(
        "menu_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("menu", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["menu_item.id"],
            name=op.f("fk_menu_item_parent_id_menu_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_item")),
    )
    op.create_index(
        op.f("ix_menu_item_menu_position_id"), "menu_item", ["menu", "position", "id"]
    )
    op.create_index(op.f("ix_menu_item_parent_id"), "menu_item", ["parent_id"])


def _jobs() -> None:
    with op.batch_alter_table("job", table_kwargs=NEVER_TWICE) as batch:
        batch.add_column(
            sa.Column("done", sa.Integer(), nullable=False, server_default="0")
        )
        batch.add_column(
            sa.Column("total", sa.Integer(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch.create_index(batch.f("ix_job_user_id"), ["user_id"])
        batch.create_foreign_key(
            batch.f("fk_job_user_id_user"),
            "user",
            ["user_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _settings() -> None:
    with op.batch_alter_table("site") as batch:
        batch.add_column(
            sa.Column(
                "revisions_kept", sa.Integer(), nullable=False, server_default="50"
            )
        )
