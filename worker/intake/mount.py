"""What the disk below an inbox can do, tried out with a file of our own."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os

from worker.disk import fsops
from worker.disk.layout import HIDDEN
from worker.errors import ConfigurationError
from worker.intake.probe import is_written

_TRIAL = f"{HIDDEN}-trial"
_libc = ctypes.CDLL(None, use_errno=True)
# Only where every writer is a process of this kernel does a lease tell the truth: a host or another machine
# that writes behind FUSE, NFS or SMB is not seen, and overlayfs grants a lease on a file that is being
# written.
_LOCAL_FILE_SYSTEMS = {
    0xEF53,  # ext2, ext3, ext4
    0x58465342,  # xfs
    0x9123683E,  # btrfs
    0x01021994,  # tmpfs
    0xF2F52010,  # f2fs
}


def try_rename(inbox: str, claimed: str) -> None:
    """Prove that files of the inbox can be renamed into the folder of claimed ones.

    Raises:
        ConfigurationError: they can't.
        OSError: the disk fails for a reason that may pass.
    """
    trial = f"{inbox}/{_TRIAL}"
    try:
        os.close(fsops.open_file(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            fsops.rename(trial, f"{claimed}/{_TRIAL}")
        finally:
            with contextlib.suppress(OSError):
                os.unlink(trial)
        fsops.unlink(f"{claimed}/{_TRIAL}")
    except OSError as error:
        raise unusable(inbox, error) from error


def unusable(inbox: str, error: OSError) -> Exception:
    """The error for an inbox whose files can't be taken out: what to change, or `error` if it may pass."""
    problem = {
        errno.EXDEV: f"{inbox}/{HIDDEN} lies on another mount than {inbox}, so files can't be moved into it",
        errno.EROFS: f"{inbox} is read-only, so files can't be moved out of it",
        errno.EACCES: f"{inbox} can't be written to by this user, so files can't be moved out of it",
        errno.EPERM: f"{inbox} can't be written to by this user, so files can't be moved out of it",
    }.get(error.errno or 0)
    if problem is None:
        return error
    fix = 'make it writable on one mount, or set intake.mode = "keep" to leave its files where they are'
    return ConfigurationError("intake.mode", problem, fix)


def lease_device(folder: str) -> int | None:
    """The device number of `folder` if a lease tells there whether a file is being written, else None."""
    if not _is_local(folder):
        return None
    trial = f"{folder}/{_TRIAL}"
    try:
        writer = fsops.open_file(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            reader = fsops.open_file(trial, os.O_RDONLY)
            try:
                seen_open = is_written(reader)
                os.close(writer)
                writer = -1
                seen_closed = is_written(reader)
                device = os.fstat(reader).st_dev
            finally:
                os.close(reader)
        finally:
            if writer >= 0:
                os.close(writer)
            os.unlink(trial)
    except OSError:
        return None
    return device if seen_open is True and seen_closed is False else None


def _is_local(folder: str) -> bool:
    # struct statfs begins with the type as a long; 256 bytes are more than all of it.
    buffer = ctypes.create_string_buffer(256)
    if _libc.statfs(os.fsencode(folder), buffer) != 0:
        return False
    kind = ctypes.c_ulong.from_buffer(buffer).value & 0xFFFFFFFF
    return kind in _LOCAL_FILE_SYSTEMS
