"""A stack caught in the middle: lines written, entries in the stream, jobs in the queue, all at once."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.crashes.harness import oracle, processes
from tests.crashes.harness.corpus import Dropped, articles, drop, text
from tests.crashes.harness.deadline import wait_for
from tests.crashes.harness.quiet import under_way
from tests.crashes.harness.tamper import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.crashes.harness.stack import Process, Role, Stack


def afterwards() -> list[Dropped]:
    """What is dropped after a fault in the middle: new texts, and copies of one that was a line by then, of one that
    waited in the stream and of one that waited in the queue.
    """
    return [*articles(5, 30), *(Dropped(f"late copy of {n}.txt", text(n)) for n in (3, 12, 22))]


def drop_all(stack: Stack, files: Iterable[Dropped]) -> list[Dropped]:
    """Put all of `files` into the inbox; returns them."""
    files = list(files)
    for file in files:
        drop(stack.site.inbox, file)
    return files


def wait_lines(stack: Stack, count: int, seconds: float = 30.0) -> None:
    """Wait until `count` lines stand in the outputs."""

    def written() -> int:
        return oracle.line_count(stack.site)

    try:
        wait_for(lambda: written() >= count, seconds, f"{count} lines")
    except AssertionError as error:
        raise AssertionError(f"{error}: {written()} stand\n{stack.logs()}") from None


def stop_session(process: Process) -> None:
    """SIGSTOP to a process and its forks, and wait until all of them stand still."""
    for pid in processes.in_session(process.pid):
        processes.send(pid, signal.SIGSTOP)
    wait_for(
        lambda: all(processes.state(pid) in "Tt" for pid in processes.in_session(process.pid)),
        5,
        "a full stop",
    )


def continue_session(process: Process) -> None:
    """SIGCONT to a process and its forks."""
    for pid in processes.in_session(process.pid):
        processes.send(pid, signal.SIGCONT)


def caught_in_the_middle(stack: Stack, roles: dict[Role, Process], first: int = 0) -> list[Dropped]:
    """Bring the stack to where documents are in every state, the writer and the worker standing still.

    Ten are written, ten more (one a copy of a written one, two of one new text) are committed and wait in the
    stream, five wait in the queue. Returns all of them. `continue_session` sets the two going again.
    """
    client = stack.redis.client()
    dropped = drop_all(stack, articles(10, first))
    wait_lines(stack, first + 10)
    stop_session(roles["sink"])
    copies = [Dropped(f"copy {first} {n}.txt", text(n)) for n in (first, first + 17, first + 17)]
    copies[2] = Dropped(f"another copy {first}.txt", text(first + 17))
    dropped += drop_all(stack, [*articles(7, first + 10), *copies])
    stack.wait_for(lambda: client.xlen(KEYS.stream) >= 10, 20, "ten entries in the stream")
    stop_session(roles["worker"])
    dropped += drop_all(stack, articles(5, first + 20))
    stack.wait_for(lambda: under_way(stack.site, client).documents >= 15, 20, "five in the queue")
    return dropped
