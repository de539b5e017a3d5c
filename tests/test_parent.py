"""A process ends with its parent, however short the time between its fork and that end was."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

PARENT = """
import os, sys, time
from worker.parent import die_with
parent = os.getpid()
pid = os.fork()
if pid == 0:
    {before}
    die_with(parent)
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)
{after}
"""
FORKING = """
import os, sys, time
from worker.parent import forks_die_with_this
parent = os.getpid()
{first}
forks_die_with_this()
if os.fork() == 0:
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)
{after}
"""
# A function of the child that runs before the kernel is asked: the parent ends in that very time.
LATE = """
def late():
    while os.getppid() == parent:
        time.sleep(0.01)
os.register_at_fork(after_in_child=late)
"""


def test_a_process_ends_with_its_parent() -> None:
    ends_with_the_parent(PARENT.format(before="pass", after="time.sleep(60)"))


def test_a_process_whose_parent_is_gone_already_ends() -> None:
    says_nothing(PARENT.format(before="\n    while os.getppid() == parent: time.sleep(0.01)", after="os._exit(0)"))


def test_what_a_process_forks_ends_with_it() -> None:
    ends_with_the_parent(FORKING.format(first="", after="time.sleep(60)"))


def test_what_a_process_forks_in_its_last_moment_ends() -> None:
    says_nothing(FORKING.format(first=LATE, after="os._exit(0)"))


def ends_with_the_parent(script: str) -> None:
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        wait_gone(child)


def says_nothing(script: str) -> None:
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=30)
    assert answer.stdout == b""


def wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} lives on")
