"""The loop of `copydesk watch`: wake, check, reconcile, claim, publish; it ends between two batches."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from worker.intake.flight import allowed, bounds_of
from worker.intake.gate import Gate, closed_because
from worker.intake.inbox import Inbox
from worker.intake.publisher import Publisher
from worker.intake.reconcile import Link, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import redis

    from worker.disk.layout import OutFolder, StateFolder, WorkFolder
    from worker.settings import Settings
    from worker.store.keys import Keys

_TICK_SECONDS = 0.25
_CHECK_SECONDS = 1.0
_ROOM_SECONDS_MIN = 0.01
_ROOM_SECONDS_MAX = 0.2


def run_intake(
    settings: Settings,
    works: Sequence[WorkFolder],
    out: OutFolder,
    state: StateFolder,
    client: redis.Redis,
    keys: Keys,
    key: bytes,
    stop: Callable[[], bool],
) -> None:
    """Claim and publish what arrives in the inboxes, until `stop()` is true.

    Args:
        settings: all settings; `paths.inboxes` are the folders.
        works: the work folder of each inbox, in their order.
        out: the output folder.
        state: the state folder.
        client: Redis; it may be away.
        keys: the names of its keys.
        key: what signs payloads and jobs.
        stop: asked at least four times a second, and between two batches.

    Raises:
        ConfigurationError: an inbox can't be used, or another intake has it.
    """
    intake = Intake(settings, works, out, state, Link(client, keys, key))
    try:
        intake.start()
        while not stop():
            pause = intake.turn(time.monotonic())
            if pause > 0:
                intake.wake.wait(min(pause, _TICK_SECONDS))
                intake.wake.clear()
    finally:
        intake.close()


class Intake:
    """All inboxes of one process, and its line to Redis. `turn` is one pass of the loop."""

    def __init__(
        self, settings: Settings, works: Sequence[WorkFolder], out: OutFolder, state: StateFolder, link: Link
    ) -> None:
        self.wake = threading.Event()
        self._settings = settings
        self._state = state
        self._out = out
        self._gate = Gate()
        self._publisher = Publisher(link, settings.intake.reconcile_seconds)
        self._bounds = bounds_of(settings)
        labels = settings.paths.inboxes
        self.inboxes = tuple(
            Inbox(label, work, out, [out.path, state.path, *labels], settings.intake, self.wake)
            for label, work in zip(labels, works, strict=True)
        )
        self._check_at = 0.0
        self._room_seconds = _ROOM_SECONDS_MIN

    def start(self) -> None:
        """Attach the folders that are there.

        Raises:
            ConfigurationError: one can't be used, or another intake has it.
            OSError: a disk fails.
        """
        for inbox in self.inboxes:
            inbox.attach()

    def turn(self, now: float) -> float:
        """Do what is to be done now: at most one batch of each inbox.

        Args:
            now: a monotonic time in seconds.

        Returns:
            How many seconds there is nothing to do, unless something wakes us; 0: go on at once.
        """
        if now >= self._check_at:
            self._check_at = now + _CHECK_SECONDS
            self._check(now)
        self._publisher.reconcile(self._targets(), now)
        if not self._gate.open:
            return self._check_at - now
        steps = [self._step(inbox, now) for inbox in self.inboxes if not inbox.resting(now)]
        return min([self._check_at - now, *steps])

    def _check(self, now: float) -> None:
        for inbox in self.inboxes:
            inbox.check(now)
        keep = self._settings.intake.mode == "keep"
        folders = [self._out.path, self._state.path, *(inbox.work.path for inbox in self.inboxes)]
        if not keep:
            folders += self._settings.paths.inboxes
        bytes_min = self._settings.intake.disk_free_bytes_min
        self._gate.set(closed_because(self._state.paused, folders, bytes_min))

    def _targets(self) -> list[Target]:
        there = (inbox.attached for inbox in self.inboxes)
        return [Target(attached.origin, attached.standing) for attached in there if attached is not None]

    def _step(self, inbox: Inbox, now: float) -> float:
        """Claim and publish the next batch of one inbox; returns how long it has nothing to do."""
        attached = inbox.attached
        if attached is None:
            return _CHECK_SECONDS
        try:
            backlog = attached.fill(now)
            if not backlog:
                return attached.next_look(now) - now
            room = allowed([(t.origin.work, t.standing) for t in self._targets()], self._bounds, backlog)
            if room is None:
                self._room_seconds = min(self._room_seconds * 1.5, _ROOM_SECONDS_MAX)
                return self._room_seconds
            claimed = attached.claim(room.files, room.bytes, now)
        except OSError as error:
            inbox.failed(error, now)
            return _CHECK_SECONDS
        if claimed.claim is not None:
            self._room_seconds = _ROOM_SECONDS_MIN
            inbox.succeeded()
            self._publisher.publish(claimed, now)
        return 0.0

    def close(self) -> None:
        """Close all folders; what stands in `claimed/` stays."""
        for inbox in self.inboxes:
            inbox.detach()
