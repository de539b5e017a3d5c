"""Where the outputs end as far as the files themselves can tell: for a folder whose `.copydesk` was lost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from worker.disk.position import NUMBERED, OUTPUTS, Position, read_position
from worker.sink.outputs import End, OutputDamagedError
from worker.sink.segments import BUFFER_BYTES, open_segment, read_manifest, sealed_segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.disk.layout import OutFolder

_MEND = "complete or remove its last line"


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands in an active file."""

    lines: int
    first: bytes
    last: bytes


def ends_from_files(out: OutFolder) -> dict[str, End]:
    """The end of each output, from sealed segments, their manifests and the lines of the active file.

    In `articles` and `duplicates` a line says its ordinal. For the others the segments that stand, and a hint where
    one is left, tell how many lines there have been.

    Raises:
        OutputDamagedError: a file ends within a line, or its lines do not follow each other.
    """
    hints = read_position(out)
    return {output: _end(out, output, hints.of(output)) for output in OUTPUTS}


def _end(out: OutFolder, output: str, hint: Position) -> End:
    first = max(_after_sealed(out, output), hint.segment)
    path = out.active(output)
    try:
        with open(path, "rb", buffering=BUFFER_BYTES) as file:
            content = _content(path, file)
            status = os.fstat(file.fileno())
    except FileNotFoundError:
        content = None
    if content is None:
        first = max(first, hint.ordinal)
        return End(Position(first, first, 0, hint.findings))
    if output in NUMBERED:
        first, last = _seq(path, content.first), _seq(path, content.last)
        if last - first + 1 != content.lines:
            raise OutputDamagedError(path, f"it has {content.lines} lines from seq {first} to {last}", "restore it")
    end = Position(first, first + content.lines, status.st_size, hint.findings)
    return End(end, status.st_mtime)


def _after_sealed(out: OutFolder, output: str) -> int:
    segments = sealed_segments(out, output)
    if not segments:
        return 1
    manifest = read_manifest(out, output, segments[-1].first)
    if manifest is not None:
        return manifest.last + 1
    with open_segment(segments[-1]) as file:
        content = _content(segments[-1].path, file)
    return segments[-1].first + (content.lines if content else 0)


def _content(path: str, lines: Iterable[bytes]) -> _Content | None:
    count, first, last = 0, b"", b""
    for last in lines:
        first = first or last
        count += 1
    if count and not last.endswith(b"\n"):
        raise OutputDamagedError(path, "it ends within a line", _MEND)
    return _Content(count, first, last) if count else None


def _seq(path: str, line: bytes) -> int:
    try:
        return int(orjson.loads(line)["seq"])
    except (ValueError, KeyError, TypeError):
        raise OutputDamagedError(path, "its first or last line is no line of copydesk's", _MEND) from None
