"""Publishing: payloads and their jobs enter Redis together, and what stands there can be asked about.

A job's id is that of its batch the first time, and that of its batch with a suffix at each later attempt.
Redis is a hint: a publication that is lost or doubled is harmless.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import redis
from rq.executions import ExecutionRegistry

from worker.failpoints import reach
from worker.jobs.safe_rq import TASK, SafeJob, rq_keys, safe_queue
from worker.store.repair import is_wrong_type
from worker.store.wire import ForgedError, Payload, pack_payload, unpack_payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redis.client import Pipeline

    from worker.store.keys import Keys

_log = logging.getLogger("copydesk.worker")


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs that wait and run, documents that Redis knows, those of them that are committed, and workers."""

    queued: int
    running: int
    documents: int
    committed: int
    workers: int


def next_job(batch: str) -> str:
    """The id of another attempt at documents of `batch`."""
    return f"{batch}-{secrets.token_hex(5)}"


def publish(client: redis.Redis, keys: Keys, key: bytes, payloads: Sequence[Payload]) -> None:
    """Put the payloads and a job for each into Redis, all or none, behind what waits in their queue.

    Raises:
        one of `AWAY`: Redis is away; perhaps they are in it all the same, and doing it again is harmless.
    """
    reach("publish.before")
    with client.pipeline() as pipe:
        for payload in payloads:
            _add(pipe, client, keys, key, payload, at_front=False)
        pipe.execute()
    reach("publish.after")


def divided(payload: Payload) -> list[Payload]:
    """The same in several, none of them empty: one of all whose bytes it holds, one for each that is on disk.

    The first has its job id, the others have new ones.
    """
    small = frozenset(d.id for d in payload.documents if not d.on_disk)
    large = [frozenset((d.id,)) for d in payload.documents if d.on_disk]
    wanted = [small, *large] if small else large
    return [payload.only(next_job(payload.batch) if n else payload.job, ids) for n, ids in enumerate(wanted)]


def replace(client: redis.Redis, keys: Keys, key: bytes, old_job: str, payloads: Sequence[Payload]) -> bool:
    """Put `payloads` in the place of `old_job`, in front of what waits; False where it is done or replaced.

    Of each payload only the documents that still belong to `old_job` are taken. From then on commits of
    `old_job` are refused, whoever still works on it.

    Raises:
        one of `AWAY`: Redis is away; nothing is half done.
    """
    entries = _running_entries(client, keys, old_job)
    with client.pipeline() as pipe:
        try:
            pipe.watch(keys.payload(old_job))  # type: ignore[no-untyped-call]
            if not pipe.exists(keys.payload(old_job)):
                return False
            kept = list(_still_of(client, keys, old_job, payloads))
            pipe.multi()
            _forget(pipe, keys, old_job, entries)
            pipe.delete(keys.payload(old_job))
            for payload in reversed(kept):
                _add(pipe, client, keys, key, payload, at_front=True)
            pipe.execute()
        except redis.WatchError:
            return False
    return True


def forget(client: redis.Redis, keys: Keys, job: str) -> None:
    """Remove what RQ knows of a job that nobody is to run again."""
    entries = _running_entries(client, keys, job)
    with client.pipeline() as pipe:
        _forget(pipe, keys, job, entries)
        pipe.execute()


def load_payload(client: redis.Redis, keys: Keys, key: bytes, job: str) -> Payload | None:
    """The payload of `job`, None where there is none any more. One that was not made for it is removed."""
    try:
        signed = client.get(keys.payload(job))
        if signed is None:
            return None
        payload = unpack_payload(key, cast("bytes", signed))
    except ForgedError as error:
        problem = str(error)
    except redis.ResponseError as error:
        if not is_wrong_type(error):
            raise
        problem = "a key of another type"
    else:
        if payload.job == job and payload.documents:
            return payload
        problem = "it was made for another job"
    _log.error("%s: its payload is dropped: %s", job, problem)
    client.delete(keys.payload(job))
    return None


def drop_payload(client: redis.Redis, keys: Keys, payload: Payload) -> None:
    """Remove a payload of whose documents none belongs to its job any more; the intake looks after the others.

    Raises:
        one of `AWAY`: Redis is away.
    """
    states = document_states(client, keys, [document.id for document in payload.documents])
    if payload.job.encode() not in states.values():
        client.delete(keys.payload(payload.job))


def alive_jobs(client: redis.Redis, keys: Keys) -> frozenset[str]:
    """The jobs that wait or run, or whose worker died and that will be run again."""
    with client.pipeline() as pipe:
        for rq in map(rq_keys, keys.lanes):
            pipe.lrange(rq.waiting, 0, -1)
            pipe.lrange(rq.moving, 0, -1)
            pipe.zrange(rq.running, 0, -1)
        lists = pipe.execute()
    # A job's name holds no colon: of what runs, the part in front of it.
    names = (entry.partition(b":")[0] for rows in lists for entry in rows)
    return frozenset(name.decode("utf-8", "replace") for name in names)


def document_states(client: redis.Redis, keys: Keys, ids: Iterable[str]) -> dict[str, bytes | None]:
    """For each document the job that it belongs to, `committed`, or None where Redis does not know it."""
    wanted = list(ids)
    found = cast("list[bytes | None]", client.hmget(keys.documents, wanted)) if wanted else []
    return dict(zip(wanted, found, strict=True))


def counts(client: redis.Redis, keys: Keys) -> Counts:
    """How much is where, in both queues; the workers are those of the queue of `keys`."""
    lanes = [rq_keys(lane) for lane in keys.lanes]
    with client.pipeline(transaction=False) as pipe:
        for rq in lanes:
            pipe.llen(rq.waiting)
            pipe.llen(rq.moving)
        for rq in lanes:
            pipe.zcard(rq.running)
        pipe.hlen(keys.documents)
        pipe.xlen(keys.stream)
        pipe.scard(rq_keys(keys).workers)
        *queued, running, running_files, documents, committed, workers = pipe.execute()
    return Counts(sum(queued), running + running_files, documents, committed, workers)


def _add(pipe: Pipeline, client: redis.Redis, keys: Keys, key: bytes, payload: Payload, *, at_front: bool) -> None:
    queue = safe_queue(client, keys.lanes[payload.on_disk], key)
    pipe.set(keys.payload(payload.job), pack_payload(key, payload))
    pipe.hset(keys.documents, mapping={document.id: payload.job for document in payload.documents})
    job = SafeJob.create(
        TASK,
        args=[payload.job],
        id=payload.job,
        origin=queue.name,
        description=payload.job,
        connection=queue.connection,
        serializer=queue.serializer,
    )
    queue.add(job, pipe, at_front=at_front)


def _still_of(client: redis.Redis, keys: Keys, job: str, payloads: Sequence[Payload]) -> Iterator[Payload]:
    """The payloads with those of their documents that belong to `job` now, if any."""
    states = document_states(client, keys, [d.id for payload in payloads for d in payload.documents])
    ours = frozenset(name for name, state in states.items() if state == job.encode())
    for payload in payloads:
        kept = payload.only(payload.job, ours)
        if kept.documents:
            yield kept


def _running_entries(client: redis.Redis, keys: Keys, job: str) -> list[bytes]:
    lanes = (cast("list[bytes]", client.zrange(rq_keys(lane).running, 0, -1)) for lane in keys.lanes)
    return [entry for entries in lanes for entry in entries if entry.partition(b":")[0] == job.encode()]


def _forget(pipe: Pipeline, keys: Keys, job: str, entries: Sequence[bytes]) -> None:
    pipe.delete(SafeJob.key_for(job), ExecutionRegistry.key_template.format(job))
    for rq in map(rq_keys, keys.lanes):
        pipe.lrem(rq.waiting, 0, job)
        pipe.lrem(rq.moving, 0, job)
        if entries:
            pipe.zrem(rq.running, *entries)
            pipe.delete(*(rq.execution(entry) for entry in entries))
