"""A served site that several tests use one after the other, each as it was filled."""

import shutil
import sqlite3
from contextlib import closing, contextmanager

from blog.database import write_gate
from tests.conftest import SECRET_KEY, dispose, make_app
from tests.servers import Server, free_port


class Stage:
    """``facts`` is what ``fill`` gave back."""

    def __init__(self, app, url, facts, kept):
        self.app, self.url, self.facts = app, url, facts
        self._kept = kept

    def put_back(self):
        """Forget what was written since it was filled, while the server goes on."""
        live = self.app.config["INSTANCE"] / "blog.sqlite"
        old, new = sqlite3.connect(self._kept), sqlite3.connect(live)
        with closing(old), closing(new), self.app.app_context(), write_gate()():
            old.backup(new)


@contextmanager
def stage(folder, database, fill, **env):
    """A site over a copy of ``database``, filled by ``fill()`` and served."""
    instance = folder / "instance"
    instance.mkdir()
    shutil.copy(database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        facts = fill()
    dispose(app)
    kept = shutil.copy(instance / "blog.sqlite", folder / "kept.sqlite")
    port = free_port()
    line = ("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    env = {"BLOG_LIMITS": "off", "BLOG_SECRET_KEY": SECRET_KEY} | env
    with Server(instance, "blog", *line, port=port, **env):
        yield Stage(app, f"http://127.0.0.1:{port}", facts, kept)
    dispose(app)
