"""The index is made anew on request, and how far its filling has got: two small files beside the outputs.

The request stands until the index is filled, so that a writer that dies meanwhile begins again. Progress is a hint.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import orjson

from worker.disk import fsops

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.disk.layout import OutFolder

_SHOWN_EVERY_SECONDS = 0.2
_Row = TypeVar("_Row")


def request_rebuild(out: OutFolder) -> None:
    """Ask the writer of `out`, now or when it is started, to make the index anew.

    Raises:
        OSError: the request can't be left.
    """
    fsops.write_file(out.rebuild, b"", sync=False)


def is_requested(out: OutFolder) -> bool:
    """Whether the index is to be made anew."""
    return os.path.lexists(out.rebuild)


def rebuilt(out: OutFolder) -> None:
    """The request is followed."""
    fsops.unlink(out.rebuild)


@dataclass(frozen=True, slots=True)
class Filling:
    """How many lines of how many have been read into the index, by a writer that is at it."""

    read: int
    of: int


@dataclass(slots=True)
class Shown:
    """Passes rows on, and leaves word how far it is; the word goes at the end."""

    out: OutFolder
    total: int
    _read: int = 0
    _due: float = field(default_factory=time.monotonic)

    def rows(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """The same rows."""
        try:
            for row in rows:
                self._read += 1
                if not self._read % 100 and time.monotonic() >= self._due:
                    self._due = time.monotonic() + _SHOWN_EVERY_SECONDS
                    fsops.write_file(self.out.filling, orjson.dumps([self._read, self.total]), sync=False)
                yield row
        finally:
            fsops.unlink(self.out.filling)


def read_filling(out: OutFolder) -> Filling | None:
    """How far it is; None where nothing is being filled."""
    try:
        with open(out.filling, "rb") as file:
            read, total = orjson.loads(file.read())
        return Filling(int(read), int(total))
    except (FileNotFoundError, ValueError, TypeError):
        return None
