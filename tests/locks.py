"""The write gate, held as another process would hold it."""

import fcntl
import os
from contextlib import contextmanager


@contextmanager
def held_elsewhere(path):
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)
