"""`make bench`: the start, throughput and latency beside simpler systems, then the long run."""

from __future__ import annotations

import subprocess
import sys

for name in ("ready", "throughput", "latency", "steady"):
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
