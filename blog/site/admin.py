"""The settings behind the login."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug import Response

from ..accounts import guard
from ..accounts.guard import requires
from ..accounts.permissions import Action
from ..clock import utcnow
from ..database import write_transaction
from ..i18n import gettext as _
from ..posts import permalinks
from ..posts.models import Kind, Post
from ..security import absolute_url
from . import forms
from .forms import SettingsForm
from .models import Site
from .queries import settings
from .settings import change

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("/")
@requires(Action.SETTINGS)
def edit() -> str:
    """Every setting of the publication."""
    site = settings()
    return _page(SettingsForm(site), site)


@bp.post("/")
@requires(Action.SETTINGS)
def update() -> Response | tuple[str, int]:
    """Change the settings."""
    site = settings()
    form = SettingsForm(site)
    if not form.validate():
        return _page(form, site), 422
    with write_transaction():
        change(settings(), form.values())
    flash(_("The settings were saved."))
    return redirect(url_for(".edit"), 303)


def _page(form: SettingsForm, site: Site) -> str:
    now = utcnow()
    return render_template(
        "admin/site/settings.html",
        form=form,
        groups=forms,
        mail_is_on=bool(current_app.config["SMTP_URL"]),
        examples={
            structure: absolute_url(_example(structure, site, now))
            for structure in {*permalinks.PRESETS, site.permalink_structure}
        },
        now=now,
    )


def _example(structure: str, site: Site, now: datetime) -> str:
    """The path of a post of today under a structure."""
    post = Post(
        id=123,
        kind=Kind.POST,
        slug=_("an-example"),
        published_at=now,
        author=guard.current_user(),
    )
    return permalinks.post_path(post, structure, ZoneInfo(site.timezone))
