"""Which documents have their line already: read from the outputs, no further back than a standing claim asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from worker.disk.position import OUTPUTS
from worker.sink.tail import read_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.disk.layout import OutFolder
    from worker.disk.position import Positions
    from worker.sink.claimed import Batch


@dataclass(frozen=True, slots=True)
class EmittedLine:
    """The line of a document whose file is still claimed. `line` is kept of a rejection only: its reason."""

    output: str
    line: bytes = b""


def emitted_lines(out: OutFolder, ends: Positions, batches: Sequence[Batch]) -> dict[str, EmittedLine]:
    """Document id -> its line, for the documents of `batches` that wait for one and have it already.

    A claim remembers where the outputs ended when it was made, and its lines can only stand behind that.
    """
    wanted = frozenset().union(*(batch.waiting for batch in batches))
    found: dict[str, EmittedLine] = {}
    for output in OUTPUTS:
        end = ends.of(output).ordinal
        # A mark beyond the end is that of another output folder, or of one that was rolled back: it says
        # nothing.
        marks = [ordinal if ordinal <= end else 1 for ordinal in (b.claim.since.of(output).ordinal for b in batches)]
        if not marks or min(marks) >= end:
            continue
        for line in read_lines(out, min(marks), output=output):
            document = orjson.loads(line)["id"]
            if document in wanted:
                found[document] = EmittedLine(output, line if output == "rejected" else b"")
    return found
