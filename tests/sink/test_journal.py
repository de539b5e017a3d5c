from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.disk.position import OUTPUTS, Position
from worker.sink.journal import SLOT_BYTES_MIN, Extent, Journal, Record, decode, encode
from worker.sink.outputs import End

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sink.material import Place


def record(generation: int, data: bytes = b"one\ntwo\n") -> Record:
    before = End(Position(1, 5, 40), 1_700_000_000.5)
    after = before.after(data.count(b"\n"), len(data), 1_800_000_000.0)
    empty = Extent("rejected", 8, End(), End())
    return Record(generation, (Extent("articles", 7, before, after, data), empty))


@pytest.fixture
def journal(place: Place) -> Iterator[Journal]:
    opened = Journal.open(place.out)
    yield opened
    opened.close()


@given(
    st.integers(1, 2**63),
    st.lists(
        st.tuples(st.integers(0, 2**50), st.integers(1, 2**40), st.integers(0, 2**40), st.binary(max_size=200)),
        max_size=3,
    ),
)
def test_a_record_is_read_back_as_it_was_written(generation: int, rows: list[tuple[int, int, int, bytes]]) -> None:
    extents = tuple(
        Extent(name, inode, End(Position(1, ordinal, offset), 1.5), End(Position(1, ordinal + 1, offset)), data)
        for name, (inode, ordinal, offset, data) in zip(OUTPUTS, rows, strict=False)
    )
    written = Record(generation, extents)
    assert decode(encode(written) + b"what stood there before") == written


def test_a_record_cut_at_any_byte_does_not_count() -> None:
    data = encode(record(3))
    assert [k for k in range(len(data)) if decode(data[:k]) is not None] == []


def test_a_record_with_any_byte_changed_does_not_count() -> None:
    data = encode(record(3))
    changed = (data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :] for k in range(len(data)))
    assert [k for k, value in enumerate(changed) if decode(value) is not None] == []


def test_a_record_over_the_end_of_an_older_one_does_not_count_before_it_is_whole() -> None:
    before = record(1, b"a" * 500 + b"\n")
    older, newer = encode(before), encode(record(3, b"b" * 300 + b"\n"))
    mixed = (newer[:k] + older[k:] for k in range(len(newer)))
    assert [k for k, value in enumerate(mixed) if decode(value) not in {None, before}] == []


def test_nothing_counts_in_new_files(journal: Journal) -> None:
    assert journal.newest() is None


def test_the_newest_record_counts(journal: Journal) -> None:
    for generation in (1, 2, 3):
        journal.commit(record(generation, b"line %d\n" % generation))
        assert journal.newest() == record(generation, b"line %d\n" % generation)


def test_a_torn_record_leaves_the_one_before_it(journal: Journal) -> None:
    journal.commit(record(1))
    journal.commit(record(2))
    os.pwrite(journal.fds[1], encode(record(3, b"other\n"))[:-2], 0)
    assert journal.newest() == record(2)


def test_a_cleared_journal_has_no_record(journal: Journal) -> None:
    journal.commit(record(1))
    journal.commit(record(2))
    journal.clear()
    assert journal.newest() is None


def test_the_files_keep_their_size_and_blocks_while_records_fit(journal: Journal) -> None:
    journal.commit(record(1, b"x" * 9000))
    journal.commit(record(2, b"x" * 9000))
    before = [(os.fstat(fd).st_size, os.fstat(fd).st_blocks) for fd in journal.fds]
    for generation in range(3, 9):
        journal.commit(record(generation, b"y" * 1000 * generation))
    assert [(os.fstat(fd).st_size, os.fstat(fd).st_blocks) for fd in journal.fds] == before
    assert before[0][0] == SLOT_BYTES_MIN


def test_a_record_that_is_larger_than_its_file_makes_it_grow(journal: Journal) -> None:
    data = b"x" * (2 * SLOT_BYTES_MIN)
    journal.commit(record(1, data))
    assert journal.newest() == record(1, data)
