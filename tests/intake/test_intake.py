"""The loop: from a dropped file to a queued job, bounded, paused, stopped, and through the loss of Redis."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.intake.desk import Desk, eventually
from tests.intake.test_reconcile import payloads, waiting_documents
from worker import failpoints, ids
from worker.disk import claims, names
from worker.disk.layout import work_folder
from worker.intake.intake import Intake, run_intake
from worker.intake.reconcile import Link
from worker.settings import Paths
from worker.store.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

    from worker.store.keys import Keys


@pytest.fixture
def link(client: redis.Redis, keys: Keys, key: bytes) -> Link:
    return Link(client, keys, key)


@pytest.fixture
def intake(desk: Desk, link: Link) -> Iterator[Intake]:
    found = started(desk, link)
    yield found
    found.close()


def started(desk: Desk, link: Link) -> Intake:
    """An intake with its folder attached."""
    found = Intake(desk.settings, [desk.work], desk.out, desk.state, link)
    found.start()
    return found


def turn_until_idle(intake: Intake, now: float) -> float:
    """Turn until there is nothing to do at that moment; returns the pause."""
    for _ in range(1000):
        pause = intake.turn(now)
        if pause > 0:
            return pause
    raise AssertionError("there is always something to do")


def write_lines(desk: Desk, batches: int = 1 << 30) -> int:
    """Do what the writer does when the lines are durable: the files leave, the batches go."""
    done = 0
    for batch in claims.batches(desk.work)[:batches]:
        for document in claims.standing(desk.work, batch):
            os.unlink(claims.document_path(desk.work, batch, document))
            done += 1
        claims.remove_batch(desk.work, batch)
    return done


def test_a_file_becomes_a_job_with_its_bytes_and_its_story(desk: Desk, intake: Intake, link: Link) -> None:
    path = desk.put("sub/caf\u00e9.txt", b"words")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    turn_until_idle(intake, time.monotonic())
    ((_, blob),) = waiting_documents(link)
    assert blob == b"words"
    (payload,) = payloads(link).values()
    (row,) = payload.documents
    assert (row.inbox, row.path, row.size) == (desk.inbox, "sub/caf\u00e9.txt", 5)
    assert row.modified_at == "2023-11-14T22:13:20Z"
    assert row.received_at.endswith("Z")
    assert payload.job == payload.batch


def test_the_loop_wakes_for_a_file_and_ends_when_it_is_told(desk: Desk, link: Link) -> None:
    desk.intake = replace(desk.intake, rescan_seconds=3600.0)
    ended = threading.Event()
    thread = threading.Thread(
        target=run_intake,
        args=(
            desk.settings,
            [desk.work],
            desk.out,
            desk.state,
            link.client,
            link.keys,
            link.key,
            ended.is_set,
        ),
    )
    thread.start()
    try:
        names = []
        for name in ("before.txt", "then.txt", "last.txt"):
            desk.put(name)
            names.append(name)
            eventually(lambda: {row[0] for row in waiting_documents(link)} == set(names))
    finally:
        ended.set()
        thread.join(5)
    assert not thread.is_alive()
    assert set(desk.standing()) == {b"before.txt", b"then.txt", b"last.txt"}


def test_no_more_is_under_way_than_the_bounds_allow_and_the_rest_follows(desk: Desk, link: Link) -> None:
    desk.intake = replace(desk.intake, batch_max=8, in_flight_documents_max=20)
    for number in range(100):
        desk.put(f"{number}.txt")
    intake = started(desk, link)
    done, most = 0, 0
    for moment in range(1000):
        turn_until_idle(intake, 1000.0 + moment)
        most = max(most, len(desk.standing()))
        done += write_lines(desk, batches=1)
        if done == 100:
            break
    assert (done, most <= 20, most > 8) == (100, True, True)


def test_the_bytes_under_way_are_bounded_too(desk: Desk, link: Link) -> None:
    desk.intake = replace(desk.intake, in_flight_bytes_max=1 << 20, batch_bytes_max=1 << 18)
    for number in range(20):
        desk.put(f"{number}.txt", b"x" * (1 << 17))
    intake = started(desk, link)
    turn_until_idle(intake, 1000.0)
    assert len(desk.standing()) == 8


def test_a_file_that_is_larger_than_the_bound_still_gets_its_turn(desk: Desk, link: Link) -> None:
    desk.intake = replace(desk.intake, in_flight_bytes_max=1 << 20)
    desk.put("large.txt", b"x" * (2 << 20))
    intake = started(desk, link)
    turn_until_idle(intake, 1000.0)
    assert set(desk.standing()) == {b"large.txt"}


def test_a_paused_intake_claims_nothing_until_it_is_resumed(
    desk: Desk, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk.put("paused", below="state")
    desk.put("a.txt")
    turn_until_idle(intake, 1000.0)
    turn_until_idle(intake, 1002.0)
    assert desk.standing() == {}
    os.unlink(desk.state.paused)
    turn_until_idle(intake, 1004.0)
    assert set(desk.standing()) == {b"a.txt"}
    said = [record.getMessage() for record in caplog.records if "taken" in record.getMessage()]
    assert said == ["no files are taken: paused by `copydesk pause`", "files are taken again"]


def test_a_nearly_full_disk_pauses_the_intake(desk: Desk, link: Link) -> None:
    desk.intake = replace(desk.intake, disk_free_bytes_min=1 << 50)
    desk.put("a.txt")
    intake = started(desk, link)
    turn_until_idle(intake, 1000.0)
    assert desk.standing() == {}


def test_without_redis_files_are_claimed_up_to_the_bounds_and_published_when_it_is_back(
    desk: Desk, keys: Keys, key: bytes, link: Link
) -> None:
    desk.intake = replace(desk.intake, batch_max=5, in_flight_documents_max=20)
    for number in range(50):
        desk.put(f"{number}.txt")
    away = connect(f"unix://{desk.path}/nowhere.sock", name="desk")
    intake = Intake(desk.settings, [desk.work], desk.out, desk.state, Link(away, keys, key))
    intake.start()
    for moment in range(10):
        turn_until_idle(intake, 1000.0 + moment / 100)
    assert len(desk.standing()) == 20
    away.connection_pool = link.client.connection_pool
    turn_until_idle(intake, 1005.0)
    assert len(waiting_documents(link)) == 20
    intake.close()


@pytest.mark.parametrize("window", ["publish.before", "publish.after"])
def test_a_crash_around_the_publication_ends_in_one_living_job(desk: Desk, link: Link, window: str) -> None:
    desk.put("a.txt")
    intake = started(desk, link)
    with failpoints.armed(f"{window}=crash"), pytest.raises(failpoints.Crashed):
        turn_until_idle(intake, 1000.0)
    intake.close()
    after = started(desk, link)
    turn_until_idle(after, 1000.0)
    assert waiting_documents(link) == [("a.txt", b"words")]
    after.close()


def test_several_inboxes_share_one_process_and_do_not_take_each_others_files(desk: Desk, link: Link) -> None:
    inner = f"{desk.inbox}/inner"
    os.mkdir(inner)
    labels = (desk.inbox, inner)
    settings = replace(desk.settings, paths=Paths(labels, desk.out.path, desk.state.path))
    works = [work_folder(label, desk.state, keep=False) for label in labels]
    desk.put("outer.txt")
    desk.put("inner/a.txt")
    intake = Intake(settings, works, desk.out, desk.state, link)
    intake.start()
    turn_until_idle(intake, 1000.0)
    found = {
        (claim.inbox, file.path)
        for work in works
        for batch in claims.batches(work)
        if (claim := claims.read_claim(work, batch)) is not None
        for file in claim.files
    }
    assert found == {(desk.inbox, b"outer.txt"), (inner, b"a.txt")}
    intake.close()


def test_an_inbox_that_fails_does_not_hold_up_the_others(
    desk: Desk, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{desk.path}/other"
    os.mkdir(other)
    labels = (desk.inbox, other)
    settings = replace(desk.settings, paths=Paths(labels, desk.out.path, desk.state.path))
    works = [work_folder(label, desk.state, keep=False) for label in labels]
    intake = Intake(settings, works, desk.out, desk.state, link)
    intake.start()
    broken = intake.inboxes[0].attached
    assert broken is not None

    def fail(now: float) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(broken, "fill", fail)
    desk.put("a.txt", below="other")
    turn_until_idle(intake, 1000.0)
    assert [row[0] for row in waiting_documents(link)] == ["a.txt"]
    intake.close()


def test_a_rejected_file_that_is_handed_back_is_a_new_document(desk: Desk, intake: Intake, link: Link) -> None:
    old = ids.mint()
    reason = {
        "id": old,
        "inbox": "the wire",
        "raw_path": names.encoded(b"sub/caf\xe9.txt"),
        "error": "unsupported_format",
    }
    desk.put(f".copydesk/retry/{old}.json", orjson.dumps(reason))
    desk.put(f".copydesk/retry/{old}.cafe.txt", b"words")
    turn_until_idle(intake, time.monotonic() + 5)
    (claim,) = (claims.read_claim(desk.work, batch) for batch in claims.batches(desk.work))
    assert claim is not None
    (file,) = claim.files
    assert (claim.inbox, file.path, file.retry_of) == ("the wire", b"sub/caf\xe9.txt", old)
    assert file.id != old
    assert os.listdir(desk.work.retry) == []
    assert waiting_documents(link) == [("sub/caf%E9.txt", b"words")]


def test_a_large_backlog_is_listed_as_it_is_worked_off(desk: Desk, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.intake.waiting.CHUNK_FILES", 50)
    monkeypatch.setattr("worker.intake.waiting._READ_AT_ONCE", 10)
    desk.intake = replace(desk.intake, batch_max=10, in_flight_documents_max=20)
    for number in range(300):
        desk.put(f"{number % 7}/{number}.txt")
    intake = started(desk, link)
    attached = intake.inboxes[0].attached
    assert attached is not None
    done = 0
    for moment in range(100):
        turn_until_idle(intake, 1000.0 + moment)
        assert attached._waiting.backlog <= 61
        done += write_lines(desk)
    assert done == 300
    intake.close()
