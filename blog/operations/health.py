"""``/healthz`` says that the process lives; ``/readyz`` that it can serve."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..database import session
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
    """The database answers too; else 503."""
    try:
        session.execute(text("SELECT 1 FROM site"))
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
