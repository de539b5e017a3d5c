"""The writer's process: stream in, lines out, files filed, stream cleared; it waits for whatever is away.

Without Redis there is nothing to write, and nothing is lost. Without disk space the stream keeps what is
committed, and the writer tries again until there is some. Only an output that somebody else has changed
ends it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from functools import partial
from typing import TYPE_CHECKING, cast

import redis

from worker.disk.lock import hold_lock
from worker.errors import TransientError
from worker.failpoints import reach
from worker.learned import NOTHING_LEARNED
from worker.sink.housekeeping import Housekeeping
from worker.sink.learning import Learning
from worker.sink.rebuild import is_requested, rebuilt
from worker.sink.reconcile import is_reconciled, mark_through, reconcile
from worker.sink.recorder import Recorder, Settled
from worker.store.connection import AWAY, wait_until_up
from worker.store.index import DAY_SECONDS, Window, advance, release
from worker.store.learned_wire import publish_learned
from worker.store.repair import is_wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.settings import Settings
    from worker.sink.group import Entry
    from worker.store.keys import Keys

TICK_SECONDS = 1.0
BLOCK_MILLISECONDS = 250
PAUSE_SECONDS = (0.05, 2.0)
COMPLAINT_SECONDS = 60.0
CLOSE_SECONDS = 5.0

_log = logging.getLogger("copydesk.sink")


def run_sink(
    client: redis.Redis,
    keys: Keys,
    key: bytes,
    out: OutFolder,
    works: Callable[[], tuple[WorkFolder, ...]],
    settings: Settings,
    stop: Callable[[], bool],
) -> None:
    """Be the writer of `out` until `stop()` is true; what is committed by then is still written.

    Args:
        client: of a user who may read and clear the stream and load scripts.
        keys: the names in Redis.
        key: that parts are signed with.
        out: the output folder.
        works: gives the work folders there are now.
        settings: all of them.
        stop: asked several times a second.

    Raises:
        LockedError: another writer has the folder.
        OutputDamagedError: somebody else changed an output; starting again refuses again, until a person
        decides. ConfigurationError: a setting can't be followed, or Redis will never do.
    """
    out.create()
    lock = hold_lock(out.lock)
    try:
        _Loop(client, keys, key, out, works, settings, stop).run()
    finally:
        os.close(lock)


class _Loop:
    """What the process holds: `_recorder` is None while the disk fails, `_run` while Redis is not reconciled."""

    def __init__(
        self,
        client: redis.Redis,
        keys: Keys,
        key: bytes,
        out: OutFolder,
        works: Callable[[], tuple[WorkFolder, ...]],
        settings: Settings,
        stop: Callable[[], bool],
    ) -> None:
        self._client = client
        self._keys = keys
        self._out = out
        self._settings = settings
        self._stop = stop
        self._new_recorder = partial(Recorder, out, works, settings, key)
        self._recorder: Recorder | None = None
        self._housekeeping = Housekeeping(out, works, settings)
        self._key = key
        self._learning: Learning | None = None
        self._run: str | None = None
        self._window = Window(settings.index.documents_max, settings.index.window_days * DAY_SECONDS)
        self._entry_bytes = settings.sink.line_bytes_max
        self._tick_at = 0.0
        self._disk = _Trouble(stop, "the outputs can't be written")
        self._redis = _Trouble(stop, "Redis can't be used")

    def run(self) -> None:
        """Turn until told to stop, then write what is committed."""
        try:
            while not self._stop():
                self._turn_whatever_comes()
            self._write_the_rest()
        finally:
            self._housekeeping.close(CLOSE_SECONDS)
            if self._learning is not None:
                self._learning.close(CLOSE_SECONDS)
            if self._recorder is not None:
                self._recorder.close()

    def _turn_whatever_comes(self) -> None:
        try:
            self._turn()
        except AWAY as error:
            wait_until_up(self._client, self._stop)
            if isinstance(error, redis.ConnectionError | redis.TimeoutError):
                self._tick_at = 0.0  # it may be another one now
            else:
                self._redis.wait(error)  # it answers, and has no memory or disk to write to
        except TransientError as error:
            _log.info("%s", error)
        except redis.ResponseError as error:
            if not is_wrong_type(error):
                raise
            _log.error("Redis: %s", error)
            self._run, self._tick_at = None, 0.0
        except OSError as error:
            if self._recorder is not None and not self._recorder.sure:
                self._recorder.close()
                self._recorder = None
            self._disk.wait(error)
        else:
            self._redis.over()
            self._disk.over()

    def _turn(self) -> None:
        if self._housekeeping.failure is not None:
            raise self._housekeeping.failure
        if self._recorder is None:
            self._recorder = self._new_recorder()
        if time.monotonic() >= self._tick_at:
            self._tick(self._recorder)
        self._record(self._recorder, BLOCK_MILLISECONDS)

    def _tick(self, recorder: Recorder) -> None:
        begun = time.monotonic()
        self._tick_at = begun + TICK_SECONDS
        if recorder.keep_house(time.time(), begun):
            self._housekeeping.wake()
        self._acknowledge(Settled([], recorder.take_filed(), []))
        last = recorder.last
        rebuild = is_requested(self._out)
        if rebuild or self._run is None or not is_reconciled(self._client, self._keys, self._run):
            self._run = None
            settings = self._settings.index
            self._run = reconcile(self._client, self._keys, self._out, last, settings, self._stop, rebuild=rebuild)
            if rebuild:
                rebuilt(self._out)
        else:
            mark_through(self._client, self._keys, self._run, last)
        self._window = advance(self._client, self._keys, self._window)
        if self._settings.rules.learn == "off":
            publish_learned(self._client, self._keys, self._key, NOTHING_LEARNED)
            return
        if self._learning is None:
            self._learning = Learning(self._out, self._settings.rules, last.articles)
        self._learning.tend(self._client, self._keys, self._key)

    def _record(self, recorder: Recorder, block: int | None) -> bool:
        """Read from the very beginning, always: an entry stands there until it is dealt with."""
        stream = self._keys.stream
        count = max(1, min(self._settings.sink.group_documents_max, self._bytes_max // self._entry_bytes))
        answer = cast("list[tuple[bytes, list[Entry]]]", self._client.xread({stream: "0-0"}, count, block))
        if not answer:
            return False
        entries = answer[0][1]
        self._entry_bytes = max(1, *(len(fields.get(b"p", b"")) for _, fields in entries))
        self._acknowledge(recorder.record(entries, time.time()))
        return True

    @property
    def _bytes_max(self) -> int:
        return self._settings.sink.group_bytes_max

    def _acknowledge(self, settled: Settled) -> None:
        if not settled.entries and not settled.documents:
            return
        # First: until its document is settled nobody can commit it again, and claim the same text rightly.
        release(self._client, self._keys, settled.outdated)
        with self._client.pipeline() as pipe:
            if settled.entries:
                pipe.xdel(self._keys.stream, *settled.entries)
            if settled.documents:
                pipe.hdel(self._keys.documents, *settled.documents)
                # Of a container that is to be begun anew; that of one which has ended is gone already.
                pipe.hdel(self._keys.members, *settled.documents)
            pipe.execute()
        reach("sink.acknowledged")

    def _write_the_rest(self) -> None:
        deadline = time.monotonic() + self._settings.service.drain_seconds
        # What can't be written now stays in the stream and is written by the next writer.
        with contextlib.suppress(*AWAY, OSError, redis.ResponseError):
            while self._recorder is not None and time.monotonic() < deadline and self._record(self._recorder, None):
                pass


class _Trouble:
    """Something refuses for a while: waits longer each time, and says so once a minute."""

    def __init__(self, stop: Callable[[], bool], what: str) -> None:
        self._stop = stop
        self._what = what
        self._pause = PAUSE_SECONDS[0]
        self._complained_at: float | None = None

    def wait(self, error: Exception) -> None:
        """Say what is wrong, and wait a little."""
        now = time.monotonic()
        if self._complained_at is None or now - self._complained_at >= COMPLAINT_SECONDS:
            self._complained_at = now
            _log.error("%s, trying again until that works: %s", self._what, error)
        while not self._stop() and time.monotonic() < now + self._pause:
            time.sleep(PAUSE_SECONDS[0])
        self._pause = min(self._pause * 2, PAUSE_SECONDS[1])

    def over(self) -> None:
        """It works again."""
        if self._pause != PAUSE_SECONDS[0]:
            self._pause = PAUSE_SECONDS[0]
            _log.info("that is over: %s", self._what)
