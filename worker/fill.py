"""The line, its second half: the writer fills the gaps that `record.py` left, and adds later findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from worker.ids import finding_id
from worker.record import PARTNERS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.article import Duplicate, Shared

_PROCESSING = b'"processing":'
_ID = b'"id":'
_FINDING = b'"schema":"relation/'
_START_BYTES = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands to others, as the record has it: what the claims in the index say."""

    duplicate: Duplicate | None = None
    version: int = 1
    replaces: str | None = None
    superseded: bool = False
    shared: tuple[Shared, ...] = ()


ALONE = Standing()


def fill_article(
    body: bytes, *, seq: int, standing: Standing = ALONE, emitted_at: str, line_bytes_max: int = 0
) -> bytes:
    """The final line without its newline.

    `body` is what `render_article` gave. `emitted_at` is RFC 3339 in UTC. With passages that would make it longer than
    `line_bytes_max` bytes (0: any length), or for which something behind them in the order of trimming had to go, they
    are left out, which `quality.trimmed` says.
    """
    pieces = body.split(b"\0")
    passages = any(shared.passages for shared in standing.shared)
    if passages and (b'"removed.text"' in pieces[4] or b'"quotes"' in pieces[4]):
        return _filled(pieces, seq, standing, emitted_at, trim=True)
    line = _filled(pieces, seq, standing, emitted_at, trim=False)
    if passages and line_bytes_max and len(line) > line_bytes_max:
        return _filled(pieces, seq, standing, emitted_at, trim=True)
    return line


def _filled(pieces: Sequence[bytes], seq: int, standing: Standing, emitted_at: str, *, trim: bool) -> bytes:
    start, before_version, before_duplicate, before_flags, before_trimmed, before_time, end = pieces
    duplicate, replaces = standing.duplicate, standing.replaces
    return b"".join(
        (
            start,
            b"%d" % seq,
            before_version,
            b'%d,"replaces":%s' % (standing.version, orjson.dumps(replaces)),
            before_duplicate,
            b"null" if duplicate is None else orjson.dumps(duplicate),
            b',"shared":%s,"story":null' % _shared(standing.shared, trim=trim),
            before_flags,
            _added(before_flags, b'"superseded"' if standing.superseded else b""),
            before_trimmed,
            _added(before_trimmed, b'"shared.passages"' if trim else b""),
            before_time,
            orjson.dumps(emitted_at),
            end,
        )
    )


def _shared(shared: Sequence[Shared], *, trim: bool) -> bytes:
    rows = [
        {"with": row.with_, "share": row.share, "passages": () if trim else row.passages}
        for row in shared[:PARTNERS_MAX]
    ]
    return orjson.dumps(rows)


def _added(before: bytes, item: bytes) -> bytes:
    """`item` as the last of the list that `before` ends in."""
    return b"," + item if item and not before.endswith(b"[") else item


def render_relation(seq: int, subject: str, object_: str, shown_by: bytes, emitted_at: str) -> bytes:
    """The line that says that the article `subject` repeats the article `object_`, both of them in earlier lines.

    `shown_by` is the body, with its gaps, of the article that shows it: what made it made this as well.
    """
    processing = shown_by[shown_by.rindex(_PROCESSING) + len(_PROCESSING) : -1]
    document = document_of(shown_by)
    return orjson.dumps(
        {
            "seq": seq,
            "schema": "relation/1.0",
            "kind": "relation",
            "id": finding_id("duplicate_found", subject, object_),
            "type": "duplicate_found",
            "subject": {"kind": "article", "id": subject, "span": None},
            "object": {"kind": "article", "id": object_, "span": None},
            "members": (),
            "evidence": ({"id": document, "span": None},),
            "processing": orjson.Fragment(processing.replace(b"\0", orjson.dumps(emitted_at))),
        }
    )


def document_of(line: bytes) -> str:
    """The id in the line, or the body, of an article."""
    begin = line.index(_ID) + len(_ID) + 1
    return line[begin : line.index(b'"', begin)].decode()


def is_finding(line: bytes) -> bool:
    """Whether `line` is of no document, but a finding about others."""
    return _FINDING in line[:_START_BYTES]


def fill_rejection(body: bytes, rejected_at: str) -> bytes:
    """The final line of a rejection without its newline. `rejected_at` is RFC 3339 in UTC."""
    return b'%s,"rejected_at":%s}' % (body[:-1], orjson.dumps(rejected_at))
