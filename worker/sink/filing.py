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
    from worker.sink.claimed import Batch, ClaimedDocument


@dataclass(frozen=True, slots=True)
class Filing:
    """A document with a durable line and a claimed file. `rejection` is that line where it is one, else empty."""

    claimed: ClaimedDocument
    rejection: bytes = b""


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
        # The day of the line, not of this moment: what is done again after a crash then meets what was begun.
        folder = f"{batch.work.rejected}/{reason['rejected_at'][:10]}"
        fsops.make_folder(folder)
        # The reason first: a file without one would say nothing.
        fsops.write_file(f"{folder}/{file.id}.json", _dumped(filing, reason), sync=False)
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


def _dumped(filing: Filing, reason: dict[str, Any]) -> bytes:
    """The rejection as it stands in `rejected.jsonl`, with what a retry has to know besides."""
    batch: Batch = filing.claimed.batch
    more = {"inbox": batch.claim.inbox, "raw_path": names.encoded(filing.claimed.file.path)}
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
