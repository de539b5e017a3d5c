"""How far the outputs have got: what the writer says of itself and a claim remembers."""

from __future__ import annotations

import os
import zlib
from dataclasses import asdict, dataclass, field

import orjson

from worker.disk import fsops
from worker.disk.layout import OutFolder  # noqa: TC001 - part of the public signatures

OUTPUTS = ("articles", "duplicates", "rejected")
NUMBERED = frozenset({"articles", "duplicates"})
"""The outputs whose lines begin with their ordinal, the `seq`. Each counts for itself."""

_RECORD_BYTES = 512
_READS_MAX = 5


@dataclass(frozen=True, slots=True)
class Position:
    """The end of one output.

    `segment` is the ordinal of the active segment's first line, `ordinal` that of the next line, `offset` the bytes in
    the active segment. Ordinals count from 1; in `articles` and `duplicates` they are the `seq`. `findings` are the
    lines before it that are of no document, but found later about others.
    """

    segment: int = 1
    ordinal: int = 1
    offset: int = 0
    findings: int = 0

    @property
    def documents(self) -> int:
        """How many documents have a line before it."""
        return self.ordinal - 1 - self.findings


@dataclass(frozen=True, slots=True)
class Positions:
    """The ends of all outputs at one moment."""

    articles: Position = field(default_factory=Position)
    duplicates: Position = field(default_factory=Position)
    rejected: Position = field(default_factory=Position)

    def of(self, output: str) -> Position:
        """The end of the output of that name (one of `OUTPUTS`)."""
        position: Position = getattr(self, output)
        return position

    def as_json(self) -> dict[str, dict[str, int]]:
        """The form that is kept on disk."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, dict[str, int]]) -> Positions:
        """The value that `as_json` gave. Raises KeyError or TypeError for anything else."""
        return cls(**{name: Position(**value[name]) for name in OUTPUTS})


def write_position(out: OutFolder, positions: Positions) -> None:
    """Leave the hint for the intake. Never synced: after a power cut an older one, or none, is safe.

    It is written in place, in one page: to rename over a file costs a flush to the disk on ext4.
    """
    body = orjson.dumps(positions.as_json())
    record = b'{"crc32":%d,"positions":%s}' % (zlib.crc32(body), body)
    fd = fsops.open_file(out.position, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        fsops.pwrite_all(fd, record.ljust(_RECORD_BYTES - 1) + b"\n", 0)
    finally:
        os.close(fd)


def read_position(out: OutFolder) -> Positions:
    """The last hint, or the very beginning where there is none that can be read: safe, only slower to recover.

    A hint that is read while it is written is told by its checksum and read again.
    """
    for _ in range(_READS_MAX):
        try:
            with open(out.position, "rb") as file:
                value = orjson.loads(file.read(_RECORD_BYTES))
            if zlib.crc32(orjson.dumps(value["positions"])) == value["crc32"]:
                return Positions.from_json(value["positions"])
        except FileNotFoundError:
            break
        except (ValueError, KeyError, TypeError):
            continue
    return Positions()
