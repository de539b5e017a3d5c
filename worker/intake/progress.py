"""How far `copydesk ingest` has got."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.disk.claims import Claim
    from worker.disk.layout import WorkFolder

_DAYS_LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """A report.

    Args:
        found: files that the given paths hold, counted before the first is taken.
        known: files that an earlier run took.
        refused: files that can't be taken; the log has the reasons.
        claimed: documents under way or done, with those of an earlier run that was cut short.
        done: documents whose line is written.
        rejected: those of them that were rejected.
        waiting: another `ingest` on the same state has to end first.
        documents: ids of the documents that were done since the last report.
    """

    found: int = 0
    known: int = 0
    refused: int = 0
    claimed: int = 0
    done: int = 0
    rejected: int = 0
    waiting: bool = False
    documents: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts up to the next report."""

    work: WorkFolder
    found: int = 0
    known: int = 0
    refused: int = 0
    claimed: int = 0
    done: int = 0
    rejected: int = 0
    documents: list[str] = field(default_factory=list)

    def finished(self, claim: Claim) -> None:
        """A batch is done: all its documents are lines; a rejected one has a reason beside its file."""
        self.done += len(claim.files)
        self.documents += [file.id for file in claim.files]
        days = self._last_days()
        self.rejected += sum(any(os.path.lexists(f"{day}/{file.id}.json") for day in days) for file in claim.files)

    def _last_days(self) -> list[str]:
        try:
            days = sorted(os.listdir(self.work.rejected))
        except FileNotFoundError:
            return []
        return [f"{self.work.rejected}/{day}" for day in days[-_DAYS_LOOKED_AT:]]

    def report(self) -> Progress:
        """The counts until now."""
        documents, self.documents = tuple(self.documents), []
        return Progress(
            self.found, self.known, self.refused, self.claimed, self.done, self.rejected, documents=documents
        )
