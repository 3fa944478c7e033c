"""The store: whole files under their digest, or nothing; and what sweeps it."""

import hashlib
import os
from datetime import timedelta

import pytest

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs import queue
from blog.media import jobs
from blog.media.models import MediaItem, MediaVariant
from blog.media.store import Store
from tests.media.drawing import noise, saved

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "media")


def keep(store, data):
    with store.draft() as draft:
        draft.write(data)
        return store.keep(draft)


def age(path, by):
    then = (utcnow() - by).timestamp()
    os.utime(path, (then, then))


def names(folder):
    return sorted(each.name for each in folder.rglob("*") if each.is_file())


def test_a_file_comes_back_under_its_digest(store, tmp_path):
    digest = keep(store, b"some words")

    assert digest == hashlib.sha256(b"some words").hexdigest()
    with store.open(digest) as file:
        assert file.read() == b"some words"
    path = tmp_path / "media" / digest[:2] / digest
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == [digest]


def test_equal_files_are_stored_once(store, tmp_path):
    assert keep(store, b"words") == keep(store, b"words")
    assert len(names(tmp_path)) == 1


def test_what_is_not_kept_is_gone(store, tmp_path):
    with pytest.raises(RuntimeError), store.draft() as draft:
        draft.write(b"half")
        raise RuntimeError

    assert names(tmp_path) == []


def test_a_deleted_file_is_gone_and_may_be_gone_before(store):
    digest = keep(store, b"words")

    store.delete(digest)
    store.delete(digest)

    with pytest.raises(FileNotFoundError):
        store.open(digest)


@pytest.mark.parametrize("name", ["../../blog.sqlite", "/etc/passwd", "", "AB" * 32])
def test_only_a_digest_is_a_name(store, name):
    for ask in (store.open, store.delete):
        with pytest.raises(ValueError, match="no digest"):
            ask(name)


def sweep(library):
    with write_transaction():
        queue.add(jobs.SWEEP, f"{jobs.SWEEP}:test", {}, utcnow())
    library.work()


def test_what_nothing_uses_is_swept_after_a_day(library):
    item = library.add(saved(noise((400, 300)), "JPEG"))
    library.work()
    unused = library.take(saved(noise((8, 8)), "PNG")).digest
    fresh = library.take(saved(noise((9, 9)), "PNG")).digest
    left = library.folder / "incoming" / "of-a-killed-process"
    young = library.folder / "incoming" / "of-an-upload-under-way"
    left.write_bytes(b"half")
    young.write_bytes(b"half")
    for path in library.folder.rglob("*"):
        if path.name not in (fresh, young.name):
            age(path, 2 * DAY)

    sweep(library)

    used = [item.digest, *(each.digest for each in item.variants)]
    assert len(used) == 7
    assert unused not in library.files()
    assert library.files() == sorted([*used, fresh, young.name])


def test_what_is_sent_again_is_not_swept(library):
    data = saved(noise((8, 8)), "PNG")
    digest = library.take(data).digest
    age(library.folder / digest[:2] / digest, 2 * DAY)

    library.take(data)
    sweep(library)

    assert library.files() == [digest]


def test_of_a_deleted_picture_everything_is_swept(library):
    item = library.add(saved(noise((400, 300)), "JPEG"))
    library.work()
    with write_transaction():
        session.delete(session.get(MediaItem, item.id))
    for path in library.folder.rglob("*"):
        age(path, 2 * DAY)

    sweep(library)

    assert session.query(MediaVariant).count() == 0
    assert library.files() == []
