"""The system calls that change or secure what is on disk, in one place, so that a test can make the n-th one fail.

Every function is the call of its name, loops over short writes and EINTR where the call may be cut short,
and says nothing about the protocol. `intercept` installs a hook that sees each call before it is made.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from typing import TYPE_CHECKING

from worker import failpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # Gets the name of the call and, for a write, its length. May raise OSError; a number that it returns
    # for a write makes that write short.
    Hook = Callable[[str, int], int | None]

_hook: Hook | None = None
_libc = ctypes.CDLL(None, use_errno=True)
_FALLOC_FL_KEEP_SIZE = 0x01
_AT_FDCWD = -100
_RENAME_NOREPLACE = 0x01


@contextlib.contextmanager
def intercept(hook: Hook) -> Iterator[None]:
    """Let `hook` see each call of this module for the time of the block."""
    global _hook  # noqa: PLW0603 - one process, one disk: the hook is a property of the process
    _hook = hook
    try:
        yield
    finally:
        _hook = None


def _seen(call: str, length: int = 0) -> int | None:
    return _hook(call, length) if _hook is not None else None


def open_file(path: bytes | str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
    """Call open(2) with O_CLOEXEC. Returns the descriptor."""
    _seen("open")
    return os.open(path, flags | os.O_CLOEXEC, mode, dir_fd=dir_fd)


def pwrite_all(fd: int, data: bytes | memoryview, offset: int, *, torn: str = "") -> None:
    """Write all of `data` at `offset`; a short write is continued, an interrupted one repeated.

    `torn` names the failpoint that lies in the middle of this write; only where it is armed are there two
    halves.
    """
    view = memoryview(data)
    if torn and failpoints.is_armed(torn):
        half = len(view) // 2
        pwrite_all(fd, view[:half], offset)
        failpoints.reach(torn)
        view, offset = view[half:], offset + half
    while view:
        try:
            limit = _seen("write", len(view))
            written = os.pwrite(fd, view if limit is None else view[:limit], offset)
        except InterruptedError:
            continue
        if written == 0 and limit is None:
            raise OSError(errno.EIO, "a write of nothing")
        view = view[written:]
        offset += written


def read_all(fd: int, limit: int) -> bytes:
    """Read from the start of the file to its end, and at most `limit` bytes."""
    return b"".join(read_pieces(fd, limit))


def read_pieces(fd: int, limit: int) -> Iterator[bytes]:
    """The same in pieces of a mebibyte at the most."""
    offset = 0
    while offset < limit:
        _seen("read")
        piece = os.pread(fd, min(limit - offset, 1 << 20), offset)
        if not piece:
            break
        yield piece
        offset += len(piece)


def fdatasync(fd: int) -> None:
    """Make the bytes and the size of the file durable."""
    _seen("sync")
    os.fdatasync(fd)


def sync_folder(path: bytes | str) -> None:
    """Make the names inside a folder durable."""
    _seen("sync")
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_file_system(path: bytes | str) -> None:
    """As syncfs(2): everything on the file system that holds `path` is durable."""
    _seen("sync")
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(fd) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), os.fsdecode(path))
    finally:
        os.close(fd)


def reserve(fd: int, offset: int, length: int) -> None:
    """Reserve disk space beyond the end without changing the size, so that a full disk shows before a byte is written.

    A file system that can't reserve (EOPNOTSUPP) is left as it is: the journal still protects the lines.
    """
    _seen("reserve", length)
    while _libc.fallocate(fd, _FALLOC_FL_KEEP_SIZE, ctypes.c_long(offset), ctypes.c_long(length)) != 0:
        number = ctypes.get_errno()
        if number in {errno.EOPNOTSUPP, errno.ENOSYS}:
            return
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number))


def preallocate(fd: int, length: int) -> None:
    """posix_fallocate(3): the first `length` bytes of the file have their place on disk; new ones read as zeros."""
    _seen("reserve", length)
    os.posix_fallocate(fd, 0, length)


def set_access(fd: int, mode: int, uid: int, gid: int) -> None:
    """As fchmod(2) and fchown(2), where the file is not so already; -1 leaves an id as it is."""
    status = os.fstat(fd)
    if (uid, gid) != (-1, -1) and (status.st_uid, status.st_gid) != (uid, gid):
        _seen("chown")
        os.fchown(fd, uid, gid)
    if status.st_mode & 0o7777 != mode:
        _seen("chmod")
        os.fchmod(fd, mode)


def rename(source: bytes | str, target: bytes | str, *, source_dir_fd: int | None = None) -> None:
    """Atomic, and replaces the target. `source` is looked up in `source_dir_fd` where that is given."""
    _seen("rename")
    os.rename(source, target, src_dir_fd=source_dir_fd)


def rename_new(source: bytes, target: bytes, *, target_dir_fd: int) -> None:
    """As rename(2), but never replaces anything. `target` is looked up in `target_dir_fd`.

    A file system that can't promise that (NFS) is asked first, which is all but as good.

    Raises:
        FileExistsError: something stands at the target.
    """
    _seen("rename")
    if _libc.renameat2(_AT_FDCWD, source, target_dir_fd, target, _RENAME_NOREPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in {errno.EINVAL, errno.ENOSYS}:
        raise OSError(number, os.strerror(number), os.fsdecode(target))
    with contextlib.suppress(FileNotFoundError):
        os.stat(target, dir_fd=target_dir_fd, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fsdecode(target))
    os.rename(source, target, dst_dir_fd=target_dir_fd)


def unlink(path: bytes | str, *, dir_fd: int | None = None) -> None:
    """Remove a file; one that is gone already is fine."""
    _seen("unlink")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path, dir_fd=dir_fd)


def make_folder(path: bytes | str, mode: int = 0o750) -> None:
    """As mkdir(2), parents included; a folder that stands already is fine."""
    _seen("mkdir")
    os.makedirs(path, mode, exist_ok=True)


def remove_folder(path: bytes | str) -> None:
    """As rmdir(2); a folder that is gone already is fine."""
    _seen("rmdir")
    with contextlib.suppress(FileNotFoundError):
        os.rmdir(path)


def write_file(path: str, data: bytes, mode: int = 0o640, *, sync: bool = True) -> None:
    """Put `data` at `path` whole or not at all: temporary file, sync, rename. The folder is not synced here."""
    temporary = f"{path}.new"
    fd = open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        pwrite_all(fd, data, 0)
        if sync:
            fdatasync(fd)
    finally:
        os.close(fd)
    rename(temporary, path)
