from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.jobs.documents import ids, payload_of, with_counts
from worker.failpoints import Crashed, armed
from worker.jobs.queue import alive_jobs, load_payload, publish
from worker.jobs.recovery import STUCK_SECONDS, Recovery, after_death
from worker.jobs.safe_rq import RqKeys, rq_keys
from worker.jobs.split import KILLS_MAX, Death

if TYPE_CHECKING:
    import redis

    from worker.store.keys import Keys
    from worker.store.wire import Payload


class Clock:
    """Stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recovery(client: redis.Redis, keys: Keys, key: bytes, clock: Clock) -> Recovery:
    return Recovery(client, keys, key, clock)


@pytest.fixture
def rq(keys: Keys) -> RqKeys:
    return rq_keys(keys)


def run(client: redis.Redis, keys: Keys, job: str, *, alive: bool) -> None:
    """Let the job of the queue run, at a worker that shows signs of life or does not."""
    rq = rq_keys(keys)
    client.lrem(rq.waiting, 0, job)
    client.zadd(rq.running, {f"{job}:execution": 1})
    if alive:
        client.hset(rq.execution(f"{job}:execution".encode()).decode(), "worker_name", "w")


def followers(client: redis.Redis, keys: Keys, key: bytes) -> list[Payload]:
    names = sorted(alive_jobs(client, keys))
    found = [load_payload(client, keys, key, name) for name in names]
    return sorted((p for p in found if p is not None), key=lambda p: p.documents[0].id)


def test_a_job_whose_worker_lives_is_left_alone(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery
) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    run(client, keys, payload.job, alive=True)
    recovery.look()
    assert alive_jobs(client, keys) == {payload.job}


def test_an_abandoned_job_is_halved_and_goes_on(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery, rq: RqKeys
) -> None:
    payload = payload_of("one", "two", "three")
    publish(client, keys, key, [payload])
    run(client, keys, payload.job, alive=False)
    recovery.look()
    parts = followers(client, keys, key)
    assert sorted(name for part in parts for name in ids(part)) == sorted(ids(payload))
    assert sorted(len(part.documents) for part in parts) == [1, 2]
    assert all(part.job.startswith(f"{payload.batch}-") for part in parts)
    assert client.zcard(rq.running) == 0
    assert load_payload(client, keys, key, payload.job) is None


def test_a_document_that_takes_whole_workers_with_it_is_found_in_the_end(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery
) -> None:
    publish(client, keys, key, [payload_of("one")])
    for kills in range(1, KILLS_MAX + 1):
        (job,) = alive_jobs(client, keys)
        run(client, keys, job, alive=False)
        recovery.look()
        (payload,) = followers(client, keys, key)
        assert payload.documents[0].kills == kills
    assert payload.documents[0].condemned == "worker_killed"


def test_an_abandoned_job_that_is_committed_is_forgotten(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery
) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    run(client, keys, payload.job, alive=False)
    client.delete(keys.payload(payload.job))
    recovery.look()
    assert alive_jobs(client, keys) == frozenset()
    assert not client.exists(f"rq:job:{payload.job}")


def test_two_that_look_at_once_do_it_once(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery, clock: Clock
) -> None:
    payload = payload_of("one", "two")
    publish(client, keys, key, [payload])
    run(client, keys, payload.job, alive=False)
    recovery.look()
    Recovery(client, keys, key, clock)._abandoned(f"{payload.job}:execution".encode())
    assert sum(len(part.documents) for part in followers(client, keys, key)) == 2


def test_a_job_that_got_stuck_on_its_way_waits_again(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery, clock: Clock, rq: RqKeys
) -> None:
    payload = payload_of("one", "two")
    publish(client, keys, key, [payload])
    client.lmove(rq.waiting, rq.moving)
    recovery.look()
    clock.now = STUCK_SECONDS - 0.1
    recovery.look()
    assert client.llen(rq.waiting) == 0, "its worker may have it in hand"
    clock.now = STUCK_SECONDS
    recovery.look()
    assert (client.llen(rq.waiting), client.llen(rq.moving)) == (1, 0)
    found = load_payload(client, keys, key, payload.job)
    assert found == payload, "nothing has happened to it"


def test_a_job_that_passes_again_is_not_taken_for_stuck(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery, clock: Clock, rq: RqKeys
) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    client.lmove(rq.waiting, rq.moving)
    recovery.look()
    client.lmove(rq.moving, rq.waiting)
    clock.now = 2.0
    recovery.look()
    client.lmove(rq.waiting, rq.moving)
    clock.now = STUCK_SECONDS
    recovery.look()
    assert client.llen(rq.moving) == 1


def test_a_job_that_runs_and_stands_on_its_way_too_is_not_stuck(
    client: redis.Redis, keys: Keys, key: bytes, recovery: Recovery, clock: Clock, rq: RqKeys
) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    run(client, keys, payload.job, alive=True)
    client.rpush(rq.moving, payload.job)
    for now in (0.0, STUCK_SECONDS):
        clock.now = now
        recovery.look()
    assert client.llen(rq.waiting) == 0


@pytest.mark.parametrize("name", [b"", b"\xff\xfe", b"a b", b"no-such-job", b"x" * 500])
def test_what_is_no_job_is_taken_out(
    name: bytes, admin: redis.Redis, recovery: Recovery, clock: Clock, rq: RqKeys
) -> None:
    admin.rpush(rq.moving, name)
    admin.zadd(rq.running, {name + b":execution": 1, name + b"\x00": 2})
    for now in (0.0, STUCK_SECONDS, 2 * STUCK_SECONDS):
        clock.now = now
        recovery.look()
    assert (admin.llen(rq.moving), admin.llen(rq.waiting), admin.zcard(rq.running)) == (0, 0, 0)


@pytest.mark.parametrize(("window", "replaced"), [("split.before", False), ("split.after", True)])
def test_a_crash_beside_the_replacement_leaves_one_or_the_other(
    window: str, replaced: bool, client: redis.Redis, keys: Keys, key: bytes
) -> None:
    payload = payload_of("one", "two")
    publish(client, keys, key, [payload])
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        after_death(client, keys, key, payload.job, Death("crashed", 1))
    assert (load_payload(client, keys, key, payload.job) is None) is replaced
    assert len(alive_jobs(client, keys)) == (2 if replaced else 1)


def test_the_death_is_said_with_the_document(
    client: redis.Redis, keys: Keys, key: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    payload = payload_of("one", "two")
    publish(client, keys, key, [payload])
    after_death(client, keys, key, payload.job, Death("crashed", 1))
    (record,) = caplog.records
    assert ids(payload)[1] in record.message
    assert "1.txt" in record.message
    assert "crashed" in record.message


def test_earlier_kills_are_kept_where_redis_was_not_there(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = with_counts(payload_of("one"), deaths=1, kills=2)
    publish(client, keys, key, [payload])
    after_death(client, keys, key, payload.job, Death("transient"))
    (follower,) = followers(client, keys, key)
    assert follower == replace(payload, job=follower.job)


def test_colleagues_that_are_gone_are_no_longer_counted(client: redis.Redis, recovery: Recovery, rq: RqKeys) -> None:
    client.sadd(rq.workers, "rq:worker:gone", "rq:worker:there")
    client.hset("rq:worker:there", "birth", "x")
    recovery.look()
    assert client.smembers(rq.workers) == {b"rq:worker:there"}
