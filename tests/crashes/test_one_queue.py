"""One worker listens on one queue: with two, RQ takes jobs by a command that loses them when the worker dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.crashes.harness.corpus import articles
from tests.crashes.harness.load import drop_all
from tests.crashes.harness.quiet import finish
from tests.crashes.harness.tamper import QUEUE, queued_jobs

if TYPE_CHECKING:
    import redis

    from tests.crashes.conftest import NewStack


def _waiting_commands(client: redis.Redis) -> set[str]:
    return {row["cmd"] for row in client.client_list() if row["user"] == "desk"}


def test_an_idle_worker_waits_with_blmove(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    stack.start("watch")
    stack.start("worker")
    stack.wait_for(lambda: "blmove" in _waiting_commands(client), 15, "blmove")


def test_a_job_whose_worker_died_between_taking_and_starting_it_waits_again(new_stack: NewStack) -> None:
    """The intake, which would publish it again, stands still: the workers alone bring it back."""
    stack = new_stack()
    client = stack.redis.client()
    dropped = drop_all(stack, articles(3))
    watch = stack.start("watch")
    stack.wait_for(lambda: len(queued_jobs(client)) > 0, 15, "a job")
    watch.kill()
    for _ in queued_jobs(client):
        client.lmove(QUEUE, f"{QUEUE}:intermediate", "RIGHT", "LEFT")
    stack.start("sink")
    stack.start("worker")
    stack.wait_for(lambda: not client.exists(f"{QUEUE}:intermediate"), 15, "they wait again")
    stack.start("watch")
    finish(stack, dropped)
