"""The claimed batches as the writer sees them: what a line may be written for, and where its file lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.disk import claims
from worker.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.claims import Claim, ClaimedFile
    from worker.disk.layout import WorkFolder
    from worker.store.wire import Part


_SEALED_ANEW = "other bytes are claimed"
_CHANGED = "its bytes changed after the seal"
OTHER_BYTES = frozenset({_SEALED_ANEW, _CHANGED})
"""Of the reasons of `Claimed.document`, those that say that the document has other bytes than the part was made of."""


@dataclass(slots=True)
class Batch:
    """A batch whose folder stands. `waiting` are its documents whose files have not left it, as far as is known."""

    work: WorkFolder
    claim: Claim
    files: dict[str, ClaimedFile]
    waiting: set[str]


@dataclass(frozen=True, slots=True)
class ClaimedDocument:
    """A document whose claimed bytes are those that a part was made from."""

    batch: Batch
    file: ClaimedFile


class Claimed:
    """Finds batches, and keeps what it has read of them for as long as they stand.

    `works` gives the work folders there are; it is asked again when a batch is in none of the known ones.
    `on_found` is told each batch that was read anew.
    """

    def __init__(self, works: Callable[[], tuple[WorkFolder, ...]], on_found: Callable[[Batch], None]) -> None:
        self._works = works
        self._on_found = on_found
        self._known: tuple[WorkFolder, ...] = ()
        self._batches: dict[str, Batch] = {}

    def take_stock(self) -> list[Batch]:
        """Read every batch that stands now, and forget the others. `on_found` is not told."""
        self._known = self._works()
        found = (_read(work, name) for work in self._known for name in claims.batches(work))
        self._batches = {batch.claim.batch: batch for batch in found if batch is not None}
        return list(self._batches.values())

    def document(self, part: Part) -> ClaimedDocument | str:
        """The claimed document that `part` was made of (of a member, its container), or in words why there is none.

        What does not fit is read again from disk before it is said: a batch may have been sealed anew.

        Raises:
            OSError: the disk.
        """
        batch = self._batches.get(part.batch)
        found = _match(batch, part) if batch is not None else ""
        if isinstance(found, str):
            batch = self._find(part.batch)
            found = _match(batch, part) if batch is not None else "its batch does not stand"
        return found

    def standing(self) -> frozenset[str]:
        """The documents whose files stand in any batch at this moment.

        Raises:
            OSError: the disk.
        """
        self._known = self._works()
        batches = ((work, name) for work in self._known for name in claims.batches(work))
        return frozenset(document for work, name in batches for document in claims.standing(work, name))

    def left(self, batch: Batch, document: str) -> None:
        """The file of `document` has left its batch; a batch that is empty goes.

        Raises:
            OSError: the disk. `tidy` tries again.
        """
        batch.waiting.discard(document)
        if not batch.waiting:
            self._remove(batch)

    def tidy(self) -> None:
        """Remove what `left` could not, and forget the batches whose folders somebody else has removed.

        Raises:
            OSError: the disk.
        """
        for batch in list(self._batches.values()):
            if batch.claim.sealed and not batch.waiting:
                self._remove(batch)
            elif not os.path.isdir(claims.batch_folder(batch.work, batch.claim.batch)):
                del self._batches[batch.claim.batch]

    def _remove(self, batch: Batch) -> None:
        claims.remove_batch(batch.work, batch.claim.batch)
        self._batches.pop(batch.claim.batch, None)

    def _find(self, name: str) -> Batch | None:
        self._batches.pop(name, None)
        if not is_id(name):
            return None
        batch = self._look(name)
        if batch is None:
            self._known = self._works()
            batch = self._look(name)
        if batch is not None:
            self._batches[name] = batch
            self._on_found(batch)
        return batch

    def _look(self, name: str) -> Batch | None:
        return next(filter(None, (_read(work, name) for work in self._known)), None)


def _read(work: WorkFolder, name: str) -> Batch | None:
    claim = claims.read_claim(work, name)
    if claim is None:
        return None
    return Batch(work, claim, {file.id: file for file in claim.files}, set(claims.standing(work, name)))


def _match(batch: Batch, part: Part) -> ClaimedDocument | str:
    file = batch.files.get(part.claimed)
    if file is None:
        return "its batch does not have it"
    if not batch.claim.sealed:
        return "its batch is not sealed"
    if file.sha256 != part.sha256:
        return _SEALED_ANEW
    try:
        status = os.lstat(claims.document_path(batch.work, batch.claim.batch, file.id))
    except FileNotFoundError:
        return "it is no longer claimed"
    if (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns):
        return _CHANGED
    return ClaimedDocument(batch, file)
