"""Moving out, from a shell."""

from flask.cli import AppGroup

from .markdown_cli import markdown
from .personal_cli import personal
from .static_cli import static
from .wxr_cli import wordpress

group = AppGroup("export", help="Take everything along to somewhere else.")
group.add_command(static)
group.add_command(markdown)
group.add_command(wordpress)
group.add_command(personal)
