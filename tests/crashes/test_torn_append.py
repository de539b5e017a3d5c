"""A writer dies in the middle of a write: at every byte of a group, in the journal and in the outputs.

The reader of these tests looks at the files after each step. What it has read once is a prefix of all that it reads
later, and the file stays the same file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.sink.material import joined, numbered
from worker.disk import fsops
from worker.disk.layout import OutFolder
from worker.failpoints import WINDOWS, Crashed, armed
from worker.settings import Sink
from worker.sink import journal
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = 1_700_000_000.0
BEFORE = numbered(1, 2)
GROUP = {"articles": numbered(3, 3), "rejected": [b'{"id":"bad","error":"x"}']}
# The writes of one group, in their order.
WRITES = ("journal", "articles", "rejected")


@dataclass(slots=True)
class Torn:
    """An fsops hook: of the write number `nth` the first `length` bytes are made, and then the process dies."""

    nth: int
    length: int
    written: int = 0
    full: int = 0

    def __call__(self, call: str, length: int) -> int | None:
        if self.written > self.nth:
            raise Crashed(call)
        if call != "write":
            return None
        self.written += 1
        if self.written <= self.nth:
            return None
        self.full = length
        if self.length == 0:
            raise Crashed(call)
        return self.length


@dataclass(slots=True)
class Reader:
    """Looks at one output again and again."""

    path: str
    seen: bytes = b""
    inode: int = 0

    def look(self) -> None:
        with open(self.path, "rb") as file:
            now, inode = file.read(), os.fstat(file.fileno()).st_ino
        assert now.startswith(self.seen), f"a line changed: {self.seen!r} became {now!r}"
        assert self.inode in {0, inode}, "the file was replaced"
        self.seen, self.inode = now, inode


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies needs no sync for what it wrote to stand: power loss has a test of its own."""
    monkeypatch.setattr(journal, "SLOT_BYTES_MIN", 4096)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)


def die_in_a_group(out: OutFolder, hook: Callable[[str, int], int | None]) -> list[Reader]:
    writer = Writer(out, Sink(), 0.0)
    writer.write_group({"articles": BEFORE, "rejected": []}, NOW)
    readers = [Reader(out.active("articles")), Reader(out.active("rejected"))]
    for reader in readers:
        reader.look()
    with fsops.intercept(hook), pytest.raises(Crashed):
        writer.write_group(GROUP, NOW)
    writer.close()
    for reader in readers:
        reader.look()
    return readers


def go_on(out: OutFolder, readers: list[Reader]) -> bool:
    """Start again; what the stream still has is written if it is not in the outputs. Whether it was there."""
    writer = Writer(out, Sink(), 0.0)
    for reader in readers:
        reader.look()
    ends = writer.positions()
    done = ends.articles.ordinal == 6
    assert (ends.articles.ordinal, ends.rejected.ordinal) in {(3, 1), (6, 2)}, "half a group"
    if not done:
        writer.write_group(GROUP, NOW)
    writer.write_group({"articles": numbered(6, 1)}, NOW)
    writer.close()
    for reader in readers:
        reader.look()
    assert readers[0].seen == joined([*BEFORE, *GROUP["articles"], *numbered(6, 1)])
    assert readers[1].seen == joined(GROUP["rejected"])
    return done


@pytest.mark.parametrize("write", WRITES)
def test_a_write_torn_at_any_byte_is_completed_or_never_was(tmp_path: Path, write: str) -> None:
    committed: set[bool] = set()
    length, full = 0, 1
    while length <= full:
        out = OutFolder(str(tmp_path / str(length)))
        out.create()
        torn = Torn(WRITES.index(write), length)
        readers = die_in_a_group(out, torn)
        done = go_on(out, readers)
        if 0 < length < torn.full or write != "journal":
            assert done == (write != "journal"), f"{write} torn at {length}"
        committed.add(done)
        length, full = length + 1, max(full, torn.full)
    assert full > 20
    assert committed == ({False, True} if write == "journal" else {True})


@pytest.mark.parametrize("torn", [20, 60, 100])
def test_a_tear_in_the_recovery_is_recovered_from(tmp_path: Path, torn: int) -> None:
    out = OutFolder(str(tmp_path))
    out.create()
    readers = die_in_a_group(out, Torn(1, 5))
    for nth in range(3):
        with fsops.intercept(Torn(nth, torn)), pytest.raises(Crashed):
            Writer(out, Sink(), 0.0)
        for reader in readers:
            reader.look()
    assert go_on(out, readers)


@pytest.mark.parametrize("window", [name for name in WINDOWS if name.startswith("sink.")][2:9])
def test_a_death_in_each_window_of_a_group(tmp_path: Path, window: str) -> None:
    out = OutFolder(str(tmp_path))
    out.create()
    with armed(f"{window}@2=crash"):
        readers = die_in_a_group(out, lambda _call, _length: None)
    assert go_on(out, readers) == (window not in {"sink.space_reserved", "sink.journal_torn"})


@pytest.mark.parametrize("window", ["sink.journal_torn", "sink.append_torn"])
def test_the_torn_windows_leave_half_of_the_write(tmp_path: Path, window: str) -> None:
    out = OutFolder(str(tmp_path))
    out.create()
    with armed(f"{window}@2=crash"):
        readers = die_in_a_group(out, lambda _call, _length: None)
    lines = joined(GROUP["articles"])
    expected = lines[: len(lines) // 2] if window == "sink.append_torn" else b""
    assert readers[0].seen == joined(BEFORE) + expected
