"""How fast lines come, read from the lines themselves: nothing has to be counted or kept for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder

WINDOW_SECONDS = 60.0
_PIECE_BYTES = 1 << 17


class _Line(NamedTuple):
    seq: int
    emitted_at: datetime


def lines_a_second(out: OutFolder, now: datetime) -> float:
    """Lines a second over the last minute, or since the active segment began if that is less."""
    try:
        fd = os.open(out.active("articles"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0.0
    try:
        size = os.fstat(fd).st_size
        first = _first_since(fd, size, now - timedelta(seconds=WINDOW_SECONDS))
        last = _last_line(fd, size)
    finally:
        os.close(fd)
    if first is None or last is None:
        return 0.0
    # A segment that has just begun says nothing yet of a whole minute.
    seconds = max((now - first.emitted_at).total_seconds(), 1.0)
    return (last.seq - first.seq + 1) / seconds


def _first_since(fd: int, size: int, since: datetime) -> _Line | None:
    """The first line of that time or later: lines are in the order of their times, so halving finds it."""
    low, high, found = 0, size, None
    while low < high:
        middle = (low + high) // 2
        line = _line_after(fd, middle)
        if line is None or line.emitted_at >= since:
            found, high = line or found, middle
        else:
            low = middle + 1
    return found


def _line_after(fd: int, offset: int) -> _Line | None:
    """The first line that begins at `offset` or behind it; None where there is no whole one."""
    # One byte earlier: a newline there says that a line begins right at the offset.
    begin = max(offset - 1, 0)
    data = _read_to_newlines(fd, begin, 2 if offset else 1)
    lines = data.split(b"\n")
    index = 1 if offset else 0
    return _parsed(lines[index]) if len(lines) > index + 1 else None


def _read_to_newlines(fd: int, offset: int, count: int) -> bytes:
    data = b""
    while data.count(b"\n") < count:
        piece = os.pread(fd, _PIECE_BYTES, offset + len(data))
        if not piece:
            break
        data += piece
    return data


def _last_line(fd: int, size: int) -> _Line | None:
    data, begin = b"", size
    while begin > 0 and data.count(b"\n") < 2:
        step = min(_PIECE_BYTES, begin)
        begin -= step
        data = os.pread(fd, step, begin) + data
    lines = data.split(b"\n")
    return _parsed(lines[-2]) if len(lines) > 1 else None


def _parsed(line: bytes) -> _Line | None:
    try:
        value = orjson.loads(line)
        return _Line(value["seq"], datetime.fromisoformat(value["processing"]["emitted_at"]).astimezone(UTC))
    except (ValueError, KeyError, TypeError):
        return None
