from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import orjson
import pytest
import redis

from tests.jobs.documents import ids, payload_of
from worker.dedupe.succession import Succession
from worker.errors import TransientError
from worker.ids import derive, mint
from worker.jobs.queue import document_states, publish
from worker.store.claim import Claim, pack_claim
from worker.store.commit import commit, committed_members
from worker.store.connection import connect
from worker.store.index import Window
from worker.store.load import Told, load_index
from worker.store.scripts import COMMIT, load_scripts, scripts_loaded
from worker.store.wire import Part, Payload, Place, pack_part, unpack_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Server
    from worker.store.keys import Keys

MARK = "ab" * 16

pytestmark = pytest.mark.usefixtures("reconciled")


def part_of(document: str, *, mark: str = "", body: bytes = b"{}") -> Part:
    """An article with that fingerprint, or a rejection where there is none."""
    kind: Literal["article", "rejection"] = "article" if mark else "rejection"
    return Part(document, mint(), "00" * 32, kind, mark, body, claim=bare_claim(mark) if mark else None)


def bare_claim(mark: str) -> Claim:
    """Of a text of which nothing is known but its fingerprint."""
    return Claim(pack_claim(bytes.fromhex(mark), Succession(739_000, 0, 0, (), by_file=False)))


def load(client: redis.Redis, keys: Keys, mark: str, document: str) -> None:
    load_index(client, keys, [Told(document, bare_claim(mark))], Window(1_000_000, float("inf")), 30)


@dataclass(frozen=True, slots=True)
class Bench:
    """A worker's place: commits parts with what it has."""

    client: redis.Redis
    keys: Keys
    key: bytes

    def publish(self, *texts: str) -> Payload:
        payload = payload_of(*texts)
        publish(self.client, self.keys, self.key, [payload])
        return payload

    def commit(self, job: str, parts: Sequence[Part], *, final: bool = True) -> str:
        signed = [(part, pack_part(self.key, part)) for part in parts]
        return commit(self.client, self.keys, job=job, final=final, parts=signed)

    def commit_all(self, payload: Payload, marks: Sequence[str]) -> str:
        parts = [part_of(name, mark=mark) for name, mark in zip(ids(payload), marks, strict=True)]
        return self.commit(payload.job, parts)


@pytest.fixture
def bench(client: redis.Redis, keys: Keys, key: bytes) -> Bench:
    return Bench(client, keys, key)


@pytest.fixture
def entries(writer_client: redis.Redis, keys: Keys) -> Entries:
    return Entries(writer_client, keys)


@dataclass(frozen=True, slots=True)
class Entries:
    """What stands in the stream."""

    client: redis.Redis
    keys: Keys

    def __call__(self) -> list[dict[bytes, bytes]]:
        return [fields for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", self.raw())]

    def raw(self) -> object:
        return self.client.xrange(self.keys.stream)

    def verdicts(self) -> dict[str, str]:
        """Whose text each document repeats, empty for none."""
        return {entry[b"d"].decode(): original_of(entry) for entry in self()}


def original_of(entry: dict[bytes, bytes]) -> str:
    verdict = entry[b"v"]
    return str(orjson.loads(verdict).get("of", "")) if verdict else ""


def test_each_document_is_one_entry_in_the_order_of_the_batch(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one", "two")
    parts = [part_of(name, mark=MARK[:-1] + str(n), body=b'{"n":%d}' % n) for n, name in enumerate(ids(payload))]
    assert bench.commit(payload.job, parts) == "committed"
    assert [unpack_part(bench.key, entry[b"p"]) for entry in entries()] == parts
    assert [entry[b"d"].decode() for entry in entries()] == list(ids(payload))
    states = document_states(bench.client, bench.keys, ids(payload))
    assert set(states.values()) == {b"committed"}
    assert not bench.client.exists(bench.keys.payload(payload.job))


def test_bytes_of_any_kind_arrive_as_they_were(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one")
    body = bytes(range(256)) * 40 + b"\n\r\0" * 5
    bench.commit(payload.job, [part_of(ids(payload)[0], mark="0a" * 16, body=body)])
    assert unpack_part(bench.key, entries()[0][b"p"]).body == body


def test_the_first_to_be_committed_is_the_original(bench: Bench, entries: Entries) -> None:
    first, second = bench.publish("one"), bench.publish("one")
    for payload in (second, first):
        bench.commit_all(payload, [MARK])
    assert entries.verdicts() == {ids(second)[0]: "", ids(first)[0]: ids(second)[0]}


def test_copies_in_one_batch_name_the_first_of_them(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one", "other", "one", "one")
    bench.commit_all(payload, [MARK, "cd" * 16, MARK, MARK])
    first, other, *copies = ids(payload)
    assert entries.verdicts() == {first: "", other: "", copies[0]: first, copies[1]: first}


def test_rejections_are_no_copies_of_each_other(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("", "")
    bench.commit_all(payload, ["", ""])
    assert set(entries.verdicts().values()) == {""}


def test_a_document_that_comes_again_is_no_copy_of_itself(
    bench: Bench, entries: Entries, writer_client: redis.Redis
) -> None:
    """Its line is in the output and its fingerprint in the index, but its job was published once more."""
    payload = bench.publish("one")
    load(writer_client, bench.keys, MARK, ids(payload)[0])
    bench.commit_all(payload, [MARK])
    assert entries.verdicts() == {ids(payload)[0]: ""}


def test_an_original_in_an_older_generation_is_found(
    bench: Bench, entries: Entries, writer_client: redis.Redis
) -> None:
    first = bench.publish("one")
    bench.commit_all(first, [MARK])
    writer_client.lpush(bench.keys.generations, "newer")
    second = bench.publish("one")
    bench.commit_all(second, [MARK])
    assert entries.verdicts()[ids(second)[0]] == ids(first)[0]


def test_of_many_copies_at_once_one_is_the_original(redis_server: Server, keys: Keys, key: bytes) -> None:
    """As look up and add would not have it, in two steps."""
    processes, rounds = 8, 150
    start = threading.Barrier(processes)

    def commit_copies(_: int) -> None:
        with connect(redis_server.urls.desk, name="racer") as client:
            own = Bench(client, keys, key)
            for number in range(rounds):
                payload = own.publish(f"text {number}")
                start.wait()
                own.commit_all(payload, [f"{number:032x}"])

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(commit_copies, range(processes)))
    entries = Entries(redis_server.admin, keys)()
    originals = Counter(original_of(entry) for entry in entries)
    assert originals.pop("") == rounds
    assert set(originals.values()) == {processes - 1}


def test_without_the_writer_nothing_is_committed(bench: Bench, entries: Entries, writer_client: redis.Redis) -> None:
    payload = bench.publish("one")
    for spoil in (
        lambda: writer_client.set(bench.keys.ready, "0" * 40),
        lambda: writer_client.delete(bench.keys.ready),
    ):
        spoil()
        with pytest.raises(TransientError, match="not ready"):
            bench.commit_all(payload, [MARK])
    assert entries() == []


def test_without_a_generation_nothing_is_committed(bench: Bench, entries: Entries, writer_client: redis.Redis) -> None:
    payload = bench.publish("one")
    writer_client.delete(bench.keys.generations)
    with pytest.raises(TransientError, match="not ready"):
        bench.commit_all(payload, [MARK])
    assert entries() == []


def test_a_missing_script_is_waited_for(bench: Bench, admin: redis.Redis, writer_client: redis.Redis) -> None:
    payload = bench.publish("one")
    admin.script_flush()
    assert not scripts_loaded(writer_client)
    with pytest.raises(TransientError, match="script"):
        bench.commit_all(payload, [MARK])
    load_scripts(writer_client)
    assert scripts_loaded(writer_client)
    assert bench.commit_all(payload, [MARK]) == "committed"


def test_a_redis_without_memory_is_waited_for(bench: Bench, admin: redis.Redis, entries: Entries) -> None:
    payload = bench.publish("one", "two")
    admin.config_set("maxmemory", 1)
    try:
        with pytest.raises(TransientError):
            bench.commit_all(payload, [MARK, ""])
    finally:
        admin.config_set("maxmemory", 0)
    assert entries() == []
    assert bench.commit_all(payload, [MARK, ""]) == "committed"


def test_a_job_that_is_done_is_superseded(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one")
    assert [bench.commit_all(payload, [MARK]) for _ in range(2)] == ["committed", "superseded"]
    assert len(entries()) == 1


def test_a_document_that_belongs_to_another_job_by_now_is_left_out(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one", "two")
    mine, others = ids(payload)
    bench.client.hset(bench.keys.documents, others, "another-job")
    assert bench.commit_all(payload, [MARK, "cd" * 16]) == "committed"
    assert entries.verdicts() == {mine: ""}
    assert document_states(bench.client, bench.keys, [others]) == {others: b"another-job"}


def test_what_is_left_out_claims_no_fingerprint(bench: Bench, entries: Entries) -> None:
    payload, later = bench.publish("one"), bench.publish("one")
    bench.client.hset(bench.keys.documents, ids(payload)[0], "another-job")
    bench.commit_all(payload, [MARK])
    bench.commit_all(later, [MARK])
    assert entries.verdicts() == {ids(later)[0]: ""}


def test_a_job_in_several_commits_is_open_until_the_last(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one", "two")
    first, second = (part_of(name, mark=MARK) for name in ids(payload))
    assert bench.commit(payload.job, [first], final=False) == "committed"
    assert bench.commit(payload.job, [first], final=False) == "committed", "done again after a crash"
    assert bench.commit(payload.job, [second], final=True) == "committed"
    assert entries.verdicts() == {first.document: "", second.document: first.document}


KINDS = ["ready", "documents", "stream", "generations", "payload", "index", "exact", "records", "versions"]


@pytest.mark.parametrize("name", KINDS)
def test_a_key_of_a_wrong_type_stops_a_commit_before_it_writes(
    name: str, bench: Bench, admin: redis.Redis, reconciled: Window
) -> None:
    payload = bench.publish("one", "two")
    keys = bench.keys
    hashes = {kind: f"{keys.prefix}:{kind}:{reconciled.seen}" for kind in ("exact", "records", "versions")}
    key = {"payload": keys.payload(payload.job), **hashes}.get(name) or getattr(keys, name)
    admin.delete(key)
    admin.zadd(key, {"not": 1})
    before = dump(admin)
    with pytest.raises(TransientError, match="WRONGTYPE"):
        bench.commit_all(payload, [MARK, MARK])
    assert dump(admin) == before


def test_a_stream_without_a_next_id_stops_a_commit_before_it_writes(bench: Bench, admin: redis.Redis) -> None:
    payload = bench.publish("one", "two")
    admin.xadd(bench.keys.stream, {"x": "y"}, id=f"{2**64 - 1}-{2**64 - 1}")
    before = dump(admin)
    with pytest.raises(TransientError):
        bench.commit_all(payload, [MARK, MARK])
    assert dump(admin) == before


def dump(admin: redis.Redis) -> dict[bytes, object]:
    """All that Redis holds."""
    return {name: admin.dump(name) for name in cast("list[bytes]", admin.keys("copydesk:*"))}


def test_the_largest_batch_is_committed(bench: Bench, entries: Entries) -> None:
    payload = bench.publish(*(str(number) for number in range(500)))
    assert bench.commit_all(payload, [f"{number:032x}" for number in range(500)]) == "committed"
    assert len(entries()) == 500


def test_a_stranger_on_the_desk_can_run_this_script_and_no_other(client: redis.Redis) -> None:
    with pytest.raises(redis.exceptions.NoScriptError):
        client.evalsha("0" * 40, 0)
    assert len(COMMIT.sha) == 40


def member_of(parent: str, ordinal: int, mark: str = "") -> Part:
    """The part of that member of `parent`."""
    place = Place(parent, ordinal, str(ordinal))
    kind: Literal["article", "rejection"] = "article" if mark else "rejection"
    claim = bare_claim(mark) if mark else None
    return Part(derive(parent, place.name), mint(), "00" * 32, kind, mark, b"{}", place, claim=claim)


def end_of(parent: str, members: int) -> Part:
    """The last part of `parent`."""
    return Part(parent, mint(), "00" * 32, "opened", "", b"", members=members)


def ordinals(entries: Entries, key: bytes) -> list[int | None]:
    """The ordinals of the members in the stream, None for what is no member."""
    parts = [unpack_part(key, entry[b"p"]) for entry in entries()]
    return [None if part.place is None else part.place.ordinal for part in parts]


def test_members_are_counted_as_they_are_committed(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    for first in (0, 3):
        parts = [member_of(parent, n) for n in range(first, first + 3)]
        assert bench.commit(payload.job, parts, final=False) == "committed"
        assert committed_members(bench.client, bench.keys, parent) == first + 3
        assert document_states(bench.client, bench.keys, [parent]) == {parent: payload.job.encode()}
    assert bench.commit(payload.job, [end_of(parent, 6)]) == "committed"
    assert ordinals(entries, bench.key) == [*range(6), None]
    assert document_states(bench.client, bench.keys, [parent]) == {parent: b"committed"}
    assert committed_members(bench.client, bench.keys, parent) == 0


def test_a_member_that_is_committed_already_is_passed_over(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    bench.commit(payload.job, [member_of(parent, n) for n in range(3)], final=False)
    assert bench.commit(payload.job, [member_of(parent, n) for n in range(5)], final=False) == "committed"
    assert ordinals(entries, bench.key) == list(range(5))


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_behind_a_gap_nothing_at_all_is_committed(missing: int, bench: Bench, entries: Entries) -> None:
    payload = bench.publish("before", "container")
    before, parent = ids(payload)
    parts = [part_of(before), *(member_of(parent, n) for n in range(4) if n != missing), end_of(parent, 4)]
    assert bench.commit(payload.job, parts) == "superseded"
    assert entries() == []
    assert document_states(bench.client, bench.keys, [before]) == {before: payload.job.encode()}


def test_an_end_that_comes_late_or_twice_changes_nothing(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    bench.commit(payload.job, [member_of(parent, n) for n in range(3)], final=False)
    assert bench.commit(payload.job, [end_of(parent, 2)], final=False) == "superseded"
    assert bench.commit(payload.job, [end_of(parent, 3)], final=False) == "committed"
    assert bench.commit(payload.job, [end_of(parent, 3)], final=False) == "superseded"
    assert bench.commit(payload.job, [member_of(parent, 3)], final=False) == "superseded"
    assert ordinals(entries, bench.key) == [0, 1, 2, None]


def test_members_of_a_container_that_is_another_job_s_are_refused(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    bench.client.hset(bench.keys.documents, parent, "another")
    assert bench.commit(payload.job, [member_of(parent, 0)], final=False) == "superseded"
    assert entries() == []


def test_a_member_is_never_a_copy_of_itself(bench: Bench, entries: Entries, writer_client: redis.Redis) -> None:
    payload = bench.publish("container", "file")
    parent, alone = ids(payload)
    load(writer_client, bench.keys, MARK, member_of(parent, 0).document)
    other = MARK[:-1] + "0"
    parts = [member_of(parent, 0, MARK), member_of(parent, 1, other), member_of(parent, 2, other)]
    bench.commit(payload.job, parts, final=False)
    bench.client.hset(bench.keys.members, parent, 0)
    bench.commit(payload.job, [*parts, end_of(parent, 3), part_of(alone, mark=other)])
    verdicts = [original_of(entry) for entry in entries()]
    copy = parts[1].owner
    assert verdicts == ["", "", copy, "", "", copy, "", copy], "the second time as the first"
    assert copy == f"{parts[1].document}:{parent}:1"


def test_members_wait_while_the_stream_is_long_and_other_documents_do_not(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("one", "two", "container")
    one, two, parent = ids(payload)
    bench.commit(payload.job, [part_of(one)], final=False)
    signed = [(part, pack_part(bench.key, part)) for part in (member_of(parent, 0), part_of(two))]
    with pytest.raises(TransientError, match="far behind"):
        commit(bench.client, bench.keys, job=payload.job, final=False, parts=signed[:1], room=1)
    assert commit(bench.client, bench.keys, job=payload.job, final=False, parts=signed[1:], room=1) == "committed"
    assert commit(bench.client, bench.keys, job=payload.job, final=False, parts=signed[:1], room=3) == "committed"
    assert len(entries()) == 3


def test_a_count_that_is_not_a_number_is_none(bench: Bench, entries: Entries) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    bench.client.hset(bench.keys.members, parent, "many")
    assert committed_members(bench.client, bench.keys, parent) == 0
    assert bench.commit(payload.job, [member_of(parent, 0)], final=False) == "committed"
    assert ordinals(entries, bench.key) == [0]


def test_a_count_of_a_foreign_type_is_removed(bench: Bench, entries: Entries, admin: redis.Redis) -> None:
    payload = bench.publish("container")
    (parent,) = ids(payload)
    admin.set(bench.keys.members, "not what it should be")
    with pytest.raises(TransientError, match="WRONGTYPE"):
        bench.commit(payload.job, [member_of(parent, 0)], final=False)
    assert entries() == []
    assert committed_members(bench.client, bench.keys, parent) == 0
    assert bench.commit(payload.job, [member_of(parent, 0)], final=False) == "committed"
