"""What `copydesk ingest` shows: a bar while it works, a summary at the end, the lines themselves if asked."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import click
import orjson

from worker.disk.position import Positions, read_position
from worker.intake.progress import Progress

if TYPE_CHECKING:
    from worker.disk.layout import OutFolder
    from worker.supervise.terminal import Terminal

BAR_WIDTH = 24
SHOWN_AFTER_SECONDS = 1.0
SHOWN_EVERY_SECONDS = 0.1
_COPY_BYTES = 1 << 20


@dataclass(slots=True)
class Totals:
    """The counts of one `ingest`, which may have several turns: `earlier` are those of the turns before.

    Files are what is found and done. A file that holds many documents is several lines: those are counted from
    `since` on, where nobody else writes to `out` meanwhile; beside a service each file counts as one.
    """

    begun: float = field(default_factory=time.monotonic)
    last: Progress = field(default_factory=Progress)
    earlier_done: int = 0
    earlier_rejected: int = 0
    complete: bool = False
    out: OutFolder | None = None
    since: Positions | None = None

    def alone(self, out: OutFolder) -> None:
        """From now on every line in `out` is ours."""
        self.out, self.since = out, read_position(out)

    def _lines(self) -> Positions | None:
        return read_position(self.out) if self.out is not None else None

    def turn_over(self) -> None:
        """The next turn counts from zero; what is done by now it finds as known."""
        self.earlier_done += self.last.done
        self.earlier_rejected += self.last.rejected
        self.last = Progress(found=self.last.found)

    @property
    def done(self) -> int:
        """Files that are done: each has its line, or its members have theirs."""
        return self.earlier_done + self.last.done

    @property
    def rejected(self) -> int:
        """Documents that were rejected."""
        lines = self._lines()
        if lines is None or self.since is None:
            return self.earlier_rejected + self.last.rejected
        return self.earlier_rejected + lines.rejected.ordinal - self.since.rejected.ordinal

    @property
    def articles(self) -> int:
        """Documents that became articles."""
        lines = self._lines()
        if lines is None or self.since is None:
            return self.done - self.rejected
        return self.earlier_done - self.earlier_rejected + lines.articles.ordinal - self.since.articles.ordinal

    @property
    def known(self) -> int:
        """Files that an earlier `ingest` took; those that it left half done are not counted twice."""
        ours = self.earlier_done + self.last.claimed
        return min(self.last.known, max(self.last.found - self.last.refused - ours, 0))

    @property
    def left(self) -> int:
        """Files that are not dealt with."""
        return max(self.last.found - self.known - self.last.refused - self.done, 0)

    @property
    def seconds(self) -> float:
        """How long it has been."""
        return time.monotonic() - self.begun

    @property
    def exit_code(self) -> int:
        """0: every document is a line; 3: some were rejected or could not be taken; 1: it was stopped."""
        if not self.complete:
            return 1
        return 3 if self.rejected or self.last.refused else 0

    def tell(self, *, as_json: bool, err: bool) -> None:
        """Print the summary, to standard error if `err`."""
        if as_json:
            click.echo(orjson.dumps(self._as_json()).decode(), err=err)
            return
        parts = [
            f"{self.articles:,} articles",
            f"{self.rejected:,} rejected" if self.rejected else "",
            f"{self.last.refused:,} could not be taken" if self.last.refused else "",
            f"{self.known:,} known from before" if self.known else "",
            "" if self.complete else f"{self.left:,} left: stopped; run it again to go on",
        ]
        rate = f"{self.done / self.seconds:,.0f} a second" if self.done else ""
        click.echo(f"{', '.join(filter(None, parts))} ({self.seconds:.1f} s{', ' if rate else ''}{rate})", err=err)

    def _as_json(self) -> dict[str, int | float | bool]:
        return {
            "complete": self.complete,
            "found": self.last.found,
            "articles": self.articles,
            "rejected": self.rejected,
            "refused": self.last.refused,
            "known": self.known,
            "left": self.left,
            "seconds": round(self.seconds, 3),
        }


@dataclass(slots=True)
class Meter:
    """The bar, on a terminal, once the work is long enough to wait for."""

    terminal: Terminal
    totals: Totals
    _due: float = 0.0

    def show(self) -> None:
        """Show how far it has got."""
        now = time.monotonic()
        if now >= self._due and self.totals.seconds > SHOWN_AFTER_SECONDS:
            self._due = now + SHOWN_EVERY_SECONDS
            self.terminal.show(bar(self.totals))


def bar(totals: Totals) -> str:
    """One line of text: how much of it is done, how fast, and how long it will take."""
    if totals.last.waiting:
        return "waiting for another `copydesk ingest` on the same output to end"
    found, left = totals.last.found, totals.left
    share = 1 - left / found if found else 1.0
    filled = int(share * BAR_WIDTH)
    text = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {share:4.0%}  {found - left:,} of {found:,}"
    if totals.done:
        rate = totals.done / totals.seconds
        minutes, seconds = divmod(round(left / rate), 60)
        text += f"  {rate:,.0f} a second  {minutes}:{seconds:02} left"
    return f"{text}  {totals.rejected:,} rejected" if totals.rejected else text


@dataclass(slots=True)
class LineCopy:
    """Copies whole lines of a growing file. Nothing else may seal or replace that file meanwhile."""

    path: str
    target: IO[bytes]
    _fd: int = -1
    _rest: bytes = b""

    def go_on(self) -> None:
        """Copy what has been added since the last time."""
        if self._fd < 0:
            if not os.path.exists(self.path):
                return
            self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        while data := os.read(self._fd, _COPY_BYTES):
            lines, newline, self._rest = (self._rest + data).rpartition(b"\n")
            self.target.write(lines + newline)
        self.target.flush()
