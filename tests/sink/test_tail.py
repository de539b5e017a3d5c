from __future__ import annotations

import os
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from tests.sink.material import content, joined, numbered
from worker.settings import Sink
from worker.sink import tail
from worker.sink.outputs import Access
from worker.sink.seal import seal_segments
from worker.sink.segments import sealed_segments
from worker.sink.tail import read_lines
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sink.material import Place

NOW = 1_700_000_000.0
SMALL = Sink(segment_bytes_max=1000, rotation_seconds_min=0)


@pytest.fixture
def writer(place: Place) -> Iterator[Writer]:
    opened = Writer(place.out, SMALL, 0.0)
    yield opened
    opened.close()


def fill(writer: Writer, first: int, count: int) -> None:
    """Lines of 1,000 bytes, each of them a full segment but the last."""
    for number in range(first, first + count):
        writer.rotate_where_due(NOW, 1.0)
        writer.write_group({"articles": numbered(number, 1, 1000), "rejected": numbered(number, 1, 1000)}, NOW)


def compress(place: Place) -> None:
    seal_segments(place.out, Access(0o644), compress=True, stop=lambda: False, done=set())


def seqs(place: Place, from_seq: int, output: str = "articles") -> list[int]:
    lines = read_lines(place.out, from_seq, output=output)
    return [int(line[7:].split(b",")[0]) for line in lines]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("output", ["articles", "rejected"])
def test_lines_come_in_order_over_all_segments(place: Place, writer: Writer, output: str, compressed: bool) -> None:
    fill(writer, 1, 5)
    if compressed:
        compress(place)
    assert len(sealed_segments(place.out, output)) == 4
    for start in range(1, 8):
        assert seqs(place, start, output) == list(range(start, 6))


def test_an_empty_folder_has_no_lines(place: Place) -> None:
    assert list(read_lines(place.out)) == []


def test_a_folder_that_is_gone_is_waited_for_and_not_asked_without_pause(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(place.out.path)
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    # In a thread: a reader that turns without end would never ask whether to stop.
    found: list[bytes] = []
    reader = threading.Thread(
        target=lambda: found.extend(read_lines(place.out, follow=True, stop=lambda: len(pauses) >= 3)), daemon=True
    )
    reader.start()
    reader.join(10)
    assert not reader.is_alive()
    assert (found, len(pauses)) == ([], 3)


def test_a_segment_in_the_middle_of_which_the_reading_starts(place: Place, writer: Writer) -> None:
    writer.write_group({"articles": numbered(1, 10, 200)}, NOW)
    writer.rotate_where_due(NOW, 1.0)
    assert seqs(place, 7) == [7, 8, 9, 10]
    writer.write_group({"articles": numbered(11, 10, 10)}, NOW)
    assert seqs(place, 7) == list(range(7, 21))
    assert seqs(place, 14) == list(range(14, 21))


def test_the_reading_starts_in_the_active_segment_without_the_sealed_ones(
    place: Place, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(writer, 1, 3)

    def never(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tail, "open_segment", never)
    assert seqs(place, 3) == [3]


def test_segments_that_were_moved_away_are_left_out(place: Place, writer: Writer) -> None:
    fill(writer, 1, 5)
    for segment in sealed_segments(place.out, "articles")[:2]:
        os.unlink(segment.path)
    assert seqs(place, 1) == [3, 4, 5]
    for segment in sealed_segments(place.out, "articles"):
        os.unlink(segment.path)
    assert seqs(place, 1) == [5]


def test_a_line_that_is_being_written_is_not_read(place: Place, writer: Writer) -> None:
    fill(writer, 1, 1)
    with open(place.out.active("articles"), "ab") as file:
        file.write(b'{"seq":2,"id"')
    assert seqs(place, 1) == [1]


def test_lines_without_the_hidden_folder_are_read(place: Place, writer: Writer) -> None:
    fill(writer, 1, 3)
    shutil.rmtree(place.out.hidden)
    assert seqs(place, 2) == [2, 3]


def test_a_follower_gets_every_line_once_over_rotations_and_compressions(
    place: Place, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "POLL_SECONDS", 0.0005)
    count, ended = 150, threading.Event()
    got: list[bytes] = []

    def follow() -> None:
        for line in read_lines(place.out, 4, follow=True, stop=ended.is_set):
            got.append(line)
            if len(got) == count - 3:
                break

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    for number in range(1, count + 1, 3):
        writer.rotate_where_due(NOW, 1.0)
        writer.write_group({"articles": numbered(number, 3, 200)}, NOW)
        if number % 7 == 0:
            compress(place)
    reader.join(10)
    ended.set()
    assert got == [line + b"\n" for line in numbered(4, count - 3, 200)]
    assert content(place.out) == joined(numbered(1, count, 200))


def test_a_follower_waits_for_the_first_line_and_for_its_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "POLL_SECONDS", 0.0005)
    lines = read_lines(place.out, 3, follow=True)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(next(lines)), daemon=True)
    reader.start()
    writer = Writer(place.out, SMALL, 0.0)
    writer.write_group({"articles": numbered(1, 2)}, NOW)
    writer.write_group({"articles": numbered(3, 1)}, NOW)
    reader.join(10)
    writer.close()
    assert got == [numbered(3, 1)[0] + b"\n"]


def test_a_follower_ends_when_told(place: Place, writer: Writer) -> None:
    fill(writer, 1, 2)
    ended = threading.Event()
    got: list[bytes] = []
    for line in read_lines(place.out, follow=True, stop=ended.is_set):
        got.append(line)
        if len(got) == 2:
            ended.set()
    assert len(got) == 2
