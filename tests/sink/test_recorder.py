from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.sink.driving import NOW, Driver
from tests.sink.material import KEY, copy_of, entry_fields, part_of
from worker.disk import fsops
from worker.disk.claims import batch_folder, document_path, write_claim
from worker.disk.position import Position, Positions, read_position
from worker.ids import mint
from worker.schema import line_problem, rejection_problem
from worker.settings import MIB, Archive, Settings, Sink
from worker.sink.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sink.material import Place
    from worker.disk.claims import Claim
    from worker.sink.group import Entry

DAY = "2023-11-14"  # of NOW


@pytest.fixture
def new_recorder(place: Place) -> Iterator[Callable[..., Recorder]]:
    made: list[Recorder] = []

    def make(settings: Settings | None = None) -> Recorder:
        made.append(Recorder(place.out, place.works, settings or Settings(), KEY))
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


def test_lines_are_whole_records_in_the_order_of_the_stream(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    claim = place.claim(["First.", "!no story", "Second."])
    settled = new_recorder().record(place.entries(claim), NOW)

    first, second = (orjson.loads(line) for line in place.lines())
    (rejection,) = (orjson.loads(line) for line in place.lines("rejected"))
    assert [line_problem(first), line_problem(second), rejection_problem(rejection)] == [None, None, None]
    assert [first["seq"], first["text"], second["seq"], second["text"]] == [1, "First.", 2, "Second."]
    assert first["processing"]["emitted_at"] == "2023-11-14T22:13:20.000Z"
    assert rejection["id"] == claim.files[1].id
    assert sorted(settled.documents) == sorted(file.id for file in claim.files)
    assert len(settled.entries) == 3


def test_files_are_filed_by_day_and_the_batch_goes(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "!no story"])
    new_recorder().record(place.entries(claim), NOW)

    story, refused = claim.files
    assert os.listdir(f"{place.work.archive}/{DAY}") == [f"{story.id}.story_1.txt"]
    folder = f"{place.work.rejected}/{DAY}"
    assert sorted(os.listdir(folder)) == sorted([f"{refused.id}.story_2.txt", f"{refused.id}.json"])
    with open(f"{folder}/{refused.id}.json", "rb") as file:
        reason = orjson.loads(file.read())
    assert reason["error"] == "unsupported_format"
    assert (reason["inbox"], reason["raw_path"]) == ("inbox", "story%202.txt")
    assert place.claimed() == []


def test_a_group_takes_one_sync_for_the_journal_and_one_for_each_output(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    # With the two of its claim that makes five for a batch, however many documents it has.
    recorder = new_recorder()
    recorder.record(place.entries(place.claim(["The outputs stand.", "!none"])), NOW)
    syncs: list[str] = []

    def counts(call: str, _: int) -> None:
        if call == "sync":
            syncs.append(call)

    entries = place.entries(place.claim([f"Story {number}." for number in range(20)] + ["!none"] * 5))
    with fsops.intercept(counts):
        recorder.record(entries, NOW)
    assert len(syncs) == 3
    assert len(place.lines()) == 21


def test_with_no_days_to_keep_an_article_file_is_removed(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "!no story"])
    new_recorder(Settings(archive=Archive(keep_days=0))).record(place.entries(claim), NOW)
    assert place.filed("archive") == []
    assert place.filed("rejected") == [claim.files[1].id]


def test_a_kept_copy_is_removed_and_a_rejected_one_stays(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "!no story"], taken="copy_keep")
    new_recorder().record(place.entries(claim), NOW)
    assert place.filed("archive") == []
    assert place.filed("rejected") == [claim.files[1].id]
    assert place.claimed() == []


def test_a_file_named_like_a_reason_does_not_replace_it(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["!no story"])
    renamed = replace(claim, files=(replace(claim.files[0], path=b"json"),))
    write_claim(place.work, renamed)
    new_recorder().record(place.entries(renamed), NOW)
    document = claim.files[0].id
    assert sorted(os.listdir(f"{place.work.rejected}/{DAY}")) == [f"{document}._json", f"{document}.json"]


def test_an_exact_copy_names_its_original(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "A story."])
    first, second = claim.files
    entries = [place.entry(claim, first), place.entry(claim, second, original=first.id)]
    new_recorder().record(entries, NOW)
    verdicts = [orjson.loads(line)["duplicate"] for line in place.lines()]
    assert verdicts == [None, {"kind": "exact", "of": first.id, "similarity": 1.0}]


def test_a_group_is_bounded_in_bytes_and_has_one_entry_at_least(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    claim = place.claim(["x" * 600_000, "y" * 600_000, "z"])
    recorder = new_recorder(Settings(sink=Sink(group_bytes_max=MIB)))
    entries = place.entries(claim)
    sizes = []
    while entries:
        settled = recorder.record(entries, NOW)
        sizes.append(len(settled.entries))
        entries = [entry for entry in entries if entry[0] not in settled.entries]
    assert sizes == [1, 2]


def forged(place: Place, claim: Claim) -> Entry:
    return place.entry(claim, claim.files[0], key=b"other" * 8)


def changed_bytes(place: Place, claim: Claim) -> Entry:
    entry, fields = place.entry(claim, claim.files[0])
    return entry, {**fields, b"p": fields[b"p"][:-1] + b" "}


def another_document(place: Place, claim: Claim) -> Entry:
    entry, fields = place.entry(claim, claim.files[0])
    return entry, {**fields, b"d": mint().encode()}


def no_id_as_original(place: Place, claim: Claim) -> Entry:
    entry, fields = place.entry(claim, claim.files[0])
    return entry, {**fields, b"v": copy_of('x","seq":7')}


def missing_fields(place: Place, claim: Claim) -> Entry:
    return b"1-1", {b"d": claim.files[0].id.encode()}


def not_text(place: Place, claim: Claim) -> Entry:
    return b"1-1", {b"d": b"\xff\xfe", b"p": b"\0" * 3, b"v": b"\xff"}


def unknown_batch(place: Place, claim: Claim) -> Entry:
    part = part_of(replace(claim, batch=mint()), claim.files[0], b"A story.")
    return b"1-1", entry_fields(part)


def batch_that_is_a_path(place: Place, claim: Claim) -> Entry:
    part = part_of(replace(claim, batch=f"../claimed/{claim.batch}"), claim.files[0], b"A story.")
    return b"1-1", entry_fields(part)


def document_of_another_batch(place: Place, claim: Claim) -> Entry:
    other = place.claim(["Another story."])
    part = part_of(claim, other.files[0], b"Another story.")
    return b"1-1", entry_fields(part)


def made_from_other_bytes(place: Place, claim: Claim) -> Entry:
    return b"1-1", entry_fields(part_of(claim, claim.files[0], b"Not this story."))


def rendered_with_other_gaps(place: Place, claim: Claim) -> Entry:
    part = part_of(claim, claim.files[0], b"A story.")
    return b"1-1", entry_fields(replace(part, body=part.body.replace(b"\0", b"1", 1)))


def a_line_within_a_line(place: Place, claim: Claim) -> Entry:
    part = part_of(claim, claim.files[0], b"A story.")
    return b"1-1", entry_fields(replace(part, body=part.body + b"\n{}"))


def file_that_changed(place: Place, claim: Claim) -> Entry:
    entry = place.entry(claim, claim.files[0])
    os.utime(document_path(place.work, claim.batch, claim.files[0].id), ns=(1, 1))
    return entry


def file_that_is_gone(place: Place, claim: Claim) -> Entry:
    entry = place.entry(claim, claim.files[0])
    os.unlink(document_path(place.work, claim.batch, claim.files[0].id))
    return entry


def batch_without_seal(place: Place, claim: Claim) -> Entry:
    write_claim(place.work, replace(claim, sealed=False))
    os.unlink(f"{batch_folder(place.work, claim.batch)}/sealed.json")
    return place.entry(claim, claim.files[0])


UNFIT = (
    forged,
    changed_bytes,
    another_document,
    no_id_as_original,
    missing_fields,
    not_text,
    unknown_batch,
    batch_that_is_a_path,
    document_of_another_batch,
    made_from_other_bytes,
    rendered_with_other_gaps,
    a_line_within_a_line,
    file_that_changed,
    file_that_is_gone,
    batch_without_seal,
)


@pytest.mark.parametrize("unfit", UNFIT)
def test_an_entry_that_does_not_fit_is_dropped_and_the_others_are_written(
    place: Place, new_recorder: Callable[..., Recorder], unfit: Callable[[Place, Claim], Entry]
) -> None:
    entry = unfit(place, place.claim(["A story."]))
    good = place.claim(["A good story."])
    settled = new_recorder().record([entry, *place.entries(good)], NOW)
    assert place.ids() == [good.files[0].id]
    assert entry[0] in settled.entries
    # Redis forgets its document, so that the intake publishes it again where it still stands.
    named = [] if unfit is not_text else [entry[1][b"d"].decode()]
    assert settled.documents == [*named, good.files[0].id]


def test_an_entry_that_was_doubled_gives_one_line(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "Another."])
    entries = [*place.entries(claim), *place.entries(claim)]
    recorder = new_recorder()
    settled = recorder.record(entries, NOW)
    assert len(settled.entries) == 4
    assert recorder.record(entries, NOW).entries == settled.entries
    assert place.seqs() == [1, 2]


def test_a_batch_that_is_sealed_anew_is_read_anew(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "Another story."])
    before = place.entries(claim)
    recorder = new_recorder()
    recorder.record(before[:1], NOW)
    changed = place.claim(["A story that was changed."]).files[0]
    old = document_path(place.work, claim.batch, claim.files[1].id)
    os.rename(document_path(place.work, place_batch(place, changed.id), changed.id), old)
    resealed = replace(claim, files=(claim.files[0], replace(changed, id=claim.files[1].id)))
    write_claim(place.work, resealed)

    recorder.record([before[1]], NOW)
    assert len(place.lines()) == 1
    recorder.record([place.entry(resealed, resealed.files[1])], NOW)
    assert [orjson.loads(line)["text"] for line in place.lines()] == ["A story.", "A story that was changed."]


def place_batch(place: Place, document: str) -> str:
    return next(b for b in place.claimed() if document in os.listdir(batch_folder(place.work, b)))


def test_work_folders_that_appear_later_are_found(place: Place) -> None:
    known: list[bool] = []
    recorder = Recorder(place.out, lambda: place.works() if known else (), Settings(), KEY)
    claim = place.claim(["A story."])
    known.append(True)
    recorder.record(place.entries(claim), NOW)
    recorder.close()
    assert place.ids() == [claim.files[0].id]


def test_what_was_written_and_not_filed_is_filed_at_the_start(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    claim = place.claim(["A story.", "!no story", "Not yet written."])
    entries = place.entries(claim)
    put_back = {file.id: read(document_path(place.work, claim.batch, file.id)) for file in claim.files[:2]}
    recorder = new_recorder()
    recorder.record(entries[:2], NOW)
    # As after a crash behind the sync: the lines stand, and the files are still claimed.
    for document, data in put_back.items():
        with open(document_path(place.work, claim.batch, document), "wb") as file:
            file.write(data)
    for name in ("archive", "rejected"):
        for document in place.filed(name):
            remove_filed(place, name, document)

    place.claim(["Claimed since then, and not written."])
    again = new_recorder()
    assert (place.filed("archive"), place.filed("rejected")) == ([claim.files[0].id], [claim.files[1].id])
    settled = again.record(entries, NOW)
    assert set(settled.documents) == {file.id for file in claim.files}
    assert place.seqs() == [1, 2]


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def remove_filed(place: Place, name: str, document: str) -> None:
    for folder, _, files in os.walk(f"{place.work.path}/{name}"):
        for file in files:
            if file.startswith(document):
                os.unlink(f"{folder}/{file}")


@pytest.mark.parametrize("mark", ["right", "older", "none", "beyond the end"])
def test_a_batch_met_late_is_compared_with_the_outputs(place: Place, mark: str) -> None:
    """Its work folder was not there when the writer began, and one of its lines was written by an earlier writer."""
    driver = Driver(place)
    driver.stream = place.entries(place.claim(["One.", "Two."]))
    driver.finish()
    since = {
        "right": read_position(place.out),
        "older": Positions(articles=Position(1, 2, 10)),
        "none": Positions(),
        "beyond the end": Positions(articles=Position(500, 700, 9)),
    }[mark]
    claim = place.claim(["Written before.", "Written late."], since=since)
    entries = place.entries(claim)
    early = document_path(place.work, claim.batch, claim.files[0].id)
    data = read(early)
    driver.stream = entries[:1]
    driver.turn()
    driver.close()
    with open(early, "wb") as file:
        file.write(data)
    os.utime(early, ns=(claim.files[0].mtime_ns, claim.files[0].mtime_ns))

    known: list[bool] = []
    late = Recorder(place.out, lambda: place.works() if known else (), Settings(), KEY)
    known.append(True)
    late.record(entries, NOW)
    late.close()
    assert place.seqs() == [1, 2, 3, 4]
    assert sorted(set(place.ids())) == sorted(place.ids())


def test_of_filed_documents_nothing_stays_in_memory(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    recorder = new_recorder()
    for _ in range(5):
        claim = place.claim(["A story.", "Another.", "!none"])
        recorder.record(place.entries(claim), NOW)
    assert not recorder._unfiled
    assert not recorder._filed
    assert not recorder._claimed._batches


def test_a_file_that_can_not_be_moved_does_not_hold_up_the_others(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    claim = place.claim(["A story.", "Another.", "A third."])
    first = claim.files[0].id
    blocked = f"{place.work.archive}/{DAY}/{first}.story_1.txt"
    os.makedirs(f"{blocked}/in the way")
    recorder = new_recorder()
    recorder.record(place.entries(claim), NOW)
    for _ in range(3):
        recorder.keep_house(NOW, 0.0)
    assert set(place.filed("archive")) == {file.id for file in claim.files[1:]}
    assert first not in recorder.take_filed()

    os.rmdir(f"{blocked}/in the way")
    os.rmdir(blocked)
    recorder.keep_house(NOW, 0.0)
    assert recorder.take_filed() == [first]
    assert place.claimed() == []


def test_a_document_with_a_line_and_a_claimed_file_gets_no_second_line(
    place: Place, new_recorder: Callable[..., Recorder]
) -> None:
    os.rmdir(place.work.archive)
    with open(place.work.archive, "wb"):
        pass
    claim = place.claim(["A story.", "Another."])
    entries = place.entries(claim)
    for _ in range(2):
        recorder = new_recorder()
        settled = recorder.record(entries, NOW)
        assert (len(settled.entries), settled.documents) == (2, [])
        # Redis keeps the documents as committed, so that the intake does not publish them again.
        settled = recorder.record(entries, NOW)
        assert (len(settled.entries), settled.documents) == (2, [])
    assert place.seqs() == [1, 2]


def test_batches_that_somebody_removed_are_forgotten(place: Place, new_recorder: Callable[..., Recorder]) -> None:
    claim = place.claim(["A story.", "Another."])
    recorder = new_recorder()
    recorder.record(place.entries(claim)[:1], NOW)
    for name in os.listdir(batch_folder(place.work, claim.batch)):
        os.unlink(f"{batch_folder(place.work, claim.batch)}/{name}")
    os.rmdir(batch_folder(place.work, claim.batch))
    recorder.keep_house(NOW, 1e9)
    assert not recorder._claimed._batches
