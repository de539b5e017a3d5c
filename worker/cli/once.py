"""`copydesk ingest`: once through given paths, by a service on the same output or by its own processes."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import click

from worker import logs
from worker.cli import wiring
from worker.cli.meter import LineCopy, Meter, Totals
from worker.cli.options import Given, settings_flags
from worker.disk import lock
from worker.disk.claims import batches, read_claim
from worker.disk.position import OUTPUTS, Positions, read_position
from worker.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from worker.disk.layout import OutFolder
    from worker.intake.progress import Progress
    from worker.settings import Settings
    from worker.settings_table import Value
    from worker.supervise.signals import StopRequests
    from worker.supervise.terminal import Terminal

# A writer that died is back within its pause, or that of its container.
WRITER_GONE_SECONDS = 15.0
LOOK_SECONDS = 0.5


_ordinal = attrgetter("ordinal")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--again", is_flag=True, help="Take also what was taken before.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
@settings_flags("--out", "--workers", "--redis", "--state", "--log-level")
def ingest(given: Given, paths: tuple[str, ...], *, again: bool, as_json: bool) -> int:
    """Make lines of given files, once through; they stay where they are.

    With `--out -` the lines go to standard output. Otherwise what was taken before is known and not taken
    again, and beside a running service on the same output that service does the work. Exit code: 0 where
    every document is a line, 3 where some were rejected or could not be taken, 1 where it was stopped.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise ConfigurationError("PATH", f"there is no {path}", "name files or folders")
    if given.overrides.get("paths.out") != "-":
        return _ingest(given.settings_beside(), paths, again=again, as_json=as_json, to_stdout=False)
    with tempfile.TemporaryDirectory(prefix="copydesk-", ignore_cleanup_errors=True) as folder:
        private = replace(given, overrides={**given.overrides, **_private(folder)})
        return _ingest(private.settings(), paths, again=again, as_json=as_json, to_stdout=True)


def _private(folder: str) -> dict[str, Value]:
    """Settings that keep everything in `folder`, in one file from the first line to the last."""
    return {
        "paths.out": folder,
        "paths.state": "",
        "paths.inboxes": (),
        "redis.url": "",
        "sink.segment_bytes_max": 1 << 40,
        "sink.segment_seconds": 0,
    }


def _ingest(settings: Settings, paths: tuple[str, ...], *, again: bool, as_json: bool, to_stdout: bool) -> int:
    from worker.supervise.signals import StopRequests
    from worker.supervise.terminal import Terminal

    if settings.service.log_level == "info":
        # Who waits for the end of it wants to hear of trouble only.
        settings = replace(settings, service=replace(settings.service, log_level="warning"))
    logs.set_up("ingest", settings.service.log_level)
    out = wiring.make_out(settings)
    totals = Totals()
    copy = LineCopy(out.active("articles"), sys.stdout.buffer) if to_stdout else None
    with StopRequests() as requests, Terminal() as terminal:
        run = _Run(settings, paths, again, requests, terminal)
        meter = Meter(terminal, totals)
        for report in run.reports(totals):
            totals.take(report)
            if not (to_stdout and sys.stdout.isatty()):
                meter.show()
            terminal.pass_on()
            if copy is not None:
                copy.go_on()
        totals.count()
        totals.complete = not requests() or (totals.done > 0 and totals.left == 0)
    totals.tell(as_json=as_json, err=to_stdout)
    return totals.exit_code


@dataclass(slots=True)
class _Gone:
    """Whether the service has ended: nobody has held the lock at `path` for more than `seconds`."""

    path: str
    seconds: float
    gone: bool = False
    _seen: float = field(default_factory=time.monotonic)
    _look_at: float = 0.0

    def look(self, now: float) -> bool:
        """Look, now and then."""
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            if lock.is_held(self.path):
                self._seen = now
            self.gone = now - self._seen > self.seconds
        return self.gone


@dataclass(frozen=True, slots=True)
class _Run:
    settings: Settings
    paths: tuple[str, ...]
    again: bool
    requests: StopRequests
    terminal: Terminal

    def reports(self, totals: Totals) -> Iterator[Progress]:
        """Go through the paths; where a service ends meanwhile, go on without it."""
        out, state = wiring.make_out(self.settings), wiring.make_state(self.settings)
        while True:
            try:
                held = lock.hold_lock(state.lock)
            except lock.LockedError:
                gone = _Gone(state.lock, 0.0)
            else:
                try:
                    if not lock.is_held(out.lock):
                        totals.alone(out)
                        yield from self._alone()
                        return
                finally:
                    os.close(held)
                # The roles run each by itself, as in containers.
                gone = _Gone(out.lock, WRITER_GONE_SECONDS)
            totals.beside(out, self._since(out))
            yield from self._beside(gone)
            if not gone.gone:
                return
            totals.turn_over()

    def _since(self, out: OutFolder) -> Positions:
        """Where the first line of this run can stand: the end, or where a run that was cut short left off."""
        from worker.intake.ingest import NAME

        work = wiring.make_state(self.settings).work(NAME)
        claimed = (read_claim(work, batch) for batch in batches(work))
        marks = [read_position(out), *(claim.since for claim in claimed if claim is not None)]
        first = {output: min((mark.of(output) for mark in marks), key=_ordinal) for output in OUTPUTS}
        return Positions(**first)

    def _beside(self, gone: _Gone) -> Iterator[Progress]:
        """The service on the same output does the work, until all is done or the service has ended."""
        with contextlib.closing(self._claims()) as claims:
            for report in claims:
                yield report
                if gone.look(time.monotonic()):
                    return

    def _alone(self) -> Iterator[Progress]:
        """Writer and workers of our own do the work, and a Redis of our own if none is named."""
        from worker.supervise.supervisor import Supervisor

        settings = self.settings
        programs = wiring.roles(settings, ("sink", "worker", "files"))
        if not settings.redis.url:
            programs.insert(0, wiring.redis_program(settings, wiring.make_state(settings)))
        supervisor = Supervisor(programs, self.requests)
        supervisor.start()
        try:
            with contextlib.closing(self._claims()) as claims:
                for report in claims:
                    supervisor.tend(0.0, *self.terminal.readable)
                    yield report
        finally:
            supervisor.drain(settings.service.drain_seconds, self.terminal.pass_on)

    def _claims(self) -> Generator[Progress]:
        from worker.disk.signing_key import make_key
        from worker.intake.ingest import ingest_paths
        from worker.store.connection import connect
        from worker.store.keys import Keys

        settings = self.settings
        out, state = wiring.make_out(settings), wiring.make_state(settings)
        client = connect(wiring.redis_urls(settings, state).desk, name="ingest")
        keys, key = Keys(settings.redis.prefix), make_key(state.key)
        reports = ingest_paths(self.paths, settings, out, state, client, keys, key, self.requests, again=self.again)
        yield from reports
