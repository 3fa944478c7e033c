"""Flask extensions: made here, bound to the application in ``create_app``."""

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from . import security

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Bind what is not ours: CSRF tokens, Jinja's strictness, the proxy in front."""
    app.before_request(security.check_form)  # before its token is looked for
    csrf.init_app(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0
        )
