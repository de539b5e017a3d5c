"""The real roles as real processes over one site and one Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.crashes.harness import processes
from tests.crashes.harness.deadline import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.crashes.harness.server import RedisServer
    from tests.crashes.harness.site import Site

Role = Literal["watch", "worker", "sink", "files"]
ROLES: tuple[Role, ...] = ("watch", "worker", "sink")

# Quick, and small enough that every window is passed within a second.
QUICK: dict[str, str] = {
    "COPYDESK_INTAKE_SETTLE_SECONDS": "0.1",
    "COPYDESK_INTAKE_RECONCILE_SECONDS": "0.2",
    "COPYDESK_INTAKE_RESCAN_SECONDS": "0.5",
    "COPYDESK_INTAKE_DISK_FREE_BYTES_MIN": "0",
    "COPYDESK_SERVICE_LOG_LEVEL": "debug",
}


# Names what is planted in every role of every stack: see `planted.py`.
PLANTED = "PLANTED_BUG"


@dataclass(slots=True)
class Process:
    """A started role and where its standard error goes."""

    role: Role
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Its number, and that of its session."""
        return self.popen.pid

    def send(self, number: int) -> None:
        """Send a signal to this process alone."""
        processes.send(self.pid, number)

    def ended(self) -> bool:
        """Whether it has."""
        return self.popen.poll() is not None

    def wait_end(self, seconds: float = 15.0) -> int:
        """Its return code, once it has ended."""
        wait_for(self.ended, seconds, f"the end of {self.role} {self.pid}\n{self.tail()}")
        return int(self.popen.returncode)

    def kill(self) -> None:
        """SIGKILL to it and what it forked, at once."""
        processes.kill_session(self.pid)
        self.popen.wait(5)

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


@dataclass(slots=True)
class Stack:
    """Starts and ends roles. `settings` are COPYDESK_ variables, `planted` names changes to the code."""

    site: Site
    redis: RedisServer
    settings: dict[str, str] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)
    planted: str = field(default_factory=lambda: os.environ.get(PLANTED, ""))

    def plant(self, name: str) -> None:
        """Plant this in every role that is started from now on, besides what is planted."""
        self.planted = ",".join(filter(None, (self.planted, name)))

    def start(self, role: Role, failpoints: str = "") -> Process:
        """Start one role, with its failpoints armed."""
        log = self.site.logs / f"{len(self.started):03}-{role}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
        environment |= QUICK | self.settings
        environment["COPYDESK_FAILPOINTS"] = failpoints
        environment["COPYDESK_FAILPOINTS_LOG"] = str(self.site.reached)
        with log.open("wb") as stderr:
            popen = subprocess.Popen(
                [sys.executable, "-m", *self._program(), *self._arguments(role)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                cwd=self.site.base,
                start_new_session=True,
            )
        process = Process(role, popen, log)
        self.started.append(process)
        return process

    def start_all(self, failpoints: Mapping[Role, str] | None = None) -> dict[Role, Process]:
        """Start each role once."""
        return {role: self.start(role, (failpoints or {}).get(role, "")) for role in ROLES}

    def wait_for(self, fact: Callable[[], object], seconds: float, what: str) -> None:
        """As `deadline.wait_for`; a failure shows the logs."""
        try:
            wait_for(fact, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None

    def reached(self) -> list[str]:
        """The failpoints that fired, in order."""
        try:
            return self.site.reached.read_text().split()
        except FileNotFoundError:
            return []

    def close(self) -> None:
        """End everything that was started."""
        for process in self.started:
            process.kill()
        self.redis.close()

    def logs(self, lines: int = 12) -> str:
        """The end of every log, for a person who looks for the cause."""
        return "\n".join(f"--- {p.log.name}\n{p.tail(lines)}" for p in self.started)

    def _program(self) -> list[str]:
        return ["tests.crashes.harness.planted", self.planted] if self.planted else ["worker"]

    def _arguments(self, role: Role) -> list[str]:
        site = self.site
        where = ["--state", site.state.path]
        if role == "worker":
            return ["worker", *where]
        if role == "files":
            return ["worker", "--files", str(site.inbox), *where]
        return [role, str(site.inbox), "--out", site.out.path, *where]


def stop_gently(process: Process, seconds: float = 12.0) -> int:
    """SIGTERM, and the return code."""
    process.send(signal.SIGTERM)
    return process.wait_end(seconds)
