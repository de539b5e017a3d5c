"""Changes to the running code that a test asks for: a clock that jumps, an ear for truncations.

`python -m tests.crashes.harness.planted NAME[,NAME…] ROLE …` is `python -m worker ROLE …` with the changes, which are
those of this module and the bugs of `bugs.py`.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.crashes.harness.bugs import BUGS

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCK_JUMPS_AFTER_SECONDS = 2.0


def _clock(name: str, jump_seconds: float) -> None:
    """Let the wall clock jump once, two seconds from now, for us and for RQ; the monotonic one does not."""
    import rq.worker  # noqa: F401 - all of RQ is to stand in sys.modules

    begun, real, real_ns = time.monotonic(), time.time, time.time_ns
    told = False

    def jumped() -> float:
        nonlocal told
        if time.monotonic() - begun < CLOCK_JUMPS_AFTER_SECONDS:
            return 0.0
        if not told:
            told = True
            print(f"{name}: the clock has jumped", file=sys.stderr, flush=True)
        return jump_seconds

    def now() -> dt.datetime:
        return dt.datetime.fromtimestamp(real() + jumped(), dt.UTC)

    time.time = lambda: real() + jumped()
    time.time_ns = lambda: real_ns() + int(jumped() * 1e9)
    for module in [each for title, each in sys.modules.items() if title.startswith("rq.")]:
        for attribute, fake in (("now", now), ("current_timestamp", lambda: int(now().timestamp()))):
            if hasattr(module, attribute):
                setattr(module, attribute, fake)


def _truncations_told() -> None:
    """Say on standard error when an existing output is cut, by call or by opening it so."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.truncate":
            where = arguments[0]
            path = os.readlink(f"/proc/self/fd/{where}") if isinstance(where, int) else os.fsdecode(where)
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_TRUNC:
            path = str(arguments[0])
        else:
            return
        if path.endswith(".jsonl"):
            print(f"truncated: {path}", file=sys.stderr, flush=True)

    sys.addaudithook(hear)


def _containers_opened() -> None:
    """Let the pipeline open the containers of `containers.py`."""
    from tests.crashes.harness import containers
    from worker import pipeline
    from worker.parse import formats

    real = formats.read

    def read(data: bytes, path: str, rules: Any) -> Any:
        return containers.opened(io.BytesIO(data)) if data.startswith(containers.MAGIC) else real(data, path, rules)

    vars(pipeline)["read"] = read
    vars(formats)["open_file"] = lambda file, path, rules: containers.opened(file)


PLANTS: dict[str, Callable[[], None]] = {
    "clock+1h": functools.partial(_clock, "clock+1h", 3600.0),
    "clock-1h": functools.partial(_clock, "clock-1h", -3600.0),
    "truncations told": _truncations_told,
    "containers": _containers_opened,
    **{name: bug.plant for name, bug in BUGS.items()},
}


def plant(names: str) -> None:
    """Make the changes of that name, several separated by commas."""
    for name in filter(None, names.split(",")):
        PLANTS[name]()


def pytest_configure() -> None:
    """As a plugin of pytest: make the changes in the process of the tests, for those that start no other."""
    plant(os.environ.get("PLANTED_BUG", ""))


if __name__ == "__main__":
    plant(sys.argv[1])
    from worker.cli.app import main

    sys.argv = ["copydesk", *sys.argv[2:]]
    sys.exit(main())
