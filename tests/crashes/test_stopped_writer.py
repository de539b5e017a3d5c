"""A writer that stands still keeps its lock: there is never a second one."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness import processes
from tests.crashes.harness.corpus import articles, known_set
from tests.crashes.harness.load import drop_all
from tests.crashes.harness.quiet import finish

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack

WHERE = (
    "sink.group_read",
    "sink.journal_synced",
    "sink.append_torn",
    "sink.output_synced",
    "reconcile.begin",
)


@pytest.mark.parametrize("window", WHERE)
def test_a_stopped_writer_keeps_its_lock(window: str, new_stack: NewStack) -> None:
    stack = new_stack()
    dropped = drop_all(stack, known_set())
    first = stack.start_all({"sink": f"{window}=stop"})["sink"]
    stack.wait_for(lambda: processes.state(first.pid) == "T", 20, f"a stop at {window}")

    second = stack.start("sink")
    assert second.wait_end() > 0
    assert "another copydesk writes to" in second.tail()

    processes.send(first.pid, signal.SIGCONT)
    finish(stack, dropped)


def test_the_next_writer_takes_over_from_one_that_was_killed_while_it_stood_still(
    new_stack: NewStack,
) -> None:
    stack = new_stack()
    dropped = drop_all(stack, known_set())
    first = stack.start_all({"sink": "sink.append_torn=stop"})["sink"]
    stack.wait_for(lambda: processes.state(first.pid) == "T", 20, "a stop")
    first.kill()
    stack.start("sink")
    dropped += drop_all(stack, articles(5, 30))
    finish(stack, dropped)
