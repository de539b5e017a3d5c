"""Where everything is: what `copydesk status` says. It works while Redis is away, and while nothing runs."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import orjson

from worker.disk import lock, names
from worker.disk.claims import batches, standing
from worker.disk.position import read_position
from worker.intake.kept import Kept
from worker.intake.ledger import Ledger
from worker.intake.scan import Found
from worker.intake.take import sizes_of
from worker.intake.tree import Tree
from worker.jobs.safe_rq import rq_keys
from worker.store.connection import AWAY
from worker.store.wire import COMMITTED
from worker.supervise import readiness
from worker.supervise.progress import waiting_in
from worker.supervise.rate import lines_a_second

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import redis

    from worker.disk.layout import OutFolder, StateFolder, WorkFolder
    from worker.settings import Settings
    from worker.store.keys import Keys

_CHUNK_FILES = 1000


@dataclass(frozen=True, slots=True)
class Oldest:
    """The file that waits longest; `seconds` since it was last changed or moved in."""

    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Queue:
    """What Redis knows of, in documents; `workers` are those that show signs of life."""

    queued: int
    running: int
    committed: int
    workers: int
    ready: bool


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk that is written to."""

    path: str
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """Numbers are documents. `queue` is None while Redis is away, and `redis` says why.

    inbox: files that wait; claimed: taken and not yet a line, of which `queue` tells where they are; written: lines
    of articles; findings: lines about earlier ones; duplicates: those in an output of their own; refused: files that
    can't be taken now.
    """

    writing: bool
    watching: bool
    paused: bool
    redis: str
    inbox: int
    oldest: Oldest | None
    claimed: int
    queue: Queue | None
    written: int
    findings: int
    duplicates: int
    rejected: int
    refused: int
    lines_a_second: float
    disks: tuple[Disk, ...]


def status(
    settings: Settings,
    out: OutFolder,
    state: StateFolder,
    inbox_works: Sequence[WorkFolder],
    works: Sequence[WorkFolder],
    url: str | None,
    keys: Keys,
) -> Status:
    """Look at everything once. `works` are all work folders; `url` of Redis is None where nobody knows it."""
    inbox, oldest = _waiting(settings, inbox_works)
    queue, redis = _queue(url, keys)
    positions = read_position(out)
    return Status(
        writing=lock.is_held(out.lock),
        watching=bool(inbox_works) and readiness.watches(inbox_works),
        paused=os.path.lexists(state.paused),
        redis=redis,
        inbox=inbox,
        oldest=oldest,
        claimed=sum(len(standing(work, batch)) for work in works for batch in batches(work)),
        queue=queue,
        written=positions.articles.documents,
        findings=positions.articles.findings,
        duplicates=positions.duplicates.documents,
        rejected=positions.rejected.documents,
        refused=sum(map(_refused, works)),
        lines_a_second=round(lines_a_second(out, datetime.now(UTC)), 2),
        disks=tuple(_disks([out.path, state.path, *settings.paths.inboxes])),
    )


def _waiting(settings: Settings, works: Sequence[WorkFolder]) -> tuple[int, Oldest | None]:
    count, oldest, now = 0, None, time.time()
    for inbox, work in zip(settings.paths.inboxes, works, strict=True):
        root = os.fsencode(inbox)
        for path in _not_taken(inbox, work, settings):
            count += 1
            try:
                changed = os.lstat(os.path.join(root, path)).st_ctime
            except OSError:
                continue
            if oldest is None or now - changed > oldest.seconds:
                oldest = Oldest(names.shown(path), round(max(now - changed, 0.0), 1))
    return count, oldest


def _not_taken(inbox: str, work: WorkFolder, settings: Settings) -> Iterator[bytes]:
    """The files that wait. In keep mode they stay when they are taken: the ledger tells."""
    paths = waiting_in(inbox, settings.intake)
    if settings.intake.mode != "keep" or not os.path.exists(work.ledger):
        yield from paths
        return
    tree, ledger = Tree(os.path.realpath(inbox)), Ledger(work.ledger)
    kept = Kept(ledger, tree, sizes_of(settings.intake))
    try:
        chunk: list[Found] = []
        for path in paths:
            chunk.append(Found(path))
            if len(chunk) == _CHUNK_FILES:
                yield from (found.path for found in kept.unknown(chunk))
                chunk = []
        yield from (found.path for found in kept.unknown(chunk))
    finally:
        ledger.close()
        tree.close()


def _queue(url: str | None, keys: Keys) -> tuple[Queue | None, str]:
    if url is None:
        return None, "not started"
    client = readiness.glance(url)
    try:
        return _asked(client, keys), "up"
    except AWAY as error:
        return None, f"away: {error}"


def _asked(client: redis.Redis, keys: Keys) -> Queue:
    states = cast("dict[bytes, bytes]", client.hgetall(keys.documents)).values()
    lanes = (cast("list[bytes]", client.zrange(rq_keys(lane).running, 0, -1)) for lane in keys.lanes)
    running_jobs = {entry.partition(b":")[0] for entries in lanes for entry in entries}
    running = sum(state in running_jobs for state in states)
    committed = sum(state == COMMITTED for state in states)
    return Queue(
        queued=len(states) - running - committed,
        running=running,
        committed=committed,
        workers=readiness.workers_of(client, keys),
        ready=readiness.is_reconciled(client, keys),
    )


def _refused(work: WorkFolder) -> int:
    try:
        with open(work.refused, "rb") as file:
            value = orjson.loads(file.read())
        return len(value["files"]) + int(value["unlisted"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0


def _disks(paths: Sequence[str]) -> Iterator[Disk]:
    seen: set[int] = set()
    for path in paths:
        try:
            device, disk = os.stat(path).st_dev, os.statvfs(path)
        except FileNotFoundError:
            continue
        if device not in seen:
            seen.add(device)
            yield Disk(names.shown(os.fsencode(path)), disk.f_bavail * disk.f_frsize)
