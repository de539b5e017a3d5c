"""The writer's process, in a thread, with a Redis of its own."""

from __future__ import annotations

import errno
import logging
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import orjson
import pytest

from tests.crashes.harness.deadline import wait_for
from tests.sink.material import KEY
from worker.disk import fsops
from worker.disk.lock import LockedError
from worker.settings import Settings, Sink
from worker.sink import housekeeping
from worker.sink.loop import run_sink
from worker.sink.outputs import OutputDamagedError
from worker.sink.segments import read_manifest
from worker.sink.verify import verify
from worker.store.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

    from tests.conftest import Server
    from tests.sink.material import Place
    from worker.disk.claims import Claim
    from worker.store.keys import Keys


@dataclass(slots=True)
class Service:
    """`run_sink` in a thread; `error` is what ended it."""

    place: Place
    client: redis.Redis
    keys: Keys
    settings: Settings = field(default_factory=Settings)
    stop: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.stop.clear()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            run_sink(self.client, self.keys, KEY, self.place.out, self.place.works, self.settings, self.stop.is_set)
        except BaseException as error:
            self.error = error

    def end(self) -> None:
        assert self.thread is not None
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def service(place: Place, writer_client: redis.Redis, keys: Keys) -> Iterator[Service]:
    made = Service(place, writer_client, keys)
    yield made
    if made.thread is not None:
        made.end()


def commit(admin: redis.Redis, keys: Keys, place: Place, claim: Claim) -> None:
    """What the commit script does for a batch."""
    for _, fields in place.entries(claim):
        admin.hset(keys.documents, fields[b"d"].decode(), "committed")
        admin.xadd(keys.stream, cast("dict[str | bytes, str | bytes]", fields))  # type: ignore[arg-type]


def is_clear(admin: redis.Redis, keys: Keys) -> bool:
    return not admin.xlen(keys.stream) and not admin.hlen(keys.documents)


def is_ready(admin: redis.Redis, keys: Keys) -> bool:
    return admin.get(keys.ready) is not None


def test_what_is_committed_becomes_lines_and_leaves_redis(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    for number in range(3):
        commit(admin, keys, place, place.claim([f"Story {number}.", "!none"]))
    wait_for(lambda: is_clear(admin, keys), 5, "all is written")
    service.end()
    assert service.error is None
    assert [orjson.loads(line)["text"] for line in place.lines()] == ["Story 0.", "Story 1.", "Story 2."]
    assert len(place.lines("rejected")) == 3
    assert place.claimed() == []
    assert verify(place.out) is None


def test_what_is_committed_before_the_end_is_still_written(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.settings = Settings(sink=Sink(group_documents_max=2))
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    commit(admin, keys, place, place.claim([f"Story {number}." for number in range(20)]))
    service.end()
    assert is_clear(admin, keys)
    assert place.seqs() == list(range(1, 21))


def test_the_outputs_are_recovered_without_redis(place: Place, keys: Keys) -> None:
    client = connect(f"unix://{place.path}/no.sock", name="sink")
    service = Service(place, client, keys)
    service.start()
    wait_for(lambda: os.path.exists(place.out.active("articles")), 5, "the outputs stand")
    service.end()
    client.close()
    assert service.error is None


def test_there_is_one_writer(service: Service, place: Place, admin: redis.Redis, keys: Keys) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    with pytest.raises(LockedError, match=f"pid {os.getpid()}"):
        run_sink(service.client, keys, KEY, place.out, place.works, Settings(), lambda: True)


def test_a_redis_that_is_wiped_is_brought_up_again(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    commit(admin, keys, place, place.claim(["One."]))
    wait_for(lambda: is_clear(admin, keys), 5, "it is written")
    admin.flushall()
    wait_for(lambda: is_ready(admin, keys), 5, "ready again")
    commit(admin, keys, place, place.claim(["Two."]))
    wait_for(lambda: is_clear(admin, keys), 5, "it is written")
    assert place.seqs() == [1, 2]
    assert admin.get(keys.index_through) in {b"1,0", b"2,0"}


def test_a_key_of_a_wrong_type_is_put_right(service: Service, place: Place, admin: redis.Redis, keys: Keys) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    admin.delete(keys.stream)
    admin.set(keys.stream, "x")
    wait_for(lambda: admin.type(keys.stream) == b"none", 5, "it is gone")
    commit(admin, keys, place, place.claim(["One."]))
    wait_for(lambda: is_clear(admin, keys), 5, "it is written")
    assert place.seqs() == [1]


def test_a_full_disk_is_waited_out_and_said_once(
    service: Service, place: Place, admin: redis.Redis, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    refused: list[str] = []

    def full(call: str, _: int) -> None:
        if call in {"reserve", "write"}:
            refused.append(call)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    claim = place.claim(["One.", "!none"])
    with caplog.at_level(logging.INFO, "copydesk.sink"):
        with fsops.intercept(full):
            commit(admin, keys, place, claim)
            wait_for(lambda: len(refused) > 3, 10, "several tries")
            assert admin.xlen(keys.stream) == 2
        wait_for(lambda: is_clear(admin, keys), 10, "it is written")
    said = [r.message for r in caplog.records if "No space left" in r.message]
    assert len(said) == 1
    assert place.seqs() == [1]
    wait_for(lambda: any("that is over" in r.message for r in caplog.records), 2, "it says so")


def test_a_group_whose_sync_failed_is_found_in_the_journal(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    syncs: list[str] = []

    def fails(call: str, _: int) -> None:
        if call == "sync":
            syncs.append(call)
            if len(syncs) == 2:  # the journal is durable, the output is not
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    claim = place.claim(["One."])
    with fsops.intercept(fails):
        commit(admin, keys, place, claim)
        wait_for(lambda: is_clear(admin, keys), 10, "it is written")
    assert place.seqs() == [1]
    assert len(syncs) > 3


def test_a_stranger_in_the_output_ends_the_writer(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    with open(place.out.active("articles"), "ab") as file:
        file.write(b"hello\n")
    commit(admin, keys, place, place.claim(["One."]))
    assert service.thread is not None
    service.thread.join(10)
    assert isinstance(service.error, OutputDamagedError)
    assert admin.xlen(keys.stream) == 1


def test_a_sealed_segment_gets_its_manifest_soon(
    service: Service, place: Place, admin: redis.Redis, keys: Keys
) -> None:
    service.settings = Settings(sink=Sink(segment_bytes_max=1000, rotation_seconds_min=0))
    service.start()
    wait_for(lambda: is_ready(admin, keys), 5, "ready")
    commit(admin, keys, place, place.claim(["One.", "Two."]))
    wait_for(lambda: read_manifest(place.out, "articles", 1) is not None, 10, "a manifest")
    service.end()
    assert verify(place.out) is None


def test_a_bug_in_the_housekeeping_is_loud(
    service: Service, place: Place, monkeypatch: pytest.MonkeyPatch, redis_server: Server
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(housekeeping, "seal_segments", broken)
    service.start()
    assert service.thread is not None
    service.thread.join(10)
    assert isinstance(service.error, RuntimeError)
