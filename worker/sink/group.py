"""A group: stream entries that become lines together, each of them checked against what is claimed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from worker.article import Duplicate
from worker.ids import is_id
from worker.record import fill_article, fill_rejection
from worker.sink.claimed import OTHER_BYTES
from worker.sink.filing import Filing
from worker.store.wire import ForgedError, Part, unpack_part

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from worker.sink.claimed import ClaimedDocument

Entry = tuple[bytes, dict[bytes, bytes]]
"""A stream entry as redis-py gives it: its id and its fields, see `wire.py`."""

_OTHER_VERSION = "its part is of another version of copydesk"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A part that becomes a line. `original` is the document that it is an exact copy of, or empty."""

    part: Part
    original: str
    claimed: ClaimedDocument


@dataclass(frozen=True, slots=True)
class Refused:
    """A part that becomes no line, and why. `outdated`: its claim to a text that its document no longer has."""

    reason: str
    outdated: tuple[tuple[bytes, str], ...] = ()


@dataclass(slots=True)
class Group:
    """What is made of the entries that were read.

    `entries` are the ids of all of them: each leaves the stream. `settled` are the documents that Redis can
    forget. `refused` counts the others by reason. `outdated` are claims to texts (fingerprint, document) that are to
    be given back: the document has other bytes by now, and no copy of the old ones must name it.
    """

    accepted: list[Accepted] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    outdated: list[tuple[bytes, str]] = field(default_factory=list)
    length: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, without newlines, and what is to be filed once they are durable."""

    articles: list[bytes]
    rejected: list[bytes]
    filings: dict[str, Filing]


def form_group(
    entries: list[Entry],
    key: bytes,
    find: Callable[[Part], ClaimedDocument | str],
    standing: Callable[[], Container[str]],
    emitted: Container[str],
    bytes_max: int,
) -> Group:
    """The first of `entries`, up to `bytes_max` bytes of parts but one at least, sorted into lines and refusals.

    Args:
        entries: in the order of the stream.
        key: that the parts are signed with.
        find: the claimed document of a part, or why there is none.
        standing: the documents whose files are still claimed; asked once at the most.
        emitted: documents with a durable line whose file is still claimed.
        bytes_max: how much one group takes.
    """
    group, taken = Group(), set[str]()
    claimed = cache(standing)

    def is_to_come(original: str) -> bool:
        return bool(original) and original not in taken and original not in emitted and original in claimed()

    for entry, fields in entries:
        size = len(fields.get(b"p", b""))
        if group.entries and group.length + size > bytes_max:
            break
        group.entries.append(entry)
        group.length += size
        verdict = _judged(fields, key, find)
        document = fields.get(b"d", b"").decode("ascii", "replace")
        if isinstance(verdict, Accepted) and (document in taken or document in emitted):
            group.refused["has its line already"] += 1
            continue
        if isinstance(verdict, Accepted) and is_to_come(verdict.original):
            # A line names an earlier one only. Where the entry of its original was refused, a copy is done again.
            verdict = Refused("its original has no line yet")
        if isinstance(verdict, Accepted):
            taken.add(document)
            group.accepted.append(verdict)
        else:
            group.refused[verdict.reason] += 1
            group.outdated += verdict.outdated
            if is_id(document) and document not in emitted:
                group.settled.append(document)
    # A second entry of a document that gets its line now must not make the intake publish it again.
    group.settled = [document for document in group.settled if document not in taken]
    return group


def _judged(
    fields: dict[bytes, bytes], key: bytes, find: Callable[[Part], ClaimedDocument | str]
) -> Accepted | Refused:
    try:
        part = unpack_part(key, fields[b"p"])
        document, original = fields[b"d"].decode("ascii"), fields[b"v"].decode("ascii")
    except (ForgedError, KeyError, ValueError):
        return Refused("it is not signed by a worker")
    if document != part.document or (original and not is_id(original)):
        return Refused("its fields are not those of its part")
    if b"\n" in part.body:
        return Refused(_OTHER_VERSION)
    claimed = find(part)
    if not isinstance(claimed, str):
        return Accepted(part, original, claimed)
    is_outdated = claimed in OTHER_BYTES and part.fingerprint
    return Refused(claimed, ((bytes.fromhex(part.fingerprint), document),) if is_outdated else ())


def render(group: Group, seq: int, at: str) -> Lines:
    """The finished lines of `group`, the first article as number `seq`. `at` is the moment, RFC 3339 in UTC.

    A part that can't be finished, since a worker of another version made it, is moved to the refused ones.
    """
    lines = Lines([], [], {})
    for accepted in group.accepted:
        part = accepted.part
        try:
            line = _finished(accepted, seq + len(lines.articles), at)
        except ValueError:
            group.refused[_OTHER_VERSION] += 1
            group.settled.append(part.document)
            continue
        (lines.articles if part.kind == "article" else lines.rejected).append(line)
        lines.filings[part.document] = Filing(accepted.claimed, b"" if part.kind == "article" else line)
    return lines


def _finished(accepted: Accepted, seq: int, at: str) -> bytes:
    part = accepted.part
    if part.kind == "rejection":
        return fill_rejection(part.body, at)
    duplicate = Duplicate("exact", accepted.original, 1.0) if accepted.original else None
    return fill_article(part.body, seq=seq, duplicate=duplicate, emitted_at=at)
