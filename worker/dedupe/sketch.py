"""What is kept of a text to tell its copies: a sample of its word 3-shingles in the order of the text.

A shingle is taken when its hash lies under a limit, the same for every text of that size: so two samples hold the same
shingles where the texts do, whatever else stands around, and tell containment as well as resemblance (FracMinHash:
Irber et al. 2022, doi:10.1101/2022.01.11.475838; modulo sampling: Broder 1997). The limit is halved until the sample
fits; of two texts, the sparser limit compares both. The lead is sampled once more, densely: that is where a copy
differs from another article under the same boilerplate.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.dedupe.fingerprint import exact_fingerprint
from worker.dedupe.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker.dedupe.words import Numbers

    Values = NDArray[np.uint16]

SKETCH_VERSION = 1
SAMPLE_MAX = 160
LEAD_WORDS = 64
LEAD_LEVEL = 1
POSTINGS_OF_ALL, POSTINGS_OF_LEAD = 24, 8
SHORT_WORDS = 48
"""Texts with fewer words are found by their 3-shingles too: a single edit can leave them no longer run in common."""

_HEADER = struct.Struct("<BBBBI8s")
_EXACT_BYTES = 8
_WIDTH, _POSTING_WIDTH = 3, 6
VALUE_BITS = 16

_FACTOR, _MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_LOW = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Sketch:
    """`data`: what is stored, read by `sample_of`. `postings`: the 32-bit keys under which the text is found."""

    data: bytes
    postings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """What `data` of a sketch says.

    `whole`: of the different shingles whose 32-bit hash begins with `level` zero bits, the 16 bits that follow, in the
    order of the text. `lead`: the same at LEAD_LEVEL for the first LEAD_WORDS words. `words`: how many the text has.
    `exact`: the first 8 bytes of its exact fingerprint.
    """

    level: int
    words: int
    exact: bytes
    whole: tuple[int, ...]
    lead: tuple[int, ...]


def sketch_of(text: str) -> Sketch:
    """The sketch of a line's `text`: a function of it alone, at most 460 bytes."""
    words = words_of(text).hashes
    shingles = _shingles(words, _WIDTH)
    level, whole = _whole(shingles)
    head = shingles[: LEAD_WORDS - _WIDTH + 1]
    lead = _values(head[head < 1 << (64 - LEAD_LEVEL)], LEAD_LEVEL)
    exact = exact_fingerprint(text)[:_EXACT_BYTES]
    header = _HEADER.pack(SKETCH_VERSION, level, len(whole), len(lead), len(words), exact)
    return Sketch(header + whole.tobytes() + lead.tobytes(), _postings(words, shingles))


def sample_of(data: bytes) -> Sample:
    """What a stored sketch says.

    Raises:
        ValueError: it has another version or length.
    """
    version, level, wholes, leads, words, exact = _HEADER.unpack_from(data)
    if version != SKETCH_VERSION or len(data) != _HEADER.size + 2 * (wholes + leads):
        raise ValueError(f"no sketch of version {SKETCH_VERSION}")
    values = struct.unpack_from(f"<{wholes + leads}H", data, _HEADER.size)
    return Sample(level, words, exact, values[:wholes], values[wholes:])


def _shingles(words: Numbers, width: int) -> Numbers:
    """A 64-bit hash for each run of `width` words; one for all words where there are fewer."""
    width = min(width, max(len(words), 1))
    count = len(words) - width + 1
    hashes = words[:count].copy()
    for place in range(1, width):
        hashes *= _FACTOR
        hashes += words[place : place + count]
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes


def _whole(shingles: Numbers) -> tuple[int, Values]:
    """The level and values of the sample: the least level at which no more than SAMPLE_MAX shingles are left."""
    low = _lowest(shingles, SAMPLE_MAX + 1)
    level = 0 if len(low) <= SAMPLE_MAX else 65 - int(low[SAMPLE_MAX]).bit_length()
    limit = (1 << (64 - level)) - 1
    sample = shingles[shingles <= limit]
    if len(sample) > int(low.searchsorted(np.uint64(limit), "right")):
        sample = np.array(list(dict.fromkeys(sample.tolist())), np.uint64)
    return level, _values(sample, level)


def _values(hashes: Numbers, level: int) -> Values:
    """The 16 bits that follow the `level` zero bits in front."""
    return (hashes >> np.uint64(64 - VALUE_BITS - level)).astype("<u2")


def _lowest(hashes: Numbers, wanted: int) -> Numbers:
    """The different ones among `hashes` in order: the `wanted` lowest at least."""
    if len(hashes) > 4 * wanted:
        low = _different(hashes[hashes < (1 << 64) // len(hashes) * 2 * wanted])
        if len(low) >= wanted:
            return low
    return _different(hashes)


def _different(hashes: Numbers) -> Numbers:
    ordered = np.sort(hashes)
    again = ordered[1:] == ordered[:-1]
    return np.concatenate((ordered[:1], ordered[1:][~again])) if again.any() else ordered


def _postings(words: Numbers, shingles: Numbers) -> tuple[int, ...]:
    """The lowest hashes of longer runs, which are rare elsewhere: of the whole text, and others of its lead."""
    runs = _shingles(words, _POSTING_WIDTH)
    keys = _lowest(runs, POSTINGS_OF_ALL)[:POSTINGS_OF_ALL].tolist()
    lead = shingles if len(words) < SHORT_WORDS else runs[: LEAD_WORDS - _POSTING_WIDTH + 1]
    more = dict.fromkeys(keys)
    more.update(dict.fromkeys(np.sort(lead).tolist()))
    return tuple(key & _LOW for key in list(more)[: len(keys) + POSTINGS_OF_LEAD])
