"""The listing of a folder: what stands there, without following a link or entering a folder twice."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from worker.disk.layout import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.intake.tree import Tree

_HIDDEN = HIDDEN.encode()


class Signature(NamedTuple):
    """What changes when a file does: `ctime_ns` tells of new permissions, the others of new bytes."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def signature_of(status: os.stat_result) -> Signature:
    """The signature in the answer of stat(2)."""
    return Signature(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class Found(NamedTuple):
    """A regular file by its path below the root. `complete`: it was seen to be closed or moved in."""

    path: bytes
    complete: bool = False


class Odd(NamedTuple):
    """Something that is no document and never becomes one by waiting; a folder's path ends in a slash."""

    path: bytes
    reason: str
    message: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Rules:
    """Which names are looked at.

    `ignored` matches a single name; `depth_max` counts the folders of a path; `avoided` are folders by path
    that are never entered, such as the output folder where it lies in the inbox.
    """

    ignored: re.Pattern[bytes]
    depth_max: int
    avoided: frozenset[bytes] = frozenset()

    def ignores(self, name: bytes) -> bool:
        """Whether a file or folder of that name is left alone."""
        return name.startswith(_HIDDEN) or self.ignored.match(name) is not None

    def looks_at(self, path: bytes) -> bool:
        """Whether the listing would come to `path`."""
        steps = path.split(b"/")
        if len(steps) > self.depth_max + 1 or any(map(self.ignores, steps)):
            return False
        return not any(path == avoided or path.startswith(avoided + b"/") for avoided in self.avoided)


def ignored_names(patterns: Iterable[str]) -> re.Pattern[bytes]:
    """One expression for all the shell patterns, over the bytes of a name."""
    # latin-1 maps each byte to the character of its number and back, so `?` is one byte of the name.
    parts = [fnmatch.translate(os.fsencode(pattern).decode("latin-1")) for pattern in patterns]
    return re.compile("|".join(parts).encode("latin-1") or rb"(?!)", re.DOTALL)


def walk(tree: Tree, rules: Rules, start: bytes = b"") -> Iterator[Found | Odd]:
    """What stands below the folder `start`, lazily: one folder is open at a time, no list is made.

    A folder that goes away meanwhile is passed over.
    """
    visited: set[tuple[int, int]] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        try:
            fd = tree.open_folder(path)
        except OSError as error:
            yield from _unopened(tree, path, error)
            continue
        try:
            status = os.fstat(fd)
            identity = (status.st_dev, status.st_ino)
            if identity in visited:
                yield Odd(path + b"/", "directory_loop", "the folder was listed already", signature_of(status))
            else:
                visited.add(identity)
                yield from _list(fd, path, rules, waiting)
        finally:
            os.close(fd)


def _unopened(tree: Tree, path: bytes, error: OSError) -> Iterator[Odd]:
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP} or not path:
        return
    try:
        signature = signature_of(tree.status(path))
    except OSError:
        return
    yield Odd(path + b"/", "unreadable_folder", error.strerror or "it can't be read", signature)


def _list(fd: int, path: bytes, rules: Rules, waiting: list[bytes]) -> Iterator[Found | Odd]:
    prefix = path + b"/" if path else b""
    too_deep = prefix.count(b"/") >= rules.depth_max
    with os.scandir(fd) as entries:
        for entry in entries:
            name = os.fsencode(entry.name)
            if rules.ignores(name):
                continue
            if entry.is_file(follow_symlinks=False):
                yield Found(prefix + name)
            elif entry.is_dir(follow_symlinks=False) and not too_deep:
                if prefix + name not in rules.avoided:
                    waiting.append(prefix + name)
            else:
                yield from _odd(entry, prefix + name)


def _odd(entry: os.DirEntry[str], path: bytes) -> Iterator[Odd]:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(status.st_mode):
        message = "the folder lies deeper than intake.depth_max"
        yield Odd(path + b"/", "too_deep", message, signature_of(status))
        return
    reason, message = kind(status.st_mode)
    yield Odd(path, reason, message, signature_of(status))


def kind(mode: int) -> tuple[str, str]:
    """Why something of the mode of stat(2) can't be a document: a code, and a clause for a person."""
    if stat.S_ISLNK(mode):
        return "symbolic_link", "links are not followed"
    if stat.S_ISFIFO(mode):
        return "fifo", "it is a named pipe"
    if stat.S_ISSOCK(mode):
        return "socket", "it is a socket"
    if stat.S_ISDIR(mode):
        return "folder", "it is a folder"
    return "device", "it is a device"
