"""What workers get to know of a document."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk, claim_all
from worker.disk import claims
from worker.intake.payload import payload_of, read_payload, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.disk.claims import Claim


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (-(10**12), "0001-01-01T00:00:00Z"),
        (10**15, "9999-12-31T23:59:59Z"),
    ],
)
def test_any_time_that_a_disk_gives_has_a_form(seconds: int, text: str) -> None:
    assert rfc3339(seconds) == text


@pytest.fixture
def claim(desk: Desk) -> Iterator[Claim]:
    for name, data in (("a.txt", b"A"), ("b.txt", b"BB")):
        desk.put(name, data)
    attached = desk.attach()
    (found,) = claim_all(attached)
    yield found
    attached.close()


def ids_of(claim: Claim) -> list[str]:
    return [file.id for file in claim.files]


def test_a_batch_is_published_under_its_own_name_with_all_its_bytes(claim: Claim) -> None:
    payload = payload_of(claim, [b"A", b"BB"])
    assert (payload.job, payload.batch) == (claim.batch, claim.batch)
    assert [row.id for row in payload.documents] == ids_of(claim)


def test_only_wanted_documents_are_read_again(desk: Desk, claim: Claim) -> None:
    wanted = ids_of(claim)[1:]
    payload = read_payload(desk.work, claim, wanted, "job", None, 1 << 20)
    assert [row.id for row in payload.documents] == wanted
    assert payload.blobs == (desk.bytes_of(claim, wanted[0]),)


def test_a_file_that_left_or_changed_is_not_published(desk: Desk, claim: Claim) -> None:
    gone, changed = ids_of(claim)
    os.unlink(claims.document_path(desk.work, claim.batch, gone))
    os.utime(claims.document_path(desk.work, claim.batch, changed), (1, 1))
    assert read_payload(desk.work, claim, [gone, changed], "job", None, 1 << 20).documents == ()
