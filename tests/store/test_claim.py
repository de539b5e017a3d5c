"""The packed claim of a text."""

from __future__ import annotations

import struct

import pytest

from worker.dedupe.sketch import Sketch
from worker.dedupe.succession import Succession
from worker.store.claim import pack_claim

HEADER_BYTES = 32
SUCCESSION = Succession(739_000, 0, 0, (), by_file=False)


def keys_of(postings: tuple[int, ...]) -> tuple[list[int], int]:
    """The keys in a claim of a text with these postings, and how many of them are to be stored."""
    data = pack_claim(bytes(16), SUCCESSION, Sketch(b"", postings))
    count, stored = data[30], data[31]
    assert len(data) == HEADER_BYTES + 4 * count
    return list(struct.unpack_from(f"<{count}I", data, HEADER_BYTES)), stored


def test_half_of_the_keys_are_stored_and_stand_first() -> None:
    keys, stored = keys_of(tuple(range(32)))
    assert stored == 16
    assert keys == [*range(12), *range(24, 28), *range(12, 24), *range(28, 32)]


@pytest.mark.parametrize(
    ("one", "other", "stored_keys"), [(0, 1, 15), (0, 30, 16), (20, 21, 16), (13, 25, 16), (0, 24, 15)]
)
def test_two_keys_that_are_the_same_number_are_one_key(one: int, other: int, stored_keys: int) -> None:
    postings = list(range(100, 132))
    postings[other] = postings[one]
    keys, stored = keys_of(tuple(postings))
    assert sorted(keys) == sorted(set(postings))
    assert stored == stored_keys
