"""What was learned crosses Redis from the writer to the workers: signed, and replaced as a whole.

learned          = 32 bytes of signature, then JSON: [[publisher, marks in hex, end to end], ...]
learned_version  = the version of it, which workers compare with theirs before each job
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import orjson
import redis

from worker.learned import MARK_BYTES, Learned, learned_from
from worker.store.repair import is_wrong_type
from worker.store.wire import ForgedError, sign, verify

if TYPE_CHECKING:
    from worker.store.keys import Keys

_PURPOSE = b"learned"


def publish_learned(client: redis.Redis, keys: Keys, key: bytes, learned: Learned) -> bool:
    """Have `learned` stand in Redis; whether it did not yet.

    Raises:
        one of `AWAY`: Redis is away.
    """
    if client.get(keys.learned_version) == learned.version.encode():
        return False
    rows = [[publisher, b"".join(sorted(marks)).hex()] for publisher, marks in sorted(learned.marks.items())]
    with client.pipeline() as pipe:
        pipe.set(keys.learned, sign(key, _PURPOSE, orjson.dumps(rows)))
        pipe.set(keys.learned_version, learned.version)
        pipe.execute()
    return True


def fetch_learned(client: redis.Redis, keys: Keys, key: bytes, known: str) -> Learned | None:
    """What stands in Redis; None where it has the version `known`, or where a writer has yet to say it.

    Raises:
        ForgedError: it was not signed with this key.
        one of `AWAY`: Redis is away.
    """
    try:
        version = cast("bytes | None", client.get(keys.learned_version))
        if version is None or version == known.encode():
            return None
        signed = cast("bytes | None", client.get(keys.learned))
    except redis.ResponseError as error:
        if not is_wrong_type(error):
            raise
        raise ForgedError("what was learned stands in a key of another type") from None
    if signed is None:
        return None
    try:
        rows = orjson.loads(verify(key, _PURPOSE, signed))
        return learned_from((publisher, mark) for publisher, marks in rows for mark in _split(bytes.fromhex(marks)))
    except (ValueError, TypeError):
        raise ForgedError("what was learned is not as the writer says it") from None


def _split(marks: bytes) -> list[bytes]:
    return [marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)]


