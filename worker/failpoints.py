"""Named places where a test can make a process die, stop or fail: one for each window between two steps.

Switched off they cost one look at an empty dictionary. They are armed by the environment
(`COPYDESK_FAILPOINTS="sink.journal_synced=kill"`, several separated by commas, `name@3=kill` for the third
time) or, inside one process, by `armed`. Each one that fires is first noted in the file named by
`COPYDESK_FAILPOINTS_LOG`, so that a test can assert that its window was really reached. A point that stands
in that file does not fire again: of the processes that a worker forks one after another, only one dies.

Actions: `kill` (SIGKILL to this process), `stop` (SIGSTOP), `crash` (raise `Crashed`, which nothing catches),
or the name of an errno such as `ENOSPC` (raise that OSError).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every window of the protocol, in its order. What stands on disk when a process dies there is said beside it.
WINDOWS: dict[str, str] = {
    "claim.begin": "nothing; the files are in the inbox",
    "claim.intent_written": "an intent that may not be durable; the files are in the inbox",
    "claim.intent_synced": "a durable intent; the files are in the inbox",
    "claim.file_taken": "some files of the intent are claimed, the others are in the inbox",
    "claim.files_taken": "all files claimed, no seal",
    "claim.seal_written": "a seal that may not be durable",
    "claim.sealed": "a durable seal; nothing published",
    "claim.originals_removed": "copied files are gone from the inbox; nothing published",
    "claim.ledger_written": "the ledger of keep mode knows the files; nothing published",
    "publish.before": "sealed batch, unknown to Redis",
    "publish.after": "sealed batch, payload and job in Redis",
    "work.begin": "a horse has the job and has done nothing",
    "work.document": "a horse is inside a document",
    "work.member": "a horse is inside a member of a container",
    "work.before_closing": "all members of a container processed, some committed; its last entry is not",
    "work.before_commit": "all documents processed, nothing committed",
    "work.after_part": "some parts of an oversized batch are committed",
    "work.after_members": "some members of a container are committed",
    "work.after_commit": "all committed, the job not yet acknowledged",
    "split.before": "a horse died; its job still stands",
    "split.after": "the job is replaced by smaller ones",
    "sink.group_read": "entries read from the stream, nothing written",
    "sink.members_kept": "the bytes of rejected members are in the rejected folder; their lines are not written",
    "sink.space_reserved": "space reserved in the outputs, nothing written",
    "sink.journal_torn": "a part of the journal record is written",
    "sink.journal_written": "the journal record is written, perhaps not durable",
    "sink.journal_synced": "the commit point: the lines stand in the journal only",
    "sink.append_torn": "a part of the lines is in the output",
    "sink.appended": "the lines are in the outputs, perhaps not durable",
    "sink.output_synced": "the lines are durable; the files are still claimed",
    "sink.container_ended": "all lines of a container are durable, its last entry read; its file is still claimed",
    "sink.file_archived": "some files of the group are archived",
    "sink.files_archived": "all files of the group are archived; the stream still has the entries",
    "sink.acknowledged": "the stream entries are gone",
    "rotate.begin": "a full segment, a journal that speaks of it",
    "rotate.head_synced": "the head names the next segment; the old one has its old name",
    "rotate.journal_cleared": "the journal is empty; the old segment has its old name",
    "rotate.renamed": "the segment has its sealed name; there is no active one",
    "rotate.created": "the next segment exists and is empty; the sealed one has no manifest",
    "rotate.manifest_written": "all done but compression",
    "compress.written": "the compressed copy stands beside the plain segment",
    "reconcile.begin": "Redis came back empty, older or for the first time; `ready` is not set",
    "reconcile.index_dropped": "the index and what waited in the stream are forgotten, nothing is read yet",
    "reconcile.index_loaded": "the index is brought up, `ready` is not set",
    "reconcile.ready": "`ready` is set",
    "learning.saved": "what was learned is durable, and not yet in Redis",
    "learning.published": "what was learned is in Redis",
}


class Crashed(BaseException):
    """Stands for the death of the process inside a test; a BaseException, so that no handler takes it."""


@dataclass(slots=True)
class _Armed:
    action: str
    skip: int


_armed: dict[str, _Armed] = {}


def reach(name: str) -> None:
    """Say that the window `name` is reached; dies, stops or raises where a test asked for it.

    Raises:
        Crashed: armed with `crash`.
        OSError: armed with the name of an errno.
    """
    if _armed:
        _fire(name)


def is_armed(name: str) -> bool:
    """Whether the window `name` is still to fire: for a place that exists only while somebody looks."""
    return name in _armed


def _fire(name: str) -> None:
    point = _armed.get(name)
    if point is None:
        return
    if point.skip > 0:
        point.skip -= 1
        return
    del _armed[name]
    log = os.environ.get("COPYDESK_FAILPOINTS_LOG")
    if log and not _noted(log, name):
        return
    if point.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif point.action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif point.action == "crash":
        raise Crashed(name)
    else:
        number = getattr(errno, point.action)
        raise OSError(number, os.strerror(number))


def _noted(log: str, name: str) -> bool:
    """Note in `log` that `name` fires; False where it stands there already."""
    fd = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        if name.encode() in os.read(fd, 1 << 16).split():
            return False
        os.write(fd, f"{name}\n".encode())
    finally:
        os.close(fd)
    return True


def arm(spec: str) -> None:
    """Arm the points of `spec` (`name[@n]=action`, comma-separated).

    Raises:
        ValueError: a name that is not in `WINDOWS`, or an unknown action.
    """
    for item in filter(None, spec.split(",")):
        place, _, action = item.partition("=")
        name, _, nth = place.partition("@")
        if name not in WINDOWS:
            raise ValueError(f"no failpoint is named {name!r}")
        if action not in {"kill", "stop", "crash"} and not hasattr(errno, action):
            raise ValueError(f"failpoint {name}: unknown action {action!r}")
        _armed[name] = _Armed(action, int(nth or "1") - 1)


@contextlib.contextmanager
def armed(spec: str) -> Iterator[None]:
    """Arm the points of `spec` inside this process for the time of the block."""
    arm(spec)
    try:
        yield
    finally:
        _armed.clear()


arm(os.environ.get("COPYDESK_FAILPOINTS", ""))
