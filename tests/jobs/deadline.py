"""Waiting for what another process does: never for a fixed time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def wait_for(fact: Callable[[], object], what: str, seconds: float = 30.0) -> float:
    """Return when `fact()` is true, with the seconds that it took; fail the test where it does not become so."""
    begun = time.monotonic()
    while not fact():
        if time.monotonic() - begun > seconds:
            pytest.fail(f"after {seconds} s still not: {what}")
        time.sleep(0.01)
    return time.monotonic() - begun
