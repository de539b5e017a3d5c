"""The parts of a group become finished lines, and what is to be filed with them is noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.article import Duplicate
from worker.record import fill_article, fill_rejection
from worker.sink.filing import Filing, KeptMember
from worker.sink.group import OTHER_VERSION

if TYPE_CHECKING:
    from worker.sink.group import Accepted, Group


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, without newlines, and what is to be done about files.

    `filings` are to be filed once the lines are durable, `kept` are the bytes of rejected members, to be kept before.
    `members` says of each container how many of its members have lines then.
    """

    articles: list[bytes]
    rejected: list[bytes]
    filings: dict[str, Filing]
    kept: list[KeptMember]
    members: dict[str, int]


def render(group: Group, seq: int, at: str) -> Lines:
    """The finished lines of `group`, the first article as number `seq`. `at` is the moment, RFC 3339 in UTC.

    A part that can't be finished, since a worker of another version made it, is moved to the refused ones, and with a
    member all that follows it in its container.
    """
    lines = Lines([], [], {}, [], {})
    unfinished: set[str] = set()
    for accepted in group.accepted:
        part = accepted.part
        line = None if part.claimed in unfinished else _finished(accepted, seq + len(lines.articles), at)
        if line is None:
            group.refused[OTHER_VERSION] += 1
            group.settled.append(part.claimed)
            unfinished.add(part.claimed)
        else:
            _add(lines, accepted, line)
    return lines


def _add(lines: Lines, accepted: Accepted, line: bytes) -> None:
    part = accepted.part
    if part.kind == "article":
        lines.articles.append(line)
    elif part.kind == "rejection":
        lines.rejected.append(line)
    if part.place is None:
        lines.filings[part.document] = Filing(accepted.claimed, line if part.kind == "rejection" else b"")
        return
    lines.members[part.claimed] = part.place.ordinal + 1
    if part.data:
        lines.kept.append(KeptMember(accepted.claimed, part.document, part.place.name, line, part.data))


def _finished(accepted: Accepted, seq: int, at: str) -> bytes | None:
    """The line, nothing for the end of a container, None where it can't be made."""
    part, original = accepted.part, accepted.original
    if part.kind == "opened":
        return b""
    if part.kind == "rejection":
        return fill_rejection(part.body, at)
    duplicate = Duplicate("exact", original.document, 1.0) if original is not None else None
    try:
        return fill_article(part.body, seq=seq, duplicate=duplicate, emitted_at=at)
    except ValueError:
        return None
