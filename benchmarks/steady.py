"""A long run: memory must not grow with the number seen, and a great backlog must not make the service pause.

    python -m benchmarks.steady [--count 200000] [--from 50000]

All files wait at the start. Reports the growth of each process between the `--from`-th line and the last, the longest
time without a new line after the first, and the time until the service was ready.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import generate, place
from benchmarks.report import write_report
from benchmarks.systems import Lines, copydesk

if TYPE_CHECKING:
    from benchmarks.processes import Tree


def watch_run(tree: Tree, lines: Lines, count: int, start_at: int) -> dict[str, object]:
    """Follow the output until `count` lines stand."""
    begin = time.monotonic()
    ready = last = seen_at = 0.0
    longest, seen, mark = 0.0, 0, 0.0
    while seen < count:
        tree.check()
        time.sleep(0.05)
        now = time.monotonic()
        fresh = lines.look()
        if fresh > seen:
            ready = ready or now
            longest = max(longest, now - last if last else 0.0)
            seen, last = fresh, now
            mark = mark or (now if seen >= start_at else 0.0)
        elif now - (last or begin) > 60:
            raise RuntimeError(f"no new line for 60 s after {seen}")
        seen_at = now
    growth = {kind: round(_last(tree, kind, seen_at) - _last(tree, kind, mark), 1) for kind in tree.peak_bytes}
    return {
        "files": count,
        "first_line_seconds": round(ready - begin, 2),
        "longest_pause_seconds": round(longest, 2),
        "articles_per_second": round((count - 1) / (last - ready)),
        "growth_mb": growth,
        "peak_mb": {kind: round(size / 1e6, 1) for kind, size in tree.peak_bytes.items()},
    }


def _last(tree: Tree, kind: str, moment: float) -> float:
    sizes = [row[kind] for at, row in tree.series if at <= moment and kind in row]
    return max(sizes[-8:], default=0) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--from", dest="start_at", type=int, default=50_000)
    options = parser.parse_args()
    corpus = generate(options.count)
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        place(corpus, folder / "inbox")
        with copydesk(folder) as (tree, _, path):
            result = watch_run(tree, Lines(path), options.count, options.start_at)
        write_report("steady", result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
