"""Files become a batch that no crash can lose or double: intent, take, seal, each durable in time."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from worker import ids
from worker.disk import claims, fsops
from worker.disk.claims import Claim, ClaimedFile
from worker.failpoints import reach
from worker.intake.copying import take_by_copy
from worker.intake.ledger import Ledger, Taken
from worker.intake.take import Content, Sizes, UnfitError, remove_original, take_by_rename

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.disk.layout import WorkFolder
    from worker.disk.position import Positions
    from worker.intake.examine import Candidate
    from worker.intake.tree import Tree


@dataclass(frozen=True, slots=True)
class Origin:
    """Where files come from and go to.

    Args:
        tree: the folder that the files lie in.
        work: the work folder that they are claimed into.
        inbox: the watched folder as the record names it.
        root: its absolute path, which the originals of copies lie under.
        sizes: which files are taken, and how.
        ledger: where copies that leave the original behind are noted.
    """

    tree: Tree
    work: WorkFolder
    inbox: str
    root: str
    sizes: Sizes
    ledger: Ledger | None = None


class Left(NamedTuple):
    """A file that was not claimed and why: `gone`, `changed`, `other_mount`, or a code of `refused`."""

    candidate: Candidate
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The sealed batch, None if no file was taken, and the bytes in the order of `claim.files`.

    None stands for the bytes of a file that is too large for memory.
    """

    claim: Claim | None
    blobs: tuple[bytes | None, ...]
    left: tuple[Left, ...]


def claim_files(
    origin: Origin, candidates: Sequence[Candidate], *, batch: str, since: Positions, claimed_at: str
) -> Claimed:
    """Claim the candidates, which are all to be taken in the same way, as the batch of that id.

    Raises:
        OSError: the batch is not finished; `recover` finishes or undoes it, and nothing is lost.
    """
    reach("claim.begin")
    files = tuple(_intended(candidate) for candidate in candidates)
    claim = Claim(batch, origin.inbox, origin.root, claimed_at, since, files)
    _intend(origin.work, claim)
    taken, blobs, left = [], [], []
    for candidate, file in zip(candidates, files, strict=True):
        try:
            content = _take(origin, batch, candidate, file)
        except UnfitError as unfit:
            left.append(Left(candidate, unfit.reason, unfit.message))
            continue
        taken.append(sealed_file(file, content))
        blobs.append(content.data)
        reach("claim.file_taken")
    reach("claim.files_taken")
    if not taken:
        claims.remove_batch(origin.work, batch)
        return Claimed(None, (), tuple(left))
    sealed = replace(claim, files=tuple(taken), sealed=True)
    seal(origin.work, sealed)
    left += finish(origin, sealed, [c for c in candidates if c.taken == "copy_move"])
    return Claimed(sealed, tuple(blobs), tuple(left))


def _intended(candidate: Candidate) -> ClaimedFile:
    signature = candidate.signature
    return ClaimedFile(
        id=ids.mint(),
        path=candidate.path,
        inode=signature.inode,
        size=signature.size,
        mtime_ns=signature.mtime_ns,
        taken=candidate.taken,
        retry_of=candidate.retry_of,
        member=candidate.member,
    )


def _intend(work: WorkFolder, claim: Claim) -> None:
    """Before a file is renamed its intent is durable: what is found later has its id and its path.

    For copies no such order is needed: those of a batch without a seal are thrown away.
    """
    renames = any(file.taken == "rename" for file in claim.files)
    fsops.make_folder(claims.batch_folder(work, claim.batch))
    claims.write_claim(work, claim, sync=not renames)
    reach("claim.intent_written")
    if renames:
        fsops.sync_file_system(work.claimed)
    reach("claim.intent_synced")


def _take(origin: Origin, batch: str, candidate: Candidate, file: ClaimedFile) -> Content:
    target = os.fsencode(claims.document_path(origin.work, batch, file.id))
    by = take_by_rename if candidate.taken == "rename" else take_by_copy
    return by(origin.tree, candidate, target, origin.sizes)


def sealed_file(file: ClaimedFile, content: Content) -> ClaimedFile:
    """The row of the file in the seal: as its bytes are, not as they were listed."""
    return ClaimedFile(
        file.id,
        file.path,
        content.inode,
        content.size,
        content.mtime_ns,
        file.taken,
        content.sha256,
        file.retry_of,
        file.member,
    )


def seal(work: WorkFolder, claim: Claim) -> None:
    """Write the seal of a batch whose files are taken, and make all of it durable."""
    claims.write_claim(work, claim)
    reach("claim.seal_written")
    # One sync for the names, the bytes and the seal: only then may anybody hear of these documents.
    fsops.sync_file_system(work.claimed)
    reach("claim.sealed")


def finish(origin: Origin, claim: Claim, copied: Sequence[Candidate]) -> list[Left]:
    """Do what a durable seal allows: remove originals, note those that stay, drop the wish for a retry.

    Args:
        origin: where the files came from.
        claim: the sealed batch.
        copied: the candidates whose originals are to go, as they were when they were copied.

    Returns:
        The files that are claimed and still stand in their folders, because these do not let them go.
    """
    sealed_paths = {file.path for file in claim.files}
    folders, left = set(), []
    for candidate in copied:
        if candidate.path not in sealed_paths:
            continue
        try:
            if remove_original(origin.tree, candidate):
                folders.add(os.path.dirname(candidate.place))
        except UnfitError as unfit:
            left.append(Left(candidate, unfit.reason, unfit.message))
    for folder in folders:
        # Perhaps on another disk than the batch: an original could come back when the batch is long done.
        origin.tree.sync(folder)
    if folders:
        reach("claim.originals_removed")
    note_kept(origin, claim)
    for file in claim.files:
        if file.retry_of is not None:
            fsops.unlink(f"{origin.work.retry}/{file.retry_of}.json")
    return left


def note_kept(origin: Origin, claim: Claim) -> None:
    """Note in the ledger the files of the batch whose originals stay."""
    kept = [file for file in claim.files if file.taken == "copy_keep"]
    if not kept or origin.ledger is None:
        return
    root = os.fsencode(claim.root)
    origin.ledger.add(
        Taken(os.path.join(root, file.path), file.inode, file.size, file.mtime_ns, file.sha256, file.id)
        for file in kept
    )
    reach("claim.ledger_written")
