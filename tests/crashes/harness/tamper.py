"""What a stranger with full access to our Redis can do, in plain types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from worker.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    import redis

KEYS = Keys("copydesk")
QUEUE = f"rq:queue:{KEYS.queue}"

Fields = dict[bytes, bytes]


def entries(client: redis.Redis, count: int | None = None) -> list[tuple[bytes, Fields]]:
    """What waits in the stream: entry ids and fields."""
    return cast("list[tuple[bytes, Fields]]", client.xrange(KEYS.stream, count=count))


def add_entry(client: redis.Redis, fields: Mapping[bytes, bytes]) -> None:
    """Add an entry to the stream."""
    client.xadd(KEYS.stream, dict[Any, Any](fields))


def queued_jobs(client: redis.Redis) -> list[bytes]:
    """The job ids in the queue."""
    return cast("list[bytes]", client.lrange(QUEUE, 0, -1))


def edited(data: bytes, at: int = -9) -> bytes:
    """The same with one bit turned."""
    copy = bytearray(data)
    copy[at] ^= 1
    return bytes(copy)


def spoil(client: redis.Redis, key: str) -> None:
    """Put a value of a foreign type in place of whatever stands at `key`."""
    with client.pipeline() as pipe:
        pipe.delete(key)
        if key == KEYS.ready or key.startswith(KEYS.payload("")):
            pipe.rpush(key, "not", "what", "it", "should", "be")
        else:
            pipe.set(key, "not what it should be")
        pipe.execute()
