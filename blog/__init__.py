"""Recto: a publication of one's own. This file is its table of contents."""

from collections.abc import Mapping

from flask import Flask

from . import assets, config, errors, extensions, i18n, security
from .accounts import guard, sessions
from .accounts import jobs as account_jobs
from .accounts.admin import bp as account_admin_bp
from .accounts.cli import group as users_cli
from .accounts.invitation_views import bp as invitation_bp
from .accounts.invitations_admin import bp as invitations_admin_bp
from .accounts.recovery_views import bp as recovery_bp
from .accounts.takeover_admin import bp as takeover_admin_bp
from .accounts.users_admin import bp as users_admin_bp
from .accounts.views import bp as accounts_bp
from .admin.views import bp as admin_bp
from .comments import templating as comment_templating
from .comments.akismet import jobs as akismet_jobs
from .comments.comment_views import bp as comment_bp
from .comments.desk.admin import bp as comments_admin_bp
from .comments.desk.block_admin import bp as block_admin_bp
from .comments.desk.comment_admin import bp as comment_admin_bp
from .comments.desk.keeping_admin import bp as keeping_admin_bp
from .comments.desk.person_admin import bp as person_admin_bp
from .comments.mail import jobs as comment_jobs
from .comments.mail.link_views import bp as moderation_links_bp
from .comments.mail.subscription_views import bp as subscriptions_bp
from .comments.own import retention_jobs
from .comments.own.mailed_views import bp as my_comments_bp
from .comments.own.privacy_views import bp as privacy_bp
from .comments.own.views import bp as own_comment_bp
from .comments.spam.admin import bp as spam_admin_bp
from .comments.spam.cli import group as spam_cli
from .comments.views import bp as comments_bp
from .database import db
from .feeds import templating as feed_templating
from .feeds.views import bp as feeds_bp
from .jobs import worker
from .jobs.admin import bp as outbox_admin_bp
from .jobs.progress_admin import bp as progress_bp
from .mail import mail_jobs
from .media import jobs as media_jobs
from .media.admin import bp as media_admin_bp
from .media.library_item_admin import bp as media_item_bp
from .media.library_selection_admin import bp as media_selection_bp
from .media.portraits_admin import bp as portraits_admin_bp
from .media.views import bp as media_bp
from .operations import cli as operations_cli
from .operations import health
from .posts import renewal_jobs
from .posts import templating as post_templating
from .posts.desk.admin import bp as posts_admin_bp
from .posts.desk.links_admin import bp as links_admin_bp
from .posts.desk.pages_admin import bp as pages_admin_bp
from .posts.editorial import jobs as editorial_jobs
from .posts.editorial.keeping_admin import bp as kept_lists_bp
from .posts.editorial.note_admin import bp as notes_bp
from .posts.editorial.panel_admin import bp as editorial_bp
from .posts.editorial.preview_admin import bp as preview_admin_bp
from .posts.editorial.preview_views import bp as previews_bp
from .posts.editorial.quick_admin import bp as quick_bp
from .posts.editorial.template_admin import bp as templates_bp
from .posts.navigation.menus_admin import bp as menus_admin_bp
from .posts.navigation.page_order_admin import bp as page_order_bp
from .posts.revisions import jobs as revision_jobs
from .posts.revisions import templating as revision_templating
from .posts.revisions.autosave_admin import bp as autosaves_bp
from .posts.revisions.conversion_admin import bp as conversion_bp
from .posts.revisions.history_admin import bp as revisions_bp
from .posts.series.admin import bp as series_admin_bp
from .posts.series.views import bp as series_bp
from .posts.terms.admin import bp as terms_admin_bp
from .posts.terms.selection_admin import bp as terms_selection_bp
from .posts.views import bp as posts_bp
from .search.views import bp as search_bp
from .site import templating as site_templating
from .site.admin import bp as site_admin_bp
from .transfer import jobs as transfer_jobs
from .transfer.admin import bp as imports_bp
from .transfer.cli import group as import_cli
from .transfer.export_cli import group as export_cli
from .transfer.redirects.admin import bp as redirects_admin_bp
from .transfer.redirects.cli import group as redirects_cli
from .transfer.redirects.missed_admin import bp as missed_bp
from .transfer.urls_cli import group as urls_cli

BLUEPRINTS = (
    accounts_bp,
    recovery_bp,
    invitation_bp,
    admin_bp,
    comments_bp,
    my_comments_bp,
    own_comment_bp,
    comment_bp,
    privacy_bp,
    moderation_links_bp,
    subscriptions_bp,
    feeds_bp,
    series_bp,
    media_bp,
    previews_bp,
    posts_bp,
    search_bp,
)
ADMIN_BLUEPRINTS = (
    posts_admin_bp,
    pages_admin_bp,
    page_order_bp,
    links_admin_bp,
    editorial_bp,
    notes_bp,
    preview_admin_bp,
    templates_bp,
    quick_bp,
    kept_lists_bp,
    revisions_bp,
    autosaves_bp,
    conversion_bp,
    terms_admin_bp,
    terms_selection_bp,
    series_admin_bp,
    menus_admin_bp,
    media_admin_bp,
    media_item_bp,
    media_selection_bp,
    comments_admin_bp,
    comment_admin_bp,
    block_admin_bp,
    person_admin_bp,
    keeping_admin_bp,
    spam_admin_bp,
    users_admin_bp,
    takeover_admin_bp,
    portraits_admin_bp,
    invitations_admin_bp,
    outbox_admin_bp,
    progress_bp,
    site_admin_bp,
    imports_bp,
    redirects_admin_bp,
    missed_bp,
    account_admin_bp,
)
JOBS = (
    mail_jobs,
    account_jobs,
    media_jobs,
    editorial_jobs,
    revision_jobs,
    renewal_jobs,
    comment_jobs,
    akismet_jobs,
    retention_jobs,
    transfer_jobs,
)
# Once, not in create_app: a blueprint that is in use takes no more children.
for child in ADMIN_BLUEPRINTS:
    admin_bp.register_blueprint(child)


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """Build the application from the environment; ``overrides`` win (tests use them).

    :raise config.ConfigError: if the environment is unusable, naming the variable
    """
    app = Flask(__name__)
    app.config.from_mapping(config.from_env() | dict(overrides or {}))
    db.init_app(app)
    i18n.init_app(app, site_templating.locale, site_templating.timezone)
    # In the order in which a request passes them: first what it is, then who sent it,
    # and only then its form, whose CSRF token belongs to a session.
    for part in (security, sessions, guard, extensions, assets, errors, health):
        part.init_app(app)
    for templating in (
        site_templating,
        post_templating,
        revision_templating,
        comment_templating,
        feed_templating,
    ):
        templating.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    worker.init_app(app, JOBS)
    for command in (
        users_cli,
        spam_cli,
        import_cli,
        export_cli,
        urls_cli,
        redirects_cli,
        *operations_cli.COMMANDS,
    ):
        app.cli.add_command(command)
    app.cli.callback = operations_cli.ensure_database
    return app
