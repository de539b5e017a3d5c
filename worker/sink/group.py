"""A group: stream entries that become lines together, each of them checked against what is claimed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from worker.ids import derive, is_id
from worker.sink.claimed import OTHER_BYTES
from worker.store.verdict import Owner, Verdict, read_verdict
from worker.store.wire import ForgedError, Part, unpack_part

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from worker.sink.claimed import ClaimedDocument

Entry = tuple[bytes, dict[bytes, bytes]]
"""A stream entry as redis-py gives it: its id and its fields, see `wire.py`."""

OTHER_VERSION = "its part is of another version of copydesk"
_HAS_LINE = "has its line already"
_MEMBERS_MISSING = "members before it have no line"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A part that becomes a line, or ends a container, and what the index said of it."""

    part: Part
    verdict: Verdict
    claimed: ClaimedDocument


@dataclass(frozen=True, slots=True)
class Refused:
    """A part that becomes no line, and why. `document`: what Redis is to forget, so that it is done again.

    `outdated`: its claim to a text that its document no longer has.
    """

    reason: str
    document: str = ""
    outdated: tuple[tuple[bytes, str], ...] = ()


@dataclass(slots=True)
class Group:
    """What is made of the entries that were read.

    `entries` are the ids of all of them: each leaves the stream. `settled` are the documents that Redis can
    forget. `refused` counts the others by reason. `outdated` are claims to texts (fingerprint, owner) that are to
    be given back: the document has other bytes by now, and no copy of the old ones must name it.
    """

    accepted: list[Accepted] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    outdated: list[tuple[bytes, str]] = field(default_factory=list)
    length: int = 0


def form_group(
    entries: list[Entry],
    key: bytes,
    find: Callable[[Part], ClaimedDocument | str],
    standing: Callable[[], Container[str]],
    emitted: Container[str],
    members: Mapping[str, int],
    bytes_max: int,
) -> Group:
    """The first of `entries`, up to `bytes_max` bytes of parts but one at least, sorted into lines and refusals.

    Args:
        entries: in the order of the stream.
        key: that the parts are signed with.
        find: the claimed document of a part, or why there is none.
        standing: the documents whose files are still claimed; asked once at the most.
        emitted: documents with a durable line whose file is still claimed.
        members: of containers that are still claimed, how many members have durable lines: the first in order.
        bytes_max: how much one group takes.
    """
    forming = _Forming(standing, emitted, members)
    group = forming.group
    for entry, fields in entries:
        size = len(fields.get(b"p", b""))
        if group.entries and group.length + size > bytes_max:
            break
        group.entries.append(entry)
        group.length += size
        forming.take(_judged(fields, key, find))
    # A second entry of a document that gets its line now must not make the intake publish it again.
    group.settled = [document for document in group.settled if document not in forming.taken]
    return group


class _Forming:
    """A group in the making: `taken` are the documents that get their line, or their end, in it."""

    def __init__(
        self, standing: Callable[[], Container[str]], emitted: Container[str], members: Mapping[str, int]
    ) -> None:
        self.group = Group()
        self.taken: set[str] = set()
        self._claimed = cache(standing)
        self._emitted = emitted
        self._members = members
        self._counts: dict[str, int] = {}

    def take(self, verdict: Accepted | Refused) -> None:
        """Put an entry where it belongs."""
        if isinstance(verdict, Accepted):
            verdict = self._in_turn(verdict)
        if isinstance(verdict, Accepted):
            self._accept(verdict)
            return
        self.group.refused[verdict.reason] += 1
        self.group.outdated += verdict.outdated
        if is_id(verdict.document) and verdict.document not in self._emitted:
            self.group.settled.append(verdict.document)

    def _in_turn(self, accepted: Accepted) -> Accepted | Refused:
        part, count = accepted.part, self._count(accepted.part.claimed)
        if part.claimed in self.taken or part.claimed in self._emitted:
            return Refused(_HAS_LINE)
        if part.place is not None and part.place.ordinal < count:
            return Refused(_HAS_LINE)
        if count < (part.place.ordinal if part.place is not None else part.members or 0):
            # Redis has lost some. The container is opened anew; lines that stand are not repeated.
            return Refused(_MEMBERS_MISSING, part.claimed)
        if any(map(self._is_to_come, accepted.verdict.named)):
            # A line names an earlier one only. Where the entry of its original was refused, a copy is done again.
            return Refused("its original has no line yet", part.claimed)
        return _without_partners(accepted, self._is_to_come)

    def _accept(self, accepted: Accepted) -> None:
        part = accepted.part
        if part.place is not None:
            self._counts[part.claimed] = part.place.ordinal + 1
        else:
            self.taken.add(part.document)
        self.group.accepted.append(accepted)

    def _count(self, container: str) -> int:
        return self._counts.get(container, self._members.get(container, 0))

    def _is_to_come(self, owner: Owner) -> bool:
        if owner.container is not None:
            return owner.ordinal >= self._count(owner.container) and owner.container in self._claimed()
        document = owner.document
        return document not in self.taken and document not in self._emitted and document in self._claimed()


def _without_partners(accepted: Accepted, is_to_come: Callable[[Owner], bool]) -> Accepted:
    """The same without shared passages of texts that have no line yet: for those alone it has not to be done again."""
    verdict = accepted.verdict
    written = tuple(partner for partner in verdict.shared if not is_to_come(partner.owner))
    return replace(accepted, verdict=replace(verdict, shared=written)) if written != verdict.shared else accepted


def _judged(
    fields: dict[bytes, bytes], key: bytes, find: Callable[[Part], ClaimedDocument | str]
) -> Accepted | Refused:
    named = fields.get(b"d", b"").decode("ascii", "replace")
    try:
        part = unpack_part(key, fields[b"p"])
        verdict = read_verdict(fields[b"v"])
    except (ForgedError, KeyError, ValueError, TypeError):
        return Refused("it is not signed by a worker", named)
    if named != part.document or not _is_itself(part):
        return Refused("its fields are not those of its part", named)
    if b"\n" in part.body:
        return Refused(OTHER_VERSION, part.claimed)
    claimed = find(part)
    if not isinstance(claimed, str):
        return Accepted(part, verdict, claimed)
    is_outdated = claimed in OTHER_BYTES and part.fingerprint
    outdated = ((bytes.fromhex(part.fingerprint), part.owner),) if is_outdated else ()
    return Refused(claimed, part.claimed, outdated)


def _is_itself(part: Part) -> bool:
    """Whether a member has the id that its name gives it: by that its line is known again."""
    return part.place is None or derive(part.place.parent, part.place.name) == part.document
