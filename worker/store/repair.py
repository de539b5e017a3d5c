"""Keys of a wrong type, where somebody else wrote: they are removed, and rebuilt from what is on disk."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    import redis

    from worker.store.keys import Keys

_log = logging.getLogger("copydesk.redis")


def drop_wrong_types(client: redis.Redis, keys: Keys) -> tuple[str, ...]:
    """Remove each of our keys that is not of its type, and return their names.

    For the writer, before it reconciles and when a command fails with WRONGTYPE.

    Raises:
        one of `AWAY`: Redis is away.
    """
    own = {
        keys.ready: b"string",
        keys.documents: b"hash",
        keys.members: b"hash",
        keys.stream: b"stream",
        keys.generations: b"list",
        keys.index: b"hash",
        keys.eras: b"list",
        keys.learned: b"string",
        keys.learned_version: b"string",
    }
    dropped = drop_other_than(client, own)
    generations = [name.decode() for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1))]
    eras = [name.decode() for name in cast("list[bytes]", client.lrange(keys.eras, 0, -1))]
    hashes = [key for name in generations for key in keys.of_generation(name)] + [keys.keys_of(name) for name in eras]
    return dropped + drop_other_than(client, dict.fromkeys(hashes, b"hash"))


def dropped_of_index(keys: Keys, dropped: tuple[str, ...]) -> bool:
    """Whether a key of the index is among those that were removed."""
    others = {keys.ready, keys.documents, keys.members, keys.stream, keys.index_through}
    others |= {keys.learned, keys.learned_version}
    return bool(set(dropped) - others)


def is_wrong_type(error: Exception) -> bool:
    """Whether Redis refused a command because the key holds something else."""
    return "WRONGTYPE" in str(error)  # behind the name of the command where that was in a transaction


def drop_other_than(client: redis.Redis, wanted: Mapping[str, bytes]) -> tuple[str, ...]:
    """Remove each key of `wanted` that exists with another type than it says there; returns their names."""
    dropped = []
    for name, kind in wanted.items():
        found = cast("bytes", client.type(name))
        if found not in (kind, b"none"):
            _log.error("the key %s is a %s, not a %s: removed", name, found.decode(), kind.decode())
            client.delete(name)
            dropped.append(name)
    return tuple(dropped)
