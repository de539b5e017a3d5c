"""The lines of an output in order, over all its segments, while the writer goes on."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import orjson

from worker.disk.position import NUMBERED
from worker.sink.head import read_head
from worker.sink.outputs import OutputDamagedError
from worker.sink.segments import BUFFER_BYTES, Segment, open_segment, sealed_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.disk.layout import OutFolder

POLL_SECONDS = 0.05


def _never() -> bool:
    return False


def read_lines(
    out: OutFolder,
    from_seq: int = 1,
    *,
    follow: bool = False,
    stop: Callable[[], bool] = _never,
    output: str = "articles",
) -> Iterator[bytes]:
    """Each line with its newline, from the ordinal `from_seq` on (of an article that is its `seq`).

    Segments that have been moved away are left out. With `follow` it waits for more, over rotations, until
    `stop()`; without, it ends with the last whole line.
    """
    reader = _Reader(out, output, from_seq, stop)
    while not stop():
        opened = reader.open_next()
        if opened is not None:
            yield from reader.lines(opened, follow=follow)
            if opened.sealed or (follow and not stop()):
                continue
        if not follow:
            return
        time.sleep(POLL_SECONDS)


@dataclass(slots=True)
class _Opened:
    """An open segment; `first` is the ordinal of its first line, None where only that line can tell."""

    file: IO[bytes]
    first: int | None
    sealed: bool


@dataclass(slots=True)
class _Reader:
    """How far the reading has got: `due` is the next ordinal, `after` the first ordinal of the last segment read."""

    out: OutFolder
    output: str
    due: int
    stop: Callable[[], bool]
    after: int | None = None

    def open_next(self) -> _Opened | None:
        """The segment that comes next, None where there is none yet."""
        while True:
            active = None
            try:
                # The active file is opened before the sealed ones are listed: one that is sealed meanwhile
                # is told by its name, which then belongs to another file.
                active = self._open_active()
                segment = self._choose(sealed_segments(self.out, self.output), active)
                if segment is None:
                    if active is None or is_current(active.file, self.out.active(self.output)):
                        return active
                    active.file.close()
                    continue
                if active is not None:
                    active.file.close()
                return _Opened(open_segment(segment), segment.first, sealed=True)
            except FileNotFoundError:
                if active is not None:
                    active.file.close()
                if not os.path.isdir(self.out.path):
                    return None
                # Else compressed or moved away since it was listed.

    def lines(self, opened: _Opened, *, follow: bool) -> Iterator[bytes]:
        """The lines of one segment that are due."""
        with opened.file as file:
            lines = file if opened.sealed else self._growing(file, follow=follow)
            ordinal = opened.first
            self.after = ordinal if ordinal is not None else self.after
            for line in lines:
                if ordinal is None:
                    ordinal = _seq(line)
                    self.after = ordinal
                if ordinal >= self.due:
                    self.due = ordinal + 1
                    yield line
                ordinal += 1

    def _open_active(self) -> _Opened | None:
        try:
            file = open(self.out.active(self.output), "rb", buffering=0)  # noqa: SIM115 - it is given on
        except FileNotFoundError:
            return None
        return _Opened(file, None if self.output in NUMBERED else self._first_of_active(), sealed=False)

    def _first_of_active(self) -> int:
        try:
            head = read_head(self.out)
        except (OutputDamagedError, PermissionError):
            head = None
        return head.of(self.output).position.segment if head is not None else 1

    def _choose(self, segments: list[Segment], active: _Opened | None) -> Segment | None:
        if self.after is not None:
            return next((segment for segment in segments if segment.first > self.after), None)
        first = self._known_first(active)
        if first is not None and first <= self.due:
            return None
        earlier = [segment for segment in segments if segment.first <= self.due]
        return earlier[-1] if earlier else next(iter(segments), None)

    def _known_first(self, active: _Opened | None) -> int | None:
        if active is None or active.first is not None:
            return active.first if active is not None else None
        line = os.pread(active.file.fileno(), BUFFER_BYTES, 0).partition(b"\n")
        return _seq(line[0]) if line[1] else None

    def _growing(self, file: IO[bytes], *, follow: bool) -> Iterator[bytes]:
        rest, path = b"", self.out.active(self.output)
        while True:
            # Asked before the read: what was written until the rename is then read to its end.
            rotated = not is_current(file, path)
            while piece := file.read(BUFFER_BYTES):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield line + b"\n"
            if rotated or not follow or self.stop():
                return
            time.sleep(POLL_SECONDS)


def is_current(file: IO[bytes], path: str) -> bool:
    """Whether `file` is the one that stands at `path`."""
    try:
        return os.stat(path).st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False


def _seq(line: bytes) -> int:
    return int(orjson.loads(line)["seq"])
