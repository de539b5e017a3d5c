"""The start of the writer: outputs, journal and head are brought into agreement, and nothing a reader saw changes.

What a crash can leave, and what is done about it:

    before the journal is durable     the outputs are as they were; the torn record does not count
    after it                          some, all or none of the lines are in the outputs, or zeros after a
                                      power cut: they are written in place from the journal
    within a rotation                 the head names the segment that was being sealed: the rest is done

Anything else was somebody else, and is refused.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.disk.position import OUTPUTS
from worker.sink.derive import ends_from_files
from worker.sink.head import Head, read_head, write_head
from worker.sink.journal import Extent, Journal, Record
from worker.sink.outputs import ADOPT, PUT_BACK, Access, Output, OutputDamagedError, open_active, require_size
from worker.sink.rotation import begin_segment, give_sealed_name

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder

# `duplicates` begins with its first line; the others stand from the start, so that a reader can wait at them.
AT_START = ("articles", "rejected")

_log = logging.getLogger("copydesk.sink")


@dataclass(slots=True)
class Recovered:
    """What the writer works with. `generation` is that of the last record."""

    outputs: dict[str, Output]
    journal: Journal
    generation: int

    def close(self) -> None:
        """Give the descriptors back."""
        for output in self.outputs.values():
            output.close()
        self.journal.close()


def recover(out: OutFolder, access: Access) -> Recovered:
    """Open everything, completed and durable. Needs the lock, and no Redis. Can be repeated at any point.

    Raises:
        OutputDamagedError: a file is not as the writer left it.
        OSError: the disk.
    """
    journal = Journal.open(out)
    recovered = Recovered({}, journal, 0)
    try:
        record, head = journal.newest(), read_head(out)
        if head is None:
            head = _head_from(record) if record is not None else Head(0, ends_from_files(out))
            write_head(out, head)
        if record is not None and record.generation > head.generation:
            recovered.generation = record.generation
            _replay(out, access, record, recovered)
        else:
            recovered.generation = head.generation
            _resume(out, access, head, recovered)
    except BaseException:
        recovered.close()
        raise
    return recovered


def _head_from(record: Record) -> Head:
    """The head that the record follows on, for one that was lost."""
    return Head(record.generation - 1, {extent.output: extent.before for extent in record.extents})


def _resume(out: OutFolder, access: Access, head: Head, recovered: Recovered) -> None:
    """Open the outputs as the head has them, after what is left of its rotation."""
    sealing = head.sealing
    if sealing is not None and _size(out.active(sealing.output)) == sealing.length:
        give_sealed_name(out, sealing)
    for name in OUTPUTS:
        end = head.of(name)
        extent = Extent(name, 0, end, end)
        _open(out, access, extent, recovered)


def _replay(out: OutFolder, access: Access, record: Record, recovered: Recovered) -> None:
    """Open the outputs as the record has them, and write its lines once more.

    All is written, also what stands there already: after a sync that failed, the kernel may show bytes that
    the disk never got, and only writing them again makes the next sync mean something. That holds for the
    record itself, too.
    """
    for extent in record.extents:
        _open(out, access, extent, recovered)
    recovered.journal.commit(record)
    for extent in record.extents:
        if extent.data:
            output = recovered.outputs[extent.output]
            fsops.pwrite_all(output.fd, extent.data, extent.before.position.offset)
            fsops.fdatasync(output.fd)


def _open(out: OutFolder, access: Access, extent: Extent, recovered: Recovered) -> None:
    name, end, path = extent.output, extent.after, out.active(extent.output)
    opened = open_active(out, name, access, create=False)
    if opened is None:
        if end.position.offset:
            raise OutputDamagedError(path, "it is gone", f"{PUT_BACK}; {ADOPT}")
        if name in AT_START:
            recovered.outputs[name] = begin_segment(out, access, name, end)
        return
    fd, status = opened
    recovered.outputs[name] = Output(name, path, fd, status.st_ino, end)
    if not extent.before.position.offset <= status.st_size <= end.position.offset:
        require_size(path, status.st_size, end.position.offset)
    if extent.inode not in {0, status.st_ino}:
        _adopt(recovered.outputs[name], extent, status.st_size)


def _adopt(output: Output, extent: Extent, size: int) -> None:
    """Take another file for the one that the journal speaks of where it is a copy, as in a restored folder."""
    offset, end = extent.before.position.offset, extent.after.position.offset
    if size != end or os.pread(output.fd, end - offset, offset) != extent.data:
        problem = "another file stands in its place, and it does not end with the last lines"
        raise OutputDamagedError(output.path, problem, f"{PUT_BACK}; {ADOPT}")
    _log.warning("%s is another file than before, with the same end: taken for a copy", output.path)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return -1
