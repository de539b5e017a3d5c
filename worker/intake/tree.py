"""A folder whose files are reached without following a symbolic link."""

from __future__ import annotations

import os

_FOLDERS_OPEN_MAX = 128
# A folder between may be one that we may pass and not list.
_PASS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LIST = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Tree:
    """The tree below `root`. Paths are bytes, relative to the root, `b""` is the root itself.

    A folder that is swapped for a symbolic link between the listing and the claim is not entered: each step
    of a path is opened by name inside the descriptor of the step before. Descriptors are kept until
    `release`.

    Raises:
        OSError: the root can't be opened.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._root_fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        status = os.fstat(self._root_fd)
        self.identity = (status.st_dev, status.st_ino)
        self._folders: dict[bytes, int] = {}

    def open_folder(self, path: bytes) -> int:
        """A new descriptor of the folder at `path` for listing and syncing it, which the caller closes.

        Raises:
            OSError: it is not there, is not a folder, or can't be read.
        """
        return self._opened(path, _LIST)

    def _opened(self, path: bytes, flags: int) -> int:
        fd = os.open(".", _PASS, dir_fd=self._root_fd)
        try:
            *between, last = path.split(b"/") if path else [b"."]
            for name in between:
                below = os.open(name, _PASS, dir_fd=fd)
                os.close(fd)
                fd = below
            return os.open(last, flags, dir_fd=fd)
        finally:
            os.close(fd)

    def folder(self, path: bytes) -> int:
        """A descriptor of the folder at `path` to reach its files by, open until `release`."""
        fd = self._folders.get(path)
        if fd is None:
            if len(self._folders) >= _FOLDERS_OPEN_MAX:
                self.release()
            fd = self._folders[path] = self._opened(path, _PASS)
        return fd

    def at(self, path: bytes) -> tuple[int, bytes]:
        """The folder and the name of the file at `path`: what the `dir_fd` calls need."""
        folder, _, name = path.rpartition(b"/")
        return self.folder(folder), name

    def status(self, path: bytes) -> os.stat_result:
        """lstat(2) of the file at `path`."""
        folder, name = self.at(path)
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def sync(self, path: bytes) -> None:
        """fsync(2) the folder at `path`: what was removed from it does not come back."""
        fd = self.open_folder(path)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def release(self) -> None:
        """Close the folders that are open. They may have been moved since: nothing keeps one for long."""
        for fd in self._folders.values():
            os.close(fd)
        self._folders.clear()

    def close(self) -> None:
        """Close everything."""
        self.release()
        os.close(self._root_fd)
