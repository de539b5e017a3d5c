"""The one job: payload from Redis, each document through the pipeline, all of them in one commit.

Everything that can fail comes before the commit, and the commit refuses an attempt that has been replaced. So
a job may be run twice, at the same time or again, and its documents still enter the stream once. A container
is opened member by member, in commits of its own: see `opening.py`.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

from worker.article import Document
from worker.errors import PermanentError
from worker.failpoints import reach
from worker.jobs.commits import Commits, SupersededError
from worker.jobs.opening import Opening
from worker.jobs.parts import guarded, part_of, rejected, rejected_for
from worker.jobs.queue import drop_payload, load_payload
from worker.jobs.split import MESSAGES, attempts
from worker.parse.members import Container
from worker.store.commit import committed_members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from worker.article import Outcome
    from worker.jobs.desk import Desk
    from worker.store.wire import Part, Payload, PayloadDocument

_log = logging.getLogger("copydesk.worker")


class Guard(Protocol):
    """Enforces the limits of one step: of a document, of getting its next member, of that member (its ordinal)."""

    def __call__(self, index: int, member: int | None = None, /) -> AbstractContextManager[None]:
        """The block of the step."""


def work(desk: Desk, job: str, guard: Guard) -> None:
    """Do the job: returns when its documents are committed, or are no longer this job's to commit.

    `guard` is entered around each step that opens what a stranger made.

    Raises:
        TransientError: Redis or the writer was not there for long; the job is to be run again.
    """
    reach("work.begin")
    payload = desk.patiently(lambda: load_payload(desk.client, desk.keys, desk.key, job))
    if payload is None:
        return
    started, commits = time.monotonic(), Commits(desk, job)
    try:
        for index, document in enumerate(payload.documents):
            for part in _parts(desk, payload, index, guard):
                commits.add(part, alone=document.has_died)
        reach("work.before_commit")
        commits.end()
    except SupersededError:
        _log.info("%s: superseded by another attempt", job)
        desk.patiently(lambda: drop_payload(desk.client, desk.keys, payload))
    except _NotThereError as error:
        _log.error("%s: %s", job, error)
    else:
        done, seconds = commits.kinds, time.monotonic() - started
        # Under a backlog sixteen a second: only what somebody may have to look after is said aloud.
        level = logging.INFO if done["rejection"] else logging.DEBUG
        _log.log(level, "%s: articles: %d, rejected: %d, %.3f s", job, done["article"], done["rejection"], seconds)
    reach("work.after_commit")


class _NotThereError(Exception):
    """The claimed file of a document is not there as it was sealed; the intake sees to it, or its line is written."""


def _parts(desk: Desk, payload: Payload, index: int, guard: Guard) -> Iterator[Part]:
    """The parts of one document: one, or those of its members and a last one."""
    row, data = payload.documents[index], payload.blobs[index]
    document = _document(row, data)
    if row.condemned is not None:
        outcome = rejected(document, "worker", row.condemned, MESSAGES[row.condemned])
        committed = desk.patiently(lambda: committed_members(desk.client, desk.keys, row.id))
        yield _opening(desk, payload, row, document, guard, index).given_up(outcome, committed)
    elif row.on_disk:
        with _found(desk, payload.batch, row) as file:
            opened = guarded(document, lambda: _opened(desk, document, file), guard(index))
            yield from _parts_of(desk, payload, index, document, opened, guard)
    else:
        processed = guarded(document, lambda: desk.stages.process(document), guard(index))
        yield from _parts_of(desk, payload, index, document, processed, guard)


def _parts_of(
    desk: Desk, payload: Payload, index: int, document: Document, outcome: Outcome | Container, guard: Guard
) -> Iterator[Part]:
    row = payload.documents[index]
    if isinstance(outcome, Container):
        yield from _opening(desk, payload, row, document, guard, index).parts(outcome)
    else:
        yield part_of(desk, payload.batch, row, outcome, attempts(row))


def _opening(
    desk: Desk, payload: Payload, row: PayloadDocument, document: Document, guard: Guard, index: int
) -> Opening:
    return Opening(desk, payload.batch, row, document, partial(guard, index))


def _found(desk: Desk, batch: str, row: PayloadDocument) -> BinaryIO:
    file = desk.find(batch, row) if desk.find is not None else None
    if file is None:
        raise _NotThereError(f"{row.id} ({row.path}) is not claimed as it was: is its inbox the same here?")
    return file


def _opened(desk: Desk, document: Document, file: BinaryIO) -> Outcome | Container:
    try:
        return desk.stages.open_file(file, document.path)
    except PermanentError as error:
        return rejected_for(document, error)


def _document(row: PayloadDocument, data: bytes) -> Document:
    return Document(
        id=row.id,
        inbox=row.inbox,
        path=row.path,
        member=row.member,
        data=data,
        sha256=row.sha256,
        modified_at=row.modified_at or None,
        received_at=row.received_at,
        retry_of=row.retry_of,
    )
