"""A sealed batch becomes a payload: what workers need to know of each document, and its bytes."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker.disk import claims, names
from worker.intake.take import Sizes, UnfitError, read_file
from worker.store.wire import Payload, PayloadDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.disk.claims import Claim, ClaimedFile
    from worker.disk.layout import WorkFolder

_LAST_SECOND = 253_402_300_799  # of the year 9999
_FIRST_SECOND = -62_135_596_800  # of the year 1

_log = logging.getLogger("copydesk.watch")


def rfc3339(seconds: int) -> str:
    """Seconds since 1970 as RFC 3339 in UTC. A disk may say any time: it is cut to the years 1 to 9999."""
    moment = datetime.fromtimestamp(min(max(seconds, _FIRST_SECOND), _LAST_SECOND), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def document(claim: Claim, file: ClaimedFile, *, on_disk: bool = False) -> PayloadDocument:
    """The file as workers see it; `on_disk`: without its bytes."""
    return PayloadDocument(
        id=file.id,
        inbox=claim.inbox,
        path=names.shown(file.path),
        sha256=file.sha256,
        size=file.size,
        modified_at=rfc3339(file.mtime_ns // 1_000_000_000),
        received_at=claim.claimed_at,
        retry_of=file.retry_of,
        member=file.member,
        on_disk=on_disk,
    )


def payload_of(claim: Claim, blobs: Sequence[bytes | None]) -> Payload:
    """The payload of a batch that was sealed just now; `blobs` in the order of `claim.files`, None: on disk."""
    pairs = list(zip(claim.files, blobs, strict=True))
    documents = tuple(document(claim, file, on_disk=blob is None) for file, blob in pairs)
    return Payload(claim.batch, claim.batch, documents, tuple(blob or b"" for blob in blobs))


def read_payload(
    work: WorkFolder, claim: Claim, wanted: Sequence[str], job: str, earlier: Payload | None, whole_bytes_max: int
) -> Payload:
    """The payload of those documents of a standing batch, read from the work folder, for the job of that id.

    A file that is gone is left out: its line is written. So is one that can't be read, or whose bytes are
    not those of the seal: another look is taken later. What `earlier` says of deaths is carried on. A file of more
    than `whole_bytes_max` bytes is not read, but left on disk.
    """
    deaths = {} if earlier is None else {row.id: row for row in earlier.documents}
    documents, blobs = [], []
    for file in claim.files:
        if file.id not in wanted:
            continue
        on_disk = file.size > whole_bytes_max
        data = _none_of(work, claim, file) if on_disk else _bytes(work, claim, file)
        if data is None:
            continue
        row = document(claim, file, on_disk=on_disk)
        before = deaths.get(file.id)
        if before is not None and before.sha256 == row.sha256:
            row = row.with_deaths_of(before)
        documents.append(row)
        blobs.append(data)
    return Payload(job, claim.batch, tuple(documents), tuple(blobs))


def _bytes(work: WorkFolder, claim: Claim, file: ClaimedFile) -> bytes | None:
    path = os.fsencode(claims.document_path(work, claim.batch, file.id))
    try:
        content = read_file(path, Sizes(file.size, file.size))
    except FileNotFoundError:
        return None
    except (UnfitError, OSError) as error:
        _log.error("%s (%s) can't be read: %s", file.id, names.shown(file.path), error)
        return None
    if (content.size, content.mtime_ns) != (file.size, file.mtime_ns):
        return None
    return content.data


def _none_of(work: WorkFolder, claim: Claim, file: ClaimedFile) -> bytes | None:
    """No bytes; None as of `_bytes`."""
    try:
        status = os.lstat(claims.document_path(work, claim.batch, file.id))
    except OSError:
        return None
    return b"" if (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns) else None
