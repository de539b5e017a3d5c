"""The index is filled from lines: what each of them says stands, whatever the index would have said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from worker.errors import TransientError
from worker.failpoints import reach
from worker.store.index import advance, ensure_index
from worker.store.scripts import LOAD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    import redis

    from worker.store.claim import Claim
    from worker.store.index import Window
    from worker.store.keys import Keys

ROWS_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Told:
    """The line of an article: its id, what its text claims, and what it says of itself. Empty strings: nothing."""

    document: str
    claim: Claim
    kind: str = ""
    of: str = ""
    version: int = 1
    replaces: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The line of a finding: the article `later` repeats `earlier`."""

    later: str
    earlier: str


@dataclass(slots=True)
class _Batch:
    told: list[Told] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


def load_index(client: redis.Redis, keys: Keys, rows: Iterable[Told | Found], window: Window, window_days: int) -> int:
    """Put `rows`, in the order of the lines, into the index. Returns how many were read.

    What is in the index stays, so that this can be repeated after a crash at any point. Makes the first generation.

    Raises:
        TransientError: Redis was wiped meanwhile.
        one of `AWAY`: Redis is away.
    """
    loader = _Loader(client, keys, ensure_index(client, keys, window), window_days)
    count, batch = 0, _Batch()
    # While Redis takes one batch, the next one is read.
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[None] | None = None
        for row in rows:
            count += 1
            if isinstance(row, Told):
                batch.told.append(row)
            else:
                batch.found.append(row)
            if len(batch.told) + len(batch.found) >= loader.batch_max:
                if waiting is not None:
                    waiting.result()
                waiting, batch = pool.submit(loader.load, batch), _Batch()
        if waiting is not None:
            waiting.result()
    if batch.told or batch.found:
        loader.load(batch)
    reach("reconcile.index_loaded")
    return count


class _Loader:
    """Gives batches to the script."""

    def __init__(self, client: redis.Redis, keys: Keys, window: Window, window_days: int) -> None:
        self.batch_max = min(ROWS_AT_ONCE, window.generation_documents_max)
        self._client = client
        self._keys = keys
        self._window = window
        self._window_days = window_days

    def load(self, batch: _Batch) -> None:
        """Take one batch into the index, and make room for the next."""
        claims = [row.claim.data for row in batch.told]
        rows = [
            (row.document, len(row.claim.data), row.kind, row.of, row.version, row.replaces, row.late)
            for row in batch.told
        ]
        joined = [(row.later, row.earlier) for row in batch.found]
        header = {"window": self._window_days, "documents": rows, "joined": joined}
        packed = b"".join((orjson.dumps(header), b"\n", *claims))
        answer = LOAD.run(self._client, (self._keys.generations, self._keys.of_index), packed)
        if answer != b"loaded":
            raise TransientError("Redis was wiped while its index was filled")
        self._window = advance(self._client, self._keys, self._window)
