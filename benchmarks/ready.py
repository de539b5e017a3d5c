"""From the command to the service that is ready, all roles and Redis included; beside what Python itself takes.

    python -m benchmarks.ready [--starts 10]

`import_seconds` is one process that imports redis and rq and ends: a scale for the machine.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import write_report
from benchmarks.systems import copydesk

_READY = re.compile(rb"ready after")


def start_once() -> float:
    """Seconds until the log of a fresh service says that it is ready."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        begin = time.monotonic()
        with copydesk(folder) as (tree, _, _path):
            while not _READY.search((folder / "copydesk.log").read_bytes()):
                tree.check()
                time.sleep(0.005)
            return time.monotonic() - begin
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def import_once() -> float:
    """Seconds of a Python that imports the two heaviest libraries."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import redis, rq"], check=True)
    return time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=10)
    options = parser.parse_args()
    imports = [import_once() for _ in range(options.starts)]
    starts = [start_once() for _ in range(options.starts)]
    report = {
        "starts": options.starts,
        "ready_seconds_median": round(statistics.median(starts), 2),
        "ready_seconds_worst": round(max(starts), 2),
        "import_seconds": round(statistics.median(imports), 2),
    }
    write_report("ready", report)


if __name__ == "__main__":
    main()
