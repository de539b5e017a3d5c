"""One file looked at without harm: what it is, and whether somebody has it open for writing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
from dataclasses import dataclass
from typing import Literal

from worker.disk import fsops
from worker.intake.scan import Signature, kind, signature_of

# A link is not followed, a pipe does not block, a terminal does not become ours.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


class NotAFileError(Exception):
    """What stands there is no regular file: `reason` is a code, `message` a clause for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class Probed:
    """A regular file that can be read. `written` is None where the file system can't tell."""

    signature: Signature
    device: int
    links: int
    written: bool | None


def probe(folder_fd: int, name: bytes, lease_device: int | None) -> Probed:
    """Look at the file `name` in the folder.

    Args:
        folder_fd: the descriptor of the folder.
        name: the name in it.
        lease_device: the device whose files can be asked by a lease whether somebody writes them; None: no
        device.

    Raises:
        NotAFileError: it is no regular file.
        OSError: it is gone or can't be opened.
    """
    fd = fsops.open_file(name, _FLAGS, dir_fd=folder_fd)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(*kind(status.st_mode))
        written = is_written(fd) if status.st_dev == lease_device else None
        return Probed(signature_of(status), status.st_dev, status.st_nlink, written)
    finally:
        os.close(fd)


def is_written(fd: int) -> bool | None:
    """Whether some process has the file open for writing; None where the kernel does not say.

    A read lease is granted only where nobody writes. It is given back at once, so nobody waits for it.
    """
    try:
        # A writer that comes in between breaks the lease, and the kernel says so by a signal: by one that
        # is ignored.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def judge(probed: Probed, *, complete: bool) -> Literal["ready", "written", "settle"]:
    """Whether the file is whole.

    An empty file proves nothing: `mktemp` makes, closes and hands over one that is yet to be written.

    Args:
        probed: what was seen of it.
        complete: an event told that its writer closed it or that it was moved in.
    """
    if probed.written:
        return "written"
    if probed.signature.size > 0 and (complete or probed.written is False):
        return "ready"
    return "settle"
