"""`make bench`: the start, throughput and latency beside simpler systems, then the long run.

python -m benchmarks [ready] [throughput] [latency] [steady]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

NAMES = ("ready", "throughput", "latency", "steady")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Those that are named; all by default.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"there is no {', '.join(unknown)}: choose of {', '.join(NAMES)}")
    for name in names:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


main()
