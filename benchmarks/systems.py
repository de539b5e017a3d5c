"""What is compared: copydesk, a hand-written script with one RQ job per file, and a loop without a queue.

All three run the same pipeline on the same bytes; they differ in the plumbing alone.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.processes import Tree
from worker.store.embedded import find_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = 2


@contextlib.contextmanager
def copydesk(folder: Path) -> Iterator[tuple[Tree, Path, Path]]:
    """`copydesk run` on `folder`/inbox, with two workers; yields the tree, the inbox and the file of lines."""
    inbox, out = folder / "inbox", folder / "out"
    inbox.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "worker", "run", str(inbox), "--out", str(out), "--workers", str(WORKERS)]
    with Tree(command, log=folder / "copydesk.log") as tree:
        yield tree, inbox, out / "articles.jsonl"


@contextlib.contextmanager
def rq_script(folder: Path) -> Iterator[tuple[Tree, Path, Path]]:
    """The hand-written script: a watchdog handler that enqueues each file, and two stock RQ workers."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [find_server(), "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "yes", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    environ = {"SCRIPT_REDIS": f"unix://{socket}", "SCRIPT_INBOX": str(inbox), "SCRIPT_OUT": str(folder / "out.jsonl")}
    try:
        while not socket.exists():
            time.sleep(0.01)
        command = [sys.executable, "-m", "benchmarks.rq_script", str(WORKERS)]
        with Tree(command, environ, log=folder / "rq_script.log") as tree:
            yield tree, inbox, folder / "out.jsonl"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def single_loop(folder: Path) -> Iterator[tuple[Tree, Path, Path]]:
    """One process that lists the folder and works on each file in turn: no queue, no journal, one sync at the end."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.single_loop", str(inbox), str(folder / "out.jsonl")]
    with Tree(command, log=folder / "single_loop.log") as tree:
        yield tree, inbox, folder / "out.jsonl"


class Lines:
    """Counts the whole lines in all segments of an output, reading each byte once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[int, int] = {}
        self.count = 0

    def look(self) -> int:
        """How many lines stand now."""
        # A segment keeps its inode when it is sealed, and is not listed twice.
        for segment in [*self._path.parent.glob(f"{self._path.stem}-*.jsonl"), self._path]:
            with contextlib.suppress(FileNotFoundError), open(segment, "rb", buffering=0) as file:
                inode = os.fstat(file.fileno()).st_ino
                file.seek(self._read.get(inode, 0))
                while piece := file.read(1 << 20):
                    self.count += piece.count(b"\n")
                self._read[inode] = file.tell()
        return self.count


def wait_for_lines(tree: Tree, lines: Lines, count: int, timeout_seconds: float) -> float:
    """Wait until `count` lines stand; returns the seconds waited. Raises RuntimeError after the timeout."""
    begin = time.monotonic()
    while lines.look() < count:
        tree.check()
        if time.monotonic() - begin > timeout_seconds:
            raise RuntimeError(f"{lines.count} of {count} lines after {timeout_seconds} s")
        time.sleep(0.02)
    return time.monotonic() - begin
