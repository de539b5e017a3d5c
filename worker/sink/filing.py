"""Where the file of a document goes when its line is durable: into the archive, or beside its reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from worker.disk import fsops, names
from worker.disk.claims import document_path
from worker.failpoints import reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.sink.claimed import Batch, ClaimedDocument


@dataclass(frozen=True, slots=True)
class Filing:
    """A document with a durable line and a claimed file. `rejection` is that line where it is one, else empty."""

    claimed: ClaimedDocument
    rejection: bytes = b""


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A rejected member of the container `claimed`, with its line and its bytes: it has no file of its own."""

    claimed: ClaimedDocument
    id: str
    name: str
    line: bytes
    data: bytes


def keep_members(members: Sequence[KeptMember]) -> None:
    """Put the bytes of rejected members where rejected files lie, durably. The second time they are replaced.

    That comes before their lines: what has a line is never looked at again. A crash in between leaves files whose
    lines are to come.

    Raises:
        OSError: the disk.
    """
    for member in members:
        reason = orjson.loads(member.line)
        folder = _rejected_folder(member.claimed.batch, reason)
        fsops.write_file(f"{folder}/{member.id}.json", _dumped(member.claimed, reason), sync=False)
        name = file_name(member.id, member.name.encode("utf-8", "replace"))
        fsops.write_file(f"{folder}/{name}", member.data, sync=False)
    for path in {member.claimed.batch.work.rejected for member in members}:
        fsops.sync_file_system(path)
    if members:
        reach("sink.members_kept")


def _rejected_folder(batch: Batch, reason: dict[str, Any]) -> str:
    """The folder of the day of the line, made where it is missing.

    Not that of this moment: what is done again after a crash then meets what was begun.
    """
    folder = f"{batch.work.rejected}/{reason['rejected_at'][:10]}"
    fsops.make_folder(folder)
    return folder


def file_away(filing: Filing, day: str, keep_days: int) -> None:
    """Move the claimed file to `archive/<day>/` or `rejected/<day>/`, or remove it. Done once, the second time is free.

    Args:
        filing: what to move.
        day: the folder's name in the archive, a date such as `2024-10-21`.
        keep_days: with 0 an article's file is removed at once.

    Raises:
        OSError: the disk.
    """
    batch, file = filing.claimed.batch, filing.claimed.file
    source = document_path(batch.work, batch.claim.batch, file.id)
    if filing.rejection:
        reason = orjson.loads(filing.rejection)
        folder = _rejected_folder(batch, reason)
        # The reason first: a file without one would say nothing.
        fsops.write_file(f"{folder}/{file.id}.json", _dumped(filing.claimed, reason), sync=False)
        _move(source, folder, file_name(file.id, file.path))
    elif keep_days == 0 or file.taken == "copy_keep":
        fsops.unlink(source)
    else:
        _move(source, f"{batch.work.archive}/{day}", file_name(file.id, file.path))
    reach("sink.file_archived")


def file_name(document: str, path: bytes) -> str:
    """The name of a filed document; never `<id>.json`, which is its reason's."""
    name = names.safe_name(path)
    return f"{document}.{name}" if name != "json" else f"{document}._{name}"


def _dumped(claimed: ClaimedDocument, reason: dict[str, Any]) -> bytes:
    """The rejection as it stands in `rejected.jsonl`, with what a retry has to know besides."""
    more = {"inbox": claimed.batch.claim.inbox, "raw_path": names.encoded(claimed.file.path)}
    return orjson.dumps(reason | more, option=orjson.OPT_APPEND_NEWLINE)


def _move(source: str, folder: str, name: str) -> None:
    target = f"{folder}/{name}"
    try:
        fsops.rename(source, target)
    except FileNotFoundError:
        # The day's first, or filed already. The folder is made for either: that costs nothing.
        fsops.make_folder(folder)
        if os.path.lexists(source):
            fsops.rename(source, target)
