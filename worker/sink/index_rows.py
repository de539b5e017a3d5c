"""What the lines of the outputs say for the index: articles, dropped duplicates, and findings, in their order."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from worker.disk.position import NUMBERED
from worker.sink.tail import read_lines
from worker.store.claim import claim_of_line
from worker.store.load import Found, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.disk.layout import OutFolder
    from worker.settings import Index


@dataclass(frozen=True, slots=True)
class Last:
    """The numbers of the last lines of `articles` and of `duplicates`; 0 where there is none."""

    articles: int = 0
    duplicates: int = 0

    @classmethod
    def read(cls, text: bytes) -> Last | None:
        """The value that `str` gave; None for anything else."""
        articles, comma, duplicates = text.partition(b",")
        is_one = comma and articles.isdigit() and duplicates.isdigit()
        return cls(int(articles), int(duplicates)) if is_one else None

    def __str__(self) -> str:
        return f"{self.articles},{self.duplicates}"

    def of(self, output: str) -> int:
        """That of one output."""
        return self.articles if output == "articles" else self.duplicates


def index_rows(
    out: OutFolder, through: Last, last: Last, settings: Index, stop: Callable[[], bool]
) -> Iterator[Told | Found]:
    """What stands behind `through`, up to `last`, and is not older than the window, in the order of writing."""
    oldest = (datetime.now(UTC) - timedelta(days=settings.window_days)).isoformat()
    outputs = [
        _values(out, output, through.of(output), last.of(output), settings.documents_max, stop)
        for output in sorted(NUMBERED)
    ]
    for value in heapq.merge(*outputs, key=_written) if last.duplicates > through.duplicates else outputs[0]:
        if _written(value) >= oldest:
            row = _row(value)
            if row is not None:
                yield row


def _values(
    out: OutFolder, output: str, through: int, last: int, lines_max: int, stop: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    first = max(through, last - lines_max) + 1
    if first > last:
        return
    for line in read_lines(out, first, stop=stop, output=output):
        value = orjson.loads(line)
        if value["seq"] > last:
            return
        yield value


def _written(value: dict[str, Any]) -> str:
    written: str = value["processing"]["emitted_at"]
    return written


def _row(value: dict[str, Any]) -> Told | Found | None:
    if value["kind"] == "relation" and value["type"] == "duplicate_found":
        return Found(value["subject"]["id"], value["object"]["id"])
    if value["kind"] != "article":
        return None
    duplicate = value["duplicate"] or {"kind": "", "of": ""}
    return Told(
        value["id"],
        claim_of_line(value),
        duplicate["kind"],
        duplicate["of"],
        value["version"],
        value["replaces"] or "",
        "superseded" in value["quality"]["flags"],
    )
