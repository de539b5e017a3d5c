"""Files that are too large for Redis: opened where they are claimed, by a worker on the intake's host."""

from __future__ import annotations

import logging
import os
import stat
from typing import TYPE_CHECKING, BinaryIO

from worker.disk import claims, fsops
from worker.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.disk.claims import ClaimedFile
    from worker.disk.layout import WorkFolder
    from worker.jobs.desk import Find
    from worker.store.wire import PayloadDocument

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_BUFFER_BYTES = 1 << 18

_log = logging.getLogger("copydesk.worker")


def finder(works: Callable[[], tuple[WorkFolder, ...]]) -> Find:
    """What opens the claimed file of a document; `works` gives the work folders there are.

    The file is that of the seal by size and time, and the seal that of the payload by sha256. Its bytes are not
    read again to be sure: who changes them changes the time, and then the writer refuses what was made of them.
    """

    def find(batch: str, document: PayloadDocument) -> BinaryIO | None:
        if not (is_id(batch) and is_id(document.id)):
            return None
        for work in works():
            claim = claims.read_claim(work, batch)
            file = next((f for f in claim.files if f.id == document.id), None) if claim and claim.sealed else None
            if file is not None and file.sha256 == document.sha256:
                return _opened(claims.document_path(work, batch, file.id), file)
        return None

    return find


def _opened(path: str, file: ClaimedFile) -> BinaryIO | None:
    try:
        fd = fsops.open_file(path, _READ)
    except OSError as error:
        _log.error("%s can't be opened: %s", path, error.strerror)
        return None
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns):
        os.close(fd)
        return None
    return os.fdopen(fd, "rb", buffering=_BUFFER_BYTES)
