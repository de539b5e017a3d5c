"""The way of one run's files: claimed, published, followed until their lines are written."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from worker import ids
from worker.disk.position import read_position
from worker.intake.claim import Claimed, Origin, claim_files
from worker.intake.flight import Allowed, Standing, allowed, bounds_of
from worker.intake.gate import Gate, closed_because
from worker.intake.payload import rfc3339
from worker.intake.progress import Progress, Tally
from worker.intake.publisher import Publisher
from worker.intake.reconcile import Link, Target
from worker.intake.recover import recover

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from worker.disk.layout import OutFolder, StateFolder
    from worker.intake.examine import Candidate
    from worker.settings import Settings

_FAILED_SECONDS = 1.0
_GATE_SECONDS = 1.0

_log = logging.getLogger("copydesk.ingest")


class Passage:
    """What is under way in one run.

    Args:
        settings: all settings.
        out: the output folder.
        state: the state folder.
        link: Redis.
        origin: the work folder, with the tree of what is tried again.
        stop: when true, a failing disk is no longer waited for.
    """

    def __init__(
        self,
        settings: Settings,
        out: OutFolder,
        state: StateFolder,
        link: Link,
        origin: Origin,
        stop: Callable[[], bool],
    ) -> None:
        self._out = out
        self._origin = origin
        self._stop = stop
        self._publisher = Publisher(link, settings.intake.reconcile_seconds)
        self._bounds = bounds_of(settings)
        self._paused = state.paused
        self._folders = (out.path, state.path)
        self._free_bytes_min = settings.intake.disk_free_bytes_min
        self._gate = Gate()
        self._gate_at = 0.0
        self.tally = Tally(origin.work)
        self._standing = Standing(self.tally.finished, settings.intake.payload_bytes_max)

    def resume(self) -> None:
        """Finish what an earlier run, or a failure of the disk, left half done.

        Raises:
            OSError: the disk fails.
        """
        for claim in recover(self._origin, self._standing):
            self._standing.put(claim)
            self.tally.claimed += len(claim.files)

    def claim(self, origin: Origin, candidates: Sequence[Candidate], now: float) -> Claimed | None:
        """Claim and publish a batch; None where the disk failed, with what it left put in order."""
        moment, since = rfc3339(int(time.time())), read_position(self._out)
        try:
            claimed = claim_files(origin, candidates, batch=ids.mint(), since=since, claimed_at=moment)
        except OSError as error:
            self._mend(error)
            return None
        if claimed.claim is not None:
            self._standing.put(claimed.claim)
            self.tally.claimed += len(claimed.claim.files)
            self._publisher.publish(claimed, now)
        return claimed

    def _mend(self, error: OSError) -> None:
        while not self._stop():
            _log.error("%s; tried again in %.0f s", error, _FAILED_SECONDS)
            time.sleep(_FAILED_SECONDS)
            try:
                self.resume()
            except OSError as next_error:
                error = next_error
            else:
                return

    def room(self, backlog: int, now: float) -> Allowed | None:
        """What the next batch may have; None while too much is under way, or the intake is paused."""
        if now >= self._gate_at:
            self._gate_at = now + _GATE_SECONDS
            self._gate.set(closed_because(self._paused, self._folders, self._free_bytes_min))
        if not self._gate.open:
            return None
        return allowed([(self._origin.work, self._standing)], self._bounds, backlog)

    def report(self, now: float) -> Progress:
        """Publish again what Redis lost, and tell how far it has got."""
        self._publisher.reconcile([Target(self._origin, self._standing)], now)
        return self.tally.report()

    def ended(self) -> bool:
        """Whether every line is written."""
        self._standing.refresh(self._origin.work)
        return not self._standing
