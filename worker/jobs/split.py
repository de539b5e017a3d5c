"""What becomes of the documents of a job whose process died.

Decides, touches nothing:

    the process had a document in hand   that one is tried again alone, the others go on at once
    it had none in hand                  the job is halved; a single document counts as the one in hand
    the document died by its own doing   the second time it is condemned: not opened again, but rejected
    it was killed from outside           not its fault; condemned only after the fifth time
    it had a member of a container       the member bears it, with counts of its own, and is condemned alone
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
    """Why the process of a job ended, the index of the document that it had in hand, if any, and the member of it."""

    cause: Cause
    index: int | None = None
    member: int | None = None


def death_of(status: int, index: int | None, member: int | None = None) -> Death:
    """The death, in the midst of a job, of a process with that status of wait(2) and that mark."""
    if not os.WIFSIGNALED(status):
        return Death("crashed", index, member)
    number = os.WTERMSIG(status)
    if number in _TIME:
        # Between two documents nothing of theirs runs: then it is our own waiting that took too long.
        return Death("time_limit" if index is not None else "worker_killed", index, member)
    return Death("worker_killed" if number in _FROM_OUTSIDE else "crashed", index, member)


def suspected(payload: Payload, death: Death) -> int | None:
    """The index of the document that bears the death, None where nobody can tell."""
    if death.index is not None and death.index < len(payload.documents):
        return death.index
    return 0 if len(payload.documents) == 1 else None


def successors(payload: Payload, death: Death, committed: int = 0) -> tuple[Payload, ...]:
    """The payloads that take the place of `payload`, in the order in which they are to be run.

    They still have its job id: whoever publishes them gives each its own. `committed` are the members of the
    suspected document that are committed, where it is a container.
    """
    documents = payload.documents
    if death.cause == "transient":
        return (payload,)
    index = suspected(payload, death)
    if index is None:
        middle = len(documents) // 2
        return _part(payload, documents[:middle]), _part(payload, documents[middle:])
    suspect = _blamed(documents[index], death, committed)
    others = _part(payload, tuple(d for d in documents if d.id != suspect.id))
    alone = replace(_part(payload, (documents[index],)), documents=(suspect,))
    return (others, alone) if others.documents else (alone,)


def attempts(document: PayloadDocument) -> int:
    """How often it has been tried, this time included; a condemned one is not tried this time."""
    if document.condemned == "worker_killed":
        return document.kills
    return document.deaths if document.condemned is not None else document.deaths + 1


def attempts_at(document: PayloadDocument, ordinal: int) -> int:
    """How often that member of it has been tried, this time included."""
    if ordinal != document.suspect:
        return 1
    if document.suspect_condemned == "worker_killed":
        return document.suspect_kills
    return document.suspect_deaths + (document.suspect_condemned is None)


def _blamed(document: PayloadDocument, death: Death, committed: int) -> PayloadDocument:
    cause = death.cause
    if death.member is not None:
        return _blamed_at(document, cause, death.member)
    if cause == "worker_killed":
        # Whoever stops a service five times while it opens one large file is no proof against that file.
        kills = 1 if committed > document.progress else document.kills + 1
        condemned = cause if kills >= KILLS_MAX else document.condemned
        return replace(document, kills=kills, progress=committed, condemned=condemned)
    deaths = document.deaths + 1
    return replace(document, deaths=deaths, condemned=cause if deaths >= DEATHS_MAX else document.condemned)


def _blamed_at(document: PayloadDocument, cause: Cause, ordinal: int) -> PayloadDocument:
    """Only the last one is remembered: after a death each member is committed by itself, so none comes again."""
    if ordinal != document.suspect:
        document = replace(document, suspect=ordinal, suspect_deaths=0, suspect_kills=0, suspect_condemned=None)
    by_itself = cause != "worker_killed"
    deaths, kills = document.suspect_deaths + by_itself, document.suspect_kills + (not by_itself)
    condemned = cause if (deaths >= DEATHS_MAX if by_itself else kills >= KILLS_MAX) else document.suspect_condemned
    return replace(document, suspect_deaths=deaths, suspect_kills=kills, suspect_condemned=condemned)


def _part(payload: Payload, documents: tuple[PayloadDocument, ...]) -> Payload:
    return payload.only(payload.job, frozenset(d.id for d in documents))
