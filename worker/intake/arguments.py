"""The files and folders that a user names, sorted out: what is given twice is taken once."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.intake.scan import Rules


@dataclass(frozen=True, slots=True)
class Argument:
    """A folder to go through, or files of one folder.

    Args:
        label: the folder as the user named it, for the record.
        root: the folder, absolute and real.
        names: the files in it; empty: all that lies below it.
    """

    label: str
    root: str
    names: tuple[bytes, ...] = ()


def arguments_of(paths: Sequence[str], rules: Rules) -> list[Argument]:
    """What is to be gone through, in the order given.

    Args:
        paths: as the user gave them.
        rules: what is left out below a folder.

    Raises:
        FileNotFoundError: a path does not exist; `filename` is that path.
    """
    folders: dict[str, str] = {}
    files: dict[str, tuple[str, dict[bytes, None]]] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if os.path.isdir(path):
            folders.setdefault(os.path.realpath(path), path.rstrip("/") or "/")
        else:
            label, name = os.path.split(path)
            _, found = files.setdefault(os.path.realpath(label or "."), (label or ".", {}))
            found[os.fsencode(name)] = None
    whole = [Argument(label, root) for root, label in folders.items() if not _covered(root, folders, rules)]
    single = [
        Argument(label, root, tuple(name for name in found if not _covered(_join(root, name), folders, rules)))
        for root, (label, found) in files.items()
    ]
    return [*whole, *(argument for argument in single if argument.names)]


def _join(root: str, name: bytes) -> str:
    return os.path.join(root, os.fsdecode(name))


def _covered(path: str, folders: dict[str, str], rules: Rules) -> bool:
    """Whether going through another of the folders comes to `path`."""
    return any(
        path != folder
        and path.startswith(folder.rstrip("/") + "/")
        and rules.looks_at(os.fsencode(os.path.relpath(path, folder)))
        for folder in folders
    )
