"""A tree of processes under measurement: its memory while it runs, its processor time when it has ended."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_SECONDS = 0.25


@dataclass(slots=True)
class Tree:
    """A command with all its descendants. Use as a context manager; `cpu_seconds` stands after the block.

    `peak_bytes` is the largest resident size seen for each kind of process, without what it shares with its parent
    through fork (proportional set size where the kernel tells it).
    """

    command: Sequence[str]
    environ: dict[str, str] = field(default_factory=dict)
    log: Path | None = None
    peak_bytes: dict[str, int] = field(default_factory=dict)
    series: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    cpu_seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _sampler: threading.Thread | None = None
    _before: float = 0.0

    def __enter__(self) -> Self:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._before = used.ru_utime + used.ru_stime
        with open(self.log or os.devnull, "wb") as log:
            self._process = subprocess.Popen(
                self.command, env=_environment() | self.environ, stdout=log, stderr=log, start_new_session=True
            )
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._sampler is not None
        self._stop.set()
        self._sampler.join()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_seconds = used.ru_utime + used.ru_stime - self._before

    def cpu_by_kind(self) -> dict[str, float]:
        """Processor seconds so far for each kind of process, those of children that have ended with their parent's."""
        assert self._process is not None
        seconds: dict[str, float] = {}
        for pid in descendants(self._process.pid):
            kind = process_kind(pid)
            seconds[kind] = seconds.get(kind, 0.0) + cpu_seconds(pid)
        return seconds

    def check(self) -> None:
        """Raise RuntimeError if the command has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"{' '.join(self.command)} ended with {self._process.returncode}; see {self.log}")

    def _sample(self) -> None:
        assert self._process is not None
        while not self._stop.wait(SAMPLE_SECONDS):
            now: dict[str, int] = {}
            for pid in descendants(self._process.pid):
                kind = process_kind(pid)
                size = resident_bytes(pid)
                now[kind] = max(now.get(kind, 0), size)
                self.peak_bytes[kind] = max(self.peak_bytes.get(kind, 0), size)
            self.series.append((time.monotonic(), now))


def _environment() -> dict[str, str]:
    """Ours without what is said to the benchmarks: the service refuses a variable that it does not know."""
    return {name: value for name, value in os.environ.items() if name != "COPYDESK_SHARED"}


def descendants(pid: int) -> list[int]:
    """`pid` and all processes below it."""
    found = [pid]
    for parent in found:
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                children = Path(f"/proc/{parent}/task/{thread}/children").read_text()
                found.extend(int(child) for child in children.split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def process_kind(pid: int) -> str:
    """The role of a process by its command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
    if "-m" in words and "worker" in words:
        return words[words.index("worker") + 1]
    # It also names the children that write its file anew.
    if words[0].startswith(("redis-", "valkey-")) or Path(words[0]).name in {"redis-server", "valkey-server"}:
        return "redis"
    return Path(words[0]).name or "gone"


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and of those of its children that have ended."""
    try:
        # The name of the command, in brackets, may hold blanks.
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(word) for word in words[11:15]) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Resident memory of a process in bytes, shared pages included."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
