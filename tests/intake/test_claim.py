"""A claim whose process dies, or whose disk fails, at any place leaves each file in exactly one place."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Literal

import pytest

from tests.intake.desk import Desk, claim_all
from worker import failpoints
from worker.disk import claims, fsops
from worker.settings import Intake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.intake.attached import Attached

FILES = {b"a.txt": b"A", b"sub/b.txt": b"BB", b"sub/c\xff.txt": b"CCC"}
WINDOWS = [name for name in failpoints.WINDOWS if name.startswith("claim.")]
How = Literal["rename", "copy_move", "copy_keep"]
HOWS: tuple[How, ...] = ("rename", "copy_move", "copy_keep")
ONLY = {"claim.originals_removed": "copy_move", "claim.ledger_written": "copy_keep"}
CASES = [(window, how) for window in WINDOWS for how in HOWS if ONLY.get(window, how) == how]


def fill(desk: Desk, how: How) -> None:
    """Put the files so that they are claimed in that way."""
    for name, data in FILES.items():
        path = desk.put(name, data)
        if how == "copy_move":
            twin = desk.put(b"twins/" + os.path.basename(path), below="elsewhere")
            os.unlink(twin)
            os.link(path, twin)
    if how == "copy_keep":
        desk.intake = Intake(mode="keep", settle_seconds=0.1)


def claim_patiently(attached: Attached) -> None:
    """Claim until nothing is ready, also what is tried again after a while only."""
    for moment in (0, 100, 10_000):
        claim_all(attached, time.monotonic() + moment)


def settled(desk: Desk) -> None:
    """Assert that every file is in one place: as a document, and in the inbox only where it is to stay."""
    assert desk.standing() == FILES
    assert desk.waiting() == (set(FILES) if desk.intake.mode == "keep" else set())


@pytest.mark.parametrize(("window", "how"), CASES)
def test_a_crash_in_any_window_loses_and_doubles_nothing(
    desk: Desk, window: str, how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = f"{desk.path}/reached"
    monkeypatch.setenv("COPYDESK_FAILPOINTS_LOG", log)
    fill(desk, how)
    attached = desk.attach()
    with failpoints.armed(f"{window}=crash"), pytest.raises(failpoints.Crashed):
        claim_all(attached)
    attached.close()
    with open(log) as file:
        assert file.read() == f"{window}\n"
    after = desk.attach()
    claim_patiently(after)
    settled(desk)
    after.close()


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_crash_between_two_files_loses_and_doubles_nothing(desk: Desk, nth: int, how: How) -> None:
    fill(desk, how)
    attached = desk.attach()
    with failpoints.armed(f"claim.file_taken@{nth}=crash"), pytest.raises(failpoints.Crashed):
        claim_all(attached)
    attached.close()
    after = desk.attach()
    claim_patiently(after)
    settled(desk)
    after.close()


def test_a_crash_in_the_recovery_is_recovered_from(desk: Desk) -> None:
    fill(desk, "rename")
    with failpoints.armed("claim.file_taken@2=crash"), pytest.raises(failpoints.Crashed):
        claim_all(desk.attach())
    for window in ("claim.seal_written", "claim.sealed"):
        with failpoints.armed(f"{window}=crash"), pytest.raises(failpoints.Crashed):
            desk.attach()
    after = desk.attach()
    claim_patiently(after)
    settled(desk)
    after.close()


def test_documents_that_arrived_before_a_crash_keep_their_ids(desk: Desk) -> None:
    fill(desk, "rename")
    with failpoints.armed("claim.files_taken=crash"), pytest.raises(failpoints.Crashed):
        claim_all(desk.attach())
    (batch,) = claims.batches(desk.work)
    intent = claims.read_claim(desk.work, batch)
    assert intent is not None
    after = desk.attach()
    (sealed,) = after.standing
    assert (sealed.batch, {file.id for file in sealed.files}) == (batch, {file.id for file in intent.files})
    after.close()


def test_a_file_that_replaced_a_copied_one_before_the_restart_is_a_document_of_its_own(desk: Desk) -> None:
    fill(desk, "copy_move")
    with failpoints.armed("claim.sealed=crash"), pytest.raises(failpoints.Crashed):
        claim_all(desk.attach())
    os.unlink(f"{desk.inbox}/a.txt")
    desk.put("a.txt", b"Z")
    after = desk.attach()
    assert desk.waiting() == {b"a.txt"}
    claim_all(after)
    paths = [file.path for claim in after.standing for file in claim.files]
    assert sorted(paths) == [b"a.txt", b"a.txt", b"sub/b.txt", b"sub/c\xff.txt"]
    after.close()


class FailNth:
    """Makes the n-th file operation fail, once."""

    def __init__(self, nth: int, number: int) -> None:
        self.left = nth
        self.number = number

    def __call__(self, call: str, length: int) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.number, os.strerror(self.number))


def failing_everywhere(desk: Desk, how: How, number: int, fresh: bool) -> Iterator[int]:
    """Claim again and again, a later operation failing each time, until a whole claim goes through."""
    for nth in range(1, 500):
        fill(desk, how)
        attached = desk.attach()
        fail = FailNth(nth, number)
        with fsops.intercept(fail):
            for _ in range(3):
                try:
                    claim_all(attached)
                except OSError:
                    continue
        if fresh:
            attached.close()
            attached = desk.attach()
        claim_patiently(attached)
        settled(desk)
        attached.close()
        yield nth
        if fail.left > 0:
            return
        desk.path = f"{os.path.dirname(desk.path)}/desk-{nth}"
        desk.__post_init__()


@pytest.mark.parametrize("fresh", [False, True], ids=["the same process", "after a restart"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EINTR], ids=["EIO", "ENOSPC", "EINTR"])
@pytest.mark.parametrize("how", HOWS)
def test_an_operation_that_fails_loses_and_doubles_nothing_whichever_it_is(
    desk: Desk, how: How, number: int, fresh: bool
) -> None:
    tried = list(failing_everywhere(desk, how, number, fresh))
    assert len(tried) > 15


def test_writes_that_are_cut_short_are_continued(desk: Desk) -> None:
    fill(desk, "copy_keep")
    attached = desk.attach()
    with fsops.intercept(lambda call, length: 1 if call == "write" else None):
        claim_all(attached)
    settled(desk)
    attached.close()


def test_a_link_that_takes_the_place_of_a_listed_file_is_put_back_and_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = desk.put("secret", b"SECRET", below="elsewhere")
    path = desk.put("a.txt")
    attached = desk.attach()

    def swap(call: str, length: int) -> None:
        if call == "mkdir":
            os.unlink(path)
            os.symlink(secret, path)

    attached.fill(time.monotonic())
    with fsops.intercept(swap):
        claimed = attached.claim(64, 1 << 20, time.monotonic())
    assert claimed.claim is None
    assert os.readlink(path) == secret
    assert desk.standing() == {}
    with open(secret, "rb") as file:
        assert file.read() == b"SECRET"
    attached.close()


def test_a_folder_that_is_swapped_for_a_link_after_the_listing_is_not_entered(desk: Desk) -> None:
    desk.put("elsewhere.txt", b"SECRET", below="elsewhere")
    desk.put("sub/elsewhere.txt", b"words")
    attached = desk.attach()
    attached.fill(time.monotonic())
    os.rename(f"{desk.inbox}/sub", f"{desk.path}/was-sub")
    os.symlink(f"{desk.path}/elsewhere", f"{desk.inbox}/sub")
    claimed = attached.claim(64, 1 << 20, time.monotonic())
    assert claimed.claim is None
    assert os.path.exists(f"{desk.path}/elsewhere/elsewhere.txt")
    assert desk.standing() == {}
    attached.close()


def test_a_swapped_file_goes_back_beside_one_that_arrived_meanwhile(desk: Desk) -> None:
    path = desk.put("a.txt", b"x")
    attached = desk.attach()

    def swap(call: str, length: int) -> None:
        if call == "mkdir":
            with open(path, "wb") as file:
                file.truncate(desk.intake.file_bytes_max + 1)
        elif call == "open" and not os.path.exists(path):
            desk.put("a.txt", b"new")

    attached.fill(time.monotonic())
    with fsops.intercept(swap):
        assert attached.claim(64, 1 << 20, time.monotonic()).claim is None
    with open(path, "rb") as file:
        assert file.read() == b"new"
    (beside,) = desk.waiting() - {b"a.txt"}
    assert beside.endswith(b".a.txt")
    attached.close()


def test_an_original_that_changed_while_it_was_copied_stays_for_later(desk: Desk) -> None:
    fill(desk, "copy_move")
    attached = desk.attach()

    def write_on(call: str, length: int) -> None:
        if call == "mkdir":
            desk.put("a.txt", b"AA")

    attached.fill(time.monotonic())
    with fsops.intercept(write_on):
        attached.claim(64, 1 << 20, time.monotonic())
    assert set(desk.standing()) == set(FILES) - {b"a.txt"}
    assert desk.waiting() == {b"a.txt"}
    claim_all(attached, time.monotonic() + 100)
    assert desk.standing() == {**FILES, b"a.txt": b"AA"}
    attached.close()


def test_an_original_that_changed_after_it_was_copied_is_not_removed(desk: Desk) -> None:
    fill(desk, "copy_move")
    attached = desk.attach()
    attached.fill(time.monotonic())

    syncs: list[str] = []

    def write_on(call: str, length: int) -> None:
        syncs.extend([call] if call == "sync" else [])
        if call == "sync" and len(syncs) == 2:  # that of the seal
            desk.put("a.txt", b"AA")

    with fsops.intercept(write_on):
        attached.claim(64, 1 << 20, time.monotonic())
    assert desk.standing() == FILES
    assert desk.waiting() == {b"a.txt"}
    attached.close()


def test_a_seal_that_a_crash_left_is_made_durable_before_anybody_hears_of_it(desk: Desk) -> None:
    fill(desk, "rename")
    with failpoints.armed("claim.seal_written=crash"), pytest.raises(failpoints.Crashed):
        claim_all(desk.attach())
    calls: list[str] = []
    with fsops.intercept(lambda call, length: calls.append(call)):
        after = desk.attach()
    assert "sync" in calls
    after.close()


def test_a_batch_is_claimed_with_two_syncs(desk: Desk) -> None:
    for number in range(64):
        desk.put(f"{number}.txt")
    attached = desk.attach()
    calls: list[str] = []
    attached.fill(time.monotonic())
    with fsops.intercept(lambda call, length: calls.append(call)):
        claimed = attached.claim(64, 1 << 20, time.monotonic())
    assert claimed.claim is not None
    assert len(claimed.claim.files) == 64
    assert calls.count("sync") == 2
    attached.close()


def test_no_file_moves_before_its_intent_is_durable_and_nothing_is_published_before_its_seal(
    desk: Desk,
) -> None:
    desk.put("a.txt")
    attached = desk.attach()
    calls: list[str] = []
    attached.fill(time.monotonic())
    with fsops.intercept(lambda call, length: calls.append(call)):
        attached.claim(64, 1 << 20, time.monotonic())
    claim = calls[calls.index("mkdir") :]
    # intent: written, renamed to its name, synced; the file; the seal: written, renamed, synced
    assert [call for call in claim if call in {"rename", "sync"}] == [
        "rename",
        "sync",
        "rename",
        "rename",
        "sync",
    ]
    assert claim[-1] == "sync"
    attached.close()
