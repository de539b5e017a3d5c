"""The passages that two texts have in common, word for word.

Runs of twelve words are looked up in the other text and followed as far as both go on alike. Case, accents, punctuation
and white space do not count. The time is linear in both lengths but for one sort, whatever the texts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from worker.article import Passage
from worker.dedupe.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.dedupe.words import Numbers, Places

PASSAGE_WORDS = 12
PASSAGE_CHARACTERS = 20
"""Twelve words of a script without spaces are twelve characters, and those may be a name."""

_TRIED = 8
"""Of the places where a run stands in the other text, that many are followed: repetition must not cost more."""

_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_STRETCH = 64


def passages(text: str, other: str) -> tuple[Passage, ...]:
    """What of `text` stands in `other`, in the order of `text`, without overlap there.

    Each passage has PASSAGE_WORDS words at least and goes as far as both texts do. Where it stands more than once in
    `other`, the longest is taken, then the first.
    """
    ours, theirs = words_of(text), words_of(other)
    return tuple(
        Passage(span=span, other_span=other_span)
        for start, other_start, count in _runs(ours.hashes, theirs.hashes)
        if (span := _span(ours.starts, ours.ends, start, count))
        and (other_span := _span(theirs.starts, theirs.ends, other_start, count))
        and span[1] - span[0] >= PASSAGE_CHARACTERS
    )


def share_of(text: str, found: tuple[Passage, ...]) -> float:
    """Part of the words of `text` that lie in the passages `found` in it, 0 to 1."""
    starts = words_of(text).starts
    edges = np.array([passage.span for passage in found], np.int64).reshape(-1, 2)
    inside = np.diff(starts.searchsorted(edges), axis=1).sum()
    return float(inside / len(starts)) if len(starts) else 0.0


def _span(starts: Places, ends: Places, first: int, count: int) -> tuple[int, int]:
    return int(starts[first]), int(ends[first + count - 1])


def _runs(ours: Numbers, theirs: Numbers) -> Iterator[tuple[int, int, int]]:
    """The places in both where a passage begins, and how many words it has."""
    if min(len(ours), len(theirs)) < PASSAGE_WORDS:
        return
    sought, known = _grams(ours), _grams(theirs)
    order = known.argsort(kind="stable")
    known = known[order]
    first, last = known.searchsorted(sought), known.searchsorted(sought, "right")
    found = (first < last).nonzero()[0]
    at = 0
    while at < len(found):
        start = int(found[at])
        tried = order[first[start] : min(last[start], first[start] + _TRIED)].tolist()
        count, other_start = max((_alike(ours[start:], theirs[place:]), -place) for place in tried)
        if count >= PASSAGE_WORDS:
            yield start, -other_start, count
        at = int(found.searchsorted(start + max(count, 1)))


def _grams(words: Numbers) -> Numbers:
    """A number for each run of PASSAGE_WORDS words."""
    count = len(words) - PASSAGE_WORDS + 1
    sums = words[:count].copy()
    for place in range(1, PASSAGE_WORDS):
        sums *= _FACTOR
        sums += words[place : place + count]
    return sums


def _alike(ours: Numbers, theirs: Numbers) -> int:
    """How many words both begin with, in time linear in that number."""
    size, count, step = min(len(ours), len(theirs)), 0, _STRETCH
    while count < size:
        end = min(count + step, size)
        other = (ours[count:end] != theirs[count:end]).nonzero()[0]
        if len(other):
            return count + int(other[0])
        count, step = end, 2 * step
    return size
