"""The limits are the kernel's: tried in real processes, with what stops only at a signal."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import hashlib
import os
import resource
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from worker.failpoints import Crashed, armed
from worker.jobs.limits import Limits, Mark
from worker.settings import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = Worker(document_seconds=5.0, document_cpu_seconds=5, document_memory_bytes=64 << 20)

# The tests' own process may have threads, of which no forked one needs any.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def outcome(limits: Limits, act: Callable[[], object], index: int = 2) -> int:
    """The status of a process that does `act` inside the document of that index."""
    pid = os.fork()
    if pid == 0:
        status = 70
        faulthandler.disable()
        with contextlib.suppress(MemoryError, OSError):
            limits.install(os.getppid())
            with limits.job(), limits.document(index):
                act()
            status = 0
        os._exit(status)
    return os.waitpid(pid, 0)[1]


def spin_in_c() -> None:
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)


def spin_in_python() -> None:
    while True:
        pass


@pytest.mark.parametrize("act", [spin_in_c, spin_in_python, lambda: time.sleep(60)])
def test_time_ends_what_does_not_end(act: Callable[[], object]) -> None:
    limits = Limits(replace(SETTINGS, document_seconds=0.1))
    status = outcome(limits, act)
    assert os.WTERMSIG(status) == signal.SIGALRM
    assert limits.mark.get() == (2, None)


def test_processor_time_ends_what_hides_from_the_clock() -> None:
    """As with many threads: the clock has seconds left, the processors' time is used up."""
    limits = Limits(replace(SETTINGS, document_cpu_seconds=1, document_seconds=60.0))
    status = outcome(limits, spin_in_c)
    assert os.WTERMSIG(status) == signal.SIGXCPU
    assert limits.mark.get() == (2, None)


def test_each_document_has_its_own_processor_time() -> None:
    limits = Limits(replace(SETTINGS, document_cpu_seconds=1, document_seconds=60.0))

    def two_documents() -> None:
        while time.process_time() < 1.05:
            pass
        with limits.document(1):
            assert resource.getrlimit(resource.RLIMIT_CPU)[0] - time.process_time() >= 1

    assert outcome(limits, two_documents) == 0


def test_memory_that_is_refused_is_an_error_of_the_document() -> None:
    assert os.waitstatus_to_exitcode(outcome(Limits(SETTINGS), lambda: bytearray(200 << 20))) == 70
    assert outcome(Limits(SETTINGS), lambda: bytearray(20 << 20)) == 0


def test_a_file_larger_than_any_log_line_is_refused(tmp_path: object) -> None:
    def write() -> None:
        fd = os.open(f"{tmp_path}/large", os.O_WRONLY | os.O_CREAT)
        os.pwrite(fd, b"x", 1 << 34)

    assert os.waitstatus_to_exitcode(outcome(Limits(SETTINGS), write)) == 70


def test_no_core_is_left() -> None:
    limits = Limits(SETTINGS)
    status = outcome(limits, lambda: ctypes.string_at(0))
    assert os.WTERMSIG(status) == signal.SIGSEGV
    assert not os.WCOREDUMP(status)


def test_the_limits_bind_the_forked_process_alone() -> None:
    before = [resource.getrlimit(limit) for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
    outcome(Limits(SETTINGS), lambda: None)
    assert [resource.getrlimit(limit) for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU)] == before


def test_between_jobs_no_clock_runs() -> None:
    limits = Limits(replace(SETTINGS, document_seconds=0.05))

    def idle() -> int:
        with limits.job():
            pass
        return int(signal.getitimer(signal.ITIMER_REAL)[0])

    pid = os.fork()
    if pid == 0:
        limits.install(os.getppid())
        os._exit(idle())
    assert os.waitpid(pid, 0)[1] == 0


def test_the_mark_says_which_document_is_in_hand() -> None:
    mark = Mark()
    assert mark.get() == (None, None)
    for index, member in ((0, None), (1, 0), (499, 10**12), (2, None)):
        mark.put(index, member)
        assert mark.get() == (index, member)
    mark.put(None)
    assert mark.get() == (None, None)


def test_the_mark_carries_the_wish_to_stop_to_the_process() -> None:
    mark = Mark()
    pid = os.fork()
    if pid == 0:
        while not mark.stop_asked():
            time.sleep(0.01)
        os._exit(7)
    assert not mark.stop_asked()
    mark.ask_to_stop()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    mark.put(3, 4)
    assert mark.stop_asked()


def test_after_a_document_the_mark_is_gone() -> None:
    limits = Limits(SETTINGS)
    assert outcome(limits, lambda: None) == 0
    assert limits.mark.get() == (None, None)


def test_a_process_that_has_grown_says_so() -> None:
    limits = Limits(replace(SETTINGS, document_memory_bytes=512 << 20))
    hoard: list[bytearray] = []

    def grow() -> None:
        assert not limits.has_grown()
        hoard.append(bytearray(os.urandom(1 << 20) * 80))
        assert limits.has_grown()

    assert outcome(limits, grow) == 0


def test_the_window_inside_a_document_is_passed() -> None:
    limits = Limits(SETTINGS)
    pid = os.fork()
    if pid == 0:
        status = 1
        with armed("work.document=crash"), contextlib.suppress(Crashed), limits.document(7):
            pass
        status = 0 if limits.mark.get() == (None, None) else 2
        os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
