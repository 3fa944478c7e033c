"""The import in the browser: sent, carried out by the worker, told on its page."""

import errno
import gc
import gzip
import io
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from blog.comments.models import Comment
from blog.database import session, write_transaction
from blog.jobs.models import Job
from blog.jobs.models import State as JobState
from blog.jobs.worker import Worker
from blog.posts.models import Post
from blog.transfer import admin as room
from blog.transfer import imports
from blog.transfer.imports import Stage
from tests import servers
from tests.media.drawing import corners, saved
from tests.pages import parse, text_of
from tests.transfer.making import author, comment, export, item

ROOM = "/admin/import/"
# Posts of which a worker has many to go when it is stopped in the middle.
MANY = 900


@pytest.fixture
def work(app):
    """Do all that is due, as the worker does; ``work(later=…)`` in the future."""
    app.extensions["daily_jobs"] = []

    def work(later=timedelta(0)):
        worker = Worker(app, clock=lambda: datetime.now(UTC) + later)
        while worker.work():
            pass

    return work


def wxr(*records):
    return export(*records).encode()


SMALL = wxr(author("ada"), item(title="Tides", comments=[comment()]), item())


def send(client, content=SMALL, name="old.xml", path=ROOM, **fields):
    """Send the form as a browser does; the answer."""
    data = {"csrf_token": client.token(), **fields}
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    media = data.pop("media", None)
    if media is not None:
        data["media"] = (io.BytesIO(media), "uploads.zip")
    return client.post(path, data=data, content_type="multipart/form-data")


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def page(client, number=1):
    response = client.get(f"{ROOM}{number}/")
    assert response.status_code == 200
    return response.text


def words(html):
    return text_of(parse(html).find("body"))


def rows(html):
    """The numbers of the report by kind."""
    found = {}
    for row in parse(html).iter("tr"):
        cells = [text_of(cell) for cell in row if cell.tag in ("td", "th")]
        if cells[1:] and cells[1].isdigit():
            found[cells[0]] = [int(each) for each in cells[1:]]
    return found


def state(app, number=1):
    with app.app_context():
        return imports.find(number).state


def files(app, number=1):
    folder = app.config["INSTANCE"] / "imports" / str(number)
    return {each.name for each in folder.iterdir()}


def test_what_is_sent_waits_is_moved_in_and_told(app, admin, work):
    sent = send(admin)

    assert (sent.status_code, sent.location) == (303, f"{ROOM}1/")
    assert "Waiting for its turn" in page(admin)
    with app.app_context():
        assert session.query(Post).count() == 0

    work()

    told = page(admin)
    assert rows(told) == {
        "Authors": [1, 1, 0, 0, 0],
        "Posts": [2, 2, 0, 0, 0],
        "Comments": [1, 1, 0, 0, 0],
    }
    assert "refresh" not in told
    with app.app_context():
        assert {post.title for post in session.query(Post)} >= {"Tides"}
        assert session.query(Job).filter_by(key="transfer.import:1").one().error == ""
    assert files(app) == {"state.json", "report.json"}


def test_nobody_else_can_read_what_was_sent(app, admin):
    send(admin, media=zipped(boat_jpg=b"x"))

    folder = app.config["INSTANCE"] / "imports" / "1"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.xml.gz", gzip.compress(SMALL, mtime=0)),
        ("old.zip", zipped(wordpress_xml=SMALL)),
        ("old.xml", b"\xef\xbb\xbf" + SMALL),
    ],
)
def test_packed_files_are_unpacked(app, admin, work, name, content):
    send(admin, content, name)
    work()

    assert rows(page(admin))["Posts"] == [2, 2, 0, 0, 0]
    assert files(app) == {"state.json", "report.json"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Dear diary", "This is no export that Recto can read."),
        (b"", "This is no export that Recto can read."),
        (zipped(boat_jpg=b"x"), "This zip holds no export, or several."),
        (zipped(a_xml=SMALL, b_json=b"{}"), "This zip holds no export, or several."),
        (b"PK\3\4 and no more", "This file is damaged or incomplete."),
        (gzip.compress(SMALL, mtime=0)[:40], "This file is damaged or incomplete."),
        (None, "Choose a file first."),
    ],
)
def test_what_is_no_export_is_refused_at_once(app, admin, content, sentence):
    answer = send(admin, content, dry_run="1", fetch="1")

    assert answer.status_code == 422
    assert sentence in words(answer.text)
    ticked = {
        each.get("name")
        for each in parse(answer.text).iter("input")
        if each.get("checked") is not None
    }
    assert ticked == {"dry_run", "fetch"}
    with app.app_context():
        assert (imports.newest(), session.query(Job).count()) == ([], 0)


def test_a_broken_zip_of_media_is_refused(app, admin):
    answer = send(admin, media=b"no zip")

    assert answer.status_code == 422
    assert "This is no zip that can be read." in words(answer.text)
    with app.app_context():
        assert imports.newest() == []


def test_the_page_says_why_a_file_is_none_of_wordpress_and_where(app, admin, work):
    send(admin, b"<?xml version='1.0'?>\n<html><p>Hello</p></html>")
    work()

    told = words(page(admin))
    assert "it begins with <html>, line 2." in told
    assert (state(app).stage, "sent" in files(app)) == (Stage.FAILED, True)
    with app.app_context():
        assert session.query(Job).one().state == JobState.FAILED


def test_a_dry_run_writes_nothing_and_the_same_file_is_then_moved_in(app, admin, work):
    send(admin, dry_run="1")
    work()

    told = page(admin)
    assert "This is a dry run: nothing is written." in words(told)
    assert rows(told)["Posts"] == [2, 2, 0, 0, 0]
    with app.app_context():
        assert session.query(Post).count() == 0

    answer = admin.send(f"{ROOM}1/repetition", {})
    work()

    assert answer.location == f"{ROOM}2/"
    assert rows(page(admin, 2))["Posts"] == [2, 2, 0, 0, 0]
    assert "dry run" not in words(page(admin, 2)).lower()
    with app.app_context():
        assert session.query(Post).count() == 2
    assert "It was run again" in words(page(admin))
    assert admin.send(f"{ROOM}1/repetition", {}).status_code == 409


def test_files_that_are_not_here_are_listed_and_come_with_a_later_zip(app, admin, work):
    picture = "https://old.example/wp-content/uploads/2020/05/boat.jpg"
    file = item(post_type="attachment", attachment_url=picture, status="inherit")
    send(admin, wxr(author("ada"), file, item()))
    work()

    told = page(admin)
    assert picture in told and "1 file is not here yet" in words(told)
    assert "sent" in files(app)

    answer = send(
        admin,
        None,
        path=f"{ROOM}1/repetition",
        media=zipped(uploads__2020__05__boat_jpg=saved(corners(), "JPEG")),
    )
    work()

    assert answer.location == f"{ROOM}2/"
    assert rows(page(admin, 2)) == {
        "Authors": [1, 0, 0, 1, 0],
        "Posts": [1, 0, 0, 1, 0],
        "Files": [1, 1, 0, 0, 0],
    }
    assert files(app, 2) == {"state.json", "report.json"}


def test_the_report_is_a_file_to_keep(admin, work):
    send(admin)
    assert admin.get(f"{ROOM}1/report.json").status_code == 404
    work()

    answer = admin.get(f"{ROOM}1/report.json")
    assert json.loads(answer.text)["kinds"]["post"]["imported"] == 2
    assert "attachment; filename=import-1.json" in answer.headers["Content-Disposition"]


def test_a_second_import_waits_for_the_first(app, admin, work):
    send(admin)
    with app.app_context(), imports.alone() as is_alone:
        assert is_alone
        work()
    assert state(app).stage == Stage.WAITING
    with app.app_context():
        job = session.query(Job).one()
        assert (job.error, job.attempts) == ("Another import is under way.", 0)

    work(later=timedelta(seconds=11))
    assert state(app).stage == Stage.DONE


def test_one_that_is_cancelled_stops_and_can_be_run_again(app, admin, work):
    send(admin)
    assert admin.send(f"{ROOM}1/cancellation", {}).status_code == 303
    assert "It stops after the present step." in words(page(admin))
    work()

    assert state(app).stage == Stage.CANCELLED
    assert "What was done until then stays done" in words(page(admin))
    admin.send(f"{ROOM}1/repetition", {})
    work()
    assert rows(page(admin, 2))["Posts"] == [2, 2, 0, 0, 0]


def test_the_script_hears_what_the_page_says(app, admin, work):
    send(admin)
    answer = admin.get(f"{ROOM}1/progress").json
    assert answer == {
        "step": "Waiting for its turn",
        "pace": "",
        "done": 0,
        "total": 0,
        "is_over": False,
    }
    now = datetime.now(UTC)
    with app.app_context():
        imports.find(1).change(
            stage=Stage.MOVING,
            done=500,
            total=2000,
            stage_at=now - timedelta(seconds=50),
            heard_at=now,
        )
    assert admin.get(f"{ROOM}1/progress").json["pace"] == (
        "500 of 2000 items · 10 a second · 2 minutes left"
    )
    assert 'http-equiv="refresh"' in page(admin)
    work()
    assert admin.get(f"{ROOM}1/progress").json["is_over"] is True


@pytest.mark.parametrize("role", ["contributor", "author", "editor"])
def test_only_who_may_change_the_settings_comes_here(app, client_for, admin, role):
    send(admin)
    other = client_for(role)
    answers = [
        other.get(ROOM),
        other.get(f"{ROOM}1/"),
        other.get(f"{ROOM}1/progress"),
        other.get(f"{ROOM}1/report.json"),
        other.send(f"{ROOM}1/cancellation", {}),
        other.send(f"{ROOM}1/repetition", {}),
        send(other),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert "/admin/import/" not in other.get("/admin/").text


def test_a_form_without_its_token_begins_nothing(app, admin):
    answer = admin.post(
        ROOM,
        data={"file": (io.BytesIO(SMALL), "old.xml")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 400
    assert not (app.config["INSTANCE"] / "imports").exists()


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "..%2f..", "1%2f..", "lock", "-1", "9" * 19, "999"]
)
def test_no_number_leads_out_of_the_folder(app, admin, name):
    send(admin)
    with app.app_context(), imports.alone():
        pass

    statuses = {
        admin.get(f"{ROOM}{name}/{rest}").status_code
        for rest in ("", "progress", "report.json")
    }
    assert statuses <= {404, 308}
    assert admin.send(f"{ROOM}{name}/cancellation", {}).status_code in (404, 405)


def test_what_is_too_large_is_refused_with_a_way_out(app, admin, monkeypatch):
    view = app.view_functions["admin.imports.create"]
    monkeypatch.setattr(view, "max_body_bytes", 1000)
    monkeypatch.setattr(room, "MAX_UPLOAD_BYTES", 1000)
    answer = send(admin, SMALL)

    assert answer.status_code == 413
    assert "run “blog import” there" in words(answer.text)
    with app.app_context():
        assert imports.newest() == []


def test_a_full_disk_is_said(app, admin, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    answer = send(admin, dry_run="1")

    assert answer.status_code == 422
    assert "The site’s disk is full. Nothing was saved" in words(answer.text)
    assert list((app.config["INSTANCE"] / "imports").iterdir()) == []


# What could not be spooled is left to the collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_disk_that_is_full_before_anybody_reads_the_form_is_said(app, admin):
    token = admin.token()
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n'
    )
    body = head.encode() + b"<" * 9_000_000 + b"\r\n--x--\r\n"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, limits[1]))
    try:
        answer = admin.post(
            ROOM, data=body, content_type="multipart/form-data; boundary=x"
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        gc.collect()

    assert answer.status_code == 507
    assert "The site’s disk is full. Nothing was saved" in words(answer.text)


def test_what_packs_more_than_any_site_is_not_unpacked(app, admin, work, monkeypatch):
    send(admin, gzip.compress(SMALL), "old.xml.gz")
    monkeypatch.setattr("blog.transfer.recognition.MOST_BYTES", 1000)
    work()

    assert state(app).error == "What is packed in this file is too large."


def test_the_last_ten_are_remembered(app, admin, work):
    for _ in range(12):
        send(admin)
        work()

    with app.app_context():
        assert [folder.id for folder in imports.newest()] == [*range(12, 2, -1)]


def test_of_the_last_three_what_was_sent_is_kept(app, admin, work):
    for _ in range(5):
        send(admin, dry_run="1")
        work()

    assert [n for n in range(1, 6) if "sent" in files(app, n)] == [3, 4, 5]
    assert "Now do it" not in page(admin, 2)
    assert "Now do it" in page(admin, 3)


def test_an_import_that_nobody_does_any_more_can_be_run_again(app, admin, work):
    send(admin)
    with app.app_context(), write_transaction():
        session.delete(session.query(Job).one())

    assert "Nobody is going to do this any more." in words(page(admin))
    admin.send(f"{ROOM}1/repetition", {})
    work()
    assert rows(page(admin, 2))["Posts"] == [2, 2, 0, 0, 0]


def worker_of(app):
    """A worker in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "blog.cli", "work"],
        cwd=servers.ROOT,
        env=servers.environment(
            app.config["INSTANCE"],
            servers.free_port(),
            BLOG_SITE_URL="http://localhost",
            BLOG_SECRET_KEY=app.config["SECRET_KEY"],
        ),
    )


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def written(app):
    with app.app_context():
        return session.query(Post).count()


def many():
    """A file in whose middle one can do something."""
    posts = [item(title=f"Post {n}", comments=[comment()]) for n in range(MANY)]
    return gzip.compress(wxr(author("ada"), *posts))


def test_a_worker_that_is_killed_in_the_middle_doubles_nothing(app, admin, work):
    send(admin, many(), "old.xml.gz")
    process = worker_of(app)
    try:
        until(lambda: written(app) >= 100)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    begun = written(app)
    assert 100 <= begun < MANY
    assert state(app).stage == Stage.MOVING

    work(later=timedelta(minutes=2))

    assert rows(page(admin)) == {
        "Authors": [1, 0, 0, 1, 0],
        "Posts": [MANY, MANY - begun, 0, begun, 0],
        "Comments": [MANY, MANY - begun, 0, begun, 0],
    }
    assert state(app).runs == 2
    with app.app_context():
        titles = [title for (title,) in session.query(Post.title)]
        assert sorted(titles) == sorted(f"Post {n}" for n in range(MANY))
        assert session.query(Comment).count() == MANY


def test_one_that_is_cancelled_in_the_middle_keeps_what_is_done(app, admin, work):
    send(admin, many(), "old.xml.gz")
    process = worker_of(app)
    try:
        until(lambda: written(app) >= 100)
        with app.app_context():  # it keeps the job for longer than others do
            job = session.query(Job).filter_by(key="transfer.import:1").one()
            assert job.leased_until > datetime.now(UTC)
            assert job.total in (0, 2 * MANY + 1)
        admin.send(f"{ROOM}1/cancellation", {})
        until(lambda: state(app).is_over)
    finally:
        process.terminate()
        process.wait()

    done = written(app)
    assert state(app).stage == Stage.CANCELLED
    assert rows(page(admin))["Posts"] == [MANY, done, 0, 0, 0]
    admin.send(f"{ROOM}1/repetition", {})
    work()
    assert rows(page(admin, 2))["Posts"] == [MANY, MANY - done, 0, done, 0]


@pytest.mark.html
def test_the_pages_are_sound(app, admin, work, html_checker):
    found = [admin.get(ROOM).text, send(admin, b"Dear diary").text]
    send(admin, wxr(author("ada"), item(), item(status="auto-draft")), dry_run="1")
    found.append(page(admin))
    work()
    found += [page(admin), admin.get(ROOM).text]
    send(admin, b"<html>")
    work()
    found.append(page(admin, 2))

    assert [html_checker.errors(each) for each in found] == [[]] * len(found)


def test_what_the_form_does_not_offer_is_not_taken(app, admin):
    send(
        admin,
        person="Somebody",
        stage="done",
        is_trial="1",
        format="ghost",
        import_id="9",
        asked_at="2020-02-02T02:02",
    )

    found = state(app)
    assert (found.stage, found.is_trial, found.format) == (
        Stage.WAITING,
        False,
        "wordpress",
    )
    assert found.person != "Somebody"
