"""Locks for the life of a process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from worker.disk.lock import LockedError, hold_lock, is_held

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from worker.disk.lock import hold_lock
hold_lock(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""
LOOK = """
import sys
from worker.disk.lock import is_held
print("looking", flush=True)
while True:
    is_held(sys.argv[1])
"""


def test_a_lock_is_held_by_one_process_and_free_when_that_is_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    assert not is_held(path)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_held(path)
    with pytest.raises(LockedError, match=f"pid {holder.pid}"):
        hold_lock(path)
    holder.kill()
    holder.communicate()
    os.close(hold_lock(path))
    assert not is_held(path)


def test_who_only_looks_never_keeps_another_from_the_lock(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    os.close(hold_lock(path))
    looker = subprocess.Popen([sys.executable, "-c", LOOK, path], stdout=subprocess.PIPE)
    assert looker.stdout is not None
    assert looker.stdout.readline() == b"looking\n"
    try:
        for _ in range(2000):
            os.close(hold_lock(path))
    finally:
        looker.kill()
        looker.communicate()
