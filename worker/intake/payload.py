"""A sealed batch becomes a payload: what workers need to know of each document, and its bytes."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker.disk import claims, names
from worker.intake.take import UnfitError, read_file
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


def document(claim: Claim, file: ClaimedFile) -> PayloadDocument:
    """The file as workers see it."""
    return PayloadDocument(
        id=file.id,
        inbox=claim.inbox,
        path=names.shown(file.path),
        sha256=file.sha256,
        size=file.size,
        modified_at=rfc3339(file.mtime_ns // 1_000_000_000),
        received_at=claim.claimed_at,
        retry_of=file.retry_of,
    )


def payload_of(claim: Claim, blobs: Sequence[bytes]) -> Payload:
    """The payload of a batch that was sealed just now; `blobs` in the order of `claim.files`."""
    documents = tuple(document(claim, file) for file in claim.files)
    return Payload(claim.batch, claim.batch, documents, tuple(blobs))


def read_payload(work: WorkFolder, claim: Claim, wanted: Sequence[str], job: str, earlier: Payload | None) -> Payload:
    """The payload of those documents of a standing batch, read from the work folder, for the job of that id.

    A file that is gone is left out: its line is written. So is one that can't be read, or whose bytes are
    not those of the seal: another look is taken later. What `earlier` says of deaths is carried on.
    """
    deaths = {} if earlier is None else {row.id: row for row in earlier.documents}
    documents, blobs = [], []
    for file in claim.files:
        if file.id not in wanted:
            continue
        data = _bytes(work, claim, file)
        if data is None:
            continue
        row = document(claim, file)
        before = deaths.get(file.id)
        if before is not None and before.sha256 == row.sha256:
            row = replace(row, deaths=before.deaths, kills=before.kills, condemned=before.condemned)
        documents.append(row)
        blobs.append(data)
    return Payload(job, claim.batch, tuple(documents), tuple(blobs))


def _bytes(work: WorkFolder, claim: Claim, file: ClaimedFile) -> bytes | None:
    path = os.fsencode(claims.document_path(work, claim.batch, file.id))
    try:
        content = read_file(path, file.size)
    except FileNotFoundError:
        return None
    except (UnfitError, OSError) as error:
        _log.error("%s (%s) can't be read: %s", file.id, names.shown(file.path), error)
        return None
    if (len(content.data), content.mtime_ns) != (file.size, file.mtime_ns):
        return None
    return content.data
