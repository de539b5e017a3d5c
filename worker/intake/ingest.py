"""`copydesk ingest`: once through given files and folders, which stay where they are."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from worker import ids
from worker.disk import names
from worker.disk.lock import LockedError, hold_lock
from worker.disk.position import read_position
from worker.intake.arguments import Argument, arguments_of
from worker.intake.claim import Claimed, Origin, claim_files
from worker.intake.examine import Terms
from worker.intake.flight import Allowed, Standing, allowed, bounds_of
from worker.intake.gate import Gate, closed_because
from worker.intake.kept import Kept
from worker.intake.ledger import Ledger
from worker.intake.payload import rfc3339
from worker.intake.progress import Progress, Tally
from worker.intake.publisher import Publisher
from worker.intake.reconcile import Link, Target
from worker.intake.recover import recover
from worker.intake.refused import Refused
from worker.intake.retry import waiting_retries
from worker.intake.scan import Found, Rules, ignored_names, walk
from worker.intake.settle import Settling
from worker.intake.tree import Tree
from worker.intake.waiting import Waiting
from worker.intake.watch import Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import redis

    from worker.disk.layout import OutFolder, StateFolder
    from worker.intake.examine import Candidate
    from worker.settings import Settings
    from worker.store.keys import Keys

NAME = "ingest"
_PAUSE_SECONDS = 0.02
_FAILED_SECONDS = 1.0
_LOCK_SECONDS = 0.25
_GATE_SECONDS = 1.0

_log = logging.getLogger("copydesk.ingest")


def ingest_paths(
    paths: Sequence[str],
    settings: Settings,
    out: OutFolder,
    state: StateFolder,
    client: redis.Redis,
    keys: Keys,
    key: bytes,
    stop: Callable[[], bool],
    *,
    again: bool = False,
) -> Iterator[Progress]:
    """Claim and publish what the paths hold, and wait until every line of it is written.

    The caller runs workers and writer meanwhile and reads on until the end; reports come many times a second.

    Args:
        paths: files and folders.
        settings: all settings.
        out: the output folder.
        state: the state folder; the copies lie in its work folder `ingest`.
        client: Redis; it may be away.
        keys: the names of its keys.
        key: what signs payloads and jobs.
        stop: when true, it ends early; the next run goes on with what stands.
        again: take also what an earlier run took.

    Raises:
        FileNotFoundError: a path does not exist; `filename` is that path. At once, before the first report.
        ConfigurationError: the ledger can't be used.
    """
    rules = Rules(ignored_names(settings.intake.ignore), settings.intake.depth_max)
    given = arguments_of(paths, rules)
    return Ingest(settings, out, state, Link(client, keys, key), stop, again=again).run(given)


class Ingest:
    """One run of `copydesk ingest`; `run` is called once."""

    def __init__(
        self,
        settings: Settings,
        out: OutFolder,
        state: StateFolder,
        link: Link,
        stop: Callable[[], bool],
        *,
        again: bool,
    ) -> None:
        self._settings = settings
        self._out = out
        self._state = state
        self._stop = stop
        self._again = again
        self._work = state.work(NAME)
        self._publisher = Publisher(link, settings.intake.reconcile_seconds)
        self._tally = Tally(self._work)
        self._standing = Standing(self._tally.finished)
        self._gate = Gate()
        self._gate_at = 0.0

    def run(self, given: Sequence[Argument]) -> Iterator[Progress]:
        """Go through the arguments, then wait for the last line."""
        self._work.create()
        with contextlib.ExitStack() as stack:
            for fd in self._wait_for_lock():
                if fd is None:
                    yield Progress(waiting=True)
                else:
                    stack.callback(os.close, fd)
            if self._stop():
                return
            ledger = Ledger(self._work.ledger)
            stack.callback(ledger.close)
            retries = Tree(self._work.retry)
            stack.callback(retries.close)
            self._origin = Origin(retries, self._work, NAME, "/", self._settings.intake.payload_bytes_max, ledger)
            self._tally.found = sum(self._count(argument) for argument in given)
            self._resume()
            yield from self._take_retries()
            for argument in given:
                yield from self._go_through(argument, ledger)
            yield from self._wait_for_lines()

    def _wait_for_lock(self) -> Iterator[int | None]:
        told = False
        while not self._stop():
            try:
                yield hold_lock(self._work.lock)
            except LockedError as error:
                if not told:
                    _log.warning("another `copydesk ingest` is at work (%s): waiting for its end", error.holder)
                    told = True
                yield None
                time.sleep(_LOCK_SECONDS)
            else:
                return

    def _rules(self, argument: Argument) -> Rules:
        # A file that is named is meant, whatever its name.
        ignored = () if argument.names else self._settings.intake.ignore
        avoided = (os.fsencode(os.path.relpath(path, argument.root)) for path in (self._out.path, self._state.path))
        return Rules(ignored_names(ignored), self._settings.intake.depth_max, frozenset(avoided))

    def _count(self, argument: Argument) -> int:
        if argument.names:
            return len(argument.names)
        with contextlib.closing(Tree(argument.root)) as tree:
            return sum(isinstance(item, Found) for item in walk(tree, self._rules(argument)))

    def _resume(self) -> None:
        """Finish what an earlier run, or a failure of the disk, left half done."""
        for claim in recover(self._origin, self._standing):
            self._standing.put(claim)
            self._tally.claimed += len(claim.files)

    def _go_through(self, argument: Argument, ledger: Ledger) -> Iterator[Progress]:
        with contextlib.closing(Tree(argument.root)) as tree:
            label = names.shown(os.fsencode(argument.label))
            limit = self._settings.intake.payload_bytes_max
            origin = Origin(tree, self._work, label, argument.root, limit, ledger)
            kept = Kept(ledger, tree, limit)
            refused = Refused(self._work.refused, label)
            terms = Terms(self._rules(argument), limit, None, keep=True, device=0, trusted=True)
            waiting = Waiting(tree, terms, Settling(0.0), refused, None)
            if argument.names:
                waiting.hint(Hints(dict.fromkeys(argument.names, True), frozenset(), lost=False))
            else:
                waiting.list_all()
            yield from self._claim_all(waiting, origin, kept, refused)

    def _claim_all(self, waiting: Waiting, origin: Origin, kept: Kept, refused: Refused) -> Iterator[Progress]:
        refused_before = self._tally.refused
        while not self._stop():
            now = time.monotonic()
            waiting.fill(now)
            self._tally.refused = refused_before + len(refused)
            if not waiting.busy:
                break
            room = self._room(waiting.backlog, now)
            if room is None:
                yield self._report(now)
                time.sleep(_PAUSE_SECONDS)
                continue
            candidates = waiting.take(room.files, room.bytes, now)
            fresh = candidates if self._again else kept.fresh(candidates)
            self._tally.known += len(candidates) - len(fresh)
            if fresh:
                self._claim_fresh(waiting, origin, fresh, now)
            origin.tree.release()
            yield self._report(now)

    def _claim_fresh(self, waiting: Waiting, origin: Origin, fresh: list[Candidate], now: float) -> None:
        before = self._tally.claimed
        claimed = self._claim(origin, fresh, now)
        if claimed is not None:
            for left in claimed.left:
                waiting.left(left.candidate, left.reason, left.message, now)
        elif self._tally.claimed == before:
            # No seal was written, so the copies were thrown away.
            waiting.give_back(fresh)

    def _claim(self, origin: Origin, candidates: list[Candidate], now: float) -> Claimed | None:
        """Claim and publish a batch; None where the disk failed, with what it left put in order."""
        moment, since = rfc3339(int(time.time())), read_position(self._out)
        try:
            claimed = claim_files(origin, candidates, batch=ids.mint(), since=since, claimed_at=moment)
        except OSError as error:
            self._mend(error)
            return None
        if claimed.claim is not None:
            self._standing.put(claimed.claim)
            self._tally.claimed += len(claimed.claim.files)
            self._publisher.publish(claimed, now)
        return claimed

    def _mend(self, error: OSError) -> None:
        while not self._stop():
            _log.error("%s; tried again in %.0f s", error, _FAILED_SECONDS)
            time.sleep(_FAILED_SECONDS)
            try:
                self._resume()
            except OSError as next_error:
                error = next_error
            else:
                return

    def _take_retries(self) -> Iterator[Progress]:
        """Rejected documents of earlier runs that somebody wants tried again."""
        settings = self._settings.intake
        while not self._stop():
            tree = self._origin.tree
            retried = waiting_retries(self._work, tree, settings.batch_max, settings.payload_bytes_max)
            if not retried.candidates:
                return
            now = time.monotonic()
            if self._room(len(retried.candidates), now) is None:
                time.sleep(_PAUSE_SECONDS)
            else:
                origin = replace(self._origin, inbox=retried.inbox or NAME)
                self._claim(origin, retried.candidates, now)
            yield self._report(now)

    def _room(self, backlog: int, now: float) -> Allowed | None:
        """What the next batch may have; None while too much is under way, or the intake is paused."""
        if now >= self._gate_at:
            self._gate_at = now + _GATE_SECONDS
            folders = [self._out.path, self._state.path, self._work.path]
            bytes_min = self._settings.intake.disk_free_bytes_min
            self._gate.set(closed_because(self._state.paused, folders, bytes_min))
        if not self._gate.open:
            return None
        return allowed([(self._work, self._standing)], bounds_of(self._settings), backlog)

    def _report(self, now: float) -> Progress:
        self._publisher.reconcile([Target(self._origin, self._standing)], now)
        return self._tally.report()

    def _wait_for_lines(self) -> Iterator[Progress]:
        while not self._stop():
            self._standing.refresh(self._work)
            yield self._report(time.monotonic())
            if not self._standing:
                return
            time.sleep(_PAUSE_SECONDS)
