"""Claimed bytes that a writer changed after the seal are sealed again, under the same ids."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.disk import claims, names
from worker.intake.claim import seal, sealed_file
from worker.intake.take import UnfitError, put_back, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.disk.claims import Claim, ClaimedFile
    from worker.intake.claim import Origin

_log = logging.getLogger("copydesk.watch")


class Resealer:
    """Compares claimed files with their seals. A change counts when it stood still between two looks."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}

    def look(self, origin: Origin, claim: Claim, present: Iterable[str]) -> tuple[Claim, frozenset[str]]:
        """Look at the files of a batch that have not left its folder.

        Returns:
            The claim, sealed again if need be, and the ids of the documents whose bytes are others now.

        Raises:
            OSError: the seal can't be written; the old one stands.
        """
        wanted = set(present)
        files = {file.id: file for file in claim.files if file.id in wanted}
        moved = {name: file for name, file in files.items() if self._moved(origin, claim.batch, file)}
        if not moved:
            return claim, frozenset()
        again = {name: self._read(origin, claim.batch, file) for name, file in moved.items()}
        rows = {name: row for name, row in again.items() if row is not None}
        if not rows:
            return claim, frozenset()
        sealed = replace(claim, files=tuple(rows.get(file.id, file) for file in claim.files))
        seal(origin.work, sealed)
        changed = frozenset(name for name, row in rows.items() if row.sha256 != files[name].sha256)
        for name in changed:
            _log.info("%s (%s) changed after it was claimed: sealed again", name, names.shown(files[name].path))
        return sealed, changed

    def _moved(self, origin: Origin, batch: str, file: ClaimedFile) -> bool:
        """Whether the file differs from the seal and has not changed since the last look."""
        try:
            status = os.lstat(claims.document_path(origin.work, batch, file.id))
        except FileNotFoundError:
            self._seen.pop(file.id, None)
            return False
        now = (status.st_size, status.st_mtime_ns)
        if now == (file.size, file.mtime_ns):
            self._seen.pop(file.id, None)
            return False
        earlier = self._seen.get(file.id)
        self._seen[file.id] = now
        return earlier == now

    def _read(self, origin: Origin, batch: str, file: ClaimedFile) -> ClaimedFile | None:
        path = os.fsencode(claims.document_path(origin.work, batch, file.id))
        self._seen.pop(file.id, None)
        try:
            return sealed_file(file, read_file(path, origin.sizes))
        except FileNotFoundError:
            return None
        except UnfitError as unfit:
            _log.error("%s (%s) changed after it was claimed: %s", file.id, names.shown(file.path), unfit.message)
            if file.taken == "rename" and unfit.reason == "too_large":
                # Nothing was written of it, and nothing can be: it is a refused file of the inbox again.
                put_back(origin.tree, path, file.path)
            return None
