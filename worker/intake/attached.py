"""A watched folder while it is there: its watcher, what waits in it, what was claimed from it."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker import ids
from worker.disk import names
from worker.disk.position import read_position
from worker.intake.claim import Claimed, Origin, claim_files
from worker.intake.examine import Terms
from worker.intake.flight import Standing
from worker.intake.kept import Kept
from worker.intake.ledger import Ledger
from worker.intake.mount import lease_device
from worker.intake.payload import rfc3339
from worker.intake.recover import recover
from worker.intake.refused import Refused
from worker.intake.retry import Retries, waiting_retries
from worker.intake.scan import Rules, ignored_names
from worker.intake.settle import Settling
from worker.intake.take import sizes_of
from worker.intake.tree import Tree
from worker.intake.waiting import Waiting
from worker.intake.watching import Watching

if TYPE_CHECKING:
    import threading

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.intake.examine import Candidate
    from worker.settings import Intake

# The share of a core that listing by the clock may take: a folder that takes long to list is listed less often.
_LISTING_SHARE = 0.1
_RETRY_LOOK_SECONDS = 1.0
# With that many files at hand the hints can wait: they are bounded where they are.
_HINTS_BELOW = 10_000
_PRUNE_SECONDS = 60.0
_NOTHING = Claimed(None, (), ())


@dataclass(frozen=True, slots=True)
class Place:
    """A watched folder by its paths.

    Args:
        label: as the settings and the record name it.
        root: absolute and real.
        work: where its claimed files lie.
        out: the output folder, for the position that a claim remembers.
        avoided: folders below the root, absolute and real, that are none of its business.
    """

    label: str
    root: str
    work: WorkFolder
    out: OutFolder
    avoided: frozenset[str] = frozenset()


class Attached:
    """Everything that is open while the folder is there. The caller holds the lock of the work folder.

    Args:
        place: the folder.
        settings: how files are noticed and taken.
        wake: set when there is something to do.

    Raises:
        OSError: the folder can't be used; nothing is left open.
        ConfigurationError: its ledger can't be used.
    """

    def __init__(self, place: Place, settings: Intake, wake: threading.Event) -> None:
        self._place = place
        self._settings = settings
        self._watching = Watching(place.root, place.avoided, wake)
        self._unfinished = False
        self._list_at = 0.0
        self._listing_seconds = 0.0
        self._retries_at = 0.0
        self._retried = Retries("", [])
        self._prune_at = time.monotonic() + _PRUNE_SECONDS
        self.standing = Standing(held_bytes_max=settings.payload_bytes_max)
        with contextlib.ExitStack() as stack:
            self._open(stack)
            self._open_files = stack.pop_all()

    def _open(self, stack: contextlib.ExitStack) -> None:
        place, settings = self._place, self._settings
        keep = settings.mode == "keep"
        self._tree = Tree(place.root)
        stack.callback(self._tree.close)
        retries = Tree(place.work.retry)
        stack.callback(retries.close)
        ledger = None
        if keep:
            ledger = Ledger(place.work.ledger)
            stack.callback(ledger.close)
        sizes, label = sizes_of(settings), names.shown(os.fsencode(place.label))
        self.origin = Origin(self._tree, place.work, label, place.root, sizes, ledger)
        self._retries = Origin(retries, place.work, label, place.root, sizes)
        self._kept = Kept(ledger, self._tree, sizes) if ledger is not None else None
        self._refused = Refused(place.work.refused, label)
        self._waiting = Waiting(
            self._tree,
            self._terms(keep=keep),
            Settling(settings.settle_seconds),
            self._refused,
            self._kept.unknown if self._kept is not None else None,
        )
        self._resume()
        stack.callback(self._watching.stop)

    def _terms(self, *, keep: bool) -> Terms:
        settings, place = self._settings, self._place
        below = os.fsencode(place.root) + b"/"
        avoided = [path.removeprefix(below) for path in map(os.fsencode, place.avoided) if path.startswith(below)]
        rules = Rules(ignored_names(settings.ignore), settings.depth_max, frozenset(avoided))
        # A mount that must be polled is written to by others, whom no lease knows of.
        lease = None if settings.poll else lease_device(place.work.claimed)
        device = os.stat(place.work.claimed).st_dev
        return Terms(rules, settings.file_bytes_max, lease, keep, device)

    def _resume(self) -> None:
        """Finish what an earlier process, or a failure of the disk, left half done."""
        self._unfinished = True
        for claim in recover(self.origin, self.standing):
            self.standing.put(claim)
        self._unfinished = False
        self._waiting.list_all(anew=True)

    def check(self, now: float) -> bool:
        """Once a second or so: heal the watcher, list when it is time, save what is refused.

        Returns:
            Whether the folder is still the one that was attached.
        """
        try:
            status = os.stat(self._place.label)
        except OSError:
            return False
        if (status.st_dev, status.st_ino) != self._tree.identity:
            return False
        if not self._settings.poll and self._watching.heal(now):
            self._waiting.list_all(anew=True)
        if self._kept is not None and now >= self._prune_at:
            self._prune_at = now + _PRUNE_SECONDS
            self._kept.prune()
        self._refused.save()
        return True

    def next_look(self, now: float) -> float:
        """When something is to be done though nothing wakes us, by the monotonic clock."""
        due = self._waiting.next_due()
        return max(now, min(self._list_at, self._retries_at, due if due is not None else self._list_at))

    def fill(self, now: float) -> int:
        """Take in hints and read on in the listing; returns how many files are known to wait."""
        started = time.thread_time()
        if self._waiting.backlog < _HINTS_BELOW:
            self._waiting.hint(self._watching.take())
        if now >= self._list_at and not self._waiting.listing:
            self._waiting.list_all()
            self._listing_seconds = 0.0
        self._waiting.fill(now)
        self._account(started, now)
        if now >= self._retries_at:
            self._retries_at = now + _RETRY_LOOK_SECONDS
            tree, batch_max = self._retries.tree, self._settings.batch_max
            self._retried = waiting_retries(self._place.work, tree, batch_max, self._settings.file_bytes_max)
        more = self._waiting.backlog or int(self._waiting.busy)
        return more + len(self._retried.candidates) + self._unfinished

    def _account(self, started: float, now: float) -> None:
        """Note the time that listing takes, and when the next one is due."""
        self._listing_seconds += time.thread_time() - started
        if self._waiting.listing:
            pause = self._settings.poll_seconds if self._settings.poll else self._settings.rescan_seconds
            self._list_at = now + max(pause, self._listing_seconds / _LISTING_SHARE)

    def claim(self, files_max: int, bytes_max: int, now: float) -> Claimed:
        """Claim the next files that are ready, if any.

        Args:
            files_max: the most files.
            bytes_max: the most bytes, if it is more than one file.
            now: a monotonic time in seconds.

        Raises:
            OSError: the batch is not finished; the next call begins with that.
        """
        if self._unfinished:
            self._resume()
        try:
            if self._retried.candidates:
                return self._claim_retried(files_max, now)
            return self._claim_waiting(files_max, bytes_max, now)
        finally:
            self._tree.release()

    def _claim_waiting(self, files_max: int, bytes_max: int, now: float) -> Claimed:
        started = time.thread_time()
        candidates = self._waiting.take(files_max, bytes_max, now)
        self._account(started, now)
        if self._kept is not None:
            candidates = self._kept.fresh(candidates)
        claimed = self._claim(self.origin, candidates)
        left = {item.candidate for item in claimed.left}
        for candidate in candidates:
            if candidate not in left:
                self._waiting.taken(candidate)
        for item in claimed.left:
            self._waiting.left(item.candidate, item.reason, item.message, now)
        return claimed

    def _claim_retried(self, files_max: int, now: float) -> Claimed:
        retried, self._retried = self._retried, Retries("", [])
        self._retries_at = now
        origin = replace(self._retries, inbox=retried.inbox or self._retries.inbox)
        return self._claim(origin, retried.candidates[:files_max])

    def _claim(self, origin: Origin, candidates: list[Candidate]) -> Claimed:
        if not candidates:
            return _NOTHING
        self._unfinished = True
        # After a failure in here the files that were not taken are found again by the next listing.
        claimed = claim_files(
            origin,
            candidates,
            batch=ids.mint(),
            since=read_position(self._place.out),
            claimed_at=rfc3339(int(time.time())),
        )
        self._unfinished = False
        if claimed.claim is not None:
            self.standing.put(claimed.claim)
        return claimed

    def close(self) -> None:
        """Close everything; what stands in `claimed/` stays."""
        with contextlib.suppress(OSError):
            self._refused.save()
        self._open_files.close()
