"""The next files of one folder that can be claimed: events, listing, probe and settling put together.

Nothing is held for all the files that wait: the listing is read on as they are taken.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from worker.intake.examine import Candidate, Examiner, Terms
from worker.intake.scan import Found, Odd, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from worker.intake.refused import Refused
    from worker.intake.settle import Settling
    from worker.intake.tree import Tree
    from worker.intake.watch import Hints

CHUNK_FILES = 10_000
_EXAMINED_MAX = 2_000
_READ_AT_ONCE = 1_000
_WALKS_MAX = 64


class Waiting:
    """What waits below one root.

    Args:
        tree: the root.
        terms: how files are judged.
        settling: the files under observation.
        refused: the files that can't be taken.
        unknown: leaves out those of the paths that were taken before and still are as they were (keep mode).
    """

    def __init__(
        self,
        tree: Tree,
        terms: Terms,
        settling: Settling,
        refused: Refused,
        unknown: Callable[[Sequence[Found]], Iterable[Found]] | None = None,
    ) -> None:
        self._tree = tree
        self._terms = terms
        self._settling = settling
        self._refused = refused
        self._unknown = unknown
        self._examiner = Examiner(tree, terms, settling, refused)
        # None marks the end of a whole listing: all that came before it has been looked at.
        self._queue: deque[Found | None] = deque()
        self._walks: deque[tuple[Iterator[Found | Odd], bool]] = deque()
        self._wholes = 0
        self._listing_again = False

    @property
    def backlog(self) -> int:
        """How many files are known to wait, those that are not yet listed left out."""
        return len(self._queue)

    @property
    def busy(self) -> bool:
        """Whether there is something to look at now."""
        return bool(self._queue) or bool(self._walks and self._listable() > 0)

    @property
    def listing(self) -> bool:
        """Whether a whole listing is under way."""
        return self._wholes > 0

    def next_due(self) -> float | None:
        """When a file under observation is to be looked at again, by the monotonic clock."""
        return self._settling.next_due()

    def list_all(self, *, anew: bool = False) -> None:
        """List the whole tree; a listing under way will do, unless one must begin `anew` behind it."""
        if self.listing:
            self._listing_again |= anew
        else:
            self._begin()

    def _begin(self) -> None:
        self._wholes += 1
        self._walks.append((walk(self._tree, self._terms.rules), True))

    def hint(self, hints: Hints) -> None:
        """Look first at what events told of."""
        rules = self._terms.rules
        self._queue.extend(self._new([Found(*item) for item in hints.files.items() if rules.looks_at(item[0])]))
        for path in hints.folders:
            if rules.looks_at(path) and len(self._walks) < _WALKS_MAX:
                self._walks.append((walk(self._tree, rules, path), False))
        if hints.lost or len(self._walks) >= _WALKS_MAX:
            self.list_all(anew=True)

    def fill(self, now: float) -> None:
        """Read on in the listing, by one chunk at the most. `now` is a monotonic time in seconds."""
        self._queue.extend(Found(path) for path in self._settling.due(now))
        listable = self._listable()
        while self._walks and listable > 0 and len(self._queue) < CHUNK_FILES:
            found: list[Found] = []
            read = 0
            for item in islice(self._walks[0][0], min(listable, _READ_AT_ONCE)):
                read += 1
                if isinstance(item, Found):
                    found.append(item)
                else:
                    self._examiner.refuse(item, now)
            self._queue.extend(self._new(found))
            listable -= read
            if read == 0:
                self._walk_ended()

    def _listable(self) -> int:
        # Where files must settle, no more are listed than can be watched: the others wait in the folder,
        # unlisted.
        settles = self._terms.lease_device is None and not self._terms.trusted
        return min(self._settling.room - len(self._queue), CHUNK_FILES) if settles else CHUNK_FILES

    def _new(self, found: list[Found]) -> Iterable[Found]:
        return self._unknown(found) if self._unknown is not None and found else found

    def _walk_ended(self) -> None:
        _, whole = self._walks.popleft()
        if whole:
            self._queue.append(None)

    def _listing_ended(self) -> None:
        self._refused.listing_ended()
        self._wholes -= 1
        if self._listing_again:
            self._listing_again = False
            self._begin()

    def take(self, files_max: int, bytes_max: int, now: float) -> list[Candidate]:
        """The next files that are ready, all to be taken in the same way; at least one if any is ready.

        Looks at a bounded number of files: an empty answer means none only if `busy` is false then.

        Args:
            files_max: the most files.
            bytes_max: the most bytes, if it is more than one file.
            now: a monotonic time in seconds.
        """
        batch: dict[bytes, Candidate] = {}
        free = bytes_max
        for _ in range(_EXAMINED_MAX):
            if not self._queue or len(batch) >= files_max:
                break
            found = self._queue.popleft()
            if found is None:
                self._listing_ended()
                continue
            if found.path in batch:
                continue
            candidate = self._examiner.examine(found, now)
            if candidate is None:
                continue
            first = next(iter(batch.values()), candidate)
            if batch and (candidate.signature.size > free or candidate.taken != first.taken):
                self._queue.appendleft(found)
                break
            batch[found.path] = candidate
            free -= candidate.signature.size
        return list(batch.values())

    def give_back(self, candidates: Iterable[Candidate]) -> None:
        """The claim failed for a reason that is not theirs: they are next again."""
        self._queue.extendleft(Found(candidate.path, complete=True) for candidate in candidates)

    def taken(self, candidate: Candidate) -> None:
        """The file is claimed."""
        self._examiner.taken(candidate.path)

    def left(self, candidate: Candidate, reason: str, message: str, now: float) -> None:
        """The claim left the file where it is, for one of the reasons of `claim.Left`."""
        self._examiner.left(candidate, reason, message, now)
        if reason == "other_mount":
            self._queue.append(Found(candidate.path, complete=True))
