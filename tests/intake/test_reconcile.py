"""What stands and Redis does not work on is published again, no sooner and no more often than need be."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk, claim_all
from worker.disk import claims, fsops
from worker.intake.publisher import Publisher
from worker.intake.reconcile import Link, Reconciler, Target, View, judge
from worker.jobs import queue
from worker.store.wire import COMMITTED, Payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import redis

    from tests.conftest import Server
    from worker.intake.attached import Attached
    from worker.store.keys import Keys


def view(states: Mapping[str, bytes | None], *alive: bytes, stream_empty: bool = False) -> View:
    return View(states, frozenset(alive), stream_empty)


def test_what_redis_does_not_know_is_lost_at_once() -> None:
    assert judge(view({"a": None}), {}) == ({"a": None}, {})


def test_a_document_whose_job_lives_is_not_lost() -> None:
    assert judge(view({"a": b"job"}, b"job"), {"a": b"job"}) == ({}, {})


def test_a_document_whose_job_is_dead_is_lost_at_the_second_look() -> None:
    lost, suspects = judge(view({"a": b"job"}), {})
    assert lost == {}
    assert judge(view({"a": b"job"}), suspects) == ({"a": b"job"}, {})


def test_a_document_that_got_another_job_between_two_looks_is_not_lost() -> None:
    _, suspects = judge(view({"a": b"job"}), {})
    assert judge(view({"a": b"job-2"}), suspects) == ({}, {"a": b"job-2"})


def test_a_committed_document_is_lost_when_the_stream_is_empty_twice() -> None:
    empty = view({"a": COMMITTED}, stream_empty=True)
    lost, suspects = judge(empty, {})
    assert lost == {}
    assert judge(view({"a": COMMITTED}), suspects) == ({}, {})
    assert judge(empty, suspects) == ({"a": COMMITTED}, {})


@pytest.fixture
def link(client: redis.Redis, keys: Keys, key: bytes) -> Link:
    return Link(client, keys, key)


@pytest.fixture
def attached(desk: Desk) -> Iterator[Attached]:
    for name, data in ((b"a.txt", b"A"), (b"b.txt", b"BB")):
        desk.put(name, data)
    found = desk.attach()
    claim_all(found)
    yield found
    found.close()


def target(attached: Attached) -> Target:
    return Target(attached.origin, attached.standing)


def payloads(link: Link) -> dict[str, Payload]:
    """What waits in the queue, by job."""
    found = {}
    for job in queue.alive_jobs(link.client, link.keys):
        payload = queue.load_payload(link.client, link.keys, link.key, job)
        assert payload is not None
        found[job] = payload
    return found


def waiting_documents(link: Link) -> list[tuple[str, bytes]]:
    """Path and bytes of every document that a living job has, and that belongs to that job."""
    found = []
    for job, payload in payloads(link).items():
        states = queue.document_states(link.client, link.keys, [row.id for row in payload.documents])
        assert set(states.values()) == {job.encode()}
        found += [(row.path, blob) for row, blob in zip(payload.documents, payload.blobs, strict=True)]
    return sorted(found)


BOTH = [("a.txt", b"A"), ("b.txt", b"BB")]


def test_what_stands_at_the_start_is_published(link: Link, attached: Attached) -> None:
    assert Reconciler(link).run([target(attached)]) == 2
    assert waiting_documents(link) == BOTH


def test_what_is_queued_is_left_alone(link: Link, attached: Attached) -> None:
    reconciler = Reconciler(link)
    assert [reconciler.run([target(attached)]) for _ in range(4)] == [2, 0, 0, 0]


def test_everything_is_published_again_after_redis_lost_it(link: Link, attached: Attached, admin: redis.Redis) -> None:
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    admin.flushall()
    assert reconciler.run([target(attached)]) == 2
    assert waiting_documents(link) == BOTH


def test_the_documents_of_a_job_that_vanished_get_another_in_its_place(link: Link, attached: Attached) -> None:
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    (old,) = payloads(link)
    queue.forget(link.client, link.keys, old)
    assert [reconciler.run([target(attached)]) for _ in range(3)] == [0, 2, 0]
    (new,) = payloads(link)
    assert new != old
    assert waiting_documents(link) == BOTH
    assert link.client.get(link.keys.payload(old)) is None


def test_deaths_are_not_forgotten_when_a_job_is_replaced(link: Link, attached: Attached) -> None:
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    ((old, payload),) = payloads(link).items()
    dead = tuple(replace(row, deaths=1, kills=2) for row in payload.documents)
    queue.replace(link.client, link.keys, link.key, old, [replace(payload, job=f"{old}-x", documents=dead)])
    queue.forget(link.client, link.keys, f"{old}-x")
    assert [reconciler.run([target(attached)]) for _ in range(2)] == [0, 2]
    (new,) = payloads(link).values()
    assert {(row.deaths, row.kills) for row in new.documents} == {(1, 2)}


def test_only_the_documents_that_have_not_left_the_batch_are_published(link: Link, attached: Attached) -> None:
    (claim,) = attached.standing
    written = next(file for file in claim.files if file.path == b"a.txt")
    os.unlink(claims.document_path(attached.origin.work, claim.batch, written.id))
    assert Reconciler(link).run([target(attached)]) == 1
    assert waiting_documents(link) == [("b.txt", b"BB")]


def test_committed_documents_are_published_again_when_the_stream_lost_them(
    link: Link, attached: Attached, writer_client: redis.Redis
) -> None:
    (claim,) = attached.standing
    writer_client.hset(link.keys.documents, mapping={file.id: COMMITTED for file in claim.files})
    writer_client.xadd(link.keys.stream, {"d": "x"})
    reconciler = Reconciler(link)
    assert [reconciler.run([target(attached)]) for _ in range(3)] == [0, 0, 0]
    writer_client.delete(link.keys.stream)
    assert [reconciler.run([target(attached)]) for _ in range(3)] == [0, 2, 0]
    assert waiting_documents(link) == BOTH


def rewrite(attached: Attached, path: bytes, data: bytes) -> None:
    """What a writer does that kept its handle when the file was claimed."""
    (claim,) = attached.standing
    file = next(file for file in claim.files if file.path == path)
    with open(claims.document_path(attached.origin.work, claim.batch, file.id), "wb") as opened:
        opened.write(data)


def test_bytes_that_change_after_the_seal_are_sealed_and_published_again_under_the_same_id(
    desk: Desk, link: Link, attached: Attached
) -> None:
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    (before,) = attached.standing
    rewrite(attached, b"a.txt", b"AAAA")
    assert reconciler.run([target(attached)]) == 0, "it may still be changing"
    assert reconciler.run([target(attached)]) == 2
    (after,) = attached.standing
    assert [file.id for file in after.files] == [file.id for file in before.files]
    assert claims.read_claim(desk.work, after.batch) == after
    assert waiting_documents(link) == [("a.txt", b"AAAA"), ("b.txt", b"BB")]
    assert reconciler.run([target(attached)]) == 0


def test_a_file_that_goes_on_changing_is_sealed_when_it_stands_still(
    desk: Desk, link: Link, attached: Attached
) -> None:
    reconciler = Reconciler(link)
    for length in range(2, 6):
        rewrite(attached, b"a.txt", b"A" * length)
        reconciler.run([target(attached)])
        (claim,) = attached.standing
        assert {file.size for file in claim.files} == {1, 2}
    reconciler.run([target(attached)])
    (claim,) = attached.standing
    assert sorted(file.size for file in claim.files) == [2, 5]


def test_a_file_that_was_only_touched_is_sealed_again_and_not_published(
    desk: Desk, link: Link, attached: Attached
) -> None:
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    (claim,) = attached.standing
    path = claims.document_path(desk.work, claim.batch, claim.files[0].id)
    os.utime(path, (1, 1))
    assert [reconciler.run([target(attached)]) for _ in range(3)] == [0, 0, 0]
    (sealed,) = attached.standing
    assert sealed.files[0].mtime_ns == 1_000_000_000
    assert sealed.files[0].sha256 == claim.files[0].sha256


def test_a_claimed_file_that_grew_too_large_is_a_refused_file_of_the_inbox_again(
    desk: Desk, link: Link, attached: Attached
) -> None:
    (claim,) = attached.standing
    file = next(file for file in claim.files if file.path == b"a.txt")
    os.truncate(claims.document_path(desk.work, claim.batch, file.id), desk.intake.file_bytes_max + 1)
    reconciler = Reconciler(link)
    for _ in range(2):
        reconciler.run([target(attached)])
    assert desk.waiting() == {b"a.txt"}
    assert waiting_documents(link) == [("b.txt", b"BB")]


def test_a_claimed_file_that_can_not_be_read_is_tried_again_later(desk: Desk, link: Link, attached: Attached) -> None:
    reads: list[str] = []

    def fail(call: str, length: int) -> None:
        if call == "read" and not reads:
            reads.append(call)
            raise OSError(5, "Input/output error")

    reconciler = Reconciler(link)
    with fsops.intercept(fail):
        assert reconciler.run([target(attached)]) == 1
    assert reconciler.run([target(attached)]) == 1
    assert waiting_documents(link) == BOTH


def test_an_empty_batch_that_a_crash_of_the_writer_left_is_removed(link: Link, attached: Attached) -> None:
    (claim,) = attached.standing
    for file in claim.files:
        os.unlink(claims.document_path(attached.origin.work, claim.batch, file.id))
    reconciler = Reconciler(link)
    reconciler.run([target(attached)])
    assert len(attached.standing) == 1, "the writer removes it itself"
    reconciler.run([target(attached)])
    reconciler.run([target(attached)])
    assert len(attached.standing) == 0
    assert os.listdir(attached.origin.work.claimed) == []


def test_a_frozen_redis_is_waited_out_and_then_everything_is_published(
    link: Link, attached: Attached, redis_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(link, reconcile_seconds=60.0)
    link.client.connection_pool.connection_kwargs["socket_timeout"] = 0.05
    link.client.connection_pool.disconnect()
    os.kill(redis_server.pid, signal.SIGSTOP)
    now = time.monotonic()
    publisher.reconcile([target(attached)], now)
    os.kill(redis_server.pid, signal.SIGCONT)
    assert [record.levelname for record in caplog.records if "away" in record.getMessage()] == ["WARNING"]
    publisher.reconcile([target(attached)], now + 0.01)
    assert waiting_documents(link) == []
    publisher.reconcile([target(attached)], now + 1)
    assert waiting_documents(link) == BOTH


def test_a_new_writer_set_up_is_a_reason_to_compare_at_once(
    link: Link, attached: Attached, writer_client: redis.Redis
) -> None:
    publisher = Publisher(link, reconcile_seconds=600.0)
    publisher.reconcile([target(attached)], 1000.0)
    publisher.reconcile([target(attached)], 1001.0)
    assert waiting_documents(link) == BOTH
    for job in payloads(link):
        queue.forget(link.client, link.keys, job)
    link.client.delete(link.keys.documents)
    writer_client.set(link.keys.ready, "another run")
    publisher.reconcile([target(attached)], 1001.5)
    assert waiting_documents(link) == []
    publisher.reconcile([target(attached)], 1002.1)
    assert waiting_documents(link) == BOTH
