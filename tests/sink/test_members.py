"""The members of a container at the writer: in their order, each once, over restarts and losses."""

from __future__ import annotations

import os
import random
import tracemalloc
from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest

from tests.sink.driving import NOW
from tests.sink.material import KEY, entry_fields, last_part, member_part
from worker.disk import fsops
from worker.failpoints import Crashed, armed
from worker.settings import Settings
from worker.sink.recorder import Recorder
from worker.sink.rejected import find_rejected, list_rejected
from worker.store.wire import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sink.material import Place
    from worker.disk.claims import Claim, ClaimedFile
    from worker.sink.group import Entry
    from worker.sink.recorder import Settled

DAY = "2023-11-14"  # of NOW
TEXTS = ["First.", "Second.", "!third", "Fourth."]
NewRecorder = "Callable[[], Recorder]"


class Opened(NamedTuple):
    """A claimed container, and the entries of its members and of its end."""

    claim: Claim
    file: ClaimedFile
    members: list[Entry]
    end: Entry

    @property
    def entries(self) -> list[Entry]:
        return [*self.members, self.end]


def opened(place: Place, texts: list[str] = TEXTS, *, broken: bool = False) -> Opened:
    claim = place.claim(["the container"])
    (file,) = claim.files
    members = [entry(place, member_part(claim, file, n, text)) for n, text in enumerate(texts)]
    return Opened(claim, file, members, entry(place, last_part(claim, file, len(texts), broken=broken)))


def entry(place: Place, part: Part, original: str = "") -> Entry:
    return b"%d-0" % place.count_entry(), entry_fields(part, original=original)


@pytest.fixture
def new_recorder(place: Place) -> Iterator[Callable[[], Recorder]]:
    made: list[Recorder] = []

    def make() -> Recorder:
        for recorder in made:
            recorder.close()
        made[:] = [Recorder(place.out, place.works, Settings(), KEY)]
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


def texts(place: Place) -> list[str]:
    return [orjson.loads(line)["text"] for line in place.lines()]


def record_all(recorder: Recorder, entries: list[Entry]) -> list[Settled]:
    """Give it the entries one by one."""
    return [recorder.record([each], NOW) for each in entries]


def test_members_are_lines_and_the_end_files_the_container(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    settled = new_recorder().record(container.entries, NOW)
    assert texts(place) == ["First.", "Second.", "Fourth."]
    assert [orjson.loads(line)["member"] for line in place.lines("rejected")] == ["!third at 2"]
    assert place.filed("archive") == [container.file.id]
    assert place.claimed() == []
    assert (len(settled.entries), settled.documents) == (5, [container.file.id])


def test_a_container_stays_claimed_until_its_end(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    recorder = new_recorder()
    settled = recorder.record(container.members, NOW)
    assert settled.documents == []
    assert place.claimed() == [container.claim.batch]
    recorder.record([container.end], NOW)
    assert place.claimed() == []


def test_a_container_that_broke_goes_to_the_rejected_files(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place, ["First.", "Second."], broken=True)
    new_recorder().record(container.entries, NOW)
    assert texts(place) == ["First.", "Second."]
    assert place.filed("rejected") == [container.file.id]
    (line,) = (orjson.loads(line) for line in place.lines("rejected"))
    assert (line["id"], line["member"]) == (container.file.id, None)


@pytest.mark.parametrize("missing", range(4))
def test_behind_a_gap_nothing_is_taken_and_the_container_is_begun_anew(
    missing: int, place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    container = opened(place)
    recorder = new_recorder()
    rest = [each for n, each in enumerate(container.entries) if n != missing]
    settled = recorder.record(rest, NOW)
    assert len(place.lines()) + len(place.lines("rejected")) == missing
    assert set(settled.documents) == {container.file.id}, "Redis forgets it, so that the intake publishes it again"
    assert place.claimed() == [container.claim.batch]
    recorder.record(container.entries, NOW)
    assert texts(place) == ["First.", "Second.", "Fourth."]
    assert place.filed("archive") == [container.file.id]


def test_what_comes_twice_is_written_once(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    recorder = new_recorder()
    for half in (container.members[:2], container.members[:3], container.members, container.entries, container.entries):
        recorder.record(list(half), NOW)
    assert texts(place) == ["First.", "Second.", "Fourth."]
    assert len(place.lines("rejected")) == 1


@pytest.mark.parametrize("written", range(5))
def test_a_new_writer_knows_from_the_lines_how_far_it_had_got(
    written: int, place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    others = [opened(place, ["One.", "!two", "Three."]), opened(place, ["Four.", "Five."])]
    container = opened(place)
    recorder = new_recorder()
    record_all(recorder, [others[0].members[0], *container.members[:written], *others[1].members])
    recorder = new_recorder()
    record_all(recorder, container.members[written:])
    recorder = new_recorder()
    record_all(recorder, [container.end, *others[0].entries, *others[1].entries])
    assert sorted(texts(place)) == sorted(["First.", "Second.", "Fourth.", "One.", "Three.", "Four.", "Five."])
    assert len(place.lines("rejected")) == 2
    assert place.claimed() == []


def test_a_restart_from_the_first_member_repeats_nothing(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    """Redis was lost: the container is published again, and its worker begins anew."""
    container = opened(place)
    record_all(new_recorder(), container.members[:3])
    recorder = new_recorder()
    settled = recorder.record(container.entries, NOW)
    assert texts(place) == ["First.", "Second.", "Fourth."]
    assert settled.documents == [container.file.id]
    assert place.filed("archive") == [container.file.id]


@pytest.mark.parametrize(
    "window",
    [
        "sink.members_kept",
        "sink.journal_synced",
        "sink.appended",
        "sink.output_synced",
        "sink.container_ended",
        "sink.file_archived",
        "sink.files_archived",
    ],
)
def test_a_writer_that_dies_amid_a_container(window: str, place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        new_recorder().record(container.entries, NOW)
    new_recorder().record(container.entries, NOW)
    assert texts(place) == ["First.", "Second.", "Fourth."]
    assert len(place.lines("rejected")) == 1
    assert place.filed("archive") == [container.file.id]
    assert place.filed("rejected") == [orjson.loads(place.lines("rejected")[0])["id"]]


def test_a_rejected_member_keeps_its_bytes_and_its_reason(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    new_recorder().record(container.entries, NOW)
    (kept,) = list_rejected(place.works())
    assert (kept.path, kept.member, kept.error) == ("story 1.txt", "!third at 2", "unsupported_format")
    assert os.path.dirname(kept.file) == f"{place.work.rejected}/{DAY}"
    with open(kept.file, "rb") as file:
        assert file.read() == b"!third"
    assert find_rejected(place.works(), kept.id) == kept


def test_the_bytes_of_a_rejected_member_are_durable_before_its_line(
    place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    container, calls = opened(place), list[str]()

    def hook(call: str, _length: int) -> None:
        calls.append(call)

    recorder = new_recorder()
    with fsops.intercept(hook):
        recorder.record(container.members, NOW)
    assert calls.index("sync") < calls.index("reserve"), calls


def test_a_member_under_another_s_id_is_refused(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place)
    (other,) = place.claim(["other"]).files
    part = member_part(container.claim, container.file, 0, "First.")
    lie = Part(other.id, part.batch, part.sha256, part.kind, part.fingerprint, part.body, part.place)
    new_recorder().record([entry(place, lie)], NOW)
    assert place.lines() == []


def test_a_copy_of_a_member_without_a_line_is_done_again(place: Place, new_recorder: Callable[[], Recorder]) -> None:
    container = opened(place, ["First.", "Second."])
    claim = place.claim(["Second."])
    original = member_part(container.claim, container.file, 1, "Second.").owner
    copy = place.entry(claim, claim.files[0], original=original)
    recorder = new_recorder()
    recorder.record([container.members[0]], NOW)
    settled = recorder.record([copy], NOW)
    assert settled.documents == [claim.files[0].id]
    assert texts(place) == ["First."]
    recorder.record([container.members[1], copy], NOW)
    assert orjson.loads(place.lines()[-1])["duplicate"]["of"] == original[:26]
    recorder.record([container.end], NOW)
    third = place.claim(["Second."])
    recorder.record([place.entry(third, third.files[0], original=original)], NOW)
    assert orjson.loads(place.lines()[-1])["duplicate"]["of"] == original[:26], "its container is filed by now"


def test_an_end_that_names_fewer_members_than_have_lines_is_an_end(
    place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    """The file was written on, shorter, while it was claimed: what stands stands."""
    container = opened(place)
    recorder = new_recorder()
    recorder.record(container.members, NOW)
    recorder.record([entry(place, last_part(container.claim, container.file, 2))], NOW)
    assert place.filed("archive") == [container.file.id]


def test_a_container_that_changed_is_refused_and_published_again(
    place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    container = opened(place)
    recorder = new_recorder()
    recorder.record(container.members[:1], NOW)
    path = f"{place.work.claimed}/{container.claim.batch}/{container.file.id}"
    os.utime(path, ns=(1, 1))
    settled = recorder.record(container.members[1:], NOW)
    assert texts(place) == ["First."]
    assert set(settled.documents) == {container.file.id}
    assert settled.outdated == [
        (bytes.fromhex(part.fingerprint), part.owner)
        for part in (member_part(container.claim, container.file, n, TEXTS[n]) for n in (1, 3))
    ]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_doubled_lost_or_restarted_each_member_has_one_line(
    seed: int, place: Place, new_recorder: Callable[[], Recorder]
) -> None:
    choose = random.Random(seed)
    wanted = [f"{'!' * (n % 5 == 3)}text {n}" for n in range(25)]
    container = opened(place, wanted)
    recorder = new_recorder()
    for _ in range(12):
        begin = choose.randrange(26)
        part = container.entries[begin : begin + choose.randrange(1, 12)]
        recorder.record(choose.choice([part, [each for each in part if choose.random() < 0.8] or part]), NOW)
        if choose.random() < 0.4:
            recorder = new_recorder()
    recorder.record(container.entries, NOW)
    assert texts(place) == [text for text in wanted if not text.startswith("!")]
    assert len(place.lines("rejected")) == 5
    assert place.claimed() == []


@pytest.mark.parametrize("count", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_members(count: int, place: Place, new_recorder: Callable[[], Recorder]) -> None:
    claim = place.claim(["the container"])
    (file,) = claim.files

    def peak(first: int, last: int) -> int:
        tracemalloc.reset_peak()
        for begin in range(first, last, 100):
            parts = [member_part(claim, file, n, f"Text {n}.") for n in range(begin, begin + 100)]
            recorder.record([entry(place, part) for part in parts], NOW)
        return tracemalloc.get_traced_memory()[1]

    recorder = new_recorder()
    tracemalloc.start()
    try:
        first = peak(0, 500)
        assert peak(500, count) < first + (1 << 19)
        recorder = new_recorder()
        assert peak(count, count + 100) < first + (1 << 20), "counted from the lines"
    finally:
        tracemalloc.stop()
    assert len(place.lines()) == count + 100
