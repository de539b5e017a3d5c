"""One file is taken out of its folder by copy: whole, or piece by piece where it is too large for memory."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.intake.take import READ, Content, Sizes, UnfitError, digest_of, not_taken, read_file

if TYPE_CHECKING:
    from worker.intake.examine import Candidate
    from worker.intake.tree import Tree

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def take_by_copy(tree: Tree, candidate: Candidate, target: bytes, sizes: Sizes) -> Content:
    """Copy the file to `target`, its modification time included.

    Raises:
        UnfitError: it can't be copied, and why.
        OSError: the fault is not with this file.
    """
    try:
        folder, name = tree.at(candidate.place)
        if candidate.taken == "copy_move" and not _is_removable(folder, name):
            raise UnfitError("not_removable", "it can't be removed from its folder")
        if candidate.signature.size > sizes.whole:
            return _copy_in_pieces(folder, name, candidate, target)
        content = read_file(name, sizes, dir_fd=folder)
    except OSError as error:
        raise not_taken(error, target) from error
    _require_unchanged(candidate, content)
    assert content.data is not None
    fd = fsops.open_file(target, _WRITE, 0o640)
    try:
        fsops.pwrite_all(fd, content.data, 0)
        return _dated(fd, content)
    finally:
        os.close(fd)


def _copy_in_pieces(folder: int, name: bytes, candidate: Candidate, target: bytes) -> Content:
    source = fsops.open_file(name, READ, dir_fd=folder)
    try:
        before = os.fstat(source)
        if not stat.S_ISREG(before.st_mode) or before.st_size != candidate.signature.size:
            raise UnfitError("changed", "it changed before it was copied")
        fd = fsops.open_file(target, _WRITE, 0o640)
        try:
            content = digest_of(source, before, copy=fd)
            _require_unchanged(candidate, content._replace(mtime_ns=os.fstat(source).st_mtime_ns))
            return _dated(fd, content)
        except UnfitError:
            fsops.unlink(target)
            raise
        finally:
            os.close(fd)
    finally:
        os.close(source)


def _require_unchanged(candidate: Candidate, content: Content) -> None:
    signature = candidate.signature
    if (content.size, content.mtime_ns, content.inode) != (signature.size, signature.mtime_ns, signature.inode):
        raise UnfitError("changed", "it changed while it was copied")


def _dated(fd: int, content: Content) -> Content:
    """The content of the copy that is written to `fd`, which gets the time of its original."""
    os.utime(fd, ns=(content.mtime_ns, content.mtime_ns))
    # A disk may keep less of the time than the one that it comes from; what it keeps is what the seal must say.
    return content._replace(mtime_ns=os.fstat(fd).st_mtime_ns)


def _is_removable(folder: int, name: bytes) -> bool:
    if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder, effective_ids=True):
        return False
    above = os.stat(".", dir_fd=folder)
    owners = {0, above.st_uid, os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid}
    return not above.st_mode & stat.S_ISVTX or os.geteuid() in owners
