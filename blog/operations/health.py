"""``/healthz`` says that the process lives; ``/readyz`` that it can serve."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..clock import utcnow
from ..database import session
from ..jobs import queries as job_queries
from ..security import anyone

PROBES = ("/healthz", "/readyz")

bp = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Answer probes, under whatever host a load balancer or supervisor asks."""
    app.register_blueprint(bp)
    inner: Callable[..., Iterable[bytes]] = app.wsgi_app
    own_host = urlsplit(app.config["SITE_URL"]).netloc

    def with_own_host(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PROBES:
            environ["HTTP_HOST"] = own_host
        return inner(environ, start_response)

    app.wsgi_app = with_own_host  # type: ignore[method-assign]


@bp.get("/healthz")
@anyone
def healthz() -> Response:
    """The process answers. The database is not asked."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@anyone
def readyz() -> Response:
    """The database answers too; else 503.

    Jobs that nobody does are told in the text and change no status: a load balancer
    would take the site away from its readers because mail does not go out.
    """
    try:
        session.execute(text("SELECT 1 FROM site"))
        minutes = job_queries.stuck_minutes(utcnow())
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    lines = ["ok\n"]
    if minutes:
        lines.append(f"jobs have been due for {minutes} minutes; does blog work run?\n")
    return Response(lines, mimetype="text/plain")
