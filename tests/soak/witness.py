"""Two readers of the output while it is written: a poller that never looks away, and a real `tail -F`."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS = 0.001
COMPARE_SECONDS = 0.25


class Witness(threading.Thread):
    """Looks at the active file every millisecond: it may only grow, and what it had stays as it was.

    `faults` says what was seen otherwise; `looks` how often it looked, `segments` how many files it saw.
    """

    def __init__(self, path: str) -> None:
        super().__init__(daemon=True)
        self.faults: list[str] = []
        self.looks = 0
        self.segments = 0
        self._path = path
        self._fd = -1
        self._seen = bytearray()
        self._done = threading.Event()

    def run(self) -> None:
        """Look until `finish` is called."""
        compared = time.monotonic()
        while not self._done.wait(LOOK_SECONDS):
            self.looks += 1
            self._follow()
            self._read_on()
            if time.monotonic() - compared > COMPARE_SECONDS:
                self._compare()
                compared = time.monotonic()

    def finish(self) -> None:
        """Look a last time and end."""
        self._done.set()
        self.join(10)
        self._compare()

    def _follow(self) -> None:
        """Go over to another file that has the name now; the one before it must still hold what it had."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return
        if self._fd >= 0 and found.st_ino == os.fstat(self._fd).st_ino:
            return
        self._compare()
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = os.open(self._path, os.O_RDONLY)
        self._seen = bytearray()
        self.segments += 1

    def _read_on(self) -> None:
        if self._fd < 0:
            return
        size = os.fstat(self._fd).st_size
        if size < len(self._seen):
            self.faults.append(f"segment {self.segments} shrank from {len(self._seen)} to {size} bytes")
            self._seen = self._seen[:size]
        elif size > len(self._seen):
            self._seen += os.pread(self._fd, size - len(self._seen), len(self._seen))

    def _compare(self) -> None:
        if self._fd < 0:
            return
        now = os.pread(self._fd, len(self._seen), 0)
        if now != self._seen:
            at = next(i for i, (a, b) in enumerate(zip(now + b"\0", self._seen + b"\1", strict=False)) if a != b)
            was, is_ = bytes(self._seen[at : at + 60]), now[at : at + 60]
            self.faults.append(f"segment {self.segments} changed at byte {at}: {was!r} became {is_!r}")
            self._seen = bytearray(now)


class Tail:
    """`tail -n +1 -F` on the active file, its output and its complaints in two files."""

    def __init__(self, path: str, folder: Path) -> None:
        self.output, self.errors = folder / "tail.out", folder / "tail.err"
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self._process = subprocess.Popen(
                ["tail", "-n", "+1", "--sleep-interval=0.2", "-F", path],
                stdout=output,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def bytes(self) -> bytes:
        """What it has given so far."""
        return self.output.read_bytes()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(5)
