"""The application as WSGI servers find it: ``gunicorn wsgi:app``."""

from blog import create_app

app = create_app()
