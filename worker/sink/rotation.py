"""A full segment gets its sealed name, and the next one is begun. Only by rename: a reader keeps its open file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from worker.disk import fsops
from worker.failpoints import reach
from worker.sink.head import Head, Sealing, write_head
from worker.sink.outputs import Access, End, Output, OutputDamagedError, open_active

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder
    from worker.sink.journal import Journal


def rotate(
    out: OutFolder, access: Access, journal: Journal, generation: int, outputs: dict[str, Output], name: str
) -> None:
    """Seal the active segment of the output `name`, and put its next one into `outputs`.

    `generation` is that of the last journal record, whose lines are durable in the outputs.

    Raises:
        OutputDamagedError: something stands at the sealed name.
        OSError: the disk. What is left to do is done by the next start.
    """
    full = outputs[name]
    at = full.end.position
    ends = {other: output.end for other, output in outputs.items()} | {name: full.end.sealed()}
    sealing = Sealing(name, at.segment, at.offset)
    reach("rotate.begin")
    write_head(out, Head(generation, ends, sealing))
    reach("rotate.head_synced")
    journal.clear()
    reach("rotate.journal_cleared")
    give_sealed_name(out, sealing)
    outputs[name] = begin_segment(out, access, name, ends[name])
    reach("rotate.created")
    full.close()


def give_sealed_name(out: OutFolder, sealing: Sealing) -> None:
    """Rename the active segment, durably: the next one must not take a name that the disk gives to this one.

    Raises:
        OutputDamagedError: something stands there.
    """
    path = out.sealed(sealing.output, sealing.first)
    for taken in (path, f"{path}.zst"):
        if os.path.lexists(taken):
            raise OutputDamagedError(taken, "a segment is to get this name, and something stands there", "move it away")
    fsops.rename(out.active(sealing.output), path)
    fsops.sync_folder(out.path)
    reach("rotate.renamed")


def begin_segment(out: OutFolder, access: Access, name: str, end: End) -> Output:
    """Make the active file of an output durable, and open it."""
    opened = open_active(out, name, access, create=True)
    assert opened is not None
    fd, status = opened
    fsops.sync_folder(out.path)
    return Output(name, out.active(name), fd, status.st_ino, end)
