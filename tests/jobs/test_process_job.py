from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import orjson
import pytest

from tests.jobs.documents import ACTED, acted_alone, article, ids, payload_of, with_counts
from tests.jobs.room import PlainRoom, unguarded
from worker.dedupe.fingerprint import exact_fingerprint
from worker.errors import TransientError
from worker.failpoints import Crashed, armed
from worker.jobs.desk import Desk
from worker.jobs.process_job import work
from worker.jobs.queue import document_states
from worker.jobs.queue import replace as replace_job
from worker.settings import Settings
from worker.settings import Worker as WorkerSettings
from worker.store.wire import pack_payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

    from worker.article import Article, Document, Rejection
    from worker.store.keys import Keys

pytestmark = pytest.mark.usefixtures("reconciled")


class Room(PlainRoom):
    """That room, with what these tests ask of it."""

    __slots__ = ()

    def rejections(self) -> list[tuple[str, str, int]]:
        rows = [orjson.loads(part.body) for part in self.parts() if part.kind == "rejection"]
        return [(row["stage"], row["error"], row["attempts"]) for row in rows]


@pytest.fixture
def room(client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes) -> Room:
    return Room(Desk(client, keys, key, Settings(), ACTED, "rules-1", patience_seconds=0.2), writer_client)


def test_each_document_becomes_its_part(room: Room) -> None:
    payload = room.publish(payload_of("one two", "refused"))
    room.work(payload)
    article, rejection = room.parts()
    first, second = payload.documents
    assert (article.document, article.batch, article.sha256) == (first.id, payload.batch, first.sha256)
    assert article.kind == "article"
    assert article.fingerprint == exact_fingerprint("one two").hex()
    assert b'"rules":"rules-1"' in article.body
    assert (rejection.document, rejection.kind, rejection.fingerprint) == (second.id, "rejection", "")
    assert room.rejections() == [("parse", "unsupported_format", 1)]


def test_a_document_reaches_the_pipeline_as_it_was_claimed(room: Room) -> None:
    seen: list[Document] = []

    def process(document: Document) -> Article | Rejection:
        seen.append(document)
        return article(document, "text")

    payload = payload_of(b"\x00bytes\xff")
    row = replace(payload.documents[0], retry_of="earlier", path="a/b%0A.txt")
    payload = replace(payload, documents=(row,))
    work(replace(room.desk, stages=replace(ACTED, process=process)), room.publish(payload).job, unguarded)
    (document,) = seen
    assert (document.id, document.inbox, document.path, document.data, document.sha256, document.retry_of) == (
        row.id, "inbox", "a/b%0A.txt", b"\x00bytes\xff", row.sha256, "earlier",
    )  # fmt: skip
    assert (document.modified_at, document.received_at) == (row.modified_at, row.received_at)


def test_a_bug_of_the_pipeline_is_loud_and_the_others_go_on(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    payload = room.publish(payload_of("one", "bug", "two"))
    room.work(payload)
    assert [part.kind for part in room.parts()] == ["article", "rejection", "article"]
    assert room.rejections() == [("pipeline", "internal_error", 1)]
    assert "Traceback" in caplog.text
    assert ids(payload)[1] in caplog.text


def test_memory_that_is_refused_rejects_the_document(room: Room) -> None:
    def process(document: Document) -> Article | Rejection:
        if document.data == b"large":
            raise MemoryError
        return acted_alone(document)

    desk = replace(room.desk, stages=replace(ACTED, process=process))
    work(desk, room.publish(payload_of("large", "one")).job, unguarded)
    assert room.rejections() == [("worker", "memory_limit", 1)]
    assert [part.kind for part in room.parts()] == ["rejection", "article"]


def test_a_line_that_is_too_long_is_a_rejection(room: Room) -> None:
    room.work(room.publish(payload_of("word " * 30_000)))
    assert room.rejections() == [("record", "line_too_long", 1)]


@pytest.mark.parametrize(
    ("error", "deaths", "kills", "attempts"),
    [("crashed", 2, 0, 2), ("time_limit", 2, 3, 2), ("worker_killed", 1, 5, 5)],
)
def test_a_condemned_document_is_not_opened(error: str, deaths: int, kills: int, attempts: int, room: Room) -> None:
    payload = with_counts(payload_of("abort"), deaths=deaths, kills=kills)
    payload = replace(payload, documents=(replace(payload.documents[0], condemned=error),))
    room.work(room.publish(payload))
    assert room.rejections() == [("worker", error, attempts)]


def test_earlier_deaths_count_as_attempts(room: Room) -> None:
    room.work(room.publish(with_counts(payload_of("refused"), deaths=1, kills=3)))
    assert room.rejections() == [("parse", "unsupported_format", 2)]


def test_a_batch_that_is_too_much_for_one_commit_takes_several(room: Room) -> None:
    settings = Settings(worker=WorkerSettings(commit_bytes_max=9000))
    payload = room.publish(payload_of(*("word " * 1000 + str(number) for number in range(7))))
    with armed("work.after_part@3=crash"), pytest.raises(Crashed):
        work(replace(room.desk, settings=settings), payload.job, unguarded)
    assert [part.document for part in room.parts()] == list(ids(payload)[:3])
    work(replace(room.desk, settings=settings), payload.job, unguarded)
    assert [part.document for part in room.parts()] == list(ids(payload)), "each once"


@pytest.mark.parametrize(
    ("window", "committed"),
    [("work.begin", 0), ("work.before_commit", 0), ("work.after_commit", 2)],
)
def test_a_crash_in_a_window_leaves_all_or_nothing(window: str, committed: int, room: Room) -> None:
    payload = room.publish(payload_of("one", "two"))
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        room.work(payload)
    assert len(room.parts()) == committed
    room.work(payload)
    assert [part.document for part in room.parts()] == list(ids(payload))


def test_a_job_that_is_run_twice_enters_the_stream_once(room: Room) -> None:
    payload = room.publish(payload_of("one"))
    room.work(payload)
    room.work(payload)
    assert len(room.parts()) == 1


def test_an_attempt_that_was_replaced_while_it_ran_commits_nothing(room: Room) -> None:
    """A worker that was taken for dead comes back to life."""
    desk, payload = room.desk, room.publish(payload_of("one"))
    follower = replace(payload, job="next")

    def process(document: Document) -> Article | Rejection:
        replace_job(desk.client, desk.keys, desk.key, payload.job, [follower])
        return article(document, "by the one taken for dead")

    work(replace(desk, stages=replace(ACTED, process=process)), payload.job, unguarded)
    assert room.parts() == []
    room.work(follower)
    assert len(room.parts()) == 1
    assert b"taken for dead" not in room.parts()[0].body


def test_a_writer_that_is_not_ready_is_waited_for(room: Room) -> None:
    payload = room.publish(payload_of("one"))
    run = cast("bytes", room.writer.get(room.desk.keys.ready))
    room.writer.delete(room.desk.keys.ready)
    with pytest.raises(TransientError, match="not ready"):
        room.work(payload)
    room.writer.set(room.desk.keys.ready, run)
    room.work(payload)
    assert len(room.parts()) == 1


def test_a_writer_that_becomes_ready_in_time_is_enough(room: Room) -> None:
    payload = room.publish(payload_of("one"))
    run = cast("bytes", room.writer.get(room.desk.keys.ready))
    room.writer.delete(room.desk.keys.ready)
    writer = threading.Timer(0.1, lambda: room.writer.set(room.desk.keys.ready, run))
    writer.start()
    work(replace(room.desk, patience_seconds=30), payload.job, unguarded)
    writer.join()
    assert len(room.parts()) == 1


def test_a_payload_that_is_gone_leaves_nothing_to_do(room: Room) -> None:
    payload = room.publish(payload_of("one"))
    room.writer.delete(room.desk.keys.payload(payload.job))
    room.work(payload)
    assert room.parts() == []


def test_a_forged_payload_is_dropped(room: Room) -> None:
    payload = room.publish(payload_of("one"))
    room.writer.set(room.desk.keys.payload(payload.job), pack_payload(b"x" * 32, payload))
    room.work(payload)
    assert room.parts() == []
    assert document_states(room.desk.client, room.desk.keys, ids(payload)) == {ids(payload)[0]: payload.job.encode()}, (
        "the intake finds it standing, and its job gone"
    )


def test_the_guard_is_entered_for_each_document_with_its_index(room: Room) -> None:
    seen: list[int] = []

    @contextlib.contextmanager
    def guard(index: int, member: int | None = None) -> Iterator[None]:
        assert member is None
        seen.append(index)
        yield

    work(room.desk, room.publish(payload_of("one", "two", "three")).job, guard)
    assert seen == [0, 1, 2]
