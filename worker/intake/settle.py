"""Files that nothing says to be complete: each must stand still for a while."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.intake.scan import Signature

WATCHED_MAX = 20_000


class Settling:
    """The files under observation, at most `watched_max`: a larger backlog enters as it is worked off.

    A modification time that lies far back proves nothing: a file that is being moved in keeps that of its
    source.

    Args:
        seconds: how long a signature must stand.
        watched_max: how many files are watched at once.
    """

    def __init__(self, seconds: float, watched_max: int = WATCHED_MAX) -> None:
        self._seconds = seconds
        self._watched_max = watched_max
        self._since: dict[bytes, tuple[Signature, float]] = {}
        self._due: deque[tuple[float, bytes]] = deque()

    @property
    def room(self) -> int:
        """How many more files can be watched."""
        return self._watched_max - len(self._since)

    def note(self, path: bytes, signature: Signature, now: float) -> bool:
        """Whether the file has stood still for long enough; from the first look on it is watched.

        `now` is a monotonic time in seconds.
        """
        earlier = self._since.get(path)
        if earlier is None:
            self._watch(path, signature, now)
            return False
        if earlier[0] == signature:
            return now >= earlier[1] + self._seconds
        self.renew(path, signature, now)
        return False

    def renew(self, path: bytes, signature: Signature, now: float) -> None:
        """Begin again with a file that changed or is still being written."""
        # Such a file gives its place to others when places are short; the next listing finds it again.
        full = self.room <= 0
        self.forget(path)
        if not full:
            self._watch(path, signature, now)

    def _watch(self, path: bytes, signature: Signature, now: float) -> None:
        if self.room > 0:
            self._since[path] = (signature, now)
            self._due.append((now + self._seconds, path))

    def forget(self, path: bytes) -> None:
        """The file was taken or is gone."""
        self._since.pop(path, None)

    def due(self, now: float) -> list[bytes]:
        """The files to look at again."""
        paths = []
        while self._due and self._due[0][0] <= now:
            _, path = self._due.popleft()
            if path in self._since:
                paths.append(path)
        return paths

    def next_due(self) -> float | None:
        """When the next look is due, None with nothing under observation."""
        return self._due[0][0] if self._due else None
