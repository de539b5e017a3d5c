"""The supervisor with real processes: small programs in the place of the roles."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from worker.errors import ConfigurationError
from worker.supervise.program import BACKOFF_SECONDS_MAX, Program, Stage, next_pause
from worker.supervise.signals import StopRequests
from worker.supervise.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLEEP = "import time; time.sleep(60)"
# Says its name in a file when it is asked to end, and ends.
OBEDIENT = """
import os, signal, sys, time
def end(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[1] + "\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
open(sys.argv[2] + "." + sys.argv[1], "w").close()
time.sleep(60)
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(60)
"""


def program(name: str, code: str, *words: object, stage: Stage = Stage.WORK, **more: object) -> Program:
    argv = (sys.executable, "-c", code, *map(str, words))
    return Program(name, argv, stage, dict(os.environ), **more)  # type: ignore[arg-type]


@contextlib.contextmanager
def supervised(*programs: Program) -> Iterator[tuple[Supervisor, StopRequests]]:
    with StopRequests() as requests:
        supervisor = Supervisor(programs, requests)
        supervisor.start()
        try:
            yield supervisor, requests
        finally:
            supervisor.drain(0)


def until(supervisor: Supervisor | None, fact: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come to pass"
        if supervisor is None:
            time.sleep(0.01)
        else:
            supervisor.tend(0.05)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_all_programs_run_each_in_a_session_of_its_own() -> None:
    with supervised(program("a", SLEEP), program("b", SLEEP)) as (supervisor, _):
        pids = supervisor.pids()
        assert set(pids) == {"a", "b"}
        assert {os.getsid(pid) for pid in pids.values()} == set(pids.values())


def test_a_program_that_is_to_come_later_waits_and_then_runs() -> None:
    with supervised(program("a", SLEEP), program("b", SLEEP, delay_seconds=0.3)) as (supervisor, _):
        begun = time.monotonic()
        assert set(supervisor.pids()) == {"a"}
        until(supervisor, lambda: set(supervisor.pids()) == {"a", "b"})
        assert time.monotonic() - begun > 0.25


def test_what_is_killed_is_started_again_and_the_rest_is_left_alone() -> None:
    with supervised(program("a", SLEEP), program("b", SLEEP)) as (supervisor, _):
        before = supervisor.pids()
        os.kill(before["a"], signal.SIGKILL)
        until(supervisor, lambda: supervisor.pids().get("a") not in {before["a"], None})
        assert supervisor.pids()["b"] == before["b"]


def test_what_dies_at_each_start_is_started_less_and_less_often(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    code = f"import sys; open({str(log)!r}, 'a').write('x'); sys.exit(1)"
    with supervised(program("a", code)) as (supervisor, _):
        until(supervisor, lambda: log.exists() and len(log.read_text()) == 3)
        begin = time.monotonic()
        until(supervisor, lambda: len(log.read_text()) == 4)
        assert time.monotonic() - begin > 0.3


def test_the_pause_doubles_up_to_ten_seconds_and_a_steady_run_resets_it() -> None:
    pauses = [0.0]
    for _ in range(9):
        pauses.append(next_pause(pauses[-1], ran_seconds=0.0))
    assert pauses == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_MAX]
    assert next_pause(BACKOFF_SECONDS_MAX, ran_seconds=30.0) == 0.1


def test_a_role_that_refuses_to_start_is_not_started_again() -> None:
    with (
        supervised(program("sink", "import sys; sys.exit(2)")) as (supervisor, _),
        pytest.raises(ConfigurationError, match="sink: it refuses to start"),
    ):
        until(supervisor, lambda: False)


def test_a_store_that_ends_with_an_error_is_mended_and_started_again(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    code = f"import os, sys, time; os.path.exists({str(broken)!r}) and sys.exit(1); time.sleep(60)"
    mended: list[bool] = []

    def mend() -> None:
        mended.append(True)
        broken.unlink()

    with supervised(program("redis", code, stage=Stage.STORE, mend=mend)) as (supervisor, _):
        until(supervisor, lambda: bool(mended))
        until(supervisor, lambda: "redis" in supervisor.pids())
        os.kill(supervisor.pids()["redis"], signal.SIGKILL)
        until(supervisor, lambda: "redis" not in supervisor.pids())
        assert mended == [True], "a kill is nothing to mend"


def test_a_program_that_can_not_be_started_is_tried_again_and_told(caplog: pytest.LogCaptureFixture) -> None:
    missing = Program("watch", ("/nonexistent/program",), Stage.INTAKE, {})
    with caplog.at_level(logging.ERROR), supervised(missing) as (supervisor, _):
        until(supervisor, lambda: len(caplog.records) > 1)
        assert "watch can't be started: No such file" in caplog.text


def test_a_drain_ends_intake_then_workers_then_writer_then_store(tmp_path: Path) -> None:
    log = tmp_path / "ended"
    stages = {"redis": Stage.STORE, "sink": Stage.WRITE, "watch": Stage.INTAKE, "worker": Stage.WORK}
    programs = [program(name, OBEDIENT, name, log, stage=stage) for name, stage in stages.items()]
    with supervised(*programs) as (supervisor, _):
        until(supervisor, lambda: all((tmp_path / f"ended.{name}").exists() for name in stages))
        assert supervisor.drain(8.0)
        assert log.read_text().split() == ["watch", "worker", "sink", "redis"]
        assert supervisor.pids() == {}


def test_a_program_that_hangs_is_killed_in_time_for_the_next_stage_to_end_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "ended"
    deaf = program("worker", DEAF, tmp_path / "deaf")
    sink = program("sink", OBEDIENT, "sink", log, stage=Stage.WRITE)
    with supervised(deaf, sink) as (supervisor, _):
        until(supervisor, lambda: (tmp_path / "deaf").exists() and (tmp_path / "ended.sink").exists())
        begin = time.monotonic()
        assert not supervisor.drain(2.0)
        assert time.monotonic() - begin < 2.0
        assert log.read_text() == "sink\n"


def test_a_second_request_to_stop_ends_everything_at_once(tmp_path: Path) -> None:
    with supervised(program("worker", DEAF, tmp_path / "deaf")) as (supervisor, requests):
        until(supervisor, (tmp_path / "deaf").exists)
        (pid,) = supervisor.pids().values()
        os.kill(os.getpid(), signal.SIGTERM)
        until(supervisor, requests)
        begin = time.monotonic()

        def once_more() -> None:
            if requests.count == 1 and time.monotonic() - begin > 0.4:
                os.kill(os.getpid(), signal.SIGINT)

        assert not supervisor.drain(30.0, once_more)
        assert time.monotonic() - begin < 3.0
        assert not runs(pid)


def test_one_request_that_arrives_twice_is_one_request() -> None:
    with StopRequests() as requests:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            requests.wait(0.05)
        assert requests.count == 1
        assert requests()


def test_the_end_of_a_child_wakes_the_supervisor() -> None:
    with supervised(program("a", SLEEP)) as (supervisor, _):
        os.kill(supervisor.pids()["a"], signal.SIGKILL)
        begin = time.monotonic()
        supervisor.tend(30.0)
        assert time.monotonic() - begin < 5.0
        assert "a" not in supervisor.pids()


SERVICE = """
import os, subprocess, sys
from worker.supervise.program import Program, Stage
from worker.supervise.signals import StopRequests
from worker.supervise.supervisor import Supervisor
role = '''
import os, sys, time
from worker.supervise.lifeline import hold_on_to
if len(sys.argv) > 1:
    hold_on_to(int(sys.argv[1]))
if os.fork() == 0:
    time.sleep(60)
time.sleep(60)
'''
server = "import time; time.sleep(60)"
with StopRequests() as requests:
    supervisor = Supervisor([
        Program("role", (sys.executable, "-c", role, "{lifeline}"), Stage.WORK, dict(os.environ)),
        Program("store", (sys.executable, "-c", server), Stage.STORE, dict(os.environ)),
    ], requests)
    supervisor.start()
    print(*supervisor.pids().values(), flush=True)
    while True:
        supervisor.tend(1.0)
"""


def children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def test_a_killed_supervisor_takes_all_processes_with_it_even_those_that_they_forked() -> None:
    service = subprocess.Popen([sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, text=True)
    try:
        assert service.stdout is not None
        role, store = (int(pid) for pid in service.stdout.readline().split())
        until(None, lambda: bool(children(role)))
        everyone = [role, store, *children(role)]
        assert all(runs(pid) for pid in everyone)
    finally:
        service.kill()
        service.communicate()
    until(None, lambda: not any(runs(pid) for pid in everyone), seconds=3.0)


PROCESS_1 = """
import os, sys, time
from worker.supervise.program import Program, Stage
from worker.supervise.signals import StopRequests
from worker.supervise.supervisor import Supervisor
assert os.getpid() == 1
# Its child is an orphan at once, and a zombie a little later.
role = "import os, time; os.fork() == 0 and (time.sleep(0.2), os._exit(0)); os._exit(0)"
with StopRequests() as requests:
    supervisor = Supervisor([Program("role", (sys.executable, "-c", role), Stage.WORK, dict(os.environ))], requests)
    supervisor.start()
    deadline, orphans, left = time.monotonic() + 20, set(), {0}
    while time.monotonic() < deadline and (len(orphans) < 2 or left):
        supervisor.tend(0.02)
        ours = set(supervisor.pids().values())
        children = {int(pid) for pid in open("/proc/1/task/1/children").read().split()}
        orphans |= children - ours if len(orphans) < 2 else set()
        left = orphans & children
    print(len(orphans) >= 2, left)
"""


def test_as_process_1_of_a_container_it_buries_what_its_roles_leave_behind() -> None:
    namespace = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system lets no user make a process namespace")
    answer = subprocess.run(
        [*namespace, sys.executable, "-c", PROCESS_1], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.stdout == "True set()\n", answer.stderr


HOLDER = """
import signal, sys, time
from worker.supervise.lifeline import hold_on_to
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
hold_on_to(int(sys.argv[1]))
print("holding", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("manner", ["obedient", "deaf"])
def test_the_pipe_alone_is_enough_to_end_a_role(manner: str) -> None:
    read, write = os.pipe()
    argv = [sys.executable, "-c", HOLDER, str(read), manner]
    role = subprocess.Popen(argv, pass_fds=(read,), stdout=subprocess.PIPE)
    os.close(read)
    assert role.stdout is not None
    assert role.stdout.readline() == b"holding\n"
    assert role.poll() is None
    os.close(write)
    assert role.wait(3.0) != 0
    role.stdout.close()
