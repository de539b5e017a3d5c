"""The parent of all processes of the service: one thread, no work of its own.

What dies is started again after a pause. A stop is a drain: the intake ends first, then the workers finish
the job in hand, then the writer writes what is committed, then Redis ends. What has not ended when its time
is up is killed: nothing is lost by that, it only comes back at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError
from worker.supervise.program import REFUSED, Child, Program, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from worker.supervise.signals import StopRequests

# By which part of the drain each stage must have ended, so that a stage that hangs leaves time for the next.
DRAIN_SHARE = {Stage.INTAKE: 0.25, Stage.WORK: 0.65, Stage.WRITE: 0.9, Stage.STORE: 1.0}
# A killed process ends at once, unless it is inside a call to a dead disk: that one is not waited for.
KILL_SECONDS = 2.0

_log = logging.getLogger("copydesk.run")


class Supervisor:
    """Keeps programs running. `requests` are the requests to stop."""

    def __init__(self, programs: Sequence[Program], requests: StopRequests) -> None:
        self._children = [Child(program) for program in programs]
        self._requests = requests
        # The write end is never used: that it closes when this process ends, however it ends, is its use.
        self._lifeline, self._held = os.pipe()

    def start(self) -> None:
        """Start all programs that are not to come later: each waits by itself for what it needs."""
        now = time.monotonic()
        for child in self._children:
            if child.program.delay_seconds:
                child.due = now + child.program.delay_seconds
            else:
                self._start(child)

    def tend(self, seconds: float, *also: int) -> list[int]:
        """Look after the programs until `seconds` are over or something happens.

        Returns:
            Those descriptors of `also` that can be read.

        Raises:
            ConfigurationError: a program refuses to start; starting it again can't help.
        """
        now = time.monotonic()
        due = [child.due - now for child in self._children if child.process is None]
        readable = self._requests.wait(min([seconds, *due]), *also)
        self._look_after()
        return readable

    def pids(self) -> dict[str, int]:
        """The process of each program that runs."""
        return {c.program.name: c.process.pid for c in self._children if c.process is not None}

    def drain(self, seconds: float, while_waiting: Callable[[], None] = lambda: None) -> bool:
        """End all programs by stages within `seconds`; one more request to stop kills them.

        Returns:
            Whether each of them ended by itself.
        """
        begin, asked = time.monotonic(), self._requests.count
        clean = True
        for stage in Stage:
            children = [child for child in self._children if child.program.stage == stage]
            for child in children:
                child.signal(signal.SIGTERM)
            deadline = begin + seconds * DRAIN_SHARE[stage]
            while self._running(children) and self._requests.count == asked and time.monotonic() < deadline:
                self._requests.wait(min(0.1, deadline - time.monotonic()))
                while_waiting()
            clean &= not self._running(children)
            if self._requests.count > asked:
                break
            self.kill(children)
        self.kill(self._children)
        return clean

    def kill(self, children: Sequence[Child]) -> None:
        """Kill what still runs of `children`, and wait until it has ended."""
        deadline = time.monotonic() + KILL_SECONDS
        for child in children:
            child.signal(signal.SIGKILL)
        while self._running(children) and time.monotonic() < deadline:
            self._requests.wait(0.05)

    def _look_after(self) -> None:
        self._bury_strangers()
        now = time.monotonic()
        for child in self._children:
            code = child.ended(now)
            if code is not None:
                self._ended(child, code)
            if child.process is None and child.due <= now:
                self._start(child)

    def _ended(self, child: Child, code: int) -> None:
        name = child.program.name
        if code == REFUSED and child.program.stage != Stage.STORE:
            raise ConfigurationError(name, "it refuses to start", "see what it says above")
        reason = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        _log.warning("%s %s; starting it again in %.1f s", name, reason, child.pause)
        if code > 0 and child.program.mend is not None:
            child.program.mend()

    def _start(self, child: Child) -> None:
        now = time.monotonic()
        try:
            child.start(now, self._lifeline)
        except OSError as error:
            # No memory or no process id just now: the same as a process that died at once.
            child.postpone(now)
            _log.error("%s can't be started: %s", child.program.name, error.strerror)

    def _running(self, children: Sequence[Child]) -> bool:
        now = time.monotonic()
        for child in children:
            child.ended(now)
        return any(child.process is not None for child in children)

    def _bury_strangers(self) -> None:
        """As process 1 of a container we inherit what a killed role leaves behind: wait for it."""
        if os.getpid() != 1:
            return
        ours = set(self.pids().values())
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if found.si_pid in ours:
                    return
                os.waitpid(found.si_pid, 0)
