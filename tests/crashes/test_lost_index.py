"""The index of duplicates is lost and the stream is not: what waits there is in no line that could fill it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.load import afterwards, caught_in_the_middle, continue_session, drop_all
from tests.crashes.harness.quiet import finish
from tests.crashes.harness.tamper import KEYS, spoil

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from tests.crashes.conftest import NewStack


def list_deleted(client: redis.Redis) -> None:
    client.delete(KEYS.generations)


def list_spoiled(client: redis.Redis) -> None:
    spoil(client, KEYS.generations)


def generation_spoiled(client: redis.Redis) -> None:
    (name,) = client.scan_iter(KEYS.exact("*"))
    spoil(client, name.decode())


@pytest.mark.parametrize("loss", [list_deleted, list_spoiled, generation_spoiled])
def test_copies_of_what_waits_are_still_found(loss: Callable[[redis.Redis], None], new_stack: NewStack) -> None:
    stack = new_stack()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    roles["sink"].kill()
    loss(stack.redis.client())
    continue_session(roles["worker"])
    stack.start("sink")
    dropped += drop_all(stack, afterwards())
    finish(stack, dropped)
