"""What is done about jobs that nobody works on any more.

Every worker looks every few seconds, and two may look at once. Whether a worker lives is told by a key that
Redis itself lets expire: no clock of a worker decides anything.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import TYPE_CHECKING, cast

from rq.worker_registration import clean_worker_registry

from worker.failpoints import reach
from worker.jobs.queue import forget, load_payload, next_job, replace
from worker.jobs.safe_rq import is_job_id, rq_keys, safe_queue
from worker.jobs.split import Death, successors, suspected
from worker.store.commit import committed_members

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from worker.store.keys import Keys
    from worker.store.wire import Payload

STUCK_SECONDS = 4.0
"""A job passes from the queue to its worker in milliseconds; one that takes so long has lost it there."""

_log = logging.getLogger("copydesk.worker")


def after_death(client: redis.Redis, keys: Keys, key: bytes, job: str, death: Death) -> None:
    """Let the documents of `job` go on after the death of the process, or of the worker, that had it.

    Does nothing where the job is committed, or where somebody else has done this already.

    Raises:
        one of `AWAY`: Redis is away; to be done again.
    """
    reach("split.before")
    payload = load_payload(client, keys, key, job)
    if payload is None:
        forget(client, keys, job)
        return
    index = suspected(payload, death)
    committed = 0 if index is None else committed_members(client, keys, payload.documents[index].id)
    parts = successors(payload, death, committed)
    followers = [dataclasses.replace(part, job=next_job(part.batch)) for part in parts]
    if replace(client, keys, key, job, followers):
        _tell(payload, death, [part.job for part in followers])
    reach("split.after")


class Recovery:
    """Looks for jobs whose worker is gone, and lets them go on."""

    def __init__(
        self, client: redis.Redis, keys: Keys, key: bytes, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._keys = keys
        self._key = key
        self._monotonic = monotonic
        self._moving_since: dict[bytes, float] = {}

    def look(self) -> None:
        """Let every job go on whose worker shows no sign of life. Two round trips where there is none.

        Raises:
            one of `AWAY`: Redis is away; to be done again.
        """
        rq = rq_keys(self._keys)
        with self._client.pipeline() as pipe:
            pipe.zrange(rq.running, 0, -1)
            pipe.lrange(rq.moving, 0, -1)
            running, moving = pipe.execute()
        alive = self._alive(running)
        for entry in running:
            if entry not in alive:
                self._abandoned(entry)
        self._look_at_moving(frozenset(moving), {entry.partition(b":")[0] for entry in running})
        clean_worker_registry(safe_queue(self._client, self._keys, self._key))

    def _alive(self, running: list[bytes]) -> frozenset[bytes]:
        with self._client.pipeline(transaction=False) as pipe:
            for entry in running:
                pipe.exists(rq_keys(self._keys).execution(entry))
            return frozenset(entry for entry, alive in zip(running, pipe.execute(), strict=True) if alive)

    def _abandoned(self, entry: bytes) -> None:
        """A worker and its process are dead or out of reach; what it had in hand is not known any more."""
        job = entry.partition(b":")[0]
        if is_job_id(job):
            after_death(self._client, self._keys, self._key, job.decode(), Death("worker_killed"))
        else:
            self._client.zrem(rq_keys(self._keys).running, entry)

    def _look_at_moving(self, moving: frozenset[bytes], running: set[bytes]) -> None:
        """A worker died between taking a job and starting it: nothing has happened to the job."""
        now = self._monotonic()
        self._moving_since = {job: self._moving_since.get(job, now) for job in moving - running}
        for job, since in self._moving_since.items():
            if now - since >= STUCK_SECONDS:
                self._put_back(job)

    def _put_back(self, job: bytes) -> None:
        rq = rq_keys(self._keys)
        with self._client.pipeline() as pipe:
            pipe.lrem(rq.moving, 0, cast("str", job))
            if self._is_ours(job):
                pipe.lpush(rq.waiting, job)
                _log.warning("%s: its worker died before it began; it waits again", job.decode())
            pipe.execute()

    def _is_ours(self, job: bytes) -> bool:
        queue = safe_queue(self._client, self._keys, self._key)
        return is_job_id(job) and queue.fetch_job(job.decode()) is not None


def _tell(payload: Payload, death: Death, followers: list[str]) -> None:
    document = None if death.index is None else payload.documents[death.index]
    member = "" if death.member is None else f", member {death.member}"
    where = f" at {document.id} ({document.path}{member})" if document else ""
    _log.warning(
        "%s: the process that had it ended (%s)%s; goes on as %s",
        payload.job,
        death.cause,
        where,
        ", ".join(followers),
    )
