"""An inbox comes and goes; it belongs to one intake at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk, claim_all
from worker.disk.lock import is_held
from worker.errors import ConfigurationError
from worker.intake.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Iterator


def inbox_of(desk: Desk) -> Inbox:
    return Inbox(desk.inbox, desk.work, desk.out, [desk.out.path, desk.state.path], desk.intake, desk.wake)


@pytest.fixture
def inbox(desk: Desk) -> Iterator[Inbox]:
    found = inbox_of(desk)
    found.attach()
    yield found
    found.detach()


def claimed_by(inbox: Inbox, moment: float) -> set[bytes]:
    assert inbox.attached is not None
    return {file.path for claim in claim_all(inbox.attached, moment) for file in claim.files}


def test_a_second_intake_on_the_same_folder_is_refused(desk: Desk, inbox: Inbox) -> None:
    with pytest.raises(ConfigurationError, match=rf"paths\.inboxes.*watches.*pid {os.getpid()}"):
        inbox_of(desk).attach()
    inbox.detach()
    second = inbox_of(desk)
    second.attach()
    second.detach()


def test_a_look_at_the_lock_does_not_keep_an_intake_from_starting(desk: Desk) -> None:
    desk.work.create()
    held = os.open(desk.work.lock, os.O_RDWR | os.O_CREAT)
    os.close(held)
    assert not is_held(desk.work.lock)
    inbox = inbox_of(desk)
    inbox.attach()
    assert is_held(desk.work.lock)
    inbox.detach()


def test_a_folder_that_is_deleted_and_made_again_is_watched_again(desk: Desk, inbox: Inbox) -> None:
    inbox.check(1000.0)
    shutil.rmtree(desk.inbox)
    inbox.check(1001.0)
    assert inbox.attached is None
    inbox.check(1002.0)
    desk.put("a.txt")
    inbox.check(1003.0)
    assert claimed_by(inbox, 1003.0) == {b"a.txt"}
    assert inbox.attached is not None
    assert inbox.attached._watching.watcher is not None
    assert is_held(desk.work.lock)


def test_a_folder_in_the_place_of_the_watched_one_is_noticed(desk: Desk, inbox: Inbox) -> None:
    inbox.check(1000.0)
    os.rename(desk.inbox, f"{desk.path}/was-inbox")
    desk.put("a.txt", b"new")
    inbox.check(1001.0)
    assert claimed_by(inbox, 1001.0) == {b"a.txt"}
    assert desk.standing() == {b"a.txt": b"new"}


def test_a_work_folder_that_somebody_removed_is_made_again(desk: Desk, inbox: Inbox) -> None:
    inbox.check(1000.0)
    shutil.rmtree(desk.work.path)
    desk.put("a.txt")
    inbox.check(1001.0)
    assert claimed_by(inbox, 1001.0) == {b"a.txt"}
    assert is_held(desk.work.lock)


def test_a_folder_that_is_missing_at_the_start_is_waited_for(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    os.rmdir(desk.inbox)
    inbox = inbox_of(desk)
    inbox.attach()
    for moment in (1000.0, 1001.0):
        inbox.check(moment)
    assert inbox.attached is None
    assert sum("is not there" in record.getMessage() for record in caplog.records) == 1
    desk.put("a.txt")
    inbox.check(1002.0)
    assert claimed_by(inbox, 1002.0) == {b"a.txt"}
    inbox.detach()


def test_a_failure_is_tried_again_after_longer_and_longer_pauses(desk: Desk) -> None:
    inbox = inbox_of(desk)
    pauses = []
    now = 1000.0
    for _ in range(9):
        inbox.failed(OSError(5, "Input/output error"), now)
        start = now
        while inbox.resting(now):
            now += 0.25
        pauses.append(now - start)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_the_output_can_not_be_the_inbox(desk: Desk) -> None:
    inbox = Inbox(desk.out.path, desk.work, desk.out, [], desk.intake, desk.wake)
    with pytest.raises(ConfigurationError, match=r"paths\.out"):
        inbox.attach()


def test_an_output_inside_the_inbox_is_not_taken_in(desk: Desk) -> None:
    desk.put("out/articles.jsonl", b"{}")
    desk.put("a.txt")
    inbox = Inbox(desk.inbox, desk.work, desk.out, [f"{desk.inbox}/out"], desk.intake, desk.wake)
    inbox.attach()
    inbox.check(1000.0)
    desk.put("out/articles.jsonl", b"{}{}")
    assert claimed_by(inbox, 1000.0) == {b"a.txt"}
    assert claimed_by(inbox, 2000.0) == set()
    inbox.detach()


def mounts_work() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0


_ON_TWO_MOUNTS = """
import os, subprocess, sys, time
sys.path.insert(0, {source!r})
from tests.intake.desk import Desk, claim_all
from worker.errors import ConfigurationError
from worker.intake.inbox import Inbox

desk = Desk({path!r})
def mount(*words):
    subprocess.run(["mount", *words], check=True)
{body}
"""


def on_mounts(desk: Desk, body: str) -> str:
    """Run the body in a process with mounts of its own; returns what it prints."""
    source = os.getcwd()
    program = _ON_TWO_MOUNTS.format(source=source, path=f"{desk.path}-mounts", body=body)
    command = ["unshare", "-m", "--propagation", "private", os.sys.executable, "-c", program]  # type: ignore[attr-defined]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=source).stdout


@pytest.mark.skipif(not mounts_work(), reason="mounts need root")
def test_a_work_folder_on_another_mount_is_refused_though_the_device_is_the_same(desk: Desk) -> None:
    said = on_mounts(
        desk,
        """
os.makedirs(desk.path + "/elsewhere"); os.makedirs(desk.inbox + "/.copydesk")
mount("--bind", desk.path + "/elsewhere", desk.inbox + "/.copydesk")
try:
    Inbox(desk.inbox, desk.work, desk.out, [], desk.intake, desk.wake).attach()
except ConfigurationError as error:
    print(error.key, error.problem)
""",
    )
    assert said.startswith("intake.mode")
    assert "another mount" in said


@pytest.mark.skipif(not mounts_work(), reason="mounts need root")
def test_a_read_only_mount_names_keep_mode(desk: Desk) -> None:
    said = on_mounts(
        desk,
        """
mount("--bind", desk.inbox, desk.inbox)
mount("-o", "remount,bind,ro", desk.inbox)
try:
    Inbox(desk.inbox, desk.work, desk.out, [], desk.intake, desk.wake).attach()
except ConfigurationError as error:
    print(error)
""",
    )
    assert "read-only" in said
    assert 'intake.mode = "keep"' in said


@pytest.mark.skipif(not mounts_work(), reason="mounts need root")
def test_files_of_another_mount_inside_the_inbox_are_claimed_by_copy(desk: Desk) -> None:
    said = on_mounts(
        desk,
        """
os.makedirs(desk.inbox + "/same"); os.makedirs(desk.inbox + "/other"); os.makedirs(desk.path + "/elsewhere")
mount("--bind", desk.path + "/elsewhere", desk.inbox + "/same")
mount("-t", "tmpfs", "none", desk.inbox + "/other")
desk.put("same/a.txt", b"A"); desk.put("other/b.txt", b"B"); desk.put("c.txt", b"C")
attached = desk.attach()
claim_all(attached, time.monotonic()); claim_all(attached, time.monotonic() + 100)
print(sorted(desk.standing().items()), desk.waiting())
""",
    )
    assert said.strip() == "[(b'c.txt', b'C'), (b'other/b.txt', b'B'), (b'same/a.txt', b'A')] set()"


@pytest.mark.skipif(not mounts_work(), reason="mounts need root")
def test_a_folder_that_is_mounted_inside_itself_is_listed_once(desk: Desk) -> None:
    said = on_mounts(
        desk,
        """
os.makedirs(desk.inbox + "/loop")
mount("--bind", desk.inbox, desk.inbox + "/loop")
desk.put("a.txt", b"A")
attached = desk.attach()
claim_all(attached, time.monotonic())
attached.check(time.monotonic())
print(sorted(desk.standing()), open(desk.work.refused).read().count("directory_loop"))
""",
    )
    assert said.strip() == "[b'a.txt'] 1"
