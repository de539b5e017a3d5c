"""The commits of one job: its parts are collected as they are made, and committed in runs of bounded size.

Most jobs have one run. One that opens a container has as many as it takes, and what a run has committed stays
committed: another attempt goes on behind it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from worker.failpoints import reach
from worker.store.commit import commit
from worker.store.wire import pack_part

if TYPE_CHECKING:
    from worker.jobs.desk import Desk
    from worker.store.commit import SignedPart
    from worker.store.wire import Part

MEMBERS_MAX = 256


class SupersededError(Exception):
    """Somebody else has the documents of this job now."""


class Commits:
    """Takes the parts of `job` in their order. `end` makes the last commit, of most jobs the only one."""

    def __init__(self, desk: Desk, job: str) -> None:
        self._desk = desk
        self._job = job
        self._run: list[SignedPart] = []
        self._bytes = 0
        self._members = 0
        self.kinds: Counter[str] = Counter()

    def add(self, part: Part, *, alone: bool = False) -> None:
        """Take the next part. `alone`: a member that is committed at once, so that no death can undo it.

        Raises:
            SupersededError: the documents are no longer this job's to commit.
            TransientError: Redis or the writer was not there for the patience of the desk.
        """
        signed = pack_part(self._desk.key, part)
        if self._run and self._bytes + len(signed) > self._desk.settings.worker.commit_bytes_max:
            self._commit(final=False)
        self._run.append((part, signed))
        self._bytes += len(signed)
        self.kinds[part.kind] += 1
        self._members += part.place is not None
        # Only behind a member: of the documents themselves the last one must be left for the end.
        if part.place is not None and (alone or self._members >= MEMBERS_MAX):
            self._commit(final=False)

    def end(self) -> None:
        """Commit what is left, and the job with it. Raises as `add`."""
        self._commit(final=True)

    def _commit(self, *, final: bool) -> None:
        desk, run, room = self._desk, self._run, self._room() if self._members else None
        answer = desk.patiently(
            lambda: commit(
                desk.client,
                desk.keys,
                job=self._job,
                final=final,
                parts=run,
                room=room,
                window_days=desk.settings.index.window_days,
            )
        )
        if answer == "superseded":
            raise SupersededError
        if not final:
            reach("work.after_members" if self._members else "work.after_part")
        self._run, self._bytes, self._members = [], 0, 0

    def _room(self) -> int:
        """How long the stream may be before this run: nothing else holds a container of a million members back."""
        intake = self._desk.settings.intake
        average = max(1, self._bytes // len(self._run))
        return max(1, min(intake.in_flight_documents_max, intake.in_flight_bytes_max // average))
