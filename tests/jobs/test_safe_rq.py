"""What somebody with full access to Redis can put into a job, and what comes of it: nothing."""

from __future__ import annotations

import json
import os
import pickle
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any, cast

import pytest
from rq.exceptions import DequeueTimeout, NoSuchJobError

from tests.jobs.documents import payload_of
from worker.jobs.queue import alive_jobs, publish
from worker.jobs.safe_rq import SafeJob, SafeQueue, SignedJson, rq_keys, safe_queue
from worker.store.wire import ForgedError, sign

if TYPE_CHECKING:
    from pathlib import Path

    import redis

    from worker.store.keys import Keys

JOB = "a-job"
Fields = dict[str, bytes]


@pytest.fixture
def queue(client: redis.Redis, keys: Keys, key: bytes) -> SafeQueue:
    return safe_queue(client, keys, key)


def fetch(queue: SafeQueue, job: str = JOB) -> SafeJob:
    return SafeJob.fetch(job, connection=queue.connection, serializer=queue.serializer)


def signed(
    key: bytes, func: str = "work", args: object = (JOB,), kwargs: object = None, instance: object = None
) -> bytes:
    return SignedJson(key).dumps([func, instance, args, kwargs or {}])


def put(admin: redis.Redis, plain: bytes, job: str = JOB, fields: Fields | None = None) -> None:
    """A job's hash as a stranger would write it."""
    common = {"origin": b"copydesk", "status": b"queued", "data": zlib.compress(plain)}
    admin.hset(f"rq:job:{job}", mapping=cast("Any", {**common, **(fields or {})}))
    admin.rpush("rq:queue:copydesk", job)


def dequeued(queue: SafeQueue) -> str | None:
    """The next job that a worker would get."""
    try:
        found = SafeQueue.dequeue_any(
            [queue], 1, connection=queue.connection, job_class=SafeJob, serializer=queue.serializer
        )
    except DequeueTimeout:
        return None
    return found[0].id if found else None


def test_a_job_that_we_made_is_one(admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    put(admin, signed(key))
    assert fetch(queue).id == JOB


@pytest.mark.parametrize(
    "what", [{"func": "os.system"}, {"args": ("other",)}, {"args": ()}, {"kwargs": {"a": 1}}, {"instance": 1}]
)
def test_what_the_key_signed_and_is_no_job_of_ours_is_none(
    what: dict[str, Any], admin: redis.Redis, queue: SafeQueue, key: bytes
) -> None:
    """A bug of ours may sign it; or a stranger replays the line of one job under the id of another."""
    put(admin, signed(key, **what))
    with pytest.raises(NoSuchJobError):
        fetch(queue)


def test_a_job_of_another_key_is_none(admin: redis.Redis, queue: SafeQueue) -> None:
    put(admin, signed(b"x" * 32))
    with pytest.raises(NoSuchJobError):
        fetch(queue)


class Touch:
    """Unpickled, it makes the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def test_nothing_is_unpickled(admin: redis.Redis, queue: SafeQueue, key: bytes, tmp_path: Path) -> None:
    evil = pickle.dumps(Touch(tmp_path / "owned"))
    put(admin, evil, job="data")
    put(admin, signed(key, args=("meta",)), job="meta", fields=dict.fromkeys(("meta", "result", "exc_info"), evil))
    with pytest.raises(NoSuchJobError):
        fetch(queue, "data")
    job = fetch(queue, "meta")
    assert (job.meta, job._result, job._exc_info) == ({}, None, None)
    assert not list(tmp_path.iterdir())


def test_no_function_is_called_whatever_its_name(admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    put(admin, signed(key))
    with pytest.raises(NoSuchJobError):
        fetch(queue).perform()


def test_callbacks_webhooks_and_the_rest_are_not_taken_over(admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    hook = json.dumps([{"url": "http://169.254.169.254/", "job_status": "finished"}]).encode()
    fields = {
        "success_callback_name": b"os.abort",
        "failure_callback_name": b"os.abort",
        "stopped_callback_name": b"os.abort",
        "webhooks": hook,
        "dependency_ids": b'["x"]',
        "rate_limit_key": b"x",
        "rate_limit_concurrency": b"1",
        "repeats_left": b"1000",
        "retries_left": b"1000000",
        "timeout": b"-1",
        "group_id": b"x",
    }
    put(admin, signed(key), fields=fields)
    job = fetch(queue)
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert (job.webhooks, job._dependency_ids, job.group_id, job.timeout) == ([], [], None, None)
    assert not job.has_rate_limit
    assert not job.should_retry
    assert not job.repeats_left


@pytest.mark.parametrize(
    "fields",
    [
        {"status": b"no such status"},
        {"status": b"\xff"},
        {"origin": b"\xff\xfe"},
        {"data": b""},
        {"data": b"no zlib"},
        {"data": zlib.compress(b"x")[:-3]},
        {"data": zlib.compress(zlib.compress(b"x"))},
    ],
)
def test_a_poisoned_hash_is_no_job(fields: dict[str, bytes], admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    put(admin, signed(key), fields=fields)
    with pytest.raises(NoSuchJobError):
        fetch(queue)


@pytest.mark.parametrize("field", ["timeout", "created_at", "retries_left", "result_ttl", "dependency_ids"])
def test_fields_that_are_not_used_can_t_poison(field: str, admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    put(admin, signed(key), fields={field: b"\xffpoison"})
    assert fetch(queue).id == JOB


def test_a_hash_without_data_is_no_job(admin: redis.Redis, queue: SafeQueue) -> None:
    admin.hset(f"rq:job:{JOB}", "status", "queued")
    with pytest.raises(NoSuchJobError):
        fetch(queue)


def test_a_key_of_another_type_is_no_job(admin: redis.Redis, queue: SafeQueue) -> None:
    admin.set(f"rq:job:{JOB}", "x")
    with pytest.raises(NoSuchJobError):
        fetch(queue)


@pytest.mark.parametrize("ours", [True, False])
def test_a_bomb_is_not_inflated(ours: bool, admin: redis.Redis, queue: SafeQueue, key: bytes) -> None:
    filling = b"0" * 30_000_000
    put(admin, sign(key, b"rqjob1", filling) if ours else filling)
    tracemalloc.start()
    try:
        with pytest.raises(NoSuchJobError):
            fetch(queue)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("job", ["", "a b", "../x", "a\nb", "x" * 200, "\x1b[2J", "a:b"])
def test_an_id_that_can_t_be_one_is_no_job(job: str, queue: SafeQueue) -> None:
    with pytest.raises(NoSuchJobError):
        fetch(queue, job)


def test_a_worker_gets_past_all_of_it_to_the_real_job(
    admin: redis.Redis, queue: SafeQueue, key: bytes, keys: Keys
) -> None:
    for name in ("", "a b", "../x", b"\xff\xfe", "\x1b[2J", "gone"):
        admin.rpush(rq_keys(keys).waiting, name)
    put(admin, b"poison", job="poison")
    admin.set("rq:job:string", "x")
    admin.rpush(rq_keys(keys).waiting, "string")
    payload = payload_of("one")
    publish(queue.connection, keys, key, [payload])
    assert dequeued(queue) == payload.job
    assert alive_jobs(queue.connection, keys) == {payload.job}, "what was dropped does not count as alive"


def test_an_empty_queue_has_nothing(queue: SafeQueue) -> None:
    assert dequeued(queue) is None


def test_a_replayed_job_is_dropped_once_its_hash_is_gone(admin: redis.Redis, queue: SafeQueue, keys: Keys) -> None:
    admin.rpush(rq_keys(keys).waiting, JOB, JOB)
    assert dequeued(queue) is None
    assert alive_jobs(queue.connection, keys) == frozenset()


def test_a_signature_is_bound_to_jobs(key: bytes) -> None:
    with pytest.raises(ForgedError):
        SignedJson(key).loads(sign(key, b"payload1", b"[]"))
