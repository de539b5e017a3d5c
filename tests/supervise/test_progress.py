"""How far it has got, by the disk alone."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.disk.layout import OutFolder, WorkFolder
from worker.disk.position import Position, Positions, write_position
from worker.settings import Intake
from worker.supervise.progress import Pace, progress
from worker.supervise.rate import lines_a_second

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BATCH, DOCUMENT = "01m80r3gp070h9bpg48vnq5wy9", "01m80r3gs1x2pk6asjhafg6zpd"


def test_waiting_claimed_written_and_rejected_are_counted(tmp_path: Path) -> None:
    inbox, out = tmp_path / "inbox", OutFolder(str(tmp_path / "out"))
    work = WorkFolder(str(inbox / ".copydesk"))
    out.create()
    work.create()
    (inbox / "deep").mkdir()
    for name in ("a.txt", "deep/b.txt", "c.part", ".d"):
        (inbox / name).touch()
    (inbox / "link").symlink_to("a.txt")
    os.mkdir(f"{work.claimed}/{BATCH}")
    for name in (DOCUMENT, "intent.json"):
        open(f"{work.claimed}/{BATCH}/{name}", "w").close()
    write_position(out, Positions(articles=Position(1, 1235, 10), rejected=Position(1, 3, 10)))
    found = progress(out, [work], [str(inbox), str(tmp_path / "away")], Intake())
    assert str(found) == "inbox 2 · claimed 1 · written 1,234 · rejected 2"
    assert str(progress(out, [work], [str(inbox)], Intake(mode="keep"))).startswith("claimed 1 · ")


def test_the_pace_is_that_since_the_last_look() -> None:
    pace = Pace()
    assert pace.of(100, 10.0) == ""
    assert pace.of(1100, 11.0) == " · 1,000 a second"
    assert pace.of(1105, 12.0) == " · 5.0 a second"
    assert pace.of(1105, 13.0) == ""


def write_lines(folder: Path, ages: list[float], torn: bytes = b"") -> OutFolder:
    out = OutFolder(str(folder))
    out.create()
    with open(out.active("articles"), "wb") as file:
        for seq, age in enumerate(ages, 1):
            moment = (NOW - timedelta(seconds=age)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            row = {"seq": seq, "text": "x" * (seq % 7 * 400), "processing": {"emitted_at": moment}}
            file.write(json.dumps(row).encode() + b"\n")
        file.write(torn)
    return out


@given(st.lists(st.floats(0.0, 120.0), max_size=60), st.sampled_from([b"", b'{"seq": 99']))
def test_the_rate_is_that_of_the_lines_of_the_last_minute(
    tmp_path_factory: pytest.TempPathFactory, ages: list[float], torn: bytes
) -> None:
    ages = sorted((round(age, 3) for age in ages), reverse=True)
    out = write_lines(tmp_path_factory.mktemp("out"), ages, torn)
    recent = [age for age in ages if age <= 60.0]
    expected = len(recent) / max(recent[0], 1.0) if recent else 0.0
    assert lines_a_second(out, NOW) == pytest.approx(expected)


def test_without_an_output_the_rate_is_none(tmp_path: Path) -> None:
    assert lines_a_second(OutFolder(str(tmp_path / "nowhere")), NOW) == 0.0
