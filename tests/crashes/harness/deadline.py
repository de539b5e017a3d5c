"""Waiting for a fact, never for luck."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def wait_for(fact: Callable[[], object], seconds: float, what: str) -> None:
    """Poll `fact` until it holds; an AssertionError that names `what` where it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.05)
