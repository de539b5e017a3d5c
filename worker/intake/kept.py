"""Files that stay where they are: which were taken before, by their metadata or by their bytes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from worker.intake.ledger import Ledger, Taken
from worker.intake.take import UnfitError, read_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.intake.examine import Candidate
    from worker.intake.scan import Found
    from worker.intake.take import Sizes
    from worker.intake.tree import Tree

_DAY_SECONDS = 86_400


class Kept:
    """What the ledger says of the files of one tree.

    Args:
        ledger: what was taken.
        tree: the files.
        sizes: which files are read.
    """

    def __init__(self, ledger: Ledger, tree: Tree, sizes: Sizes) -> None:
        self._ledger = ledger
        self._tree = tree
        self._sizes = sizes
        self._root = os.fsencode(tree.root)

    def _place(self, path: bytes) -> bytes:
        return os.path.join(self._root, path)

    def unknown(self, found: Sequence[Found]) -> list[Found]:
        """Those that were not taken yet, or differ by inode, size or time from what was."""
        rows = self._ledger.find([self._place(file.path) for file in found])
        return [file for file in found if not self._as_taken(rows.get(self._place(file.path)), file.path)]

    def _as_taken(self, row: Taken | None, path: bytes) -> bool:
        if row is None:
            return False
        try:
            status = self._tree.status(path)
        except OSError:
            return False
        return (status.st_ino, status.st_size, status.st_mtime_ns) == (row.inode, row.size, row.mtime_ns)

    def fresh(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those whose bytes were not taken from the same place before; one only touched is noted so."""
        rows = self._ledger.find([self._place(candidate.path) for candidate in candidates])
        fresh, touched = [], []
        for candidate in candidates:
            row = rows.get(self._place(candidate.path))
            if row is None:
                fresh.append(candidate)
                continue
            signature = candidate.signature
            if signature[:3] != (row.inode, row.size, row.mtime_ns) and self._sha256(candidate) != row.sha256:
                fresh.append(candidate)
            else:
                touched.append(Taken(row.place, *signature[:3], row.sha256, row.id))
        if touched:
            self._ledger.add(touched)
        return fresh

    def _sha256(self, candidate: Candidate) -> str:
        try:
            folder, name = self._tree.at(candidate.path)
            return read_file(name, self._sizes, dir_fd=folder).sha256
        except (UnfitError, FileNotFoundError):
            return ""  # the claim says what is wrong with it

    def prune(self) -> int:
        """Look at some more rows of the ledger and drop those of files that have been gone for long."""
        return self._ledger.prune(os.path.lexists, int(time.time()) // _DAY_SECONDS)
