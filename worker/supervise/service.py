"""The life of the service: start, say when it is ready, say how it goes, stop."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.supervise.signals import StopRequests
    from worker.supervise.supervisor import Supervisor
    from worker.supervise.terminal import Terminal

READY_LOOK_SECONDS = 0.05
SCREEN_SECONDS = 1.0
LINE_SECONDS = 10.0
# A look that takes long, at a folder of a million files, is taken less often.
COST_SHARE = 20
REFUSED_SECONDS = 3.0

_log = logging.getLogger("copydesk.run")


@dataclass(slots=True)
class Pulse:
    """Says when the service is ready and how it goes: in place on a terminal, else as a line when it changed.

    `ready` tells whether a file that is dropped now becomes a line, `status` how it goes, in a few words.
    """

    terminal: Terminal
    ready: Callable[[], bool]
    status: Callable[[], str]
    welcome: str
    _is_ready: bool = False
    _due: float = 0.0
    _said: str = ""

    def pause(self) -> float:
        """For how many seconds there is nothing to say."""
        return max(self._due - time.monotonic(), 0.0)

    def beat(self) -> None:
        """Say what is due."""
        begin = time.monotonic()
        if begin < self._due:
            return
        if not self._is_ready:
            self._is_ready = self.ready()
            if not self._is_ready:
                self._due = begin + READY_LOOK_SECONDS
                return
            _log.info("ready after %.1f s: %s", _age_seconds(), self.welcome)
        self._say(self.status())
        took = time.monotonic() - begin
        self._due = begin + max(self._seconds(), took * COST_SHARE)

    def _seconds(self) -> float:
        return SCREEN_SECONDS if self.terminal.interactive else LINE_SECONDS

    def _say(self, status: str) -> None:
        if self.terminal.interactive:
            self.terminal.show(status)
        elif status != self._said:
            _log.info("%s", status)
        self._said = status


def _age_seconds() -> float:
    """How long this process has been there, by the kernel's account: what a user waited for is all in it."""
    with open("/proc/self/stat", "rb") as file:
        started = int(file.read().rpartition(b")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")


def serve(supervisor: Supervisor, requests: StopRequests, pulse: Pulse, drain_seconds: float) -> int:
    """Run the service until somebody asks it to stop.

    Returns:
        The exit code: 0 after a drain, 1 after a second request to stop, 2 where a role refuses to start.
    """
    supervisor.start()
    try:
        while not requests():
            supervisor.tend(pulse.pause(), *pulse.terminal.readable)
            pulse.terminal.pass_on()
            pulse.beat()
    except ConfigurationError as error:
        _log.error("%s", error)
        supervisor.drain(REFUSED_SECONDS, pulse.terminal.pass_on)
        return 2
    _log.info("stopping: what is in hand is finished, for %g s at the most", drain_seconds)
    clean = supervisor.drain(drain_seconds, pulse.terminal.pass_on)
    _log.info("stopped" if clean else "stopped; what was in hand is done after the next start")
    return 0 if requests.count == 1 else 1
