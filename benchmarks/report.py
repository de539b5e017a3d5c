"""Results on the screen and as JSON under `benchmarks/results/`."""

from __future__ import annotations

import platform
import time

import orjson

from benchmarks.corpus import RESULTS


def write_report(name: str, result: object) -> None:
    """Print `result` and keep it as `results/<name>.json` with the date and the machine."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    data = orjson.dumps(
        {"benchmark": name, "date": time.strftime("%Y-%m-%d"), "machine": platform.machine(), "result": result},
        option=orjson.OPT_INDENT_2,
    )
    (RESULTS / f"{name}.json").write_bytes(data)
    print(data.decode())
