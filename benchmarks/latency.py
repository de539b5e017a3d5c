"""From the drop of a file to its durable line, at ten files a second: copydesk beside the hand-written script.

    python -m benchmarks.latency [--seconds 30] [--rate 10]

A file is written in place and closed, as `cp` does. The clock stops when its line stands in the output; the poller
looks every half millisecond. Both systems have the same disk and the same pipeline, and both sync.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from benchmarks.corpus import generate
from benchmarks.report import write_report
from benchmarks.systems import copydesk, rq_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from benchmarks.processes import Tree

    System = Callable[[Path], AbstractContextManager[tuple[Tree, Path, Path]]]

WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Latency:
    """One system's result, in milliseconds."""

    system: str
    files: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    worst_ms: float


class Tail(threading.Thread):
    """Notes when the line of each file name first stands in the output."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.seen: dict[str, float] = {}
        self.done = threading.Event()

    def run(self) -> None:
        while not self.path.exists():
            time.sleep(0.01)
        rest = b""
        with open(self.path, "rb") as file:
            while not self.done.is_set():
                piece = file.read()
                if not piece:
                    time.sleep(0.0005)
                    continue
                now = time.monotonic()
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self.seen[orjson.loads(line)["source"]["path"]] = now


def measure(name: str, system: System, files: list[Path], rate: float) -> Latency:
    """Drop `files` at `rate` a second; the first ones only warm the system up."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with system(folder) as (tree, inbox, lines):
            tail = Tail(lines)
            tail.start()
            dropped: dict[str, float] = {}
            begin = time.monotonic() + 3
            for number, path in enumerate(files):
                time.sleep(max(0.0, begin + number / rate - time.monotonic()))
                (inbox / path.name).write_bytes(path.read_bytes())
                dropped[path.name] = time.monotonic()
            deadline = time.monotonic() + 30
            while len(tail.seen) < len(files) and time.monotonic() < deadline:
                tree.check()
                time.sleep(0.05)
            tail.done.set()
        missing = [name for name in dropped if name not in tail.seen]
        if missing:
            raise RuntimeError(f"{name}: {len(missing)} files have no line, such as {missing[0]}")
        return _summary(name, [tail.seen[path.name] - dropped[path.name] for path in files[WARM_UP:]])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _summary(name: str, seconds: list[float]) -> Latency:
    cuts = statistics.quantiles(seconds, n=100)
    picks = (cuts[49], cuts[89], cuts[98], max(seconds))
    return Latency(name, len(seconds), *(round(value * 1000, 1) for value in picks))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=10)
    options = parser.parse_args()
    count = int(options.seconds * options.rate) + WARM_UP
    files = sorted(generate(20_000).iterdir())[:count]
    rows = [
        measure("copydesk", copydesk, files, options.rate),
        measure("hand-written RQ script", rq_script, files, options.rate),
    ]
    write_report("latency", {"rows": rows, "p50_times_the_script": round(rows[0].p50_ms / rows[1].p50_ms, 2)})


if __name__ == "__main__":
    main()
