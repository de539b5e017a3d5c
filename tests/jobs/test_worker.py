"""Real workers, a real Redis, real deaths."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

import orjson
import pytest

from tests.conftest import KEY, start_server
from tests.jobs.deadline import wait_for
from tests.jobs.documents import container_of, ids, payload_of
from worker.disk.layout import StateFolder
from worker.jobs.queue import alive_jobs, counts, publish
from worker.jobs.safe_rq import RqKeys, rq_keys
from worker.store import embedded
from worker.store.connection import connect, run_id
from worker.store.index import Window, ensure_index
from worker.store.scripts import load_scripts
from worker.store.wire import Part, unpack_part
from worker.supervise.readiness import this_host, workers_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import redis

    from tests.conftest import Server
    from worker.store.keys import Keys
    from worker.store.wire import Payload


@dataclass(slots=True)
class Shop:
    """Workers over one Redis, and the stream that they commit to."""

    url: str
    writer: redis.Redis
    keys: Keys
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def start(self, **settings: float) -> subprocess.Popen[bytes]:
        """Start a worker and return once it listens."""
        command = [sys.executable, "-m", "tests.jobs.worker_process", self.url, json.dumps(settings)]
        worker = subprocess.Popen(command, start_new_session=True, stderr=self.log)
        self.workers.append(worker)
        known = sum(one.poll() is None for one in self.workers)
        wait_for(lambda: worker.poll() is not None or self._listening() >= known, "the worker listens")
        return worker

    def _listening(self) -> int:
        return counts(self.writer, self.keys).workers

    def publish(self, *payloads: Payload) -> None:
        publish(self.writer, self.keys, KEY, payloads)

    def parts(self) -> list[Part]:
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", self.writer.xrange(self.keys.stream))
        return [unpack_part(KEY, fields[b"p"]) for _, fields in entries]

    def outcomes(self, *payloads: Payload, seconds: float = 60.0) -> dict[str, str]:
        """What became of each document, by its text, once all are committed and nothing is under way."""
        texts = {
            document.id: blob.decode()
            for payload in payloads
            for document, blob in zip(payload.documents, payload.blobs, strict=True)
        }
        wait_for(lambda: self.writer.xlen(self.keys.stream) >= len(texts), "all is committed", seconds)
        wait_for(lambda: not alive_jobs(self.writer, self.keys), "the queue is empty")
        parts = self.parts()
        assert Counter(part.document for part in parts) == Counter(texts.keys()), "each document once"
        return {texts[part.document]: _outcome(part) for part in parts}

    def logged(self) -> str:
        """What the workers have said."""
        return os.pread(self.log.fileno(), 1 << 20, 0).decode()

    def close(self) -> None:
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        print(self.logged())
        self.log.close()


def _outcome(part: Part) -> str:
    if part.kind == "article":
        return "article"
    row = orjson.loads(part.body)
    return f"{row['error']} {row['attempts']}"


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def is_gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def shop(redis_server: Server, writer_client: redis.Redis, keys: Keys, reconciled: Window) -> Iterator[Shop]:
    opened = Shop(redis_server.urls.desk, writer_client, keys)
    yield opened
    opened.close()


def in_hand(shop: Shop) -> None:
    """Return when a document is being worked on."""
    wait_for(lambda: len(running(shop)) == 1, "a job runs")


def test_each_document_of_many_batches_enters_the_stream_once(shop: Shop) -> None:
    for _ in range(2):
        shop.start()
    payloads = [payload_of(*(f"{batch} {number}" for number in range(9))) for batch in range(12)]
    shop.publish(*payloads)
    assert set(shop.outcomes(*payloads).values()) == {"article"}


def test_a_document_that_crashes_its_process_is_rejected_and_the_others_go_on(shop: Shop) -> None:
    shop.start()
    payload = payload_of("one", "segfault", "two", "abort", "refused", "exit", "three")
    shop.publish(payload)
    assert shop.outcomes(payload) == {
        "one": "article",
        "segfault": "crashed 2",
        "two": "article",
        "abort": "crashed 2",
        "refused": "unsupported_format 1",
        "exit": "crashed 2",
        "three": "article",
    }


def test_a_document_that_never_ends_is_rejected(shop: Shop) -> None:
    shop.start(document_seconds=0.5)
    payload = payload_of("one", "loop", "sleep 60", "two")
    shop.publish(payload)
    assert shop.outcomes(payload) == {
        "one": "article",
        "loop": "time_limit 2",
        "sleep 60": "time_limit 2",
        "two": "article",
    }


def test_a_document_that_takes_all_memory_is_rejected(shop: Shop) -> None:
    shop.start(document_memory_bytes=64 << 20)
    payload = payload_of("one", "hoard", "two")
    shop.publish(payload)
    assert shop.outcomes(payload) == {"one": "article", "hoard": "memory_limit 1", "two": "article"}


def test_kills_from_outside_are_borne_for_a_while(shop: Shop) -> None:
    shop.start()
    payload = payload_of("one", "killed")
    shop.publish(payload)
    assert shop.outcomes(payload) == {"one": "article", "killed": "worker_killed 5"}


def test_the_work_of_a_killed_worker_runs_again_within_15_seconds(shop: Shop) -> None:
    """And that of a living one, who is at one document for longer than a heartbeat lasts, is left alone."""
    for _ in range(3):
        shop.start()
    busy, payload = payload_of("sleep 11"), payload_of("one", "sleep 3", "two")
    shop.publish(busy, payload)
    wait_for(lambda: running(shop) == {busy.job, payload.job}, "both run")
    os.killpg(pid_of_worker(shop, payload.job), signal.SIGKILL)

    def runs_again() -> bool:
        return bool(running(shop) - {busy.job, payload.job})

    assert wait_for(runs_again, "another worker has it") < 15
    assert set(shop.outcomes(payload, busy).values()) == {"article"}
    assert f"{payload.job}: the process that had it ended" in shop.logged()
    assert f"{busy.job}: the process that had it ended" not in shop.logged()


def pid_of_worker(shop: Shop, job: str) -> int:
    """The worker that has `job`."""
    entries = cast("list[bytes]", shop.writer.zrange(rq_keys(shop.keys).running, 0, -1))
    (entry,) = (entry for entry in entries if entry.partition(b":")[0] == job.encode())
    name = cast("bytes", shop.writer.hget(RqKeys.execution(entry).decode(), "worker_name")).decode()
    return int(cast("bytes", shop.writer.hget(f"rq:worker:{name}", "pid")))


def running(shop: Shop) -> set[str]:
    """The jobs that run."""
    entries = cast("list[bytes]", shop.writer.zrange(rq_keys(shop.keys).running, 0, -1))
    return {entry.partition(b":")[0].decode() for entry in entries}


def test_a_process_does_not_outlive_its_killed_worker(shop: Shop) -> None:
    worker = shop.start()
    shop.publish(payload_of("sleep 60"))
    in_hand(shop)
    (process,) = children(worker.pid)
    worker.kill()
    wait_for(lambda: is_gone(process), "the process is gone", 10)


def test_a_stop_lets_the_job_in_hand_end(shop: Shop) -> None:
    worker = shop.start()
    payload, later = payload_of("sleep 1"), payload_of("later")
    shop.publish(payload, later)
    in_hand(shop)
    worker.terminate()
    assert worker.wait(20) == 0
    assert [part.document for part in shop.parts()] == list(ids(payload))
    assert alive_jobs(shop.writer, shop.keys) == {later.job}
    assert counts(shop.writer, shop.keys).workers == 0


def test_an_idle_worker_stops_at_once(shop: Shop) -> None:
    worker = shop.start()
    (process,) = children(worker.pid)
    begun = time.monotonic()
    worker.send_signal(signal.SIGINT)
    assert worker.wait(20) == 0
    assert time.monotonic() - begun < 1.5
    assert is_gone(process)


def test_a_worker_that_redis_has_forgotten_makes_itself_known_again(shop: Shop, admin: redis.Redis) -> None:
    """As after a kill of Redis that lost the last second, which the worker's connection may bear without notice."""
    shop.start()
    for key in admin.scan_iter("rq:worker*"):
        admin.delete(key)
    assert workers_of(admin, shop.keys, this_host()) == 0
    wait_for(lambda: workers_of(admin, shop.keys, this_host()) == 1, "the worker is known", 15)


def test_a_second_signal_stops_at_once_and_the_job_waits_again(shop: Shop) -> None:
    worker = shop.start()
    payload = payload_of("one", "sleep 60")
    shop.publish(payload)
    in_hand(shop)
    (process,) = children(worker.pid)
    worker.terminate()
    time.sleep(0.2)
    assert worker.poll() is None, "the first signal waits"
    worker.terminate()
    assert wait_for(lambda: worker.poll() is not None, "the worker ends") < 5
    assert worker.returncode == 0
    assert is_gone(process)
    (job,) = alive_jobs(shop.writer, shop.keys)
    assert shop.writer.lrange(rq_keys(shop.keys).waiting, 0, -1) == [job.encode()]


def test_a_job_that_is_delivered_several_times_is_done_once(shop: Shop) -> None:
    payloads = [payload_of(f"text {number}") for number in range(20)]
    shop.publish(*payloads)
    for payload in payloads:
        shop.writer.rpush(rq_keys(shop.keys).waiting, payload.job, payload.job)
    for _ in range(2):
        shop.start()
    assert set(shop.outcomes(*payloads).values()) == {"article"}


def test_keys_of_another_type_are_mended(shop: Shop, admin: redis.Redis) -> None:
    worker = shop.start()
    rq = rq_keys(shop.keys)
    for name in (rq.waiting, rq.moving, rq.running, rq.workers):
        admin.delete(name)
        admin.set(name, "not what it should be")
    wait_for(lambda: not admin.exists(rq.waiting, rq.moving, rq.running), "the keys are gone")
    payload = payload_of("one")
    shop.publish(payload)
    assert shop.outcomes(payload) == {"one": "article"}
    assert worker.poll() is None


def test_a_process_that_is_killed_while_it_waits_is_replaced(shop: Shop) -> None:
    """As when a whole control group is told to end: nothing was in hand, so nothing is held against anything."""
    worker = shop.start()
    (process,) = children(worker.pid)
    os.kill(process, signal.SIGTERM)
    wait_for(lambda: children(worker.pid) not in ([process], []), "another process")
    payload = payload_of("one", "two")
    shop.publish(payload)
    assert set(shop.outcomes(payload).values()) == {"article"}


def test_a_worker_that_redis_refuses_says_so(shop: Shop) -> None:
    shop.url = shop.url.replace("desk:", "desk:0")
    worker = shop.start()
    assert worker.wait(20) != 0
    assert "ConfigurationError" in shop.logged()


def start_careful_server(argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """A server that loses nothing when it is killed: here nobody would bring it up to date."""
    return start_server((*argv, "--appendfsync", "always"))


@dataclass(slots=True)
class OwnRedis:
    """A server that may be killed and started again."""

    prepared: embedded.EmbeddedRedis
    keys: Keys
    process: subprocess.Popen[bytes]

    def restart(self) -> None:
        self.process = embedded.launch(self.prepared, start_careful_server)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def reconcile(self) -> None:
        """What the writer does after a start."""
        with connect(self.prepared.urls.writer, name="writer") as writer:
            load_scripts(writer)
            ensure_index(writer, self.keys, Window(1000, 1e9))
            writer.set(self.keys.ready, run_id(writer))


@pytest.fixture
def own_redis(tmp_path: Path, keys: Keys) -> Iterator[OwnRedis]:
    prepared = embedded.prepare(StateFolder(str(tmp_path / "state")))
    own = OwnRedis(prepared, keys, embedded.launch(prepared, start_careful_server))
    own.reconcile()
    yield own
    own.kill()


@pytest.fixture
def own_shop(own_redis: OwnRedis, keys: Keys) -> Iterator[Shop]:
    with connect(own_redis.prepared.urls.writer, name="shop") as writer:
        opened = Shop(own_redis.prepared.urls.desk, writer, keys)
        yield opened
        opened.close()


def test_an_idle_worker_waits_until_redis_is_back(own_shop: Shop, own_redis: OwnRedis) -> None:
    worker = own_shop.start()
    own_redis.kill()
    time.sleep(1.5)
    own_redis.restart()
    own_redis.reconcile()
    payload = payload_of("one")
    own_shop.publish(payload)
    assert own_shop.outcomes(payload) == {"one": "article"}
    assert worker.poll() is None


def test_a_busy_worker_waits_until_redis_is_back_and_the_writer_ready(own_shop: Shop, own_redis: OwnRedis) -> None:
    worker = own_shop.start()
    payload = payload_of("sleep 1", "two")
    own_shop.publish(payload)
    in_hand(own_shop)
    own_redis.kill()
    time.sleep(2.5)  # by now the process wants to commit
    own_redis.restart()
    assert running(own_shop) == {payload.job}
    assert own_shop.parts() == []
    own_redis.reconcile()
    assert set(own_shop.outcomes(payload).values()) == {"article"}
    assert worker.poll() is None


def test_a_stop_is_heard_while_redis_is_away(own_shop: Shop, own_redis: OwnRedis) -> None:
    worker = own_shop.start()
    own_redis.kill()
    time.sleep(0.5)
    worker.terminate()
    assert worker.wait(10) == 0


def test_members_that_kill_their_process_are_rejected_alone(shop: Shop) -> None:
    """Each by another death, among many, with a document before and one behind their container."""
    shop.start(document_seconds=1.0)
    kinds = {7: "segfault", 40: "abort", 41: "sleep 60", 90: "refused"}
    container = container_of(*(kinds.get(number, f"text {number}") for number in range(100)))
    payload = payload_of("before", container, "behind")
    shop.publish(payload)
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 103, "all is committed")
    wait_for(lambda: not alive_jobs(shop.writer, shop.keys), "the queue is empty")
    members = {part.place.ordinal: _outcome(part) for part in shop.parts() if part.place is not None}
    assert list(members) == list(range(100)), "each once, in order"
    assert {number: outcome for number, outcome in members.items() if outcome != "article"} == {
        7: "crashed 2",
        40: "crashed 2",
        41: "time_limit 2",
        90: "unsupported_format 1",
    }
    others = [(part.kind, part.members) for part in shop.parts() if part.place is None]
    assert sorted(others, key=str) == [("article", None), ("article", None), ("opened", 100)]


def test_the_way_to_a_member_that_kills_twice_ends_its_container(shop: Shop) -> None:
    shop.start()
    payload = payload_of(container_of(*(f"text {number}" for number in range(20)), "open abort", "never seen"))
    shop.publish(payload)
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 21, "all is committed")
    wait_for(lambda: not alive_jobs(shop.writer, shop.keys), "the queue is empty")
    *members, last = shop.parts()
    assert [part.place and part.place.ordinal for part in members] == list(range(20))
    assert (_outcome(last), last.members) == ("crashed 2", 20)


def test_a_worker_killed_within_a_container_leaves_the_rest_to_another(shop: Shop) -> None:
    first = shop.start()
    payload = payload_of(container_of(*(f"text {number}" for number in range(600)), "sleep 2", "last"))
    shop.publish(payload)
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 512, "two runs are committed")
    os.killpg(first.pid, signal.SIGKILL)
    shop.start()
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 603, "all is committed", 60)
    wait_for(lambda: not alive_jobs(shop.writer, shop.keys), "the queue is empty")
    assert [part.place.ordinal for part in shop.parts() if part.place is not None] == list(range(602))


def test_a_worker_that_is_to_end_puts_a_long_container_back(shop: Shop) -> None:
    first = shop.start()
    payload = payload_of(container_of(*(f"text {number}" for number in range(300)), *["sleep 0.1"] * 100, "last"))
    shop.publish(payload)
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 256, "a run is committed")
    begun = time.monotonic()
    first.terminate()
    assert first.wait(8) == 0
    assert time.monotonic() - begun < 6, "it takes ten seconds to the end"
    assert alive_jobs(shop.writer, shop.keys), "the rest waits"
    shop.start()
    wait_for(lambda: shop.writer.xlen(shop.keys.stream) >= 402, "all is committed", 60)
    assert [part.place.ordinal for part in shop.parts() if part.place is not None] == list(range(401))
    assert "goes on as" in shop.logged()
    assert "transient" in shop.logged()
