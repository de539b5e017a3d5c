"""Is what stands in the outputs what was promised? Reads every line of every segment, and says the first fault.

Memory does not grow with the outputs: which ids have been seen is kept in a temporary database on disk, as
16 bytes of a digest for each line.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import IO, TYPE_CHECKING, Any

import orjson
import zstandard

from worker.disk.lock import is_held
from worker.disk.position import NUMBERED
from worker.schema import line_problem, rejection_problem
from worker.sink.head import read_head
from worker.sink.outputs import OutputDamagedError
from worker.sink.segments import BUFFER_BYTES, Manifest, Segment, open_segment, read_manifest, sealed_segments
from worker.sink.tail import is_current

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import OutFolder

_CACHE_KIBIBYTES = 32_768
# Of no document: what was found before an index was lost may be found again.
_LATER_KINDS = frozenset({"relation", "withdrawal"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Where something is wrong, and what. `line` counts from 1; 0 stands for the file as a whole."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.problem}"


class _FoundError(Exception):
    """Ends the reading at the first fault."""

    def __init__(self, path: str, line: int, problem: str) -> None:
        super().__init__(problem)
        self.fault = Fault(path, line, problem)


@dataclass(slots=True)
class _Sum:
    """What was read of one file."""

    lines: int = 0
    bytes: int = 0
    digest: Any = field(default_factory=sha256)


def verify(out: OutFolder) -> Fault | None:
    """The first fault in the outputs, None where there is none.

    `seq` has no gap, every line fits the schema and ends where it should, no document has two lines of one
    revision, sealed segments are as their manifests say. Segments that were moved away from the beginning
    are not missed. While a writer is at work, a last line in the making and a manifest that is not there
    yet are none.
    """
    busy = _has_writer(out)
    with closing(sqlite3.connect("")) as seen:
        seen.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
        seen.execute("CREATE TABLE seen (line BLOB PRIMARY KEY) WITHOUT ROWID")
        try:
            for output, problem in (
                ("articles", line_problem),
                ("duplicates", _duplicate_problem),
                ("rejected", rejection_problem),
            ):
                _Verifier(out, output, problem, seen, busy).run()
        except _FoundError as found:
            return found.fault
        except OutputDamagedError as damaged:
            return Fault(damaged.path, 0, damaged.problem)
    return None


def _has_writer(out: OutFolder) -> bool:
    try:
        return is_held(out.lock)
    except PermissionError:
        return True  # a stranger may read the lines and not look here


def _duplicate_problem(value: object) -> str | None:
    """What is wrong with a line of `duplicates`: it is that of an article, and says what it repeats."""
    problem = line_problem(value)
    if problem is None and isinstance(value, dict) and not value.get("duplicate"):
        problem = "duplicate: missing in a line that was dropped as one"
    return problem


@dataclass(slots=True)
class _Verifier:
    """Reads one output. `due` is the ordinal that has to come next, None where any may."""

    out: OutFolder
    output: str
    problem: Callable[[object], str | None]
    seen: sqlite3.Connection
    busy: bool
    due: int | None = None

    def run(self) -> None:
        """Read all segments. Raises _FoundError."""
        active, segments = self._snapshot()
        try:
            for segment in segments:
                self._segment(segment)
            if active is not None:
                if self.due is None and not self.busy:
                    head = read_head(self.out)
                    self.due = head.of(self.output).position.segment if head is not None else None
                self._lines(self.out.active(self.output), active, growing=self.busy)
        finally:
            if active is not None:
                active.close()

    def _snapshot(self) -> tuple[IO[bytes] | None, list[Segment]]:
        """The active file and the sealed ones of one moment, although a writer may seal one meanwhile."""
        path = self.out.active(self.output)
        while True:
            try:
                active = open(path, "rb", buffering=BUFFER_BYTES)  # noqa: SIM115 - it is given on
            except FileNotFoundError:
                return None, sealed_segments(self.out, self.output)
            segments = sealed_segments(self.out, self.output)
            if is_current(active, path):
                return active, segments
            active.close()

    def _segment(self, segment: Segment) -> None:
        if self.due is not None and segment.first != self.due:
            raise _FoundError(segment.path, 0, f"begins with {segment.first}, and {self.due} was to come next")
        self.due = segment.first
        segment, file = self._opened(segment)
        try:
            with file:
                found = self._lines(segment.path, file, growing=False)
        except zstandard.ZstdError as error:
            raise _FoundError(segment.path, 0, f"can't be decompressed: {error}") from None
        self.due = segment.first + found.lines
        manifest = read_manifest(self.out, self.output, segment.first)
        if manifest is not None:
            self._compare(segment, manifest, found)
        elif not self.busy:
            raise _FoundError(segment.path, 0, "has no manifest; the next start of the writer makes one")

    def _opened(self, segment: Segment) -> tuple[Segment, IO[bytes]]:
        try:
            return segment, open_segment(segment)
        except FileNotFoundError:
            packed = Segment(segment.output, segment.first, f"{segment.path}.zst")  # compressed meanwhile
            return packed, open_segment(packed)

    def _compare(self, segment: Segment, manifest: Manifest, found: _Sum) -> None:
        last = segment.first + found.lines - 1
        rows = [
            ("first", manifest.first, segment.first),
            ("last", manifest.last, last),
            ("lines", manifest.lines, found.lines),
            ("bytes", manifest.bytes, found.bytes),
            ("sha256", manifest.sha256, found.digest.hexdigest()),
        ]
        if segment.compressed:
            with open(segment.path, "rb") as file:
                digest = sha256()
                while piece := file.read(BUFFER_BYTES):
                    digest.update(piece)
            rows.append(("compressed_sha256", manifest.compressed_sha256 or "", digest.hexdigest()))
        for name, said, is_so in rows:
            if said != is_so:
                raise _FoundError(segment.path, 0, f"{name} is {is_so}, and its manifest says {said}")

    def _lines(self, path: str, file: IO[bytes], *, growing: bool) -> _Sum:
        found = _Sum()
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                if growing:
                    break
                raise _FoundError(path, number, "the line is cut; the next start of the writer completes its own")
            self._line(path, number, line)
            found.lines, found.bytes = number, found.bytes + len(line)
            found.digest.update(line)
        return found

    def _line(self, path: str, number: int, line: bytes) -> None:
        try:
            value = orjson.loads(line)
            alone = len(line.decode().splitlines()) == 1
        except ValueError as error:
            raise _FoundError(path, number, f"is no JSON: {error}") from None
        problem = self.problem(value)
        if problem:
            raise _FoundError(path, number, problem)
        if not alone:
            raise _FoundError(path, number, "has a character inside that ends a line")
        if self.output in NUMBERED:
            self._seq(path, number, line, value["seq"])
        if value.get("kind") not in _LATER_KINDS:
            self._once(path, number, value)

    def _seq(self, path: str, number: int, line: bytes, seq: int) -> None:
        if not line.startswith(b'{"seq":'):
            raise _FoundError(path, number, "seq is not the first key")
        if self.due not in {None, seq}:
            raise _FoundError(path, number, f"seq is {seq}, and {self.due} was to come next")
        self.due = seq + 1

    def _once(self, path: str, number: int, value: dict[str, Any]) -> None:
        mark = f"{value.get('kind', 'article')} {value['id']} {value.get('revision')}"
        digest = blake2b(mark.encode(), digest_size=16).digest()
        if self.seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (digest,)).rowcount == 0:
            raise _FoundError(path, number, f"{value['id']} has a line already")
