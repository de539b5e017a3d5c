"""How far it has got, by the disk alone: what waits in the inboxes, what is claimed, what is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.disk.claims import batches, standing
from worker.disk.position import read_position
from worker.intake.scan import Found, Rules, ignored_names, walk
from worker.intake.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.settings import Intake


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of documents. `waiting` is None where files stay: the ledger alone could tell."""

    waiting: int | None
    claimed: int
    written: int
    duplicates: int
    rejected: int

    def __str__(self) -> str:
        waiting = "" if self.waiting is None else f"inbox {self.waiting:,} · "
        dropped = f" · duplicates {self.duplicates:,}" if self.duplicates else ""
        written = f"claimed {self.claimed:,} · written {self.written:,}"
        return f"{waiting}{written}{dropped} · rejected {self.rejected:,}"


@dataclass(slots=True)
class Pace:
    """How fast lines come, from one look to the next."""

    _written: int | None = None
    _looked: float = 0.0

    def of(self, written: int, now: float) -> str:
        """In words, empty where nothing was added since the last look. `now` is a monotonic time in seconds."""
        before, seconds = self._written, now - self._looked
        self._written, self._looked = written, now
        if before is None or written <= before or seconds <= 0:
            return ""
        rate = (written - before) / seconds
        return f" · {rate:,.0f} a second" if rate >= 10 else f" · {rate:,.1f} a second"


def progress(out: OutFolder, works: Sequence[WorkFolder], inboxes: Iterable[str], settings: Intake) -> Progress:
    """How far it has got."""
    positions = read_position(out)
    return Progress(
        None if settings.mode == "keep" else sum(1 for inbox in inboxes for _ in waiting_in(inbox, settings)),
        sum(len(standing(work, batch)) for work in works for batch in batches(work)),
        positions.articles.documents,
        positions.duplicates.documents,
        positions.rejected.documents,
    )


def waiting_in(inbox: str, settings: Intake) -> Iterator[bytes]:
    """The paths of the files in a folder, relative to it; those that can't be taken are among them."""
    rules = Rules(ignored_names(settings.ignore), settings.depth_max)
    try:
        tree = Tree(inbox)
    except OSError:
        return  # away just now
    try:
        for item in walk(tree, rules):
            if isinstance(item, Found):
                yield item.path
    finally:
        tree.close()
