"""What a document or a member became, as the part that is committed."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.article import Article, Rejection
from worker.jobs.split import MESSAGES
from worker.record import render_article, render_rejection
from worker.store.claim import claim_of
from worker.store.wire import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from worker.article import Document, Outcome
    from worker.errors import PermanentError
    from worker.jobs.desk import Desk
    from worker.parse.members import Container
    from worker.store.wire import PayloadDocument

_log = logging.getLogger("copydesk.worker")


def guarded(
    document: Document, step: Callable[[], Outcome | Container], limits: AbstractContextManager[None]
) -> Outcome | Container:
    """The outcome of `step` within its limits. What it raises is a rejection of `document`: a lack of memory, a bug."""
    try:
        with limits:
            return step()
    except MemoryError:
        return rejected(document, "worker", "memory_limit", MESSAGES["memory_limit"])
    except Exception as error:
        # A bug of ours, and loud; but the other documents of the batch have nothing to do with it.
        _log.exception("%s: the pipeline failed on %s", document.id, document.path)
        return rejected(document, "pipeline", "internal_error", f"{type(error).__name__}: {error}")


def rejected(document: Document, stage: str, error: str, message: str) -> Rejection:
    """The rejection of `document`."""
    return Rejection(document.id, document.path, document.member, document.sha256, stage, error, message)


def rejected_for(document: Document, error: PermanentError, suffix: str = "") -> Rejection:
    """The rejection of `document` for `error`, with more words behind its message."""
    return rejected(document, error.stage, error.error, f"{error.message}{suffix}")


def part_of(desk: Desk, batch: str, claimed: PayloadDocument, outcome: Outcome, attempts: int) -> Part:
    """The part of `outcome`, whose document or container is `claimed`. A line that is too long is a rejection."""
    if isinstance(outcome, Article):
        body = render_article(outcome, desk.settings.sink.line_bytes_max, desk.rules_version)
        if isinstance(body, bytes):
            claim = claim_of(outcome)
            return Part(outcome.id, batch, claimed.sha256, "article", claim.fingerprint.hex(), body, claim=claim)
        outcome = body
    outcome = replace(outcome, attempts=attempts)
    return Part(outcome.id, batch, claimed.sha256, "rejection", "", render_rejection(outcome))
