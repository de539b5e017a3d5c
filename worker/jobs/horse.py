"""The process that opens documents: forked by the worker, held to limits, and given one job after another.

A fork for each job would cost more than most documents. So the process lives on from job to job, until it
has done many, has grown, or dies of a document; then the worker forks another. The two speak over a pair of
sockets whose end closes when the process ends in any way.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import signal
import socket
from typing import TYPE_CHECKING, Literal, NoReturn

from worker.errors import TransientError
from worker.store.connection import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.jobs.limits import Limits

    Answer = Literal["done", "last", "back", "dead"]

JOBS_MAX = 200

_NOT_THERE: tuple[type[Exception], ...] = (TransientError, *AWAY)
_log = logging.getLogger("copydesk.worker")


class Horse:
    """One such process, as its worker sees it."""

    def __init__(self, pid: int, ours: socket.socket) -> None:
        self._pid = pid
        self._socket = ours
        self._status: int | None = None

    def give(self, job: str) -> None:
        """Let it work on `job`. If it is dead, the next answer says so."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.send(job.encode())

    def answer(self, seconds: float) -> Answer | None:
        """What it says of the job that it was given, waiting up to `seconds`; None where it is still at it.

        `done`; `last`: done, and it ends now; `back`: Redis or the writer was not there, the job is to be
        done again; `dead`: it has ended without a word.
        """
        self._socket.settimeout(seconds)
        try:
            return _ANSWERS.get(self._socket.recv(16), "dead")
        except (TimeoutError, BlockingIOError):
            # A child of a document's own making can hold the other end when the process itself is gone.
            return "dead" if self._has_ended() else None
        except ConnectionResetError:
            return "dead"

    def end(self, *, kill: bool = False) -> int:
        """Let it end, or kill it, and return its status of wait(2)."""
        if kill and not self._has_ended():
            os.kill(self._pid, signal.SIGKILL)
        self._socket.close()
        self._wait(0)
        return self._status or 0

    def _has_ended(self) -> bool:
        self._wait(os.WNOHANG)
        return self._status is not None

    def _wait(self, options: int) -> None:
        if self._status is not None:
            return
        try:
            pid, status = os.waitpid(self._pid, options)
        except ChildProcessError:
            pid, status = self._pid, 0  # a signal cut in between the system call and the note of its answer
        if pid:
            self._status = status


_ANSWERS: dict[bytes, Answer] = {b"done": "done", b"last": "last", b"back": "back"}


def fork_horse(limits: Limits, work: Callable[[str], None]) -> Horse:
    """Fork a process that calls `work` with each job that it is given, within `limits`."""
    parent = os.getpid()
    # Packets: a job id is read whole or not at all.
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        _live(parent, ours, theirs, limits, work)
    theirs.close()
    return Horse(pid, ours)


def _live(
    parent: int, ours: socket.socket, theirs: socket.socket, limits: Limits, work: Callable[[str], None]
) -> NoReturn:
    """The life of the forked process."""
    status = os.EX_SOFTWARE
    try:
        os.setpgrp()  # Ctrl-C is for the worker, which lets the job in hand end
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        ours.close()
        limits.install(parent)
        random.seed()
        _work_on_jobs(theirs, limits, work)
        status = os.EX_OK
    except BaseException:
        _log.exception("the process of a job failed")
    finally:
        os._exit(status)


def _work_on_jobs(theirs: socket.socket, limits: Limits, work: Callable[[str], None]) -> None:
    for number in range(1, JOBS_MAX + 1):
        job = _next_job(theirs)
        if not job:
            return
        answer = b"done"
        with limits.job():
            try:
                work(job)
            except _NOT_THERE as error:
                _log.warning("%s: to be done again: %s", job, error)
                answer = b"back"
        last = answer == b"done" and (number == JOBS_MAX or limits.has_grown())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            theirs.send(b"last" if last else answer)
        if last:
            return


def _next_job(theirs: socket.socket) -> str:
    """The id of the next job; "" where there will be none.

    A worker that was killed while an answer lay unread before it closes its end with a reset: no less an end.
    """
    try:
        return theirs.recv(256).decode()
    except ConnectionResetError:
        return ""
