"""The ledger knows what was taken, durably, and forgets what has been gone for long."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from worker.errors import ConfigurationError
from worker.intake.ledger import Ledger, Taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.intake.desk import Desk


@pytest.fixture
def ledger(desk: Desk) -> Iterator[Ledger]:
    found = Ledger(f"{desk.path}/ledger.sqlite")
    yield found
    found.close()


def row(number: int) -> Taken:
    return Taken(b"/inbox/%05d\xff" % number, number, 10, 100, "ab", "id")


def test_what_was_noted_is_found_by_its_bytes(ledger: Ledger) -> None:
    ledger.add(row(number) for number in range(3))
    assert ledger.find([row(1).place, b"/inbox/other"]) == {row(1).place: row(1)}


def test_more_places_than_sqlite_takes_at_once_can_be_asked_for(ledger: Ledger) -> None:
    ledger.add(row(number) for number in range(2000))
    assert len(ledger.find([row(number).place for number in range(2500)])) == 2000


def test_a_later_note_replaces_the_earlier(ledger: Ledger) -> None:
    ledger.add([row(1)])
    ledger.add([row(1)._replace(sha256="cd")])
    assert ledger.find([row(1).place])[row(1).place].sha256 == "cd"


def test_a_note_survives_the_death_of_its_process(desk: Desk) -> None:
    program = f"""
import os
from worker.intake.ledger import Ledger, Taken
Ledger({desk.path!r} + "/ledger.sqlite").add([Taken(b"/inbox/a", 1, 10, 100, "ab", "id")])
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    ledger = Ledger(f"{desk.path}/ledger.sqlite")
    assert set(ledger.find([b"/inbox/a"])) == {b"/inbox/a"}
    ledger.close()


def test_notes_are_synced_when_they_are_made(ledger: Ledger) -> None:
    (level,) = ledger._database.execute("PRAGMA synchronous").fetchone()
    assert level == 2


def test_a_row_goes_when_its_file_was_gone_on_two_looks_a_week_apart(ledger: Ledger) -> None:
    ledger.add(row(number) for number in range(10))
    here = {row(number).place for number in range(5)}
    assert [ledger.prune(here.__contains__, today) for today in (100, 106, 107, 108)] == [0, 0, 5, 0]
    assert set(ledger.find([row(number).place for number in range(10)])) == here


def test_files_of_a_mount_that_is_away_for_a_while_stay_known(ledger: Ledger) -> None:
    ledger.add([row(1)])
    answers = iter([False, True, False])
    assert [ledger.prune(lambda place: next(answers), today) for today in (100, 105, 110)] == [0, 0, 0]


def test_the_table_is_looked_through_in_pieces(ledger: Ledger) -> None:
    ledger.add(row(number) for number in range(10))
    looked: list[bytes] = []

    def stands(place: bytes) -> bool:
        looked.append(place)
        return True

    for _ in range(4):
        ledger.prune(stands, 100, limit=4)
    places = [row(number).place for number in range(10)]
    assert looked == [*places, *places[:4]]


def test_a_damaged_ledger_refuses_to_start_and_names_the_file(desk: Desk) -> None:
    path = f"{desk.path}/ledger.sqlite"
    with open(path, "wb") as file:
        file.write(b"no database" * 1000)
    with pytest.raises(ConfigurationError, match=r"ledger\.sqlite"):
        Ledger(path)


def test_a_ledger_that_can_not_be_written_is_an_error_of_the_disk(ledger: Ledger) -> None:
    ledger._database.execute("PRAGMA query_only = ON")
    with pytest.raises(OSError, match="can't be written"):
        ledger.add([row(1)])
    ledger._database.execute("PRAGMA query_only = OFF")
    ledger.add([row(1)])
