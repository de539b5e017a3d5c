"""`copydesk ingest`: once through given files and folders, which stay where they are."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.disk import names
from worker.disk.lock import LockedError, hold_lock
from worker.intake.arguments import Argument, arguments_of
from worker.intake.claim import Origin
from worker.intake.examine import Terms
from worker.intake.kept import Kept
from worker.intake.ledger import Ledger
from worker.intake.passage import Passage
from worker.intake.progress import Progress
from worker.intake.reconcile import Link
from worker.intake.refused import Refused
from worker.intake.retry import waiting_retries
from worker.intake.scan import Found, Rules, ignored_names, walk
from worker.intake.settle import Settling
from worker.intake.take import sizes_of
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
_LOCK_SECONDS = 0.25

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
        self._link = link
        self._stop = stop
        self._again = again
        self._work = state.work(NAME)

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
            origin = Origin(retries, self._work, NAME, "/", sizes_of(self._settings.intake), ledger)
            passage = Passage(self._settings, self._out, self._state, self._link, origin, self._stop)
            passage.tally.found = sum(self._count(argument) for argument in given)
            passage.resume()
            yield from self._take_retries(passage, origin)
            for argument in given:
                yield from self._go_through(passage, argument, ledger)
            yield from self._wait_for_lines(passage)

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

    def _take_retries(self, passage: Passage, origin: Origin) -> Iterator[Progress]:
        """Rejected documents of earlier runs that somebody wants tried again."""
        settings = self._settings.intake
        while not self._stop():
            retried = waiting_retries(self._work, origin.tree, settings.batch_max, settings.file_bytes_max)
            if not retried.candidates:
                return
            now = time.monotonic()
            if passage.room(len(retried.candidates), now) is None:
                time.sleep(_PAUSE_SECONDS)
            else:
                passage.claim(replace(origin, inbox=retried.inbox or NAME), retried.candidates, now)
            yield passage.report(now)

    def _go_through(self, passage: Passage, argument: Argument, ledger: Ledger) -> Iterator[Progress]:
        with contextlib.closing(Tree(argument.root)) as tree:
            label = names.shown(os.fsencode(argument.label))
            sizes = sizes_of(self._settings.intake)
            origin = Origin(tree, self._work, label, argument.root, sizes, ledger)
            refused = Refused(self._work.refused, label)
            terms = Terms(self._rules(argument), sizes.taken, None, keep=True, device=0, trusted=True)
            waiting = Waiting(tree, terms, Settling(0.0), refused)
            if argument.names:
                waiting.hint(Hints(dict.fromkeys(argument.names, True), frozenset(), lost=False))
            else:
                waiting.list_all()
            refused_before = passage.tally.refused
            for report in self._claim_all(passage, waiting, origin, Kept(ledger, tree, sizes)):
                passage.tally.refused = refused_before + len(refused)
                yield report
            passage.tally.refused = refused_before + len(refused)

    def _claim_all(self, passage: Passage, waiting: Waiting, origin: Origin, kept: Kept) -> Iterator[Progress]:
        while not self._stop():
            now = time.monotonic()
            waiting.fill(now)
            if not waiting.busy:
                return
            room = passage.room(waiting.backlog, now)
            if room is None:
                time.sleep(_PAUSE_SECONDS)
            else:
                candidates = waiting.take(room.files, room.bytes, now)
                fresh = candidates if self._again else kept.fresh(candidates)
                passage.tally.known += len(candidates) - len(fresh)
                _claim(passage, waiting, origin, fresh, now)
                origin.tree.release()
            yield passage.report(now)

    def _wait_for_lines(self, passage: Passage) -> Iterator[Progress]:
        while not self._stop():
            ended = passage.ended()
            yield passage.report(time.monotonic())
            if ended:
                return
            time.sleep(_PAUSE_SECONDS)


def _claim(passage: Passage, waiting: Waiting, origin: Origin, fresh: list[Candidate], now: float) -> None:
    if not fresh:
        return
    before = passage.tally.claimed
    claimed = passage.claim(origin, fresh, now)
    if claimed is not None:
        for left in claimed.left:
            waiting.left(left.candidate, left.reason, left.message, now)
    elif passage.tally.claimed == before:
        # No seal was written, so the copies were thrown away.
        waiting.give_back(fresh)
