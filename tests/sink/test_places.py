"""Where lines stand: hints that are believed only where they are true."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.sink.driving import Driver
from worker.ids import mint
from worker.settings import Index, Settings, Sink
from worker.sink.places import Places

if TYPE_CHECKING:
    from tests.sink.material import Place

SMALL = Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0), index=Index(documents_max=1000))


@pytest.fixture
def written(place: Place) -> tuple[list[str], list[str]]:
    """Ids and texts of lines over several segments."""
    texts = [f"Story number {number}." for number in range(12)]
    claim = place.claim(texts)
    driver = Driver(place, SMALL, group_max=2)
    driver.stream = place.entries(claim)
    driver.finish()
    return [file.id for file in claim.files], texts


def places_of(place: Place) -> Places:
    return Places(place.out, 1000)


def found(place: Place, ids: list[str]) -> list[str | None]:
    from worker.disk.position import read_position

    places = places_of(place)
    try:
        return [places.text_of(name, read_position(place.out)) for name in ids]
    finally:
        places.close()


def test_every_line_is_found_over_segments_and_restarts(place: Place, written: tuple[list[str], list[str]]) -> None:
    ids, texts = written
    assert found(place, ids) == texts
    assert found(place, [mint()]) == [None]


def test_what_was_moved_away_or_changed_is_not_believed(place: Place, written: tuple[list[str], list[str]]) -> None:
    ids, texts = written
    sealed = sorted(name for name in os.listdir(place.out.path) if name.endswith(".jsonl") and "-" in name)
    os.unlink(f"{place.out.path}/{sealed[0]}")
    with open(f"{place.out.path}/{sealed[1]}", "rb") as file:
        lines = file.readlines()
    with open(f"{place.out.path}/{sealed[1]}", "wb") as file:
        file.writelines(reversed(lines))
    after = found(place, ids)
    assert None in after
    assert all(text in {None, texts[number]} for number, text in enumerate(after))


def test_a_table_of_noise_finds_nothing(place: Place, written: tuple[list[str], list[str]]) -> None:
    with open(place.out.places, "wb") as file:
        file.write(os.urandom(60_000))
    assert found(place, written[0]) == [None] * 12


LONG = " ".join(f"word{number}" for number in range(60))


@pytest.mark.parametrize("group_max", [1, 4], ids=["lines on disk", "lines of one group"])
def test_passages_are_those_of_both_texts(place: Place, group_max: int) -> None:
    claim = place.claim([f"Before it. {LONG} And after.", f"Quite another beginning. {LONG}", "Nothing alike."])
    first, second, third = claim.files
    shared = orjson.dumps({"shared": [[first.id, 0.4, 1], [mint(), 0.3, 2]]})
    unlike = orjson.dumps({"shared": [[first.id, 0.2, 1]]})
    driver = Driver(place, group_max=group_max)
    driver.stream = [
        place.entry(claim, first),
        place.entry(claim, second, verdict=shared),
        place.entry(claim, third, verdict=unlike),
    ]
    driver.finish()
    lines = [orjson.loads(line) for line in place.lines()]
    known, unknown = lines[1]["shared"]
    (passage,) = known["passages"]
    ours, theirs = lines[1]["text"], lines[0]["text"]
    assert ours[slice(*passage["span"])] == theirs[slice(*passage["other_span"])] == LONG
    assert known["share"] > 0.9
    assert (unknown["share"], unknown["passages"]) == (0.3, []), "as estimated"
    assert lines[2]["shared"] == [], "no passage is long enough"


def test_of_many_passages_the_longest_are_named(place: Place) -> None:
    runs = [" ".join(f"run{number}word{word}" for word in range(13 + number % 7)) for number in range(60)]
    claim = place.claim([" x1 ".join(runs), " y2 y3 ".join(runs)])
    first, second = claim.files
    driver = Driver(place)
    verdict = orjson.dumps({"shared": [[first.id, 0.4, 1]]})
    driver.stream = [place.entry(claim, first), place.entry(claim, second, verdict=verdict)]
    driver.finish()
    (row,) = orjson.loads(place.lines()[1])["shared"]
    assert len(row["passages"]) == 40
    spans = [passage["span"] for passage in row["passages"]]
    assert spans == sorted(spans)
    assert row["share"] > 0.85, "of all of them"
