"""The wall clock decides nothing: it may jump by an hour in either direction while the work goes on."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.corpus import articles, drop, known_set
from tests.crashes.harness.load import drop_all, wait_lines
from tests.crashes.harness.quiet import finish

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack


@pytest.mark.parametrize("jump", ["clock+1h", "clock-1h"])
def test_a_jump_of_the_clock_in_every_role(jump: str, new_stack: NewStack) -> None:
    stack = new_stack()
    stack.planted = jump
    stack.start_all()
    dropped = drop_all(stack, known_set())
    wait_lines(stack, len(dropped))
    jumped = f"{jump}: the clock has jumped"
    for number in range(40):  # before, at and after the jump
        dropped += drop_all(stack, articles(1, 50 + number))
        time.sleep(0.05)
    assert all(jumped in process.log.read_text() for process in stack.started)
    finish(stack, dropped)


def test_files_from_the_future_and_from_long_ago(new_stack: NewStack) -> None:
    stack = new_stack()
    stack.start_all()
    dropped = articles(4)
    for file, age in zip(dropped, (-3600, 3600, 50 * 365 * 86_400, -10 * 365 * 86_400), strict=True):
        drop(stack.site.inbox, file, "write")
        moment = time.time() - age
        os.utime(stack.site.inbox / file.path, (moment, moment))
    finish(stack, dropped)
