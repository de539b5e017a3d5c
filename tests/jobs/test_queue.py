from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING, cast

import pytest

from tests.jobs.documents import ids, payload_of, with_counts
from worker.failpoints import Crashed, armed
from worker.ids import mint
from worker.jobs.queue import (
    alive_jobs,
    counts,
    document_states,
    forget,
    load_payload,
    next_job,
    publish,
    replace,
)
from worker.jobs.safe_rq import is_job_id, rq_keys, safe_queue
from worker.store.wire import pack_payload

if TYPE_CHECKING:
    import redis

    from worker.store.keys import Keys


def waiting(client: redis.Redis, keys: Keys) -> list[str]:
    names = cast("list[bytes]", client.lrange(rq_keys(keys).waiting, 0, -1))
    return [name.decode() for name in names]


def test_a_publication_is_payload_job_and_states(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one", "two")
    publish(client, keys, key, [payload])
    assert load_payload(client, keys, key, payload.job) == payload
    assert waiting(client, keys) == [payload.job]
    assert document_states(client, keys, ids(payload)) == dict.fromkeys(ids(payload), payload.job.encode())
    assert alive_jobs(client, keys) == {payload.job}


def test_several_payloads_wait_in_their_order(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payloads = [payload_of(str(number)) for number in range(5)]
    publish(client, keys, key, payloads)
    assert waiting(client, keys) == [payload.job for payload in payloads]


def test_nothing_to_publish_is_fine(client: redis.Redis, keys: Keys, key: bytes) -> None:
    publish(client, keys, key, [])
    assert alive_jobs(client, keys) == frozenset()


def test_a_publication_that_is_repeated_is_the_same(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    publish(client, keys, key, [payload])
    assert alive_jobs(client, keys) == {payload.job}
    assert load_payload(client, keys, key, payload.job) == payload


@pytest.mark.parametrize(("window", "there"), [("publish.before", False), ("publish.after", True)])
def test_a_crash_beside_the_publication(window: str, there: bool, client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        publish(client, keys, key, [payload])
    assert bool(alive_jobs(client, keys)) is there


def test_unknown_documents_have_no_state(client: redis.Redis, keys: Keys) -> None:
    assert document_states(client, keys, ["a", "b"]) == {"a": None, "b": None}
    assert document_states(client, keys, []) == {}


def test_a_job_that_is_on_its_way_or_runs_is_alive(client: redis.Redis, keys: Keys) -> None:
    rq = rq_keys(keys)
    client.rpush(rq.waiting, "waits")
    client.rpush(rq.moving, "moves")
    client.zadd(rq.running, {"runs:execution": 5})
    assert alive_jobs(client, keys) == {"waits", "moves", "runs"}


def test_names_that_are_no_text_trouble_nobody(client: redis.Redis, keys: Keys) -> None:
    client.rpush(rq_keys(keys).waiting, b"\xff\xfe")
    assert len(alive_jobs(client, keys)) == 1


def test_the_counts_are_those_of_the_keys(client: redis.Redis, keys: Keys, key: bytes) -> None:
    publish(client, keys, key, [payload_of("one", "two"), payload_of("three")])
    client.zadd(rq_keys(keys).running, {"a:b": 5})
    client.xadd(keys.stream, {"d": "x"})
    found = counts(client, keys)
    assert (found.queued, found.running, found.documents, found.committed, found.workers) == (2, 1, 3, 1, 0)


def test_the_ids_of_later_attempts_are_new_and_ids() -> None:
    batch = mint()
    names = {next_job(batch) for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith(f"{batch}-") and is_job_id(name.encode()) for name in names)


def test_a_replaced_job_is_gone_and_its_successors_come_first(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload, other = payload_of("one", "two"), payload_of("other")
    publish(client, keys, key, [payload, other])
    first, second = ids(payload)
    parts = [payload.only("next-1", frozenset({first})), payload.only("next-2", frozenset({second}))]
    assert replace(client, keys, key, payload.job, parts)
    assert waiting(client, keys) == ["next-1", "next-2", other.job]
    assert load_payload(client, keys, key, payload.job) is None
    assert load_payload(client, keys, key, "next-1") == parts[0]
    assert document_states(client, keys, ids(payload)) == {first: b"next-1", second: b"next-2"}
    assert not client.exists(f"rq:job:{payload.job}")


def test_what_is_said_of_deaths_is_passed_on(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    replace(client, keys, key, payload.job, [changed(with_counts(payload, deaths=1, kills=2), job="next")])
    found = load_payload(client, keys, key, "next")
    assert found is not None
    assert (found.documents[0].deaths, found.documents[0].kills) == (1, 2)


def test_of_two_that_replace_a_job_one_does(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    assert replace(client, keys, key, payload.job, [changed(payload, job="next-1")])
    assert not replace(client, keys, key, payload.job, [changed(payload, job="next-2")])
    assert waiting(client, keys) == ["next-1"]


def test_a_job_that_is_replaced_in_between_is_left_alone(
    client: redis.Redis, admin: redis.Redis, keys: Keys, key: bytes
) -> None:
    """Somebody else commits or replaces it between the look and the step."""
    payload = payload_of("one")
    publish(client, keys, key, [payload])

    class Meddled(list[object]):
        """The payloads, at whose reading the job is done by somebody else."""

        def __iter__(self) -> object:  # type: ignore[override]
            admin.delete(keys.payload(payload.job))
            return super().__iter__()

    meddled = Meddled([changed(payload, job="next")])
    assert not replace(client, keys, key, payload.job, meddled)  # type: ignore[arg-type]
    assert waiting(client, keys) == [payload.job]


def test_documents_that_belong_to_others_by_now_are_left_out(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one", "two", "three")
    publish(client, keys, key, [payload])
    first, second, third = ids(payload)
    client.hset(keys.documents, mapping={first: "committed", second: "another"})
    assert replace(client, keys, key, payload.job, [changed(payload, job="next")])
    found = load_payload(client, keys, key, "next")
    assert found is not None
    assert list(ids(found)) == [third]


def test_a_job_of_which_nothing_is_left_has_no_successor(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    client.hset(keys.documents, ids(payload)[0], "committed")
    assert replace(client, keys, key, payload.job, [changed(payload, job="next")])
    assert alive_jobs(client, keys) == frozenset()


def test_a_forgotten_job_is_nowhere(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    client.rpush(rq_keys(keys).moving, payload.job)
    client.zadd(rq_keys(keys).running, {f"{payload.job}:execution": 5, "other:execution": 5})
    forget(client, keys, payload.job)
    assert alive_jobs(client, keys) == {"other"}
    assert not client.exists(f"rq:job:{payload.job}")


@pytest.mark.parametrize("how", ["edited", "of another key", "of another job", "of another type", "empty"])
def test_a_payload_that_was_not_made_for_the_job_is_dropped(
    how: str, client: redis.Redis, admin: redis.Redis, keys: Keys, key: bytes
) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    name = keys.payload(payload.job)
    signed = pack_payload(key, payload)
    values = {
        "edited": signed[:-1] + b"X",
        "of another key": pack_payload(b"x" * 32, payload),
        "of another job": pack_payload(key, payload_of("two")),
        "empty": pack_payload(key, changed(payload, documents=(), blobs=())),
    }
    admin.delete(name)
    if how in values:
        client.set(name, values[how])
    else:
        client.lpush(name, 1)
    assert load_payload(client, keys, key, payload.job) is None
    assert not client.exists(name)


def test_a_job_is_one_signed_line(client: redis.Redis, keys: Keys, key: bytes) -> None:
    payload = payload_of("one")
    publish(client, keys, key, [payload])
    job = safe_queue(client, keys, key).fetch_job(payload.job)
    assert job is not None
    assert (job.func_name, job.args, job.kwargs, job.instance) == ("work", [payload.job], {}, None)
    assert safe_queue(client, keys, b"x" * 32).fetch_job(payload.job) is None
