"""The service as a user starts it: files dropped outside become lines outside, whatever is killed."""

from __future__ import annotations

import os
import stat
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.containers.stack import IMAGE, SERVICES, Stack, command, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.containers


class Feeder(threading.Thread):
    """Drops an article every 15 ms until it is told to finish: what fails meanwhile fails under load."""

    def __init__(self, stack: Stack, label: str) -> None:
        super().__init__(daemon=True)
        self._stack, self._label = stack, label
        self._finished = threading.Event()
        self.names: list[str] = []

    def run(self) -> None:
        while not self._finished.wait(0.015) and len(self.names) < 5000:
            self.names += self._stack.drop(self._label, range(len(self.names), len(self.names) + 1))

    def drop_more(self, count: int) -> None:
        """Wait until so many more articles are dropped."""
        enough = len(self.names) + count
        eventually(lambda: len(self.names) >= enough, f"{count} more articles to drop")

    def finish(self) -> list[str]:
        """Stop, and return the names of everything that was dropped: 200 or more."""
        eventually(lambda: len(self.names) >= 200, "200 articles to drop")
        self._finished.set()
        self.join(10)
        return self.names


@pytest.fixture
def feed(stack: Stack) -> Iterator[Callable[[str], Feeder]]:
    """Starts to feed the running stack with articles of a label, and waits until lines of them come out."""
    feeders: list[Feeder] = []

    def start(label: str) -> Feeder:
        stack.up()
        feeder = Feeder(stack, label)
        feeders.append(feeder)
        feeder.start()
        eventually(lambda: len(stack.written(label)) >= 20, f"first lines of {label}")
        return feeder

    yield start
    for feeder in feeders:
        feeder.finish()


def test_files_dropped_outside_become_lines_outside_that_the_user_owns(stack: Stack) -> None:
    stack.expect("plain", stack.drop("plain", range(240)))
    for path in (stack.out / "articles.jsonl", *(stack.inbox / ".copydesk" / "archive").glob("*/*plain-*")):
        assert (path.stat().st_uid, path.stat().st_gid) == stack.owner
    assert stat.S_IMODE((stack.out / "articles.jsonl").stat().st_mode) & stat.S_IRUSR


def test_every_service_says_that_it_is_well(stack: Stack) -> None:
    stack.up()

    def states(form: str) -> list[str]:
        containers = [container for service in SERVICES for container in stack.containers(service)]
        return command("docker", "inspect", "--format", f"{{{{.Name}}}} {form}", *containers).split("\n")

    try:
        eventually(
            lambda: all(row.endswith(" healthy") for row in states("{{.State.Health.Status}}")),
            "every container is healthy",
            120,
        )
    except AssertionError as late:
        raise AssertionError("\n".join((str(late), *states("{{json .State}}")))) from None


@pytest.mark.parametrize("workers", [4, 2])
def test_work_is_shared_by_so_many_workers(stack: Stack, workers: int) -> None:
    stack.up(workers)
    assert len(stack.containers("worker")) == workers
    stack.expect(f"scale{workers}", stack.drop(f"scale{workers}", range(200)))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_killed_under_load_and_started_again_loses_nothing(
    stack: Stack, feed: Callable[[str], Feeder], service: str
) -> None:
    label = f"kill{service}"
    feeder = feed(label)
    victim = stack.containers(service)[0]
    command("docker", "kill", victim)
    feeder.drop_more(50)
    command("docker", "start", victim)
    feeder.drop_more(50)
    stack.expect(label, feeder.finish())


@pytest.mark.parametrize("volumes", [(), ("--volumes",)], ids=["keeping-redis", "losing-redis"])
def test_down_in_the_midst_and_up_again_loses_nothing(
    stack: Stack, feed: Callable[[str], Feeder], volumes: tuple[str, ...]
) -> None:
    label = f"down{len(volumes)}"
    feeder = feed(label)
    stack.compose("down", *volumes)
    feeder.drop_more(50)
    names = feeder.finish()
    assert len(stack.written(label)) < len(names)
    stack.up()
    stack.expect(label, names)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_stops_by_itself_in_less_than_ten_seconds(stack: Stack, service: str) -> None:
    stack.up()
    container = stack.containers(service)[0]
    begun = time.monotonic()
    command("docker", "stop", "--time", "30", container)
    seconds = time.monotonic() - begun
    code = command("docker", "inspect", "--format", "{{.State.ExitCode}}", container)
    command("docker", "start", container)
    assert seconds < 10
    assert code in {"0", "143"}, "ended by the signal or by itself, not killed"


def test_nothing_is_published_and_nothing_gets_out(stack: Stack) -> None:
    stack.up()
    for service in SERVICES:
        for container in stack.containers(service):
            asked = "{{json .HostConfig.PortBindings}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}"
            ports, network = command("docker", "inspect", "--format", asked, container).split()
            assert ports in {"{}", "null"}
            assert command("docker", "network", "inspect", "--format", "{{.Internal}}", network) == "true"


def test_redis_keeps_a_file_and_evicts_nothing(stack: Stack) -> None:
    ask = ("exec", "-T", "redis", "redis-cli", "config", "get")
    assert stack.compose(*ask, "appendonly").split() == ["appendonly", "yes"]
    assert stack.compose(*ask, "maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]


def test_a_damaged_redis_file_is_set_aside_and_nothing_is_lost(stack: Stack) -> None:
    stack.up()
    before = stack.drop("damaged", range(100))
    stack.expect("damaged", before)
    redis = stack.containers("redis")[0]
    command("docker", "exec", redis, "sh", "-c", "printf damage >> $(ls /data/appendonlydir/*.incr.aof)")
    command("docker", "kill", redis)
    command("docker", "start", redis)
    stack.expect("damaged", before + stack.drop("damaged", range(100, 200)))
    assert "appendonlydir.broken" in command("docker", "exec", redis, "ls", "/data")


def test_the_output_verifies(stack: Stack) -> None:
    stack.expect("verify", stack.drop("verify", range(50)))
    read_only = f"{stack.out}:/out:ro"
    command("docker", "run", "--rm", "--network", "none", "--volume", read_only, IMAGE, "verify", "/out")


def test_a_folder_of_somebody_else_is_refused_with_the_way_out(new_stack: Callable[[], Stack]) -> None:
    stack = new_stack()
    stack.inbox.mkdir()
    (stack.inbox / "theirs.txt").write_text("of another user", encoding="utf-8")
    stack.inbox.chmod(0o755)
    if os.getuid():
        pytest.skip("needs root: gives the folder to another user")
    os.chown(stack.inbox, 4321, 4321)
    with pytest.raises(AssertionError):
        stack.up()
    assert "set COPYDESK_UID and COPYDESK_GID to its owner" in stack.compose("logs", "prepare")
    assert (stack.inbox.stat().st_uid, stack.inbox.stat().st_gid) == (4321, 4321)
