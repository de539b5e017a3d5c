from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from worker.sink.housekeeping import remove_oldest_day

if TYPE_CHECKING:
    from tests.sink.material import Place

TODAY = date(2024, 3, 1)


def never() -> bool:
    return False


def archive(place: Place, *days: str) -> None:
    for day in days:
        os.makedirs(f"{place.work.archive}/{day}")
        for number in range(3):
            with open(f"{place.work.archive}/{day}/{number}.txt", "wb"):
                pass


def left(place: Place) -> list[str]:
    return sorted(os.listdir(place.work.archive))


def test_one_day_that_is_old_enough_goes_at_a_time(place: Place) -> None:
    archive(place, "2024-02-29", "2024-01-30", "2024-01-29", "2023-12-24")
    removed = [remove_oldest_day(place.work, TODAY, 30, never) for _ in range(4)]
    assert removed == ["2023-12-24", "2024-01-29", "2024-01-30", None]
    assert left(place) == ["2024-02-29"]


@pytest.mark.parametrize(("keep_days", "gone"), [(-1, False), (0, True), (1, False), (36_500, False)])
def test_how_long_is_long_enough(place: Place, keep_days: int, gone: bool) -> None:
    archive(place, "2024-02-29", "2024-03-01")
    assert (remove_oldest_day(place.work, TODAY, keep_days, never) is not None) == gone
    assert "2024-03-01" in left(place)


def test_what_is_no_day_is_left_alone(place: Place) -> None:
    archive(place, "notes", "2024-99-01", "19990101")
    os.symlink("/tmp", f"{place.work.archive}/2001-01-01")
    with open(f"{place.work.archive}/2002-01-01", "wb"):
        pass
    assert remove_oldest_day(place.work, TODAY, 30, never) is None
    assert left(place) == ["19990101", "2001-01-01", "2002-01-01", "2024-99-01", "notes"]


def test_there_may_be_no_archive(place: Place) -> None:
    os.rmdir(place.work.archive)
    assert remove_oldest_day(place.work, TODAY, 30, never) is None


def test_it_ends_when_the_process_does_and_goes_on_later(place: Place) -> None:
    archive(place, "2023-12-24")
    assert remove_oldest_day(place.work, TODAY, 30, lambda: True) is None
    assert remove_oldest_day(place.work, TODAY, 30, never) == "2023-12-24"
