"""The parts of a container: one for each member that is not committed yet, one at the end.

Members are told by their order. How many are committed is kept in Redis, in the script that commits them, so
that another attempt goes through those again without opening them, and begins with the next one. The part at
the end says how many there were: `opened` where all of them could be had, else the rejection of the container
itself, for what is left of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from worker.errors import PermanentError, TransientError
from worker.failpoints import reach
from worker.ids import derive
from worker.jobs.member_names import MemberNames
from worker.jobs.parts import guarded, part_of, rejected, rejected_for
from worker.jobs.split import MESSAGES, attempts, attempts_at
from worker.parse.members import Container
from worker.store.commit import committed_members
from worker.store.wire import Part, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from worker.article import Document, Outcome, Rejection
    from worker.jobs.desk import Desk
    from worker.parse.members import BadMember, Member
    from worker.store.wire import PayloadDocument

_log = logging.getLogger("copydesk.worker")


@dataclass(frozen=True, slots=True)
class Opening:
    """A container on its way to be opened: `row` is it as it was claimed, `document` as the pipeline has it.

    `guard` is entered around getting a member (None) and around the member itself (its ordinal, from 0).
    """

    desk: Desk
    batch: str
    row: PayloadDocument
    document: Document
    guard: Callable[[int | None], AbstractContextManager[None]]

    def parts(self, container: Container) -> Iterator[Part]:
        """Go through it once, lazily.

        Raises:
            TransientError: Redis was not there for long, or the worker is to end: what is committed stands.
        """
        desk = self.desk
        committed = desk.patiently(lambda: committed_members(desk.client, desk.keys, self.row.id))
        names, count = MemberNames(self.document.member), 0
        while not isinstance(member := self._next(container), PermanentError | None):
            name = names.name(member.name, count)
            if desk.stop_asked():
                raise TransientError("the worker is to end")
            if count >= committed:
                yield self._part(member, name, count)
            count += 1
        reach("work.before_closing")
        count = max(count, committed)
        if member is None and count == 0:
            member = PermanentError("parse", "empty", "there is no document in it")
        if member is None:
            yield Part(self.row.id, self.batch, self.row.sha256, "opened", "", b"", members=count)
        else:
            yield self.given_up(rejected_for(self.document, member, _behind(count)), count)

    def given_up(self, outcome: Rejection, members: int) -> Part:
        """The rejection of the container itself, behind so many members."""
        part = part_of(self.desk, self.batch, self.row, outcome, attempts(self.row))
        return replace(part, members=members) if members else part

    def _next(self, container: Container) -> Member | BadMember | PermanentError | None:
        """The next member, None behind the last, the error where nothing behind can be read."""
        try:
            with self.guard(None):
                return next(container.members, None)
        except PermanentError as error:
            return error
        except MemoryError:
            return PermanentError("worker", "memory_limit", MESSAGES["memory_limit"])
        except Exception as error:
            _log.exception("%s: the reader of %s failed", self.row.id, self.row.path)
            return PermanentError("pipeline", "internal_error", f"{type(error).__name__}: {error}")

    def _part(self, member: Member | BadMember, name: str, ordinal: int) -> Part:
        own = replace(
            self.document,
            id=derive(self.row.id, name),
            member=name,
            data=member.data,
            sha256=sha256(member.data).hexdigest(),
        )
        outcome = self._outcome(own, member, ordinal)
        part = part_of(self.desk, self.batch, self.row, outcome, attempts_at(self.row, ordinal))
        is_kept = part.kind == "rejection" and len(member.data) <= self.desk.settings.worker.commit_bytes_max
        return replace(part, place=Place(self.row.id, ordinal, name), data=member.data if is_kept else b"")

    def _outcome(self, own: Document, member: Member | BadMember, ordinal: int) -> Outcome:
        condemned = self.row.suspect_condemned
        if ordinal == self.row.suspect and condemned is not None:
            return rejected(own, "worker", condemned, MESSAGES[condemned])
        process = self.desk.stages.process_member
        outcome = guarded(own, lambda: process(own, member), self.guard(ordinal))
        assert not isinstance(outcome, Container)
        return outcome


def _behind(count: int) -> str:
    return f" (behind {count:,} documents, which stand)" if count else ""
