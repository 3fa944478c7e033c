"""A site whose library is filled by tests."""

import io
import shutil

import pytest

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs.worker import Worker
from blog.media import intake
from blog.media.store import store
from tests.conftest import dispose, make_app
from tests.media.drawing import corners, saved


class Library:
    """The library of a site, as its doors use it. Needs an application context."""

    def __init__(self, app):
        self.app = app
        self.folder = app.config["INSTANCE"] / "media"

    def take(self, data, name="boat.jpg"):
        return intake.take(io.BytesIO(data), name)

    def add(self, data=None, name="boat.jpg", **said):
        """A row; without data, of a small JPEG."""
        taken = self.take(data or saved(corners(), "JPEG", quality=95), name)
        with write_transaction():
            item = intake.add(taken, None, utcnow())
            if said:
                item.describe(**said)
        return item

    def replace(self, item, data, name="boat.jpg"):
        taken = self.take(data, name)
        with write_transaction():
            intake.replace(item, taken, utcnow())

    def stored(self, digest):
        with store().open(digest) as file:
            return file.read()

    def files(self):
        """The names of all files in the store, drafts too."""
        return sorted(each.name for each in self.folder.rglob("*") if each.is_file())

    def work(self):
        """Have all due jobs done."""
        worker = Worker(self.app)
        self.app.extensions["daily_jobs"] = []
        while worker.work():
            pass
        session.rollback()


@pytest.fixture
def library(app, db):
    return Library(app)


@pytest.fixture(scope="module")
def shared_library(tmp_path_factory, empty_database):
    """One for tests that only take files and write no row."""
    instance = tmp_path_factory.mktemp("shared") / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance / "blog.sqlite")
    app = make_app(instance)
    with app.app_context():
        yield Library(app)
    dispose(app)
