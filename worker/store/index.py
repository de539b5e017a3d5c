"""The index of texts: generations that are dropped one by one, so that it never grows.

The newest generation takes all claims; all are asked. One is begun when the newest is full or old, and from
then on the ninth is dropped: a text is remembered for seven to eight eighths of the window, and of the
number. Keys of texts are kept for eras of four generations, three at the most. Only the writer calls this; the
claims themselves are made by the commit script.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from worker.ids import mint
from worker.store.scripts import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import redis

    from worker.store.keys import Keys

GENERATIONS = 8
GENERATIONS_OF_ERA = 4
ERAS = GENERATIONS // GENERATIONS_OF_ERA + 1
_NAMES = 2
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Window:
    """How much is remembered, and what this process knows of the newest generation.

    `seen` is that generation's name, `since` the monotonic time at which this process first saw it, and
    `begun` the one at which it last began a generation for its age. The last three start empty; `advance`
    keeps them.
    """

    documents_max: int
    seconds: float
    seen: str = ""
    since: float = 0.0
    begun: float | None = None

    @property
    def generation_documents_max(self) -> int:
        """How many texts one generation takes."""
        return max(1, self.documents_max // GENERATIONS)


def advance(
    client: redis.Redis,
    keys: Keys,
    window: Window,
    *,
    monotonic: float | None = None,
    wall: float | None = None,
) -> Window:
    """Begin a generation where the newest is full, old or missing, and drop what is beyond the eighth.

    Returns `window` with what it has seen, to be given to the next call. A generation's age is that of its
    name by the wall clock (`wall`, seconds since 1970), so that it outlives restarts; but one process never
    begins two for their age in less than an eighth of the window by the monotonic clock: a clock that jumps
    makes one at the most. Three round trips; one call a second is enough.

    Raises:
        one of `AWAY`: Redis is away.
    """
    monotonic = time.monotonic() if monotonic is None else monotonic
    wall = time.time() if wall is None else wall
    names = [name.decode() for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1))]
    newest, size = (names[0], _size(client, keys, names)) if names else (None, 0)
    if newest is not None and window.seen != newest:
        window = replace(window, seen=newest, since=monotonic)
    if newest is None or size >= window.generation_documents_max:
        return replace(window, seen=_begin(client, keys, wall), since=monotonic)
    if _is_old(window, monotonic, wall):
        return replace(window, seen=_begin(client, keys, wall), since=monotonic, begun=monotonic)
    return window


def ensure_index(client: redis.Redis, keys: Keys, window: Window) -> Window:
    """Make an index that can be claimed in, with its first generation; what there is stays.

    Raises:
        one of `AWAY`: Redis is away.
    """
    client.hsetnx(keys.index, "next", "1")
    return advance(client, keys, window)


def release(client: redis.Redis, keys: Keys, claims: Iterable[tuple[bytes, str]]) -> None:
    """Give back each of `claims` (fingerprint, owner) that this document has, in every generation.

    Raises:
        one of `AWAY`: Redis is away; to be repeated.
    """
    for mark, owner in claims:
        # A claim that stands is never given to another, so nobody else can come in between.
        RELEASE.run(client, (keys.generations, keys.of_index), mark, owner.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Numbers:
    """The texts with a record have numbers from `first` up to, not with, `next`."""

    first: int
    next: int


def numbers_of(client: redis.Redis, keys: Keys) -> Numbers | None:
    """What the index says of itself; None where there is none.

    Raises:
        one of `AWAY`: Redis is away.
    """
    row = cast("dict[bytes, bytes]", client.hgetall(keys.index))
    try:
        upper = int(row[b"next"])
        firsts = [int(value) for name, value in row.items() if name.startswith(b"first:")]
        return Numbers(min(firsts, default=upper), upper)
    except (KeyError, ValueError):
        return None


def drop_index(client: redis.Redis, keys: Keys) -> None:
    """Forget all texts.

    Raises:
        one of `AWAY`: Redis is away; to be repeated.
    """
    names = [name.decode() for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1))]
    eras = [name.decode() for name in cast("list[bytes]", client.lrange(keys.eras, 0, -1))]
    client.unlink(*(key for name in names for key in keys.of_generation(name)), *map(keys.keys_of, eras), keys.index)
    # Last: they name the others.
    client.unlink(keys.generations, keys.eras, keys.index_through)


def _is_old(window: Window, monotonic: float, wall: float) -> bool:
    limit = window.seconds / GENERATIONS
    if window.begun is not None and monotonic - window.begun < limit:
        return False
    return wall - begun_at(window.seen) >= limit or monotonic - window.since >= limit


def begun_at(generation: str) -> float:
    """When the generation of that name was begun, in seconds since 1970; 0 for a name that says nothing."""
    try:
        return int(generation.partition("-")[0]) / 1000
    except ValueError:
        return 0.0


def _begin(client: redis.Redis, keys: Keys, wall: float) -> str:
    name = f"{int(wall * 1000)}-{mint()}"
    dropped = [old.decode() for old in cast("list[bytes]", client.lrange(keys.generations, GENERATIONS - 1, -1))]
    begun = client.hincrby(keys.index, "begun", 1)
    with client.pipeline() as pipe:
        pipe.lpush(keys.generations, name)
        pipe.ltrim(keys.generations, 0, GENERATIONS - 1)
        for old in dropped:
            pipe.unlink(*keys.of_generation(old))
            pipe.hdel(keys.index, f"first:{old}")
        pipe.execute()
    if begun % GENERATIONS_OF_ERA == 1 or not client.exists(keys.eras):
        _begin_era(client, keys, name)
    return name


def _begin_era(client: redis.Redis, keys: Keys, name: str) -> None:
    dropped = [old.decode() for old in cast("list[bytes]", client.lrange(keys.eras, ERAS - 1, -1))]
    with client.pipeline() as pipe:
        pipe.lpush(keys.eras, name)
        pipe.ltrim(keys.eras, 0, ERAS - 1)
        for old in dropped:
            pipe.unlink(keys.keys_of(old))
        pipe.execute()


def _size(client: redis.Redis, keys: Keys, names: list[str]) -> int:
    """Of the newest of these generations, in texts; all hashes are looked at: one of a wrong type raises.

    Copies have no record, but may be versions of what has other names, two as a rule.
    """
    eras = [era.decode() for era in cast("list[bytes]", client.lrange(keys.eras, 0, -1))]
    with client.pipeline(transaction=False) as pipe:
        pipe.hlen(keys.records(names[0]))
        pipe.hlen(keys.versions(names[0]))
        for key in (*(key for name in names for key in keys.of_generation(name)), *map(keys.keys_of, eras)):
            pipe.hlen(key)
        records, versions, *_ = cast("list[int]", pipe.execute())
    return max(records, versions // _NAMES)
