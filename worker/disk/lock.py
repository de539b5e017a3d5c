"""Locks for the life of a process: one intake per root, one writer per output."""

from __future__ import annotations

import fcntl
import os
import time

from worker.disk import fsops

PATIENCE_SECONDS = 0.3


class LockedError(Exception):
    """Another process holds the lock; `holder` is what it wrote into the file (its process id), or empty."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(f"{path} is held by another process{f' ({holder})' if holder else ''}")
        self.holder = holder


def hold_lock(path: str) -> int:
    """Take the exclusive lock on `path` and keep it until the descriptor is closed or the process ends.

    The descriptor is not inherited by programs that the process starts. The file stays: a lock file that is
    removed can be held by two.

    Raises:
        LockedError: another process holds it.
    """
    fd = fsops.open_file(path, os.O_RDWR | os.O_CREAT, 0o640)
    # `is_held` has the lock for an instant, and a process that was just killed may not have let go of it.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _try_lock(fd):
        if time.monotonic() > deadline:
            holder = os.pread(fd, 64, 0).decode("ascii", "replace").strip()
            os.close(fd)
            raise LockedError(path, holder)
        time.sleep(0.01)
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"pid {os.getpid()}\n".encode(), 0)
    return fd


def is_held(path: str) -> bool:
    """Whether some process holds the lock on `path`."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # flock(2) asks for no right to write
    except FileNotFoundError:
        return False
    try:
        return not _try_lock(fd)
    finally:
        os.close(fd)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
