"""Redis is brought up from the outputs: after its first start, after a loss, after it came back older than it was.

Commits are refused until `ready` names the running Redis process, so there is nothing to race with. The
index of duplicates is filled from the lines behind the mark `index_through`, which ages together with the
index: a Redis that was rolled back has an older mark, an empty one has none.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, cast

import redis

from worker.errors import TransientError
from worker.failpoints import reach
from worker.sink.index_rows import Last, index_rows
from worker.sink.rebuild import Shown
from worker.store.connection import run_id
from worker.store.index import Window, drop_index
from worker.store.load import load_index
from worker.store.repair import drop_other_than, drop_wrong_types, dropped_of_index
from worker.store.scripts import load_scripts, scripts_loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.layout import OutFolder
    from worker.settings import Index
    from worker.sink.group import Entry
    from worker.store.keys import Keys

_ENTRIES_AT_ONCE = 100

_log = logging.getLogger("copydesk.sink")


def is_reconciled(client: redis.Redis, keys: Keys, run: str) -> bool:
    """Whether this is still the Redis process `run`, with nothing of ours missing.

    Raises:
        one of `AWAY`: Redis is away.
    """
    with client.pipeline(transaction=False) as pipe:
        pipe.info("server")
        pipe.get(keys.ready)
        pipe.exists(*_of_index(keys))
        server, ready, there = cast("tuple[dict[str, Any], bytes | None, int]", pipe.execute())
    same = server["run_id"] == run and ready == run.encode() and there == len(_of_index(keys))
    return same and scripts_loaded(client)


def reconcile(
    client: redis.Redis,
    keys: Keys,
    out: OutFolder,
    last: Last,
    settings: Index,
    stop: Callable[[], bool],
    *,
    rebuild: bool = False,
) -> str:
    """Load the scripts, bring the index up to the line `last`, and set `ready`. Can be repeated at any point.

    With `rebuild` all texts are forgotten before. Returns the id of the Redis process for which that holds.

    Raises:
        TransientError: Redis was started again or wiped meanwhile, or `stop()` became true.
        one of `AWAY`: Redis is away.
    """
    reach("reconcile.begin")
    run = run_id(client)
    dropped = drop_wrong_types(client, keys)
    drop_other_than(client, {keys.index_through: b"string"})
    load_scripts(client)
    through = _through(client, keys, last)
    if rebuild or through is None or dropped_of_index(keys, dropped):
        _drop_index(client, keys)
        reach("reconcile.index_dropped")
        through = Last()
    client.set(keys.index_through, str(through))
    begun = time.monotonic()
    window = Window(settings.documents_max, float("inf"))
    rows = index_rows(out, through, last, settings, stop)
    shown = Shown(out, last.articles - through.articles + last.duplicates - through.duplicates)
    count = load_index(client, keys, shown.rows(rows), window, settings.window_days)
    if stop():
        raise TransientError("the writer is to end")
    if not _advance_mark(client, keys, run, through, last, ready=True):
        raise TransientError("Redis was started again or wiped while its index was filled")
    reach("reconcile.ready")
    _log.info("Redis is ready; %d texts read into the index in %.1f s", count, time.monotonic() - begun)
    return run


def mark_through(client: redis.Redis, keys: Keys, run: str, last: Last) -> None:
    """Note that the index has all lines up to `last`: true as long as this is the Redis that was reconciled.

    Raises:
        one of `AWAY`: Redis is away.
    """
    through = _through(client, keys, last)
    if through is not None and through != last:
        _advance_mark(client, keys, run, through, last, ready=False)


def _through(client: redis.Redis, keys: Keys, last: Last) -> Last | None:
    """The mark; None where there is none, or one that is not of this output."""
    value = cast("bytes | None", client.get(keys.index_through))
    through = Last.read(value) if value is not None else None
    if through is None or through.articles > last.articles or through.duplicates > last.duplicates:
        return None
    return through if client.exists(*_of_index(keys)) == len(_of_index(keys)) else None


def _of_index(keys: Keys) -> tuple[str, ...]:
    """Without any of these the index is none."""
    return keys.generations, keys.eras, keys.index, keys.index_through


def _advance_mark(client: redis.Redis, keys: Keys, run: str, through: Last, last: Last, *, ready: bool) -> bool:
    """Set the mark, and `ready` with it, if the index is still that of the process `run` and of the mark `through`."""
    with client.pipeline() as pipe:
        try:
            # All on one connection: it can't be moved to another process without an error.
            pipe.watch(*_of_index(keys), keys.ready)  # type: ignore[no-untyped-call]
            same = pipe.info("server")["run_id"] == run and pipe.get(keys.index_through) == str(through).encode()
            if not same or not (ready or pipe.get(keys.ready) == run.encode()):
                return False
            pipe.multi()
            pipe.set(keys.index_through, str(last))
            if ready:
                pipe.set(keys.ready, run)
            pipe.execute()
        except redis.WatchError:
            return False
    return True


def _drop_index(client: redis.Redis, keys: Keys) -> None:
    """Forget the index, and with it all that was committed against it: only lines can fill it again.

    What waits in the stream is in no line yet. It is done again, so that its texts are claimed in the new index.
    """
    # First, so that nothing is committed while the index is incomplete.
    client.delete(keys.ready, keys.members)
    while waiting := cast("list[Entry]", client.xrange(keys.stream, count=_ENTRIES_AT_ONCE)):
        with client.pipeline() as pipe:
            pipe.xdel(keys.stream, *(entry for entry, _ in waiting))
            pipe.hdel(keys.documents, *(fields.get(b"d", b"").decode("latin-1") for _, fields in waiting))
            pipe.execute()
    drop_index(client, keys)
