"""What one document may cost, and how a process that dies says which document it had in hand.

The limits are the kernel's, so that they stop C code as well: an alarm with no handler, a processor limit
that is raised for each document by what was used before it, and a limit of the address space. They bind the
process of one job, which its worker forks; the worker itself has none.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import resource
import signal
import stat
import struct
import time
from typing import TYPE_CHECKING

from worker.failpoints import reach
from worker.parent import die_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.settings import Worker as WorkerSettings

BETWEEN_DOCUMENTS_SECONDS = 120.0
FILE_BYTES_MAX = 64 << 20
GROWTH_BYTES_MAX = 48 << 20
_IN_HAND = struct.Struct("<IQ")
_STOP_AT = _IN_HAND.size


class Mark:
    """A few bytes that a worker and its forked process share, and that outlive the process.

    The process writes what it has in hand; the worker reads it once the process is dead.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _STOP_AT + 1)

    def put(self, index: int | None, member: int | None = None) -> None:
        """Remember the document of that index and, inside a container, the ordinal of the member (both from 0).

        No index: nothing is in hand. No member: the document itself, or the way to its next member.
        """
        _IN_HAND.pack_into(self._memory, 0, 0 if index is None else index + 1, 0 if member is None else member + 1)

    def get(self) -> tuple[int | None, int | None]:
        """The index and the ordinal that stand there."""
        index, member = _IN_HAND.unpack_from(self._memory)
        return (index - 1 if index else None), (member - 1 if member else None)

    def ask_to_stop(self) -> None:
        """Say to the process that its worker is to end: a job that takes long goes on in another one."""
        self._memory[_STOP_AT] = 1

    def stop_asked(self) -> bool:
        """Whether the worker has asked."""
        return bool(self._memory[_STOP_AT])


class Limits:
    """The limits of the process that works on jobs; made before it is forked, so that it shares the mark."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.mark = Mark()
        self._settings = settings
        self._grown_bytes = 0

    def install(self, parent: int) -> None:
        """Bind this process, the child of process `parent`: it ends with it, and has limits from now on."""
        die_with(parent)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _lower(resource.RLIMIT_CORE, 0)
        self._grown_bytes = _memory_pages()[1] * mmap.PAGESIZE + GROWTH_BYTES_MAX

    @contextlib.contextmanager
    def job(self) -> Iterator[None]:
        """Work on one job: what comes between its documents must not take long either."""
        _lower(resource.RLIMIT_FSIZE, FILE_BYTES_MAX + _log_bytes())
        taken = _memory_pages()[0] * mmap.PAGESIZE
        _lower(resource.RLIMIT_AS, taken + self._settings.document_memory_bytes)
        signal.setitimer(signal.ITIMER_REAL, BETWEEN_DOCUMENTS_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def has_grown(self) -> bool:
        """Whether this process holds so much more memory than at its start that another should follow it."""
        return _memory_pages()[1] * mmap.PAGESIZE > self._grown_bytes

    @contextlib.contextmanager
    def document(self, index: int, member: int | None = None) -> Iterator[None]:
        """Work on the document of that index, or on a member of it: the limits are those of one document.

        What the block costs beyond them kills this process.
        """
        self.mark.put(index, member)
        cpu_seconds = math.ceil(time.process_time()) + self._settings.document_cpu_seconds
        _lower(resource.RLIMIT_CPU, cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, self._settings.document_seconds)
        try:
            reach("work.document" if member is None else "work.member")
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, BETWEEN_DOCUMENTS_SECONDS)
            self.mark.put(None)


def _lower(limit: int, value: int) -> None:
    """Set the soft limit, never above the hard one; that stays, so that the soft one can be raised again."""
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _memory_pages() -> tuple[int, int]:
    """The pages of this process's address space, and those of them that are in memory."""
    with open("/proc/self/statm", "rb") as file:
        size, resident, *_ = file.read().split()
    return int(size), int(resident)


def _log_bytes() -> int:
    """The length of the file that standard error goes to: the log must not run into the limit of files."""
    found = os.fstat(2)
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
