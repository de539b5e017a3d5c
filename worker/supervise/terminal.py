"""Standard error while the service runs: log lines, and on a terminal a status line that stays below them."""

from __future__ import annotations

import os
import sys
from typing import Self

_READ_BYTES = 1 << 16
_CLEAR = b"\r\x1b[2K"


class Terminal:
    """Standard error as a context manager.

    On a terminal that of this process and of all that it starts goes through a pipe, so that a log line never
    lands in the middle of the status line. Elsewhere everything stays as it is.
    """

    def __init__(self) -> None:
        self.interactive = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.readable: tuple[int, ...] = ()
        self._screen = -1
        self._rest = b""
        self._status = b""

    def __enter__(self) -> Self:
        if self.interactive:
            self._screen = os.dup(2)
            read, write = os.pipe()
            os.set_blocking(read, False)
            os.dup2(write, 2)
            os.close(write)
            self.readable = (read,)
        return self

    def __exit__(self, *_: object) -> None:
        if self.interactive:
            sys.stderr.flush()
            self._status = b""
            self.pass_on()
            os.dup2(self._screen, 2)
            os.write(2, _CLEAR + self._rest)
            os.close(self._screen)
            os.close(self.readable[0])
            self.readable = ()

    def show(self, status: str) -> None:
        """Put `status` in the place of the status line."""
        if self.interactive:
            width = (os.get_terminal_size(self._screen).columns or 80) - 1
            self._status = status[: max(width, 0)].encode("utf-8", "backslashreplace")
            os.write(self._screen, _CLEAR + self._status)

    def pass_on(self) -> None:
        """Print the whole lines that have come, above the status line."""
        for fd in self.readable:
            data = self._rest + _read(fd)
            lines, newline, self._rest = data.rpartition(b"\n")
            if newline:
                os.write(self._screen, _CLEAR + lines + newline + self._status)


def _read(fd: int) -> bytes:
    pieces = []
    while True:
        try:
            piece = os.read(fd, _READ_BYTES)
        except BlockingIOError:
            break
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces)
