"""One configured folder for the life of the intake: attached while it is there, else waited for."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from typing import TYPE_CHECKING

from worker.disk.lock import LockedError, hold_lock
from worker.errors import ConfigurationError
from worker.intake.attached import Attached, Place
from worker.intake.mount import try_rename, unusable

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.settings import Intake

_LOCK_SECONDS = 0.5
_PAUSE_SECONDS_MIN = 0.5
_PAUSE_SECONDS_MAX = 30.0

_log = logging.getLogger("copydesk.watch")


class Inbox:
    """A watched folder that may be away.

    Args:
        label: the folder as the settings name it.
        work: where its claimed files lie.
        out: the output folder.
        avoided: folders that are none of its business where they lie below it: the output, the state, other
        inboxes. settings: how files are noticed and taken. wake: set when there is something to do.
    """

    def __init__(
        self,
        label: str,
        work: WorkFolder,
        out: OutFolder,
        avoided: Iterable[str],
        settings: Intake,
        wake: threading.Event,
    ) -> None:
        self.label = label
        self.work = work
        self._out = out
        self._avoided = frozenset(map(os.path.realpath, avoided))
        self._settings = settings
        self._wake = wake
        self._lock_fd: int | None = None
        self._told_away = False
        self._pause_seconds = 0.0
        self._not_before = 0.0
        self.attached: Attached | None = None

    def attach(self) -> None:
        """Open the folder if it is there; if not, `check` waits for it.

        Raises:
            ConfigurationError: it is there and can't be used, or another intake has it.
            OSError: the disk fails.
        """
        if not os.path.isdir(self.label):
            if not self._told_away:
                _log.warning("the folder %s is not there: waiting for it", self.label)
                self._told_away = True
            return
        root = os.path.realpath(self.label)
        if root == os.path.realpath(self._out.path):
            raise ConfigurationError(
                "paths.out", f"{self.label} is an inbox too", "name another folder for one of them"
            )
        self._make_work(root)
        self._lock_fd = self._locked()
        try:
            if self._settings.mode == "move":
                try_rename(root, self.work.claimed)
            place = Place(self.label, root, self.work, self._out, self._avoided - {root})
            self.attached = Attached(place, self._settings, self._wake)
        except BaseException:
            self._unlock()
            raise
        if self._told_away:
            _log.info("the folder %s is there again", self.label)
        self._told_away = False

    def _make_work(self, root: str) -> None:
        try:
            os.close(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except PermissionError:
            fix = "let this user read it, or run as another"
            raise ConfigurationError("paths.inboxes", f"{self.label} can't be read by this user", fix) from None
        try:
            self.work.create()
        except OSError as error:
            if self._settings.mode == "keep":
                raise
            raise unusable(root, error) from error

    def _locked(self) -> int:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return hold_lock(self.work.lock)
            except LockedError as error:
                # A service that starts looks whether the lock is held, and holds it for that moment.
                if time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                raise ConfigurationError(
                    "paths.inboxes",
                    f"another copydesk watches {self.label} ({error.holder})",
                    "stop that one, or name another folder",
                ) from None

    def _has_its_lock(self) -> bool:
        """Whether the work folder is still ours: somebody may have removed it under our feet."""
        try:
            return self._lock_fd is not None and os.path.samestat(os.stat(self.work.lock), os.fstat(self._lock_fd))
        except OSError:
            return False

    def _unlock(self) -> None:
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def check(self, now: float) -> None:
        """Once a second or so: notice that the folder went or came, heal what is broken.

        `now` is a monotonic time in seconds. Raises nothing: what fails is said and tried again.
        """
        if now < self._not_before:
            return
        try:
            if self.attached is not None and not (self._has_its_lock() and self.attached.check(now)):
                _log.warning("the folder %s, or what is ours in it, is gone or another one", self.label)
                self.detach()
            if self.attached is None:
                self.attach()
                if self.attached is not None:
                    self.attached.check(now)
        except (OSError, ConfigurationError) as error:
            self.failed(error, now)
            return
        self._pause_seconds = 0.0

    def failed(self, error: Exception, now: float) -> None:
        """Say what failed and leave the folder alone for a while, longer each time in a row."""
        self._pause_seconds = min(max(self._pause_seconds * 2, _PAUSE_SECONDS_MIN), _PAUSE_SECONDS_MAX)
        self._not_before = now + self._pause_seconds
        _log.error("%s: %s; tried again in %.1f s", self.label, error, self._pause_seconds)

    def resting(self, now: float) -> bool:
        """Whether it is left alone after a failure."""
        return now < self._not_before

    def succeeded(self) -> None:
        """A batch was claimed: the next failure is a new one."""
        self._pause_seconds = 0.0

    def detach(self) -> None:
        """Close what is open and give the lock back."""
        if self.attached is not None:
            with contextlib.suppress(OSError):
                self.attached.close()
            self.attached = None
        self._unlock()
