"""Redis killed, frozen, wiped, damaged, rolled back or full: nothing is lost, nothing comes twice."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.corpus import articles, near_copy
from tests.crashes.harness.load import (
    afterwards,
    caught_in_the_middle,
    continue_session,
    drop_all,
    stop_session,
    wait_lines,
)
from tests.crashes.harness.quiet import finish
from tests.crashes.harness.tamper import KEYS

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack
    from tests.crashes.harness.stack import Stack


def killed(stack: Stack) -> None:
    stack.redis.kill()
    stack.redis.start()


def frozen(stack: Stack) -> None:
    stack.redis.freeze()
    time.sleep(2.0)  # the fault itself: how long Redis does not answer
    stack.redis.thaw()


def flushed(stack: Stack) -> None:
    stack.redis.client().flushall()


def without_scripts(stack: Stack) -> None:
    stack.redis.client().script_flush()


def with_its_file_cut(stack: Stack) -> None:
    stack.redis.kill()
    aof = stack.redis.aof()
    os.truncate(aof, random.Random(7).randrange(1, aof.stat().st_size))
    stack.redis.start()


def with_its_file_damaged(stack: Stack) -> None:
    stack.redis.kill()
    aof = stack.redis.aof()
    middle = aof.stat().st_size // 2
    with aof.open("r+b") as file:
        file.seek(middle)
        file.write(b"\r\nthis is not a command\r\n" * 4)
    stack.redis.start()


def wiped(stack: Stack) -> None:
    stack.redis.kill()
    stack.redis.wipe_data()
    stack.redis.start()


FAULTS = (killed, frozen, flushed, without_scripts, with_its_file_cut, with_its_file_damaged, wiped)


@pytest.mark.parametrize("fault", FAULTS)
def test_redis_in_the_middle_of_the_work(fault: object, new_stack: NewStack) -> None:
    assert callable(fault)
    stack = new_stack()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)

    fault(stack)
    for role in ("sink", "worker"):
        continue_session(roles[role])
    dropped += drop_all(stack, afterwards())
    finish(stack, dropped)
    assert not [process.role for process in stack.started if process.ended()], "a role gave up"


def test_redis_rolled_back_to_an_older_copy_of_its_data(new_stack: NewStack) -> None:
    stack = new_stack()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    stack.redis.copy_data(stack.site.base / "older")
    for role in ("sink", "worker"):
        continue_session(roles[role])
    wait_lines(stack, len(dropped))
    dropped += drop_all(stack, afterwards())

    stack.redis.kill()
    stack.redis.restore_data(stack.site.base / "older")
    stack.redis.start()
    dropped += drop_all(stack, articles(5, 40))
    finish(stack, dropped)


@pytest.mark.parametrize("duplicates", ["mark", "drop"])
@pytest.mark.parametrize("copied", ["before their claims", "after their claims"])
def test_redis_rolled_back_with_near_copies_under_way(duplicates: str, copied: str, new_stack: NewStack) -> None:
    stack = new_stack({"COPYDESK_SINK_DUPLICATES": duplicates})
    roles = stack.start_all()
    older, client = stack.site.base / "older", stack.redis.client()
    dropped = drop_all(stack, articles(4))
    wait_lines(stack, 4)
    if copied == "before their claims":
        stack.redis.copy_data(older)
    stop_session(roles["sink"])
    dropped += drop_all(stack, [*articles(3, 10), *(near_copy(number, 0) for number in (0, 1, 10, 11))])
    stack.wait_for(lambda: client.xlen(KEYS.stream) >= 7, 20, "seven entries in the stream")
    if copied == "after their claims":
        stack.redis.copy_data(older)
        continue_session(roles["sink"])
        wait_lines(stack, len(dropped))
        stop_session(roles["sink"])

    stack.redis.kill()
    stack.redis.restore_data(older)
    stack.redis.start()
    continue_session(roles["sink"])
    dropped += drop_all(stack, [near_copy(number, 1) for number in (0, 2, 10, 12)])
    found = finish(stack, dropped)
    assert sum(line["duplicate"] is not None for line in found.accepted) == 8
    assert len(found.duplicates) == (8 if duplicates == "drop" else 0)


@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_redis_away_is_waited_out_by_every_role(seconds: float, new_stack: NewStack) -> None:
    stack = new_stack()
    stack.start_all()
    dropped = drop_all(stack, articles(5))
    wait_lines(stack, 5)

    stack.redis.kill()
    dropped += drop_all(stack, articles(20, 10))
    time.sleep(seconds)  # the fault itself
    stack.redis.start()
    finish(stack, dropped)
    assert not [process.role for process in stack.started if process.ended()], "a role gave up"


def test_redis_without_memory_is_waited_out(new_stack: NewStack) -> None:
    stack = new_stack()
    stack.start_all()
    dropped = drop_all(stack, articles(5))
    wait_lines(stack, 5)

    client = stack.redis.client()
    client.config_set("maxmemory", 3_000_000)
    dropped += drop_all(stack, articles(60, 10, sentences=600))
    time.sleep(3.0)  # the fault itself: long enough for the queue to fill what memory there is
    refused = client.info("errorstats").get("errorstat_OOM")
    client.config_set("maxmemory", 0)
    assert refused is not None, "Redis had to refuse something"
    finish(stack, dropped)
    assert not [process.role for process in stack.started if process.ended()], "a role gave up"


def test_a_redis_that_was_there_first_and_is_there_last_changes_nothing(new_stack: NewStack) -> None:
    """Kill after kill: each start of Redis is a new one to reconcile, and one may come amid the other."""
    stack = new_stack()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    for role in ("sink", "worker"):
        continue_session(roles[role])
    choose = random.Random(11)
    for round_ in range(5):
        killed(stack)
        dropped += drop_all(stack, articles(4, 40 + 10 * round_))
        time.sleep(choose.uniform(0, 0.3))  # the fault itself: anywhere in the reconciling
    finish(stack, dropped)
