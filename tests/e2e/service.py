"""The whole service as a user has it: one command, real files, a Redis of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.crashes.harness.corpus import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

READY_SECONDS = 20.0
COPYDESK = (sys.executable, "-m", "worker")
# Quicker than the defaults where a test would only wait.
QUICK = {
    "COPYDESK_INTAKE_SETTLE_SECONDS": "0.2",
    "COPYDESK_INTAKE_DISK_FREE_BYTES_MIN": "0",
    "COPYDESK_WORKER_COUNT": "1",
}


def copydesk(*words: object, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [*COPYDESK, *map(str, words)],
        cwd=cwd,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of this process, so that `python -m worker` finds its package from any folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    root = str(Path(__file__).parents[2])
    return {**clean, "PYTHONPATH": root, **QUICK, **(more or {})}


def until(fact: Callable[[], bool], seconds: float = 20.0, why: Callable[[], str] = lambda: "") -> None:
    """Wait for a fact to come true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, why() or "it did not come to pass"
        time.sleep(0.02)


@dataclass(slots=True)
class Service:
    """`copydesk run inbox --out out` in `folder`. A context manager: at its end nothing of it is left."""

    folder: Path
    flags: tuple[object, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _everyone: set[int] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.inbox.mkdir(exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.descendants()
            self.process.kill()
            self.process.wait()
        for pid in self._everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def log(self) -> str:
        path = self.folder / "service.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, *, wait: bool = True) -> Self:
        """Start it; with `wait` until it says that it is ready."""
        before = self.log.count(" ready after ")
        with open(self.folder / "service.log", "ab") as log:
            self.process = subprocess.Popen(
                [*COPYDESK, "run", "inbox", "--out", "out", *map(str, self.flags)],
                cwd=self.folder,
                env=environment(self.environ),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            until(lambda: self.log.count(" ready after ") > before, READY_SECONDS, lambda: self.log)
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 15.0) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        self.descendants()
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def descendants(self) -> dict[int, str]:
        """All processes below it, each with its command line."""
        assert self.process is not None
        found = {pid: command_of(pid) for pid in below(self.process.pid)}
        self._everyone |= found.keys()
        return found

    def pids(self, role: str) -> list[int]:
        """The processes of a role: `watch`, `worker`, `sink` or `redis`."""
        words = {"redis": "redis-server"}.get(role, f"worker {role} ")
        assert self.process is not None
        return [pid for pid in children(self.process.pid) if words in self.descendants().get(pid, "")]

    def kill(self, role: str) -> int:
        """kill -9 one process of the role, and wait until another stands in its place."""
        until(lambda: bool(self.pids(role)), why=lambda: self.log)
        before = self.pids(role)
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(self.pids(role)) - set(before)) > 0, why=lambda: self.log)
        return before[0]

    def drop(self, numbers: Iterable[int]) -> list[str]:
        """One article for each number, complete from its first instant; the names."""
        return [drop(self.inbox, number) for number in numbers]

    def lines(self) -> list[dict[str, object]]:
        """The lines of articles that are whole by now."""
        return lines_in(self.out)

    def await_lines(self, count: int, seconds: float = 30.0) -> list[dict[str, object]]:
        """Wait for that many lines, and check that `seq` has no gap."""
        until(lambda: len(self.lines()) >= count, seconds, lambda: f"{len(self.lines())} lines\n{self.log}")
        lines = self.lines()
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        return lines


def drop(folder: Path, number: int) -> str:
    """One article of its own, complete from its first instant; the name."""
    name = f"article-{number:05}.txt"
    unfinished = folder / f".{name}"
    unfinished.write_bytes(text(number))
    unfinished.rename(folder / name)
    return name


def lines_in(out: Path) -> list[dict[str, object]]:
    """The whole lines of the active file."""
    try:
        data = (out / "articles.jsonl").read_bytes()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def paths_of(lines: Iterable[Mapping[str, object]]) -> list[str]:
    """The paths of the files that the lines were made of."""
    return [str(line["source"]["path"]) for line in lines]  # type: ignore[index]


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            found.extend(map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text().split()))
    return found


def below(pid: int) -> list[int]:
    """All processes below `pid`."""
    found = children(pid)
    for each in found:
        found.extend(children(each))
    return found


def command_of(pid: int) -> str:
    """The command line of a process; empty where it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def runs(pid: int) -> bool:
    """Whether the process lives: a zombie does not."""
    return command_of(pid) != ""
