"""A worker in a process of its own, whose jobs leave traces in a file.

``python working.py NOTES LEASE_SECONDS``: each job writes a line when it begins and one
when it ends, and a comment's worth of work into the database (a muted address).
"""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from blog import create_app
from blog.database import session
from blog.jobs.worker import Worker
from blog.mail.models import MutedAddress


def main(notes, lease_seconds):
    file = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(word, task):
        os.write(file, f"{word} {task.key} {task.attempts} {os.getpid()}\n".encode())

    def work(task, now):
        note("begin", task)
        time.sleep(task.payload.get("seconds", 0))
        note("end", task)
        return lambda at: session.add(MutedAddress(digest=task.key, created_at=at))

    app = create_app()
    app.extensions["jobs"] = {"a.test": work}
    app.extensions["daily_jobs"] = []
    worker = Worker(app, lease=timedelta(seconds=float(lease_seconds)))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


def lines(notes):
    """(word, key, attempt, pid) of each line."""
    text = Path(notes).read_text() if Path(notes).exists() else ""
    return [line.split(" ") for line in text.splitlines()]


if __name__ == "__main__":
    main(*sys.argv[1:])
