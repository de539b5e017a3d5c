"""The one thing a mender yields: edits, which are places in a text and what should stand there.

A mender decides and touches nothing; `apply` makes the new text; the counts of the record and the changes
that `copydesk explain` shows are both read from the same edits, so they can't disagree.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Edit = tuple[int, int, str, str]
"""`(start, end, after, kind)`: `text[start:end]` becomes `after`. Lists are sorted, without overlaps."""


@dataclass(frozen=True, slots=True)
class Change:
    """One mended place: what stood there, what stands there now, and where in the mended text."""

    kind: str
    before: str
    after: str
    place: int


@dataclass(frozen=True, slots=True)
class Step:
    """A text as one mender found it, and the edits that it made."""

    before: str
    edits: tuple[Edit, ...]


def apply(text: str, edits: Sequence[Edit]) -> str:
    """`text` with `edits` made. Raises AssertionError where they overlap or are out of order."""
    pieces: list[str] = []
    done = 0
    for start, end, after, _ in edits:
        assert done <= start <= end, "edits overlap"
        pieces.append(text[done:start])
        pieces.append(after)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


def changes_of(steps: Sequence[Step]) -> tuple[Change, ...]:
    """Every edit of `steps` (in their order) as a change, with its place carried through the later steps."""
    changes: list[Change] = []
    later: list[tuple[list[int], list[int]]] = []
    for step in reversed(steps):
        # What is put in at a place moves what stands there; what replaces it does not.
        starts = [2 * edit[0] + (edit[1] > edit[0]) for edit in step.edits]
        grown = list(accumulate(len(edit[2]) - (edit[1] - edit[0]) for edit in step.edits))
        own = [
            Change(kind, step.before[start:end], after, _carried(start + (grown[at - 1] if at else 0), later))
            for at, (start, end, after, kind) in enumerate(step.edits)
        ]
        changes[:0] = own
        later.insert(0, (starts, grown))
    return tuple(changes)


def _carried(place: int, later: Iterable[tuple[list[int], list[int]]]) -> int:
    for starts, grown in later:
        at = bisect_left(starts, 2 * place + 1)
        if at:
            place = max(place + grown[at - 1], 0)
    return place
