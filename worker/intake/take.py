"""One file is taken out of its folder by rename, and read once. It goes back if it is unfit."""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from worker.disk import fsops, names
from worker.intake.scan import kind

if TYPE_CHECKING:
    from worker.intake.examine import Candidate
    from worker.intake.tree import Tree
    from worker.settings import Intake

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_READS_MAX = 3
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


class UnfitError(Exception):
    """A claimed file can't be a document: `reason` is a code of `Left`, `message` a clause for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Sizes(NamedTuple):
    """The largest file that is taken, and the largest that is read into memory."""

    taken: int
    whole: int


def sizes_of(settings: Intake) -> Sizes:
    """What the settings say."""
    return Sizes(settings.file_bytes_max, settings.payload_bytes_max)


class Content(NamedTuple):
    """The bytes of a file, None where they are too many, and its metadata as it was when they were read."""

    data: bytes | None
    size: int
    sha256: str
    mtime_ns: int
    inode: int


def take_by_rename(tree: Tree, candidate: Candidate, target: bytes, sizes: Sizes) -> Content:
    """Rename the file to `target` and read it there.

    Raises:
        UnfitError: it is where it was, and why.
        OSError: the fault is not with this file.
    """
    try:
        folder, name = tree.at(candidate.place)
        fsops.rename(name, target, source_dir_fd=folder)
    except OSError as error:
        raise not_taken(error, target) from error
    try:
        return read_file(target, sizes)
    except UnfitError:
        # Swapped or grown since it was looked at: it goes back, and the next listing judges it.
        put_back(tree, target, candidate.place)
        raise


def not_taken(error: OSError, target: bytes) -> Exception:
    """Why a file could not be taken; the error itself where the fault is not with the file."""
    if error.errno == errno.EXDEV:
        return UnfitError("other_mount", "it lies on another mount")
    if error.errno in _NOT_ALLOWED:
        return UnfitError("not_removable", f"it can't be moved out of its folder ({error.strerror})")
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP} and os.path.isdir(os.path.dirname(target)):
        return UnfitError("gone", "it is gone")
    return error


def read_file(path: bytes, sizes: Sizes, *, dir_fd: int | None = None) -> Content:
    """Read a file once, whatever it is: whole, or piece by piece where it is too large for memory.

    Raises:
        UnfitError: it is no regular file, too large, or can't be read.
        FileNotFoundError: it is gone.
    """
    try:
        fd = fsops.open_file(path, READ, dir_fd=dir_fd)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(error) from error
    try:
        return _read_steadily(fd, sizes)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(fd)


def _read_steadily(fd: int, sizes: Sizes) -> Content:
    # A writer that kept its handle may write on: the bytes of one reading, with the size and time before
    # it. If that is not how the file stays, it differs from the seal, and the batch is sealed again.
    for _ in range(_READS_MAX):
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise UnfitError(*kind(before.st_mode))
        if before.st_size > sizes.taken:
            raise UnfitError("too_large", f"{before.st_size} bytes, and intake.file_bytes_max is {sizes.taken}")
        content = _whole(fd, before) if before.st_size <= sizes.whole else digest_of(fd, before)
        after = os.fstat(fd)
        if (after.st_size, after.st_mtime_ns) == (content.size, before.st_mtime_ns):
            break
    return content


def _whole(fd: int, status: os.stat_result) -> Content:
    data = fsops.read_all(fd, status.st_size)
    return Content(data, len(data), sha256(data).hexdigest(), status.st_mtime_ns, status.st_ino)


def digest_of(fd: int, status: os.stat_result, copy: int | None = None) -> Content:
    """What is known of a file that is too large for memory; written to the descriptor `copy` on the way."""
    digest, size = sha256(), 0
    for piece in fsops.read_pieces(fd, status.st_size):
        if copy is not None:
            fsops.pwrite_all(copy, piece, size)
        digest.update(piece)
        size += len(piece)
    return Content(None, size, digest.hexdigest(), status.st_mtime_ns, status.st_ino)


def _unreadable(error: OSError) -> Exception:
    if error.errno in {errno.ELOOP, errno.ENXIO}:
        return UnfitError("not_a_file", "it is a link or a socket")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return UnfitError("unreadable", str(error.strerror))
    if error.errno in {errno.EIO, errno.EISDIR, errno.ESTALE, errno.EBADMSG}:
        return UnfitError("io_error", str(error.strerror))
    return error


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
