"""Moving out, from a shell."""

from flask.cli import AppGroup

group = AppGroup("export", help="Take everything along to somewhere else.")
