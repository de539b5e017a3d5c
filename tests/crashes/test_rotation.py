"""A writer dies at each step of a rotation: the numbers go on, no line is lost, and each file is sealed once."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.crashes.harness.deadline import wait_for
from tests.sink.material import content, joined, numbered
from worker.disk import fsops
from worker.disk.layout import OutFolder
from worker.failpoints import WINDOWS, Crashed, armed
from worker.settings import Sink
from worker.sink.outputs import Access, OutputDamagedError
from worker.sink.seal import seal_segments
from worker.sink.segments import sealed_segments
from worker.sink.tail import read_lines
from worker.sink.writer import Writer

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_700_000_000.0
SMALL = Sink(segment_bytes_max=1000, rotation_seconds_min=0)
STEPS = [name for name in WINDOWS if name.startswith("rotate.") and name != "rotate.manifest_written"]


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    folder = OutFolder(str(tmp_path))
    folder.create()
    return folder


def full_segment(out: OutFolder, first: int = 1) -> Writer:
    writer = Writer(out, SMALL, 0.0)
    writer.write_group({"articles": numbered(first, 2, 500), "rejected": [b"r%d" % first]}, NOW)
    return writer


def die_in_rotation(out: OutFolder, window: str) -> None:
    writer = full_segment(out)
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        writer.rotate_where_due(NOW, 1.0)
    writer.close()


def go_on(out: OutFolder) -> None:
    writer = Writer(out, SMALL, 0.0)
    assert writer.positions().articles.ordinal == 3
    writer.rotate_where_due(NOW, 1.0)
    writer.write_group({"articles": numbered(3, 1), "rejected": [b"r3"]}, NOW)
    writer.close()
    assert content(out) == joined([*numbered(1, 2, 500), *numbered(3, 1)])
    assert content(out, "rejected") == b"r1\nr3\n"
    assert [segment.first for segment in sealed_segments(out, "articles")] == [1]


@pytest.mark.parametrize("window", STEPS)
def test_a_rotation_that_was_cut_short_is_finished(out: OutFolder, window: str) -> None:
    die_in_rotation(out, window)
    go_on(out)


@pytest.mark.parametrize("window", STEPS)
def test_a_recovery_that_was_cut_short_itself_is_finished(out: OutFolder, window: str) -> None:
    die_in_rotation(out, window)
    for nth in range(20):
        calls: list[str] = []

        def hook(call: str, _: int, calls: list[str] = calls, nth: int = nth) -> None:
            calls.append(call)
            if len(calls) > nth:
                raise Crashed(call)

        try:
            with fsops.intercept(hook):
                Writer(out, SMALL, 0.0).close()
        except Crashed:
            continue
        break
    go_on(out)


@pytest.mark.parametrize("lost", ["everything", "head", "journal"])
@pytest.mark.parametrize("window", STEPS)
def test_a_lost_hidden_folder_costs_no_number(out: OutFolder, window: str, lost: str) -> None:
    die_in_rotation(out, window)
    for name in os.listdir(out.hidden):
        if lost == "everything" or name.startswith(lost):
            os.unlink(f"{out.hidden}/{name}")
    if (window, lost) == ("rotate.begin", "journal"):
        # The head is the older one: which of the lines are whole, only a person can say.
        with pytest.raises(OutputDamagedError, match=r"remove head\.json"):
            Writer(out, SMALL, 0.0)
        os.unlink(out.head)
    go_on(out)


def test_a_second_rotation_after_a_death_takes_the_next_name(out: OutFolder) -> None:
    die_in_rotation(out, "rotate.renamed")
    for first in (3, 5, 7):
        writer = full_segment(out, first)
        assert writer.rotate_where_due(NOW, 1.0)
        writer.close()
    assert [segment.first for segment in sealed_segments(out, "articles")] == [1, 3, 5, 7]
    assert content(out) == joined(numbered(1, 8, 500))


def test_a_sealed_name_that_is_taken_is_refused(out: OutFolder) -> None:
    writer = full_segment(out)
    with open(out.sealed("articles", 1), "wb") as file:
        file.write(b"somebody else's\n")
    with pytest.raises(OutputDamagedError, match="something stands there"):
        writer.rotate_where_due(NOW, 1.0)
    writer.close()
    with pytest.raises(OutputDamagedError, match="something stands there"):
        Writer(out, SMALL, 0.0)
    with open(out.sealed("articles", 1), "rb") as file:
        assert file.read() == b"somebody else's\n"
    os.unlink(out.sealed("articles", 1))
    go_on(out)


def test_a_segment_that_was_moved_away_in_the_window_stays_away(out: OutFolder) -> None:
    die_in_rotation(out, "rotate.renamed")
    os.unlink(out.sealed("articles", 1))
    writer = Writer(out, SMALL, 0.0)
    writer.write_group({"articles": numbered(3, 1)}, NOW)
    writer.close()
    assert content(out) == joined(numbered(3, 1))


@pytest.mark.parametrize("window", ["rotate.manifest_written", "compress.written"])
def test_a_death_while_a_segment_is_finished_leaves_it_readable(out: OutFolder, window: str) -> None:
    writer = full_segment(out)
    writer.rotate_where_due(NOW, 1.0)
    writer.close()
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        seal_segments(out, Access(0o644), compress=True, stop=lambda: False, done=set())
    assert b"".join(read_lines(out)) == joined(numbered(1, 2, 500))
    seal_segments(out, Access(0o644), compress=True, stop=lambda: False, done=set())
    assert b"".join(read_lines(out)) == joined(numbered(1, 2, 500))
    assert sorted(os.listdir(out.path)) == [
        ".copydesk",
        "articles-000000000001.jsonl.zst",
        "articles-000000000001.manifest.json",
        "articles.jsonl",
        "rejected.jsonl",
    ]


@pytest.mark.skipif(shutil.which("tail") is None, reason="there is no tail here")
def test_tail_follows_over_rotations_and_deaths(out: OutFolder, tmp_path: Path) -> None:
    """`tail -F` looks for the new file when it is told of a change, and needs a moment for it."""
    path = out.active("articles")
    Writer(out, SMALL, 0.0).close()
    got: list[bytes] = []
    command = ["tail", "-F", "-n", "+1", "-s", "0.02", "---disable-inotify", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=got.extend, args=(process.stdout,), daemon=True)
        reader.start()
        for round_, window in enumerate([*STEPS, *STEPS]):
            first = 2 * round_ + 1
            writer = full_segment(out, first)
            wait_for(partial(_has, got, joined(numbered(1, first + 1, 500))), 10, f"tail has {first + 1}")
            with armed(f"{window}=crash"), pytest.raises(Crashed):
                writer.rotate_where_due(NOW, 1.0)
            writer.close()
            writer = Writer(out, SMALL, 0.0)
            writer.rotate_where_due(NOW, 2.0)
            writer.close()
        process.terminate()
        reader.join(5)
    assert b"".join(got) == content(out)


def _has(got: list[bytes], wanted: bytes) -> bool:
    return b"".join(got) == wanted
