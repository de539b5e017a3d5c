"""One file is taken out of its folder, by rename or copy, and read once. It goes back if it is unfit."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from worker.disk import fsops, names
from worker.intake.scan import kind

if TYPE_CHECKING:
    from worker.intake.examine import Candidate
    from worker.intake.tree import Tree

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_READS_MAX = 3
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


class UnfitError(Exception):
    """A claimed file can't be a document: `reason` is a code of `Left`, `message` a clause for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Content(NamedTuple):
    """The bytes of a file, and its metadata as it was when they were read."""

    data: bytes
    mtime_ns: int
    inode: int


def take_by_rename(tree: Tree, candidate: Candidate, target: bytes, bytes_max: int) -> Content:
    """Rename the file to `target` and read it there.

    Raises:
        UnfitError: it is where it was, and why.
        OSError: the fault is not with this file.
    """
    try:
        folder, name = tree.at(candidate.place)
        fsops.rename(name, target, source_dir_fd=folder)
    except OSError as error:
        raise _not_taken(error, target) from error
    try:
        return read_file(target, bytes_max)
    except UnfitError:
        # Swapped or grown since it was looked at: it goes back, and the next listing judges it.
        put_back(tree, target, candidate.place)
        raise


def _not_taken(error: OSError, target: bytes) -> Exception:
    """Why a file could not be taken; the error itself where the fault is not with the file."""
    if error.errno == errno.EXDEV:
        return UnfitError("other_mount", "it lies on another mount")
    if error.errno in _NOT_ALLOWED:
        return UnfitError("not_removable", f"it can't be moved out of its folder ({error.strerror})")
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP} and os.path.isdir(os.path.dirname(target)):
        return UnfitError("gone", "it is gone")
    return error


def read_file(path: bytes, bytes_max: int, *, dir_fd: int | None = None) -> Content:
    """Read a file whole and once, whatever it is.

    Raises:
        UnfitError: it is no regular file, too large, or can't be read.
        FileNotFoundError: it is gone.
    """
    try:
        fd = fsops.open_file(path, _READ, dir_fd=dir_fd)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(error) from error
    try:
        return _read_steadily(fd, bytes_max)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(fd)


def _read_steadily(fd: int, bytes_max: int) -> Content:
    # A writer that kept its handle may write on: the bytes of one reading, with the size and time before
    # it. If that is not how the file stays, it differs from the seal, and the batch is sealed again.
    for _ in range(_READS_MAX):
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise UnfitError(*kind(before.st_mode))
        if before.st_size > bytes_max:
            raise UnfitError("too_large", f"{before.st_size} bytes, and intake.payload_bytes_max is {bytes_max}")
        data = fsops.read_all(fd, before.st_size)
        after = os.fstat(fd)
        if (after.st_size, after.st_mtime_ns) == (len(data), before.st_mtime_ns):
            break
    return Content(data, before.st_mtime_ns, before.st_ino)


def _unreadable(error: OSError) -> Exception:
    if error.errno in {errno.ELOOP, errno.ENXIO}:
        return UnfitError("not_a_file", "it is a link or a socket")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return UnfitError("unreadable", str(error.strerror))
    if error.errno in {errno.EIO, errno.EISDIR, errno.ESTALE, errno.EBADMSG}:
        return UnfitError("io_error", str(error.strerror))
    return error


def take_by_copy(tree: Tree, candidate: Candidate, target: bytes, bytes_max: int) -> Content:
    """Copy the file to `target`, its modification time included.

    Raises:
        UnfitError: it can't be copied, and why.
        OSError: the fault is not with this file.
    """
    try:
        folder, name = tree.at(candidate.place)
        if candidate.taken == "copy_move" and not _is_removable(folder, name):
            raise UnfitError("not_removable", "it can't be removed from its folder")
        content = read_file(name, bytes_max, dir_fd=folder)
    except OSError as error:
        raise _not_taken(error, target) from error
    signature = candidate.signature
    if (len(content.data), content.mtime_ns, content.inode) != (
        signature.size,
        signature.mtime_ns,
        signature.inode,
    ):
        raise UnfitError("changed", "it changed while it was copied")
    fd = fsops.open_file(target, _WRITE, 0o640)
    try:
        fsops.pwrite_all(fd, content.data, 0)
        os.utime(fd, ns=(content.mtime_ns, content.mtime_ns))
        # A disk may keep less of the time than the one that it comes from; what it keeps is what the seal
        # must say.
        return content._replace(mtime_ns=os.fstat(fd).st_mtime_ns)
    finally:
        os.close(fd)


def _is_removable(folder: int, name: bytes) -> bool:
    if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder, effective_ids=True):
        return False
    above = os.stat(".", dir_fd=folder)
    owners = {0, above.st_uid, os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid}
    return not above.st_mode & stat.S_ISVTX or os.geteuid() in owners


def remove_original(tree: Tree, candidate: Candidate) -> bool:
    """Remove the file if it is still the one that was copied; returns whether it was.

    Raises:
        UnfitError: it can't be removed after all.
        OSError: the disk fails.
    """
    try:
        folder, name = tree.at(candidate.place)
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False  # gone by itself
    signature = candidate.signature
    if (status.st_ino, status.st_size, status.st_mtime_ns) != (
        signature.inode,
        signature.size,
        signature.mtime_ns,
    ):
        return False  # other bytes under the same name: a document of their own
    unlink_original(folder, name)
    return True


def unlink_original(folder: int, name: bytes) -> None:
    """Remove the original of a copy that is sealed.

    Raises:
        UnfitError: its folder does not let it go; it must not be taken a second time.
        OSError: the disk fails.
    """
    try:
        fsops.unlink(name, dir_fd=folder)
    except OSError as error:
        if error.errno not in _NOT_ALLOWED:
            raise
        raise UnfitError(
            "not_removed", f"it was taken, and can't be removed from its folder: {error.strerror}"
        ) from None


def put_back(tree: Tree, source: bytes, place: bytes) -> None:
    """Return a file from `source` to its place, or to the root under a new name if that is taken or gone."""
    beside = os.path.basename(source) + b"." + names.safe_name(place).encode()
    try:
        folder, name = tree.at(place)
        fsops.rename_new(source, name, target_dir_fd=folder)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        fsops.rename_new(source, beside, target_dir_fd=tree.folder(b""))
