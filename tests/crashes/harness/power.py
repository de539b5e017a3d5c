"""A disk that loses power: what was not synced may be lost, kept in part, or be there as zeros, in any order.

It stands in for the functions of `fsops`. The files are real, so that the code under test reads them as ever; beside
them it keeps what is durable, and what is pending since the last sync. A power cut chooses among the pending, puts the
files and names into that state, under their old inodes, and forgets the rest.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from unittest import mock

from worker.disk import fsops
from worker.failpoints import Crashed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Fate = Literal["kept", "lost", "zeros", "first half", "second half"]


class Chance(Protocol):
    """Chooses what becomes of what was pending. `index` counts from 0 to `count` - 1, the oldest first."""

    def name(self, index: int, count: int) -> bool:
        """Whether a change of names survives."""

    def data(self, index: int, count: int) -> Fate:
        """What is left of a write."""


@dataclass(slots=True)
class _Write:
    offset: int
    data: bytes


@dataclass(slots=True)
class _Extend:
    length: int


class _Truncate:
    pass


@dataclass(slots=True)
class _File:
    """The durable bytes, and what was done since the last sync."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[_Write | _Extend | _Truncate] = field(default_factory=list)


@dataclass(slots=True)
class _Folder:
    """Name -> inode as durable, and changes since the last sync; a change sets names, None for a name that goes."""

    durable: dict[str, int] = field(default_factory=dict)
    pending: list[dict[str, int | None]] = field(default_factory=list)


class PowerDisk:
    """The model.

    Args:
        root: the folder under test; files that stand there are durable.
        keep: an empty folder on the same file system, where each file has a second name.
        dropped: syncs that this disk forgets to make: gets the path and the names of the calling functions.
    """

    def __init__(self, root: Path, keep: Path, dropped: Callable[[str, list[str]], bool] | None = None) -> None:
        self._root = str(root)
        self._keep = str(keep)
        self._dropped = dropped
        self._files: dict[int, _File] = {}
        self._folders: dict[str, _Folder] = {}
        self._paths: dict[int, str] = {}
        self.steps = 0
        self.dies_at: int | None = None
        self.sync_fails_at: int | None = None
        self.syncs: list[int] = []

    @contextlib.contextmanager
    def in_place_of_the_disk(self) -> Iterator[None]:
        """Let `fsops` write to this disk for the time of the block."""
        names = ("open_file", "pwrite_all", "fdatasync", "sync_folder", "preallocate", "reserve", "rename", "unlink")
        with contextlib.ExitStack() as stack:
            for name in (*names, "set_access"):
                stack.enter_context(mock.patch.object(fsops, name, getattr(self, name)))
            yield

    def _step(self) -> None:
        if self.dies_at is not None and self.steps >= self.dies_at:
            raise Crashed(f"step {self.steps}")
        self.steps += 1

    # What stands in for fsops.

    def open_file(self, path: str, flags: int, mode: int = 0o600, *, dir_fd: int | None = None) -> int:
        assert dir_fd is None
        self._step()
        existed = os.path.lexists(path)
        fd = os.open(path, flags | os.O_CLOEXEC, mode)
        inode = os.fstat(fd).st_ino
        if not existed:
            os.link(path, f"{self._keep}/{inode}")
            self._files[inode] = _File()
            self._folder(path).pending.append({os.path.basename(path): inode})
        elif flags & os.O_TRUNC:
            self._file(fd).pending.append(_Truncate())
        self._paths[inode] = path
        return fd

    def pwrite_all(self, fd: int, data: bytes, offset: int, *, torn: str = "") -> None:
        self._step()
        os.pwrite(fd, data, offset)
        self._file(fd).pending.append(_Write(offset, bytes(data)))

    def preallocate(self, fd: int, length: int) -> None:
        self._step()
        os.posix_fallocate(fd, 0, length)
        self._file(fd).pending.append(_Extend(length))

    def reserve(self, fd: int, offset: int, length: int) -> None:
        self._step()

    def set_access(self, fd: int, mode: int, uid: int, gid: int) -> None:
        pass

    def fdatasync(self, fd: int) -> None:
        self._step()
        if self._is_dropped(self._paths.get(os.fstat(fd).st_ino, "")):
            return
        self.syncs.append(self.steps)
        file = self._file(fd)
        if self.sync_fails_at == self.steps:
            # As Linux does it: the pages are clean now, what they hold is read as ever, and the disk never gets it.
            file.pending.clear()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        for change in file.pending:
            _apply(file.durable, change, "kept")
        file.pending.clear()

    def sync_folder(self, path: str) -> None:
        self._step()
        if self._is_dropped(path):
            return
        folder = self._folders.setdefault(path, _Folder())
        for names in folder.pending:
            _set(folder.durable, names)
        folder.pending.clear()

    def rename(self, source: str, target: str, *, source_dir_fd: int | None = None) -> None:
        assert os.path.dirname(source) == os.path.dirname(target)
        self._step()
        inode = os.stat(source).st_ino
        os.rename(source, target)
        self._paths[inode] = target
        names = {os.path.basename(source): None, os.path.basename(target): inode}
        self._folder(target).pending.append(names)

    def unlink(self, path: str, *, dir_fd: int | None = None) -> None:
        self._step()
        if os.path.lexists(path):
            os.unlink(path)
            self._folder(path).pending.append({os.path.basename(path): None})

    # The cut.

    def cut_power(self, chance: Chance) -> None:
        """Everything that is pending meets its fate, and all processes are gone."""
        for path, folder in self._folders.items():
            for index, names in enumerate(folder.pending):
                if chance.name(index, len(folder.pending)):
                    _set(folder.durable, names)
            folder.pending.clear()
            self._restore_names(path, folder)
        for inode, file in self._files.items():
            for index, change in enumerate(file.pending):
                _apply(file.durable, change, chance.data(index, len(file.pending)))
            file.pending.clear()
            with open(f"{self._keep}/{inode}", "r+b") as opened:
                opened.truncate(0)
                opened.write(file.durable)

    def remove(self, path: str) -> None:
        """Somebody removes a file, durably."""
        os.unlink(path)
        _set(self._folder(path).durable, {os.path.basename(path): None})

    def _restore_names(self, path: str, folder: _Folder) -> None:
        for name in os.listdir(path):
            if not os.path.isdir(f"{path}/{name}"):
                os.unlink(f"{path}/{name}")
        for name, inode in folder.durable.items():
            os.link(f"{self._keep}/{inode}", f"{path}/{name}")

    def _file(self, fd: int) -> _File:
        return self._files[os.fstat(fd).st_ino]

    def _folder(self, path: str) -> _Folder:
        return self._folders.setdefault(os.path.dirname(path), _Folder())

    def _is_dropped(self, path: str) -> bool:
        if self._dropped is None:
            return False
        callers: list[str] = []
        frame = sys._getframe(2)
        while frame is not None and len(callers) < 5:
            callers.append(frame.f_code.co_name)
            frame = frame.f_back  # type: ignore[assignment]
        return self._dropped(os.path.relpath(path, self._root), callers)


def _set(durable: dict[str, int], names: dict[str, int | None]) -> None:
    for name, inode in names.items():
        if inode is None:
            durable.pop(name, None)
        else:
            durable[name] = inode


def _apply(durable: bytearray, change: _Write | _Extend | _Truncate, fate: Fate) -> None:
    if fate == "lost":
        return
    if isinstance(change, _Truncate):
        durable.clear()
        return
    if isinstance(change, _Extend):
        durable.extend(bytes(max(0, change.length - len(durable))))
        return
    end = change.offset + len(change.data)
    durable.extend(bytes(max(0, end - len(durable))))
    half = len(change.data) // 2
    begin, stop = {"kept": (0, len(change.data)), "first half": (0, half), "second half": (half, len(change.data))}.get(
        fate, (0, 0)
    )
    durable[change.offset + begin : change.offset + stop] = change.data[begin:stop]
