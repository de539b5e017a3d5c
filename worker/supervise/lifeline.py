"""A process of the service ends when the supervisor does, even by `kill -9`.

Two lines hold it. The supervisor keeps the write end of a pipe open for its life, and each role waits for the
other side to close. And the kernel is asked to kill the child of a parent that died: that also reaches Redis,
and what a role forks.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time

LAST_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec may do little more than a system call.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that started it ends. Safe between fork and exec."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def hold_on_to(fd: int) -> None:
    """End this process soon after the other side of the pipe `fd` has closed: asked first, then at once.

    Also lets the kernel end it, and each process that it forks, with its parent.
    """
    die_with_parent()
    os.register_at_fork(after_in_child=die_with_parent)
    threading.Thread(target=_await_end, args=(fd,), name="lifeline", daemon=True).start()


def _await_end(fd: int) -> None:
    # Nobody writes: a read returns when the last write end is closed, which is when the supervisor is gone.
    while os.read(fd, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_SECONDS)
    os._exit(1)
