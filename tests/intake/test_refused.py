"""What is refused is said once, kept over a restart, bounded, and forgotten when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from worker.intake.refused import Refused
from worker.intake.scan import Signature

if TYPE_CHECKING:
    from tests.intake.desk import Desk

ONE = Signature(1, 10, 100, 100)
TWO = Signature(1, 10, 100, 101)


@pytest.fixture
def refused(desk: Desk) -> Refused:
    return Refused(f"{desk.path}/refused.json", "inbox")


def listed(desk: Desk) -> list[str]:
    with open(f"{desk.path}/refused.json", "rb") as file:
        return [row["path"] for row in orjson.loads(file.read())["files"]]


def test_a_refusal_stands_until_the_file_changes(refused: Refused) -> None:
    refused.refuse(b"a", "fifo", "it is a pipe", ONE, 0.0)
    assert refused.stands(b"a", ONE, 1e9)
    assert not refused.stands(b"a", TWO, 1.0)
    assert not refused.stands(b"b", ONE, 1.0)


def test_what_may_mend_itself_is_tried_again_after_longer_and_longer_pauses(refused: Refused) -> None:
    now, pauses = 0.0, []
    for _ in range(8):
        refused.refuse(b"a", "io_error", "it can't be read", ONE, now)
        start = now
        while refused.stands(b"a", ONE, now):
            now += 60.0
        pauses.append(now - start)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_after_a_restart_nothing_is_said_again(desk: Desk, refused: Refused, caplog: pytest.LogCaptureFixture) -> None:
    refused.refuse(b"caf\xe9", "fifo", "it is a pipe", ONE, 0.0)
    refused.refuse(b"b", "io_error", "it can't be read", ONE, 0.0)
    refused.save()
    caplog.clear()
    after = Refused(f"{desk.path}/refused.json", "inbox")
    assert after.stands(b"caf\xe9", ONE, 0.0)
    assert not after.stands(b"b", ONE, 0.0), "what may have mended itself is tried"
    after.refuse(b"b", "io_error", "it can't be read", ONE, 0.0)
    assert caplog.records == []


def test_what_a_whole_listing_does_not_come_upon_is_gone(desk: Desk, refused: Refused) -> None:
    refused.refuse(b"a", "fifo", "it is a pipe", ONE, 0.0)
    refused.refuse(b"b", "fifo", "it is a pipe", ONE, 0.0)
    refused.listing_ended()
    assert refused.stands(b"a", ONE, 1.0)
    refused.listing_ended()
    refused.save()
    assert listed(desk) == ["a"]


def test_no_more_are_listed_than_fit_and_the_others_are_counted(
    desk: Desk, refused: Refused, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("worker.intake.refused.LISTED_MAX", 3)
    for _ in range(3):
        for name in (b"a", b"b", b"c", b"d", b"e"):
            if not refused.stands(name, ONE, 1.0):
                refused.refuse(name, "fifo", "it is a pipe", ONE, 0.0)
        refused.listing_ended()
    refused.save()
    assert listed(desk) == ["a", "b", "c"]
    assert len(refused) == 5
    assert len(caplog.records) == 4


def test_a_name_can_not_forge_a_line_of_the_log(refused: Refused, caplog: pytest.LogCaptureFixture) -> None:
    refused.refuse(b"a\nrefused b\x1b[2J", "fifo", "it is a pipe", ONE, 0.0)
    assert [record.getMessage() for record in caplog.records] == [
        "refused inbox/a%0Arefused b%1B[2J: fifo (it is a pipe)"
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"files": [{}]}', b'{"files": [{"raw_path": "a"}]}'])
def test_a_damaged_file_is_made_anew(desk: Desk, content: bytes) -> None:
    with open(f"{desk.path}/refused.json", "wb") as file:
        file.write(content)
    assert len(Refused(f"{desk.path}/refused.json", "inbox")) == 0
