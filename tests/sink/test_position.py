from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.disk import fsops
from worker.disk.position import Position, Positions, read_position, write_position

if TYPE_CHECKING:
    from tests.sink.material import Place

numbers = st.integers(0, 2**53)
positions = st.builds(Positions, *[st.builds(Position, numbers, numbers, numbers)] * 3)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(positions, positions)
def test_the_last_hint_is_read_back(place: Place, first: Positions, second: Positions) -> None:
    write_position(place.out, first)
    write_position(place.out, second)
    assert read_position(place.out) == second


def test_without_a_hint_it_is_the_beginning(place: Place) -> None:
    assert read_position(place.out) == Positions()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\0" * 512, b'{"crc32":1,"positions":{}}', b'{"crc32":1}'])
def test_a_hint_that_nobody_can_read_is_the_beginning(place: Place, data: bytes) -> None:
    with open(place.out.position, "wb") as file:
        file.write(data)
    assert read_position(place.out) == Positions()


def test_a_hint_half_written_over_another_does_not_count(place: Place) -> None:
    write_position(place.out, Positions(articles=Position(1, 222, 333)))
    with open(place.out.position, "rb") as file:
        before = file.read()
    write_position(place.out, Positions(articles=Position(1, 444, 555)))
    with open(place.out.position, "rb") as file:
        after = file.read()
    found = set()
    for k in range(len(before)):
        with open(place.out.position, "wb") as file:
            file.write(after[:k] + before[k:])
        found.add(read_position(place.out).articles.ordinal)
    assert found == {1, 222, 444}


def test_a_hint_is_written_in_place_and_never_synced(place: Place) -> None:
    write_position(place.out, Positions())
    inode = os.stat(place.out.position).st_ino
    calls: list[str] = []
    with fsops.intercept(lambda call, _: calls.append(call)):
        write_position(place.out, Positions())
    assert calls == ["open", "write"]
    assert os.stat(place.out.position).st_ino == inode
