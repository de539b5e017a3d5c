"""A process that ends with the one that forked it, whatever ends that."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec may do little more than a system call.
_libc = ctypes.CDLL(None)


def die_with(parent: int) -> None:
    """Be killed by the kernel when process `parent`, which has just forked this one, ends in any way.

    Where the thread ends that forked it, too: prctl(2). Safe between fork and exec.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    # It may have ended between the fork and the call.
    if os.getppid() != parent:
        os._exit(1)


def forks_die_with_this() -> None:
    """Let each process that this one forks from now on end with it, and what that forks with that."""
    os.register_at_fork(before=_before_fork, after_in_child=_in_fork)


_forking = 0


def _before_fork() -> None:
    global _forking  # noqa: PLW0603 - the child has no other way to know who its parent was
    _forking = os.getpid()


def _in_fork() -> None:
    die_with(_forking)
