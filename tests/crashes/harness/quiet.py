"""When nothing is under way any more: what is claimed, queued, committed or being written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import redis

from tests.crashes.harness import oracle
from tests.crashes.harness.deadline import wait_for
from tests.crashes.harness.tamper import KEYS, QUEUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crashes.harness.corpus import Dropped
    from tests.crashes.harness.site import Site
    from tests.crashes.harness.stack import Stack


_LANES = ("-files", "-files:intermediate")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How much is where."""

    inbox: int
    claimed: int
    stream: int
    documents: int
    queued: int
    running: int
    containers: int
    payloads: tuple[str, ...]

    def nothing(self) -> bool:
        """Whether it is quiet."""
        return self == UnderWay(0, 0, 0, 0, 0, 0, 0, ())


def under_way(site: Site, client: redis.Redis) -> UnderWay:
    """What is where now."""
    return UnderWay(
        inbox=0 if site.keep else len(oracle.waiting(site)),
        claimed=len(oracle.claimed(site)),
        stream=_size(client, KEYS.stream, "xlen"),
        documents=_size(client, KEYS.documents, "hlen"),
        queued=sum(_size(client, f"{QUEUE}{lane}", "llen") for lane in ("", ":intermediate", *_LANES)),
        running=sum(_size(client, f"rq:wip:{lane.queue}", "zcard") for lane in KEYS.lanes),
        containers=_size(client, KEYS.members, "hlen"),
        payloads=tuple(name.decode() for name in client.scan_iter(KEYS.payload("*"))),
    )


def _size(client: redis.Redis, key: str, command: str) -> int:
    try:
        return cast(int, client.execute_command(command, key))  # type: ignore[no-untyped-call]
    except redis.ResponseError:
        return -1  # of a foreign type: somebody has to mend that first


def wait_quiet(stack: Stack, lines: int, seconds: float = 30.0) -> None:
    """Wait until `lines` lines stand in the outputs and nothing is under way; else say what still is."""
    last: list[object] = []

    def quiet() -> bool:
        now = under_way(stack.site, stack.redis.client())
        written = oracle.line_count(stack.site)
        last[:] = [now, written]
        return written >= lines and now.nothing()

    try:
        wait_for(quiet, seconds, "quiet")
    except AssertionError as error:
        raise AssertionError(f"{error}: {last}, {lines} lines are owed\n{stack.logs()}") from None


def finish(stack: Stack, dropped: Sequence[Dropped], seconds: float = 30.0) -> oracle.Outputs:
    """Wait until all of `dropped` is through, then let the oracle judge."""
    wait_quiet(stack, sum(len(file.lines()) for file in dropped), seconds)
    try:
        return oracle.judge(stack.site, dropped)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stack.logs()}") from None
