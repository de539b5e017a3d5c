"""What stands in `claimed/` and Redis does not work on is published again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.disk import claims
from worker.intake.payload import read_payload
from worker.intake.reseal import Resealer
from worker.jobs import queue
from worker.store.wire import COMMITTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import redis

    from worker.disk.claims import Claim
    from worker.intake.claim import Origin
    from worker.intake.flight import Standing
    from worker.store.keys import Keys

_log = logging.getLogger("copydesk.watch")


@dataclass(frozen=True, slots=True)
class Link:
    """Where batches are published: the client, the names of its keys, and the key that signs."""

    client: redis.Redis
    keys: Keys
    key: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """The standing batches of one work folder, with the origin of their files."""

    origin: Origin
    standing: Standing


@dataclass(frozen=True, slots=True)
class View:
    """What Redis says: each document's state, the jobs that will still run, whether the stream is empty."""

    states: Mapping[str, bytes | None]
    alive: frozenset[bytes]
    stream_empty: bool


def judge(view: View, suspects: Mapping[str, bytes]) -> tuple[dict[str, bytes | None], dict[str, bytes]]:
    """Which documents nobody works on.

    Between two commands the world moves on: what only looks lost must look so twice, in the same state.

    Args:
        view: what Redis says.
        suspects: the documents that looked lost the last time, with their state then.

    Returns:
        The documents that are lost with their state, and the next suspects.
    """
    lost: dict[str, bytes | None] = {}
    next_suspects: dict[str, bytes] = {}
    for document, state in view.states.items():
        if state is None:
            lost[document] = None
        elif view.stream_empty if state == COMMITTED else state not in view.alive:
            if suspects.get(document) == state:
                lost[document] = state
            else:
                next_suspects[document] = state
    return lost, next_suspects


def _overtaken(standing: Iterable[Claim], view: View, changed: frozenset[str]) -> dict[str, bytes | None]:
    """The documents whose job works on bytes that are no longer the sealed ones, and the others of that job.

    What is committed already is left to the writer: it refuses the old bytes, and then the document is lost.
    """
    jobs = {view.states.get(name) for name in changed} - {None, COMMITTED}
    if not jobs:
        return {}
    names = (file.id for claim in standing for file in claim.files)
    return {name: view.states[name] for name in names if view.states.get(name) in jobs}


class Reconciler:
    """Compares standing batches with Redis, time and again."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._resealer = Resealer()
        self._suspects: dict[str, bytes] = {}
        self._empty: frozenset[str] = frozenset()

    def run(self, targets: Sequence[Target]) -> int:
        """Look at every standing batch once, seal again what changed, publish again what is lost.

        Returns:
            How many documents were published.

        Raises:
            one of `AWAY`: Redis is away; the next call goes on.
        """
        present = {id(target): self._present(target) for target in targets}
        self._empty = frozenset(b for batches in present.values() for b, names in batches.items() if not names)
        changed = frozenset[str]().union(*(self._reseal(target, present[id(target)]) for target in targets))
        documents = [name for batches in present.values() for names in batches.values() for name in names]
        if not documents:
            self._suspects = {}
            return 0
        view = self._view(documents)
        lost, self._suspects = judge(view, self._suspects)
        for target in targets:
            lost.update(_overtaken(target.standing, view, changed))
        return sum(self._publish(target.origin, claim, lost) for target in targets for claim in target.standing)

    def _present(self, target: Target) -> dict[str, list[str]]:
        """The documents that have not left the folder, by batch."""
        work = target.origin.work
        target.standing.refresh(work)
        present = {claim.batch: claims.standing(work, claim.batch) for claim in target.standing}
        for batch, documents in present.items():
            # The writer removes an empty batch itself; one that stays empty is one that its crash left.
            if not documents and batch in self._empty:
                claims.remove_batch(work, batch)
        return present

    def _reseal(self, target: Target, present: Mapping[str, Sequence[str]]) -> frozenset[str]:
        changed: frozenset[str] = frozenset()
        for claim in target.standing:
            try:
                sealed, others = self._resealer.look(target.origin, claim, present[claim.batch])
            except OSError as error:
                _log.error("%s can't be sealed again: %s", claim.batch, error)
                continue
            if sealed is not claim:
                target.standing.put(sealed)
                changed |= others
        return changed

    def _view(self, documents: list[str]) -> View:
        link = self._link
        states = queue.document_states(link.client, link.keys, documents)
        alive = frozenset(job.encode() for job in queue.alive_jobs(link.client, link.keys))
        return View(states, alive, link.client.xlen(link.keys.stream) == 0)

    def _publish(self, origin: Origin, claim: Claim, lost: Mapping[str, bytes | None]) -> int:
        """Publish the lost documents of a batch, those of a dead job in its place, the others anew."""
        by_job: dict[str | None, list[str]] = {}
        for file in claim.files:
            if file.id in lost:
                state = lost[file.id]
                job = None if state is None or state == COMMITTED else state.decode("utf-8", "replace")
                by_job.setdefault(job, []).append(file.id)
        return sum(self._publish_again(origin, claim, job, names) for job, names in by_job.items())

    def _publish_again(self, origin: Origin, claim: Claim, old_job: str | None, documents: list[str]) -> int:
        link = self._link
        earlier = None if old_job is None else queue.load_payload(link.client, link.keys, link.key, old_job)
        job = queue.next_job(claim.batch)
        payload = read_payload(origin.work, claim, documents, job, earlier, origin.sizes.whole)
        if not payload.documents:
            return 0
        payloads = queue.divided(payload)
        if old_job is None or earlier is None:
            queue.publish(link.client, link.keys, link.key, payloads)
        elif not queue.replace(link.client, link.keys, link.key, old_job, payloads):
            return 0
        _log.info("%s: %d documents published again as %s", claim.batch, len(payload.documents), payload.job)
        return len(payload.documents)
