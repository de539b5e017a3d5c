from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.sink.driving import Driver
from worker.disk import fsops
from worker.disk.layout import WorkFolder
from worker.failpoints import Crashed
from worker.sink.rejected import find_rejected, list_rejected, retry

if TYPE_CHECKING:
    from tests.sink.material import Place


def rejected(place: Place, count: int = 2) -> list[str]:
    claim = place.claim([*(f"!none {number}" for number in range(count)), "A story."])
    driver = Driver(place)
    driver.stream = place.entries(claim)
    driver.finish()
    return [file.id for file in claim.files[:count]]


def test_rejected_files_are_listed_with_their_reasons(place: Place) -> None:
    first, second = rejected(place)
    found = {row.id: row for row in list_rejected(place.works())}
    assert found.keys() == {first, second}
    row = found[first]
    assert (row.inbox, row.path, row.stage, row.error) == (
        "inbox",
        "story 1.txt",
        "parse",
        "unsupported_format",
    )
    with open(row.file, "rb") as file:
        assert file.read() == b"!none 0"


def test_one_is_found_by_its_id(place: Place) -> None:
    first, second = rejected(place)
    found = find_rejected(place.works(), second)
    assert found is not None
    assert found.id == second
    assert find_rejected(place.works(), first[:-1] + "0") is None


def test_nothing_is_rejected_where_there_is_no_folder(place: Place) -> None:
    assert list_rejected([WorkFolder(f"{place.path}/nowhere")]) == []


def test_a_retry_hands_file_and_reason_to_the_intake(place: Place) -> None:
    first, second = rejected(place)
    assert retry(place.works(), [second, "unknown"]) == [second]
    assert sorted(os.listdir(place.work.retry)) == sorted([f"{second}.json", f"{second}.story_2.txt"])
    assert [row.id for row in list_rejected(place.works())] == [first]


@pytest.mark.parametrize("dies_before", [0, 1, 2])
def test_a_retry_that_was_cut_short_can_be_repeated(place: Place, dies_before: int) -> None:
    (document,) = rejected(place, 1)
    calls: list[str] = []

    def hook(call: str, _: int) -> None:
        calls.append(call)
        if len(calls) > dies_before:
            raise Crashed(call)

    with fsops.intercept(hook), pytest.raises(Crashed):
        retry(place.works(), [document])
    assert retry(place.works(), [document]) == [document]
    assert sorted(os.listdir(place.work.retry)) == sorted([f"{document}.json", f"{document}.story_1.txt"])


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"id":1}'])
def test_a_file_whose_reason_was_lost_is_listed_all_the_same(place: Place, damage: bytes) -> None:
    (document,) = rejected(place, 1)
    before = list_rejected(place.works())[0]
    with open(f"{os.path.dirname(before.file)}/{document}.json", "wb") as file:
        file.write(damage)
    (found,) = list_rejected(place.works())
    assert (found.id, found.error, found.path) == (document, "reason_lost", "story_1.txt")
    assert retry(place.works(), [document]) == [document]
