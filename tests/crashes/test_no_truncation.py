"""The outputs are never cut: after a truncation `tail -F` would give the whole file again."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.corpus import articles, known_set
from tests.crashes.harness.load import drop_all, wait_lines
from tests.crashes.harness.quiet import finish

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack


@pytest.mark.parametrize("window", ["sink.journal_synced", "sink.append_torn", "sink.output_synced"])
def test_a_torn_line_is_completed_in_place(window: str, new_stack: NewStack) -> None:
    stack = new_stack()
    stack.planted = ",".join(filter(None, ("truncations told", stack.planted)))
    dropped = drop_all(stack, known_set())
    roles = stack.start_all({"sink": f"{window}=kill"})
    assert roles["sink"].wait_end() == -signal.SIGKILL
    again = stack.start("sink")
    wait_lines(stack, len(dropped))
    finish(stack, [*dropped, *drop_all(stack, articles(2, first=50))])
    said = again.log.read_text()
    assert "truncated:" not in said, said
