"""A picture's sizes: which there are, how they are made, and what goes wrong."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from blog.clock import utcnow
from blog.database import session, write_transaction
from blog.jobs.models import Job, State
from blog.jobs.worker import Worker
from blog.media import developing, pictures, uses, variants
from blog.media.models import MediaItem, MediaKind, MediaState, MediaUse, MediaVariant
from blog.text.pictures import Picture
from tests.factories import make_post
from tests.media.drawing import corners, difference, noise, opened, saved

PHOTO = ("avif", "webp", "jpeg")


def made(item):
    return {(each.format, each.width, each.height) for each in item.variants}


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((200, 100), (200,)),
        ((320, 100), (320,)),
        ((340, 100), (340,)),
        ((1000, 100), (320, 640, 1000)),
        ((2560, 100), (320, 640, 960, 1280, 1920, 2560)),
        ((6000, 100), (320, 640, 960, 1280, 1920, 2560)),
        ((1000, 16_384), (320, 640)),
    ],
)
def test_the_widths_are_those_that_are_worth_a_file(size, widths):
    item = MediaItem(kind=MediaKind.IMAGE, width=size[0], height=size[1])

    assert pictures.widths(item) == widths


def test_a_job_makes_every_width_in_every_format(library):
    drawn = corners((1000, 750))
    item = library.add(saved(drawn, "JPEG", quality=95))

    library.work()

    assert (item.state, item.problem) == (MediaState.READY, "")
    assert made(item) == {
        (format, *size)
        for format in PHOTO
        for size in ((320, 240), (640, 480), (1000, 750))
    }
    for each in item.variants:
        data = library.stored(each.digest)
        picture = opened(data)
        assert (picture.format.lower(), picture.size) == (
            each.format,
            (each.width, each.height),
        )
        assert len(data) == each.size
        assert difference(picture, drawn.resize(picture.size)) < 3


def test_one_sees_through_the_smaller_ones_too(library):
    drawn = corners((500, 400), "RGBA")
    drawn.paste((0, 0, 0, 0), (0, 0, 250, 200))
    item = library.add(saved(drawn, "PNG"))

    library.work()

    assert made(item) == {
        (format, *size)
        for format in ("avif", "webp", "png")
        for size in ((320, 256), (500, 400))
    }
    for each in item.variants:
        picture = opened(library.stored(each.digest)).convert("RGBA")
        assert difference(picture, drawn.resize(picture.size)) < 6
        assert picture.getpixel((5, 5))[3] < 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_sizes_are_made_of_every_kind_of_pixel(library, mode):
    drawn = corners((500, 400)).convert(mode)
    item = library.add(saved(drawn, "JPEG" if mode == "CMYK" else "PNG"))

    library.work()

    assert {each.format for each in item.variants} == set(PHOTO)
    shown = drawn.convert("RGB").resize((320, 256))
    for each in item.variants:
        if each.width == 320:
            assert difference(opened(library.stored(each.digest)), shown) < 12


def test_what_moves_has_no_sizes(library):
    item = library.add(
        saved(
            *(corners((500, 400)), "GIF"),
            save_all=True,
            append_images=[corners((500, 400)).rotate(180)],
        )
    )

    assert (item.state, session.query(Job).count()) == (MediaState.READY, 0)
    assert pictures.find([item.id])[item.id].widths == ()


def test_a_second_time_is_as_good_as_once(library):
    item = library.add()

    for _ in range(2):
        batch = variants.make(item.id, lambda done: None)
        with write_transaction():
            variants.write(batch)
            item.state = MediaState.WAITING

    assert session.query(MediaVariant).count() == 3
    assert len(library.files()) == 4


def test_sizes_of_a_picture_that_was_replaced_meanwhile_are_not_written(library):
    item = library.add()
    batch = variants.make(item.id, lambda done: None)

    library.replace(item, saved(corners((80, 60)), "PNG"))
    with write_transaction():
        variants.write(batch)

    assert (made(item), item.state) == (set(), MediaState.WAITING)
    library.work()
    assert made(item) == {(format, 80, 60) for format in PHOTO}


def test_a_picture_that_is_deleted_meanwhile_is_no_failure(library):
    item = library.add()
    with write_transaction():
        session.delete(session.get(MediaItem, item.id))

    library.work()

    assert session.query(Job).one().state == State.DONE


def test_what_is_damaged_in_the_store_fails_at_once_and_says_why(library):
    item = library.add()
    path = library.folder / item.digest[:2] / item.digest
    path.write_bytes(path.read_bytes()[:300])

    library.work()

    assert item.state == MediaState.FAILED
    assert item.problem == (
        "This picture cannot be read: the file is damaged or incomplete."
    )
    assert session.query(Job).one().state == State.DONE


def test_a_picture_that_failed_is_made_when_it_is_sent_again(library):
    item = library.add()
    path = library.folder / item.digest[:2] / item.digest
    path.write_bytes(b"damaged")
    library.work()
    assert item.state == MediaState.FAILED

    library.add()
    library.work()

    assert (item.state, item.problem) == (MediaState.READY, "")
    assert made(item) == {(format, 64, 48) for format in PHOTO}


def test_what_is_missing_is_tried_again_and_then_given_up(library):
    item = library.add()
    path = library.folder / item.digest[:2] / item.digest
    path.unlink()
    now = utcnow()
    worker = Worker(library.app, clock=lambda: now)
    library.app.extensions["daily_jobs"] = []

    states = []
    for _ in range(3):
        while worker.work():
            pass
        session.rollback()
        states.append(item.state)
        now += timedelta(hours=1)

    assert states == [MediaState.WAITING, MediaState.WAITING, MediaState.FAILED]
    assert item.problem == "The file is missing from the site’s folder."


WORK = """
import sys
from blog import create_app
from blog.jobs.worker import Worker
app = create_app()
app.extensions["daily_jobs"] = []
print("begun", flush=True)
Worker(app).work()
"""


def test_a_worker_that_is_killed_in_the_middle_leaves_work_for_the_next(library):
    item = library.add(saved(noise((60, 40)).resize((3000, 2000)), "JPEG"))
    instance = library.app.config["INSTANCE"]
    environment = os.environ | {"BLOG_INSTANCE": str(instance)}
    before = len(library.files())
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK],
        env=environment,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(library.files()) < before + 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    session.rollback()

    assert (made(item), item.state) == (set(), MediaState.WAITING)
    now = utcnow() + timedelta(minutes=5)
    library.app.extensions["daily_jobs"] = []
    next_one = Worker(library.app, clock=lambda: now)
    while next_one.work():
        pass
    session.rollback()
    assert item.state == MediaState.READY
    assert len(made(item)) == 18


# What a program used, asked by a small one: what is started by a large process counts
# as large as that from the beginning.
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


def test_a_picture_of_24_megapixels_takes_little(tmp_path):
    drawn = noise((60, 40)).resize((6000, 4000), Image.Resampling.BILINEAR)
    (tmp_path / "large.jpg").write_bytes(saved(drawn, "JPEG", quality=90))
    task = developing.order(60, widths=pictures.WIDTHS, formats=PHOTO)

    with (tmp_path / "large.jpg").open("rb") as source:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *developing.COMMAND, task],
            stdin=source,
            capture_output=True,
            check=True,
        )

    seconds, kibibytes = map(float, done.stderr.split()[-2:])
    assert done.stdout.count(b'{"format": "') == 18
    # Ten times what it takes: this computer may have others to work for.
    assert seconds < 14
    assert kibibytes < 500 * 1024


# As texts show them


def test_a_text_gets_its_pictures_before_their_sizes_are_made(library):
    item = library.add(
        saved(corners((1000, 750)), "JPEG"), "Our Boat.jpg", alt="A boat"
    )
    paper = library.add(b"%PDF-1.7\n", "paper.pdf")

    found = pictures.find([item.id, paper.id, 99])

    assert found == {
        item.id: Picture(
            id=item.id,
            src=f"/media/{item.id}/our-boat.jpg",
            width=1000,
            height=750,
            widths=(320, 640, 1000),
            formats=PHOTO,
            alt="A boat",
            is_decorative=False,
            version=1,
        )
    }
    assert pictures.find([]) == {}


def test_where_files_are_used_is_what_was_said_last(library):
    first, second = library.add(), library.add(saved(corners(), "PNG"))
    post = make_post()

    for shown in ([first.id, 99], [first.id, second.id], [second.id], []):
        with write_transaction():
            uses.record(post.id, shown)
        found = session.query(MediaUse.media_id).filter_by(post_id=post.id).all()
        assert {each.media_id for each in found} == set(shown) - {99}


def test_what_a_darkroom_says_is_not_believed():
    for line in (
        *(b"", b"\n", b"[]", b"{}", b"null", b"\xff", b'{"format": "SVG"}'),
        b'{"format": "PNG", "width": 1, "height": 1, "size": 999999999999}',
        b'{"format": "PNG", "width": -1, "height": 1, "size": 9}',
        b'{"format": "PNG", "width": "x", "height": 1, "size": 9}',
    ):
        with pytest.raises(developing.Failed, match="damaged"):
            developing._understood(line)
