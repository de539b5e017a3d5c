"""Processes of ours and their children, by number only."""

from __future__ import annotations

import contextlib
import os
import signal


def in_session(leader: int) -> list[int]:
    """The living processes of the session that `leader` began, itself included; its orphans too."""
    return [pid for pid in _numbers() if _stat(pid).get("session") == leader]


def children(parent: int) -> list[int]:
    """The living children of `parent`."""
    return [pid for pid in _numbers() if _stat(pid).get("parent") == parent]


def state(pid: int) -> str:
    """Its state letter of proc(5), such as `T` for stopped; empty where it is gone."""
    return str(_stat(pid).get("state", ""))


def resident_bytes(pid: int) -> int:
    """Its resident memory; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def kill_session(leader: int) -> None:
    """SIGKILL to every process of the session that `leader` began."""
    for pid in in_session(leader):
        send(pid, signal.SIGKILL)


def send(pid: int, number: int) -> None:
    """Send a signal; a process that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _numbers() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> dict[str, int | str]:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    if fields[0] == "Z":
        return {}
    return {"state": fields[0], "parent": int(fields[1]), "session": int(fields[3])}
