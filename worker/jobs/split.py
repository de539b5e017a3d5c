"""What becomes of the documents of a job whose process died.

Decides, touches nothing:

    the process had a document in hand   that one is tried again alone, the others go on at once
    it had none in hand                  the job is halved; a single document counts as the one in hand
    the document died by its own doing   the second time it is condemned: not opened again, but rejected
    it was killed from outside           not its fault; condemned only after the fifth time
    Redis or the writer were not there   nobody's fault: all of it again
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from worker.store.wire import Payload, PayloadDocument

DEATHS_MAX = 2
KILLS_MAX = 5

Cause = Literal["time_limit", "crashed", "worker_killed", "transient"]

MESSAGES = {
    "time_limit": "it took more time than one document may",
    "memory_limit": "it took more memory than one document may",
    "crashed": "it made the process that worked on it crash",
    "worker_killed": "the process that worked on it was killed again and again",
}

_TIME = {signal.SIGALRM, signal.SIGXCPU}
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE}


@dataclass(frozen=True, slots=True)
class Death:
    """Why the process of a job ended, and the index of the document that it had in hand, if any."""

    cause: Cause
    index: int | None = None


def death_of(status: int, index: int | None) -> Death:
    """The death, in the midst of a job, of a process with that status of wait(2) and that mark."""
    if not os.WIFSIGNALED(status):
        return Death("crashed", index)
    number = os.WTERMSIG(status)
    if number in _TIME:
        # Between two documents nothing of theirs runs: then it is our own waiting that took too long.
        return Death("time_limit" if index is not None else "worker_killed", index)
    return Death("worker_killed" if number in _FROM_OUTSIDE else "crashed", index)


def successors(payload: Payload, death: Death) -> tuple[Payload, ...]:
    """The payloads that take the place of `payload`, in the order in which they are to be run.

    They still have its job id: whoever publishes them gives each its own.
    """
    documents = payload.documents
    if death.cause == "transient":
        return (payload,)
    index = death.index if death.index is not None and death.index < len(documents) else None
    if index is None and len(documents) > 1:
        middle = len(documents) // 2
        return _part(payload, documents[:middle]), _part(payload, documents[middle:])
    suspect = _blamed(documents[index or 0], death.cause)
    others = _part(payload, tuple(d for d in documents if d.id != suspect.id))
    alone = replace(_part(payload, (documents[index or 0],)), documents=(suspect,))
    return (others, alone) if others.documents else (alone,)


def attempts(document: PayloadDocument) -> int:
    """How often it has been tried, this time included; a condemned one is not tried this time."""
    if document.condemned == "worker_killed":
        return document.kills
    return document.deaths if document.condemned is not None else document.deaths + 1


def _blamed(document: PayloadDocument, cause: Cause) -> PayloadDocument:
    if cause == "worker_killed":
        kills = document.kills + 1
        return replace(document, kills=kills, condemned=cause if kills >= KILLS_MAX else document.condemned)
    deaths = document.deaths + 1
    return replace(document, deaths=deaths, condemned=cause if deaths >= DEATHS_MAX else document.condemned)


def _part(payload: Payload, documents: tuple[PayloadDocument, ...]) -> Payload:
    return payload.only(payload.job, frozenset(d.id for d in documents))
