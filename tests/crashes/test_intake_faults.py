"""The intake killed, doubled and stopped; and everything at once."""

from __future__ import annotations

import functools
import random
import signal
import time
from typing import TYPE_CHECKING

from tests.crashes.harness import oracle, processes
from tests.crashes.harness.corpus import Dropped, articles, known_set, text
from tests.crashes.harness.deadline import wait_for
from tests.crashes.harness.load import caught_in_the_middle, drop_all, wait_lines
from tests.crashes.harness.quiet import finish
from tests.crashes.harness.tamper import KEYS
from worker.disk import claims

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack
    from tests.crashes.harness.stack import Stack

SEED = 5


def _fewer_than(stack: Stack, count: int) -> bool:
    return len(oracle.waiting(stack.site)) < count


def test_an_intake_killed_again_and_again_amid_a_backlog(new_stack: NewStack) -> None:
    # Small batches, so that the backlog outlasts the deaths.
    stack = new_stack({"COPYDESK_INTAKE_BATCH_MAX": "4"})
    dropped = drop_all(stack, [*articles(1900), *(Dropped(f"copy/{n}.txt", text(n)) for n in range(100))])
    stack.start("worker")
    stack.start("sink")
    choose = random.Random(SEED)
    for _ in range(6):
        taken = functools.partial(_fewer_than, stack, len(oracle.waiting(stack.site)))
        watch = stack.start("watch")
        wait_for(taken, 20, "a claim")
        time.sleep(choose.uniform(0, 0.05))  # the fault itself: anywhere in its work
        watch.kill()
    assert oracle.waiting(stack.site), "the last death was amid the backlog"
    stack.start("watch")
    finish(stack, dropped, 60)


def test_a_second_intake_on_one_inbox_is_refused(new_stack: NewStack) -> None:
    stack = new_stack()
    first = stack.start_all()["watch"]
    dropped = drop_all(stack, known_set())
    wait_lines(stack, len(dropped))
    processes.send(first.pid, signal.SIGSTOP)
    second = stack.start("watch")
    assert second.wait_end() > 0
    assert str(first.pid) in second.tail(), "it says who holds the lock"
    processes.send(first.pid, signal.SIGCONT)
    dropped += drop_all(stack, articles(5, 30))
    finish(stack, dropped)


def test_two_intakes_started_at_once_are_one(new_stack: NewStack) -> None:
    stack = new_stack()
    dropped = drop_all(stack, articles(50))
    stack.start("worker")
    stack.start("sink")
    both = [stack.start("watch"), stack.start("watch")]
    stack.wait_for(lambda: any(process.ended() for process in both), 20, "one gives up")
    finish(stack, dropped)
    assert [process.ended() for process in both].count(True) == 1


def test_a_claimed_file_that_is_written_on_gives_its_old_text_back(new_stack: NewStack) -> None:
    """Its copy, committed in between, is then no copy of anything: nobody has that text but itself."""
    stack = new_stack()
    client = stack.redis.client()
    dropped = drop_all(stack, articles(1))
    roles = stack.start_all()
    wait_lines(stack, 1)
    stack.wait_for(lambda: not oracle.claimed(stack.site), 20, "it is filed")
    roles["sink"].kill()
    drop_all(stack, [Dropped("draft.txt", text(50))])
    stack.wait_for(lambda: client.xlen(KEYS.stream) == 1, 20, "the draft is committed")
    (batch,) = oracle.claimed(stack.site)
    (document,) = claims.standing(stack.site.work, batch)
    with open(claims.document_path(stack.site.work, batch, document), "wb") as file:
        file.write(text(51))
    dropped += [Dropped("draft.txt", text(51)), *drop_all(stack, [Dropped("copy of the draft.txt", text(50))])]
    stack.wait_for(lambda: client.xlen(KEYS.stream) == 2, 20, "the copy is committed")
    stack.start("sink")
    finish(stack, dropped)


def test_everything_killed_at_once_and_redis_gone_for_good(new_stack: NewStack) -> None:
    stack = new_stack()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    for process in roles.values():
        process.kill()
    stack.redis.kill()
    stack.redis.wipe_data()
    dropped += drop_all(stack, articles(5, 30))
    stack.redis.start()
    stack.start_all()
    finish(stack, dropped)
