"""How much may be under way at once: the inbox is the backlog, Redis holds no more than its share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from worker.disk.claims import Claim
    from worker.disk.layout import WorkFolder
    from worker.settings import Settings


class Allowed(NamedTuple):
    """How many files and bytes the next batch may have."""

    files: int
    bytes: int


class Standing:
    """The sealed batches of one work folder that are not done, each counted whole until its folder is gone.

    Args:
        on_done: called with each batch that is done.
        held_bytes_max: the largest file whose bytes are in Redis; larger ones count as a document, not as bytes.
    """

    def __init__(self, on_done: Callable[[Claim], None] | None = None, held_bytes_max: float = float("inf")) -> None:
        self._claims: dict[str, Claim] = {}
        self._on_done = on_done
        self._held_bytes_max = held_bytes_max
        self.documents = 0
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._claims)

    def __contains__(self, batch: object) -> bool:
        return batch in self._claims

    def __iter__(self) -> Iterator[Claim]:
        return iter(list(self._claims.values()))

    def put(self, claim: Claim) -> None:
        """A batch is sealed, or sealed again."""
        self._drop(claim.batch)
        self._claims[claim.batch] = claim
        self.documents += len(claim.files)
        self.bytes += self._held(claim)

    def _held(self, claim: Claim) -> int:
        return sum(file.size for file in claim.files if file.size <= self._held_bytes_max)

    def _drop(self, batch: str) -> None:
        claim = self._claims.pop(batch, None)
        if claim is not None:
            self.documents -= len(claim.files)
            self.bytes -= self._held(claim)

    def refresh(self, work: WorkFolder) -> None:
        """Drop the batches whose folder is gone."""
        try:
            folders = set(os.listdir(work.claimed))
        except FileNotFoundError:
            folders = set()
        for claim in self:
            if claim.batch not in folders:
                self._drop(claim.batch)
                if self._on_done is not None:
                    self._on_done(claim)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be under way, how large a batch may be, and among how many workers a pile is divided."""

    documents_max: int
    bytes_max: int
    batch_max: int
    batch_bytes_max: int
    shares: int


def bounds_of(settings: Settings) -> Bounds:
    """The bounds that the settings give."""
    intake = settings.intake
    return Bounds(
        intake.in_flight_documents_max,
        intake.in_flight_bytes_max,
        min(intake.batch_max, intake.in_flight_documents_max),
        intake.batch_bytes_max,
        settings.worker.count,
    )


def batch_files(backlog: int, under_way: int, shares: int, batch_max: int) -> int:
    """How many files the next batch takes: a share of all that is to be done, for each worker as much.

    One file alone goes at once, a handful is divided among the workers, a pile goes in full batches, which cost the
    least for each file.

    Args:
        backlog: files that wait.
        under_way: documents that are claimed and not done.
        shares: the workers.
        batch_max: the most files.
    """
    share = -(-(backlog + under_way) // max(1, shares))
    return max(1, min(backlog, share, batch_max))


def allowed(under_way: Sequence[tuple[WorkFolder, Standing]], bounds: Bounds, backlog: int) -> Allowed | None:
    """What the next batch may have; None where too much is under way.

    A single file may go beyond the bytes: otherwise a large one could wait for ever.
    """
    documents, size = _left(under_way, bounds)
    wanted = batch_files(backlog, bounds.documents_max - documents, bounds.shares, bounds.batch_max)
    if documents < wanted or size < bounds.batch_bytes_max:
        for work, standing in under_way:
            standing.refresh(work)
        documents, size = _left(under_way, bounds)
    if any(standing for _, standing in under_way) and (documents < wanted or size <= 0):
        return None
    return Allowed(wanted, max(1, min(bounds.batch_bytes_max, size)))


def _left(under_way: Sequence[tuple[WorkFolder, Standing]], bounds: Bounds) -> tuple[int, int]:
    documents = sum(standing.documents for _, standing in under_way)
    size = sum(standing.bytes for _, standing in under_way)
    return bounds.documents_max - documents, bounds.bytes_max - size
