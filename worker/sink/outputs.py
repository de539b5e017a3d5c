"""The active file of each output: opened, watched for strangers, appended to at a known place.

A line that a reader has seen never changes, so nothing here truncates, and nothing is written beyond what
the journal holds already. Whatever somebody else does to an active file stops the writer with a clear
sentence: to guess would be to lose or to double lines.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from worker.disk import fsops
from worker.disk.position import Position
from worker.errors import ConfigurationError, CopydeskError

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder
    from worker.settings import Sink


class OutputDamagedError(CopydeskError):
    """An output is not as the writer left it, and going on would lose or double lines. A person has to decide."""

    def __init__(self, path: str, problem: str, fix: str) -> None:
        super().__init__(f"{path}: {problem}. Fix: {fix}.")
        self.path = path
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Access:
    """Permissions and owner of what others read; -1 leaves an id as it is.

    `required` is set where a person named the owner: then it is an error that it can't be given.
    """

    mode: int
    uid: int = -1
    gid: int = -1
    required: bool = False

    def give(self, fd: int) -> None:
        """Set them on an open file.

        Raises:
            ConfigurationError: the owner was asked for, and this process may not give files away.
        """
        try:
            fsops.set_access(fd, self.mode, self.uid, self.gid)
        except PermissionError:
            if self.required:
                raise ConfigurationError(
                    "sink.owner",
                    f"this process may not give files to {self.uid}:{self.gid}",
                    "leave it empty",
                ) from None


@dataclass(frozen=True, slots=True)
class End:
    """Where an output ends. `opened_at` is when its active segment got its first line, in seconds since 1970."""

    position: Position = field(default_factory=Position)
    opened_at: float = 0.0

    def after(self, lines: int, length: int, now: float, findings: int = 0) -> End:
        """The end when `lines` lines of `length` bytes in all have been added at `now`, `findings` of no document."""
        at = self.position
        position = replace(at, ordinal=at.ordinal + lines, offset=at.offset + length, findings=at.findings + findings)
        return End(position, self.opened_at if at.offset else now)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> End:
        """The value that orjson made of one. Raises KeyError or TypeError for anything else."""
        return cls(Position(**value["position"]), value["opened_at"])

    def sealed(self) -> End:
        """The end when the active segment has been sealed."""
        return End(replace(self.position, segment=self.position.ordinal, offset=0))


@dataclass(slots=True)
class Output:
    """An open active file; `inode` and `end` are what the writer knows of it."""

    name: str
    path: str
    fd: int
    inode: int
    end: End

    def check(self) -> None:
        """Look whether the file is still the one that the writer left.

        Raises:
            OutputDamagedError: it was moved, replaced, cut or added to.
        """
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            raise OutputDamagedError(self.path, "it is gone", PUT_BACK) from None
        if status.st_ino != self.inode:
            raise OutputDamagedError(self.path, "another file stands in its place", PUT_BACK)
        require_size(self.path, status.st_size, self.end.position.offset)

    def append(self, data: bytes, end: End) -> None:
        """Write what the journal holds already; `end` is the one after it. Nothing is synced here."""
        fsops.pwrite_all(self.fd, data, self.end.position.offset, torn="sink.append_torn")
        self.end = end

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


PUT_BACK = "put the file back; let no other program rotate or cut it, copydesk rotates by itself"
ADOPT = "if this is what you want, remove head.json, journal.0 and journal.1 beside it in .copydesk, and start again"


def require_size(path: str, size: int, expected: int) -> None:
    """Refuse an active file of another size than expected.

    Raises:
        OutputDamagedError: it is longer or shorter.
    """
    if size < expected:
        raise OutputDamagedError(path, f"it has {size} bytes and had {expected}: something has cut it", PUT_BACK)
    if size > expected:
        problem = f"it has {size} bytes and should have {expected}: something else has written to it"
        raise OutputDamagedError(path, problem, f"remove what is not copydesk's, or, {ADOPT}")


def access_of(out: OutFolder, settings: Sink) -> Access:
    """The access that the settings ask for.

    Raises:
        ConfigurationError: mode or owner are none.
    """
    try:
        mode = int(settings.file_mode, 8)
        if settings.owner:
            uid, _, gid = settings.owner.partition(":")
            return Access(mode, int(uid), int(gid), required=True)
    except ValueError:
        raise ConfigurationError(
            "sink.file_mode",
            f"{settings.file_mode!r}, {settings.owner!r} are no mode and owner",
            "write 0644, 1000:1000",
        ) from None
    if os.geteuid() == 0:
        # A root process leaves its outputs to whom the folder belongs, or nobody else could move them away.
        folder = os.stat(out.path)
        return Access(mode, folder.st_uid, folder.st_gid)
    return Access(mode)


def open_active(out: OutFolder, name: str, access: Access, *, create: bool) -> tuple[int, os.stat_result] | None:
    """Open the active file of the output `name`; returns its descriptor and status, None where there is none.

    A created file is not durable before the folder is synced.

    Raises:
        OutputDamagedError: what stands there is no regular file.
    """
    path = out.active(name)
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | (os.O_CREAT if create else 0)
    try:
        fd = fsops.open_file(path, flags, access.mode)
    except FileNotFoundError:
        if create:
            raise
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise OutputDamagedError(path, "it is no regular file", "move it away") from None
        raise
    try:
        status = os.fstat(fd)
        _require_regular(path, status)
        access.give(fd)
    except BaseException:
        os.close(fd)
        raise
    return fd, status


def _require_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OutputDamagedError(path, "it is no regular file", "move it away")
