"""What is under way is bounded; batches grow with the backlog."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import ids
from worker.disk.claims import Claim, ClaimedFile
from worker.disk.fsops import make_folder
from worker.disk.position import Positions
from worker.intake.flight import Allowed, Bounds, Standing, allowed, batch_files

if TYPE_CHECKING:
    from tests.intake.desk import Desk

BOUNDS = Bounds(documents_max=10, bytes_max=1000, batch_max=4, batch_bytes_max=300, shares=2)


def claim_of(desk: Desk, files: int, size: int) -> Claim:
    """A batch whose folder stands."""
    batch = ids.mint()
    make_folder(f"{desk.work.claimed}/{batch}")
    rows = tuple(ClaimedFile(ids.mint(), b"a", 1, size, 1, "rename") for _ in range(files))
    return Claim(batch, "inbox", desk.inbox, "2024-01-01T00:00:00Z", Positions(), rows, sealed=True)


def batches_of(files: int, *, shares: int = 2, batch_max: int = 64) -> list[int]:
    """The batches that a pile of files becomes while nothing of it is done yet."""
    sizes: list[int] = []
    while sum(sizes) < files:
        sizes.append(batch_files(files - sum(sizes), sum(sizes), shares, batch_max))
    return sizes


@pytest.mark.parametrize(
    ("files", "batches"),
    [(1, [1]), (2, [1, 1]), (3, [2, 1]), (10, [5, 5]), (100, [50, 50]), (127, [64, 63]), (205, [64, 64, 64, 13])],
)
def test_a_pile_is_divided_evenly_among_the_workers_in_batches_that_are_not_too_large(
    files: int, batches: list[int]
) -> None:
    assert batches_of(files) == batches


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 300), st.integers(1, 500))
def test_a_batch_is_never_empty_and_never_too_large(backlog: int, under_way: int, shares: int, batch_max: int) -> None:
    assert 1 <= batch_files(backlog, under_way, shares, batch_max) <= max(1, min(backlog, batch_max))


def test_with_nothing_under_way_a_whole_batch_is_allowed(desk: Desk) -> None:
    assert allowed([(desk.work, Standing())], BOUNDS, 100) == Allowed(4, 300)


def test_no_batch_is_allowed_that_would_exceed_the_documents(desk: Desk) -> None:
    standing = Standing()
    for _ in range(2):
        standing.put(claim_of(desk, 4, 1))
    assert allowed([(desk.work, standing)], BOUNDS, 100) is None
    assert allowed([(desk.work, standing)], BOUNDS, 2) == Allowed(2, 300)


def test_a_batch_may_have_the_bytes_that_are_left(desk: Desk) -> None:
    standing = Standing()
    standing.put(claim_of(desk, 1, 900))
    assert allowed([(desk.work, standing)], BOUNDS, 100) == Allowed(4, 100)
    standing.put(claim_of(desk, 1, 100))
    assert allowed([(desk.work, standing)], BOUNDS, 100) is None


def test_bounds_hold_over_all_inboxes(desk: Desk) -> None:
    one, two = Standing(), Standing()
    one.put(claim_of(desk, 4, 1))
    two.put(claim_of(desk, 4, 1))
    assert allowed([(desk.work, one), (desk.work, two)], BOUNDS, 100) is None


def test_a_batch_leaves_when_its_folder_is_gone_and_says_so(desk: Desk) -> None:
    done: list[Claim] = []
    standing = Standing(done.append)
    stays, goes = claim_of(desk, 2, 10), claim_of(desk, 1, 7)
    standing.put(stays)
    standing.put(goes)
    os.rmdir(f"{desk.work.claimed}/{goes.batch}")
    standing.refresh(desk.work)
    assert ([claim.batch for claim in standing], standing.documents, standing.bytes) == ([stays.batch], 2, 20)
    assert done == [goes]


def test_a_batch_that_is_sealed_again_counts_once(desk: Desk) -> None:
    standing = Standing()
    claim = claim_of(desk, 2, 10)
    standing.put(claim)
    standing.put(claim)
    assert (standing.documents, standing.bytes, len(standing)) == (2, 20, 1)
