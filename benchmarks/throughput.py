"""Articles per second, processor time per article and peak memory, for the three systems on one corpus in one run.

    python -m benchmarks.throughput [--count 20000] [--script-count 2000]

The files wait in the inbox when the system starts; clock and processor time run from the first line to the last, so
that start-up does not count. The single loop is the price of the pipeline itself: what copydesk takes beyond it is its
plumbing. The hand-written script gets fewer files, being slower. Ratios are what may be quoted; absolute figures depend
on the machine.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import generate, place
from benchmarks.report import write_report
from benchmarks.systems import Lines, copydesk, rq_script, single_loop, wait_for_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from benchmarks.processes import Tree

    System = Callable[[Path], AbstractContextManager[tuple[Tree, Path, Path]]]


@dataclass(frozen=True, slots=True)
class Throughput:
    """One system's result."""

    system: str
    files: int
    articles_per_second: float
    cpu_us_per_article: float
    cpu_us_by_process: dict[str, int]
    peak_mb: dict[str, float]


def measure(name: str, system: System, corpus: Path, count: int) -> Throughput:
    """Run one system on `count` files of `corpus`, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        place(_first(corpus, count, folder / "chosen"), folder / "inbox")
        with system(folder) as (tree, _, path):
            lines = Lines(path)
            wait_for_lines(tree, lines, 1, 60)
            already, begin, before = lines.count, time.monotonic(), tree.cpu_by_kind()
            wait_for_lines(tree, lines, count, 900)
            seconds, after = time.monotonic() - begin, tree.cpu_by_kind()
        done = count - already
        cpu = {kind: round((used - before.get(kind, 0.0)) / done * 1e6) for kind, used in sorted(after.items())}
        peak = {kind: round(size / 1e6, 1) for kind, size in sorted(tree.peak_bytes.items()) if kind != "gone"}
        return Throughput(name, count, round(done / seconds), sum(cpu.values()), cpu, peak)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _first(corpus: Path, count: int, target: Path) -> Path:
    target.mkdir()
    for path in _names(corpus, count):
        (target / path.name).symlink_to(path)
    return target


def _names(corpus: Path, count: int) -> Iterator[Path]:
    yield from sorted(corpus.iterdir())[:count]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--script-count", type=int, default=2_000)
    options = parser.parse_args()
    corpus = generate(options.count)
    rows = [
        measure("copydesk", copydesk, corpus, options.count),
        measure("hand-written RQ script", rq_script, corpus, options.script_count),
        measure("single loop", single_loop, corpus, options.count),
    ]
    ratio = rows[0].articles_per_second / rows[1].articles_per_second
    plumbing = rows[0].cpu_us_per_article - rows[2].cpu_us_per_article
    report = {"rows": rows, "times_the_script": round(ratio, 1), "plumbing_us_per_article": plumbing}
    write_report("throughput", report)


if __name__ == "__main__":
    main()
