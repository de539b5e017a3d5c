"""What `copydesk ingest` shows: a bar while it works, a summary at the end, the lines themselves if asked."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, NamedTuple

import click
import orjson

from worker.disk.position import OUTPUTS, Positions, read_position
from worker.intake.progress import Progress
from worker.sink.emitted import count_lines

if TYPE_CHECKING:
    from collections import Counter

    from worker.disk.layout import OutFolder
    from worker.supervise.terminal import Terminal

BAR_WIDTH = 24
SHOWN_AFTER_SECONDS = 1.0
SHOWN_EVERY_SECONDS = 0.1
_COPY_BYTES = 1 << 20


class _Lines(NamedTuple):
    """How many documents have a line in each of `OUTPUTS`."""

    articles: int
    duplicates: int
    rejected: int


@dataclass(slots=True)
class Totals:
    """The counts of one `ingest`, which may have several turns: `earlier` are those of the turns before.

    Files are what is found and done. A file that holds many documents is several lines. Where nobody else writes to
    `out`, all lines behind `since` are ours. Beside a service each file counts as one until `count` has looked which
    lines are of `documents`, those that were done: about 100 bytes of memory for each.
    """

    begun: float = field(default_factory=time.monotonic)
    last: Progress = field(default_factory=Progress)
    earlier_done: int = 0
    earlier_rejected: int = 0
    earlier_articles: int = 0
    earlier_duplicates: int = 0
    complete: bool = False
    out: OutFolder | None = None
    since: Positions | None = None
    documents: set[str] | None = None
    counted: Counter[str] | None = None

    def alone(self, out: OutFolder) -> None:
        """From now on every line in `out` is ours."""
        self.out, self.since, self.documents = out, read_position(out), None

    def beside(self, out: OutFolder, since: Positions) -> None:
        """From now on a service writes to `out`; no line of ours stands before `since`."""
        self.out, self.since, self.documents = out, since, set()

    def take(self, report: Progress) -> None:
        """Take in the next report."""
        self.last = report
        if self.documents is not None:
            self.documents.update(report.documents)

    def count(self) -> None:
        """Look which lines are ours, once all of a turn is done: a service writes others between them."""
        if self.documents is not None and self.out is not None and self.since is not None:
            self.counted = count_lines(self.out, self.since, self.documents)

    def turn_over(self) -> None:
        """The next turn counts from zero; what is done by now it finds as known."""
        self.count()
        turn = self._turn()
        self.earlier_done += self.last.done
        self.earlier_articles += turn.articles
        self.earlier_duplicates += turn.duplicates
        self.earlier_rejected += turn.rejected
        self.last, self.counted = Progress(found=self.last.found), None

    def _turn(self) -> _Lines:
        """The lines of this turn."""
        if self.counted is not None:
            # A segment that was moved away meanwhile is not read; its rejected files are still known by their reasons.
            rejected = max(self.counted["rejected"], self.last.rejected)
            return _Lines(self.counted["articles"], self.counted["duplicates"], rejected)
        if self.out is None or self.since is None or self.documents is not None:
            return _Lines(self.last.done - self.last.rejected, 0, self.last.rejected)
        now, then = read_position(self.out), self.since
        return _Lines(*(now.of(output).documents - then.of(output).documents for output in OUTPUTS))

    @property
    def done(self) -> int:
        """Files that are done: each has its line, or its members have theirs."""
        return self.earlier_done + self.last.done

    @property
    def rejected(self) -> int:
        """Documents that were rejected."""
        return self.earlier_rejected + self._turn().rejected

    @property
    def articles(self) -> int:
        """Documents that became articles."""
        return self.earlier_articles + self._turn().articles

    @property
    def duplicates(self) -> int:
        """Documents that were dropped as duplicates."""
        return self.earlier_duplicates + self._turn().duplicates

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
            f"{self.duplicates:,} dropped as duplicates" if self.duplicates else "",
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
            "duplicates": self.duplicates,
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
