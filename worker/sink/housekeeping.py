"""What can wait, in a thread of its own: manifests and compression of sealed segments, archives that are old enough."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.sink.outputs import Access, access_of
from worker.sink.seal import StoppedError, seal_segments
from worker.sink.segments import Segment  # noqa: TC001 - a type of an attribute

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.settings import Settings

PASS_SECONDS = 60.0
DAY_SECONDS_MIN = 3600.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_log = logging.getLogger("copydesk.sink")


class Housekeeping:
    """The thread. `wake` it when a segment was sealed; `close` it before the process ends."""

    def __init__(self, out: OutFolder, works: Callable[[], tuple[WorkFolder, ...]], settings: Settings) -> None:
        self._out = out
        self._works = works
        self._settings = settings
        self._awake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self.failure: BaseException | None = None
        self._thread.start()

    def wake(self) -> None:
        """Look at the segments now."""
        self._awake.set()

    def close(self, seconds: float) -> None:
        """Let it end, and wait for that `seconds` at the most: what it leaves undone is taken up by the next start."""
        self._ended.set()
        self._awake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._passes()
        except StoppedError:
            pass
        except BaseException as error:
            self.failure = error

    def _passes(self) -> None:
        access = access_of(self._out, self._settings.sink)
        done: set[Segment] = set()
        removed_at = time.monotonic()
        while not self._ended.is_set():
            self._awake.clear()
            try:
                self._seal(access, done)
                if time.monotonic() - removed_at >= DAY_SECONDS_MIN:
                    removed_at = time.monotonic()
                    self._remove_old()
            except OSError as error:
                _log.error("housekeeping has to wait: %s", error)
            self._awake.wait(PASS_SECONDS)

    def _seal(self, access: Access, done: set[Segment]) -> None:
        compress = self._settings.sink.compress == "zstd"
        seal_segments(self._out, access, compress=compress, stop=self._ended.is_set, done=done)

    def _remove_old(self) -> None:
        today = datetime.now(UTC).date()
        for work in self._works():
            remove_oldest_day(work, today, self._settings.archive.keep_days, self._ended.is_set)


def remove_oldest_day(work: WorkFolder, today: date, keep_days: int, stop: Callable[[], bool]) -> str | None:
    """Remove the oldest day of the archive if it is older than `keep_days` (-1: never), and return its name.

    One day for each call, and there is a call an hour: a clock that jumps ahead costs little before it is
    put right.

    Raises:
        OSError: the disk.
    """
    oldest = min(_days(work.archive), default=None)
    if oldest is None or keep_days < 0 or (today - oldest).days <= keep_days:
        return None
    folder = f"{work.archive}/{oldest.isoformat()}"
    with os.scandir(folder) as entries:
        for entry in entries:
            if stop():
                return None
            fsops.unlink(entry.path)
    fsops.remove_folder(folder)
    _log.info("removed the archive of %s in %s", oldest, work.path)
    return oldest.isoformat()


def _days(archive: str) -> list[date]:
    """The days that have a folder of their own; what else lies there is somebody else's."""
    days = []
    with contextlib.suppress(FileNotFoundError), os.scandir(archive) as entries:
        for entry in entries:
            if _DAY.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(ValueError):
                    days.append(date.fromisoformat(entry.name))
    return days
