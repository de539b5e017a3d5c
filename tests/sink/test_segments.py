from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.sink.material import content, joined, numbered
from worker.disk import fsops
from worker.disk.position import Position
from worker.failpoints import Crashed, armed
from worker.settings import Sink
from worker.sink.outputs import Access
from worker.sink.seal import StoppedError, seal_segments
from worker.sink.segments import Manifest, read_manifest, sealed_segments
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from tests.sink.material import Place

NOW = 1_700_000_000.0
DAY = 86_400.0
ACCESS = Access(0o644)


def seal(place: Place, *, compress: bool = False) -> None:
    seal_segments(place.out, ACCESS, compress=compress, stop=lambda: False, done=set())


def with_segments(place: Place, count: int = 2, lines: int = 3) -> None:
    """So many sealed segments, and one line in the active one."""
    writer = Writer(place.out, Sink(segment_bytes_max=1000, rotation_seconds_min=0), 0.0)
    for number in range(count):
        writer.write_group({"articles": numbered(number * lines + 1, lines, 400)}, NOW)
        assert writer.rotate_where_due(NOW, 1.0)
    writer.write_group({"articles": numbered(count * lines + 1, 1, 400)}, NOW)
    writer.close()


def test_a_segment_is_sealed_when_it_is_full(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_bytes_max=1000), 0.0)
    writer.write_group({"articles": numbered(1, 2, 400)}, NOW)
    assert not writer.rotate_where_due(NOW, 100.0)
    writer.write_group({"articles": numbered(3, 1, 400)}, NOW)
    assert writer.rotate_where_due(NOW, 100.0)
    assert writer.positions().articles == Position(4, 4, 0)
    writer.close()
    assert os.path.exists(place.out.sealed("articles", 1))
    assert os.path.getsize(place.out.active("articles")) == 0


def test_a_segment_is_sealed_when_it_is_old(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_seconds=3600), 0.0)
    writer.write_group({"articles": numbered(1, 1)}, NOW)
    writer.write_group({"articles": numbered(2, 1)}, NOW + 3000)
    writer.close()
    writer = Writer(place.out, Sink(segment_seconds=3600), 0.0)
    assert not writer.rotate_where_due(NOW + 3599, 100.0)
    assert writer.rotate_where_due(NOW + 3600, 100.0)
    writer.close()


def test_the_age_of_a_segment_is_that_of_its_first_line(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_seconds=3600), 0.0)
    writer.write_group({"articles": numbered(1, 1)}, NOW)
    assert writer.rotate_where_due(NOW + 3600, 100.0)
    writer.write_group({"articles": numbered(2, 1)}, NOW + 3 * DAY)
    assert not writer.rotate_where_due(NOW + 3 * DAY, 200.0)
    writer.close()


def test_an_empty_segment_is_never_sealed(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_seconds=1, rotation_seconds_min=0), 0.0)
    assert not writer.rotate_where_due(NOW + 100 * DAY, 1e6)
    writer.close()


def test_two_rotations_are_never_close_to_each_other(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_bytes_max=1000, rotation_seconds_min=10), 0.0)
    sealed = []
    for second in range(1, 40):
        writer.write_group({"articles": numbered(second, 1, 1000)}, NOW)
        if writer.rotate_where_due(NOW, float(second)):
            sealed.append(second)
    writer.close()
    assert sealed == [10, 20, 30]


def test_each_output_has_segments_of_its_own(place: Place) -> None:
    writer = Writer(place.out, Sink(segment_bytes_max=1000, rotation_seconds_min=0), 0.0)
    writer.write_group({"articles": [b"a" * 2000], "rejected": [b"r"]}, NOW)
    writer.rotate_where_due(NOW, 1.0)
    writer.write_group({"articles": [b"b"], "rejected": [b"r" * 2000]}, NOW)
    writer.rotate_where_due(NOW, 2.0)
    writer.close()
    names = [os.path.basename(s.path) for o in ("articles", "rejected") for s in sealed_segments(place.out, o)]
    assert names == ["articles-000000000001.jsonl", "rejected-000000000001.jsonl"]
    assert Writer(place.out, Sink(), 0.0).positions().rejected == Position(3, 3, 0)


def test_the_numbers_go_on_when_segments_are_moved_away(place: Place) -> None:
    with_segments(place)
    for segment in sealed_segments(place.out, "articles"):
        os.unlink(segment.path)
    writer = Writer(place.out, Sink(), 0.0)
    assert writer.positions().articles.ordinal == 8
    writer.close()


def test_a_manifest_says_what_stands_in_the_segment(place: Place) -> None:
    with_segments(place)
    seal(place)
    data = joined(numbered(4, 3, 400))
    manifest = read_manifest(place.out, "articles", 4)
    assert manifest is not None
    digest = sha256(data).hexdigest()
    assert manifest == Manifest(4, 6, 3, len(data), digest, manifest.sealed_at)


@pytest.mark.parametrize("kind", ["jsonl", "zst"])
def test_a_segment_without_manifest_gets_one(place: Place, kind: str) -> None:
    with_segments(place)
    seal(place, compress=kind == "zst")
    before = read_manifest(place.out, "articles", 1)
    os.unlink(place.out.manifest("articles", 1))
    seal(place, compress=kind == "zst")
    after = read_manifest(place.out, "articles", 1)
    assert before is not None
    assert after is not None
    assert (after.sha256, after.lines, after.compressed_sha256) == (
        before.sha256,
        before.lines,
        before.compressed_sha256,
    )


def test_a_compressed_segment_has_the_same_lines(place: Place) -> None:
    with_segments(place)
    before = content(place.out)
    seal(place, compress=True)
    assert [s.compressed for s in sealed_segments(place.out, "articles")] == [True, True]
    assert content(place.out) == before
    manifest = read_manifest(place.out, "articles", 1)
    assert manifest is not None
    assert manifest.compressed_bytes == os.path.getsize(f"{place.out.sealed('articles', 1)}.zst")


def test_the_plain_segment_goes_last(place: Place) -> None:
    with_segments(place, 1)
    before = content(place.out)
    with armed("compress.written=crash"), pytest.raises(Crashed):
        seal(place, compress=True)
    assert os.path.exists(place.out.sealed("articles", 1))
    assert content(place.out) == before
    # Also where nobody asks for compression any more: two files of one segment are one too many.
    seal(place, compress=False)
    assert content(place.out) == before
    assert not os.path.exists(place.out.sealed("articles", 1))


def test_a_compressed_copy_that_is_not_right_is_made_again(place: Place) -> None:
    with_segments(place, 1)
    seal(place)
    packed = f"{place.out.sealed('articles', 1)}.zst"
    with armed("compress.written=crash"), pytest.raises(Crashed):
        seal(place, compress=True)
    with open(packed, "rb") as file:
        whole = file.read()
    other = whole[:-20] + bytes(20)
    with open(packed, "wb") as file:
        file.write(other)
    seal(place, compress=True)
    assert os.path.exists(place.out.sealed("articles", 1))
    seal(place, compress=True)
    assert not os.path.exists(place.out.sealed("articles", 1))
    assert content(place.out).startswith(joined(numbered(1, 3, 400)))


def test_what_is_sealed_is_not_read_again(place: Place) -> None:
    with_segments(place)
    done: set[object] = set()
    seal_segments(place.out, ACCESS, compress=True, stop=lambda: False, done=done)  # type: ignore[arg-type]
    seal_segments(place.out, ACCESS, compress=True, stop=lambda: False, done=done)  # type: ignore[arg-type]
    calls: list[str] = []
    with fsops.intercept(lambda call, _: calls.append(call)):
        seal_segments(place.out, ACCESS, compress=True, stop=lambda: False, done=done)  # type: ignore[arg-type]
    assert calls == []


def test_sealing_ends_when_the_process_does(place: Place) -> None:
    with_segments(place)
    with pytest.raises(StoppedError):
        seal_segments(place.out, ACCESS, compress=True, stop=lambda: True, done=set())
    seal(place, compress=True)
    assert [s.compressed for s in sealed_segments(place.out, "articles")] == [True, True]
