"""What a crash left in `claimed/` is finished or undone, so that each file is in exactly one place.

What is found there says what is done:

    no manifest             nothing was taken: the folder goes
    intent, no seal         renamed files that did arrive are sealed under their ids, the others are in the
                            inbox; copies are thrown away, their originals stand
    seal                    the batch stands; an original that its copy was to replace goes, the ledger is
                            completed
"""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.disk import claims, fsops, names
from worker.failpoints import reach
from worker.intake.claim import note_kept, sealed_file
from worker.intake.take import Content, UnfitError, put_back, read_file, unlink_original
from worker.intake.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Container

    from worker.disk.claims import Claim, ClaimedFile
    from worker.intake.claim import Origin

# Some disks keep times to two seconds only; beyond that another time means another file.
_TIME_SLACK_NS = 2_000_000_000

_log = logging.getLogger("copydesk.watch")


def recover(origin: Origin, known: Container[str] = ()) -> list[Claim]:
    """Finish or undo every batch that is not `known`; the caller holds the lock of the work folder.

    Returns:
        The batches that stand, sealed and durable, oldest first.

    Raises:
        OSError: the disk fails; another call goes on from there.
    """
    standing = []
    for batch in claims.batches(origin.work):
        if batch not in known:
            claim = _sealed(origin, batch)
            if claim is not None:
                standing.append(claim)
    if standing:
        # A seal that was found may not be durable yet: it was written, and then the process died.
        fsops.sync_file_system(origin.work.claimed)
    for claim in standing:
        reach("claim.sealed")
        _finish(origin, claim)
    return standing


def _sealed(origin: Origin, batch: str) -> Claim | None:
    claim = claims.read_claim(origin.work, batch)
    documents = set(claims.standing(origin.work, batch))
    if claim is None and documents:
        _log.error("batch %s has files and no manifest that can be read: it is left alone", batch)
        return None
    if claim is not None and not claim.sealed:
        claim = _seal_arrived(origin, claim, documents)
    elif not documents:
        claim = None
    if claim is None:
        claims.remove_batch(origin.work, batch)
    return claim


def _seal_arrived(origin: Origin, claim: Claim, documents: set[str]) -> Claim | None:
    arrived = []
    for file in claim.files:
        if file.id not in documents:
            continue
        content = _content(origin, claim.batch, file)
        if content is not None:
            arrived.append(sealed_file(file, content))
    if not arrived:
        return None
    sealed = replace(claim, files=tuple(arrived), sealed=True)
    claims.write_claim(origin.work, sealed)
    reach("claim.seal_written")
    return sealed


def _content(origin: Origin, batch: str, file: ClaimedFile) -> Content | None:
    path = os.fsencode(claims.document_path(origin.work, batch, file.id))
    if file.taken != "rename":
        fsops.unlink(path)
        return None
    try:
        return read_file(path, origin.sizes)
    except UnfitError as unfit:
        _log.warning("%s is put back: %s", file.id, unfit.message)
    if file.retry_of is None:
        put_back(origin.tree, path, file.path)
    else:
        retry = Tree(origin.work.retry)
        with contextlib.closing(retry):
            put_back(retry, path, f"{file.retry_of}.again".encode())
    return None


def _finish(origin: Origin, claim: Claim) -> None:
    for file in claim.files:
        if file.taken == "copy_move" and _is_original(origin, file):
            _remove_original(origin, file)
        if file.retry_of is not None:
            fsops.unlink(f"{origin.work.retry}/{file.retry_of}.json")
    note_kept(origin, claim)


def _remove_original(origin: Origin, file: ClaimedFile) -> None:
    folder, name = origin.tree.at(file.path)
    try:
        unlink_original(folder, name)
    except UnfitError as unfit:
        _log.error("%s: %s", names.shown(file.path), unfit.message)
        return
    origin.tree.sync(os.path.dirname(file.path))


def _is_original(origin: Origin, file: ClaimedFile) -> bool:
    """Whether the file that stands where the copied one did is that one, by its bytes."""
    try:
        folder, name = origin.tree.at(file.path)
        content = read_file(name, origin.sizes, dir_fd=folder)
    except (OSError, UnfitError):
        return False
    return (
        content.inode == file.inode
        and abs(content.mtime_ns - file.mtime_ns) < _TIME_SLACK_NS
        and content.sha256 == file.sha256
    )
