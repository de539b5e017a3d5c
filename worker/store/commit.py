"""The commit: what a worker made of its documents enters the stream, in one script, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import orjson
import redis

from worker.errors import TransientError
from worker.store.connection import AWAY
from worker.store.repair import drop_other_than, is_wrong_type
from worker.store.scripts import COMMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.store.keys import Keys
    from worker.store.wire import Part

    SignedPart = tuple[Part, bytes]

WINDOW_DAYS = 30
_REFUSALS: tuple[type[Exception], ...] = (*AWAY, redis.ResponseError)


def commit(
    client: redis.Redis,
    keys: Keys,
    *,
    job: str,
    final: bool,
    parts: Sequence[SignedPart],
    room: int | None = None,
    window_days: int = WINDOW_DAYS,
) -> Literal["committed", "superseded"]:
    """Commit the signed parts of the documents of `job`, save those that by now belong to another.

    A job whose parts are too much for one call commits them in several, the last one `final`: that removes
    the payload. `superseded` means that somebody else has the job's documents now, that all of it is
    committed already, or that members of a container which come before these are not. `room`: nothing of a
    container is committed while so many entries wait in the stream. `window_days`: texts of days further apart are
    not compared.

    Raises:
        TransientError: Redis is away, the writer has not reconciled this Redis yet or is far behind, or a key
            is not of its type (the writer mends that).
    """
    names = (keys.ready, keys.documents, keys.stream, keys.payload(job), keys.generations, keys.members, keys.of_index)
    header = {"job": job, "final": final, "window": window_days}
    answer = _asked(client, keys, names, _packed(header, parts, room=room))
    if answer == "not ready":
        raise TransientError("the writer is not ready for commits yet")
    if answer == "full":
        raise TransientError("the writer is far behind")
    return "committed" if answer == "committed" else "superseded"


def _asked(client: redis.Redis, keys: Keys, names: tuple[str, ...], packed: bytes) -> str:
    try:
        return cast("bytes", COMMIT.run(client, names, packed)).decode()
    except redis.exceptions.NoScriptError:
        raise TransientError("the writer has not loaded its script yet") from None
    except _REFUSALS as error:
        if is_wrong_type(error):
            # Of our keys the one that only this needs; the writer mends the others when it comes upon them.
            drop_other_than(client, {keys.members: b"hash"})
        raise TransientError(f"Redis did not take a commit: {error}") from error


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


def _packed(header: dict[str, object], parts: Sequence[SignedPart], *, room: int | None) -> bytes:
    claims = [part.claim.data if part.claim else b"" for part, _ in parts]
    rows = [
        (part.document, len(claim), len(signed), *_of_container(part))
        for claim, (part, signed) in zip(claims, parts, strict=True)
    ]
    if any(len(row) > 3 for row in rows):
        header = {**header, "room": room or 0}
    blobs = (blob for claim, (_, signed) in zip(claims, parts, strict=True) for blob in (claim, signed))
    return b"".join((orjson.dumps({**header, "documents": rows}), b"\n", *blobs))


def _of_container(part: Part) -> tuple[str | int, ...]:
    """What the row of a member, or of the last part of a container, has besides."""
    if part.place is not None:
        return part.place.parent, part.place.ordinal, part.owner
    return (part.document, part.members) if part.members is not None else ()
