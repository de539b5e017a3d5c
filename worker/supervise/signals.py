"""Signals as a value: how often somebody asked to stop, and a descriptor that wakes a waiting loop."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# `timeout` and some shells send the same request to a process and to its group: that is one request.
SAME_SECONDS = 0.3


class StopRequests:
    """Counts requests to stop. A context manager for the main thread; a call says whether there was one.

    With `at_once` the second request ends the process: for a role, which loses nothing by that.
    """

    def __init__(self, *, at_once: bool = False) -> None:
        self.count = 0
        self._at_once = at_once
        self._last = float("-inf")
        self._wake, self._woken = -1, -1
        self._before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        self._woken, self._wake = os.pipe()
        for fd in (self._woken, self._wake):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in STOP:
            # What was started with `nohup` keeps running when its terminal goes.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._requested)
        # Without a handler the end of a child would not wake the loop.
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._wake)
        os.close(self._woken)

    def __call__(self) -> bool:
        """Whether somebody asked to stop."""
        return self.count > 0

    def _requested(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > SAME_SECONDS:
            self.count += 1
            self._last = now
        if self._at_once and self.count > 1:
            os._exit(1)

    def wait(self, seconds: float, *also: int) -> list[int]:
        """Wait until a signal comes, a descriptor of `also` can be read, or `seconds` are over.

        Returns:
            Those of `also` that can be read.
        """
        readable, _, _ = select.select([self._woken, *also], [], [], max(seconds, 0.0))
        if self._woken in readable:
            os.read(self._woken, 4096)
        return [fd for fd in readable if fd != self._woken]
