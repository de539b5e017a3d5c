"""A file whose last bytes are remembered: only they tell whether it ends where it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_KEPT_BYTES = 1024
_READ_BYTES_MAX = 16 << 20


class WatchedFile:
    """Reads `file`, never more than 16 MiB at once. `tail` are the last bytes that were read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.tail = b""

    def read(self, size: int) -> bytes:
        """The next `size` bytes."""
        read = self._file.read(min(size, _READ_BYTES_MAX))
        self.tail = (self.tail + read)[-_KEPT_BYTES:] if len(read) < _KEPT_BYTES else read[-_KEPT_BYTES:]
        return read
