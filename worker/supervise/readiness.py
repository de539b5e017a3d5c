"""Whether a file that is dropped now becomes a line: every role at its place, and Redis reconciled.

Looked at from outside, as a stranger would: by the locks that the roles hold and by what stands in Redis.
Nothing here waits for longer than a moment, and RQ is not imported: the supervisor asks, and a container's
health check.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from worker.disk import lock
from worker.store.connection import AWAY, run_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.disk.layout import OutFolder, WorkFolder
    from worker.store.keys import Keys

ANSWER_SECONDS = 0.5


def glance(url: str) -> redis.Redis:
    """A client that asks once and does not wait: for looking, not for working."""
    return redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        driver_info=None,
    )


def is_reconciled(client: redis.Redis, keys: Keys) -> bool:
    """Whether Redis answers and the writer has brought this very process of it up to date."""
    try:
        ready = cast("bytes | None", client.get(keys.ready))
        return ready is not None and ready.decode() == run_id(client)
    except AWAY:
        return False


def workers_of(client: redis.Redis, keys: Keys, host: str | None = None) -> int:
    """How many workers listen to the queue and show signs of life, on `host` or anywhere."""
    try:
        # The names of the keys are RQ's: a set of the keys of workers, each a hash that expires when its
        # worker dies.
        names = cast("set[bytes]", client.smembers(f"rq:workers:{keys.queue}"))
        hosts = [cast("bytes | None", client.hget(name.decode(), "hostname")) for name in names]
    except AWAY:
        return 0
    return sum(found is not None and host in {None, found.decode()} for found in hosts)


def this_host() -> str:
    """The name that workers on this host go by."""
    return socket.gethostname()


def writes(out: OutFolder) -> bool:
    """Whether a writer has the output."""
    return lock.is_held(out.lock)


def watches(works: Iterable[WorkFolder]) -> bool:
    """Whether an intake has each of the folders."""
    return all(lock.is_held(work.lock) for work in works)
