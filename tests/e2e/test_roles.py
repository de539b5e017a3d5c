"""The roles one by one, as containers run them, on a Redis that is somebody else's; and a Redis of ours that is ill."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from typing import TYPE_CHECKING

from tests.e2e.service import COPYDESK, Service, copydesk, drop, environment, lines_in, paths_of, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server


@contextlib.contextmanager
def roles(folder: Path, *commands: tuple[str, ...]) -> Iterator[list[subprocess.Popen[bytes]]]:
    with open(folder / "roles.log", "ab") as log:
        running = [
            subprocess.Popen([*COPYDESK, *words], cwd=folder, env=environment(), stdout=log, stderr=log)
            for words in commands
        ]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_the_roles_alone_on_a_named_redis_are_the_whole_service(tmp_path: Path, redis_server: Server) -> None:
    (tmp_path / "inbox").mkdir()
    url = ("--redis", redis_server.urls.writer)
    commands = (("worker", *url), ("sink", "inbox", *url), ("watch", "inbox", *url))

    def well(role: str) -> bool:
        return copydesk("health", role, *url, cwd=tmp_path).returncode == 0

    with roles(tmp_path, *commands) as running:
        drop(tmp_path / "inbox", 1)
        until(lambda: len(lines_in(tmp_path / "out")) == 1, why=(tmp_path / "roles.log").read_text)
        until(lambda: all(well(role) for role in ("watch", "worker", "sink")))
        (tmp_path / "given").mkdir()
        drop(tmp_path / "given", 2)
        answer = copydesk("ingest", "given", "--json", *url, cwd=tmp_path)
        assert (answer.returncode, json.loads(answer.stdout)["articles"]) == (0, 1)
        assert paths_of(lines_in(tmp_path / "out")) == ["article-00001.txt", "article-00002.txt"]
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(10.0) for process in running] == [0, 0, 0]
        assert not any(well(role) for role in ("watch", "worker", "sink"))


def test_a_role_that_waits_for_its_key_ends_at_once_when_asked(tmp_path: Path, redis_server: Server) -> None:
    with roles(tmp_path, ("worker", "--redis", redis_server.urls.desk)) as (worker,):
        until(lambda: handles_term(worker.pid))
        worker.terminate()
        assert worker.wait(3.0) == 0


def handles_term(pid: int) -> bool:
    with open(f"/proc/{pid}/status") as file:
        caught = next(line for line in file if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_service_on_a_named_redis_starts_none_of_its_own(tmp_path: Path, redis_server: Server) -> None:
    with Service(tmp_path, ("--redis", redis_server.urls.writer)) as service:
        service.start()
        assert service.pids("redis") == []
        service.drop([1])
        service.await_lines(1)
        found = json.loads(copydesk("status", "--json", cwd=tmp_path).stdout)
        assert (found["redis"], found["written"]) == ("up", 1)
        redis_server.admin.flushall()
        service.drop([2])
        service.await_lines(2)


def test_data_that_our_redis_can_not_read_are_set_aside(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        service.start()
        service.drop([1])
        service.await_lines(1)
        assert service.stop() == 0
        state = service.out / ".copydesk" / "state" / "redis"
        (data,) = [path for path in state.rglob("appendonly*") if path.is_file() and path.stat().st_size > 100]
        data.write_bytes(b"*3\r\n$3\r\nnonsense" + data.read_bytes())
        service.start()
        assert "Redis could not read its data; kept for a look at " in service.log
        assert list(state.glob("appendonly*.broken-*"))
        service.drop([2])
        service.await_lines(2)
