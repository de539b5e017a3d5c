"""Whatever comes twice, or late, is written once."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.crashes.harness import processes
from tests.crashes.harness.corpus import known_set
from tests.crashes.harness.load import afterwards, caught_in_the_middle, continue_session, drop_all, wait_lines
from tests.crashes.harness.quiet import finish, under_way
from tests.crashes.harness.tamper import KEYS, QUEUE, add_entry, entries, queued_jobs
from worker.disk.signing_key import read_key
from worker.jobs.queue import publish
from worker.store.wire import unpack_payload

if TYPE_CHECKING:
    from tests.crashes.conftest import NewStack


def test_each_job_delivered_three_times(new_stack: NewStack) -> None:
    stack = new_stack({"COPYDESK_INTAKE_BATCH_MAX": "2"})
    client = stack.redis.client()
    dropped = drop_all(stack, known_set())
    stack.start("watch")
    stack.wait_for(lambda: under_way(stack.site, client).documents == len(dropped), 20, "all queued")
    for job in queued_jobs(client) * 2:
        client.rpush(QUEUE, job)
    stack.start("worker")
    stack.start("worker")
    stack.start("sink")
    finish(stack, dropped)


def test_each_batch_published_three_times_under_other_names(new_stack: NewStack) -> None:
    stack = new_stack({"COPYDESK_INTAKE_BATCH_MAX": "3"})
    client = stack.redis.client()
    key_path = stack.site.state.key
    dropped = drop_all(stack, known_set())
    watch = stack.start("watch")
    stack.wait_for(lambda: under_way(stack.site, client).documents == len(dropped), 20, "all queued")
    processes.send(watch.pid, signal.SIGSTOP)
    key = read_key(key_path)
    for job in queued_jobs(client):
        signed = client.get(KEYS.payload(job.decode()))
        assert isinstance(signed, bytes)
        payload = unpack_payload(key, signed)
        for suffix in ("again", "oncemore"):
            publish(client, KEYS, key, [replace(payload, job=f"{payload.batch}-{suffix}")])
    processes.send(watch.pid, signal.SIGCONT)
    stack.start("worker")
    stack.start("worker")
    stack.start("sink")
    finish(stack, dropped)


def test_each_stream_entry_added_twice(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    for _, fields in entries(client):
        add_entry(client, fields)
    for role in ("sink", "worker"):
        continue_session(roles[role])
    finish(stack, dropped)


def test_entries_replayed_after_their_lines_are_durable(new_stack: NewStack) -> None:
    stack = new_stack()
    client = stack.redis.client()
    roles = stack.start_all()
    dropped = caught_in_the_middle(stack, roles)
    waiting = entries(client)
    for role in ("sink", "worker"):
        continue_session(roles[role])
    wait_lines(stack, len(dropped))
    for _, fields in waiting:
        add_entry(client, fields)
    dropped += drop_all(stack, afterwards())
    finish(stack, dropped)


def test_a_worker_that_stood_still_and_comes_back_late_changes_nothing(new_stack: NewStack) -> None:
    stack = new_stack()
    slow = stack.start("worker", "work.before_commit=stop")
    stack.start("watch")
    stack.start("sink")
    dropped = drop_all(stack, known_set())
    stack.wait_for(lambda: stack.reached() == ["work.before_commit"], 20, "a stop")
    for pid in processes.in_session(slow.pid):
        processes.send(pid, signal.SIGSTOP)
    stack.start("worker")
    wait_lines(stack, len(dropped))
    continue_session(slow)
    finish(stack, dropped)
