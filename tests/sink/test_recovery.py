"""Starts on folders that are not as the writer left them, and what it makes of them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.sink.material import content, joined, numbered
from worker.disk.position import Position, Positions, write_position
from worker.settings import Sink
from worker.sink.head import read_head
from worker.sink.outputs import Access, OutputDamagedError
from worker.sink.seal import seal_segments
from worker.sink.segments import sealed_segments
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from tests.sink.material import Place

NOW = 1_700_000_000.0
SMALL = Sink(segment_bytes_max=1000, rotation_seconds_min=0)


def written(place: Place, *, active: int, sealed: int = 2, manifests: bool = True, compress: bool = False) -> None:
    """Sealed segments of three lines each, so many lines in the active one, and two rejections a segment."""
    writer = Writer(place.out, SMALL, 0.0)
    for number in range(sealed):
        writer.write_group({"articles": numbered(3 * number + 1, 3, 400), "rejected": [b"r" * 600] * 2}, NOW)
        writer.rotate_where_due(NOW, 1.0)
    if active:
        writer.write_group({"articles": numbered(3 * sealed + 1, active, 10), "rejected": [b"r"]}, NOW)
    writer.close()
    if manifests:
        seal_segments(place.out, Access(0o644), compress=compress, stop=lambda: False, done=set())


def restarted(place: Place) -> Positions:
    place.out.create()
    writer = Writer(place.out, SMALL, 0.0)
    positions = writer.positions()
    first = positions.articles.ordinal
    writer.write_group({"articles": numbered(first, 1, 10)}, NOW)
    writer.close()
    return positions


@pytest.mark.parametrize("kind", ["plain", "compressed", "without manifests"])
@pytest.mark.parametrize("active", [0, 4])
def test_a_lost_hidden_folder_costs_no_number(place: Place, active: int, kind: str) -> None:
    written(place, active=active, manifests=kind != "without manifests", compress=kind == "compressed")
    shutil.rmtree(place.out.hidden)
    found = restarted(place)
    assert found.articles == Position(7, 7 + active, len(joined(numbered(7, active, 10))))
    assert found.rejected == Position(5, 5 + (1 if active else 0), 2 if active else 0)
    assert content(place.out).endswith(joined(numbered(7, active + 1, 10)))


def test_with_the_segments_moved_away_too_the_hint_goes_on(place: Place) -> None:
    written(place, active=0)
    for output in ("articles", "rejected"):
        for segment in sealed_segments(place.out, output):
            os.unlink(segment.path)
    os.unlink(place.out.head)
    assert restarted(place).articles == Position(7, 7, 0)


def test_a_hint_older_than_the_files_does_not_count(place: Place) -> None:
    written(place, active=2)
    shutil.rmtree(place.out.hidden)
    place.out.create()
    write_position(place.out, Positions(articles=Position(4, 5, 100)))
    assert restarted(place).articles.ordinal == 9


def test_numbers_go_on_from_an_active_file_alone(place: Place) -> None:
    place.out.create()
    with open(place.out.active("articles"), "wb") as file:
        file.write(joined(numbered(41, 3)))
    assert restarted(place).articles == Position(41, 44, len(joined(numbered(41, 3))))


@pytest.mark.parametrize(
    "data",
    [
        joined(numbered(1, 2)) + b'{"seq":3',
        b"not ours\n",
        joined(numbered(1, 2)) + joined(numbered(9, 1)),
        b'{"seq":"one"}\n',
        b"[]\n",
    ],
)
def test_files_that_do_not_say_where_they_end_are_refused(place: Place, data: bytes) -> None:
    with open(place.out.active("articles"), "wb") as file:
        file.write(data)
    with pytest.raises(OutputDamagedError, match=r"articles\.jsonl: .* Fix: "):
        Writer(place.out, SMALL, 0.0)
    with open(place.out.active("articles"), "rb") as file:
        assert file.read() == data


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema":"head/1","generation":1,"ends":{"articles":7}}', b"\0\0"])
def test_a_head_that_nobody_can_read_is_refused(place: Place, data: bytes) -> None:
    written(place, active=1)
    with open(place.out.head, "wb") as file:
        file.write(data)
    with pytest.raises(OutputDamagedError, match=r"head\.json: it can't be read"):
        Writer(place.out, SMALL, 0.0)


def test_the_way_out_that_the_refusal_names_leads_out(place: Place) -> None:
    written(place, active=2)
    with open(place.out.active("articles"), "ab") as file:
        file.write(joined(numbered(9, 1, 10)))
    with pytest.raises(OutputDamagedError, match=r"remove head\.json, journal\.0 and journal\.1"):
        Writer(place.out, SMALL, 0.0)
    for path in (place.out.head, place.out.journal(0), place.out.journal(1)):
        os.unlink(path)
    assert restarted(place).articles.ordinal == 10


def test_an_output_longer_than_the_journal_is_refused_although_it_begins_right(place: Place) -> None:
    written(place, active=1)
    path = place.out.active("articles")
    with open(path, "ab") as file:
        file.write(bytes(10))
    with pytest.raises(OutputDamagedError, match="something else has written to it"):
        Writer(place.out, SMALL, 0.0)


def test_zeros_in_the_last_group_are_written_over_from_the_journal(place: Place) -> None:
    """After a power cut a file can have its length and not its bytes."""
    written(place, active=3, sealed=0)
    path = place.out.active("articles")
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.write(bytes(size))
    inode = os.stat(path).st_ino
    Writer(place.out, SMALL, 0.0).close()
    assert content(place.out) == joined(numbered(1, 3, 10))
    assert os.stat(path).st_ino == inode


def test_a_restart_writes_the_last_group_again_in_any_case(place: Place) -> None:
    """Bytes that a failed sync left in memory look right, and the disk may not have them."""
    written(place, active=3, sealed=0)
    path = place.out.active("articles")
    os.utime(path, ns=(1, 1))
    Writer(place.out, SMALL, 0.0).close()
    assert os.stat(path).st_mtime_ns != 1


def test_a_start_that_writes_nothing_new_changes_no_byte(place: Place) -> None:
    written(place, active=3)
    before = content(place.out)
    head = read_head(place.out)
    for _ in range(3):
        Writer(place.out, SMALL, 0.0).close()
    assert content(place.out) == before
    assert read_head(place.out) == head
