"""The one job: payload from Redis, each document through the pipeline, all of them in one commit.

Everything that can fail comes before the commit, and the commit refuses an attempt that has been replaced. So
a job may be run twice, at the same time or again, and its documents still enter the stream once.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from worker.article import Article, Document, Rejection
from worker.dedupe.fingerprint import exact_fingerprint
from worker.errors import TransientError
from worker.failpoints import reach
from worker.jobs.queue import load_payload
from worker.jobs.split import MESSAGES, attempts
from worker.record import render_article, render_rejection
from worker.store.commit import commit, within
from worker.store.connection import AWAY
from worker.store.wire import Part, Payload, PayloadDocument, pack_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import redis

    from worker.settings import Settings
    from worker.store.commit import SignedPart
    from worker.store.keys import Keys

    Process = Callable[[Document], Article | Rejection]
    Guard = Callable[[int], AbstractContextManager[None]]

PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS_MAX = 1.0
_NOT_THERE: tuple[type[Exception], ...] = (TransientError, *AWAY)
_T = TypeVar("_T")
_log = logging.getLogger("copydesk.worker")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker works with.

    `process` is the pipeline, with rules of `rules_version`; `patience_seconds` is how long one step waits
    for Redis.
    """

    client: redis.Redis
    keys: Keys
    key: bytes
    settings: Settings
    process: Process
    rules_version: str
    patience_seconds: float = PATIENCE_SECONDS


def work(desk: Desk, job: str, guard: Guard) -> None:
    """Do the job: returns when its documents are committed, or are no longer this job's to commit.

    `guard(index)` is entered around each document and enforces its limits.

    Raises:
        TransientError: Redis or the writer was not there for `patience_seconds`; the job is to be run again.
    """
    reach("work.begin")
    payload = _patiently(desk, lambda: load_payload(desk.client, desk.keys, desk.key, job))
    if payload is None:
        return
    started = time.monotonic()
    parts = [_signed(desk, payload, index, guard) for index in range(len(payload.documents))]
    reach("work.before_commit")
    if _commit(desk, job, parts) == "committed":
        rejected = sum(part.kind == "rejection" for part, _ in parts)
        seconds = time.monotonic() - started
        _log.info("%s: %d articles, %d rejected in %.3f s", job, len(parts) - rejected, rejected, seconds)
    else:
        _log.info("%s: superseded by another attempt", job)
    reach("work.after_commit")


def _commit(desk: Desk, job: str, parts: Sequence[SignedPart]) -> str:
    *first, last = within(parts, desk.settings.worker.commit_bytes_max)
    for run in first:
        if _committed(desk, job, run, final=False) == "superseded":
            return "superseded"
        reach("work.after_part")
    return _committed(desk, job, last, final=True)


def _committed(desk: Desk, job: str, parts: Sequence[SignedPart], *, final: bool) -> str:
    return _patiently(desk, lambda: commit(desk.client, desk.keys, job=job, final=final, parts=parts))


def _signed(desk: Desk, payload: Payload, index: int, guard: Guard) -> SignedPart:
    document = payload.documents[index]
    part = _part(desk, payload.batch, document, payload.blobs[index], guard(index))
    return part, pack_part(desk.key, part)


def _part(
    desk: Desk,
    batch: str,
    document: PayloadDocument,
    data: bytes,
    limits: AbstractContextManager[None],
) -> Part:
    if document.condemned is not None:
        return _rejected(batch, document, "worker", document.condemned, MESSAGES[document.condemned])
    try:
        with limits:
            return _processed(desk, batch, document, data)
    except MemoryError:
        return _rejected(batch, document, "worker", "memory_limit", MESSAGES["memory_limit"])
    except Exception as error:
        # A bug of ours, and loud; but the other documents of the batch have nothing to do with it.
        _log.exception("%s: the pipeline failed on %s", document.id, document.path)
        return _rejected(batch, document, "pipeline", "internal_error", f"{type(error).__name__}: {error}")


def _processed(desk: Desk, batch: str, document: PayloadDocument, data: bytes) -> Part:
    outcome = desk.process(_document(document, data))
    if isinstance(outcome, Article):
        body = render_article(outcome, desk.settings.sink.line_bytes_max, desk.rules_version)
        if isinstance(body, bytes):
            mark = exact_fingerprint(outcome.text).hex()
            return Part(document.id, batch, document.sha256, "article", mark, body)
        outcome = body
    outcome = replace(outcome, attempts=attempts(document))
    return Part(document.id, batch, document.sha256, "rejection", "", render_rejection(outcome))


def _rejected(batch: str, document: PayloadDocument, stage: str, error: str, message: str) -> Part:
    rejection = Rejection(document.id, document.path, None, document.sha256, stage, error, message, attempts(document))
    return Part(document.id, batch, document.sha256, "rejection", "", render_rejection(rejection))


def _document(document: PayloadDocument, data: bytes) -> Document:
    return Document(
        id=document.id,
        inbox=document.inbox,
        path=document.path,
        member=None,
        data=data,
        sha256=document.sha256,
        modified_at=document.modified_at or None,
        received_at=document.received_at,
        retry_of=document.retry_of,
    )


def _patiently(desk: Desk, step: Callable[[], _T]) -> _T:
    """The result of `step`, tried again while Redis or the writer is not there."""
    deadline, pause = time.monotonic() + desk.patience_seconds, 0.02
    while True:
        try:
            return step()
        except _NOT_THERE as error:
            if time.monotonic() + pause >= deadline:
                raise TransientError(str(error)) from error
            time.sleep(pause)
            pause = min(pause * 2, _PAUSE_SECONDS_MAX)
