"""Events wake the scan and say which files were closed or moved in. Nothing depends on one: they get lost.

The observer is watchdog's. Three things are ours: no watch lies on copydesk's own folders (each claim would
wake the next one), files that leave are no event (a claim is one), and what happens is noted at once in a
bounded set rather than queued.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, EventQueue, ObservedWatch
from watchdog.observers.inotify import InotifyFullEmitter, InotifyWatchGroup
from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)
from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

from worker.disk.layout import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

HINTS_MAX = 10_000
_EVENTS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileMovedEvent,
    FileCreatedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]

# By default each file that leaves holds up the events behind it for half a second, in case it comes back.
InotifyMoveEventGrouper.delay = 0.0


class Hints(NamedTuple):
    """What events told, by paths below the root.

    `files` says of each whether it is complete, `folders` are those that came; with `lost` some events are
    missing, and only a whole listing will do.
    """

    files: dict[bytes, bool]
    folders: frozenset[bytes]
    lost: bool


class _Noted:
    """Where the watching thread leaves hints for the scanning one."""

    def __init__(self, root: str, wake: threading.Event) -> None:
        self._prefix = os.fsencode(root) + b"/"
        self._wake = wake
        self._lock = threading.Lock()
        self._files: dict[bytes, bool] = {}
        self._folders: set[bytes] = set()
        self._lost = False

    def event(self, event: FileSystemEvent) -> None:
        place = os.fsencode(event.dest_path or event.src_path)
        if not place.startswith(self._prefix):
            return
        path = place[len(self._prefix) :]
        with self._lock:
            if len(self._files) + len(self._folders) >= HINTS_MAX:
                self._lost = True
            elif event.is_directory:
                self._folders.add(path)
            else:
                complete = isinstance(event, (FileClosedEvent, FileMovedEvent))
                self._files[path] = complete or self._files.get(path, False)
        self._wake.set()

    def lost(self) -> None:
        with self._lock:
            self._lost = True
        self._wake.set()

    def take(self) -> Hints:
        with self._lock:
            hints = Hints(self._files, frozenset(self._folders), self._lost)
            self._files, self._folders, self._lost = {}, set(), False
        return hints


class _Reader(InotifyFD):
    """Watches a folder under its new name without a warning: a rename in the tree is nothing special."""

    def _add_callback(self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId) -> WatchDescriptor:
        watch = self._get_or_create_watch(path, mask)
        watch.callbacks[id_] = callback
        return watch.wd


@dataclass
class _WatchGroup(InotifyWatchGroup):
    """The watches below one root; not on the folders in `avoided` (absolute), nor on copydesk's own."""

    avoided: frozenset[bytes] = frozenset()
    on_lost: Callable[[], None] = lambda: None

    def on_queue_overflow(self) -> None:
        super().on_queue_overflow()
        self.on_lost()

    def _add_all_callbacks(self, path: bytes) -> None:
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            if folder in self.avoided or os.path.basename(folder) == HIDDEN.encode():
                continue
            self._add_callback(folder)
            try:
                with os.scandir(folder) as entries:
                    waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            except OSError:
                continue  # it is gone, is a file, or can't be read: the listing says so


class _Emitter(InotifyFullEmitter):
    """Notes each event at once: no queue that grows behind a busy process."""

    def __init__(
        self,
        event_queue: EventQueue,
        watch: ObservedWatch,
        *,
        timeout: float,
        event_filter: list[type[FileSystemEvent]] | None = None,
        inotify_fd: InotifyFD,
        noted: _Noted,
        avoided: frozenset[bytes],
    ) -> None:
        super().__init__(event_queue, watch, timeout=timeout, event_filter=event_filter, inotify_fd=inotify_fd)
        self._noted = noted
        self._avoided = avoided

    def on_thread_start(self) -> None:
        self._inotify = _WatchGroup(
            self._inotify_fd,
            os.fsencode(self.watch.path),
            is_recursive=True,
            event_mask=self.get_event_mask_from_filter(),
            avoided=self._avoided,
            on_lost=self._noted.lost,
        )

    def get_event_mask_from_filter(self) -> Mask:
        return Mask(super().get_event_mask_from_filter() & ~InotifyConstants.IN_MOVED_FROM)

    def queue_event(self, event: FileSystemEvent) -> None:
        if type(event) in _EVENTS:
            self._noted.event(event)


class Watcher:
    """Watches one root, absolute and real, until it is stopped.

    Args:
        root: the folder.
        avoided: folders below it, absolute and real, that are not watched.
        wake: set whenever there is something to take.
    """

    def __init__(self, root: str, avoided: frozenset[str], wake: threading.Event) -> None:
        self._noted = _Noted(root, wake)
        self._reader = _Reader()
        places = frozenset(map(os.fsencode, avoided))
        self._observer = BaseObserver(_Emitter, timeout=1.0, inotify_fd=self._reader, noted=self._noted, avoided=places)
        self._observer.schedule(FileSystemEventHandler(), root, recursive=True, event_filter=_EVENTS)

    def start(self) -> None:
        """Begin. Raises OSError where the root is missing or the kernel has no watch left."""
        self._reader.start()
        try:
            self._observer.start()
        except BaseException:
            self._reader.stop()
            raise

    def alive(self) -> bool:
        """Whether every thread that an event passes through still runs."""
        threads = [self._reader, self._observer, *self._observer.emitters]
        return len(threads) > 2 and all(thread.is_alive() for thread in threads)

    def take(self) -> Hints:
        """The hints since the last call."""
        return self._noted.take()

    def stop(self) -> None:
        """End all threads. A watcher that was stopped is not started again."""
        # A thread that died may have closed what the others want to close.
        with contextlib.suppress(OSError):
            self._observer.stop()
        with contextlib.suppress(OSError):
            self._reader.stop()
        for thread in (self._observer, self._reader):
            if thread.is_alive():
                thread.join(timeout=5.0)
