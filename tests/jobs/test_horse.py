from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import select
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.jobs.deadline import wait_for
from worker.errors import TransientError
from worker.jobs import horse as module
from worker.jobs.horse import Horse, fork_horse
from worker.jobs.limits import Limits
from worker.settings import Worker as WorkerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS = WorkerSettings(document_seconds=5.0)

# The tests' own process may have threads, of which no forked one needs any.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


class Stable:
    """Forks horses and sees to it that none outlives its test."""

    def __init__(self, notes: Path) -> None:
        self.limits = Limits(SETTINGS)
        self.notes = notes
        self._horses: list[Horse] = []

    def fork(self, act: Callable[[str], object] = lambda job: None) -> Horse:
        def work(job: str) -> None:
            faulthandler.disable()
            with self.notes.open("a") as notes:
                notes.write(f"{os.getpid()} {job}\n")
            act(job)

        horse = fork_horse(self.limits, work)
        self._horses.append(horse)
        return horse

    def noted(self) -> list[list[str]]:
        return [line.split() for line in self.notes.read_text().splitlines()]

    def close(self) -> None:
        for horse in self._horses:
            horse.end(kill=True)


@pytest.fixture
def stable(tmp_path: Path) -> Iterator[Stable]:
    stable = Stable(tmp_path / "notes")
    yield stable
    stable.close()


def test_one_process_does_one_job_after_another(stable: Stable) -> None:
    horse = stable.fork()
    for number in range(5):
        horse.give(f"job-{number}")
        assert horse.answer(5) == "done"
    assert [job for _, job in stable.noted()] == [f"job-{number}" for number in range(5)]
    assert len({pid for pid, _ in stable.noted()}) == 1
    assert stable.noted()[0][0] != str(os.getpid())


def test_an_answer_is_waited_for_and_not_for_ever(stable: Stable) -> None:
    horse = stable.fork(lambda _job: time.sleep(0.3))
    horse.give("slow")
    assert horse.answer(0.01) is None
    assert horse.answer(5) == "done"
    assert horse.answer(0) is None, "nothing is said without a job"


def test_where_redis_was_not_there_the_job_comes_back(stable: Stable) -> None:
    def away(_job: str) -> None:
        raise TransientError("Redis is away")

    horse = stable.fork(away)
    for _ in range(2):
        horse.give("job")
        assert horse.answer(5) == "back"


@pytest.mark.parametrize(
    ("act", "number"),
    [
        (lambda _: os.abort(), signal.SIGABRT),
        (lambda _: os.kill(os.getpid(), signal.SIGKILL), signal.SIGKILL),
        (lambda _: os.kill(os.getpid(), signal.SIGTERM), signal.SIGTERM),
    ],
)
def test_a_death_is_noticed_at_once(act: Callable[[str], object], number: int, stable: Stable) -> None:
    horse = stable.fork(act)
    horse.give("job")
    assert horse.answer(30) == "dead"
    assert os.WTERMSIG(horse.end()) == number
    assert os.WTERMSIG(horse.end()) == number, "asked again"


def test_a_bug_ends_the_process_and_is_loud(stable: Stable, capfd: pytest.CaptureFixture[str]) -> None:
    def act(_job: str) -> None:
        stderr = os.fdopen(2, "w", closefd=False)
        logging.getLogger("copydesk.worker").addHandler(logging.StreamHandler(stderr))
        raise LookupError("a bug of ours")

    horse = stable.fork(act)
    horse.give("job")
    assert horse.answer(30) == "dead"
    assert os.waitstatus_to_exitcode(horse.end()) == os.EX_SOFTWARE
    assert "a bug of ours" in capfd.readouterr().err


def test_a_process_that_was_killed_while_it_waited_says_so(stable: Stable) -> None:
    horse = stable.fork()
    horse.give("job")
    assert horse.answer(5) == "done"
    os.kill(int(stable.noted()[0][0]), signal.SIGTERM)
    wait_for(lambda: horse.answer(0) == "dead", "the death is noticed")
    horse.give("another")
    assert horse.answer(0) == "dead"


def test_a_child_of_a_document_s_making_does_not_hide_a_death(stable: Stable) -> None:
    """It inherits the end of the pair, so that this end never closes."""

    def act(_job: str) -> None:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        os.abort()

    horse = stable.fork(act)
    horse.give("job")
    try:
        wait_for(lambda: horse.answer(0.05) == "dead", "the death is noticed")
    finally:
        group = int(stable.noted()[0][0])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def test_after_many_jobs_another_process_follows(stable: Stable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JOBS_MAX", 3)
    horse = stable.fork()
    answers = []
    for number in range(3):
        horse.give(f"job-{number}")
        answers.append(horse.answer(5))
    assert answers == ["done", "done", "last"]
    assert horse.end() == 0


def test_a_process_that_has_grown_is_followed_by_another(stable: Stable) -> None:
    hoard: list[bytes] = []
    horse = stable.fork(lambda job: hoard.append(b"x" * int(job)))
    horse.give("1000000")
    assert horse.answer(5) == "done"
    horse.give("90000000")
    assert horse.answer(5) == "last"
    assert horse.end() == 0


def test_a_process_that_is_let_go_ends(stable: Stable) -> None:
    horse = stable.fork()
    assert horse.end() == 0


def test_ctrl_c_at_the_worker_does_not_reach_it(stable: Stable) -> None:
    horse = stable.fork(lambda _job: os.kill(os.getpid(), signal.SIGINT))
    horse.give("job")
    assert horse.answer(5) == "done"


def test_a_process_in_the_midst_of_a_job_is_killed_on_demand(stable: Stable) -> None:
    horse = stable.fork(lambda _job: time.sleep(60))
    horse.give("job")
    begun = time.monotonic()
    assert os.WTERMSIG(horse.end(kill=True)) == signal.SIGKILL
    assert time.monotonic() - begun < 10


def test_a_worker_that_dies_with_an_answer_unread_is_no_failure_of_the_process(
    stable: Stable, capfd: pytest.CaptureFixture[str]
) -> None:
    horse = stable.fork()
    horse.give("job")
    wait_for(lambda: select.select([horse._socket], [], [], 0)[0], "an answer lies there")
    assert horse.end() == 0  # its end of the socket is closed with a reset
    assert "failed" not in capfd.readouterr().err


@pytest.mark.parametrize("kill", [True, False])
def test_no_process_is_left_behind(kill: bool, stable: Stable) -> None:
    horse = stable.fork()
    horse.give("job")
    assert horse.answer(5) == "done"
    horse.end(kill=kill)
    with pytest.raises(ProcessLookupError):
        os.kill(int(stable.noted()[0][0]), 0)
