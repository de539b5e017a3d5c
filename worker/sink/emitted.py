"""Which documents have their line already: read from the outputs, no further back than a standing claim asks for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from worker.disk.position import OUTPUTS
from worker.ids import derive
from worker.sink.tail import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from worker.disk.layout import OutFolder
    from worker.disk.position import Positions
    from worker.sink.claimed import Batch


# A derived id begins as that of its container: see `ids.derive`.
_COMMON = 10


@dataclass(frozen=True, slots=True)
class EmittedLine:
    """The line of a document whose file is still claimed. `line` is kept of a rejection only: its reason."""

    output: str
    line: bytes = b""


@dataclass(frozen=True, slots=True)
class Emitted:
    """Document id -> its line, and container id -> how many of its members have theirs."""

    lines: dict[str, EmittedLine]
    members: dict[str, int]


def emitted_lines(out: OutFolder, ends: Positions, batches: Sequence[Batch]) -> Emitted:
    """What the documents of `batches` that wait for a line have already, and the members of those that are containers.

    A claim remembers where the outputs ended when it was made, and its lines can only stand behind that.
    """
    wanted = frozenset().union(*(batch.waiting for batch in batches))
    found = Emitted({}, {})
    containers = _Containers(wanted)
    for output in OUTPUTS:
        end = ends.of(output).ordinal
        # A mark beyond the end is that of another output folder, or of one that was rolled back: it says
        # nothing.
        marks = [ordinal if ordinal <= end else 1 for ordinal in (b.claim.since.of(output).ordinal for b in batches)]
        if not marks or min(marks) >= end:
            continue
        for line in read_lines(out, min(marks), output=output):
            value = orjson.loads(line)
            document = value["id"]
            if document in wanted:
                found.lines[document] = EmittedLine(output, line if output == "rejected" else b"")
            elif container := containers.of(document, _member(value)):
                found.members[container] = found.members.get(container, 0) + 1
    return found


def count_lines(out: OutFolder, since: Positions, documents: Iterable[str]) -> Counter[str]:
    """How many lines behind `since` each output has of `documents`, a container's members being its lines.

    Other documents may get lines meanwhile: they are read over.
    """
    ours = frozenset(documents)
    containers = _Containers(ours)
    counts: Counter[str] = Counter()
    for output in OUTPUTS:
        for line in read_lines(out, since.of(output).ordinal, output=output):
            value = orjson.loads(line)
            document = value["id"]
            counts[output] += document in ours or containers.of(document, _member(value)) is not None
    return counts


def _member(line: dict[str, Any]) -> str | None:
    """The name that the document of a line has inside another one; lines that are of no document have none."""
    source = line.get("source", line)
    name: str | None = source.get("member") if line.get("kind", "article") == "article" else None
    return name


class _Containers:
    """Tells by its id and name which of `documents` a member belongs to: its id is derived from both."""

    def __init__(self, documents: Iterable[str]) -> None:
        self._begin: dict[str, list[str]] = {}
        for document in documents:
            self._begin.setdefault(document[:_COMMON], []).append(document)

    def of(self, document: str, name: str | None) -> str | None:
        """The container, None where it is none of them."""
        alike = self._begin.get(document[:_COMMON], []) if name is not None else []
        for number, container in enumerate(alike):
            if derive(container, name or "") == document:
                alike[0], alike[number] = container, alike[0]  # most often that of the next line, too
                return container
        return None
