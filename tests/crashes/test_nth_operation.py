"""One operation on the disk fails, whichever it is: a group is not lost, not doubled, and the next ones go on."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.sink.driving import Driver
from tests.sink.material import Place
from worker.disk import fsops
from worker.failpoints import Crashed
from worker.settings import Settings, Sink
from worker.sink import journal
from worker.sink.segments import sealed_segments
from worker.sink.verify import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = Settings(sink=Sink(segment_bytes_max=3000, rotation_seconds_min=0, compress="zstd"))
TEXTS = (
    "One story.",
    "Another story.",
    "!not a story",
    "A third story, longer than the others.",
    "A fourth.",
)
BATCHES = 2


@dataclass(slots=True)
class Fails:
    """An fsops hook: the call number `nth` goes wrong, once or from then on."""

    nth: int
    kind: str
    for_ever: bool = False
    calls: list[str] = field(default_factory=list)

    def __call__(self, call: str, length: int) -> int | None:
        self.calls.append(call)
        number = len(self.calls) - 1
        if number < self.nth or (number > self.nth and not self.for_ever):
            return None
        if self.kind == "short":
            return max(1, length // 2) if call == "write" else None
        if self.kind == "crash":
            raise Crashed(call)
        code: int = getattr(errno, self.kind)
        raise OSError(code, os.strerror(code))


def prepared(path: Path) -> Driver:
    """Three batches, each of them claimed and committed."""
    place = Place(path)
    driver = Driver(place, SETTINGS)
    for number in range(BATCHES):
        claim = place.claim([f"{text} ({number})" if text[0] != "!" else text for text in TEXTS])
        driver.stream += place.entries(claim)
    return driver


def scenario(driver: Driver) -> None:
    """Several groups, rotations and compressions: every operation of the writer."""
    for _ in range(5):
        driver.turn()
        driver.seal()


def judge(driver: Driver, wanted: list[str]) -> None:
    place = driver.place
    articles, rejected = place.ids(), place.ids("rejected")
    assert sorted(articles + rejected) == sorted(wanted)
    assert place.seqs() == list(range(1, len(articles) + 1))
    assert place.filed("archive") == sorted(articles)
    assert place.filed("rejected") == sorted(rejected)
    assert verify(place.out) is None
    for name in rejected:
        reasons = [f for _, _, files in os.walk(place.work.rejected) for f in files if f == f"{name}.json"]
        assert len(reasons) == 1


def documents(driver: Driver) -> list[str]:
    return [fields[b"d"].decode() for _, fields in driver.stream]


def operations(path: Path) -> int:
    driver = prepared(path)
    hook = Fails(1 << 30, "EIO")
    with fsops.intercept(hook):
        scenario(driver)
    driver.finish()
    assert not driver.stream
    assert [segment.compressed for segment in sealed_segments(driver.place.out, "articles")] == [True, True]
    assert {"write", "sync", "rename", "reserve", "unlink", "open", "mkdir", "rmdir"} <= set(hook.calls)
    return len(hook.calls)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where there is such a folder: thousands of small files are made."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SLOT_BYTES_MIN", 4096)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC", "EINTR", "short"])
def test_any_operation_may_fail_once(tmp_path: Path, kind: str) -> None:
    reached = 0
    for nth in range(operations(tmp_path / "count")):
        driver = prepared(tmp_path / str(nth))
        wanted = documents(driver)
        hook = Fails(nth, kind)
        with fsops.intercept(hook):
            scenario(driver)
        reached += driver.errors
        driver.finish()
        judge(driver, wanted)
    assert reached > 40 or kind in {"short", "EINTR"}


def test_a_process_may_die_before_any_operation(tmp_path: Path) -> None:
    for nth in range(operations(tmp_path / "count")):
        driver = prepared(tmp_path / str(nth))
        wanted = documents(driver)
        with fsops.intercept(Fails(nth, "crash")), pytest.raises(Crashed):
            scenario(driver)
        driver.close()
        driver.finish()
        judge(driver, wanted)


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC"])
def test_a_disk_may_refuse_everything_for_a_while(tmp_path: Path, kind: str) -> None:
    for nth in range(0, operations(tmp_path / "count"), 3):
        driver = prepared(tmp_path / str(nth))
        wanted = documents(driver)
        with fsops.intercept(Fails(nth, kind, for_ever=True)):
            scenario(driver)
        driver.finish()
        judge(driver, wanted)


def test_an_archive_that_refuses_does_not_hold_up_lines(tmp_path: Path) -> None:
    driver = prepared(tmp_path)
    wanted = documents(driver)
    os.rmdir(driver.place.work.archive)
    with open(driver.place.work.archive, "wb"):
        scenario(driver)
    assert not driver.stream
    assert len(driver.place.lines()) == 8
    assert driver.place.filed("archive") == []
    assert not driver.forgotten & set(driver.place.ids())

    os.unlink(driver.place.work.archive)
    driver.finish()
    judge(driver, wanted)


def test_the_lines_of_a_group_that_failed_are_those_of_the_stream(tmp_path: Path) -> None:
    driver = prepared(tmp_path)
    wanted = documents(driver)
    with fsops.intercept(Fails(0, "ENOSPC", for_ever=True)):
        scenario(driver)
    assert len(driver.stream) == len(wanted)
    driver.finish()
    judge(driver, wanted)
    assert [orjson.loads(line)["seq"] for line in driver.place.lines()] == list(range(1, 9))
