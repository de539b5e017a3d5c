"""A worker takes up what the writer has learned: between two jobs, never within one."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.store.learned_wire import fetch_learned
from worker.store.wire import ForgedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.jobs.desk import Desk, Stages
    from worker.rules import Rules

LOOK_SECONDS = 1.0

_log = logging.getLogger("copydesk.worker")


class Rulebook:
    """The rules that a process works with, and the stages that they make. `build` makes stages of rules."""

    def __init__(self, rules: Rules, build: Callable[[Rules], Stages]) -> None:
        self._rules = rules
        self._build = build
        self._looked = float("-inf")

    def applied(self, desk: Desk) -> Desk:
        """`desk` with the newest rules: it looks once a second at the most.

        Raises:
            one of `AWAY`: Redis is away.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return desk
        try:
            learned = fetch_learned(desk.client, desk.keys, desk.key, self._rules.learned.version)
            self._looked = now
        except ForgedError as error:
            _log.error("what was learned is not taken over: %s", error)
            self._looked = now
            return desk
        if learned is None:
            return desk
        self._rules = self._rules.with_learned(learned)
        return replace(desk, stages=self._build(self._rules), rules_version=self._rules.version)
