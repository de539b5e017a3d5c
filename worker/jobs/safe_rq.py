"""RQ, with everything taken away that a stranger in Redis could use: what is in a job's hash is not trusted.

A job is one signed line of JSON: one word and the job's own id. It names nothing to be called, and carries no
pickle, callbacks, webhooks, dependencies or rate limits. A hash that is not of this form does not exist as far
as RQ is concerned, and its id is dropped. A replayed job is harmless: its payload is gone.
"""

from __future__ import annotations

import json
import logging
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

import redis
from rq.defaults import RQ_KEY_PREFIX
from rq.exceptions import NoSuchJobError
from rq.intermediate_queue import IntermediateQueue
from rq.job import Job
from rq.queue import Queue
from rq.registry import StartedJobRegistry
from rq.utils import as_text
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from worker.store.repair import is_wrong_type
from worker.store.wire import ForgedError, sign, verify

if TYPE_CHECKING:
    from redis.client import Pipeline

    from worker.store.keys import Keys

TASK = "work"
_DATA_BYTES_MAX = 4096
_PURPOSE = b"rqjob1"
_KEPT = ("origin", "status")
_KEPT_BYTES_MAX = 128
_JOB_ID = re.compile(rb"[A-Za-z0-9_-]{1,80}")

_log = logging.getLogger("copydesk.worker")


@dataclass(frozen=True, slots=True)
class RqKeys:
    """The keys that RQ keeps our queue in.

    `waiting` is the list of queued jobs, `moving` that of jobs on their way to a worker, `running` a sorted
    set of `<job>:<execution>`, `workers` the set of the keys of workers.
    """

    waiting: str
    moving: str
    running: str
    workers: str

    @staticmethod
    def execution(entry: bytes) -> bytes:
        """The key that lives as long as the worker of that entry of `running` shows signs of life."""
        return f"{RQ_KEY_PREFIX}:execution:".encode() + entry


def rq_keys(keys: Keys) -> RqKeys:
    """RQ's keys of the queue of this installation."""
    waiting = Queue.redis_queue_namespace_prefix + keys.queue
    return RqKeys(
        waiting=waiting,
        moving=IntermediateQueue.get_intermediate_queue_key(waiting),
        running=StartedJobRegistry.key_template.format(keys.queue),
        workers=WORKERS_BY_QUEUE_KEY % keys.queue,
    )


def is_job_id(name: bytes) -> bool:
    """Whether `name` has the form of a job's id."""
    return _JOB_ID.fullmatch(name) is not None


class SignedJson:
    """RQ's serializer: JSON behind an HMAC. `loads` raises ForgedError for what the key did not sign."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.__qualname__ = type(self).__qualname__  # RQ notes its serializer's name, as if it were a class

    def dumps(self, value: object, /) -> bytes:
        """The signed bytes of `value`."""
        return sign(self._key, _PURPOSE, json.dumps(value).encode())

    def loads(self, data: bytes, /) -> Any:
        """The value that was signed."""
        return json.loads(verify(self._key, _PURPOSE, data))


class SafeJob(Job):
    """A job that can only be one that we made. It names documents, and nothing to be called."""

    def restore(self, raw_data: dict[bytes, bytes]) -> None:
        """Take the fields that we use from a job's hash; every load from Redis comes through here.

        Raises:
            NoSuchJobError: it is not a job of ours.
        """
        fields = {as_text(name): value for name, value in raw_data.items()}
        try:
            kept = {name: fields[name] for name in _KEPT if 0 < len(fields.get(name, b"")) < _KEPT_BYTES_MAX}
            super().restore({**kept, "data": b""})  # RQ would inflate the data without a bound
            self.data = _inflated(fields["data"])
            self._require_ours()
        except Exception as error:
            raise NoSuchJobError(f"{self.id}: {error}") from None

    def _require_ours(self) -> None:
        if (self.func_name, self.instance, self.args, self.kwargs) != (TASK, None, [self.id], {}):
            raise ForgedError("a job that we did not make")

    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> SafeJob:  # noqa: A002
        """The job of that id.

        Raises:
            NoSuchJobError: there is none, or it is not ours, or `id` can't be one.
        """
        try:
            return cast("SafeJob", super().fetch(id, connection=connection, serializer=serializer))
        except (ValueError, TypeError) as error:
            raise NoSuchJobError(str(error)) from None
        except redis.ResponseError as error:
            if not is_wrong_type(error):
                raise
            raise NoSuchJobError(f"{id}: {error}") from None

    @property
    def func(self) -> NoReturn:
        """None: what a worker does with a job is the worker's, and no name in Redis is looked up."""
        raise NoSuchJobError(f"{self.id}: a job calls nothing")


class SafeQueue(Queue):
    """Our one queue."""

    job_class = SafeJob

    def add(self, job: Job, pipe: Pipeline, *, at_front: bool) -> None:
        """Let `job` wait in this queue once `pipe` is executed."""
        self._enqueue_job(job, pipeline=pipe, at_front=at_front)

    @classmethod
    def lmove(cls, connection: redis.Redis, queue_key: str, timeout: int | None) -> tuple[str, bytes] | None:
        """The next id, moved to the intermediate list. What can't be an id is dropped on the way."""
        while True:
            found = cast("tuple[str, bytes] | None", super().lmove(connection, queue_key, timeout))
            if found is None or is_job_id(found[1]):
                return found
            _log.warning("dropped %r from the queue: no id of a job", found[1][:80])
            connection.lrem(IntermediateQueue.get_intermediate_queue_key(queue_key), 0, cast("str", found[1]))

    @classmethod
    def _fetch_dequeued_job(  # type: ignore[override]
        cls, connection: redis.Redis, queue_key: str, job_id: str, **others: Any
    ) -> tuple[Job, Queue] | None:
        found = super()._fetch_dequeued_job(connection, queue_key, job_id, **others)
        if found is None:
            # Done already, or never ours. What stays in the intermediate list would count as alive.
            connection.lrem(IntermediateQueue.get_intermediate_queue_key(queue_key), 0, job_id)
        return found


def safe_queue(client: redis.Redis, keys: Keys, key: bytes, job_class: type[SafeJob] = SafeJob) -> SafeQueue:
    """The queue of `keys`, whose jobs are signed with `key`."""
    return SafeQueue(keys.queue, connection=client, serializer=SignedJson(key), job_class=job_class)


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    plain = inflater.decompress(data, _DATA_BYTES_MAX + 1)
    if len(plain) > _DATA_BYTES_MAX or not inflater.eof:
        raise ForgedError("more than a job has")
    return plain
