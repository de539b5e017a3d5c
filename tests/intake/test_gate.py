"""A paused intake and a full disk stop the claims, and each change is said once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from worker.intake.gate import Gate, closed_because

if TYPE_CHECKING:
    import pytest

    from tests.intake.desk import Desk


def test_nothing_stops_the_claims_on_an_ordinary_disk(desk: Desk) -> None:
    assert closed_because(desk.state.paused, [desk.inbox, desk.out.path], 1) is None


def test_the_pause_file_stops_the_claims(desk: Desk) -> None:
    desk.put("paused", below="state")
    reason = closed_because(desk.state.paused, [desk.inbox], 1)
    assert reason is not None
    assert "pause" in reason


def test_a_nearly_full_disk_stops_the_claims_and_is_named(desk: Desk) -> None:
    reason = closed_because(desk.state.paused, [desk.inbox], 1 << 60)
    assert reason is not None
    assert desk.inbox in reason
    assert "disk_free_bytes_min" in reason


def test_a_folder_that_is_away_stops_nothing(desk: Desk) -> None:
    assert closed_because(desk.state.paused, [f"{desk.path}/nowhere"], 1) is None


def test_each_change_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    gate = Gate()
    for reason in (None, "paused", "paused", "full", None, None):
        gate.set(reason)
        assert gate.open is (reason is None)
    assert [record.getMessage() for record in caplog.records] == [
        "no files are taken: paused",
        "no files are taken: full",
        "files are taken again",
    ]
