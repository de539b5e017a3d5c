"""Every kind of file that lands in an inbox is claimed, or refused with its reason; none stops the others."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.intake.desk import Desk, claim_all, claim_until
from worker.settings import Intake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.intake.attached import Attached


@pytest.fixture
def attached(desk: Desk) -> Iterator[Attached]:
    found = desk.attach()
    yield found
    found.close()


def reasons(desk: Desk, attached: Attached) -> dict[str, str]:
    """What is refused, as the file in the work folder says."""
    attached.check(time.monotonic())
    with open(desk.work.refused, "rb") as file:
        return {row["path"]: row["reason"] for row in orjson.loads(file.read())["files"]}


def test_what_waits_at_the_start_is_claimed_with_its_sub_folders(desk: Desk) -> None:
    desk.put("a.txt", b"A")
    desk.put("politics/b.txt", b"B")
    desk.put("politics/2024/c.txt", b"C")
    attached = desk.attach()
    claim_all(attached)
    assert desk.standing() == {b"a.txt": b"A", b"politics/b.txt": b"B", b"politics/2024/c.txt": b"C"}
    assert desk.waiting() == set()
    attached.close()


def test_temporary_names_are_left_alone(desk: Desk, attached: Attached) -> None:
    names = (".x", "a.tmp", "a.part", "a.txt~", "a.crdownload", ".git/config", "b.tmp/c.txt")
    for name in names:
        desk.put(name)
    desk.put("a.txt")
    claim_all(attached)
    assert set(desk.standing()) == {b"a.txt"}
    assert desk.waiting() == set(map(os.fsencode, names))
    assert not os.path.exists(desk.work.refused)


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.txt",
        b"bell\a\x1b[31m.txt",
        b"caf\xe9.txt",
        b"\xff\xfe",
        b"n" * 255,
        "日本.txt".encode(),
        b" ",
    ],
    ids=["newline", "control", "latin-1", "no text", "255 bytes", "UTF-8", "blank"],
)
def test_any_name_is_claimed_under_its_own_bytes(desk: Desk, attached: Attached, name: bytes) -> None:
    desk.put(name, b"words")
    claim_all(attached)
    assert desk.standing() == {name: b"words"}


def test_links_pipes_sockets_and_devices_are_refused_and_hold_up_nothing(desk: Desk, attached: Attached) -> None:
    outside = desk.put("outside.txt", below="elsewhere")
    os.symlink(outside, f"{desk.inbox}/link.txt")
    os.symlink("/nowhere", f"{desk.inbox}/dangling")
    os.mkfifo(f"{desk.inbox}/pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{desk.inbox}/socket")
    desk.put("a.txt")
    claim_all(attached)
    assert set(desk.standing()) == {b"a.txt"}
    expected = {"link.txt": "symbolic_link", "dangling": "symbolic_link", "pipe": "fifo", "socket": "socket"}
    assert reasons(desk, attached) == expected
    assert os.path.exists(outside)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device files")
def test_a_device_is_refused(desk: Desk, attached: Attached) -> None:
    try:
        os.mknod(f"{desk.inbox}/null", 0o020666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("not even root makes device files here")
    claim_all(attached)
    assert reasons(desk, attached) == {"null": "device"}


def test_a_folder_that_links_to_its_parent_is_not_entered(desk: Desk, attached: Attached) -> None:
    desk.put("a/b.txt")
    os.symlink("..", f"{desk.inbox}/a/loop")
    claim_all(attached)
    assert set(desk.standing()) == {b"a/b.txt"}
    assert reasons(desk, attached) == {"a/loop": "symbolic_link"}


def test_a_sparse_file_of_a_terabyte_is_refused_at_once(desk: Desk, attached: Attached) -> None:
    with open(f"{desk.inbox}/huge.txt", "wb") as file:
        file.truncate(1 << 40)
    started = time.monotonic()
    claim_all(attached)
    assert time.monotonic() - started < 1
    assert reasons(desk, attached) == {"huge.txt": "too_large"}
    assert desk.waiting() == {b"huge.txt"}


def test_a_refused_file_is_said_once_and_taken_when_it_has_changed(
    desk: Desk, attached: Attached, caplog: pytest.LogCaptureFixture
) -> None:
    path = desk.put("a.txt", b"x" * (desk.intake.file_bytes_max + 1))
    for moment in range(3):
        claim_all(attached, time.monotonic() + 100 * moment)
    limit = desk.intake.file_bytes_max
    assert [record.getMessage() for record in caplog.records if "a.txt" in record.getMessage()] == [
        f"refused {desk.inbox}/a.txt: too_large ({limit + 1} bytes, and intake.file_bytes_max is {limit})"
    ]
    os.truncate(path, 10)
    claim_all(attached, time.monotonic() + 1000)
    assert desk.standing() == {b"a.txt": b"x" * 10}
    assert reasons(desk, attached) == {}


def test_folders_that_lie_too_deep_are_refused(desk: Desk) -> None:
    desk.intake = replace(desk.intake, depth_max=2)
    desk.put("1/2/a.txt")
    desk.put("1/2/3/b.txt")
    attached = desk.attach()
    claim_all(attached)
    assert set(desk.standing()) == {b"1/2/a.txt"}
    assert reasons(desk, attached) == {"1/2/3/": "too_deep"}
    attached.close()


def test_a_file_is_not_claimed_while_somebody_writes_it(desk: Desk, attached: Attached) -> None:
    with open(f"{desk.inbox}/slow.txt", "wb", buffering=0) as file:
        for word in (b"one ", b"two ", b"three"):
            file.write(word)
            claim_all(attached, time.monotonic())
            assert desk.standing() == {}
    claim_until(attached, lambda: desk.standing() == {b"slow.txt": b"one two three"})


def test_an_empty_file_is_not_claimed_before_it_has_stood_still(desk: Desk, attached: Attached) -> None:
    path = desk.put("made-by-mktemp.txt", b"")
    claim_all(attached, 1000.0)
    assert desk.standing() == {}
    with open(path, "wb") as file:
        file.write(b"words")
    claim_all(attached, 2000.0)
    assert desk.standing() == {b"made-by-mktemp.txt": b"words"}


def test_an_empty_file_that_stays_empty_is_claimed(desk: Desk, attached: Attached) -> None:
    desk.put("empty.txt", b"")
    claim_all(attached, 1000.0)
    claim_all(attached, 1000.2)
    assert desk.standing() == {b"empty.txt": b""}


def test_a_hard_linked_file_is_claimed_by_copy_so_that_its_other_name_can_do_no_harm(
    desk: Desk, attached: Attached
) -> None:
    other = desk.put("other.txt", b"words", below="elsewhere")
    os.link(other, os.fsencode(f"{desk.inbox}/linked.txt"))
    claim_all(attached)
    with open(other, "r+b") as file:
        file.write(b"OTHER")
    assert desk.standing() == {b"linked.txt": b"words"}
    assert desk.waiting() == set()


def test_two_names_of_one_file_in_the_inbox_are_two_documents(desk: Desk, attached: Attached) -> None:
    path = desk.put("a.txt", b"words")
    os.link(path, os.fsencode(f"{desk.inbox}/b.txt"))
    claim_all(attached)
    assert desk.standing() == {b"a.txt": b"words", b"b.txt": b"words"}
    assert desk.waiting() == set()


def test_without_leases_a_file_settles_and_an_old_time_proves_nothing(desk: Desk) -> None:
    desk.intake = Intake(settle_seconds=5.0, poll=True)
    attached = desk.attach()
    path = desk.put("a.txt", b"one")
    os.utime(path, (0, 0))
    claim_all(attached, 1000.0)
    claim_all(attached, 1004.9)
    assert desk.standing() == {}
    with open(path, "ab") as file:
        file.write(b" two")
    claim_all(attached, 1005.1)
    claim_all(attached, 1009.9)
    assert desk.standing() == {}
    claim_all(attached, 1010.2)
    assert desk.standing() == {b"a.txt": b"one two"}
    attached.close()


def test_without_leases_a_close_or_a_move_that_was_seen_is_proof_enough(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.intake.attached.lease_device", lambda folder: None)
    desk.intake = Intake(settle_seconds=3600.0)
    attached = desk.attach()
    attached.check(time.monotonic())
    claim_all(attached)
    desk.put("closed.txt")
    os.rename(desk.put("moved.txt", below="elsewhere"), os.fsencode(f"{desk.inbox}/moved.txt"))
    os.link(desk.put("linked.txt", below="elsewhere"), os.fsencode(f"{desk.inbox}/linked.txt"))
    with open(f"{desk.inbox}/open.txt", "w") as file:
        file.write("words")
        file.flush()
        claim_until(attached, lambda: set(desk.standing()) == {b"closed.txt", b"moved.txt"})
    claim_until(attached, lambda: b"open.txt" in desk.standing())
    assert desk.waiting() == {b"linked.txt"}
    attached.close()


def test_more_files_than_can_be_watched_settle_one_after_the_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.intake.settle.Settling.__init__.__defaults__", (10,))
    desk.intake = Intake(settle_seconds=5.0, poll=True, poll_seconds=3600)
    for number in range(35):
        desk.put(f"{number}.txt", b"words")
    attached = desk.attach()
    taken = []
    for moment in (1000.0, 1005.0, 1010.0, 1015.0, 1020.0, 1025.0):
        claim_all(attached, moment)
        taken.append(len(desk.standing()))
    assert taken == [0, 10, 20, 30, 35, 35]
    attached.close()


def test_keep_mode_leaves_files_where_they_are_and_takes_each_once(desk: Desk) -> None:
    desk.intake = Intake(mode="keep", settle_seconds=0.1)
    desk.put("a.txt", b"A")
    desk.put("sub/b.txt", b"B")
    for _ in range(2):
        attached = desk.attach()
        claim_all(attached)
        claim_all(attached, time.monotonic() + 1000)
        attached.close()
    assert desk.standing() == {b"a.txt": b"A", b"sub/b.txt": b"B"}
    assert desk.waiting() == {b"a.txt", b"sub/b.txt"}


def test_keep_mode_takes_new_bytes_as_a_new_document_and_a_new_time_as_nothing(desk: Desk) -> None:
    desk.intake = Intake(mode="keep", settle_seconds=0.1)
    path, other = desk.put("a.txt", b"one"), desk.put("b.txt", b"same")
    attached = desk.attach()
    claim_all(attached)
    desk.put("a.txt", b"two")
    os.utime(other, (1, 1))
    sealed = claim_all(attached, time.monotonic() + 1000)
    assert [file.path for claim in sealed for file in claim.files] == [b"a.txt"]
    assert claim_all(attached, time.monotonic() + 2000) == []
    assert os.path.exists(path)
    attached.close()


def test_a_file_that_is_hinted_and_listed_is_taken_once_in_keep_mode(desk: Desk) -> None:
    desk.intake = Intake(mode="keep", settle_seconds=0.1)
    attached = desk.attach()
    attached.check(time.monotonic())
    for number in range(20):
        desk.put(f"{number}.txt", b"words")
    claim_until(attached, lambda: len(desk.standing()) == 20)
    attached.close()


def test_a_batch_is_as_large_as_asked_and_as_many_bytes_as_allowed(desk: Desk, attached: Attached) -> None:
    for number in range(10):
        desk.put(f"{number}.txt", b"x" * 100)
    now = time.monotonic()
    attached.fill(now)
    first = attached.claim(3, 1 << 20, now).claim
    second = attached.claim(9, 250, now).claim
    third = attached.claim(9, 1, now).claim
    assert [len(claim.files) for claim in (first, second, third) if claim is not None] == [3, 2, 1]


def test_a_file_that_vanishes_before_the_claim_is_nothing(desk: Desk, attached: Attached) -> None:
    path = desk.put("a.txt")
    attached.fill(time.monotonic())
    os.unlink(path)
    claimed = attached.claim(64, 1 << 20, time.monotonic())
    assert claimed.claim is None
    assert desk.standing() == {}
    claim_all(attached)
    assert not os.path.exists(desk.work.refused)


def test_a_file_that_is_dropped_again_under_the_same_name_is_another_document(desk: Desk, attached: Attached) -> None:
    desk.put("a.txt", b"one")
    (first,) = claim_all(attached)
    desk.put("a.txt", b"two")
    (second,) = claim_all(attached, time.monotonic() + 60)
    assert [desk.bytes_of(claim, claim.files[0].id) for claim in (first, second)] == [b"one", b"two"]


def test_a_folder_that_is_moved_in_is_claimed_with_all_that_it_holds(desk: Desk, attached: Attached) -> None:
    attached.check(time.monotonic())
    claim_all(attached)
    for number in range(50):
        desk.put(f"day/{number % 5}/{number}.txt", below="elsewhere")
    os.rename(f"{desk.path}/elsewhere/day", f"{desk.inbox}/day")
    claim_until(attached, lambda: len(desk.standing()) == 50)
    desk.put("day/3/late.txt")
    claim_until(attached, lambda: len(desk.standing()) == 51)


def test_files_that_come_in_every_way_at_once_are_each_claimed_once_and_whole(desk: Desk, attached: Attached) -> None:
    def slowly(number: int) -> None:
        with open(f"{desk.inbox}/slow-{number}.txt", "wb", buffering=0) as file:
            for _ in range(4):
                file.write(b"part ")
                time.sleep(0.001)

    def renamed(number: int) -> None:
        desk.put(f"sub-{number % 3}/{number}.tmp", b"whole")
        os.rename(f"{desk.inbox}/sub-{number % 3}/{number}.tmp", f"{desk.inbox}/sub-{number % 3}/{number}.txt")

    attached.check(time.monotonic())
    writers = [threading.Thread(target=lambda way=way: [way(n) for n in range(60)]) for way in (slowly, renamed)]
    for writer in writers:
        writer.start()
    claim_until(attached, lambda: len(desk.standing()) == 120)
    for writer in writers:
        writer.join()
    assert set(desk.standing().values()) == {b"part part part part ", b"whole"}
