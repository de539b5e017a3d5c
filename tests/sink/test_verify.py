from __future__ import annotations

import os
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.sink.driving import Driver
from worker.disk.lock import hold_lock
from worker.settings import Settings, Sink
from worker.sink.segments import sealed_segments
from worker.sink.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sink.material import Place

SMALL = Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0))


def written(place: Place, settings: Settings = SMALL) -> Place:
    """Four articles in segments of their own, but for the last, and a rejection."""
    driver = Driver(place, settings, group_max=1)
    driver.stream = place.entries(place.claim(["One.", "Two.", "!none", "Three.", "Four."]))
    driver.finish()
    return place


@pytest.mark.parametrize("compress", ["none", "zstd"])
def test_outputs_as_the_writer_leaves_them_have_no_fault(place: Place, compress: str) -> None:
    written(place, Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0, compress=compress)))
    assert len(sealed_segments(place.out, "articles")) == 3
    assert verify(place.out) is None


def test_an_empty_folder_has_no_fault(place: Place) -> None:
    assert verify(place.out) is None


def test_segments_moved_away_from_the_beginning_are_not_missed(place: Place) -> None:
    written(place)
    for segment in sealed_segments(place.out, "articles")[:2]:
        os.unlink(segment.path)
    assert verify(place.out) is None
    os.unlink(place.out.sealed("articles", 3))
    assert verify(place.out) is None


def test_segments_of_rejections_follow_each_other(place: Place) -> None:
    driver = Driver(place, SMALL, group_max=1)
    driver.stream = place.entries(place.claim([f"!none {number}" for number in range(16)]))
    driver.finish()
    segments = sealed_segments(place.out, "rejected")
    assert len(segments) > 2
    assert verify(place.out) is None
    os.unlink(segments[1].path)
    fault = verify(place.out)
    assert fault is not None
    assert "was to come next" in fault.problem


def edit(path: str, change: Callable[[bytes], bytes]) -> None:
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(change(data))


def set_key(name: str, value: object) -> Callable[[bytes], bytes]:
    return lambda data: orjson.dumps(orjson.loads(data) | {name: value}) + b"\n"


def a_number_is_left_out(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: d.replace(b'{"seq":4', b'{"seq":5'))
    return "articles.jsonl:1: seq is 5, and 4 was to come next"


def a_segment_in_the_middle_is_missing(place: Place) -> str:
    os.unlink(place.out.sealed("articles", 2))
    return "articles-000000000003.jsonl: begins with 3, and 2 was to come next"


def a_segment_has_another_name(place: Place) -> str:
    os.rename(place.out.sealed("articles", 1), place.out.sealed("articles", 0))
    return "articles-000000000000.jsonl:1: seq is 1, and 0 was to come next"


def a_line_is_cut(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: d[:-5])
    return "articles.jsonl:1: the line is cut"


def a_line_is_no_json(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: b"x" + d[1:])
    return "articles.jsonl:1: is no JSON"


def zeros_at_the_end(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: d + bytes(10) + b"\n")
    return "articles.jsonl:2: is no JSON"


def a_key_is_missing(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: d.replace(b'"headline":null,', b""))
    return "articles.jsonl:1: headline"


def seq_is_not_first(place: Place) -> str:
    edit(
        place.out.active("articles"),
        lambda d: d.replace(b'{"seq":4,"schema"', b'{"schema"')[:-2] + b',"seq":4}\n',
    )
    return "articles.jsonl:1: seq is not the first key"


def a_character_ends_the_line(place: Place) -> str:
    edit(place.out.active("articles"), lambda d: d.replace(b"Four.", "Fo\u2028ur.".encode()))
    return "articles.jsonl:1: has a character inside that ends a line"


def an_id_comes_twice(place: Place) -> str:
    first = place.ids()[0]
    edit(place.out.active("articles"), set_key("id", first))
    return f"articles.jsonl:1: {first} has a line already"


def an_article_is_rejected_too(place: Place) -> str:
    first = place.ids()[0]
    edit(place.out.active("rejected"), set_key("id", first))
    return f"rejected.jsonl:1: {first} has a line already"


def a_rejection_without_reason(place: Place) -> str:
    edit(place.out.active("rejected"), lambda d: d.replace(b'"error":', b'"err":'))
    return "rejected.jsonl:1: "


def a_segment_was_changed(place: Place) -> str:
    edit(place.out.sealed("articles", 2), lambda d: d.replace(b"Two.", b"Too."))
    return "articles-000000000002.jsonl: sha256 is "


def a_manifest_counts_otherwise(place: Place) -> str:
    edit(place.out.manifest("articles", 2), set_key("lines", 7))
    return "articles-000000000002.jsonl: lines is 1, and its manifest says 7"


def a_manifest_is_missing(place: Place) -> str:
    os.unlink(place.out.manifest("articles", 1))
    return "articles-000000000001.jsonl: has no manifest"


def the_active_segment_is_not_that_of_the_head(place: Place) -> str:
    for segment in sealed_segments(place.out, "articles"):
        os.unlink(segment.path)
    edit(place.out.active("articles"), lambda d: d.replace(b'{"seq":4', b'{"seq":9'))
    return "articles.jsonl:1: seq is 9, and 4 was to come next"


FAULTS = (
    a_number_is_left_out,
    a_segment_in_the_middle_is_missing,
    a_segment_has_another_name,
    a_line_is_cut,
    a_line_is_no_json,
    zeros_at_the_end,
    a_key_is_missing,
    seq_is_not_first,
    a_character_ends_the_line,
    an_id_comes_twice,
    an_article_is_rejected_too,
    a_rejection_without_reason,
    a_segment_was_changed,
    a_manifest_counts_otherwise,
    a_manifest_is_missing,
    the_active_segment_is_not_that_of_the_head,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_where_it_is(place: Place, fault: Callable[[Place], str]) -> None:
    expected = fault(written(place))
    found = verify(place.out)
    assert found is not None
    assert str(found).startswith(f"{place.out.path}/{expected}")


def test_a_compressed_segment_that_is_damaged_is_found(place: Place) -> None:
    written(place, Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0, compress="zstd")))
    path = sealed_segments(place.out, "articles")[0].path
    edit(path, lambda d: d[:-8] + bytes(8))
    found = verify(place.out)
    assert found is not None
    assert found.path == path


def test_a_compressed_segment_must_be_the_file_of_its_manifest(place: Place) -> None:
    written(place, Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0, compress="zstd")))
    edit(place.out.manifest("articles", 1), set_key("compressed_sha256", "0" * 64))
    assert "compressed_sha256 is" in str(verify(place.out))


@pytest.mark.parametrize("fault", [a_line_is_cut, a_manifest_is_missing])
def test_what_a_writer_is_about_to_do_is_no_fault_while_one_is_at_work(
    place: Place, fault: Callable[[Place], str]
) -> None:
    fault(written(place))
    fd = hold_lock(place.out.lock)
    try:
        assert verify(place.out) is None
    finally:
        os.close(fd)
