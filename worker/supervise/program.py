"""One program of the service: what it is, how it is started, how it is told to end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING

from worker.parent import die_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REFUSED = 2
"""The exit code of a role that refuses to start: starting it again can't help."""
BACKOFF_SECONDS_MIN = 0.1
BACKOFF_SECONDS_MAX = 10.0
STEADY_SECONDS = 30.0


class Stage(IntEnum):
    """The order in which programs end: first nothing new is taken, last goes what the others still need."""

    INTAKE = 0
    WORK = 1
    WRITE = 2
    STORE = 3


@dataclass(frozen=True, slots=True)
class Program:
    """A command that is to run for as long as the service does.

    `environ` is its whole environment. It is started `delay_seconds` after the service. `mend` is called before the
    next start when it ended by itself with an error. `{lifeline}` in `argv` becomes the number of the descriptor to
    hold on to (see `lifeline.py`).
    """

    name: str
    argv: tuple[str, ...]
    stage: Stage
    environ: Mapping[str, str]
    mend: Callable[[], None] | None = None
    delay_seconds: float = 0.0


def next_pause(pause_seconds: float, ran_seconds: float) -> float:
    """How long to wait before the next start: twice the last pause, or the least after a steady run."""
    if ran_seconds >= STEADY_SECONDS:
        return BACKOFF_SECONDS_MIN
    return min(max(pause_seconds * 2, BACKOFF_SECONDS_MIN), BACKOFF_SECONDS_MAX)


@dataclass(slots=True)
class Child:
    """A program with its process, if one runs. Times are of the monotonic clock, in seconds."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def start(self, now: float, lifeline: int) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches the supervisor alone.

        Raises:
            OSError: the system can't start a process now.
        """
        self.started = now
        argv = [word.replace("{lifeline}", str(lifeline)) for word in self.program.argv]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,  # standard output is the command's own: the lines of `ingest --out -`
            env=self.program.environ,
            pass_fds=(lifeline,),
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),  # noqa: PLW1509 - the supervisor has one thread
        )

    def ended(self, now: float) -> int | None:
        """The exit code of a process that has just ended; the next start is due after a pause."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.postpone(now)
        return code

    def postpone(self, now: float) -> None:
        """There is no process; the next start is due after a pause."""
        self.process = None
        self.pause = next_pause(self.pause, now - self.started)
        self.due = now + self.pause

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process; a kill goes to its whole session, forked processes included."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
