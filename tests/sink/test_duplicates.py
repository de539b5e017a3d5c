"""Duplicates in an output of their own, and findings about earlier lines: with the promises of all lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.sink.driving import NOW, Driver
from tests.sink.material import copy_of
from worker.disk.position import Positions, read_position
from worker.failpoints import Crashed, armed
from worker.ids import finding_id, mint
from worker.settings import Settings, Sink
from worker.sink.derive import ends_from_files
from worker.sink.emitted import count_lines
from worker.sink.tail import read_lines
from worker.sink.verify import verify

if TYPE_CHECKING:
    from tests.sink.material import Place
    from worker.disk.claims import Claim

DROP = Settings(sink=Sink(duplicates="drop"))
SMALL = replace(DROP, sink=replace(DROP.sink, segment_bytes_max=1000, rotation_seconds_min=0))


def near(original: str) -> bytes:
    return orjson.dumps({"kind": "near", "of": original, "similarity": 0.9})


def joined(later: str, earlier: str) -> bytes:
    row = {"kind": "near", "of": earlier, "similarity": 0.7, "found": [[later, earlier]]}
    return orjson.dumps(row)


@dataclass(slots=True)
class Session:
    """Six documents: two copies of the first, a rejection, and one that shows the fourth to be a copy, too."""

    place: Place
    claim: Claim
    driver: Driver

    @property
    def ids(self) -> list[str]:
        return [file.id for file in self.claim.files]

    def judge(self, *, dropped: bool) -> None:
        """Each document has one line, where it belongs, and the finding stands behind what shows it."""
        first, copy, _, other, bridge, late = self.ids
        kinds = [(line["kind"], line["id"]) for line in map(orjson.loads, self.place.lines())]
        finding = ("relation", finding_id("duplicate_found", other, first))
        if dropped:
            assert kinds == [("article", first), ("article", other), finding]
            assert self.place.ids("duplicates") == [copy, bridge, late]
            seqs = [orjson.loads(line)["seq"] for line in self.place.lines("duplicates")]
            assert seqs == [1, 2, 3]
        else:
            articles = [("article", name) for name in (first, copy, other, bridge)]
            assert kinds == [*articles, finding, ("article", late)]
            assert self.place.lines("duplicates") == []
        assert len(self.place.lines("rejected")) == 1
        assert self.place.seqs() == list(range(1, len(kinds) + 1))
        assert verify(self.place.out) is None


def session_of(place: Place, settings: Settings) -> Session:
    claim = place.claim(["A story.", "A story.", "!none", "Another.", "Between both.", "A story!"])
    first, copy, _, other, bridge, late = claim.files
    verdicts = {copy.id: copy_of(first.id), bridge.id: joined(other.id, first.id), late.id: near(first.id)}
    driver = Driver(place, settings, group_max=2)
    driver.stream = [place.entry(claim, file, verdict=verdicts.get(file.id, b"")) for file in claim.files]
    return Session(place, claim, driver)


@pytest.mark.parametrize("settings", [DROP, SMALL, Settings()], ids=["drop", "small segments", "mark"])
def test_each_line_stands_where_it_belongs(place: Place, settings: Settings) -> None:
    session = session_of(place, settings)
    session.driver.finish()
    session.judge(dropped=settings.sink.duplicates == "drop")


WINDOWS = [
    "sink.space_reserved", "sink.journal_torn", "sink.journal_written", "sink.journal_synced", "sink.append_torn",
    "sink.appended", "sink.output_synced", "sink.file_archived", "sink.files_archived",
]  # fmt: skip


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS)
def test_a_death_in_any_window_loses_and_doubles_nothing(place: Place, window: str, nth: int) -> None:
    session = session_of(place, DROP)
    with armed(f"{window}@{nth}=crash"), pytest.raises(Crashed):
        session.driver.finish()
    session.driver.recorder = None  # it died: nothing is closed in order
    session.driver.finish()
    session.judge(dropped=True)


def test_what_is_dropped_is_counted_beside_what_is_not(place: Place) -> None:
    session = session_of(place, DROP)
    session.driver.finish()
    ends = read_position(place.out)
    counts = [ends.articles.documents, ends.duplicates.documents, ends.rejected.documents]
    assert counts == [2, 3, 1]
    assert ends.articles.findings == 1
    assert count_lines(place.out, Positions(), session.ids) == Counter(articles=2, duplicates=3, rejected=1)


def test_the_counts_outlive_rotations_and_restarts(place: Place) -> None:
    session = session_of(place, SMALL)
    session.driver.finish()
    driver = Driver(place, SMALL)
    driver.turn()
    assert driver.recorder is not None
    driver.close()
    assert read_position(place.out).articles.findings == 1


def test_dropped_lines_can_be_read_from_any_number(place: Place) -> None:
    session = session_of(place, SMALL)
    session.driver.finish()
    for first in range(1, 5):
        lines = [orjson.loads(line) for line in read_lines(place.out, first, output="duplicates")]
        assert [line["seq"] for line in lines] == list(range(first, 4))


def test_the_end_of_the_dropped_lines_is_found_without_the_head(place: Place) -> None:
    session = session_of(place, SMALL)
    session.driver.finish()
    ends = ends_from_files(place.out)
    assert ends["duplicates"].position.ordinal == 4


def test_a_line_among_the_dropped_that_repeats_nothing_is_a_fault(place: Place) -> None:
    session = session_of(place, DROP)
    session.driver.finish()
    path = place.out.active("duplicates")
    with open(path, "rb") as file:
        lines = file.readlines()
    value = orjson.loads(lines[0])
    with open(path, "wb") as file:
        file.writelines([orjson.dumps({**value, "duplicate": None}) + b"\n", *lines[1:]])
    fault = verify(place.out)
    assert fault is not None
    assert "dropped" in fault.problem


@pytest.mark.parametrize("verdict", [near, lambda name: joined(name, mint()), lambda name: joined(mint(), name)])
def test_a_line_names_only_what_has_a_line(place: Place, verdict: object) -> None:
    claim = place.claim(["Later.", "Sooner."])
    later, sooner = claim.files
    driver = Driver(place)
    driver.stream = [place.entry(claim, sooner, verdict=verdict(later.id))]  # type: ignore[operator]
    driver.turn()
    assert place.lines() == []
    assert driver.forgotten == {sooner.id}, "done again"
    driver.close()


def test_a_replaced_version_must_have_its_line(place: Place) -> None:
    claim = place.claim(["Later.", "Sooner."])
    later, sooner = claim.files
    verdict = orjson.dumps({"version": 2, "replaces": later.id})
    driver = Driver(place)
    driver.stream = [place.entry(claim, sooner, verdict=verdict)]
    driver.turn()
    assert place.lines() == []
    driver.stream = [place.entry(claim, later), place.entry(claim, sooner, verdict=verdict)]
    driver.turn()
    assert [orjson.loads(line)["replaces"] for line in place.lines()] == [None, later.id]
    driver.close()


def test_what_a_text_shares_with_one_that_has_no_line_is_left_out(place: Place) -> None:
    claim = place.claim(["Later.", "Sooner."])
    later, sooner = claim.files
    gone = mint()
    verdict = orjson.dumps({"shared": [[later.id, 0.5, 1], [gone, 0.25, 2]]})
    driver = Driver(place)
    driver.stream = [place.entry(claim, sooner, verdict=verdict)]
    driver.turn()
    (line,) = map(orjson.loads, place.lines())
    assert line["shared"] == [{"with": gone, "share": 0.25, "passages": []}]
    driver.close()


def test_the_moment_is_that_of_the_group(place: Place) -> None:
    session = session_of(place, DROP)
    session.driver.finish()
    moments = {orjson.loads(line)["processing"]["emitted_at"] for line in (*place.lines(), *place.lines("duplicates"))}
    assert moments == {"2023-11-14T22:13:20.000Z"}
    assert NOW == 1_700_000_000.0
