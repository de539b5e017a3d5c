"""A claimed batch: the folder `claimed/<batch>/` is the write-ahead log of its documents.

`intent.json` is durable before the first file is taken, `sealed.json` before anything is published. A batch
is done when its last document has left the folder; then the folder goes. Formats are JSON, `claim/1`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Literal

import orjson

from worker.disk import fsops, names
from worker.disk.layout import WorkFolder  # noqa: TC001 - part of the public signatures
from worker.disk.position import Positions
from worker.ids import is_id

INTENT = "intent.json"
SEALED = "sealed.json"


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """One file of a batch, which is one document.

    `path` is relative to the inbox, as raw bytes. `mtime_ns`, `size` and `sha256` are those of the claimed
    bytes (`sha256` is empty in an intent). `taken` says how: `rename`, or `copy` with the original removed
    (`copy_move`) or left where it is (`copy_keep`). `member` is the name that the bytes had in another file, where
    they are those of a rejected member that is tried again.
    """

    id: str
    path: bytes
    inode: int
    size: int
    mtime_ns: int
    taken: Literal["rename", "copy_move", "copy_keep"]
    sha256: str = ""
    retry_of: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch as its manifest says.

    `inbox` is the watched folder as the record names it, `root` its absolute path (the originals of copies
    lie under it). `claimed_at` is RFC 3339 and becomes `source.received_at`. `since` is where the outputs
    ended when the batch was claimed: its lines can only stand behind it.
    """

    batch: str
    inbox: str
    root: str
    claimed_at: str
    since: Positions
    files: tuple[ClaimedFile, ...]
    sealed: bool = False


def batch_folder(work: WorkFolder, batch: str) -> str:
    """The folder of `batch`."""
    return f"{work.claimed}/{batch}"


def document_path(work: WorkFolder, batch: str, document_id: str) -> str:
    """Where the claimed bytes of a document lie until its line is durable."""
    return f"{work.claimed}/{batch}/{document_id}"


def write_claim(work: WorkFolder, claim: Claim, *, sync: bool = False) -> None:
    """Write the intent or, for a sealed claim, the seal; not durable until the file system is synced.

    With `sync` its content is never behind its name.
    """
    name = SEALED if claim.sealed else INTENT
    fsops.write_file(f"{batch_folder(work, claim.batch)}/{name}", _dumped(claim), sync=sync)


def read_claim(work: WorkFolder, batch: str) -> Claim | None:
    """The claim of `batch`: sealed where the seal stands, else the intent, None where neither can be read."""
    folder = batch_folder(work, batch)
    for name, sealed in ((SEALED, True), (INTENT, False)):
        try:
            with open(f"{folder}/{name}", "rb") as file:
                return replace(_loaded(file.read()), sealed=sealed)
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            continue
    return None


def batches(work: WorkFolder) -> list[str]:
    """The batches that stand in `claimed/`, oldest first."""
    try:
        return sorted(name for name in os.listdir(work.claimed) if is_id(name))
    except FileNotFoundError:
        return []


def standing(work: WorkFolder, batch: str) -> list[str]:
    """The documents of `batch` whose files have not left the folder."""
    try:
        return [name for name in os.listdir(batch_folder(work, batch)) if is_id(name)]
    except FileNotFoundError:
        return []


def remove_batch(work: WorkFolder, batch: str) -> None:
    """Remove the folder of a batch whose documents have all left. A document that is still there keeps it standing."""
    if standing(work, batch):
        return
    folder = batch_folder(work, batch)
    # The seal goes last: without it a leftover intent would be taken for a claim that was cut short.
    for name in (f"{INTENT}.new", f"{SEALED}.new", INTENT, SEALED):
        fsops.unlink(f"{folder}/{name}")
    fsops.remove_folder(folder)


def _dumped(claim: Claim) -> bytes:
    # By hand: dataclasses.asdict copies each value deeply, which costs more than all the rest of a claim.
    files = [
        {
            "id": file.id,
            "path": names.encoded(file.path),
            "inode": file.inode,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "taken": file.taken,
            "sha256": file.sha256,
            "retry_of": file.retry_of,
            "member": file.member,
        }
        for file in claim.files
    ]
    return orjson.dumps(
        {
            "schema": "claim/1",
            "batch": claim.batch,
            "inbox": claim.inbox,
            "root": names.encoded(os.fsencode(claim.root)),
            "claimed_at": claim.claimed_at,
            "since": claim.since.as_json(),
            "files": files,
        }
    )


def _loaded(data: bytes) -> Claim:
    value = orjson.loads(data)
    return Claim(
        batch=value["batch"],
        inbox=value["inbox"],
        root=os.fsdecode(names.decoded(value["root"])),
        claimed_at=value["claimed_at"],
        since=Positions.from_json(value["since"]),
        files=tuple(ClaimedFile(**{**row, "path": names.decoded(row["path"])}) for row in value["files"]),
    )
