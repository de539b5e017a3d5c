"""When nothing more is claimed: the intake is paused, or a disk is nearly full. Said once."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger("copydesk.watch")


def closed_because(paused: str, folders: Iterable[str], free_bytes_min: int) -> str | None:
    """Why nothing may be claimed now, None if it may.

    Args:
        paused: the file whose presence pauses the intake.
        folders: one on each disk that is written to.
        free_bytes_min: how much must be free on each.
    """
    if os.path.lexists(paused):
        return "paused by `copydesk pause`"
    for folder in folders:
        try:
            disk = os.statvfs(folder)
        except FileNotFoundError:
            continue  # an inbox that is away: its own check says so
        free = disk.f_bavail * disk.f_frsize
        if free < free_bytes_min:
            # Without the figure: it changes all the time, and each change would be news.
            return f"less than {free_bytes_min} bytes (intake.disk_free_bytes_min) are free at {folder}"
    return None


class Gate:
    """Remembers the answer of the last look."""

    def __init__(self) -> None:
        self._reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether files may be claimed."""
        return self._reason is None

    def set(self, reason: str | None) -> None:
        """Take the answer of `closed_because`."""
        if reason is not None and reason != self._reason:
            _log.warning("no files are taken: %s", reason)
        elif reason is None and self._reason is not None:
            _log.info("files are taken again")
        self._reason = reason
