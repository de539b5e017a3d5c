"""Commits are refused until the writer has brought this very Redis up: the index may lack what the lines have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.corpus import Dropped, articles, text
from tests.crashes.harness.load import drop_all, wait_lines
from tests.crashes.harness.quiet import finish
from tests.crashes.harness.tamper import KEYS

if TYPE_CHECKING:
    import redis

    from tests.crashes.conftest import NewStack


def _commits_tried(client: redis.Redis) -> int:
    return int(client.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0))


@pytest.mark.parametrize("ready", [None, "0" * 40])
def test_no_commit_is_taken_while_nobody_has_reconciled_this_redis(ready: str | None, new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    dropped = drop_all(stack, articles(3))
    roles = stack.start_all()
    wait_lines(stack, 3)
    stack.wait_for(lambda: client.xlen(KEYS.stream) == 0, 20, "the writer has taken all away")

    roles["sink"].kill()
    client.delete(KEYS.ready)
    if ready is not None:
        client.set(KEYS.ready, ready)
    client.config_resetstat()
    dropped += drop_all(stack, [*articles(3, first=10), Dropped("copy.txt", text(1))])
    stack.wait_for(
        lambda: _commits_tried(client) >= 3 or client.xlen(KEYS.stream), 20, "the worker tries again and again"
    )
    assert client.xlen(KEYS.stream) == 0

    stack.start("sink")
    finish(stack, dropped)
