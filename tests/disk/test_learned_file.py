"""What was learned, and decided, on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from worker.disk.layout import OutFolder
from worker.disk.learned_file import (
    LearnedParagraph,
    read_decisions,
    read_learned,
    write_decisions,
    write_learned,
)

if TYPE_CHECKING:
    from pathlib import Path

ONE = LearnedParagraph("ledger.example", "Support the Ledger.", 8, 40, 41)
OTHER = LearnedParagraph("gazette.example", "Support the Ledger.", 9, 50, 51)


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    folder = OutFolder(str(tmp_path / "out"))
    folder.create()
    return folder


def test_what_is_written_is_read(out: OutFolder) -> None:
    assert (read_learned(out), read_decisions(out)) == ((), {})
    write_learned(out, [ONE, OTHER])
    write_decisions(out, {ONE.id: "refused", OTHER.id: "approved"})
    assert read_learned(out) == (ONE, OTHER)
    assert read_decisions(out) == {ONE.id: "refused", OTHER.id: "approved"}


def test_the_id_is_that_of_words_and_publisher_alone() -> None:
    assert ONE.id == LearnedParagraph("ledger.example", "SUPPORT the  Ledger.", 99, 1, 1).id
    assert ONE.id != OTHER.id


def test_a_file_that_is_torn_anywhere_is_set_aside_loudly(out: OutFolder, caplog: pytest.LogCaptureFixture) -> None:
    write_learned(out, [ONE])
    with open(out.learned, "rb") as file:
        whole = file.read()
    for length in range(len(whole) - 1):
        with open(out.learned, "wb") as file:
            file.write(whole[:length])
        caplog.clear()
        assert read_learned(out) == ()
        assert "set aside" in caplog.text
    with open(f"{out.learned}.damaged", "rb") as file:
        assert file.read() == whole[: len(whole) - 2]


def test_one_that_was_edited_by_hand_is_set_aside(out: OutFolder) -> None:
    write_decisions(out, {ONE.id: "refused"})
    with open(out.decisions, "r+b") as file:
        data = file.read().replace(b"refused", b"approved")
        file.seek(0)
        file.write(data)
    assert read_decisions(out) == {}
