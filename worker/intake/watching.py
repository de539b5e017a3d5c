"""A watcher that is replaced when it dies, and done without where the kernel has no room for one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from worker.intake.watch import Hints, Watcher

if TYPE_CHECKING:
    import threading

_AGAIN_SECONDS = 60.0
_NOTHING = Hints({}, frozenset(), lost=False)

_log = logging.getLogger("copydesk.watch")


class Watching:
    """Keeps one root watched.

    Args:
        root: the folder, absolute and real.
        avoided: folders below it that are not watched.
        wake: set whenever there is something to take.
    """

    def __init__(self, root: str, avoided: frozenset[str], wake: threading.Event) -> None:
        self._root = root
        self._avoided = avoided
        self._wake = wake
        self._again_at = 0.0
        self.watcher: Watcher | None = None

    def heal(self, now: float) -> bool:
        """Start a watcher if none is alive; returns whether a new one watches, which knows nothing of what came before.

        `now` is a monotonic time in seconds.
        """
        if (self.watcher is not None and self.watcher.alive()) or now < self._again_at:
            return False
        if self.watcher is not None:
            _log.warning("the watcher of %s died: another one is started", self._root)
            self.stop()
        try:
            watcher = Watcher(self._root, self._avoided, self._wake)
            watcher.start()
        except OSError as error:
            _log.warning("%s can't be watched (%s): it is listed on a timer", self._root, error)
            self._again_at = now + _AGAIN_SECONDS
            return False
        self.watcher = watcher
        return True

    def take(self) -> Hints:
        """The hints since the last call."""
        return self.watcher.take() if self.watcher is not None else _NOTHING

    def stop(self) -> None:
        """End the watcher."""
        if self.watcher is not None:
            self.watcher.stop()
            self.watcher = None
