"""Articles per second, processor time per article and peak memory, for the three systems on one corpus in one run.

    python -m benchmarks.throughput [--count 20000] [--script-count 2000]

The files wait in the inbox when the system starts; the clock runs from the first line to the last, so that start-up
does not count. The hand-written script gets fewer files, being slower. Ratios are what may be quoted; absolute figures
depend on the machine.
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
from benchmarks.systems import copydesk, lines_in, rq_script, single_loop, wait_for_lines

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
    peak_mb: dict[str, float]


def measure(name: str, system: System, corpus: Path, count: int) -> Throughput:
    """Run one system on `count` files of `corpus`, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        place(_first(corpus, count, folder / "chosen"), folder / "inbox")
        with system(folder) as (tree, _, lines):
            wait_for_lines(tree, lines, 1, 60)
            already, begin = lines_in(lines), time.monotonic()
            wait_for_lines(tree, lines, count, 900)
            seconds = time.monotonic() - begin
        peak = {kind: round(size / 1e6, 1) for kind, size in sorted(tree.peak_bytes.items()) if kind != "gone"}
        return Throughput(name, count, round((count - already) / seconds), round(tree.cpu_seconds / count * 1e6), peak)
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
    write_report("throughput", {"rows": rows, "times_the_script": round(ratio, 1)})


if __name__ == "__main__":
    main()
