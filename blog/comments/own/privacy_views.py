"""What becomes of what readers and commenters leave here, written from what is on."""

from flask import Blueprint, render_template

from ...mail import delivery
from ...security import public

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
@public
def show() -> str:
    """The page on privacy."""
    return render_template("comments/privacy.html", mail_is_on=delivery.is_on())
