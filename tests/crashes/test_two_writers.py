"""Two writers on one output: the second is refused, however the first is doing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness import processes
from tests.crashes.harness.deadline import wait_for
from worker.disk.layout import OutFolder
from worker.disk.lock import LockedError, is_held
from worker.settings import Settings
from worker.sink.loop import run_sink
from worker.store.connection import connect
from worker.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST = "import sys; from tests.crashes.test_two_writers import be_writer; be_writer(sys.argv[1], lambda: False)"


def be_writer(folder: str, stop: object) -> None:
    """The writer of `folder` with a Redis that is away: it holds the lock, has recovered the outputs, and waits."""
    assert callable(stop)
    with connect(f"unix://{folder}/no.sock", name="sink") as client:
        run_sink(client, Keys("copydesk"), b"k" * 32, OutFolder(folder), lambda: (), Settings(), stop)


@pytest.fixture
def first(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The first writer, which has everything in place and waits for its Redis."""
    command = [sys.executable, "-c", _FIRST, str(tmp_path)]
    log = tmp_path_factory.mktemp("log") / "writer.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=errors, start_new_session=True) as process,
    ):
        wait_for(lambda: b"waiting for Redis" in log.read_bytes(), 20, "the first writer")
        yield process
        processes.send(process.pid, signal.SIGKILL)


def test_the_second_is_refused_and_told_who_has_it(tmp_path: Path, first: subprocess.Popen[bytes]) -> None:
    assert is_held(OutFolder(str(tmp_path)).lock)
    with pytest.raises(LockedError, match=f"pid {first.pid}"):
        be_writer(str(tmp_path), lambda: True)


def test_a_stopped_writer_keeps_the_lock_and_a_dead_one_gives_it_up(
    tmp_path: Path, first: subprocess.Popen[bytes]
) -> None:
    first.send_signal(signal.SIGSTOP)
    wait_for(lambda: processes.state(first.pid) == "T", 5, "it is stopped")
    with pytest.raises(LockedError):
        be_writer(str(tmp_path), lambda: True)
    first.send_signal(signal.SIGCONT)
    with pytest.raises(LockedError):
        be_writer(str(tmp_path), lambda: True)
    first.kill()
    first.wait(10)
    be_writer(str(tmp_path), lambda: True)


def test_a_refused_writer_leaves_everything_as_it_was(tmp_path: Path, first: subprocess.Popen[bytes]) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(LockedError):
        be_writer(str(tmp_path), lambda: True)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before
