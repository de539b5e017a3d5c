"""Files that can't be taken: each with its reason, said once, remembered until the file changes."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from worker.disk import fsops, names
from worker.intake.scan import Signature

LISTED_MAX = 10_000
# What may mend itself without any change of the file: a disk, or the permissions of a folder.
_TRIED_AGAIN = frozenset({"unreadable", "unreadable_folder", "io_error", "not_removable"})
_AGAIN_SECONDS = 60.0
_AGAIN_SECONDS_MAX = 3600.0

_log = logging.getLogger("copydesk.watch")


@dataclass(slots=True)
class _Entry:
    reason: str
    message: str
    signature: Signature
    since: str
    seen_in: int
    again_at: float
    wait_seconds: float


class Refused:
    """The refused files of one inbox, kept on disk too. At most `LISTED_MAX`: the rest is counted.

    Args:
        path: the file, for people and for `status`.
        label: the inbox, as the log names it.
    """

    def __init__(self, path: str, label: str) -> None:
        self._path = path
        self._label = label
        self._entries = _loaded(path)
        self._listing = 0
        self._unlisted = 0
        self._unlisted_now = 0
        self._changed = False

    def __len__(self) -> int:
        """How many are refused now."""
        return len(self._entries) + max(self._unlisted, self._unlisted_now)

    def stands(self, path: bytes, signature: Signature, now: float) -> bool:
        """Whether the refusal still holds: the file is as it was, and it is not yet time to try again.

        `now` is a monotonic time in seconds.
        """
        entry = self._entries.get(path)
        if entry is None or entry.signature != signature:
            return False
        entry.seen_in = self._listing
        return now < entry.again_at

    def knows(self, path: bytes) -> bool:
        """Whether the file at `path` was refused the last time."""
        return path in self._entries

    def refuse(self, path: bytes, reason: str, message: str, signature: Signature, now: float) -> None:
        """Remember that the file at `path` is not taken, and say so if that is news."""
        earlier = self._entries.get(path)
        if earlier is None and len(self._entries) >= LISTED_MAX:
            self._unlisted_now += 1
            return
        wait = _AGAIN_SECONDS if reason in _TRIED_AGAIN else math.inf
        if earlier is not None and (earlier.reason, earlier.signature) == (reason, signature):
            earlier.wait_seconds = min(earlier.wait_seconds * 2, _AGAIN_SECONDS_MAX) if wait < math.inf else wait
            earlier.again_at = now + earlier.wait_seconds
            earlier.seen_in = self._listing
            return
        since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._entries[path] = _Entry(reason, message, signature, since, self._listing, now + wait, wait)
        self._changed = True
        _log.warning("refused %s/%s: %s (%s)", self._label, names.shown(path), reason, message)

    def forget(self, path: bytes) -> None:
        """The file is taken or gone."""
        if self._entries.pop(path, None) is not None:
            self._changed = True

    def listing_ended(self) -> None:
        """A whole listing is done: what it did not come upon is not there any more."""
        gone = [path for path, entry in self._entries.items() if entry.seen_in < self._listing]
        for path in gone:
            self.forget(path)
        self._listing += 1
        if self._unlisted_now and not self._unlisted:
            _log.warning("more than %d files are refused: the others are not listed", LISTED_MAX)
        self._changed |= self._unlisted != self._unlisted_now
        self._unlisted, self._unlisted_now = self._unlisted_now, 0

    def save(self) -> None:
        """Write the file if anything changed. Not synced: all of it is found again."""
        if not self._changed:
            return
        rows = [
            {
                "path": names.shown(path),
                "raw_path": names.encoded(path),
                "reason": entry.reason,
                "message": entry.message,
                "since": entry.since,
                "signature": list(entry.signature),
            }
            for path, entry in self._entries.items()
        ]
        value = {"schema": "refused/1", "unlisted": self._unlisted, "files": rows}
        fsops.write_file(self._path, orjson.dumps(value), sync=False)
        self._changed = False


def _loaded(path: str) -> dict[bytes, _Entry]:
    """The entries of an earlier run: nothing is said twice, and all that may mend itself is tried."""
    try:
        with open(path, "rb") as file:
            rows = orjson.loads(file.read())["files"]
        return {names.decoded(row["raw_path"]): _entry(row) for row in rows}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def _entry(row: dict[str, str | list[int]]) -> _Entry:
    reason, message, since, signature = row["reason"], row["message"], row["since"], row["signature"]
    if not (isinstance(reason, str) and isinstance(message, str) and isinstance(since, str)):
        raise TypeError(reason)
    wait = _AGAIN_SECONDS if reason in _TRIED_AGAIN else math.inf
    again_at = -math.inf if wait < math.inf else math.inf
    return _Entry(reason, message, Signature(*map(int, signature)), since, -1, again_at, wait)
