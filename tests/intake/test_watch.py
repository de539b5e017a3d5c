"""Events wake, and are healed when they fail: an overflow, a dead thread, a folder that comes and goes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.intake.desk import Desk, claim_all, claim_until, eventually
from worker.intake.watch import HINTS_MAX, Hints, Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def watcher(desk: Desk) -> Iterator[Watcher]:
    desk.work.create()
    os.makedirs(f"{desk.inbox}/out")
    found = Watcher(os.path.realpath(desk.inbox), frozenset({os.path.realpath(f"{desk.inbox}/out")}), desk.wake)
    found.start()
    yield found
    found.stop()


def told(watcher: Watcher) -> dict[bytes, bool]:
    """The files that events told of, when they have come to an end."""
    files: dict[bytes, bool] = {}
    quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + 0.15:
        hints = watcher.take()
        if hints.files:
            quiet_since = time.monotonic()
        for path, complete in hints.files.items():
            files[path] = files.get(path, False) or complete
        time.sleep(0.01)
    return files


def test_a_file_that_was_written_and_closed_is_complete(desk: Desk, watcher: Watcher) -> None:
    desk.put("a.txt")
    assert told(watcher) == {b"a.txt": True}
    assert desk.wake.is_set()


def test_a_file_that_was_opened_and_not_closed_is_not_complete(desk: Desk, watcher: Watcher) -> None:
    with open(f"{desk.inbox}/a.txt", "w"):
        assert told(watcher) == {b"a.txt": False}


def test_a_file_that_was_moved_in_is_complete_from_wherever_it_came(desk: Desk, watcher: Watcher) -> None:
    os.rename(desk.put("a.txt", below="elsewhere"), os.fsencode(f"{desk.inbox}/a.txt"))
    with open(f"{desk.inbox}/b.tmp", "w"):
        os.rename(f"{desk.inbox}/b.tmp", f"{desk.inbox}/b.txt")
        found = told(watcher)
    assert (found[b"a.txt"], found[b"b.txt"]) == (True, True)


def test_a_hard_link_wakes_and_proves_nothing(desk: Desk, watcher: Watcher) -> None:
    os.link(desk.put("a.txt", below="elsewhere"), os.fsencode(f"{desk.inbox}/a.txt"))
    assert told(watcher) == {b"a.txt": False}


def test_names_come_through_as_bytes(desk: Desk, watcher: Watcher) -> None:
    for name in (b"caf\xe9.txt", b"new\nline.txt"):
        desk.put(name)
    assert told(watcher) == {b"caf\xe9.txt": True, b"new\nline.txt": True}


def test_a_folder_that_comes_is_told_of(desk: Desk, watcher: Watcher) -> None:
    os.makedirs(f"{desk.path}/elsewhere/sub/deep")
    os.rename(f"{desk.path}/elsewhere/sub", f"{desk.inbox}/sub")
    seen: set[bytes] = set()

    def sub_is_told() -> bool:
        seen.update(watcher.take().folders)
        return b"sub" in seen

    eventually(sub_is_told)
    # The watches reach into it.
    desk.put("sub/deep/a.txt")
    assert told(watcher) == {b"sub/deep/a.txt": True}


def test_files_that_leave_and_our_own_folders_are_no_events(desk: Desk, watcher: Watcher) -> None:
    desk.put("a.txt")
    told(watcher)
    desk.wake.clear()
    os.makedirs(f"{desk.work.claimed}/batch")
    os.rename(f"{desk.inbox}/a.txt", f"{desk.work.claimed}/batch/document")
    desk.put(".copydesk/claimed/batch/intent.json")
    desk.put("out/articles.jsonl")
    assert told(watcher) == {}
    assert not desk.wake.is_set()


def test_claims_do_not_wake_the_next_claim(desk: Desk) -> None:
    attached = desk.attach()
    attached.check(time.monotonic())
    for number in range(200):
        desk.put(f"sub/{number}.txt")
    claim_until(attached, lambda: len(desk.standing()) == 200)
    time.sleep(0.2)
    attached.fill(time.monotonic())
    desk.wake.clear()
    desk.put("sub/last.txt")
    claim_until(attached, lambda: len(desk.standing()) == 201)
    desk.wake.clear()
    assert not desk.wake.wait(0.3), "a claim woke us"
    attached.close()


def test_a_folder_that_is_renamed_inside_the_inbox_is_still_watched(desk: Desk, watcher: Watcher) -> None:
    os.mkdir(f"{desk.inbox}/one")
    told(watcher)
    os.rename(f"{desk.inbox}/one", f"{desk.inbox}/two")
    told(watcher)
    desk.put("two/a.txt")
    assert told(watcher) == {b"two/a.txt": True}
    assert watcher.alive()


def test_more_hints_than_are_kept_ask_for_a_listing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.intake.watch.HINTS_MAX", 5)
    watcher = Watcher(os.path.realpath(desk.inbox), frozenset(), desk.wake)
    watcher.start()
    for number in range(9):
        desk.put(f"{number}.txt")
    seen: list[Hints] = []

    def is_lost() -> bool:
        seen.append(watcher.take())
        return seen[-1].lost

    eventually(is_lost)
    assert all(len(hints.files) <= 5 for hints in seen)
    assert HINTS_MAX > 5
    watcher.stop()


# Events about one file in a row are one event: it takes two files to fill the queue.
_FLOOD = """
import os, sys
for number in range(int(sys.argv[2])):
    os.close(os.open(f"{sys.argv[1]}/{number % 2}.txt", os.O_WRONLY | os.O_CREAT, 0o644))
"""


def test_an_overflow_of_the_kernels_queue_asks_for_a_listing(desk: Desk, watcher: Watcher) -> None:
    with open("/proc/sys/fs/inotify/max_queued_events") as limit:
        events = int(limit.read()) + 1000
    if events > 500_000:
        pytest.skip("the kernel's queue is too long to fill it here")
    # The reading thread needs this lock for each read, so events pile up in the kernel as in a process that
    # is busy.
    with watcher._reader._lock:
        subprocess.run([sys.executable, "-c", _FLOOD, desk.inbox, str(events)], check=True)
    eventually(lambda: watcher.take().lost)
    desk.put("after.txt")
    eventually(lambda: b"after.txt" in watcher.take().files)
    assert watcher.alive()


def test_files_whose_events_were_lost_are_claimed_all_the_same(desk: Desk) -> None:
    attached = desk.attach()
    attached.check(time.monotonic())
    claim_all(attached)
    assert attached._watching.watcher is not None
    noted = attached._watching.watcher._noted
    noted.event = lambda event: None  # type: ignore[method-assign]
    desk.put("a.txt")
    noted.lost()
    claim_all(attached)
    assert set(desk.standing()) == {b"a.txt"}
    attached.close()


@pytest.mark.parametrize("thread", ["reader", "observer", "emitter"])
def test_a_dead_thread_is_noticed_and_the_watcher_replaced(desk: Desk, thread: str) -> None:
    attached = desk.attach()
    attached.check(time.monotonic())
    watcher = attached._watching.watcher
    assert watcher is not None
    threads: dict[str, threading.Thread] = {
        "reader": watcher._reader,
        "observer": watcher._observer,
        "emitter": next(iter(watcher._observer.emitters)),
    }
    dying = threads[thread]
    dying.stop()  # type: ignore[attr-defined]
    dying.join(5)
    assert not watcher.alive()
    assert attached.check(time.monotonic())
    desk.put("a.txt")
    claim_until(attached, lambda: set(desk.standing()) == {b"a.txt"})
    assert attached._watching.watcher is not None
    assert attached._watching.watcher.alive()
    attached.close()


def test_an_error_inside_the_watching_thread_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    attached = desk.attach()
    attached.check(time.monotonic())
    watcher = attached._watching.watcher
    assert watcher is not None
    monkeypatch.setattr(watcher._noted, "event", lambda event: 1 / 0)
    desk.put("a.txt")
    eventually(lambda: not watcher.alive())
    attached.check(time.monotonic())
    claim_until(attached, lambda: set(desk.standing()) == {b"a.txt"})
    attached.close()


def test_where_nothing_can_be_watched_the_timer_lists(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Watcher) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(Watcher, "start", refuse)
    attached = desk.attach()
    now = time.monotonic()
    attached.check(now)
    claim_all(attached, now)
    desk.put("a.txt")
    claim_all(attached, now + 1)
    assert desk.standing() == {}
    claim_all(attached, now + 60)
    assert set(desk.standing()) == {b"a.txt"}
    attached.close()
