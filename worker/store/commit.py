"""The commit: what a worker made of its documents enters the stream, in one script, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Literal, cast

import orjson
import redis

from worker.errors import TransientError
from worker.store.connection import AWAY
from worker.store.repair import drop_other_than, is_wrong_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.store.keys import Keys
    from worker.store.wire import Part

    SignedPart = tuple[Part, bytes]

with open(os.path.join(os.path.dirname(__file__), "commit.lua"), "rb") as _file:
    SCRIPT = _file.read()
SCRIPT_SHA = hashlib.sha1(SCRIPT, usedforsecurity=False).hexdigest()
_REFUSALS: tuple[type[Exception], ...] = (*AWAY, redis.ResponseError)


def load_scripts(client: redis.Redis) -> None:
    """Make the script known to Redis. For the writer alone, after each start of Redis."""
    client.script_load(SCRIPT)


def scripts_loaded(client: redis.Redis) -> bool:
    """Whether Redis knows the script."""
    return bool(client.script_exists(SCRIPT_SHA)[0])


def commit(
    client: redis.Redis, keys: Keys, *, job: str, final: bool, parts: Sequence[SignedPart], room: int | None = None
) -> Literal["committed", "superseded"]:
    """Commit the signed parts of the documents of `job`, save those that by now belong to another.

    A job whose parts are too much for one call commits them in several, the last one `final`: that removes
    the payload. `superseded` means that somebody else has the job's documents now, that all of it is
    committed already, or that members of a container which come before these are not. `room`: nothing of a
    container is committed while so many entries wait in the stream.

    Raises:
        TransientError: Redis is away, the writer has not reconciled this Redis yet or is far behind, or a key
            is not of its type (the writer mends that).
    """
    names = (
        keys.ready, keys.documents, keys.stream, keys.payload(job), keys.generations, keys.exact(""), keys.members,
    )  # fmt: skip
    try:
        answer = client.evalsha(SCRIPT_SHA, len(names), *names, _packed(job, parts, final=final, room=room))
    except redis.exceptions.NoScriptError:
        raise TransientError("the writer has not loaded its script yet") from None
    except _REFUSALS as error:
        if is_wrong_type(error):
            # Of our keys the one that only this needs; the writer mends the others when it comes upon them.
            drop_other_than(client, {keys.members: b"hash"})
        raise TransientError(f"Redis did not take a commit: {error}") from error
    if answer == b"not ready":
        raise TransientError("the writer is not ready for commits yet")
    if answer == b"full":
        raise TransientError("the writer is far behind")
    return "committed" if answer == b"committed" else "superseded"


def committed_members(client: redis.Redis, keys: Keys, container: str) -> int:
    """How many members of that container are committed: the first of them in its order.

    A key of another type, which somebody else wrote, is removed: then all containers are begun anew.

    Raises:
        one of `AWAY`: Redis is away.
    """
    try:
        found = cast("bytes | None", client.hget(keys.members, container))
    except redis.ResponseError as error:
        if not is_wrong_type(error):
            raise
        drop_other_than(client, {keys.members: b"hash"})
        return 0
    return int(found) if found is not None and found.isdigit() else 0


def _packed(job: str, parts: Sequence[SignedPart], *, final: bool, room: int | None) -> bytes:
    fingerprints = [bytes.fromhex(part.fingerprint) for part, _ in parts]
    pairs = list(zip(fingerprints, parts, strict=True))
    rows = [(part.document, len(mark), len(signed), *_of_container(part)) for mark, (part, signed) in pairs]
    of_containers = any(len(row) > 3 for row in rows)
    room_of = {"room": room or 0} if of_containers else {}
    header = orjson.dumps({"job": job, "final": final, "documents": rows, **room_of})
    blobs = (blob for mark, (_, signed) in pairs for blob in (mark, signed))
    return b"".join((header, b"\n", *blobs))


def _of_container(part: Part) -> tuple[str | int, ...]:
    """What the row of a member, or of the last part of a container, has besides."""
    if part.place is not None:
        return part.place.parent, part.place.ordinal, part.owner
    return (part.document, part.members) if part.members is not None else ()
