"""The power goes while groups are written, segments sealed and compressed: nothing that was visible is lost.

Each sync that the writer makes is there for a case, and for each there is a test that forgets it and must fail.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, cast, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crashes.harness.power import Chance, Fate, PowerDisk
from tests.sink.material import content, joined, numbered
from worker.disk.layout import OutFolder
from worker.failpoints import Crashed
from worker.settings import Sink
from worker.sink import journal
from worker.sink.outputs import Access, OutputDamagedError
from worker.sink.seal import seal_segments
from worker.sink.segments import read_manifest, sealed_segments
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = 1_700_000_000.0
SMALL = Sink(segment_bytes_max=150, rotation_seconds_min=0)
GROUPS = 5


def group(number: int) -> dict[str, list[bytes]]:
    """The lines of a group: two articles, and in every third a rejection."""
    rejected = [b'{"id":"r%d"}' % number] if number % 3 == 1 else []
    return {"articles": numbered(2 * number + 1, 2, 15), "rejected": rejected}


def lines_of(count: int, output: str) -> bytes:
    return b"".join(joined(group(number)[output]) for number in range(count))


@dataclass(frozen=True, slots=True)
class Fixed(Chance):
    """The same fate for all, or for all but one."""

    names: str
    datas: str

    def name(self, index: int, count: int) -> bool:
        return _survives(self.names, index, count)

    def data(self, index: int, count: int) -> Fate:
        if self.datas in get_args(Fate):
            return cast("Fate", self.datas)
        return "kept" if _survives(self.datas, index, count) else "lost"


def _survives(rule: str, index: int, count: int) -> bool:
    return {"kept": True, "lost": False, "only the first": index == 0, "only the last": index == count - 1}[rule]


LAST_NAME = Fixed("only the last", "kept")
FATES = (
    Fixed("lost", "lost"),
    Fixed("kept", "lost"),
    Fixed("kept", "zeros"),
    Fixed("lost", "kept"),
    Fixed("kept", "first half"),
    Fixed("kept", "second half"),
    LAST_NAME,
    Fixed("only the first", "kept"),
    Fixed("kept", "only the last"),
)


@dataclass(frozen=True, slots=True)
class Drawn(Chance):
    """Fates as hypothesis draws them."""

    draw: st.DataObject

    def name(self, index: int, count: int) -> bool:
        return self.draw.draw(st.booleans())

    def data(self, index: int, count: int) -> Fate:
        return self.draw.draw(st.sampled_from(get_args(Fate)))


@dataclass(slots=True)
class History:
    """A writer's life on one disk. `written` counts the groups that it was told are durable."""

    out: OutFolder
    disk: PowerDisk
    written: int = 0
    seen: dict[str, bytes] = field(default_factory=dict)
    writer: Writer | None = None

    def live(self) -> None:
        """From a start to the end of the groups; Crashed where the disk says so. An error of the disk: a new start."""
        while True:
            try:
                self._live()
            except OSError:
                continue
            except OutputDamagedError as damaged:
                refused = str(damaged)
            else:
                refused = ""
            assert not refused, "what the writer left is refused"
            break

    def _live(self) -> None:
        with self.disk.in_place_of_the_disk():
            try:
                self.writer = Writer(self.out, SMALL, 0.0)
                self._take_stock()
                while self.written < GROUPS:
                    self.writer.rotate_where_due(NOW, 1.0)
                    self.writer.write_group(group(self.written), NOW)
                    self.written += 1
                    if self.written % 3 == 2:
                        seal_segments(self.out, Access(0o644), compress=True, stop=lambda: False, done=set())
                seal_segments(self.out, Access(0o644), compress=True, stop=lambda: False, done=set())
            finally:
                if self.writer is not None:
                    self.writer.close()
                    self.writer = None

    def _take_stock(self) -> None:
        """What a restart must find: all that was durable or visible, and of the group in the making all or nothing."""
        assert self.writer is not None
        ordinal = self.writer.positions().articles.ordinal
        found = (ordinal - 1) // 2
        assert found in {self.written, self.written + 1}, f"{found} groups, {self.written} were durable"
        self.written = found
        self._compare()

    def _compare(self) -> None:
        for output in ("articles", "rejected"):
            now = content(self.out, output)
            assert now == lines_of(self.written, output), f"{output} is not what was written"
            assert now.startswith(self.seen.get(output, b"")), f"{output} changed before the eyes of a reader"

    def look(self) -> None:
        """What a reader can see at this moment.

        Where the power went before, the file system may show zeros for what was on its way: they are in no line, and
        no reader lived through that.
        """
        self.seen = {output: content(self.out, output).partition(b"\0")[0] for output in ("articles", "rejected")}

    def judge(self) -> None:
        """All groups are written, and every sealed segment is as its manifest says."""
        assert self.written == GROUPS
        self._compare()
        for output in ("articles", "rejected"):
            for segment in sealed_segments(self.out, output):
                manifest = read_manifest(self.out, output, segment.first)
                assert manifest is not None
                assert segment.compressed
                with open(segment.path, "rb") as file:
                    assert manifest.compressed_sha256 == sha256(file.read()).hexdigest()


@pytest.fixture(autouse=True)
def small_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SLOT_BYTES_MIN", 2048)


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a folder: thousands of small files are made."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        yield Path(name)


def new_history(folder: Path, name: str, dropped: Callable[[str, list[str]], bool] | None = None) -> History:
    base = folder / name
    (base / "kept").mkdir(parents=True)
    out = OutFolder(str(base / "out"))
    out.create()
    return History(out, PowerDisk(base / "out", base / "kept", dropped))


def ordinary_life(folder: Path) -> PowerDisk:
    """The disk after a life without trouble: how many steps that has."""
    history = new_history(folder, "ordinary")
    history.live()
    history.judge()
    return history.disk


def die_and_live(history: History, at: int, chance: Chance | None) -> None:
    """Die at the step number `at`, by a power cut, or with None by a kill that leaves all that was written."""
    history.disk.steps, history.disk.dies_at = 0, at
    try:
        history.live()
    except Crashed:
        history.look()
        if chance is not None:
            history.disk.cut_power(chance)
    history.disk.dies_at = None


def test_a_power_cut_at_any_step_loses_nothing(folder: Path) -> None:
    for at in range(ordinary_life(folder).steps):
        for number, chance in enumerate(FATES[:5]):
            history = new_history(folder, f"{at}-{number}")
            die_and_live(history, at, chance)
            history.live()
            history.judge()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_history_of_kills_and_cuts_loses_nothing(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        history = new_history(Path(name), "x")
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, 150))
            die_and_live(history, at, None if data.draw(st.booleans()) else Drawn(data))
        history.live()
        history.judge()


def test_a_sync_that_failed_is_not_trusted_the_second_time(folder: Path) -> None:
    """The bytes look right afterwards, and are not on the disk: they have to be written again."""
    for failing in ordinary_life(folder).syncs:
        for later in range(4, 40, 4):
            history = new_history(folder, f"{failing}-{later}")
            history.disk.sync_fails_at = failing
            die_and_live(history, failing + later, Fixed("kept", "lost"))
            history.live()
            history.judge()


def synced(name: str, caller: str) -> Callable[[str, list[str]], bool]:
    """Picks the syncs of `name` (a path below the output folder) that are made in the function `caller`."""
    return lambda path, callers: path.startswith(name) and caller in callers


SYNCS = {
    "the journal": synced(".copydesk/journal", "commit"),
    "the outputs": synced("articles.jsonl", "_commit"),
    "the head": synced(".copydesk/head.json", "rotate"),
    "the name of the head": synced(".copydesk", "rotate"),
    "the names of the journal": synced(".copydesk", "open"),
    "the sealed name": synced(".", "give_sealed_name"),
    "the name of the next segment": synced(".", "begin_segment"),
    "the outputs at a start": synced("articles.jsonl", "_replay"),
    "the journal at a start": synced(".copydesk/journal", "_replay"),
    "the compressed segment": synced("articles-", "_compress"),
    "the name of the compressed segment": synced(".", "_finish"),
    "the manifest": synced(".", "write_manifest"),
}


# These keep one change of names behind another, so that only a disk that turns them round does damage.
ORDERED = {"the sealed name", "the name of the compressed segment", "the manifest"}


def journals_lost(history: History) -> None:
    """Somebody removed the journals of a writer that had written nothing yet."""
    with history.disk.in_place_of_the_disk():
        Writer(history.out, SMALL, 0.0).close()
    for slot in range(journal.SLOTS):
        history.disk.remove(history.out.journal(slot))


def killed(history: History, at: int) -> None:
    """An earlier writer was killed: what it had not synced stands, and is not durable."""
    die_and_live(history, at, None)


def does_damage(history: History, at: int, chance: Chance) -> bool:
    try:
        die_and_live(history, at, chance)
        history.live()
        history.judge()
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("sync", SYNCS)
def test_without_the_sync_of(folder: Path, sync: str) -> None:
    """Some history then loses lines, changes them, or leaves an output that has to be refused."""
    count = ordinary_life(folder).steps
    begins: list[Callable[[History], None]] = [lambda _: None]
    if sync == "the names of the journal":
        begins = [journals_lost]
    elif sync.endswith("at a start"):
        begins, count = [partial(killed, at=at) for at in range(20, 60)], 30
    fates = (LAST_NAME,) if sync in ORDERED else FATES
    candidates = [(begin, at, chance) for begin in begins for at in range(count) for chance in fates]
    Random(1).shuffle(candidates)
    for number, (begin, at, chance) in enumerate(candidates):
        history = new_history(folder, str(number), SYNCS[sync])
        begin(history)
        if does_damage(history, at, chance):
            return
    raise AssertionError(f"nobody would notice that {sync} is not synced")
