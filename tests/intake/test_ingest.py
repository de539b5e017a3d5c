"""`ingest`: given files once through, nothing twice, everything accounted for."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.intake.desk import Desk, eventually
from tests.intake.test_reconcile import waiting_documents
from worker import failpoints, ids
from worker.disk import claims, fsops, names
from worker.disk.lock import hold_lock
from worker.intake.ingest import ingest_paths
from worker.intake.progress import Progress
from worker.intake.reconcile import Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import redis

    from worker.disk.claims import Claim
    from worker.store.keys import Keys


@pytest.fixture
def link(client: redis.Redis, keys: Keys, key: bytes) -> Link:
    return Link(client, keys, key)


class Ingestion:
    """Runs `ingest` beside a stand-in for the writer, which rejects what is named `bad`."""

    def __init__(self, desk: Desk, link: Link) -> None:
        self.desk = desk
        self.link = link
        self.work = desk.state.work("ingest")
        self.lines: list[tuple[str, bytes, bytes]] = []
        self.claims: list[Claim] = []

    def start(self, paths: Sequence[str], *, again: bool = False) -> Iterator[Progress]:
        link, desk = self.link, self.desk
        return ingest_paths(
            paths,
            desk.settings,
            desk.out,
            desk.state,
            link.client,
            link.keys,
            link.key,
            lambda: False,
            again=again,
        )

    def run(self, *paths: str, again: bool = False) -> Progress:
        """Until the end; the last report."""
        return self.finish(self.start(paths, again=again))

    def finish(self, reports: Iterator[Progress]) -> Progress:
        """Write lines until the reports end; the last of them."""
        last = Progress()
        for report in reports:
            self.write_lines()
            last = report
        return last

    def write_lines(self) -> None:
        for batch in claims.batches(self.work):
            claim = claims.read_claim(self.work, batch)
            assert claim is not None
            assert claim.sealed
            self.claims.append(claim)
            for file in claim.files:
                path = claims.document_path(self.work, batch, file.id)
                with open(path, "rb") as opened:
                    self.lines.append((claim.inbox, file.path, opened.read()))
                if b"bad" in file.path:
                    day = f"{self.work.rejected}/2024-10-21"
                    os.makedirs(day, exist_ok=True)
                    with open(f"{day}/{file.id}.json", "w") as reason:
                        reason.write("{}")
                os.unlink(path)
            claims.remove_batch(self.work, batch)


@pytest.fixture
def ingestion(desk: Desk, link: Link) -> Ingestion:
    return Ingestion(desk, link)


def test_files_and_folders_are_taken_and_stay_where_they_are(desk: Desk, ingestion: Ingestion) -> None:
    desk.put("folder/a.txt", b"A", below="given")
    desk.put("folder/sub/b.txt", b"B", below="given")
    desk.put("single.txt", b"S", below="given")
    report = ingestion.run(f"{desk.path}/given/folder/", f"{desk.path}/given/single.txt")
    assert sorted(ingestion.lines) == [
        (f"{desk.path}/given", b"single.txt", b"S"),
        (f"{desk.path}/given/folder", b"a.txt", b"A"),
        (f"{desk.path}/given/folder", b"sub/b.txt", b"B"),
    ]
    assert (report.found, report.claimed, report.done, report.known, report.refused) == (3, 3, 3, 0, 0)
    assert os.path.exists(f"{desk.path}/given/folder/sub/b.txt")


def test_running_it_again_adds_nothing_unless_it_is_asked_to(desk: Desk, ingestion: Ingestion) -> None:
    for name in ("a.txt", "b.txt"):
        desk.put(name, below="given")
    given = f"{desk.path}/given"
    ingestion.run(given)
    report = ingestion.run(given)
    assert (report.found, report.known, report.claimed) == (2, 2, 0)
    assert ingestion.run(f"{given}/a.txt").claimed == 0
    assert ingestion.run(given, again=True).claimed == 2
    assert len(ingestion.lines) == 4


def test_changed_bytes_are_taken_again_and_a_new_time_is_not(desk: Desk, ingestion: Ingestion) -> None:
    path = desk.put("a.txt", b"one", below="given")
    ingestion.run(os.fsdecode(path))
    os.utime(path, (1, 1))
    assert ingestion.run(os.fsdecode(path)).claimed == 0
    desk.put("a.txt", b"two", below="given")
    assert ingestion.run(os.fsdecode(path)).claimed == 1


def test_what_is_given_twice_is_taken_once(desk: Desk, ingestion: Ingestion) -> None:
    path = os.fsdecode(desk.put("sub/a.txt", below="given"))
    given = f"{desk.path}/given"
    report = ingestion.run(given, given, f"{given}/sub", path, path, again=True)
    assert (report.found, report.claimed) == (1, 1)


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_done(desk: Desk, ingestion: Ingestion) -> None:
    path = os.fsdecode(desk.put("a.txt", below="given"))
    with pytest.raises(FileNotFoundError) as error:
        ingestion.start([path, f"{desk.path}/nowhere.txt"])
    assert error.value.filename == f"{desk.path}/nowhere.txt"
    assert not os.path.exists(ingestion.work.path)


def test_what_can_not_be_taken_is_counted_and_the_rest_is_done(desk: Desk, ingestion: Ingestion) -> None:
    desk.put("folder/a.txt", below="given")
    os.mkfifo(f"{desk.path}/given/folder/pipe")
    os.symlink("a.txt", f"{desk.path}/given/folder/link.txt")
    os.symlink("folder/a.txt", f"{desk.path}/given/link.txt")
    report = ingestion.run(f"{desk.path}/given/folder", f"{desk.path}/given/link.txt")
    assert (report.done, report.refused) == (1, 3)


def test_rejected_documents_are_counted(desk: Desk, ingestion: Ingestion) -> None:
    for name in ("a.txt", "bad-1.txt", "bad-2.txt"):
        desk.put(name, below="given")
    report = ingestion.run(f"{desk.path}/given")
    assert (report.done, report.rejected) == (3, 2)


def test_every_document_is_reported_once_when_it_is_done(desk: Desk, ingestion: Ingestion) -> None:
    desk.intake = replace(desk.intake, batch_max=3, in_flight_documents_max=6)
    for number in range(20):
        desk.put(f"{number}.txt", below="given")
    seen: list[str] = []
    for report in ingestion.start([f"{desk.path}/given"]):
        ingestion.write_lines()
        seen += report.documents
    assert sorted(seen) == sorted(file.id for claim in ingestion.claims for file in claim.files)
    assert len(seen) == 20


def test_no_more_is_under_way_than_the_bounds_allow(desk: Desk, ingestion: Ingestion) -> None:
    desk.intake = replace(desk.intake, batch_max=4, in_flight_documents_max=10)
    for number in range(40):
        desk.put(f"{number}.txt", below="given")
    most, before, done = 0, 0, 0
    for report in ingestion.start([f"{desk.path}/given"]):
        under_way = sum(len(claims.standing(ingestion.work, batch)) for batch in claims.batches(ingestion.work))
        most = max(most, under_way)
        if under_way == before:
            ingestion.write_lines()
        before, done = under_way, report.done
    assert (done, most) == (40, 8)


def test_hidden_names_are_taken_when_they_are_given_and_left_alone_in_a_folder(
    desk: Desk, ingestion: Ingestion
) -> None:
    path = desk.put(".hidden.txt", below="given")
    assert ingestion.run(f"{desk.path}/given").found == 0
    assert ingestion.run(os.fsdecode(path)).done == 1


def test_the_output_is_not_ingested_into_itself(desk: Desk, ingestion: Ingestion) -> None:
    desk.put("articles.jsonl", b"{}", below="out")
    desk.put("a.txt")
    report = ingestion.run(desk.path)
    assert [line[1] for line in ingestion.lines] == [b"inbox/a.txt"]
    assert report.found == 1


def test_a_second_ingest_waits_for_the_first(desk: Desk, ingestion: Ingestion) -> None:
    path = os.fsdecode(desk.put("a.txt", below="given"))
    ingestion.work.create()
    held = hold_lock(ingestion.work.lock)
    reports = ingestion.start([path])
    assert [next(reports).waiting for _ in range(2)] == [True, True]
    os.close(held)
    last = ingestion.finish(reports)
    assert (last.waiting, last.done) == (False, 1)


@pytest.mark.parametrize(
    "window",
    ["claim.files_taken", "claim.seal_written", "claim.sealed", "claim.ledger_written", "publish.before"],
)
def test_a_run_that_was_cut_short_is_finished_by_the_next(desk: Desk, ingestion: Ingestion, window: str) -> None:
    for number in range(5):
        desk.put(f"{number}.txt", below="given")
    with failpoints.armed(f"{window}=crash"), pytest.raises(failpoints.Crashed):
        for _ in ingestion.start([f"{desk.path}/given"]):
            pass
    report = ingestion.run(f"{desk.path}/given")
    assert sorted(line[1] for line in ingestion.lines) == [f"{number}.txt".encode() for number in range(5)]
    assert (report.done, report.claimed) == (5, 5)


def test_what_stands_is_published_again_while_it_is_waited_for(
    desk: Desk, ingestion: Ingestion, link: Link, admin: redis.Redis
) -> None:
    desk.intake = replace(desk.intake, reconcile_seconds=0.2)
    desk.put("a.txt", below="given")
    reports = ingestion.start([f"{desk.path}/given"])
    next(reports)
    assert waiting_documents(link) == [("a.txt", b"words")]
    admin.flushall()
    eventually(lambda: next(reports) is not None and waiting_documents(link) == [("a.txt", b"words")])
    ingestion.write_lines()
    assert list(reports)[-1].done == 1


def test_a_disk_that_fails_once_is_tried_again(
    desk: Desk, ingestion: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.intake.passage._FAILED_SECONDS", 0.01)
    for number in range(3):
        desk.put(f"{number}.txt", below="given")
    failed: list[str] = []

    def fail(call: str, length: int) -> None:
        if call == "sync" and not failed:
            failed.append(call)
            raise OSError(28, "No space left on device")

    with fsops.intercept(fail):
        report = ingestion.run(f"{desk.path}/given")
    assert failed == ["sync"]
    assert (report.done, len(ingestion.lines)) == (3, 3)


def test_a_file_that_changes_while_it_is_copied_is_refused(desk: Desk, ingestion: Ingestion) -> None:
    desk.put("a.txt", b"one", below="given")
    desk.put("b.txt", b"two", below="given")

    def write_on(call: str, length: int) -> None:
        if call == "read":
            desk.put("a.txt", os.urandom(5), below="given")

    with fsops.intercept(write_on):
        report = ingestion.run(f"{desk.path}/given")
    assert (report.done, report.refused) == (1, 1)


def test_it_ends_early_when_told_and_leaves_what_stands(desk: Desk, link: Link, ingestion: Ingestion) -> None:
    stop = threading.Event()
    desk.put("a.txt", below="given")
    reports = ingest_paths(
        [f"{desk.path}/given"],
        desk.settings,
        desk.out,
        desk.state,
        link.client,
        link.keys,
        link.key,
        stop.is_set,
    )
    next(reports)
    stop.set()
    assert list(reports) == []
    assert len(claims.batches(ingestion.work)) == 1
    assert ingestion.run(f"{desk.path}/given").done == 1


def test_rejected_files_that_are_handed_back_are_taken_first(desk: Desk, ingestion: Ingestion) -> None:
    old = ids.mint()
    ingestion.work.create()
    with open(f"{ingestion.work.retry}/{old}.json", "wb") as reason:
        reason.write(orjson.dumps({"inbox": "given", "raw_path": names.encoded(b"a.txt")}))
    with open(f"{ingestion.work.retry}/{old}.a.txt", "wb") as file:
        file.write(b"words")
    desk.put("b.txt", b"B", below="given")
    report = ingestion.run(f"{desk.path}/given/b.txt")
    assert [line[1:] for line in ingestion.lines] == [(b"a.txt", b"words"), (b"b.txt", b"B")]
    assert [file.retry_of for claim in ingestion.claims for file in claim.files] == [old, None]
    assert report.done == 2


def test_a_given_folder_that_can_be_passed_and_not_listed_above_is_no_obstacle(
    desk: Desk, ingestion: Ingestion
) -> None:
    desk.put("closed/open/a.txt", below="given")
    os.chmod(f"{desk.path}/given/closed", 0o311)
    try:
        assert ingestion.run(f"{desk.path}/given/closed/open").done == 1
    finally:
        os.chmod(f"{desk.path}/given/closed", 0o755)
        shutil.rmtree(f"{desk.path}/given")
