"""The index of exact duplicates: generations that are dropped one by one, so that it never grows.

The newest generation takes all claims; all are asked. One is begun when the newest is full or old, and from
then on the ninth is dropped: a text is remembered for seven to eight eighths of the window, and of the
number. Only the writer calls this; the claims themselves are made by the commit script.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from worker.failpoints import reach
from worker.ids import mint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import redis

    from worker.store.keys import Keys

GENERATIONS = 8
_ROWS_AT_ONCE = 1000
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
        """How many fingerprints one generation takes."""
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
    makes one at the most. Two commands; one call in front of each group of lines is enough.

    Raises:
        one of `AWAY`: Redis is away.
    """
    monotonic = time.monotonic() if monotonic is None else monotonic
    wall = time.time() if wall is None else wall
    newest = _newest(client, keys)
    if newest is not None and window.seen != newest:
        window = replace(window, seen=newest, since=monotonic)
    if newest is None or _size(client, keys, newest) >= window.generation_documents_max:
        return replace(window, seen=_begin(client, keys, wall), since=monotonic)
    if _is_old(window, monotonic, wall):
        return replace(window, seen=_begin(client, keys, wall), since=monotonic, begun=monotonic)
    return window


def load_index(
    client: redis.Redis, keys: Keys, rows: Iterable[tuple[bytes, str]], *, documents_max: int = 1_000_000
) -> int:
    """Put `rows` (fingerprint, document id), oldest first, into the index. Returns how many were read.

    Who has a fingerprint already keeps it, and what is in the index stays, so that this can be repeated after
    a crash at any point. Makes the first generation.

    Raises:
        one of `AWAY`: Redis is away.
    """
    window = advance(client, keys, Window(documents_max, float("inf")))
    count = 0
    for group in _grouped(rows, min(_ROWS_AT_ONCE, window.generation_documents_max)):
        missing = _unowned(client, keys, dict(reversed(group)))  # of two with one fingerprint the first stays
        if missing:
            client.hset(keys.exact(window.seen), mapping=cast("Mapping[Any, Any]", missing))
            window = advance(client, keys, window)
        count += len(group)
    reach("reconcile.index_loaded")
    return count


def release(client: redis.Redis, keys: Keys, claims: Iterable[tuple[bytes, str]]) -> None:
    """Give back each of `claims` (fingerprint, document id) that this document has, in every generation.

    Raises:
        one of `AWAY`: Redis is away; to be repeated.
    """
    for mark, owner in claims:
        for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1)):
            exact = keys.exact(name.decode())
            # A claim that stands is never overwritten, so nobody else can come in between.
            if client.hget(exact, cast("str", mark)) == owner.encode():
                client.hdel(exact, cast("str", mark))


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
    dropped = cast("list[bytes]", client.lrange(keys.generations, GENERATIONS - 1, -1))
    with client.pipeline() as pipe:
        pipe.lpush(keys.generations, name)
        pipe.ltrim(keys.generations, 0, GENERATIONS - 1)
        for old in dropped:
            pipe.unlink(keys.exact(old.decode()))
        pipe.execute()
    return name


def _size(client: redis.Redis, keys: Keys, generation: str) -> int:
    return client.hlen(keys.exact(generation))


def _newest(client: redis.Redis, keys: Keys) -> str | None:
    first = cast("bytes | None", client.lindex(keys.generations, 0))
    return first.decode() if first is not None else None


def _unowned(client: redis.Redis, keys: Keys, rows: dict[bytes, str]) -> dict[bytes, str]:
    names = [name.decode() for name in cast("list[bytes]", client.lrange(keys.generations, 0, -1))]
    with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.hmget(keys.exact(name), list(rows))
        found = pipe.execute()
    if not found:
        return rows  # wiped meanwhile: whoever fills the index finds out when it sets the mark
    owned = [any(owners) for owners in zip(*found, strict=True)]
    return {mark: owner for (mark, owner), taken in zip(rows.items(), owned, strict=True) if not taken}


def _grouped(rows: Iterable[tuple[bytes, str]], size: int) -> Iterator[list[tuple[bytes, str]]]:
    iterator = iter(rows)
    while group := list(itertools.islice(iterator, size)):
        yield group
