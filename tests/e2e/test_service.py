"""`copydesk run` with real files and real processes: what a user may rely on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.service import COPYDESK, Service, copydesk, drop, environment, paths_of, runs, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLES = ("watch", "worker", "sink", "redis")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as service:
        yield service


def test_a_file_dropped_into_the_folder_becomes_one_line(service: Service) -> None:
    service.inbox.mkdir(exist_ok=True)
    waiting = service.drop(range(3))
    service.start()
    (service.inbox / "deep" / "er").mkdir(parents=True)
    later = [f"deep/er/{drop(service.inbox / 'deep' / 'er', 3)}", *service.drop([4])]
    lines = service.await_lines(5)
    assert sorted(paths_of(lines)) == sorted([*waiting, *later])
    assert copydesk("verify", "out", cwd=service.folder).returncode == 0


def test_each_process_killed_once_under_load_loses_and_doubles_nothing(service: Service) -> None:
    service.flags = ("--workers", 2)
    service.start()
    names = []
    for step, role in enumerate(ROLES):
        names += service.drop(range(step * 60, step * 60 + 60))
        service.kill(role)
    lines = service.await_lines(len(names), 60.0)
    assert sorted(paths_of(lines)) == sorted(names)
    until(lambda: not list((service.inbox / ".copydesk" / "claimed").iterdir()))
    assert service.stop() == 0
    assert copydesk("verify", "out", cwd=service.folder).stdout == "out: no fault\n"


def test_sigterm_drains_and_the_next_start_goes_on_where_it_ended(service: Service) -> None:
    service.start()
    names = service.drop(range(200))
    until(lambda: len(service.lines()) > 10)
    everyone = service.descendants()
    begin = time.monotonic()
    assert service.stop(signal.SIGTERM) == 0
    assert time.monotonic() - begin < 9.0
    assert not any(runs(pid) for pid in everyone)
    service.start()
    lines = service.await_lines(200)
    assert sorted(paths_of(lines)) == sorted(names)


def test_ctrl_c_twice_stops_at_once_and_loses_nothing(service: Service) -> None:
    service.start()
    names = service.drop(range(200))
    until(lambda: bool(service.lines()))
    everyone = service.descendants()
    assert service.process is not None
    for pid in service.pids("worker"):
        os.kill(pid, signal.SIGSTOP)
    service.process.send_signal(signal.SIGINT)
    until(lambda: "stopping" in service.log)
    assert service.process.poll() is None, "a stopped worker makes the drain last"
    time.sleep(0.4)
    begin = time.monotonic()
    assert service.stop(signal.SIGINT) == 1
    assert time.monotonic() - begin < 3.0
    assert not any(runs(pid) for pid in everyone)
    service.start()
    assert sorted(paths_of(service.await_lines(200, 60.0))) == sorted(names)


def test_a_killed_supervisor_leaves_no_process_behind(service: Service) -> None:
    service.start()
    service.drop(range(100))
    everyone = service.descendants()
    assert len(everyone) >= 5
    assert service.process is not None
    service.process.kill()
    service.process.wait()
    until(lambda: not any(runs(pid) for pid in everyone), 3.0)
    service.start()
    service.await_lines(100)


def test_paused_nothing_is_claimed_and_resumed_it_goes_on(service: Service) -> None:
    service.start()
    assert copydesk("pause", cwd=service.folder).returncode == 0
    until(lambda: "no files are taken: paused" in service.log)
    service.drop([1])
    status = json.loads(copydesk("status", "--json", cwd=service.folder).stdout)
    assert (status["paused"], status["inbox"], status["written"]) == (True, 1, 0)
    assert status["oldest"]["path"] == "article-00001.txt"
    assert copydesk("resume", cwd=service.folder).returncode == 0
    service.await_lines(1)


def test_a_second_service_on_the_same_output_or_inbox_is_refused_in_one_sentence(service: Service) -> None:
    service.start()
    (service.folder / "other").mkdir()
    same_out = copydesk("run", "other", "--out", "out", cwd=service.folder)
    same_inbox = copydesk("run", "inbox", "--out", "elsewhere", cwd=service.folder)
    assert (same_out.returncode, same_inbox.returncode) == (2, 2)
    assert same_out.stderr.startswith("copydesk: paths.out: another copydesk writes to ")
    assert same_inbox.stderr.startswith("copydesk: paths.inboxes: another copydesk watches inbox. Fix: ")
    assert same_out.stderr.count("\n") == same_inbox.stderr.count("\n") == 1


def test_status_says_where_everything_is_while_it_runs_and_when_it_does_not(service: Service) -> None:
    service.start()
    service.drop(range(5))
    (service.inbox / "blank.txt").write_bytes(b" \n")
    (service.inbox / "fifo").unlink(missing_ok=True)
    os.mkfifo(service.inbox / "fifo")
    service.await_lines(5)
    until(lambda: copydesk("health", cwd=service.folder).returncode == 0)

    def status() -> dict[str, object]:
        found: dict[str, object] = json.loads(copydesk("status", "--json", cwd=service.folder).stdout)
        return found

    until(lambda: (status()["rejected"], status()["refused"], status()["claimed"]) == (1, 1, 0))
    found = status()
    assert (found["writing"], found["watching"], found["written"], found["redis"]) == (True, True, 5, "up")
    assert found["queue"] == {"queued": 0, "running": 0, "committed": 0, "workers": 1, "ready": True}
    assert service.stop() == 0
    found = status()
    assert (found["writing"], found["watching"], found["written"], found["queue"]) == (False, False, 5, None)
    assert "service   does not run" in copydesk("status", cwd=service.folder).stdout
    assert copydesk("health", cwd=service.folder).returncode == 1


def test_an_output_that_somebody_else_changed_stops_the_service_with_the_reason(service: Service) -> None:
    service.start()
    service.drop([1])
    service.await_lines(1)
    with open(service.out / "articles.jsonl", "ab") as file:
        file.write(b"a stranger's line\n")
    service.drop([2])
    assert service.process is not None
    assert service.process.wait(15.0) == 2
    assert "something else has written to it" in service.log
    assert "sink: it refuses to start" in service.log


def test_a_follower_sees_every_line_once_over_rotations_and_restarts(service: Service) -> None:
    service.environ = {
        "COPYDESK_SINK_SEGMENT_BYTES_MAX": "20000",
        "COPYDESK_SINK_ROTATION_SECONDS_MIN": "0.1",
        "COPYDESK_SINK_COMPRESS": "zstd",
    }
    service.start()
    followed = service.folder / "followed"
    with open(followed, "wb") as file:
        follower = subprocess.Popen(
            [*COPYDESK, "tail", "out", "--follow"], cwd=service.folder, env=environment(), stdout=file
        )
    service.drop(range(30))
    until(lambda: len(list(service.out.glob("articles-*.manifest.json"))) > 0)
    service.stop()
    service.start()
    service.drop(range(30, 40))
    until(lambda: followed.read_bytes().count(b"\n") >= 40, 30.0)
    follower.send_signal(signal.SIGINT)
    assert follower.wait(5.0) == 0
    assert seqs(followed.read_text()) == list(range(1, 41))
    assert seqs(copydesk("tail", "out", "--from-seq", 38, cwd=service.folder).stdout) == [38, 39, 40]


def seqs(text: str) -> list[int]:
    return [json.loads(line)["seq"] for line in text.splitlines()]


def test_status_is_told_at_once_while_redis_does_not_answer(service: Service) -> None:
    service.start()
    (redis,) = service.pids("redis")
    os.kill(redis, signal.SIGSTOP)
    begin = time.monotonic()
    found = json.loads(copydesk("status", "--json", cwd=service.folder).stdout)
    health = copydesk("health", cwd=service.folder)
    assert time.monotonic() - begin < 10.0
    os.kill(redis, signal.SIGCONT)
    assert found["redis"].startswith("away: ")
    assert (found["queue"], found["writing"], health.returncode) == (None, True, 1)
