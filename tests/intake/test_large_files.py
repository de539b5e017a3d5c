"""Files that are too large for Redis: claimed as all others, never whole in memory, published without their bytes."""

from __future__ import annotations

import os
import tracemalloc
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import pytest

from tests.intake.desk import Desk, claim_all
from worker.disk import claims, fsops
from worker.intake.payload import payload_of, read_payload
from worker.intake.publisher import Publisher
from worker.intake.reconcile import Link, Reconciler, Target
from worker.jobs import queue
from worker.jobs.claimed_file import finder
from worker.jobs.safe_rq import rq_keys
from worker.settings import Intake
from worker.store.wire import unpack_payload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import redis

    from worker.disk.claims import Claim
    from worker.intake.attached import Attached
    from worker.store.keys import Keys
    from worker.store.wire import Payload

WHOLE, TAKEN = 4096, 64 << 20
LARGE = b"0123456789abcdef" * (3 << 16)  # 3 MiB


@pytest.fixture(params=["move", "keep"])
def roomy(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    settings = Intake(mode=request.param, settle_seconds=0.1, payload_bytes_max=WHOLE, file_bytes_max=TAKEN)
    return Desk(str(tmp_path / "desk"), settings)


@pytest.fixture
def attached(roomy: Desk) -> Iterator[Attached]:
    found = roomy.attach()
    yield found
    found.close()


@pytest.fixture
def link(client: redis.Redis, keys: Keys, key: bytes) -> Link:
    return Link(client, keys, key)


def queued(link: Link, keys: Keys) -> list[Payload]:
    names = cast("list[bytes]", link.client.lrange(rq_keys(keys).waiting, 0, -1))
    signed = [cast("bytes", link.client.get(keys.payload(name.decode()))) for name in names]
    return [unpack_payload(link.key, each) for each in signed]


def test_a_large_file_is_claimed_with_its_digest_and_its_bytes_stay(roomy: Desk, attached: Attached) -> None:
    roomy.put("large.warc", LARGE)
    roomy.put("small.txt", b"words")
    for claim in claim_all(attached):
        for file in claim.files:
            assert file.sha256 == sha256(roomy.bytes_of(claim, file.id)).hexdigest()
    assert roomy.standing() == {b"large.warc": LARGE, b"small.txt": b"words"}
    assert attached.standing.bytes == 5, "what Redis has to hold"
    assert attached.standing.documents == 2


def test_the_intake_holds_no_more_than_a_piece_of_it(roomy: Desk, attached: Attached) -> None:
    size = 48 << 20
    path = roomy.put("sparse.warc", b"")
    os.truncate(path, size)
    tracemalloc.start()
    try:
        (claim,) = claim_all(attached)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert claim.files[0].size == size


def test_one_beyond_all_bounds_is_refused(roomy: Desk, attached: Attached) -> None:
    path = roomy.put("huge.warc", b"")
    os.truncate(path, 1 << 40)
    assert claim_all(attached) == []


def test_each_large_file_is_a_job_of_its_own_in_the_queue_of_files(
    roomy: Desk, attached: Attached, link: Link, keys: Keys
) -> None:
    publisher = Publisher(link, 3.0)
    for name, data in (("a.warc", LARGE), ("b.txt", b"B"), ("c.warc", LARGE + b"x"), ("d.txt", b"D")):
        roomy.put(name, data)
    while attached.fill(1e6):
        publisher.publish(attached.claim(64, 8 << 20, 1e6), 1e6)
    assert sorted(row.path for payload in queued(link, keys) for row in payload.documents) == ["b.txt", "d.txt"]
    large = queued(link, keys.files)
    assert sorted(row.path for payload in large for row in payload.documents) == ["a.warc", "c.warc"]
    assert all(payload.blobs == (b"",) and payload.documents[0].on_disk for payload in large)
    assert len(queue.alive_jobs(link.client, keys)) == len(queued(link, keys)) + 2


def test_what_redis_lost_is_published_again_in_either_queue(
    roomy: Desk, attached: Attached, link: Link, keys: Keys
) -> None:
    roomy.put("a.warc", LARGE)
    roomy.put("b.txt", b"B")
    claim_all(attached)
    reconciler, target = Reconciler(link), Target(attached.origin, attached.standing)
    assert reconciler.run([target]) == 2
    link.client.delete(rq_keys(keys).waiting, rq_keys(keys.files).waiting)
    assert [reconciler.run([target]) for _ in range(3)] == [0, 2, 0], "two looks, and then each once"
    assert [row.path for payload in queued(link, keys.files) for row in payload.documents] == ["a.warc"]
    assert [row.path for payload in queued(link, keys) for row in payload.documents] == ["b.txt"]


@pytest.fixture
def claim(roomy: Desk, attached: Attached) -> Claim:
    roomy.put("a.warc", LARGE)
    (found,) = claim_all(attached)
    return found


def found_file(roomy: Desk, claim: Claim) -> bytes | None:
    payload = payload_of(claim, [None])
    file = finder(lambda: (roomy.state.work("another"), roomy.work))(claim.batch, payload.documents[0])
    if file is None:
        return None
    with file:
        return file.read()


def test_a_worker_opens_it_where_it_is_claimed(roomy: Desk, claim: Claim) -> None:
    assert found_file(roomy, claim) == LARGE


@pytest.mark.parametrize("change", ["gone", "link", "pipe", "longer", "older", "sealed anew", "no batch"])
def test_a_worker_opens_nothing_else(change: str, roomy: Desk, claim: Claim) -> None:
    path = claims.document_path(roomy.work, claim.batch, claim.files[0].id)
    payload = payload_of(claim, [None])
    if change in {"gone", "link", "pipe"}:
        os.rename(path, f"{path}.away")
    if change == "link":
        os.symlink(f"{path}.away", path)
    elif change == "pipe":
        os.mkfifo(path)
    elif change == "longer":
        os.truncate(path, len(LARGE) + 1)
    elif change == "older":
        os.utime(path, (1, 1))
    row, batch = payload.documents[0], claim.batch
    if change == "sealed anew":
        row = type(row)(**{**{n: getattr(row, n) for n in row.__slots__}, "sha256": "0" * 64})
    elif change == "no batch":
        batch = "../claimed"
    assert finder(lambda: (roomy.work,))(batch, row) is None


def test_a_large_file_that_changed_is_not_published_as_it_was(roomy: Desk, claim: Claim) -> None:
    wanted = [claim.files[0].id]
    assert len(read_payload(roomy.work, claim, wanted, "job", None, WHOLE).documents) == 1
    os.utime(claims.document_path(roomy.work, claim.batch, claim.files[0].id), (1, 1))
    assert read_payload(roomy.work, claim, wanted, "job", None, WHOLE).documents == ()


def test_one_that_changes_while_it_is_copied_is_left(tmp_path: Path) -> None:
    desk = Desk(str(tmp_path / "desk"), Intake(mode="keep", settle_seconds=0.1, payload_bytes_max=WHOLE))
    path = desk.put("a.warc", LARGE)
    attached = desk.attach()
    pieces: list[str] = []

    def grow(call: str, _length: int) -> None:
        if call == "read":
            pieces.append(call)
            if len(pieces) == 2:
                os.utime(path, (1, 1))

    attached.fill(1e6)
    with fsops.intercept(grow):
        assert attached.claim(64, 8 << 20, 1e6).claim is None
    attached.close()
    assert len(pieces) > 2
    assert desk.standing() == {}
    assert desk.waiting() == {b"a.warc"}
