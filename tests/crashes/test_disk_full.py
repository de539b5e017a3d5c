"""A full disk: no line is torn where a reader can see it, none is lost, and the writer goes on when there is space."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crashes.harness.planted import plant
from tests.crashes.harness.stack import PLANTED
from tests.sink.driving import Driver
from tests.sink.material import Place, content
from worker.settings import Settings, Sink
from worker.sink import journal
from worker.sink.verify import verify

SETTINGS = Settings(sink=Sink(rotation_seconds_min=0))
TEXTS = [f"Story {number}. {'word ' * 300}" for number in range(12)]


def prepared(path: Path) -> tuple[Driver, list[str]]:
    place = Place(path)
    claim = place.claim([*TEXTS, "!none"])
    driver = Driver(place, SETTINGS)
    driver.stream = place.entries(claim)
    return driver, [file.id for file in claim.files]


def judge(driver: Driver, wanted: list[str]) -> None:
    driver.finish()
    place = driver.place
    assert sorted(place.ids() + place.ids("rejected")) == sorted(wanted)
    assert place.seqs() == list(range(1, len(TEXTS) + 1))
    assert place.claimed() == []
    assert verify(place.out) is None


def no_space_left(folder: str) -> None:
    """In a process of its own, on a small disk of its own."""
    driver, wanted = prepared(Path(folder))
    driver.turn()
    assert len(driver.place.lines()) == 4
    with open(f"{folder}/ballast", "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(bytes(4096)):
            pass
    assert os.statvfs(folder).f_bavail == 0
    for _ in range(5):
        driver.turn()
        # Space is reserved before a byte is written: nothing is half there, and nothing new either.
        written = content(driver.place.out)
        assert written.count(b"\n") == 4
        assert written.endswith(b"\n"), "the last line is torn"
    assert driver.errors == 5
    assert driver.stream
    os.unlink(f"{folder}/ballast")
    judge(driver, wanted)


def file_size_limit(folder: str) -> None:
    """In a process of its own: files may grow to a limit that no reservation knows of, so that writes are cut short."""
    journal.SLOT_BYTES_MIN = 4096
    driver, wanted = prepared(Path(folder))
    driver.turn()
    before = content(driver.place.out)
    limit = os.path.getsize(driver.place.out.active("articles")) + 3000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    seen = before
    for _ in range(5):
        driver.turn()
        now = content(driver.place.out)
        assert now.startswith(seen)
        seen = now
    assert driver.errors == 5
    assert len(seen) == limit, "the lines were cut at the limit"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    judge(driver, wanted)
    assert content(driver.place.out).startswith(seen)


def as_a_process(name: str) -> None:
    """What `run` starts: the folder is the first argument."""
    plant(os.environ.get(PLANTED, ""))
    {"no_space_left": no_space_left, "file_size_limit": file_size_limit}[name](sys.argv[1])
    print("all is well")


def run(name: str, folder: Path, *before: str) -> None:
    code = f"from tests.crashes import test_disk_full; test_disk_full.as_a_process({name!r})"
    ended = subprocess.run(
        [*before, sys.executable, "-c", code, str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "all is well"), ended.stderr[-2000:]


def test_writes_that_are_cut_short_are_completed(tmp_path: Path) -> None:
    run("file_size_limit", tmp_path)


def test_a_full_disk_is_waited_out(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    mount = f'mount -t tmpfs -o size=8m none "{tmp_path}"'
    if (
        unshare is None
        or subprocess.run([unshare, "-Urm", "sh", "-c", mount], check=False, capture_output=True).returncode
    ):
        pytest.skip("this machine lets nobody mount a small disk in a name space of their own")
    run("no_space_left", tmp_path, unshare, "-Urm", "sh", "-c", f'{mount} && exec "$@"', "sh")
