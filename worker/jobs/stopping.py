"""SIGTERM and SIGINT: the first asks to stop when the work in hand is done, the second stops at once."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopAskedError(BaseException):
    """A signal asks to stop, and nothing is in hand. Not an Exception: no handler of errors may take it."""


class StopForcedError(BaseException):
    """A second signal: stop at once."""


class Stopping:
    """Whether this process has been asked to stop: by a signal, or by what `also` says."""

    def __init__(self, also: Callable[[], bool] = lambda: False) -> None:
        self._also = also
        self._signalled = False
        self._idle = False

    @property
    def asked(self) -> bool:
        """Whether a stop has been asked for."""
        return self._signalled or self._also()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Handle both signals for the time of the block. For the main thread."""
        before = [(number, signal.signal(number, self._handle)) for number in _SIGNALS]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)

    @contextlib.contextmanager
    def idle(self) -> Iterator[None]:
        """Wait for work inside the block: a signal ends the wait with StopAskedError."""
        self._idle = True
        try:
            if self.asked:
                raise StopAskedError
            yield
        finally:
            self._idle = False

    def _handle(self, _number: int, _frame: object) -> None:
        if self._signalled:
            raise StopForcedError
        self._signalled = True
        if self._idle:
            raise StopAskedError
