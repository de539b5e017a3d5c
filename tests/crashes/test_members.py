"""A file that holds many documents: whatever dies half-way, each member has its line, and has it once."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.crashes.harness import oracle, processes
from tests.crashes.harness.containers import container, known_containers, members
from tests.crashes.harness.corpus import BLANK, Dropped, articles, text
from tests.crashes.harness.load import continue_session, drop_all, stop_session, wait_lines
from tests.crashes.harness.quiet import finish, under_way
from tests.crashes.harness.tamper import KEYS, add_entry, edited, entries, queued_jobs, spoil
from worker.disk.signing_key import read_key
from worker.ids import derive, mint
from worker.jobs.queue import publish
from worker.sink.rejected import list_rejected, retry
from worker.store.wire import Part, Place, pack_part, unpack_part, unpack_payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crashes.conftest import NewStack
    from tests.crashes.harness.stack import Process, Role, Stack

SMALL_RUNS = {"COPYDESK_WORKER_COMMIT_BYTES_MAX": str(1 << 20)}
SMALL_GROUPS = {"COPYDESK_SINK_GROUP_BYTES_MAX": str(1 << 20)}
NO_BYTES_IN_REDIS = {"COPYDESK_INTAKE_PAYLOAD_BYTES_MAX": "1024"}
RUNS = 3


def long_container(path: str = "long.members", first: int = 0) -> Dropped:
    """One of several runs, each of about sixteen members."""
    return container(path, members(80, first, sentences=900))


def caught_half_way(new_stack: NewStack) -> tuple[Stack, dict[Role, Process], list[Dropped]]:
    """A stack whose worker stands still when a part of a container is committed, and that part is written."""
    stack = new_stack(SMALL_RUNS)
    stack.plant("containers")
    dropped = drop_all(stack, [long_container()])
    roles = stack.start_all({"worker": "work.after_members@2=stop"})
    stack.wait_for(lambda: "work.after_members" in stack.reached(), 20, "two runs are committed")
    wait_lines(stack, 20)
    stop_session(roles["worker"])
    return stack, roles, dropped


def members_in_stream(stack: Stack) -> list[tuple[bytes, Part]]:
    key = read_key(stack.site.state.key)
    rows = ((entry, unpack_part(key, fields[b"p"])) for entry, fields in entries(stack.redis.client()))
    return [(entry, part) for entry, part in rows if part.place is not None]


def committed_and_not_written(new_stack: NewStack, files: list[Dropped]) -> Stack:
    """A stack whose writer is gone while all of `files` is committed."""
    stack = new_stack()
    stack.plant("containers")
    roles = stack.start_all()
    written = drop_all(stack, articles(1, first=900))
    wait_lines(stack, 1)
    roles["sink"].kill()
    drop_all(stack, files)
    owed = sum(len(file.lines()) for file in files)
    stack.wait_for(lambda: stack.redis.client().xlen(KEYS.stream) >= owed, 20, "all is committed")
    stack.wait_for(lambda: not under_way(stack.site, stack.redis.client()).payloads, 20, "the last commit")
    files += written
    return stack


def test_each_member_is_a_line_of_its_own(new_stack: NewStack) -> None:
    stack = new_stack()
    stack.plant("containers")
    dropped = drop_all(stack, known_containers())
    stack.start_all()
    found = finish(stack, dropped)
    whole = [line for line in found.articles if line["source"]["path"] == "whole.members"]
    assert [line["source"]["member"] for line in whole] == [
        member.path for member in dropped[0].members if member.owed == "article"
    ], "in their order"
    assert all(line["source"]["bytes"] == len(text(int(line["source"]["member"][-6:]))) for line in whole)
    (broken,) = (line for line in found.rejected if line["path"] == "broken.members" and line["member"] is None)
    assert broken["message"] == "nothing behind can be read (behind 8 documents, which stand)"
    (empty,) = (line for line in found.rejected if line["path"] == "empty.members")
    assert (empty["error"], empty["member"]) == ("empty", None)


def killed(stack: Stack) -> None:
    stack.redis.kill()
    stack.redis.start()


def flushed(stack: Stack) -> None:
    stack.redis.client().flushall()


def wiped(stack: Stack) -> None:
    stack.redis.kill()
    stack.redis.wipe_data()
    stack.redis.start()


def without_progress(stack: Stack) -> None:
    stack.redis.client().delete(KEYS.members)


def of_a_foreign_type(stack: Stack) -> None:
    spoil(stack.redis.client(), KEYS.members)


def without_index(stack: Stack) -> None:
    client = stack.redis.client()
    client.delete(KEYS.generations)


@pytest.mark.parametrize(
    "fault",
    [
        flushed,
        without_progress,
        *(pytest.param(fault, marks=pytest.mark.slow) for fault in (killed, wiped, of_a_foreign_type, without_index)),
    ],
)
def test_redis_half_way_through_a_container(fault: Callable[[Stack], None], new_stack: NewStack) -> None:
    stack, roles, dropped = caught_half_way(new_stack)
    fault(stack)
    continue_session(roles["worker"])
    dropped += drop_all(stack, [Dropped("copy.txt", text(1, 900)), *articles(2, first=200)])
    finish(stack, dropped)


@pytest.mark.parametrize("run", [1, *(pytest.param(run, marks=pytest.mark.slow) for run in range(2, RUNS + 1))])
def test_the_process_that_opens_it_killed_behind_each_run(run: int, new_stack: NewStack) -> None:
    stack = new_stack(SMALL_RUNS)
    stack.plant("containers")
    dropped = drop_all(stack, [long_container()])
    stack.start_all({"worker": f"work.after_members@{run}=kill"})
    finish(stack, dropped)
    assert "work.after_members" in stack.reached()


def test_the_whole_worker_killed_half_way(new_stack: NewStack) -> None:
    stack, roles, dropped = caught_half_way(new_stack)
    roles["worker"].kill()
    stack.start("worker")
    finish(stack, dropped)


@pytest.mark.parametrize(
    "window",
    [
        "sink.append_torn",
        *(
            pytest.param(window, marks=pytest.mark.slow)
            for window in ("sink.journal_synced", "sink.output_synced", "sink.acknowledged")
        ),
    ],
)
def test_the_writer_killed_half_way(window: str, new_stack: NewStack) -> None:
    stack = new_stack(SMALL_RUNS | SMALL_GROUPS)
    stack.plant("containers")
    dropped = drop_all(stack, [long_container(), long_container("second.members", first=300)])
    roles = stack.start_all({"sink": f"{window}@2=kill"})
    assert roles["sink"].wait_end() == -signal.SIGKILL
    stack.start("sink")
    finish(stack, dropped)


@pytest.mark.slow
def test_writer_and_redis_lost_at_once_half_way(new_stack: NewStack) -> None:
    stack, roles, dropped = caught_half_way(new_stack)
    roles["sink"].kill()
    flushed(stack)
    continue_session(roles["worker"])
    stack.start("sink")
    finish(stack, dropped)


def test_everything_killed_half_way_and_redis_gone(new_stack: NewStack) -> None:
    stack, roles, dropped = caught_half_way(new_stack)
    for process in roles.values():
        process.kill()
    wiped(stack)
    stack.start_all()
    finish(stack, dropped)


def test_a_container_delivered_three_times_at_once(new_stack: NewStack) -> None:
    stack = new_stack(SMALL_RUNS)
    stack.plant("containers")
    client = stack.redis.client()
    dropped = drop_all(stack, [long_container()])
    watch = stack.start("watch")
    stack.wait_for(lambda: under_way(stack.site, client).documents == 1, 20, "it is queued")
    processes.send(watch.pid, signal.SIGSTOP)
    (job,) = queued_jobs(client)
    key = read_key(stack.site.state.key)
    payload = unpack_payload(key, cast("bytes", client.get(KEYS.payload(job.decode()))))
    client.rpush(f"rq:queue:{KEYS.queue}", job)
    publish(client, KEYS, key, [replace(payload, job=f"{payload.batch}-again")])
    client.hset(KEYS.documents, payload.documents[0].id, payload.job)
    processes.send(watch.pid, signal.SIGCONT)
    stack.start("worker")
    stack.start("worker")
    stack.start("sink")
    finish(stack, dropped)


def test_an_entry_that_is_lost_from_the_midst_of_a_container(new_stack: NewStack) -> None:
    dropped = [container("whole.members", members(20)), Dropped("copy.txt", text(11))]
    stack = committed_and_not_written(new_stack, dropped)
    stack.redis.client().xdel(KEYS.stream, members_in_stream(stack)[6][0])
    stack.start("sink")
    finish(stack, dropped)
    assert "members before it have no line" in stack.logs(100)


def test_entries_of_members_out_of_order(new_stack: NewStack) -> None:
    dropped = [container("whole.members", members(20))]
    stack = committed_and_not_written(new_stack, dropped)
    client = stack.redis.client()
    waiting = entries(client)
    client.delete(KEYS.stream)
    for _, fields in reversed(waiting):
        add_entry(client, fields)
    stack.start("sink")
    finish(stack, dropped)


def test_entries_of_members_replayed_early_and_late(new_stack: NewStack) -> None:
    dropped = [container("whole.members", members(20)), container("broken.members", members(9, first=50), broken=True)]
    stack = committed_and_not_written(new_stack, dropped)
    client = stack.redis.client()
    waiting = [fields for _, fields in entries(client)]
    for fields in waiting * 2:
        add_entry(client, fields)
    stack.start("sink")
    finish(stack, dropped)
    for fields in waiting:
        add_entry(client, fields)
    dropped += drop_all(stack, [container("later.members", members(5, first=80))])
    finish(stack, dropped)


def forged_parts(key: bytes, real: Part) -> dict[str, bytes]:
    """Parts that nobody has signed, or that were signed for something else."""
    assert real.place is not None
    stranger = replace(real, place=Place(mint(), 0, real.place.name))
    return {
        "of a stranger's key": pack_part(b"x" * 32, real),
        "edited": edited(pack_part(key, real)),
        "of no claimed container": pack_part(
            key, replace(stranger, document=derive(cast(Any, stranger.place).parent, real.place.name))
        ),
        "of another name": pack_part(key, replace(real, place=replace(real.place, name="another"))),
        "of other bytes": pack_part(key, replace(real, sha256="0" * 64)),
    }


def test_forged_parts_of_members(new_stack: NewStack) -> None:
    dropped = [container("whole.members", members(20))]
    stack = committed_and_not_written(new_stack, dropped)
    client = stack.redis.client()
    key = read_key(stack.site.state.key)
    waiting = entries(client)
    real = members_in_stream(stack)[0][1]
    client.delete(KEYS.stream)
    for part in forged_parts(key, real).values():
        add_entry(client, {b"d": unpack_named(real), b"p": part, b"v": b""})
    for verdict in (b"nonsense", f"{mint()}:{mint()}:x".encode(), f"{real.owner}:1".encode()):
        add_entry(client, {b"d": real.document.encode(), b"p": pack_part(key, real), b"v": verdict})
    for _, fields in waiting:
        add_entry(client, fields)
    stack.start("sink")
    finish(stack, dropped)


def unpack_named(part: Part) -> bytes:
    return part.document.encode()


def test_a_copy_of_a_member_waits_until_that_one_has_its_line(new_stack: NewStack) -> None:
    """The entry of the original is lost when that of the copy, another file, is committed already."""
    dropped = [container("whole.members", members(20)), Dropped("copy.txt", text(12))]
    stack = committed_and_not_written(new_stack, dropped)
    (original,) = (entry for entry, part in members_in_stream(stack) if cast(Place, part.place).ordinal == 12)
    stack.redis.client().xdel(KEYS.stream, original)
    stack.start("sink")
    finish(stack, dropped)


def test_a_rejected_member_is_kept_and_tried_again(new_stack: NewStack) -> None:
    stack = new_stack()
    stack.plant("containers")
    dropped = drop_all(stack, [container("whole.members", members(10))])
    stack.start_all()
    found = finish(stack, dropped)
    works = stack.site.works()
    kept = {row.member: row for row in list_rejected(works)}
    assert kept.keys() == {member.path for member in dropped[0].members if member.owed == "rejection"}
    row = kept["blank/000003"]
    with open(row.file, "rb") as file:
        assert file.read() == BLANK
    assert retry(works, [row.id]) == [row.id]
    owed = len(found.articles) + len(found.rejected) + 1
    wait_lines(stack, owed)
    again = oracle.outputs(stack.site).rejected[-1]
    assert (again["path"], again["member"]) == ("whole.members", "blank/000003")
    assert again["id"] != row.id


def test_files_that_stay_where_they_are(new_stack: NewStack) -> None:
    stack = new_stack(SMALL_RUNS, keep=True)
    stack.plant("containers")
    dropped = drop_all(stack, [*known_containers(), long_container(first=700)])
    stack.start_all({"worker": "work.after_members=kill"})
    finish(stack, dropped)


def test_a_file_too_large_for_redis_is_opened_where_it_is_claimed(new_stack: NewStack) -> None:
    stack = new_stack(NO_BYTES_IN_REDIS | SMALL_RUNS)
    stack.plant("containers")
    small = [container("small.members", [Dropped("own", b"A short text.")]), Dropped("short.txt", b"A short note.\n")]
    large = [long_container(), Dropped("large.txt", text(400, 300), "rejection")]
    dropped = drop_all(stack, [*small, *large])
    stack.start_all()
    wait_lines(stack, 2)
    payloads = [stack.redis.client().strlen(KEYS.payload(name)) for name in jobs_of_files(stack)]
    assert len(payloads) == 2
    assert max(payloads) < 1024, "their bytes are not in Redis"
    stack.start("files", "work.after_members@2=kill")
    found = finish(stack, dropped)
    assert "work.after_members" in stack.reached()
    (refused,) = (line for line in found.rejected if line["path"] == "large.txt")
    assert refused["error"] == "too_large"


def jobs_of_files(stack: Stack) -> list[str]:
    rows = cast("list[bytes]", stack.redis.client().lrange(f"rq:queue:{KEYS.files.queue}", 0, -1))
    return [row.decode() for row in rows]


@pytest.mark.parametrize("fault", [flushed, pytest.param(wiped, marks=pytest.mark.slow)])
def test_redis_lost_half_way_through_a_large_file(fault: Callable[[Stack], None], new_stack: NewStack) -> None:
    stack = new_stack(NO_BYTES_IN_REDIS | SMALL_RUNS)
    stack.plant("containers")
    dropped = drop_all(stack, [long_container()])
    stack.start_all()
    files = stack.start("files", "work.after_members@2=stop")
    stack.wait_for(lambda: "work.after_members" in stack.reached(), 20, "two runs are committed")
    wait_lines(stack, 20)
    fault(stack)
    continue_session(files)
    finish(stack, dropped)
