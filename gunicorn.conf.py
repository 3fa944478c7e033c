"""How gunicorn serves Recto. Each value is here for the reason beside it.

``blog serve`` starts gunicorn with this file and passes ``--bind`` and ``--workers``
on; what stands on a command line wins. By hand: ``.venv/bin/gunicorn``, from here.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

wsgi_app = "wsgi:app"
# wsgi.py is beside this file, whatever folder gunicorn was started from.
pythonpath = str(Path(__file__).resolve().parent)

# Loopback: a reverse proxy, or the person at this computer, and nobody else.
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Two processes, so that one which dies or starts anew leaves the other answering;
# four threads each, so that a reader with a slow line blocks three others at most.
# SQLite has one writer: more of either does not make writing faster.
worker_class = "gthread"
workers = 2
threads = 4

# No connection, lock or thread may exist before the fork: SQLite's must not be shared
# across it. Each worker builds its own application.
preload_app = False

# Workers prove that they live by touching a file. On a disk that can take longer than
# the time allowed, and a healthy worker is killed; memory does not wait.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# A worker that has not shown itself for this long hangs and is replaced.
timeout = 60
# On a restart, requests under way may end; half a minute covers a large upload's rest.
graceful_timeout = 30
# An idle reader keeps a connection this long: enough for the next click's files,
# short enough that idle ones do not pile up. A proxy in front keeps its own.
keepalive = 5

# What leaks anywhere, in C too, leaks for ten thousand requests. The spread keeps both
# workers from starting anew at the same moment.
max_requests = 10_000
max_requests_jitter = 1_000

# A browser sends some twenty header fields, a proxy adds a few. The line has room for
# long searches and addresses in other scripts, where one letter is up to nine bytes.
limit_request_fields = 100
limit_request_field_size = 8190
limit_request_line = 8190

# X-Forwarded-Proto counts only from this computer. BLOG_TRUSTED_PROXIES decides, in
# the application, whether X-Forwarded-For does.
forwarded_allow_ips = "127.0.0.1,::1"
# No header says what the address is: some proxies pass SCRIPT_NAME and PATH_INFO on as
# a visitor sent them, and a rule of theirs for /admin would be walked around.
forwarder_headers = ""

# Nothing uses the control socket. By default it is in the home folder, where a service
# must not write and two sites of one user would meet.
control_socket_disable = True

# Errors go to standard error. No access log: it is a list of who read what; a proxy
# keeps one where it is wanted (or: --access-logfile -, to standard output).
errorlog = "-"
accesslog = None


def on_starting(server):
    """Bring the database up to date, or stop: once, before there are workers, and in a
    process of its own, so that none inherits a connection.
    """
    done = subprocess.run([sys.executable, "-m", "blog.cli", "upgrade"])
    if done.returncode:
        sys.exit(done.returncode)


def post_worker_init(worker):
    """Leave what was imported out of the search for rubbish. A full one looks through
    all of it, 95 ms in one request of ten, and finds nothing while the worker lives.
    """
    gc.collect()
    gc.freeze()
