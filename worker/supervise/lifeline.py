"""A process of the service ends when the supervisor does, even by `kill -9`.

Two lines hold it. The supervisor keeps the write end of a pipe open for its life, and each role waits for the
other side to close. And the kernel is asked to kill the child of a parent that died: that also reaches Redis,
and what a role forks.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from worker.parent import die_with, forks_die_with_this

LAST_SECONDS = 1.0


def hold_on_to(fd: int) -> None:
    """End this process soon after the other side of the pipe `fd` has closed: asked first, then at once.

    Also lets the kernel end it, and each process that it forks, with its parent.
    """
    die_with(os.getppid())
    forks_die_with_this()
    threading.Thread(target=_await_end, args=(fd,), name="lifeline", daemon=True).start()


def _await_end(fd: int) -> None:
    # Nobody writes: a read returns when the last write end is closed, which is when the supervisor is gone.
    while os.read(fd, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_SECONDS)
    os._exit(1)
