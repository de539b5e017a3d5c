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
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from worker.dedupe.fingerprint import exact_fingerprint
from worker.dedupe.words import words_of

if TYPE_CHECKING:
    from worker.dedupe.words import Numbers

SKETCH_VERSION = 1
SAMPLE_MAX = 160
SAMPLE_MIN = 64
LEAD_WORDS = 64
LEAD_LEVEL = 1
VALUE_BITS = 16
POSTINGS_OF_ALL, POSTINGS_OF_LEAD = 24, 8
SHORT_SHINGLES = 48
"""Texts with fewer shingles are found by their 3-shingles too: a single edit can leave them no longer run in common."""

_HEADER = struct.Struct("<BBBBI8s")
_EXACT_BYTES = 8
_WIDTH = 3
_POSTINGS_LEVEL = 2
_BITS = 64
_SHIFTS = [np.uint64(max(0, _BITS - VALUE_BITS - level)) for level in range(_BITS + 1)]

_FACTOR, _MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0xD6E8FEB86659FD93)
_FACTOR_CUBED = np.uint64(pow(int(_FACTOR), 3, 1 << 64))
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


def sketch_of(text: str, fingerprint: bytes | None = None) -> Sketch:
    """The sketch of a line's `text`: a function of it alone, at most 460 bytes.

    `fingerprint`: the exact one of `text`, where the caller has it already.
    """
    words = words_of(text).hashes
    sums = _polynomials(words)
    shingles = _mixed(sums)
    level, whole = _whole(shingles)
    lead = _values(shingles[: LEAD_WORDS - _WIDTH + 1], LEAD_LEVEL)
    exact = (fingerprint or exact_fingerprint(text))[:_EXACT_BYTES]
    header = _HEADER.pack(SKETCH_VERSION, level, len(whole), len(lead), len(words), exact)
    values = _numbers(len(whole) + len(lead)).pack(*whole, *lead)
    return Sketch(header + values, _postings(sums, shingles))


def sample_of(data: bytes) -> Sample:
    """What a stored sketch says.

    Raises:
        ValueError: it has another version or length.
    """
    if len(data) < _HEADER.size:
        raise ValueError(f"no sketch of version {SKETCH_VERSION}")
    version, level, wholes, leads, words, exact = _HEADER.unpack_from(data)
    if version != SKETCH_VERSION or len(data) != _HEADER.size + 2 * (wholes + leads):
        raise ValueError(f"no sketch of version {SKETCH_VERSION}")
    values = _numbers(wholes + leads).unpack_from(data, _HEADER.size)
    return Sample(level, words, exact, values[:wholes], values[wholes:])


def _polynomials(words: Numbers) -> Numbers:
    """A polynomial over each run of three words modulo 2**64; one over all words where there are fewer."""
    width = min(_WIDTH, max(len(words), 1))
    count = len(words) - width + 1
    sums = words[:count].copy()
    for place in range(1, width):
        sums *= _FACTOR
        sums += words[place : place + count]
    return sums


def _mixed(sums: Numbers) -> Numbers:
    """64-bit hashes, each bit of which depends on every bit of `sums`."""
    hashes = sums ^ (sums >> _HALF)
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    return hashes


def _whole(shingles: Numbers) -> tuple[int, list[int]]:
    """The level of the sample and its values: the least level at which no more than SAMPLE_MAX shingles are left.

    Where one shingle stands so often that few others would be left, each counts once.
    """
    level, sample = _fitting(shingles)
    values = _cut(sample, level)
    if level and len(values) < SAMPLE_MIN:
        level, _ = _fitting(np.unique(shingles))
        values = _cut(shingles[shingles <= _limit(level)] if level else shingles, level)
    return level, values


def _fitting(shingles: Numbers) -> tuple[int, Numbers]:
    """The least level at which no more than SAMPLE_MAX are left, and those."""
    level, sample = 0, shingles
    while len(sample) > SAMPLE_MAX and level < _BITS:
        # What one level leaves out, the next ones do as well.
        level += 1
        sample = sample[sample <= _limit(level)]
    return level, sample


def _cut(sample: Numbers, level: int) -> list[int]:
    """The different values of a sample, in its order."""
    return list(dict.fromkeys((sample >> _SHIFTS[level]).tolist()))


def _lowest(hashes: Numbers, place: int) -> int:
    """The hash that stands at `place` when they are sorted: what is far above it is left out first."""
    spare = len(hashes) // (place + place // 2 + 1)
    low = hashes[hashes <= _limit(spare.bit_length() - 1)] if spare > 1 else hashes
    if len(low) <= place:
        low = hashes
    return int(np.partition(low, place)[place])


def _values(hashes: Numbers, level: int) -> list[int]:
    """Of those that begin with `level` zero bits, the 16 bits that follow."""
    sample = hashes[hashes <= _limit(level)] if level else hashes
    values: list[int] = (sample >> _SHIFTS[level]).tolist()
    return values


@cache
def _numbers(count: int) -> struct.Struct:
    """How that many values are stored. The module's own cache is too small for all counts that there are."""
    return struct.Struct(f"<{count}H")


@cache
def _limit(level: int) -> np.uint64:
    """The highest hash that begins with `level` zero bits."""
    return np.uint64((1 << (_BITS - level)) - 1)


def _postings(sums: Numbers, shingles: Numbers) -> tuple[int, ...]:
    """Keys for the runs of six words that begin with one of the lowest shingles, of the whole text and of its lead.

    So long a run is rare in other articles, and found by its first half it is the same in every text that has it.
    """
    runs = shingles[:-_WIDTH]
    if len(runs) == 0:
        return tuple([key & _LOW for key in dict.fromkeys(shingles.tolist())])
    whole = (runs <= _lowest(runs, min(POSTINGS_OF_ALL, len(runs)) - 1)).nonzero()[0]
    lead = (runs[: LEAD_WORDS - _WIDTH + 1] <= _limit(_POSTINGS_LEVEL)).nonzero()[0]
    places = np.concatenate((whole, lead))
    keys = _mixed(sums[places] * _FACTOR_CUBED + sums[places + _WIDTH]).tolist()
    chosen = sorted(set(keys[: len(whole)]))[:POSTINGS_OF_ALL]
    others = set(shingles.tolist() if len(shingles) < SHORT_SHINGLES else keys[len(whole) :]).difference(chosen)
    return tuple([key & _LOW for key in chosen + sorted(others)[:POSTINGS_OF_LEAD]])
