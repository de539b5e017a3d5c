"""The journal: two files written in turn. A group of lines is committed when its record is durable in one of them.

A record is

    magic        8 bytes
    generation   8 bytes, big-endian; one more in each record
    length       4 bytes, big-endian: of the header
    header       JSON: for each output where it ends before the group and after it, length and digest of
                 its lines
    digest       16 bytes of SHA-256 over all of the above, and so by the digests in the header over the lines, too
    lines        of all outputs, end to end

The whole record with the highest generation counts. One that is torn does not, and leaves the one in the
other file, whose lines are durable in the outputs already.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

from worker.disk import fsops
from worker.failpoints import reach
from worker.sink.outputs import End

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder

SLOTS = 2
SLOT_BYTES_MIN = 1 << 20
_MAGIC = b"CDJRNL1\n"
_FIXED_BYTES = len(_MAGIC) + 8 + 4
_DIGEST_BYTES = 16
_HEADER_BYTES_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Extent:
    """What a group adds to one output: `data`, `lines` lines that begin at `before`, in the file `inode`.

    There is one for each output in each record, with no data where the group has nothing for it: so a
    record alone says where every output ends. `inode` is 0 where the file does not exist yet.
    """

    output: str
    inode: int
    before: End
    after: End
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Record:
    """One group."""

    generation: int
    extents: tuple[Extent, ...]


def encode(record: Record) -> bytes:
    """The bytes of a record."""
    header = orjson.dumps([_row(extent) for extent in record.extents])
    fixed = _MAGIC + record.generation.to_bytes(8, "big") + len(header).to_bytes(4, "big")
    return b"".join((fixed, header, _digest(fixed + header), *(extent.data for extent in record.extents)))


def decode(data: bytes) -> Record | None:
    """The record that `data` begins with, None where it is torn or there is none."""
    start = _FIXED_BYTES + int.from_bytes(data[_FIXED_BYTES - 4 : _FIXED_BYTES], "big")
    if data[: len(_MAGIC)] != _MAGIC or start > _FIXED_BYTES + _HEADER_BYTES_MAX:
        return None
    if _digest(data[:start]) != data[start : start + _DIGEST_BYTES]:
        return None
    generation = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "big")
    offset = start + _DIGEST_BYTES
    extents = []
    for row in orjson.loads(data[_FIXED_BYTES:start]):
        lines = data[offset : offset + row["length"]]
        if _digest(lines).hex() != row["digest"]:
            return None
        before, after = End.from_json(row["before"]), End.from_json(row["after"])
        extents.append(Extent(row["output"], row["inode"], before, after, lines))
        offset += row["length"]
    return Record(generation, tuple(extents))


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()[:_DIGEST_BYTES]


def _row(extent: Extent) -> dict[str, object]:
    return {
        "output": extent.output,
        "inode": extent.inode,
        "before": extent.before,
        "after": extent.after,
        "length": len(extent.data),
        "digest": _digest(extent.data).hex(),
    }


@dataclass(slots=True)
class Journal:
    """The two open files."""

    fds: tuple[int, ...]

    @classmethod
    def open(cls, out: OutFolder) -> Journal:
        """Open both, durably made where they are missing."""
        missing = not all(os.path.exists(out.journal(slot)) for slot in range(SLOTS))
        fds: list[int] = []
        try:
            for slot in range(SLOTS):
                fds.append(fsops.open_file(out.journal(slot), os.O_RDWR | os.O_CREAT, 0o600))
                fsops.preallocate(fds[-1], SLOT_BYTES_MIN)
            if missing:
                fsops.sync_folder(out.hidden)
        except BaseException:
            for fd in fds:
                os.close(fd)
            raise
        return cls(tuple(fds))

    def newest(self) -> Record | None:
        """The record that counts, None where there is none."""
        records = [decode(fsops.read_all(fd, os.fstat(fd).st_size)) for fd in self.fds]
        return max(filter(None, records), key=lambda record: record.generation, default=None)

    def commit(self, record: Record) -> None:
        """Make `record` durable; when this returns, its lines can't be lost any more.

        It takes the file that the record before it is not in. On an error nobody knows whether it counts.
        """
        fd, data = self.fds[record.generation % SLOTS], encode(record)
        if len(data) > os.fstat(fd).st_size:
            # Written over in place, the file never changes its size or blocks, and a sync has only data to
            # write.
            fsops.preallocate(fd, len(data))
        fsops.pwrite_all(fd, data, 0, torn="sink.journal_torn")
        reach("sink.journal_written")
        fsops.fdatasync(fd)
        reach("sink.journal_synced")

    def clear(self) -> None:
        """Forget all records. Not synced: the head that is durable before it outranks them already.

        It is for whoever loses that head later: a record of a segment that is sealed by then must not count.
        """
        for fd in self.fds:
            fsops.pwrite_all(fd, bytes(len(_MAGIC)), 0)

    def close(self) -> None:
        """Give the descriptors back."""
        for fd in self.fds:
            os.close(fd)
