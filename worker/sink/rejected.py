"""The rejected files that are kept: which there are, why, and how one is tried again.

`rejected/<day>/<id>.<name>` is the file, `<id>.json` beside it the reason: the line of `rejected.jsonl`, with `inbox`
and `raw_path` (see `names.encoded`) besides.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from worker.disk import fsops, names
from worker.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.disk.layout import WorkFolder

_ID_LENGTH = 26


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A rejected document whose file is kept at `file`; the rest as in its line.

    Where the reason was lost (a power cut can do that), `error` is `reason_lost` and `path` the name of the file.
    """

    id: str
    file: str
    inbox: str
    path: str
    member: str | None
    sha256: str
    stage: str
    error: str
    message: str
    attempts: int
    rejected_at: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file below `rejected`, its reason perhaps beside it."""

    work: WorkFolder
    folder: str
    name: str

    @property
    def id(self) -> str:
        return self.name[:_ID_LENGTH]

    @property
    def reason(self) -> str:
        return f"{self.folder}/{self.id}.json"


def list_rejected(works: Sequence[WorkFolder]) -> list[RejectedFile]:
    """Every rejected document whose file is kept in one of `works`, the oldest first."""
    # A member can lie there under two days, where a crash at midnight came before its line: the later one is it.
    found = {kept.id: kept for work in works for kept in _kept(work)}
    return sorted(map(_described, found.values()), key=lambda rejected: (rejected.rejected_at, rejected.id))


def find_rejected(works: Sequence[WorkFolder], document: str) -> RejectedFile | None:
    """The one with that id, None where its file is not kept."""
    return next((_described(kept) for work in works for kept in _kept(work) if kept.id == document), None)


def retry(works: Sequence[WorkFolder], documents: Sequence[str]) -> list[str]:
    """Hand the files of `documents` to the intake again: each becomes a new document with `source.retry_of`.

    Returns the ids that were found. A crash leaves a file in one of the two places, and this can be repeated.

    Raises:
        OSError: the disk.
    """
    wanted, found = frozenset(documents), []
    for work in works:
        for kept in list(_kept(work)):
            if kept.id in wanted:
                fsops.make_folder(work.retry)
                # The reason first: the intake takes the file when it sees it, and reads its path there.
                with contextlib.suppress(FileNotFoundError):
                    fsops.rename(kept.reason, f"{work.retry}/{kept.id}.json")
                fsops.rename(f"{kept.folder}/{kept.name}", f"{work.retry}/{kept.name}")
                found.append(kept.id)
    return found


def _kept(work: WorkFolder) -> Iterator[_Kept]:
    for day in _names(work.rejected):
        folder = f"{work.rejected}/{day}"
        for name in _names(folder):
            if is_id(name[:_ID_LENGTH]) and name[_ID_LENGTH:] not in {"", ".json", ".json.new"}:
                yield _Kept(work, folder, name)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _described(kept: _Kept) -> RejectedFile:
    file = f"{kept.folder}/{kept.name}"
    try:
        with open(kept.reason, "rb") as opened:
            return _from_reason(kept.id, file, orjson.loads(opened.read()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        path = names.shown(os.fsencode(kept.name[_ID_LENGTH + 1 :]))
        day = os.path.basename(kept.folder)
        message = "why it was rejected stands in rejected.jsonl"
        return RejectedFile(kept.id, file, "", path, None, "", "", "reason_lost", message, 0, day)


def _from_reason(document: str, file: str, value: dict[str, Any]) -> RejectedFile:
    known = {name: value[name] for name in RejectedFile.__dataclass_fields__ if name not in {"id", "file"}}
    return RejectedFile(document, file, **known)
