"""A container in a job: its members one after another, what dies on the way, and what another attempt does."""

from __future__ import annotations

import contextlib
import gc
import io
import random
import tracemalloc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.jobs.documents import ACTED, container_of, ids, payload_of
from tests.jobs.room import PlainRoom, unguarded
from worker.errors import TransientError
from worker.failpoints import Crashed, armed
from worker.ids import derive
from worker.jobs.commits import MEMBERS_MAX
from worker.jobs.desk import Desk
from worker.jobs.member_names import NAME_CHARACTERS_MAX, MemberNames
from worker.jobs.process_job import work
from worker.jobs.queue import document_states
from worker.jobs.queue import replace as replace_job
from worker.jobs.split import DEATHS_MAX, KILLS_MAX, Death, attempts_at, successors
from worker.parse.members import BadMember, Container, Member
from worker.settings import Intake, Settings
from worker.store.commit import committed_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

    from worker.article import Article, Document, Rejection
    from worker.jobs.split import Cause
    from worker.store.keys import Keys
    from worker.store.wire import Part, Payload

pytestmark = pytest.mark.usefixtures("reconciled")


class Killed(BaseException):
    """The death of the process, as its worker sees it: what it had in hand."""

    def __init__(self, index: int, member: int | None) -> None:
        super().__init__(index, member)
        self.death = Death("crashed", index, member)


class Room(PlainRoom):
    """That room, with what these tests ask of it."""

    __slots__ = ()

    def told(self) -> list[str]:
        """Each entry in a word: the ordinal of a member, with its error; the last of a container with its count."""
        return [_told(part) for part in self.parts()]

    def work_until_done(self, payload: Payload, guard: Guarding, cause: Cause = "crashed") -> int:
        """Run it and what follows it as a worker does; returns how many processes died."""
        deaths = 0
        while True:
            guard.begin()
            try:
                work(self.desk, payload.job, guard)
            except Killed as killed:
                deaths += 1
                assert deaths < 200, "it never ends"
                desk = self.desk
                committed = committed_members(desk.client, desk.keys, ids(payload)[0])
                (after,) = successors(payload, replace(killed.death, cause=cause), committed)
                after = replace(after, job=f"{payload.batch}-{deaths}")
                assert replace_job(desk.client, desk.keys, desk.key, payload.job, [after])
                payload = after
            else:
                return deaths


def _told(part: Part) -> str:
    error = f" {orjson.loads(part.body)['error']}" if part.kind == "rejection" else ""
    if part.place is not None:
        return f"{part.place.ordinal}{error}"
    return f"{part.kind}{error} {part.members}" if part.members is not None else f"{part.kind}{error}"


@dataclass(slots=True)
class Guarding:
    """Kills the process in these members (None: on the way to the one of that number), each with that likelihood."""

    members: dict[int, float]
    ways: dict[int, float]
    choose: random.Random
    got: int = 0

    def begin(self) -> None:
        self.got = -1  # the first time is the document itself

    @contextlib.contextmanager
    def __call__(self, index: int, member: int | None = None, /) -> Iterator[None]:
        if member is None:
            self.got += 1
        likely = self.ways.get(self.got - 1, 0.0) if member is None else self.members.get(member, 0.0)
        if self.choose.random() < likely:
            raise Killed(index, member)
        yield


@pytest.fixture
def room(client: redis.Redis, writer_client: redis.Redis, keys: Keys, key: bytes) -> Room:
    return Room(Desk(client, keys, key, Settings(), ACTED, "rules-1", patience_seconds=0.2), writer_client)


def test_each_member_is_a_part_and_the_container_ends_in_one(room: Room) -> None:
    payload = room.publish(payload_of("before", container_of("one", "bad two", "refused", "three"), "behind"))
    room.work(payload)
    assert room.told() == [
        "article", "0", "1 bad_member", "2 unsupported_format", "3", "opened 4", "article",
    ]  # fmt: skip
    parent = payload.documents[1]
    member = room.parts()[1]
    assert member.place is not None
    assert (member.document, member.claimed) == (derive(parent.id, "0: one"), parent.id)
    assert (member.batch, member.sha256) == (payload.batch, parent.sha256)
    assert orjson.loads(member.body.replace(b"\0", b"0"))["source"]["member"] == "0: one"
    assert document_states(room.desk.client, room.desk.keys, ids(payload)) == dict.fromkeys(ids(payload), b"committed")
    assert not room.writer.exists(room.desk.keys.members)


def test_a_rejected_member_carries_its_bytes_and_an_article_does_not(room: Room) -> None:
    room.work(room.publish(payload_of(container_of("one", "bad two", "refused"))))
    assert [part.data for part in room.parts()] == [b"", b"bad two", b"refused", b""]


def test_a_container_that_breaks_is_rejected_behind_what_came_before(room: Room) -> None:
    room.work(room.publish(payload_of(container_of("one", "two", "broken", "three"))))
    assert room.told() == ["0", "1", "rejection broken_archive 2"]
    assert orjson.loads(room.parts()[-1].body)["message"] == (
        "nothing behind can be read (behind 2 documents, which stand)"
    )
    assert orjson.loads(room.parts()[-1].body)["member"] is None


@pytest.mark.parametrize("text", ["container\n", container_of("broken")])
def test_a_container_of_nothing_is_one_rejection(text: str, room: Room) -> None:
    room.work(room.publish(payload_of(text)))
    (part,) = room.parts()
    assert (part.kind, part.members) == ("rejection", None)


def test_a_bug_of_a_reader_is_loud_and_ends_the_container(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.work(room.publish(payload_of(container_of("one", "open bug", "three"))))
    assert room.told() == ["0", "rejection internal_error 1"]
    assert "Traceback" in caplog.text


def test_a_bug_in_a_member_is_its_rejection_alone(room: Room) -> None:
    room.work(room.publish(payload_of(container_of("one", "bug", "three"))))
    assert room.told() == ["0", "1 internal_error", "2", "opened 3"]


def test_the_guard_knows_the_way_to_a_member_from_the_member(room: Room) -> None:
    seen: list[tuple[int, int | None]] = []

    @contextlib.contextmanager
    def guard(index: int, member: int | None = None, /) -> Iterator[None]:
        seen.append((index, member))
        yield

    work(room.desk, room.publish(payload_of("alone", container_of("one", "two"))).job, guard)
    assert seen == [(0, None), (1, None), (1, None), (1, 0), (1, None), (1, 1), (1, None)]


def many(count: int) -> str:
    return container_of(*(f"text {number}" for number in range(count)))


def test_another_attempt_goes_on_behind_what_is_committed(room: Room) -> None:
    processed: list[str] = []

    def process_member(document: Document, member: Member | BadMember) -> Article | Rejection:
        processed.append(member.name)
        return ACTED.process_member(document, member)

    payload = room.publish(payload_of(many(2 * MEMBERS_MAX + 5)))
    desk = replace(room.desk, stages=replace(ACTED, process_member=process_member))
    with armed("work.after_members@2=crash"), pytest.raises(Crashed):
        work(desk, payload.job, unguarded)
    processed.clear()
    work(desk, payload.job, unguarded)
    assert len(processed) == 5, "those that are committed are not opened again"
    assert room.told() == [*map(str, range(2 * MEMBERS_MAX + 5)), f"opened {2 * MEMBERS_MAX + 5}"]


@pytest.mark.parametrize("window", ["work.before_closing", "work.before_commit", "work.after_commit"])
def test_a_crash_at_the_end_of_a_container(window: str, room: Room) -> None:
    payload = room.publish(payload_of(many(MEMBERS_MAX + 3)))
    with armed(f"{window}=crash"), pytest.raises(Crashed):
        room.work(payload)
    room.work(payload)
    assert room.told() == [*map(str, range(MEMBERS_MAX + 3)), f"opened {MEMBERS_MAX + 3}"]


def test_an_attempt_that_was_replaced_half_way_commits_nothing_more(room: Room) -> None:
    payload = room.publish(payload_of(many(2 * MEMBERS_MAX)))
    follower = replace(payload, job="next")
    desk = room.desk

    def process_member(document: Document, member: Member | BadMember) -> Article | Rejection:
        if member.name.startswith(f"{MEMBERS_MAX + 1}:"):
            replace_job(desk.client, desk.keys, desk.key, payload.job, [follower])
        return ACTED.process_member(document, member)

    work(replace(desk, stages=replace(ACTED, process_member=process_member)), payload.job, unguarded)
    assert len(room.parts()) == MEMBERS_MAX
    room.work(follower)
    assert room.told()[-1] == f"opened {2 * MEMBERS_MAX}"
    assert len(room.parts()) == 2 * MEMBERS_MAX + 1


def test_progress_that_redis_lost_is_not_made_up(room: Room) -> None:
    """Members that come behind a gap are refused, and the payload stays for the intake to see."""
    payload = room.publish(payload_of(many(2 * MEMBERS_MAX)))
    desk = room.desk

    def process_member(document: Document, member: Member | BadMember) -> Article | Rejection:
        if member.name.startswith(f"{MEMBERS_MAX + 1}:"):
            room.writer.delete(desk.keys.members)
        return ACTED.process_member(document, member)

    work(replace(desk, stages=replace(ACTED, process_member=process_member)), payload.job, unguarded)
    assert len(room.parts()) == MEMBERS_MAX
    assert room.writer.exists(desk.keys.payload(payload.job))


def test_a_stream_that_is_long_already_holds_a_container_back(room: Room) -> None:
    settings = Settings(intake=Intake(in_flight_documents_max=64))
    payload = room.publish(payload_of(many(2 * MEMBERS_MAX)))
    with pytest.raises(TransientError, match="far behind"):
        work(replace(room.desk, settings=settings), payload.job, unguarded)
    assert len(room.parts()) == MEMBERS_MAX, "one run, and no more until the writer has caught up"
    room.writer.delete(room.desk.keys.stream)
    work(replace(room.desk, settings=settings), payload.job, unguarded)
    assert room.told()[-1] == f"opened {2 * MEMBERS_MAX}"


def test_a_member_that_kills_twice_is_rejected_alone(room: Room) -> None:
    payload = room.publish(payload_of(many(12)))
    deaths = room.work_until_done(payload, Guarding({4: 1.0}, {}, random.Random(1)))
    assert deaths == DEATHS_MAX
    assert room.told() == [*"0123", "4 crashed", *"56789", "10", "11", "opened 12"]
    assert orjson.loads(room.parts()[4].body)["attempts"] == DEATHS_MAX
    assert room.parts()[4].data == b"text 4"


def test_a_member_that_is_killed_from_outside_is_rejected_after_the_fifth_time(room: Room) -> None:
    payload = room.publish(payload_of(many(6)))
    deaths = room.work_until_done(payload, Guarding({2: 1.0}, {}, random.Random(1)), "worker_killed")
    assert deaths == KILLS_MAX
    assert room.told() == ["0", "1", "2 worker_killed", "3", "4", "5", "opened 6"]
    assert orjson.loads(room.parts()[2].body)["attempts"] == KILLS_MAX


def test_every_member_can_kill(room: Room) -> None:
    payload = room.publish(payload_of(many(5)))
    room.work_until_done(payload, Guarding(dict.fromkeys(range(5), 1.0), {}, random.Random(1)))
    assert room.told() == [*(f"{n} crashed" for n in range(5)), "opened 5"]


@pytest.mark.parametrize("seed", range(12))
def test_killers_that_kill_only_now_and_then_do_not_keep_each_other_alive(seed: int, room: Room) -> None:
    """Two in one container, and the way to a third: each death must not make the count of the others start anew."""
    payload = room.publish(payload_of(many(30)))
    guarding = Guarding({3: 0.6, 20: 0.7, 21: 0.7}, {}, random.Random(seed))
    deaths = room.work_until_done(payload, guarding)
    assert deaths <= 3 * DEATHS_MAX + 3
    ordinals = [part.place.ordinal for part in room.parts() if part.place is not None]
    assert ordinals == list(range(30))
    assert room.told()[-1] == "opened 30"


@pytest.mark.parametrize("seed", range(6))
def test_a_way_that_kills_now_and_then_ends_too(seed: int, room: Room) -> None:
    payload = room.publish(payload_of(many(30)))
    room.work_until_done(payload, Guarding({4: 0.5, 20: 0.5}, {5: 0.5, 19: 0.5}, random.Random(seed)))
    ordinals = [part.place.ordinal for part in room.parts() if part.place is not None]
    assert ordinals == list(range(len(ordinals)))
    assert room.parts()[-1].members in {None, len(ordinals)}


def test_a_way_that_kills_twice_is_the_end_of_the_container(room: Room) -> None:
    payload = room.publish(payload_of(many(12)))
    deaths = room.work_until_done(payload, Guarding({}, {7: 1.0}, random.Random(1)))
    assert deaths == DEATHS_MAX
    assert room.told() == [*"0123456", "rejection crashed 7"]


def test_kills_while_it_gets_further_are_no_proof_against_a_file() -> None:
    payload = payload_of("container")
    for number in range(3 * KILLS_MAX):
        (payload,) = successors(payload, Death("worker_killed"), committed=number * 10)
    assert payload.documents[0].condemned is None
    for _ in range(KILLS_MAX):
        (payload,) = successors(payload, Death("worker_killed"), committed=1000)
    assert payload.documents[0].condemned == "worker_killed"


def test_a_death_in_a_member_does_not_blame_its_container() -> None:
    (payload,) = successors(payload_of("container"), Death("crashed", 0, 7))
    row = payload.documents[0]
    assert (row.deaths, row.kills, row.condemned) == (0, 0, None)
    assert (attempts_at(row, 6), attempts_at(row, 7)) == (1, 2)
    assert row.has_died


def streamed(count: int) -> Container:
    return Container("lines", (Member(f"{n}", b"text %d" % n) for n in range(count)))


@pytest.mark.parametrize("count", [3_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_members(count: int, room: Room) -> None:
    """What a job holds is a run; the stream is emptied meanwhile as a writer does."""
    drained = 0

    def process_member(document: Document, member: Member | BadMember) -> Article | Rejection:
        nonlocal drained
        drained += 1
        if drained % MEMBERS_MAX == 0:
            room.writer.delete(room.desk.keys.stream)
        return ACTED.process_member(document, member)

    def peak(members: int) -> int:
        stages = replace(ACTED, process=lambda _: streamed(members), process_member=process_member)
        payload = room.publish(payload_of("container"))
        gc.collect()
        tracemalloc.start()
        try:
            work(replace(room.desk, stages=stages), payload.job, unguarded)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small = peak(2 * MEMBERS_MAX)
    assert peak(count) < small + (1 << 20)


def test_a_file_on_disk_is_opened_and_one_that_is_not_there_leaves_the_job_to_the_intake(room: Room) -> None:
    payload = payload_of("stays on disk")
    row = replace(payload.documents[0], on_disk=True)
    payload = room.publish(replace(payload, documents=(row,), blobs=(b"",)))
    work(replace(room.desk, find=lambda _batch, _row: None), payload.job, unguarded)
    assert room.parts() == []
    assert document_states(room.desk.client, room.desk.keys, [row.id]) == {row.id: payload.job.encode()}
    found = io.BytesIO(container_of("one", "two").encode())
    work(replace(room.desk, find=lambda _batch, _row: found), payload.job, unguarded)
    assert room.told() == ["0", "1", "opened 2"]
    assert found.closed


def test_a_file_that_can_only_be_read_whole_is_rejected(room: Room) -> None:
    payload = payload_of("large")
    row = replace(payload.documents[0], on_disk=True, path="a.whole")
    payload = room.publish(replace(payload, documents=(row,), blobs=(b"",)))
    work(replace(room.desk, find=lambda _batch, _row: io.BytesIO(b"large")), payload.job, unguarded)
    assert room.told() == ["rejection too_large"]


def test_members_of_one_name_are_told_apart() -> None:
    given = ["a", "a", "a#1", "", "\ud800", "x" * 5000, "x" * 5000, "b"]
    twice = [[names.name(name, n) for n, name in enumerate(given)] for names in (MemberNames(), MemberNames())]
    assert twice[0] == twice[1], "the same in each attempt"
    assert len(set(twice[0])) == len(given)
    assert (twice[0][0], twice[0][3], twice[0][4], twice[0][7]) == ("a", "#3", "\ufffd#4", "b")
    assert max(map(len, twice[0])) < NAME_CHARACTERS_MAX + 10
    assert MemberNames("outer").name("inner", 0) == "outer!inner"
