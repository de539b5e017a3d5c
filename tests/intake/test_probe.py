"""Whether a file is whole is asked of the kernel, not of its name."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest

from worker.intake.mount import lease_device
from worker.intake.probe import NotAFileError, Probed, judge, probe
from worker.intake.scan import Signature
from worker.intake.tree import Tree

if TYPE_CHECKING:
    from tests.intake.desk import Desk

Verdict = Literal["ready", "written", "settle"]


@pytest.mark.parametrize(
    ("written", "size", "complete", "verdict"),
    [
        (True, 5, True, "written"),
        (True, 0, False, "written"),
        (False, 5, False, "ready"),
        (False, 0, True, "settle"),
        (None, 5, True, "ready"),
        (None, 5, False, "settle"),
        (None, 0, True, "settle"),
    ],
)
def test_a_file_is_ready_when_nobody_writes_it(
    written: bool | None, size: int, complete: bool, verdict: Verdict
) -> None:
    assert judge(Probed(Signature(1, size, 1, 1), 1, 1, written), complete=complete) == verdict


def test_every_case_has_a_verdict() -> None:
    for written, size, complete in itertools.product((None, True, False), (0, 1), (True, False)):
        assert judge(Probed(Signature(1, size, 1, 1), 1, 1, written), complete=complete)


def test_a_local_disk_tells_by_a_lease_who_writes(desk: Desk) -> None:
    device = lease_device(desk.inbox)
    if device is None:
        pytest.skip("the disk below the tests honours no lease")
    tree = Tree(desk.inbox)
    path = desk.put("a.txt")
    folder, name = tree.at(b"a.txt")
    assert probe(folder, name, device).written is False
    with open(path, "ab"):
        assert probe(folder, name, device).written is True
    with open(path, "rb"):
        assert probe(folder, name, device).written is False
    assert probe(folder, name, device + 1).written is None
    tree.close()


def test_a_probe_leaves_no_lease_behind_that_a_writer_would_wait_for(desk: Desk) -> None:
    path = desk.put("a.txt")
    tree = Tree(desk.inbox)
    folder, name = tree.at(b"a.txt")
    probe(folder, name, lease_device(desk.inbox))
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    tree.close()


def test_leases_are_not_trusted_where_others_write_unseen() -> None:
    assert lease_device("/proc") is None


def test_a_pipe_is_no_file_and_nobody_waits_for_its_other_end(desk: Desk) -> None:
    os.mkfifo(f"{desk.inbox}/pipe")
    tree = Tree(desk.inbox)
    folder, name = tree.at(b"pipe")
    with pytest.raises(NotAFileError):
        probe(folder, name, None)
    tree.close()


_WRITER = """
import os, sys
try:
    os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK)
    sys.exit("there was no lease")
except BlockingIOError:
    pass
"""
_WRITER_COMES = """
import fcntl, os, subprocess, sys
from worker.intake import probe

real = fcntl.fcntl
def slow(fd, command, argument):
    answer = real(fd, command, argument)
    if (command, argument) == (fcntl.F_SETLEASE, fcntl.F_RDLCK):
        # Opens to write, and does not wait: it is turned away, and the kernel signals the holder of the lease.
        subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1]], check=True)
    return answer
probe.fcntl.fcntl = slow
print(probe.is_written(os.open(sys.argv[1], os.O_RDONLY)))
"""


def test_a_writer_that_comes_during_the_probe_does_no_harm(desk: Desk) -> None:
    if lease_device(desk.inbox) is None:
        pytest.skip("the disk below the tests honours no lease")
    path = os.fsdecode(desk.put("a.txt"))
    command = [sys.executable, "-c", _WRITER_COMES, path, _WRITER]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "False\n")
